// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Programs with the shapes that verifiers have been wrong about, mostly legal:
 * a map value and numbers from it in registers that stay, then arithmetic, jumps,
 * stack, indices, spills, calls and loops over a pool of registers that hold
 * numbers. What is drawn comes from a seed, or from bytes that a fuzzer chose.
 */
#include "helpers/kfunc.h"
#include "helpers/proto.h"
#include "isa/insn.h"
#include "isa/opcode.h"
#include "kbpf.h"
#include "verifier/generate.h"

static struct draw draw;
static struct program *out;

/* Places that name a function; where that is, is known at the end. */
struct names {
	u32 at[4];
	u32 nr;
};

static struct names called_back, timers, globals;
static bool inside;		/* a function: it has no helper call another */

static u64 next_random(void)
{
	draw.rng ^= draw.rng << 13;
	draw.rng ^= draw.rng >> 7;
	draw.rng ^= draw.rng << 17;
	return draw.rng;
}

/* @n bytes of the fuzzer's, zeros behind its end. */
static u64 next_bytes(u32 n)
{
	u64 x = 0;

	for (u32 i = 0; i < n && draw.left; i++, draw.left--)
		x |= (u64)*draw.data++ << (8 * i);
	return x;
}

static u64 any_number(void)
{
	return draw.data ? next_bytes(8) : next_random();
}

static u32 below(u32 n)
{
	return draw.data ? next_bytes(1) % n : (next_random() >> 24) % n;
}

static bool exhausted(void)
{
	return draw.data && !draw.left;
}

/* A number at which verifiers stumble. */
static u64 odd_number(void)
{
	static const u64 base[] = {
		0, 1, 2, 7, 8, 63, 64, 255, 1ULL << 15, 1ULL << 31, 1ULL << 32, 1ULL << 33, 1ULL << 62,
		1ULL << 63, U64_MAX, 0x7fffffff, 0xffffffff, 0x100000001, 0x5555555555555555,
	};

	switch (below(5)) {
	case 0:
		return any_number();
	case 1:
		return below(80);
	default:
		return base[below(ARRAY_SIZE(base))] + below(3) - 1;
	}
}

/* ---- programs ----------------------------------------------------------------------- */

static void emit(struct kbpf_insn insn)
{
	if (out->len < ARRAY_SIZE(out->insns))
		out->insns[out->len++] = insn;
}

static void emit_lddw(u32 dst, u32 pseudo, s32 imm)
{
	emit(KBPF_INSN(KBPF_LDDW, dst, pseudo, 0, imm));
	emit(KBPF_INSN(0, 0, 0, 0, 0));
}

static bool more_names(struct names *n)
{
	if (n->nr == ARRAY_SIZE(n->at))
		return false;
	n->at[n->nr++] = out->len;
	return true;
}

/* The function begins here. */
static void begin_func(struct names *n, bool is_global)
{
	for (u32 i = 0; i < n->nr; i++)
		if (n->at[i] < out->len)
			out->insns[n->at[i]].imm = out->len - n->at[i] - 1;
	out->funcs[out->nr_funcs].start = out->len;
	out->funcs[out->nr_funcs++].is_global = is_global;
	inside = true;
}

/* A register that holds a number: r0 - r5 come and go, r6 - r8 stay. */
static u32 num_reg(void)
{
	static const u8 regs[] = { 0, 3, 4, 6, 7, 8, 6, 7 };

	return regs[below(ARRAY_SIZE(regs))];
}

static const u8 alu_ops[] = {
	KBPF_ADD, KBPF_SUB, KBPF_MUL, KBPF_DIV, KBPF_OR, KBPF_AND, KBPF_LSH, KBPF_RSH, KBPF_MOD,
	KBPF_XOR, KBPF_MOV, KBPF_ARSH, KBPF_ADD, KBPF_AND, KBPF_MOV,
};

