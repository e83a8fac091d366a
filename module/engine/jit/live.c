// SPDX-License-Identifier: GPL-2.0
/*
 * What operations read and write, and which registers are read later: the
 * knowledge that passes decide by. A backward data flow over each function; a
 * call of a function reads what that function reads.
 */
#include "port.h"
#include "isa/insn.h"
#include "jit/ir.h"

static u16 bit(u8 reg)
{
	return reg == JIT_NONE ? 0 : JIT_BIT(reg);
}

static u16 operand_reads(const struct kbpf_jit_op *op)
{
	u16 r = bit(op->a) | bit(op->mem.base) | bit(op->mem.index);

	return op->bk == JIT_B_REG ? r | bit(op->b) : r;
}

u16 kbpf_jit_reads(const struct kbpf_jit_ir *ir, const struct kbpf_jit_op *op)
{
	switch (op->kind) {
	case JIT_NOP:
	case JIT_IMM:
	case JIT_JMP:
	case JIT_THIS:
		return 0;
	case JIT_NEG:
	case JIT_SWAP:
		return bit(op->dst);
	case JIT_CMOV:
		return operand_reads(op) | bit(op->c) | bit(op->dst);
	case JIT_ATOMIC:
		return operand_reads(op) | (op->code == KBPF_CMPXCHG ? JIT_BIT(JIT_R0) : 0);
	case JIT_CALL:
		return JIT_ARGS;
	case JIT_CALLF:
		return ir->fns[op->target].live_in & (JIT_ARGS | JIT_BIT(JIT_R0));
	case JIT_TAIL:
		if (!op->imm)
			return JIT_BIT(1) | JIT_BIT(2) | JIT_BIT(3);
		return JIT_BIT(1) | (ir->lookups[op->imm - 1].stride ? JIT_BIT(3) : 0);
	case JIT_EXIT:
		return JIT_BIT(JIT_R0);
	default:
		return operand_reads(op);
	}
}

u16 kbpf_jit_writes(const struct kbpf_jit_op *op)
{
	switch (op->kind) {
	case JIT_CALL:
	case JIT_CALLF:
	case JIT_TAIL:
		return JIT_BIT(JIT_R0) | JIT_ARGS | JIT_BIT(JIT_X0);
	default:
		return bit(op->dst);
	}
}

bool kbpf_jit_branches(const struct kbpf_jit_op *op)
{
	return op->kind == JIT_JMP || op->kind == JIT_JCC ||
	       (op->kind == JIT_LOOKUP && op->flags);
}

static bool ends_line(const struct kbpf_jit_op *op)
{
	return kbpf_jit_branches(op) || op->kind == JIT_EXIT;
}

u32 kbpf_jit_next(const struct kbpf_jit_ir *ir, u32 i)
{
	if (ends_line(&ir->ops[i]))
		return U32_MAX;
	do {
		i++;
		if (i >= ir->nr || ir->ops[i].leader)
			return U32_MAX;
	} while (ir->ops[i].kind == JIT_NOP);
	return i;
}

/* Registers read at or after operation @i; what is known of the jump's target may grow. */
static u16 live_before(const struct kbpf_jit_ir *ir, const struct kbpf_jit_op *op, u16 after)
{
	return (after & ~kbpf_jit_writes(op)) | kbpf_jit_reads(ir, op);
}

/* One walk over a function; @in has what is live before each operation. */
static bool walk(struct kbpf_jit_ir *ir, struct kbpf_jit_fn *fn, u16 *in)
{
	bool changed = false;
	u16 after = 0;

	for (u32 i = fn->end; i-- > fn->first;) {
		struct kbpf_jit_op *op = &ir->ops[i];
		u16 before;

		if (op->kind == JIT_JMP)
			after = in[op->target];
		else if (kbpf_jit_branches(op))
			after |= in[op->target];
		else if (op->kind == JIT_EXIT)
			after = 0;
		op->live = after;
		before = live_before(ir, op, after);
		if (before != in[i]) {
			in[i] = before;
			changed = true;
		}
		after = before;
	}
	if (fn->live_in != after) {
		fn->live_in = after;
		changed = true;
	}
	return changed;
}

/* Knowing less is safe: everything may be read later. */
static void assume_all(struct kbpf_jit_ir *ir)
{
	for (u32 i = 0; i < ir->nr; i++)
		ir->ops[i].live = U16_MAX;
	for (u32 i = 0; i < ir->nr_fns; i++)
		ir->fns[i].live_in = U16_MAX;
}

/* Walks after which a program that still changes is not worth more. */
#define WALKS 64

int kbpf_jit_live(struct kbpf_jit_ir *ir)
{
	u16 *in = kvcalloc(ir->nr, sizeof(*in), GFP_KERNEL);
	bool changed = true;

	if (!in)
		return -ENOMEM;
	for (u32 i = 0; i < ir->nr_fns; i++)
		ir->fns[i].live_in = 0;
	for (u32 n = 0; changed && n < WALKS; n++) {
		changed = false;
		for (u32 i = ir->nr_fns; i-- > 0;)
			changed |= walk(ir, &ir->fns[i], in);
		cond_resched();
	}
	if (changed)
		assume_all(ir);
	kvfree(in);
	return 0;
}
