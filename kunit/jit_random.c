// SPDX-License-Identifier: GPL-2.0
/*
 * Random programs. r8 is the address of memory and r9 counts loops; the others
 * hold values, r10 the stack. A program is statements of a few instructions,
 * some of them holding other statements.
 */
#include "jit_random.h"

struct gen {
	u64 state;
	struct kbpf_insn *insns;
	u32 len;
	u32 room;	/* statements must leave the end of the program its place */
	bool loop;	/* inside one */
	bool func;	/* in a function that is called */
	bool calls;	/* functions follow */
	const u32 *helpers;
	u32 call_at[16];
	u32 nr_calls;
};

u32 kbpf_jit_random_next(u64 *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(*state >> 32) ^ (u32)(*state >> 17);
}

static u32 rnd(struct gen *g, u32 below)
{
	return kbpf_jit_random_next(&g->state) % below;
}

static void put(struct gen *g, struct kbpf_insn insn)
{
	g->insns[g->len++] = insn;
}

static u8 reg(struct gen *g)
{
	return rnd(g, 8);
}

static s32 constant(struct gen *g)
{
	static const s32 some[] = {
		0, 1, -1, 2, 3, 7, 8, 10, 31, 32, 63, 64, 127, 128, -128, -129, 255, 256, 1000,
		65535, 65536, S32_MAX, S32_MIN, S32_MIN + 1,
	};

	return rnd(g, 3) ? some[rnd(g, ARRAY_SIZE(some))] : (s32)kbpf_jit_random_next(&g->state);
}

static const u8 alu_ops[] = {
	KBPF_ADD, KBPF_SUB, KBPF_MUL, KBPF_DIV, KBPF_OR, KBPF_AND, KBPF_LSH, KBPF_RSH, KBPF_MOD,
	KBPF_XOR, KBPF_ARSH, KBPF_ADD, KBPF_SUB, KBPF_AND, KBPF_ADD,
};

static void alu(struct gen *g)
{
	u8 op = alu_ops[rnd(g, ARRAY_SIZE(alu_ops))];
	u8 class = rnd(g, 2) ? KBPF_ALU64 : KBPF_ALU;
	s16 off = (op == KBPF_DIV || op == KBPF_MOD) ? rnd(g, 2) : 0;

	if (rnd(g, 2))
		put(g, KBPF_INSN(class | op | KBPF_X, reg(g), reg(g), off, 0));
	else
		put(g, KBPF_INSN(class | op | KBPF_K, reg(g), 0, off, constant(g)));
}

static void unary(struct gen *g)
{
	static const u8 widths[] = { 8, 16, 32, 16, 32, 64 };
	u8 d = reg(g), s = reg(g);

	switch (rnd(g, 6)) {
	case 0:
		put(g, KBPF_MOVSX64_REG(d, s, widths[rnd(g, 3)]));
		break;
	case 1:
		put(g, KBPF_MOVSX32_REG(d, s, widths[rnd(g, 2)]));
		break;
	case 2:
		put(g, KBPF_ENDIAN(rnd(g, 2) ? KBPF_TO_BE : KBPF_TO_LE, d, widths[3 + rnd(g, 3)]));
		break;
	case 3:
		put(g, KBPF_BSWAP(d, widths[3 + rnd(g, 3)]));
		break;
	case 4:
		put(g, KBPF_INSN((rnd(g, 2) ? KBPF_ALU64 : KBPF_ALU) | KBPF_NEG, d, 0, 0, 0));
		break;
	default:
		put(g, KBPF_ALU64_IMM(KBPF_LSH, d, 32));
		put(g, KBPF_ALU64_IMM(rnd(g, 2) ? KBPF_RSH : KBPF_ARSH, d, 32));
		break;
	}
}

static void move(struct gen *g)
{
	u8 d = reg(g);

	switch (rnd(g, 6)) {
	case 0:
		put(g, KBPF_MOV64_IMM(d, constant(g)));
		break;
	case 1:
		put(g, KBPF_MOV32_IMM(d, constant(g)));
		break;
	case 2: {
		u32 lo = constant(g), hi = constant(g);

		put(g, KBPF_INSN(KBPF_LDDW, d, 0, 0, lo));
		put(g, KBPF_INSN(0, 0, 0, 0, hi));
		break;
	}
	case 3:
		put(g, KBPF_MOV32_REG(d, reg(g)));
		break;
	default:
		put(g, KBPF_MOV64_REG(d, reg(g)));
		break;
	}
}

