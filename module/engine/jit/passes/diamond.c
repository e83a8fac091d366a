// SPDX-License-Identifier: GPL-2.0
/*
 * A branch around one move becomes a conditional move, or the condition as a
 * value: nothing to predict, and a longer straight line for the passes that
 * follow.
 *
 * Needs of the verifier: nothing; the move is between registers. Vectors:
 * jit_diamond_upper_half, jit_diamond_half_of_itself,
 * jit_diamond_half_of_the_unwritten, jit_diamond_jumped_into, jit_diamond_load_stays.
 */
#include "jit/passes/pass.h"

/*
 * The one operation that the condition @i decides about: that it jumps over, or
 * that stands before a jump to the same place. NULL where there is more.
 */
static struct kbpf_jit_op *decided(const struct kbpf_jit_ir *ir, u32 i)
{
	struct kbpf_jit_op *only = NULL;
	u32 to = ir->ops[i].target;

	for (u32 k = i + 1; k < ir->nr && k != to; k++) {
		struct kbpf_jit_op *op = &ir->ops[k];

		if (op->kind == JIT_JMP)
			return op->target == to ? only : NULL;
		if (op->leader)
			return NULL;
		if (op->kind == JIT_NOP)
			continue;
		if (only)
			return NULL;
		only = op;
	}
	return to > i ? only : NULL;
}

static bool is_constant(const struct kbpf_jit_op *op)
{
	return op->kind == JIT_IMM && op->imm == (s32)op->imm;
}

static void drop(struct kbpf_jit_op *op)
{
	op->kind = JIT_NOP;
	op->dst = JIT_NONE;
}

/* "d = 1; if c goto over; d = 0; over:" is the condition itself. */
static bool make_setcc(struct kbpf_jit_ir *ir, u32 i, struct kbpf_jit_op *move)
{
	struct kbpf_jit_op *jcc = &ir->ops[i], *first;
	u32 at = i;

	if (move->kind != JIT_IMM || (move->imm != 0 && move->imm != 1))
		return false;
	do {
		if (ir->ops[at].leader || !at)
			return false;
		first = &ir->ops[--at];
	} while (first->kind == JIT_NOP);
	if (first->kind != JIT_IMM || first->dst != move->dst || first->imm != 1 - move->imm ||
	    (kbpf_jit_reads(ir, jcc) & JIT_BIT(move->dst)))
		return false;
	jcc->kind = JIT_SETCC;
	jcc->code ^= move->imm;
	jcc->dst = move->dst;
	drop(first);
	drop(move);
	return true;
}

/* Has a register no upper half before operation @i? @zero: found out when first asked. */
static bool is_narrow(const struct kbpf_jit_ir *ir, u16 **zero, u32 i, u8 reg)
{
	if (!*zero)
		*zero = kbpf_jit_upper_zero(ir);
	return *zero && ((*zero)[i] & kbpf_jit_bit(reg));
}

/* Return: a branch is gone. */
static bool convert(struct kbpf_jit_ir *ir, u32 i, u16 **zero)
{
	struct kbpf_jit_op *jcc = &ir->ops[i], *move = decided(ir, i);
	bool narrow;

	if (!move || (!kbpf_jit_is_move(move) && !is_constant(move)))
		return false;
	if (make_setcc(ir, i, move))
		return true;
	/* Whether values are equal is mostly foreseen; then not to wait for them is better. */
	if (jcc->code == JIT_EQ || jcc->code == JIT_NE)
		return false;
	/* Asked while the operations are whole. */
	narrow = move->kind == JIT_ZX && !is_narrow(ir, zero, i, move->b);
	jcc->kind = JIT_CMOV;
	jcc->code ^= 1;
	jcc->dst = move->dst;
	jcc->c = move->kind == JIT_IMM ? JIT_NONE : move->b;
	jcc->size = narrow ? 4 : 8;
	jcc->mem.disp = move->kind == JIT_IMM ? (s32)move->imm : 0;
	drop(move);
	return true;
}

int kbpf_jit_pass_diamond(struct kbpf_jit_ir *ir)
{
	u16 *zero = NULL;
	bool changed = false;

	for (u32 i = 0; i < ir->nr; i++)
		if (ir->ops[i].kind == JIT_JCC)
			changed |= convert(ir, i, &zero);
	kvfree(zero);
	if (changed)
		kbpf_jit_leaders(ir);
	return changed;
}
