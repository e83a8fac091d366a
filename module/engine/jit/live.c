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
	return JIT_BIT(reg) & JIT_ALL;
}

static u16 operand_reads(const struct kbpf_jit_op *op)
{
	u16 r = JIT_BIT(op->a) | JIT_BIT(op->mem.base) | JIT_BIT(op->mem.index);

	return (op->bk == JIT_B_REG ? r | JIT_BIT(op->b) : r) & JIT_ALL;
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

/* ---- the data flow ----------------------------------------------------------------- */

/* In a struct kbpf_jit_flow: a jump back has read @in. */
#define ASKED	(1U << 15)
/* And: the operation does nothing but write @writes. */
#define PURE	(1U << 15)

static void set_effects(struct kbpf_jit_ir *ir, bool needed_only)
{
	for (u32 i = 0; i < ir->nr; i++) {
		const struct kbpf_jit_op *op = &ir->ops[i];
		struct kbpf_jit_flow *flow = &ir->flow[i];

		flow->in = 0;
		flow->reads = kbpf_jit_reads(ir, op);
		flow->writes = kbpf_jit_writes(op);
		if (needed_only && kbpf_jit_is_pure(op))
			flow->writes |= PURE;
	}
}

/* Registers read at or after an operation, @after being those read after it. */
static u16 live_before(const struct kbpf_jit_flow *flow, u16 after)
{
	if ((flow->writes & PURE) && !(flow->writes & after))
		return after;
	return (after & ~flow->writes) | flow->reads;
}

/* What is read where the branch @i goes. */
static u16 live_at_target(struct kbpf_jit_ir *ir, u32 i)
{
	u32 target = ir->ops[i].target;

	if (target <= i)
		ir->flow[target].in |= ASKED;
	return ir->flow[target].in & JIT_ALL;
}

/* One walk over a function. Return: something that was read before it was known has changed. */
static bool walk(struct kbpf_jit_ir *ir, struct kbpf_jit_fn *fn)
{
	bool changed = false;
	u16 after = 0;

	for (u32 i = fn->end; i-- > fn->first;) {
		struct kbpf_jit_op *op = &ir->ops[i];
		struct kbpf_jit_flow *flow = &ir->flow[i];

		if (op->kind == JIT_JMP || op->kind == JIT_EXIT)
			after = 0;
		if (kbpf_jit_branches(op))
			after |= live_at_target(ir, i);
		else if (op->kind == JIT_CALLF)
			flow->reads = kbpf_jit_reads(ir, op);
		op->live = after;
		after = live_before(flow, after);
		if ((flow->in & ASKED) && (flow->in & JIT_ALL) != after)
			changed = true;
		flow->in = after | (flow->in & ASKED);
	}
	if (fn->live_in != after) {
		fn->live_in = after;
		changed |= ir->nr_fns > 1;
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

void kbpf_jit_live(struct kbpf_jit_ir *ir, bool needed_only)
{
	bool changed = true;

	for (u32 i = 0; i < ir->nr_fns; i++)
		ir->fns[i].live_in = 0;
	set_effects(ir, needed_only);
	for (u32 n = 0; changed && n < WALKS; n++) {
		changed = false;
		for (u32 i = ir->nr_fns; i-- > 0;)
			changed |= walk(ir, &ir->fns[i]);
		cond_resched();
	}
	if (changed)
		assume_all(ir);
	ir->stale = false;
}

void kbpf_jit_live_again(struct kbpf_jit_ir *ir)
{
	if (ir->stale)
		kbpf_jit_live(ir, false);
}
