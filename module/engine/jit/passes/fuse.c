// SPDX-License-Identifier: GPL-2.0
/*
 * Arithmetic sets the flags that a comparison with zero would set: where that
 * comparison follows, it goes. A mask whose result is only compared is a test.
 *
 * Needs of the verifier: nothing. Vectors: jit_fuse_signed_overflow,
 * jit_fuse_greater_after_overflow, jit_fuse_other_width.
 */
#include "jit/passes/pass.h"

static bool sets_flags(const struct kbpf_jit_op *op)
{
	return op->kind == JIT_ALU && op->code != JIT_MUL && op->code < JIT_LSH;
}

static bool compares_zero(const struct kbpf_jit_op *op, u8 reg)
{
	return op->kind == JIT_JCC && op->a == reg && !op->amem && op->bk == JIT_B_IMM && !op->imm;
}

/* After arithmetic that may overflow only equality and the sign are as after comparing. */
static bool from_flags(u16 cond)
{
	return cond == JIT_EQ || cond == JIT_NE || cond == JIT_SLT || cond == JIT_SGE;
}

static bool make_test(struct kbpf_jit_op *op, struct kbpf_jit_op *jcc)
{
	if (op->code != JIT_AND || op->bk == JIT_B_MEM || (jcc->live & JIT_BIT(op->dst)) ||
	    (jcc->code != JIT_EQ && jcc->code != JIT_NE))
		return false;
	jcc->code = jcc->code == JIT_NE ? JIT_SET : JIT_CLEAR;
	jcc->a = op->a;
	jcc->bk = op->bk;
	jcc->b = op->b;
	jcc->imm = op->imm;
	op->kind = JIT_NOP;
	op->dst = JIT_NONE;
	return true;
}

static void try(struct kbpf_jit_ir *ir, u32 i)
{
	struct kbpf_jit_op *op = &ir->ops[i], *jcc;
	u32 next;

	if (!sets_flags(op))
		return;
	next = kbpf_jit_next(ir, i);
	if (next == U32_MAX)
		return;
	jcc = &ir->ops[next];
	/* A narrow result has no upper half: its sign is another's, its being zero is not. */
	if (!compares_zero(jcc, op->dst) || (op->w != jcc->w && (op->w || jcc->code > JIT_NE)))
		return;
	kbpf_jit_live_again(ir);
	if (make_test(op, jcc))
		jcc->w = op->w;
	else if (from_flags(jcc->code) && op->w == jcc->w)
		op->flags = jcc->flags = true;
}

int kbpf_jit_pass_fuse(struct kbpf_jit_ir *ir)
{
	for (u32 i = 0; i < ir->nr; i++)
		try(ir, i);
	/* What is read is read by the operation behind, with nothing in between. */
	return 0;
}