static const u8 jumps[] = {
	KBPF_JEQ, KBPF_JGT, KBPF_JGE, KBPF_JSET, KBPF_JNE, KBPF_JSGT, KBPF_JSGE, KBPF_JLT,
	KBPF_JLE, KBPF_JSLT, KBPF_JSLE, KBPF_JEQ, KBPF_JNE,
};


static const u8 sizes[] = { KBPF_B, KBPF_H, KBPF_W, KBPF_DW };

/* A base register and an offset that are inside memory or stack. */
static void place(struct gen *g, u8 *base, s16 *off)
{
	if (rnd(g, 3)) {
		*base = KBPF_R8;
		*off = rnd(g, rnd(g, 2) ? 24 : KBPF_JIT_RANDOM_MEM - 8);
	} else {
		*base = KBPF_R10;
		*off = -(s16)(8 + rnd(g, 5) * 8) + (rnd(g, 3) ? 0 : rnd(g, 1));
	}
}

static void memory(struct gen *g)
{
	u8 size = sizes[rnd(g, 4)], base;
	s16 off;

	place(g, &base, &off);
	switch (rnd(g, 7)) {
	case 0:
	case 1:
	case 2:
		put(g, KBPF_LDX_MEM(size, reg(g), base, off));
		break;
	case 3:
		put(g, KBPF_LDX_MEMSX(sizes[rnd(g, 3)], reg(g), base, off));
		break;
	case 4:
		put(g, KBPF_ST_MEM(size, base, off, constant(g)));
		break;
	default:
		put(g, KBPF_STX_MEM(size, base, reg(g), off));
		break;
	}
}

/* Through an address that was computed. */
static void indexed(struct gen *g)
{
	u8 p = reg(g), i = reg(g), size = sizes[rnd(g, 4)];
	u32 shift = rnd(g, 4);

	put(g, rnd(g, 2) ? KBPF_MOV64_REG(p, i) : KBPF_MOV32_REG(p, i));
	put(g, KBPF_ALU64_IMM(KBPF_AND, p, 15));
	put(g, KBPF_ALU64_IMM(KBPF_LSH, p, shift));
	if (rnd(g, 2))
		put(g, KBPF_ALU64_IMM(KBPF_ADD, p, rnd(g, 100)));
	put(g, KBPF_ALU64_REG(KBPF_ADD, p, KBPF_R8));
	if (rnd(g, 3) == 0)
		alu(g);
	else if (rnd(g, 2))
		put(g, KBPF_LDX_MEM(size, reg(g), p, rnd(g, 8)));
	else
		put(g, KBPF_STX_MEM(size, p, reg(g), rnd(g, 8)));
}

static void pointer_copy(struct gen *g)
{
	u8 p = reg(g), q = (p + 1 + rnd(g, 7)) & 7, size = sizes[rnd(g, 4)], v = p;

	while (v == p || v == q)
		v = reg(g);
	put(g, KBPF_MOV64_REG(p, rnd(g, 2) ? KBPF_R8 : KBPF_R10));
	put(g, KBPF_ALU64_IMM(KBPF_ADD, p, -64));
	put(g, KBPF_ALU64_IMM(KBPF_ADD, p, 24 + rnd(g, 32)));
	if (g->insns[g->len - 3].src_reg == KBPF_R8)
		put(g, KBPF_ALU64_IMM(KBPF_ADD, p, 40));
	put(g, KBPF_MOV64_REG(q, p));
	if (rnd(g, 3) == 0)
		put(g, KBPF_LDX_MEM(size, p, p, 0));
	put(g, rnd(g, 2) ? KBPF_LDX_MEM(size, v, q, 0) : KBPF_STX_MEM(size, q, v, 0));
	/* addresses differ from run to run: they may not get into results */
	put(g, KBPF_MOV64_IMM(q, 5));
	put(g, KBPF_MOV64_IMM(p, 6));
}

static void atomic(struct gen *g)
{
	static const s32 ops[] = {
		KBPF_ATOMIC_ADD, KBPF_ATOMIC_OR, KBPF_ATOMIC_AND, KBPF_ATOMIC_XOR,
		KBPF_ATOMIC_ADD | KBPF_FETCH, KBPF_ATOMIC_OR | KBPF_FETCH,
		KBPF_ATOMIC_AND | KBPF_FETCH, KBPF_ATOMIC_XOR | KBPF_FETCH, KBPF_XCHG, KBPF_CMPXCHG,
		KBPF_STORE_REL,
	};
	u8 size = rnd(g, 2) ? KBPF_W : KBPF_DW;

	if (rnd(g, 12) == 0)
		put(g, KBPF_ATOMIC_OP(size, KBPF_LOAD_ACQ, reg(g), KBPF_R8, 8 * rnd(g, 16)));
	else
		put(g, KBPF_ATOMIC_OP(size, ops[rnd(g, ARRAY_SIZE(ops))], KBPF_R8, reg(g),
				      8 * rnd(g, 16)));
}

