// SPDX-License-Identifier: GPL-2.0
/*
 * Knowledge that several passes use: jump targets, and registers without an
 * upper half.
 */
#include "jit/passes/pass.h"

void kbpf_jit_leaders(struct kbpf_jit_ir *ir)
{
	for (u32 i = 0; i < ir->nr; i++)
		ir->ops[i].leader = false;
	for (u32 i = 0; i < ir->nr; i++)
		if (kbpf_jit_branches(&ir->ops[i]))
			ir->ops[ir->ops[i].target].leader = true;
	for (u32 i = 0; i < ir->nr_fns; i++)
		if (ir->fns[i].first < ir->nr)
			ir->ops[ir->fns[i].first].leader = true;
}

bool kbpf_jit_zeroes_upper(const struct kbpf_jit_op *op, u16 zero)
{
	switch (op->kind) {
	case JIT_IMM:
		return op->imm >= 0 && op->imm <= U32_MAX;
	case JIT_MOV:
		return zero & kbpf_jit_bit(op->b);
	case JIT_ZX:
	case JIT_SETCC:
		return true;
	case JIT_SX:
	case JIT_NEG:
	case JIT_LEA:
		return !op->w;
	case JIT_ALU:
		if (!op->w)
			return true;
		if (op->code == JIT_AND)
			return (op->bk == JIT_B_IMM && op->imm >= 0) ||
			       (op->bk == JIT_B_REG && (zero & kbpf_jit_bit(op->b))) ||
			       (zero & kbpf_jit_bit(op->a));
		return op->code == JIT_RSH && op->bk == JIT_B_IMM &&
		       ((op->imm & 63) >= 32 || (zero & kbpf_jit_bit(op->a)));
	case JIT_SWAP:
		return op->size < 8;
	case JIT_LOAD:
		return op->size < 8 && !op->sx;
	case JIT_CMOV:
		return (zero & kbpf_jit_bit(op->dst)) &&
		       (op->c == JIT_NONE ? op->mem.disp >= 0 :
			op->size == 4 || (zero & kbpf_jit_bit(op->c)));
	default:
		return false;
	}
}

static u16 after(const struct kbpf_jit_op *op, u16 zero)
{
	bool now = kbpf_jit_zeroes_upper(op, zero);

	zero &= ~kbpf_jit_writes(op);
	return now ? zero | kbpf_jit_bit(op->dst) : zero;
}

static bool meet(u16 *at, u16 zero)
{
	u16 both = *at & zero;

	if (both == *at)
		return false;
	*at = both;
	return true;
}

static bool walk(const struct kbpf_jit_ir *ir, const struct kbpf_jit_fn *fn, u16 *at)
{
	bool changed = false;

	at[fn->first] = 0;
	for (u32 i = fn->first; i < fn->end; i++) {
		const struct kbpf_jit_op *op = &ir->ops[i];
		u16 zero = after(op, at[i]);

		/* what is ahead is still to come in this walk */
		if (kbpf_jit_branches(op) && meet(&at[op->target], zero) && op->target <= i)
			changed = true;
		if (op->kind != JIT_JMP && op->kind != JIT_EXIT && i + 1 < fn->end)
			at[i + 1] &= zero;
	}
	return changed;
}

/* As for liveness: a program that needs more is not worth it. */
#define WALKS 64

u16 *kbpf_jit_upper_zero(const struct kbpf_jit_ir *ir)
{
	u16 *at = kvmalloc_array(ir->nr, sizeof(*at), GFP_KERNEL);
	bool changed = true;

	if (!at)
		return NULL;
	memset(at, 0xff, ir->nr * sizeof(*at));
	for (u32 n = 0; changed && n < WALKS; n++) {
		changed = false;
		for (u32 i = 0; i < ir->nr_fns; i++)
			changed |= walk(ir, &ir->fns[i], at);
		cond_resched();
	}
	if (changed)
		memset(at, 0, ir->nr * sizeof(*at));
	return at;
}
