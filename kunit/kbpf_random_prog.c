// SPDX-License-Identifier: GPL-2.0
/*
 * Random programs. A function is a prologue that gives every register and stack
 * word a value, atoms (an operation, an access, a jump, a call, or an idiom of
 * compilers), and an epilogue that folds everything into r0.
 *
 * Jumps go to any atom further on, and back only by loops whose counters are in
 * stack words that nothing else writes and that only fall, so that a jump into a
 * loop is harmless and every program ends. Addresses are never operands: one of
 * r6-r9 keeps the memory's, and nothing else reads it or r10.
 */
#include "kbpf_random_prog.h"

#define MAX_FUNCS	5
#define MAX_ATOMS	200
#define MAX_CALLS	5
#define MAX_LOOPS	3
#define STACK_WORDS	8	/* below r10, read and written */
#define COUNTERS	(STACK_WORDS + 1) /* word of the first loop counter, counted from r10 */

/* Slots reserved for one atom at most, and for prologue and epilogue. */
#define ATOM_SLOTS	16
#define EDGE_SLOTS	96

struct gen {
	struct kbpf_random_prog *out;
	u64 state;
	u32 flags;
	u32 func;		/* being made */
	u32 nr_funcs;
	u32 mem_reg;		/* holds the memory's address; 0: this function has none */
	u32 calls_at[MAX_CALLS];	/* slots of calls */
	u8 calls_to[MAX_CALLS];	/* functions they go to */
	u32 nr_calls;
	u32 start[MAX_FUNCS];
	/* of the function being made */
	u32 atom_at[MAX_ATOMS + 1];
	u32 jumps_at[MAX_ATOMS];
	u16 jumps_to[MAX_ATOMS];	/* atoms */
	u32 nr_jumps;
	u32 nr_atoms;
	u32 loops;
	u32 loop_head[MAX_LOOPS];	/* slots */
};

/* ---- numbers --------------------------------------------------------------------- */

