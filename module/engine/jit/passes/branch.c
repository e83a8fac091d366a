// SPDX-License-Identifier: GPL-2.0
/*
 * Branches around branches: "if a goto over; goto there; over:" becomes "if not
 * a goto there", and a jump to a jump goes where that goes.
 *
 * Needs of the verifier: nothing. Vector: jit_branch_over_branch.
 */
#include "jit/passes/pass.h"

/* Jumps to jumps that are followed; a ring of them must end. */
#define MAX_HOPS 8

static u32 skip_nops(const struct kbpf_jit_ir *ir, u32 i)
{
	while (i < ir->nr && ir->ops[i].kind == JIT_NOP)
		i++;
	return i;
}

static void follow(struct kbpf_jit_ir *ir, struct kbpf_jit_op *op)
{
	for (u32 n = 0; n < MAX_HOPS; n++) {
		u32 to = skip_nops(ir, op->target);

		if (to >= ir->nr || ir->ops[to].kind != JIT_JMP)
			return;
		op->target = ir->ops[to].target;
	}
}

/* The jump that directly follows condition @i and that nothing else comes to. */
static u32 jump_behind(const struct kbpf_jit_ir *ir, u32 i)
{
	do {
		i++;
		if (i >= ir->nr || ir->ops[i].leader)
			return U32_MAX;
	} while (ir->ops[i].kind == JIT_NOP);
	return ir->ops[i].kind == JIT_JMP ? i : U32_MAX;
}

static void invert(struct kbpf_jit_ir *ir, u32 i)
{
	struct kbpf_jit_op *op = &ir->ops[i];
	u32 jmp = jump_behind(ir, i);

	if (jmp == U32_MAX || op->target <= i ||
	    skip_nops(ir, op->target) != skip_nops(ir, jmp + 1))
		return;
	op->code ^= 1;
	op->target = ir->ops[jmp].target;
	ir->ops[jmp].kind = JIT_NOP;
}

int kbpf_jit_pass_branch(struct kbpf_jit_ir *ir)
{
	for (u32 i = 0; i < ir->nr; i++) {
		struct kbpf_jit_op *op = &ir->ops[i];

		if (op->kind == JIT_JCC)
			invert(ir, i);
		if (op->kind == JIT_JCC || op->kind == JIT_JMP)
			follow(ir, op);
	}
	kbpf_jit_leaders(ir);
	return 1;
}