/* ---- what passes look for, mostly ------------------------------------------------- */

static void rotate(struct gen *g)
{
	u8 class = rnd(g, 2) ? KBPF_ALU64 : KBPF_ALU;
	u32 bits = class == KBPF_ALU64 ? 64 : 32, n = 1 + rnd(g, bits - 1);
	u8 x = reg(g), t = reg(g), u = rnd(g, 2) ? x : reg(g);

	put(g, rnd(g, 2) ? KBPF_MOV64_REG(t, x) : KBPF_MOV32_REG(t, x));
	put(g, KBPF_INSN(class | (rnd(g, 2) ? KBPF_RSH : KBPF_LSH), t, 0, 0, bits - n));
	if (u != x)
		put(g, KBPF_MOV64_REG(u, x));
	if (rnd(g, 8) == 0)
		alu(g);
	put(g, KBPF_INSN(class | (rnd(g, 4) ? KBPF_LSH : KBPF_RSH), u, 0, 0, n));
	if (rnd(g, 8) == 0)
		alu(g);
	put(g, KBPF_INSN(class | (rnd(g, 6) ? KBPF_OR : KBPF_XOR) | KBPF_X, u, t, 0, 0));
}

static void byte_word(struct gen *g)
{
	u32 n = rnd(g, 2) ? 4 : rnd(g, 2) ? 2 : 8, at = rnd(g, 64);
	u8 acc = reg(g), t = reg(g), base = KBPF_R8;
	bool be = rnd(g, 2), first = true, meddle = rnd(g, 3) == 0;
	u32 order = rnd(g, 8);

	if (acc == t)
		t = (t + 1) & 7;
	for (u32 i = 0; i < n; i++) {
		u32 k = (i ^ order) % n, shift = 8 * (be ? n - 1 - k : k);
		u8 r = first ? acc : t;
		u8 class = n == 8 || rnd(g, 4) == 0 ? KBPF_ALU64 : KBPF_ALU;

		put(g, KBPF_LDX_MEM(KBPF_B, r, base, at + k + (meddle && !rnd(g, 10))));
		if (shift)
			put(g, KBPF_INSN(class | KBPF_LSH | KBPF_K, r, 0, 0, shift));
		if (!first)
			put(g, KBPF_INSN(class | (rnd(g, 8) ? KBPF_OR : KBPF_ADD) | KBPF_X, acc, t,
					 0, 0));
		first = false;
		if (meddle && rnd(g, 6) == 0)
			put(g, KBPF_STX_MEM(KBPF_B, KBPF_R8, reg(g), at + rnd(g, 8)));
		if (meddle && rnd(g, 12) == 0)
			alu(g);
	}
}

static void change_memory(struct gen *g)
{
	u8 size = sizes[rnd(g, 4)], t = reg(g), base;
	s16 off;

	place(g, &base, &off);
	put(g, KBPF_LDX_MEM(size, t, base, off));
	alu(g);
	if (rnd(g, 2))
		put(g, KBPF_ALU64_IMM(KBPF_ADD, t, constant(g)));
	put(g, KBPF_STX_MEM(size, base, t, off));
	if (rnd(g, 2))
		put(g, KBPF_MOV64_IMM(t, 0));
}

/* A load that one operation reads, with something in between now and then. */
static void load_and_use(struct gen *g)
{
	u8 t = reg(g), d = reg(g), base, size = rnd(g, 3) ? KBPF_W + KBPF_DW * rnd(g, 2) : sizes[rnd(g, 4)];
	s16 off;

	place(g, &base, &off);
	put(g, KBPF_LDX_MEM(size, t, base, off));
	if (rnd(g, 5) == 0)
		put(g, KBPF_STX_MEM(sizes[rnd(g, 4)], base, reg(g), off));
	if (rnd(g, 5) == 0)
		alu(g);
	if (rnd(g, 3) == 0) {
		put(g, KBPF_INSN((rnd(g, 2) ? KBPF_JMP : KBPF_JMP32) | jumps[rnd(g, ARRAY_SIZE(jumps))],
				 t, 0, 1, constant(g)));
		put(g, KBPF_MOV64_IMM(d, constant(g)));
	} else {
		put(g, KBPF_INSN((size == KBPF_DW ? KBPF_ALU64 : KBPF_ALU) |
				 alu_ops[rnd(g, ARRAY_SIZE(alu_ops))] | KBPF_X, d, t, 0, 0));
	}
	if (rnd(g, 4))
		put(g, KBPF_MOV64_IMM(t, 1));
}