static void emit_alu(void)
{
	u8 op = alu_ops[below(ARRAY_SIZE(alu_ops))], class = below(2) ? KBPF_ALU64 : KBPF_ALU;
	u32 dst = num_reg(), src = num_reg();
	s32 imm = odd_number();
	s16 off = 0;

	if ((op == KBPF_DIV || op == KBPF_MOD) && !below(3))
		off = 1;
	if (below(2)) {
		if (op == KBPF_MOV && !below(3))
			off = class == KBPF_ALU ? 8 << below(2) : 8 << below(3);
		emit(KBPF_INSN(class | op | KBPF_X, dst, src, off, 0));
		return;
	}
	if (op == KBPF_LSH || op == KBPF_RSH || op == KBPF_ARSH)
		imm = below(class == KBPF_ALU ? 32 : 64);
	if ((op == KBPF_DIV || op == KBPF_MOD) && !imm)
		imm = 3;
	emit(KBPF_INSN(class | op | KBPF_K, dst, 0, off, imm));
}

static void emit_unary(void)
{
	u32 dst = num_reg();

	switch (below(3)) {
	case 0:
		emit(KBPF_INSN((below(2) ? KBPF_ALU64 : KBPF_ALU) | KBPF_NEG, dst, 0, 0, 0));
		break;
	case 1:
		emit(KBPF_ENDIAN(below(2) ? KBPF_TO_LE : KBPF_TO_BE, dst, 16 << below(3)));
		break;
	default:
		emit(KBPF_BSWAP(dst, 16 << below(3)));
	}
}

static const u8 jmp_ops[] = {
	KBPF_JEQ, KBPF_JNE, KBPF_JGT, KBPF_JGE, KBPF_JLT, KBPF_JLE, KBPF_JSGT, KBPF_JSGE, KBPF_JSLT,
	KBPF_JSLE, KBPF_JSET,
};

/* A jump forward; where to is set once the program is complete. */
static void emit_jump(void)
{
	u8 class = below(2) ? KBPF_JMP : KBPF_JMP32, op = jmp_ops[below(ARRAY_SIZE(jmp_ops))];

	if (below(3))
		emit(KBPF_INSN(class | op | KBPF_K, num_reg(), 0, S16_MAX, odd_number()));
	else
		emit(KBPF_INSN(class | op | KBPF_X, num_reg(), num_reg(), S16_MAX, 0));
}

static const u8 sizes[] = { KBPF_B, KBPF_H, KBPF_W, KBPF_DW };

/* An offset in the stack that is aligned. */
static s16 stack_off(u8 size)
{
	return -64 + (s32)(below(64) & ~(kbpf_isa_size(size) - 1));
}

static void emit_stack(void)
{
	u8 size = sizes[below(4)];

	switch (below(5)) {
	case 0:
		emit(KBPF_ST_MEM(size, KBPF_R10, stack_off(size), (s32)odd_number()));
		break;
	case 1:
	case 2:
		emit(KBPF_STX_MEM(size, KBPF_R10, num_reg(), stack_off(size)));
		break;
	case 3:
		emit(KBPF_LDX_MEM(size, num_reg(), KBPF_R10, stack_off(size)));
		break;
	default:
		/* through another register */
		emit(KBPF_MOV64_REG(KBPF_R2, KBPF_R10));
		emit(KBPF_ALU64_IMM(KBPF_ADD, KBPF_R2, -64));
		if (below(2))
			emit(KBPF_STX_MEM(size, KBPF_R2, num_reg(), 64 + stack_off(size)));
		else
			emit(KBPF_LDX_MEM(size, num_reg(), KBPF_R2, 64 + stack_off(size)));
	}
}

static void emit_atomic(void)
{
	static const s32 ops[] = {
		KBPF_ATOMIC_ADD, KBPF_ATOMIC_OR, KBPF_ATOMIC_AND | KBPF_FETCH,
		KBPF_ATOMIC_ADD | KBPF_FETCH, KBPF_ATOMIC_XOR | KBPF_FETCH, KBPF_XCHG, KBPF_CMPXCHG,
	};
	u8 size = below(2) ? KBPF_W : KBPF_DW;
	bool stack = below(2);

	emit(KBPF_ATOMIC_OP(size, ops[below(ARRAY_SIZE(ops))], stack ? KBPF_R10 : KBPF_R9, num_reg(),
			    stack ? stack_off(size) : 8 * (s32)below(8)));
}

