// SPDX-License-Identifier: GPL-2.0
/*
 * Results that nobody reads are not computed.
 *
 * Needs of the verifier: nothing but that loads do not fault, so that leaving
 * one out cannot be told. Vector: jit_dead_keeps_flags_and_stores.
 */
#include "jit/passes/pass.h"

/* Each round may leave others without a reader. */
#define ROUNDS 6

static bool sweep(struct kbpf_jit_ir *ir)
{
	bool any = false;

	for (u32 i = 0; i < ir->nr; i++) {
		struct kbpf_jit_op *op = &ir->ops[i];

		if (!kbpf_jit_is_pure(op) || (op->live & kbpf_jit_bit(op->dst)))
			continue;
		op->kind = JIT_NOP;
		op->dst = JIT_NONE;
		any = true;
	}
	return any;
}

int kbpf_jit_pass_dead(struct kbpf_jit_ir *ir)
{
	int err = 0;

	for (u32 n = 0; n < ROUNDS && !err && sweep(ir); n++)
		err = kbpf_jit_live(ir);
	return err;
}