static void swapped_load(struct gen *g)
{
	u8 t = reg(g);

	put(g, KBPF_LDX_MEM(sizes[rnd(g, 4)], t, KBPF_R8, rnd(g, 64)));
	put(g, KBPF_BSWAP(t, 16 << rnd(g, 3)));
}

/* A result that is moved to where it is wanted, and then mostly not wanted any more. */
static void moved_result(struct gen *g)
{
	u8 t = reg(g), d = reg(g);

	put(g, rnd(g, 2) ? KBPF_MOV64_REG(t, reg(g)) : KBPF_MOV32_REG(t, reg(g)));
	put(g, KBPF_INSN((rnd(g, 2) ? KBPF_ALU64 : KBPF_ALU) |
			 alu_ops[rnd(g, ARRAY_SIZE(alu_ops))] | KBPF_X, t, rnd(g, 2) ? d : reg(g), 0, 0));
	if (rnd(g, 4) == 0)
		alu(g);
	put(g, rnd(g, 2) ? KBPF_MOV64_REG(d, t) : KBPF_MOV32_REG(d, t));
	if (rnd(g, 4))
		put(g, KBPF_MOV64_IMM(t, 3));
}

/* ---- control ------------------------------------------------------------------------- */

static void statement(struct gen *g, u32 depth);

static void condition(struct gen *g)
{
	u8 code = (rnd(g, 2) ? KBPF_JMP : KBPF_JMP32) | jumps[rnd(g, ARRAY_SIZE(jumps))];

	if (rnd(g, 2))
		put(g, KBPF_INSN(code | KBPF_X, reg(g), reg(g), 0, 0));
	else
		put(g, KBPF_INSN(code | KBPF_K, reg(g), 0, 0, rnd(g, 2) ? 0 : constant(g)));
}

static void branch(struct gen *g, u32 depth)
{
	u32 at, els = 0;

	condition(g);
	at = g->len;
	if (rnd(g, 3) == 0)
		put(g, rnd(g, 2) ? KBPF_MOV64_REG(reg(g), reg(g)) : KBPF_MOV32_REG(reg(g), reg(g)));
	else if (rnd(g, 3) == 0)
		move(g);
	else
		for (u32 n = 1 + rnd(g, 3); n; n--)
			statement(g, depth + 1);
	if (rnd(g, 3) == 0) {
		put(g, KBPF_JMP_A(0));
		els = g->len;
	}
	g->insns[at - 1].off = g->len - at;
	if (els) {
		statement(g, depth + 1);
		g->insns[els - 1].off = g->len - els;
	}
}

/* "if a goto over; goto there; over: ... there:" */
static void branch_over(struct gen *g, u32 depth)
{
	u32 at;

	condition(g);
	g->insns[g->len - 1].off = 1;
	put(g, KBPF_JMP_A(0));
	at = g->len;
	statement(g, depth + 1);
	g->insns[at - 1].off = g->len - at;
}

static void loop(struct gen *g, u32 depth)
{
	u32 top;

	if (g->loop) {
		alu(g);
		return;
	}
	g->loop = true;
	put(g, KBPF_MOV64_IMM(KBPF_R9, 1 + rnd(g, 5)));
	top = g->len;
	for (u32 n = 1 + rnd(g, 4); n; n--)
		statement(g, depth + 1);
	put(g, KBPF_ALU64_IMM(KBPF_ADD, KBPF_R9, -1));
	put(g, KBPF_JMP_IMM(KBPF_JNE, KBPF_R9, 0, 0));
	g->insns[g->len - 1].off = (s32)top - (s32)g->len;
	g->loop = false;
}

/* Arguments all set; what calls lose is written again. */
static void call(struct gen *g)
{
	if (g->calls && !g->func && g->nr_calls < ARRAY_SIZE(g->call_at) && rnd(g, 2)) {
		g->call_at[g->nr_calls++] = g->len;
		put(g, KBPF_CALL_REL(0));
	} else {
		put(g, KBPF_CALL_HELPER(g->helpers[rnd(g, 2)]));
	}
	for (u8 r = 1; r <= 5; r++)
		put(g, KBPF_MOV64_REG(r, rnd(g, 2) ? KBPF_R0 : KBPF_R6));
}