/* Memory at an index that was masked or compared: well, badly, or not at all. */
static void emit_index(void)
{
	u32 reg = num_reg(), size = below(4);
	bool stack = !below(3);
	s16 off = (s32)below(20) - 4;

	emit(KBPF_MOV64_REG(KBPF_R1, reg));
	if (below(2))
		emit(KBPF_ALU64_IMM(KBPF_AND, KBPF_R1, below(96)));
	else if (below(2))
		emit(KBPF_JMP_IMM(jmp_ops[below(10)], reg, below(96), S16_MAX));
	if (!below(3))
		emit(KBPF_JMP_IMM(jmp_ops[below(10)], reg, below(40), S16_MAX));
	if (stack)
		emit(KBPF_ALU64_IMM(KBPF_AND, KBPF_R1, -(s32)kbpf_isa_size(sizes[size])));
	emit(KBPF_MOV64_REG(KBPF_R2, stack ? KBPF_R10 : KBPF_R9));
	if (stack)
		off = -64;
	emit(KBPF_ALU64_REG(below(8) ? KBPF_ADD : KBPF_SUB, KBPF_R2, KBPF_R1));
	if (below(2))
		emit(KBPF_STX_MEM(sizes[size], KBPF_R2, num_reg(), off));
	else
		emit(KBPF_LDX_MEM(sizes[size], num_reg(), KBPF_R2, off));
}

/* Pointers spilled, copied, perhaps damaged, and used. */
static void emit_spill(void)
{
	s16 off = -8 * (1 + (s32)below(8));

	emit(KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R9, off));
	if (!below(6))
		emit(KBPF_ST_MEM(KBPF_B, KBPF_R10, off + (s32)below(8), 1));
	emit(KBPF_LDX_MEM(KBPF_DW, KBPF_R5, KBPF_R10, off));
	emit(KBPF_LDX_MEM(KBPF_W, num_reg(), KBPF_R5, 4 * (s32)below(16)));
}

static void emit_lookup(void)
{
	emit(KBPF_STX_MEM(KBPF_W, KBPF_R10, num_reg(), -68));
	emit(KBPF_MOV64_REG(KBPF_R2, KBPF_R10));
	emit(KBPF_ALU64_IMM(KBPF_ADD, KBPF_R2, -68));
	emit_lddw(KBPF_R1, KBPF_PSEUDO_MAP_FD, MAP_NUMBERS);
	emit(KBPF_CALL_HELPER(KBPF_FUNC_map_lookup_elem));
	emit(KBPF_MOV64_REG(KBPF_R5, KBPF_R0));
	emit(KBPF_MOV64_IMM(KBPF_R3, 1));
	emit(KBPF_MOV64_IMM(KBPF_R4, 2));
	emit(KBPF_JMP_IMM(below(4) ? KBPF_JEQ : KBPF_JNE, below(2) ? KBPF_R0 : KBPF_R5, 0, 1));
	emit(KBPF_LDX_MEM(KBPF_DW, num_reg(), KBPF_R5, 8 * (s32)below(8)));
	emit(KBPF_MOV64_IMM(KBPF_R0, 5));
}

static void emit_random(void)
{
	emit(KBPF_CALL_HELPER(KBPF_FUNC_get_prandom_u32));
	emit(KBPF_MOV64_IMM(KBPF_R3, odd_number()));
	emit(KBPF_MOV64_REG(KBPF_R4, KBPF_R0));
}

/* A loop of a few rounds; the counter is in the stack or in r8. */
static void emit_loop(void)
{
	u32 top, rounds = 1 + below(9);

	emit(KBPF_MOV64_IMM(KBPF_R8, 0));
	top = out->len;
	for (u32 i = below(4); i; i--)
		emit_alu();
	emit(KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R8, -72));
	emit_stack();
	emit(KBPF_LDX_MEM(KBPF_DW, KBPF_R8, KBPF_R10, -72));
	emit(KBPF_ALU64_IMM(KBPF_ADD, KBPF_R8, 1));
	emit(KBPF_JMP_IMM(KBPF_JLT, KBPF_R8, rounds, (s32)top - (s32)out->len - 1));
}

