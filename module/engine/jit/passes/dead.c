// SPDX-License-Identifier: GPL-2.0
/*
 * Results that nobody reads are not computed, nor what only those need.
 *
 * Needs of the verifier: nothing but that loads do not fault, so that leaving
 * one out cannot be told. Vector: jit_dead_keeps_flags_and_stores.
 */
#include "jit/passes/pass.h"

int kbpf_jit_pass_dead(struct kbpf_jit_ir *ir)
{
	if (!ir->stale)
		return 0;
	kbpf_jit_live(ir, true);
	for (u32 i = 0; i < ir->nr; i++) {
		struct kbpf_jit_op *op = &ir->ops[i];

		if (!kbpf_jit_is_pure(op) || (op->live & kbpf_jit_bit(op->dst)))
			continue;
		op->kind = JIT_NOP;
		op->dst = JIT_NONE;
	}
	return 0;
}
