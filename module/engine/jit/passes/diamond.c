// SPDX-License-Identifier: GPL-2.0
/*
 * A branch around one move becomes a conditional move: nothing to predict, and
 * a longer straight line for the passes that follow.
 *
 * Needs of the verifier: nothing; the move is between registers. Vectors:
 * jit_diamond_upper_half, jit_diamond_jumped_into.
 */
#include "jit/passes/pass.h"

/* The one operation that the condition @i jumps over, or NULL. */
static struct kbpf_jit_op *jumped_over(const struct kbpf_jit_ir *ir, u32 i)
{
	struct kbpf_jit_op *only = NULL;
	u32 to = ir->ops[i].target;

	if (to <= i)
		return NULL;
	for (u32 k = i + 1; k < to; k++) {
		if (ir->ops[k].leader)
			return NULL;
		if (ir->ops[k].kind == JIT_NOP)
			continue;
		if (only)
			return NULL;
		only = &ir->ops[k];
	}
	return only;
}

static bool is_constant(const struct kbpf_jit_op *op)
{
	return op->kind == JIT_IMM && op->imm == (s32)op->imm;
}

static void convert(struct kbpf_jit_ir *ir, u32 i, u16 zero)
{
	struct kbpf_jit_op *jcc = &ir->ops[i], *move = jumped_over(ir, i);

	if (!move || (!kbpf_jit_is_move(move) && !is_constant(move)))
		return;
	jcc->kind = JIT_CMOV;
	jcc->code ^= 1;
	jcc->dst = move->dst;
	jcc->c = move->kind == JIT_IMM ? JIT_NONE : move->b;
	jcc->size = move->kind == JIT_ZX && !(zero & kbpf_jit_bit(move->b)) ? 4 : 8;
	jcc->mem.disp = move->kind == JIT_IMM ? (s32)move->imm : 0;
	move->kind = JIT_NOP;
	move->dst = JIT_NONE;
}

int kbpf_jit_pass_diamond(struct kbpf_jit_ir *ir)
{
	u16 *zero = kbpf_jit_upper_zero(ir);

	if (!zero)
		return -ENOMEM;
	for (u32 i = 0; i < ir->nr; i++)
		if (ir->ops[i].kind == JIT_JCC)
			convert(ir, i, zero[i]);
	kvfree(zero);
	kbpf_jit_leaders(ir);
	return 0;
}