/* Every call leaves r0 to r5 unknown; numbers are expected in some of them. */
static void emit_numbers(void)
{
	emit(KBPF_MOV64_IMM(KBPF_R0, 1));
	emit(KBPF_MOV64_IMM(KBPF_R3, (s32)odd_number()));
	emit(KBPF_MOV64_IMM(KBPF_R4, 4));
}

/* What a loop does with its counter in r8. No jump: it would lead out of the loop. */
static void emit_round(void)
{
	for (u32 i = below(3); i; i--)
		emit_alu();
	if (below(2))
		emit_stack();
	if (!below(3))
		return;
	emit(KBPF_MOV64_REG(KBPF_R1, KBPF_R8));
	if (below(4))
		emit(KBPF_ALU64_IMM(KBPF_AND, KBPF_R1, below(70)));
	emit(KBPF_MOV64_REG(KBPF_R2, KBPF_R9));
	emit(KBPF_ALU64_REG(KBPF_ADD, KBPF_R2, KBPF_R1));
	emit(KBPF_STX_MEM(KBPF_B, KBPF_R2, num_reg(), (s32)below(3) - 1));
}

/* A loop that goes round for as long as may_goto lets it, or past it at times. */
static void emit_may_goto(void)
{
	u32 top, counter;

	emit(KBPF_MOV64_IMM(KBPF_R8, 0));
	top = out->len;
	if (!below(4))
		emit(KBPF_JMP_IMM(jmp_ops[below(10)], num_reg(), below(70), 1));
	counter = out->len;
	emit(KBPF_MAY_GOTO(0));
	emit_round();
	emit(KBPF_ALU64_IMM(KBPF_ADD, KBPF_R8, 1 + (s32)below(3)));
	if (below(3))
		emit(KBPF_JMP_IMM(jmp_ops[below(10)], KBPF_R8, below(70), 1));
	emit(KBPF_JMP_A((s32)top - (s32)out->len - 1));
	if (out->len < ARRAY_SIZE(out->insns))
		out->insns[counter].off = out->len - counter - 1;
}

#define ITER_OFF	(-80)

static void emit_iter_call(u32 kfunc)
{
	emit(KBPF_MOV64_REG(KBPF_R1, KBPF_R10));
	emit(KBPF_ALU64_IMM(KBPF_ADD, KBPF_R1, ITER_OFF));
	if (kfunc == KBPF_KFUNC_iter_num_new) {
		emit(KBPF_MOV64_IMM(KBPF_R2, (s32)below(70) - 2));
		emit(KBPF_MOV64_IMM(KBPF_R3, below(70)));
	}
	emit(KBPF_CALL_KFUNC(kfunc));
}

/* A loop over a numeric iterator. */
static void emit_iter(void)
{
	u32 top, leave;

	emit_iter_call(KBPF_KFUNC_iter_num_new);
	emit_numbers();
	top = out->len;
	/* past it */
	if (!below(4))
		emit(KBPF_JMP_IMM(jmp_ops[below(10)], num_reg(), below(70), 8));
	emit_iter_call(KBPF_KFUNC_iter_num_next);
	leave = out->len;
	emit(KBPF_JMP_IMM(KBPF_JEQ, KBPF_R0, 0, 0));
	emit(KBPF_LDX_MEM(KBPF_W, KBPF_R8, KBPF_R0, 0));
	emit_numbers();
	if (below(2))
		emit(KBPF_JMP_IMM(KBPF_JGT, KBPF_R8, below(70), (s32)top - (s32)out->len - 1));
	emit_round();
	emit(KBPF_JMP_A((s32)top - (s32)out->len - 1));
	if (leave < ARRAY_SIZE(out->insns))
		out->insns[leave].off = out->len - leave - 1;
	emit_iter_call(KBPF_KFUNC_iter_num_destroy);
	emit_numbers();
}

