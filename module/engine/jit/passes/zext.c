// SPDX-License-Identifier: GPL-2.0
/*
 * Extensions that change nothing: of what has no upper half already. And the
 * pairs of shifts that older compilers extend with become extensions.
 *
 * Needs of the verifier: nothing; what has no upper half is found here. Vectors:
 * jit_zext_other_path, jit_zext_after_call.
 */
#include "jit/passes/pass.h"

/* "<<= 32; >>= 32" in one step: of the lower half, with or without its sign. */
static void join_shifts(struct kbpf_jit_ir *ir, u32 i)
{
	struct kbpf_jit_op *op = &ir->ops[i], *back;
	u32 next;

	if (op->kind != JIT_ALU || op->code != JIT_LSH || !op->w || op->bk != JIT_B_IMM ||
	    op->imm != 32)
		return;
	next = kbpf_jit_next(ir, i);
	if (next == U32_MAX)
		return;
	back = &ir->ops[next];
	if (back->kind != JIT_ALU || !back->w || back->bk != JIT_B_IMM || back->imm != 32 ||
	    back->a != op->dst || back->dst != op->dst ||
	    (back->code != JIT_RSH && back->code != JIT_ARSH))
		return;
	back->kind = back->code == JIT_RSH ? JIT_ZX : JIT_SX;
	back->size = 4;
	back->bk = JIT_B_REG;
	back->b = op->a;
	back->a = JIT_NONE;
	op->kind = JIT_NOP;
	op->dst = JIT_NONE;
}

/* A move of all of the register does as well, and may be no move at all. */
static void drop_extension(struct kbpf_jit_op *op, u16 zero)
{
	if (op->kind != JIT_ZX || op->size != 4 || !(zero & kbpf_jit_bit(op->b)))
		return;
	op->kind = op->dst == op->b ? JIT_NOP : JIT_MOV;
	if (op->kind == JIT_NOP)
		op->dst = JIT_NONE;
	op->w = true;
}

int kbpf_jit_pass_zext(struct kbpf_jit_ir *ir)
{
	bool any = false;
	u16 *zero;

	for (u32 i = 0; i < ir->nr; i++) {
		join_shifts(ir, i);
		any |= ir->ops[i].kind == JIT_ZX;
	}
	if (!any)
		return 1;
	zero = kbpf_jit_upper_zero(ir);
	if (!zero)
		return -ENOMEM;
	for (u32 i = 0; i < ir->nr; i++)
		drop_extension(&ir->ops[i], zero[i]);
	kvfree(zero);
	return 1;
}