static u64 splitmix(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static u64 rnd(struct gen *g)
{
	return splitmix(&g->state);
}

static u32 below(struct gen *g, u32 n)
{
	return (u32)(rnd(g) >> 32) % n;
}

static bool chance(struct gen *g, u32 percent)
{
	return below(g, 100) < percent;
}

/* Boundaries more often than not. */
static u64 value(struct gen *g)
{
	u64 v = rnd(g);

	switch (below(g, 8)) {
	case 0:
		return below(g, 5);
	case 1:
		return (u64)0 - below(g, 5);
	case 2:
		return (1ULL << below(g, 64)) - below(g, 3);
	case 3:
		return (1ULL << below(g, 64)) + below(g, 3);
	case 4:
		return (u32)v;
	case 5:
		return (s64)(s32)v;
	case 6:
		return v >> below(g, 64);
	default:
		return v;
	}
}

static u32 reg_read(struct gen *g)
{
	u32 r;

	do {
		r = below(g, 10);
	} while (r && r == g->mem_reg);
	return r;
}

#define reg_write reg_read

/* ---- emitting ----------------------------------------------------------------------- */

static void emit(struct gen *g, struct kbpf_insn insn)
{
	g->out->insns[g->out->len++] = insn;
}

static void emit_value(struct gen *g, u32 reg, u64 v)
{
	const struct kbpf_insn two[] = { KBPF_LD_IMM64(reg, v) };

	if ((s64)v == (s32)v && chance(g, 70)) {
		emit(g, KBPF_MOV64_IMM(reg, (s32)v));
		return;
	}
	emit(g, two[0]);
	emit(g, two[1]);
}

static void emit_counter(struct gen *g, u32 n)
{
	/* callees are called in loops: they make few rounds themselves */
	emit(g, KBPF_ST_MEM(KBPF_DW, KBPF_R10, -8 * (s32)(COUNTERS + n),
			    g->func ? 1 + below(g, 2) : 1 + below(g, 5)));
}

/* ---- atoms: arithmetic --------------------------------------------------------------- */

static const u8 plain_ops[] = {
	KBPF_ADD, KBPF_SUB, KBPF_MUL, KBPF_OR, KBPF_AND, KBPF_LSH, KBPF_RSH, KBPF_XOR, KBPF_MOV,
	KBPF_ARSH,
};

static bool is_shift(u32 op)
{
	return op == KBPF_LSH || op == KBPF_RSH || op == KBPF_ARSH;
}

static void atom_alu(struct gen *g)
{
	u32 op = plain_ops[below(g, ARRAY_SIZE(plain_ops))];
	u8 class = chance(g, 60) ? KBPF_ALU64 : KBPF_ALU;
	u32 dst = reg_write(g);
	s32 imm = value(g);

	if (is_shift(op))
		imm = below(g, class == KBPF_ALU64 ? 64 : 32);
	if (chance(g, 55))
		emit(g, KBPF_INSN(class | op | KBPF_X, dst, reg_read(g), 0, 0));
	else
		emit(g, KBPF_INSN(class | op | KBPF_K, dst, 0, 0, imm));
}

static void atom_divide(struct gen *g)
{
	u8 code = (chance(g, 60) ? KBPF_ALU64 : KBPF_ALU) | (chance(g, 50) ? KBPF_DIV : KBPF_MOD);
	s16 off = g->flags & KBPF_RANDOM_V4 ? below(g, 2) : 0;
	u32 dst = reg_write(g), src = reg_read(g);
	s32 imm = value(g);

	if (chance(g, 40)) {
		if (!imm || imm == -1)
			imm = 3 + below(g, 100);
		emit(g, KBPF_INSN(code | KBPF_K, dst, 0, off, imm));
		return;
	}
	if (!(g->flags & KBPF_RANDOM_UNPATCHED)) {
		/* neither 0 nor -1, in both widths */
		emit(g, KBPF_ALU64_IMM(KBPF_AND, src, 0x7ffffff6));
		emit(g, KBPF_ALU64_IMM(KBPF_OR, src, 2));
	}
	emit(g, KBPF_INSN(code | KBPF_X, dst, src, off, 0));
}

static void atom_unary(struct gen *g)
{
	u32 dst = reg_write(g), v4 = g->flags & KBPF_RANDOM_V4 ? 4 : 2;
	s32 width = 16 << below(g, 3);

	switch (below(g, v4)) {
	case 0:
		emit(g, KBPF_INSN((chance(g, 50) ? KBPF_ALU64 : KBPF_ALU) | KBPF_NEG, dst, 0, 0, 0));
		break;
	case 1:
		emit(g, KBPF_ENDIAN(chance(g, 50) ? KBPF_TO_LE : KBPF_TO_BE, dst, width));
		break;
	case 2:
		emit(g, KBPF_BSWAP(dst, width));
		break;
	default:
		if (chance(g, 50))
			emit(g, KBPF_MOVSX64_REG(dst, reg_read(g), 8 << below(g, 3)));
		else
			emit(g, KBPF_MOVSX32_REG(dst, reg_read(g), 8 << below(g, 2)));
	}
}

/* ---- atoms: memory ---------------------------------------------------------------------- */

static const u8 sizes[] = { KBPF_B, KBPF_H, KBPF_W, KBPF_DW };

/* A place for @bytes: base register and offset. */
static u32 place(struct gen *g, u32 bytes, bool aligned, s16 *off)
{
	bool mem = g->mem_reg && chance(g, 50);
	u32 room = (mem ? KBPF_RANDOM_MEM : 8 * STACK_WORDS) - bytes, at = below(g, room + 1);

	if (aligned)
		at -= at % bytes;
	*off = mem ? (s32)at : (s32)at - 8 * STACK_WORDS;
	return mem ? g->mem_reg : KBPF_R10;
}

static void atom_load(struct gen *g)
{
	u8 size = sizes[below(g, 4)];
	s16 off;
	u32 base = place(g, kbpf_isa_size(size), false, &off), dst = reg_write(g);

	if (g->flags & KBPF_RANDOM_V4 && size != KBPF_DW && chance(g, 30))
		emit(g, KBPF_LDX_MEMSX(size, dst, base, off));
	else
		emit(g, KBPF_LDX_MEM(size, dst, base, off));
}

static void atom_store(struct gen *g)
{
	u8 size = sizes[below(g, 4)];
	s16 off;
	u32 base = place(g, kbpf_isa_size(size), false, &off);

	if (chance(g, 40))
		emit(g, KBPF_ST_MEM(size, base, off, (s32)value(g)));
	else
		emit(g, KBPF_STX_MEM(size, base, reg_read(g), off));
}

static void atom_atomic(struct gen *g)
{
	static const u8 ops[] = { KBPF_ATOMIC_ADD, KBPF_ATOMIC_OR, KBPF_ATOMIC_AND, KBPF_ATOMIC_XOR };
	u8 size = chance(g, 50) ? KBPF_W : KBPF_DW;
	u32 what = below(g, 10), base, src = reg_write(g);
	s16 off;

	base = place(g, kbpf_isa_size(size), true, &off);
	if (what < 4)
		emit(g, KBPF_ATOMIC_OP(size, ops[below(g, 4)], base, src, off));
	else if (what < 8)
		emit(g, KBPF_ATOMIC_OP(size, ops[below(g, 4)] | KBPF_FETCH, base, src, off));
	else
		emit(g, KBPF_ATOMIC_OP(size, what == 8 ? KBPF_XCHG : KBPF_CMPXCHG, base, src, off));
	if (what == 9 && size == KBPF_W && !(g->flags & KBPF_RANDOM_UNPATCHED))
		emit(g, KBPF_MOV32_REG(KBPF_R0, KBPF_R0));
}

static void atom_ordered(struct gen *g)
{
	u8 size = sizes[below(g, 4)];
	u32 base, reg = reg_write(g);
	s16 off;

	base = place(g, kbpf_isa_size(size), true, &off);
	if (chance(g, 50))
		emit(g, KBPF_ATOMIC_OP(size, KBPF_LOAD_ACQ, reg, base, off));
	else
		emit(g, KBPF_ATOMIC_OP(size, KBPF_STORE_REL, base, reg, off));
}

/* ---- atoms: idioms of compilers ------------------------------------------------------------ */

/* A number loaded byte by byte, in either order, perhaps with a byte wrong. */
static void idiom_bytes(struct gen *g)
{
	u32 n = chance(g, 50) ? 2 : 4, dst = reg_write(g), tmp, i;
	bool big = chance(g, 50);
	s16 off;
	u32 base = place(g, n, false, &off);

	do {
		tmp = reg_write(g);
	} while (tmp == dst);
	emit(g, KBPF_LDX_MEM(KBPF_B, dst, base, off + (big ? 0 : n - 1)));
	for (i = 1; i < n; i++) {
		s16 at = chance(g, 95) ? (s16)i : (s16)below(g, n);

		emit(g, KBPF_ALU64_IMM(KBPF_LSH, dst, 8));
		emit(g, KBPF_LDX_MEM(KBPF_B, tmp, base, off + (big ? at : (s16)(n - 1) - at)));
		emit(g, KBPF_ALU64_REG(chance(g, 80) ? KBPF_OR : KBPF_ADD, dst, tmp));
	}
}

/* Zero- and sign-extension by two shifts, perhaps by different counts. */
static void idiom_extend(struct gen *g)
{
	u32 dst = reg_write(g), n = chance(g, 70) ? 32 : below(g, 64);
	u32 m = chance(g, 80) ? n : below(g, 64);

	if (chance(g, 50))
		emit(g, KBPF_MOV64_REG(dst, reg_read(g)));
	emit(g, KBPF_ALU64_IMM(KBPF_LSH, dst, n));
	emit(g, KBPF_ALU64_IMM(chance(g, 50) ? KBPF_RSH : KBPF_ARSH, dst, m));
}

/* d = a op b, or a op constant */
static void idiom_three(struct gen *g)
{
	u32 dst = reg_write(g), a = reg_read(g), op = plain_ops[below(g, 8)];

	if (is_shift(op))
		op = KBPF_ADD;
	if (chance(g, 50)) {
		emit(g, KBPF_MOV64_REG(dst, a));
		emit(g, chance(g, 50) ? KBPF_ALU64_REG(op, dst, reg_read(g)) :
					KBPF_ALU64_IMM(op, dst, (s32)value(g)));
	} else {
		emit(g, KBPF_MOV32_REG(dst, a));
		emit(g, chance(g, 50) ? KBPF_ALU32_REG(op, dst, reg_read(g)) :
					KBPF_ALU32_IMM(op, dst, (s32)value(g)));
	}
}

static const u8 conditions[] = {
	KBPF_JEQ, KBPF_JGT, KBPF_JGE, KBPF_JSET, KBPF_JNE, KBPF_JSGT, KBPF_JSGE, KBPF_JLT,
	KBPF_JLE, KBPF_JSLT, KBPF_JSLE,
};

static struct kbpf_insn condition(struct gen *g, s16 off)
{
	u8 code = (chance(g, 60) ? KBPF_JMP : KBPF_JMP32) |
		  conditions[below(g, ARRAY_SIZE(conditions))];

	if (chance(g, 50))
		return KBPF_INSN(code | KBPF_X, reg_read(g), reg_read(g), off, 0);
	return KBPF_INSN(code | KBPF_K, reg_read(g), 0, off, (s32)value(g));
}

/* if (cond) r = x; and if (cond) r = x; else r = y */
static void idiom_diamond(struct gen *g)
{
	u32 dst = reg_write(g);
	bool both = chance(g, 50);

	if (!both && chance(g, 40))
		emit(g, KBPF_MOV64_IMM(dst, (s32)value(g)));
	emit(g, condition(g, both ? 2 : 1));
	emit(g, chance(g, 50) ? KBPF_MOV64_REG(dst, reg_read(g)) :
				KBPF_MOV64_IMM(dst, (s32)value(g)));
	if (both) {
		emit(g, KBPF_JMP_A(1));
		emit(g, chance(g, 50) ? KBPF_MOV64_REG(dst, reg_read(g)) :
					KBPF_MOV64_IMM(dst, (s32)value(g)));
	}
}

/* ---- atoms: control -------------------------------------------------------------------------- */

static void atom_jump(struct gen *g)
{
	struct kbpf_insn insn = condition(g, 0);

	if (chance(g, 8))
		insn = g->flags & KBPF_RANDOM_V4 && chance(g, 50) ? KBPF_JMP32_A(0) : KBPF_JMP_A(0);
	g->jumps_at[g->nr_jumps] = g->out->len;
	/* the atom being made is not counted yet; onto itself would be forever */
	g->jumps_to[g->nr_jumps++] = min_t(u32, g->nr_atoms + 1 + below(g, 12), MAX_ATOMS);
	emit(g, insn);
}

/* End of a loop: counts its word down and goes back while it is positive. */
static void atom_loop_end(struct gen *g)
{
	u32 n = below(g, g->loops), tmp = reg_write(g);
	s16 word = -8 * (s32)(COUNTERS + n);

	emit(g, KBPF_LDX_MEM(KBPF_DW, tmp, KBPF_R10, word));
	emit(g, KBPF_ALU64_IMM(KBPF_SUB, tmp, 1));
	emit(g, KBPF_STX_MEM(KBPF_DW, KBPF_R10, tmp, word));
	emit(g, KBPF_JMP_IMM(KBPF_JSGT, tmp, 0, (s16)(g->loop_head[n] - g->out->len - 1)));
}

static void atom_call(struct gen *g)
{
	u32 r;

	g->calls_at[g->nr_calls] = g->out->len;
	g->calls_to[g->nr_calls++] = g->func + 1 + below(g, g->nr_funcs - g->func - 1);
	emit(g, KBPF_CALL_REL(0));
	/* a call leaves r1-r5 undefined */
	for (r = KBPF_R1; r <= KBPF_R5; r++)
		emit(g, KBPF_MOV64_IMM(r, (s32)value(g)));
}

typedef void (*atom_fn)(struct gen *g);

static atom_fn pick_atom(struct gen *g)
{
	static const atom_fn idioms[] = { idiom_bytes, idiom_extend, idiom_three, idiom_diamond };
	u32 n = below(g, 100);

	if (n < 32)
		return atom_alu;
	if (n < 38)
		return atom_divide;
	if (n < 45)
		return atom_unary;
	if (n < 55)
		return atom_load;
	if (n < 64)
		return atom_store;
	if (n < 69)
		return atom_atomic;
	if (n < 71)
		return g->flags & KBPF_RANDOM_ORDERED ? atom_ordered : atom_load;
	if (n < 84)
		return idioms[below(g, ARRAY_SIZE(idioms))];
	if (n < 96)
		return atom_jump;
	if (n < 98 && g->func + 1 < g->nr_funcs && g->nr_calls < MAX_CALLS)
		return atom_call;
	return g->loops ? atom_loop_end : atom_alu;
}

/* ---- functions ------------------------------------------------------------------------------- */

static void prologue(struct gen *g)
{
	u32 r;

	g->mem_reg = 0;
	if (!g->func) {
		g->mem_reg = KBPF_R6 + below(g, 4);
		emit(g, KBPF_MOV64_REG(g->mem_reg, KBPF_R1));
	}
	for (r = KBPF_R0; r < KBPF_R10; r++) {
		bool argument = g->func && r >= KBPF_R1 && r <= KBPF_R5;

		if (!r || (r != g->mem_reg && !argument))
			emit_value(g, r, value(g));
	}
	for (r = 1; r <= STACK_WORDS; r++)
		emit(g, KBPF_STX_MEM(KBPF_DW, KBPF_R10, reg_read(g), -8 * (s32)r));
	for (r = 0; r < MAX_LOOPS; r++)
		emit_counter(g, r);
}

/* Folds registers and stack into r0. */
static void epilogue(struct gen *g)
{
	u32 r;

	for (r = KBPF_R1; r < KBPF_R10; r++) {
		if (r == g->mem_reg)
			continue;
		emit(g, KBPF_ALU64_IMM(KBPF_MUL, KBPF_R0, 31));
		emit(g, KBPF_ALU64_REG(KBPF_XOR, KBPF_R0, r));
	}
	for (r = 1; r <= STACK_WORDS; r++) {
		emit(g, KBPF_LDX_MEM(KBPF_DW, KBPF_R1, KBPF_R10, -8 * (s32)r));
		emit(g, KBPF_ALU64_IMM(KBPF_MUL, KBPF_R0, 29));
		emit(g, KBPF_ALU64_REG(KBPF_ADD, KBPF_R0, KBPF_R1));
	}
	emit(g, KBPF_EXIT_INSN());
}

static void resolve_jumps(struct gen *g)
{
	u32 i;

	for (i = 0; i < g->nr_jumps; i++) {
		struct kbpf_insn *insn = &g->out->insns[g->jumps_at[i]];
		u32 to = g->atom_at[min_t(u32, g->jumps_to[i], g->nr_atoms)];
		s32 dist = to - g->jumps_at[i] - 1;

		if (insn->code == (KBPF_JMP32 | KBPF_JA))
			insn->imm = dist;
		else
			insn->off = dist;
	}
}

static void make_func(struct gen *g, u32 atoms)
{
	g->start[g->func] = g->out->len;
	g->nr_jumps = 0;
	g->nr_atoms = 0;
	g->loops = 0;
	prologue(g);
	while (g->nr_atoms < atoms) {
		g->atom_at[g->nr_atoms] = g->out->len;
		if (g->loops < MAX_LOOPS && chance(g, 4))
			g->loop_head[g->loops++] = g->out->len;
		pick_atom(g)(g);
		g->nr_atoms++;
		if (g->out->len + ATOM_SLOTS + (g->nr_funcs - g->func) * 2 * EDGE_SLOTS >
		    KBPF_RANDOM_MAX_INSNS)
			break;
	}
	g->atom_at[g->nr_atoms] = g->out->len;
	epilogue(g);
	resolve_jumps(g);
}

void kbpf_random_prog_make(struct kbpf_random_prog *prog, u64 seed, u32 flags)
{
	struct gen *g = kzalloc(sizeof(*g), GFP_KERNEL | __GFP_NOWARN);
	u32 i;

	prog->len = 0;
	if (!g)
		return;
	g->out = prog;
	g->state = seed;
	g->flags = flags;
	g->nr_funcs = flags & KBPF_RANDOM_CALLS && chance(g, 30) ? 2 + below(g, MAX_FUNCS - 1) : 1;
	for (g->func = 0; g->func < g->nr_funcs; g->func++)
		make_func(g, chance(g, 5) ? MAX_ATOMS : 1 + below(g, 60));
	for (i = 0; i < g->nr_calls; i++)
		prog->insns[g->calls_at[i]].imm = (s32)(g->start[g->calls_to[i]] - g->calls_at[i] - 1);
	kfree(g);
}

void kbpf_random_mem(u8 *mem, u64 seed)
{
	u64 state = ~seed;
	u32 i;

	for (i = 0; i < KBPF_RANDOM_MEM; i += 8) {
		u64 v = splitmix(&state);

		/* words of few bits, of many, and whole ones */
		put_unaligned(v & 3 ? v : v >> (v >> 2 & 63), (u64 *)(mem + i));
	}
}