/* bpf_loop() of a function, as often as some number says, with a part of the stack. */
static void emit_call_back(void)
{
	if (inside)
		return;
	if (below(2))
		emit(KBPF_MOV64_IMM(KBPF_R1, below(70)));
	else
		emit(KBPF_MOV64_REG(KBPF_R1, num_reg()));
	if (!more_names(&called_back))
		return;
	emit_lddw(KBPF_R2, KBPF_PSEUDO_FUNC, 0);
	emit(KBPF_MOV64_REG(KBPF_R3, KBPF_R10));
	emit(KBPF_ALU64_IMM(KBPF_ADD, KBPF_R3, -64));
	emit(KBPF_MOV64_IMM(KBPF_R4, 0));
	emit(KBPF_CALL_HELPER(KBPF_FUNC_loop));
	emit_numbers();
}

/*
 * A copy at a constant distance, on two ways perhaps not the same one; what is found out
 * of the one is known of the other, which is an index.
 */
static void emit_linked(void)
{
	u32 reg = num_reg(), wide = below(4) ? KBPF_ALU64 : KBPF_ALU, most = below(72);
	s32 by = odd_number();

	if (!below(3)) {
		emit(KBPF_JMP_IMM(jmp_ops[below(10)], num_reg(), odd_number(), 3));
		emit(KBPF_MOV64_REG(KBPF_R5, reg));
		emit(KBPF_ALU64_IMM(KBPF_ADD, KBPF_R5, below(2) ? by : (s32)odd_number()));
		emit(KBPF_JMP_A(3));
		emit(KBPF_ALU64_IMM(KBPF_ADD, reg, below(3)));
	}
	emit(KBPF_MOV64_REG(KBPF_R5, reg));
	emit(KBPF_INSN(wide | KBPF_ADD | KBPF_K, KBPF_R5, 0, 0, by));
	if (below(4)) {
		emit(KBPF_JMP_IMM(by < 0 ? KBPF_JSLT : KBPF_JLT, KBPF_R5, by, 4));
		emit(KBPF_JMP_IMM(by < 0 ? KBPF_JSGT : KBPF_JGT, KBPF_R5, by + most, 3));
	} else {
		emit(KBPF_INSN((below(4) ? KBPF_JMP : KBPF_JMP32) | jmp_ops[below(10)], KBPF_R5, 0, 3,
			       odd_number()));
	}
	emit(KBPF_MOV64_REG(KBPF_R2, KBPF_R9));
	emit(KBPF_ALU64_REG(KBPF_ADD, KBPF_R2, reg));
	emit(KBPF_LDX_MEM(KBPF_B, num_reg(), KBPF_R2, 0));
}

/* A call of the global function with memory, too little of it, or none. */
static void emit_global_call(void)
{
	if (inside)
		return;
	switch (below(4)) {
	case 0:
		emit(KBPF_MOV64_IMM(KBPF_R1, 0));
		break;
	case 1:
		emit(KBPF_MOV64_REG(KBPF_R1, KBPF_R9));
		emit(KBPF_ALU64_IMM(KBPF_ADD, KBPF_R1, below(52)));
		break;
	default:
		emit(KBPF_MOV64_REG(KBPF_R1, KBPF_R10));
		emit(KBPF_ALU64_IMM(KBPF_ADD, KBPF_R1, -8 - 8 * (s32)below(8)));
	}
	emit(KBPF_MOV64_REG(KBPF_R2, num_reg()));
	if (!more_names(&globals))
		return;
	emit(KBPF_CALL_REL(0));
	emit_numbers();
}

/* Places on the stack for pointers to values with locks. */
#define OBJECT_OFF(n)	(-96 - 8 * (s32)(n))

/* r1 = what lies at @at of the @n-th. */
static void emit_object(u32 n, u32 at)
{
	emit(KBPF_LDX_MEM(KBPF_DW, KBPF_R1, KBPF_R10, OBJECT_OFF(n)));
	if (at)
		emit(KBPF_ALU64_IMM(KBPF_ADD, KBPF_R1, at));
}

/* A lookup of it: without it there is nothing to do up to @...; the place of that jump. */
static u32 emit_object_lookup(u32 n)
{
	u32 leave;

	emit(KBPF_ST_MEM(KBPF_W, KBPF_R10, -68, below(3)));
	emit(KBPF_MOV64_REG(KBPF_R2, KBPF_R10));
	emit(KBPF_ALU64_IMM(KBPF_ADD, KBPF_R2, -68));
	emit_lddw(KBPF_R1, KBPF_PSEUDO_MAP_FD, MAP_OBJECTS);
	emit(KBPF_CALL_HELPER(KBPF_FUNC_map_lookup_elem));
	emit(KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R0, OBJECT_OFF(n)));
	leave = out->len;
	emit(KBPF_JMP_IMM(KBPF_JEQ, KBPF_R0, 0, 0));
	emit_numbers();
	return leave;
}