static void statement(struct gen *g, u32 depth)
{
	u32 kind = rnd(g, 41);

	if (g->len + 60 > g->room)
		return;
	if (depth > 3 && kind < 8)
		kind = 8;
	if (kind < 4)
		branch(g, depth);
	else if (kind < 6)
		branch_over(g, depth);
	else if (kind < 8)
		loop(g, depth);
	else if (kind < 16)
		alu(g);
	else if (kind < 20)
		move(g);
	else if (kind < 21)
		unary(g);
	else if (kind < 25)
		memory(g);
	else if (kind < 27)
		indexed(g);
	else if (kind < 28)
		pointer_copy(g);
	else if (kind < 29)
		atomic(g);
	else if (kind < 30)
		call(g);
	else if (kind < 32)
		rotate(g);
	else if (kind < 34)
		byte_word(g);
	else if (kind < 35)
		change_memory(g);
	else if (kind < 38)
		load_and_use(g);
	else if (kind < 39)
		swapped_load(g);
	else
		moved_result(g);
}

static void body(struct gen *g, u32 statements)
{
	for (u32 i = 1; i <= 5; i++)
		put(g, KBPF_ST_MEM(KBPF_DW, KBPF_R10, -(s16)(8 * i), constant(g)));
	for (; statements; statements--)
		statement(g, 0);
	for (u8 r = 1; r < 8; r++) {
		put(g, KBPF_ALU64_IMM(KBPF_MUL, KBPF_R0, 31));
		put(g, KBPF_ALU64_REG(KBPF_ADD, KBPF_R0, r));
	}
	for (u32 i = 1; i <= 5; i++) {
		put(g, KBPF_LDX_MEM(KBPF_DW, KBPF_R1, KBPF_R10, -(s16)(8 * i)));
		put(g, KBPF_ALU64_REG(KBPF_XOR, KBPF_R0, KBPF_R1));
	}
	put(g, KBPF_EXIT_INSN());
}

/* Writes all registers; @addr has the memory's address. */
static void start(struct gen *g, u8 addr)
{
	put(g, KBPF_MOV64_REG(KBPF_R8, addr));
	for (u8 r = 0; r < 8; r++) {
		if (rnd(g, 2)) {
			put(g, KBPF_MOV64_IMM(r, constant(g)));
		} else {
			put(g, KBPF_INSN(KBPF_LDDW, r, 0, 0, constant(g)));
			put(g, KBPF_INSN(0, 0, 0, 0, constant(g)));
		}
	}
	put(g, KBPF_MOV64_IMM(KBPF_R9, 1));
}

u32 kbpf_jit_random(u64 seed, struct kbpf_insn *insns, const u32 *helpers)
{
	struct gen g = { .state = seed * 2 + 1, .insns = insns, .room = KBPF_JIT_RANDOM_MAX_INSNS,
			 .helpers = helpers };
	u32 first;

	for (u32 i = 0; i < 4; i++)
		kbpf_jit_random_next(&g.state);
	g.calls = rnd(&g, 3) == 0;
	g.room = g.calls ? 500 : KBPF_JIT_RANDOM_MAX_INSNS - 40;
	start(&g, KBPF_R1);
	body(&g, 3 + rnd(&g, 25));
	if (!g.nr_calls)
		return g.len;
	/* one function, on values only */
	g.func = true;
	g.room = KBPF_JIT_RANDOM_MAX_INSNS - 40;
	first = g.len;
	for (u32 i = 0; i < g.nr_calls; i++)
		g.insns[g.call_at[i]].imm = (s32)first - (s32)g.call_at[i] - 1;
	for (u8 r = 0; r < 8; r++)
		if (r < 1 || r > 5)
			put(&g, KBPF_MOV64_IMM(r, constant(&g)));
	put(&g, KBPF_MOV64_IMM(KBPF_R9, 1));
	for (u32 n = 2 + rnd(&g, 6); n; n--) {
		if (rnd(&g, 3))
			alu(&g);
		else
			rnd(&g, 2) ? move(&g) : rotate(&g);
	}
	put(&g, KBPF_ALU64_REG(KBPF_XOR, KBPF_R0, KBPF_R3));
	put(&g, KBPF_ALU64_REG(KBPF_ADD, KBPF_R0, KBPF_R6));
	put(&g, KBPF_EXIT_INSN());
	return g.len;
}