static void leave_here(u32 from)
{
	if (from < ARRAY_SIZE(out->insns))
		out->insns[from].off = out->len - from - 1;
}

static void emit_locked(u32 n)
{
	for (u32 i = below(3); i; i--)
		emit_alu();
	if (!below(6))
		emit_jump();
	if (!below(8))
		emit_random();
	emit_object(n, 0);
	emit(KBPF_STX_MEM(KBPF_W, KBPF_R1, num_reg(), DATA_AT + 4 * (s32)below(2) - !below(16)));
}

/* One lock, or two after one another, given back on all ways, or nearly. */
static void emit_lock(void)
{
	u32 two = !below(3), leave[2] = { }, reg = num_reg(), imm = below(70);

	leave[0] = emit_object_lookup(0);
	if (two)
		leave[1] = emit_object_lookup(1);
	/* taken and given back on the same condition */
	if (!below(3))
		emit(KBPF_JMP_IMM(KBPF_JGT, reg, imm, 2));
	emit_object(0, LOCK_AT);
	emit(KBPF_CALL_HELPER(KBPF_FUNC_spin_lock));
	emit_numbers();
	emit_locked(below(8) ? 0 : two);
	if (!below(3))
		emit(KBPF_JMP_IMM(KBPF_JGT, reg, imm, 2));
	emit_object(below(8) ? 0 : two, LOCK_AT);
	emit(KBPF_CALL_HELPER(KBPF_FUNC_spin_unlock));
	emit_numbers();
	if (two)
		leave_here(leave[1]);
	leave_here(leave[0]);
	emit_numbers();
}

/* A timer is set up, told what to call, started, or some of this. */
static void emit_timer(void)
{
	u32 leave;

	if (inside)
		return;
	leave = emit_object_lookup(0);
	emit_object(0, TIMER_AT);
	if (below(2)) {
		emit_lddw(KBPF_R2, KBPF_PSEUDO_MAP_FD, below(8) ? MAP_OBJECTS : MAP_NUMBERS);
		emit(KBPF_MOV64_IMM(KBPF_R3, 1));
		emit(KBPF_CALL_HELPER(KBPF_FUNC_timer_init));
		emit_object(0, TIMER_AT);
	}
	if (!more_names(&timers))
		return;
	emit_lddw(KBPF_R2, KBPF_PSEUDO_FUNC, 0);
	emit(KBPF_CALL_HELPER(KBPF_FUNC_timer_set_callback));
	emit_object(0, TIMER_AT);
	emit(KBPF_MOV64_IMM(KBPF_R2, below(100)));
	emit(KBPF_MOV64_IMM(KBPF_R3, 0));
	emit(KBPF_CALL_HELPER(KBPF_FUNC_timer_start));
	leave_here(leave);
	emit_numbers();
}

static void emit_some_loop(void)
{
	switch (below(8)) {
	case 0:
		emit_may_goto();
		break;
	case 1:
		emit_iter();
		break;
	case 2:
		emit_call_back();
		break;
	case 3:
	case 4:
		emit_loop();
		break;
	}
}

/* Calls of what the machine that runs programs does not have become calls of what it has. */
void program_tame(struct kbpf_insn *i)
{
	if (i->code != (KBPF_JMP | KBPF_CALL) || i->src_reg == KBPF_PSEUDO_CALL)
		return;
	i->src_reg = 0;
	i->imm = i->imm & 1 ? KBPF_FUNC_map_lookup_elem : KBPF_FUNC_get_prandom_u32;
}

/* Any bytes as an instruction, so far as its registers go: what no shape above thinks of. */
static void emit_raw(void)
{
	struct kbpf_insn i = {
		.code = next_bytes(1), .dst_reg = below(KBPF_REGS), .src_reg = below(KBPF_REGS),
		.off = below(4) ? 0 : -8 * (s32)below(10), .imm = next_bytes(1 + 3 * below(2)),
	};
	u8 class = KBPF_CLASS(i.code), op = KBPF_OP(i.code);

	if ((class == KBPF_JMP || class == KBPF_JMP32) && op != KBPF_CALL && op != KBPF_EXIT)
		i.off = S16_MAX;
	program_tame(&i);
	emit(i);
}

static void emit_body(u32 n)
{
	while (n-- && !exhausted()) {
		if (draw.data && !below(24)) {
			emit_raw();
			continue;
		}
		switch (below(19)) {
		case 0: case 1: case 2: case 3: case 4:
			emit_alu();
			break;
		case 16:
			emit_linked();
			break;
		case 17:
			emit_global_call();
			break;
		case 18:
			if (out->type != KBPF_PROG_TYPE_SCHED_CLS)
				emit_alu();
			else if (below(3))
				emit_lock();
			else
				emit_timer();
			break;
		case 5:
			emit_unary();
			break;
		case 6: case 7: case 8:
			emit_jump();
			break;
		case 9: case 10:
			emit_stack();
			break;
		case 11:
			emit_index();
			break;
		case 12:
			emit_spill();
			break;
		case 13:
			if (below(2))
				emit_lookup();
			else
				emit_random();
			break;
		case 14:
			emit_atomic();
			break;
		default:
			emit_some_loop();
		}
	}
}

/* Jumps forward get a target: not into a 64-bit immediate, not past the exit. */
static void set_targets(u32 start, u32 end)
{
	for (u32 i = start; i < end; i++) {
		u32 to;

		if (out->insns[i].off != S16_MAX)
			continue;
		to = i + 1 + below(min(end - i - 1, 24u) ? min(end - i - 1, 24u) : 1);
		while (to < end && to && kbpf_isa_is_lddw(&out->insns[to - 1]))
			to++;
		out->insns[i].off = to - i - 1;
	}
}

static void emit_values(void)
{
	emit_lddw(KBPF_R9, KBPF_PSEUDO_MAP_VALUE, MAP_NUMBERS);
	emit(KBPF_LDX_MEM(KBPF_DW, KBPF_R6, KBPF_R9, 0));
	emit(KBPF_LDX_MEM(KBPF_DW, KBPF_R7, KBPF_R9, 8));
	emit(KBPF_LDX_MEM(sizes[below(4)], KBPF_R8, KBPF_R9, 16));
	emit(KBPF_MOV64_IMM(KBPF_R0, odd_number()));
	emit(KBPF_MOV64_IMM(KBPF_R3, odd_number()));
	emit(KBPF_MOV64_REG(KBPF_R4, KBPF_R7));
}

/* The function that is called, with numbers in r1 and r2 or a piece of stack in r2. */
static void emit_callee(struct names *calls)
{
	u32 start;

	begin_func(calls, false);
	emit(KBPF_MOV64_REG(KBPF_R5, KBPF_R1));
	if (below(2))
		emit(KBPF_STX_MEM(KBPF_DW, KBPF_R2, KBPF_R5, -8 * (1 + (s32)below(8))));
	emit_values();
	emit(KBPF_MOV64_REG(KBPF_R6, KBPF_R5));
	start = out->len;
	emit_body(below(10));
	set_targets(start, out->len);
	emit(KBPF_MOV64_REG(KBPF_R0, num_reg()));
	emit(KBPF_EXIT_INSN());
}

/* The function that bpf_loop() calls: with the round in r1 and 64 bytes of stack in r2. */
static void emit_called_back(void)
{
	u32 start;

	begin_func(&called_back, false);
	emit(KBPF_MOV64_REG(KBPF_R5, KBPF_R1));
	emit(KBPF_MOV64_REG(KBPF_R7, KBPF_R2));
	if (below(2))
		emit(KBPF_STX_MEM(KBPF_DW, KBPF_R2, KBPF_R5, 8 * (s32)below(8)));
	if (below(2))
		emit(KBPF_LDX_MEM(KBPF_DW, KBPF_R5, KBPF_R7, 8 * (s32)below(8)));
	emit_values();
	emit(KBPF_MOV64_REG(KBPF_R8, KBPF_R5));
	start = out->len;
	emit_round();
	emit_body(below(6));
	set_targets(start, out->len);
	emit(KBPF_MOV64_REG(KBPF_R0, num_reg()));
	emit(KBPF_ALU64_IMM(KBPF_AND, KBPF_R0, below(16) ? 1 : 3));
	emit(KBPF_EXIT_INSN());
}

/* The function that timers call: with the map in r1, the key in r2 and the value in r3. */
static void emit_timer_func(void)
{
	u32 start;

	begin_func(&timers, false);
	emit(KBPF_LDX_MEM(KBPF_W, KBPF_R5, KBPF_R2, 0));
	emit(KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R3, OBJECT_OFF(0)));
	emit(KBPF_STX_MEM(KBPF_W, KBPF_R3, KBPF_R5, DATA_AT + 4 * (s32)below(2) + !below(16)));
	emit_values();
	emit(KBPF_MOV64_REG(KBPF_R8, KBPF_R5));
	start = out->len;
	emit_body(below(6));
	set_targets(start, out->len);
	emit(KBPF_MOV64_IMM(KBPF_R0, !below(16)));
	emit(KBPF_EXIT_INSN());
}

/* The global function: memory or NULL in r1, a number in r2. */
static void emit_global_func(void)
{
	u8 size = sizes[below(4)];
	s16 off = below(PASSED_SIZE) & ~(kbpf_isa_size(size) - 1);
	u32 start, leave;

	begin_func(&globals, true);
	emit(KBPF_MOV64_REG(KBPF_R5, KBPF_R2));
	leave = out->len;
	if (below(8))
		emit(KBPF_JMP_IMM(KBPF_JEQ, KBPF_R1, 0, 0));
	if (below(2))
		emit(KBPF_STX_MEM(size, KBPF_R1, KBPF_R2, off + !below(16) * 16));
	if (below(2))
		emit(KBPF_LDX_MEM(size, KBPF_R5, KBPF_R1, off));
	if (out->len < ARRAY_SIZE(out->insns) && out->insns[leave].code == (KBPF_JMP | KBPF_JEQ))
		leave_here(leave);
	emit_values();
	emit(KBPF_MOV64_REG(KBPF_R6, KBPF_R5));
	start = out->len;
	emit_body(below(8));
	set_targets(start, out->len);
	emit(KBPF_MOV64_REG(KBPF_R0, num_reg()));
	emit(KBPF_EXIT_INSN());
}

static void begin(const struct draw *from, struct program *to)
{
	draw = *from;
	out = to;
	out->len = 0;
	out->nr_funcs = 1;
	out->funcs[0].start = 0;
	out->funcs[0].is_global = false;
	called_back.nr = 0;
	timers.nr = 0;
	globals.nr = 0;
	inside = false;
	/* maps with locks and timers are not for kprobes */
	out->type = below(3) ? KBPF_PROG_TYPE_KPROBE : KBPF_PROG_TYPE_SCHED_CLS;
}

void generate(const struct draw *from, struct program *to)
{
	struct names calls = { };
	u32 start;

	begin(from, to);
	emit_values();
	start = out->len;
	emit_body(4 + below(24));
	if (below(3) == 0) {
		emit(KBPF_MOV64_REG(KBPF_R1, KBPF_R6));
		emit(KBPF_MOV64_REG(KBPF_R2, below(2) ? KBPF_R10 : KBPF_R7));
		more_names(&calls);
		emit(KBPF_CALL_REL(0));
		emit(KBPF_MOV64_IMM(KBPF_R3, 3));
		emit(KBPF_MOV64_IMM(KBPF_R4, 4));
		emit_body(below(10));
	}
	set_targets(start, out->len);
	emit(KBPF_MOV64_IMM(KBPF_R0, 0));
	emit(KBPF_EXIT_INSN());
	if (calls.nr)
		emit_callee(&calls);
	if (globals.nr)
		emit_global_func();
	if (called_back.nr)
		emit_called_back();
	if (timers.nr)
		emit_timer_func();
	if (!globals.nr)
		out->nr_funcs = 0;
}
