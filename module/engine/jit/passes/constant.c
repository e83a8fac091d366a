// SPDX-License-Identifier: GPL-2.0
/*
 * Constants that registers hold become operands: what CO-RE leaves as "r2 = 104;
 * r3 += r2" is one addition, which may then go into an address. What changes
 * nothing, as an addition of 0, goes.
 *
 * Needs of the verifier: nothing. Vectors: jit_constant_changes,
 * jit_constant_other_path, jit_constant_too_wide, jit_constant_zero_narrows.
 */
#include "jit/passes/pass.h"

/**
 * struct constants - on a straight line, what registers are known to hold
 * @known: registers, as bits
 * @value: by register
 */
struct constants {
	u16 known;
	s64 value[JIT_REGS];
};

static bool is_shift(const struct kbpf_jit_op *op)
{
	return op->kind == JIT_ALU &&
	       (op->code == JIT_LSH || op->code == JIT_RSH || op->code == JIT_ARSH);
}

/* The second operand, where its value is known and fits an instruction. */
static bool take_operand(const struct constants *c, struct kbpf_jit_op *op)
{
	s64 imm;

	if ((op->kind != JIT_ALU && op->kind != JIT_JCC) || op->bk != JIT_B_REG ||
	    !(c->known & JIT_BIT(op->b)))
		return false;
	imm = c->value[op->b];
	if (is_shift(op))
		imm &= op->w ? 63 : 31;
	else if (!op->w)
		imm = (s32)imm;
	if (imm != (s32)imm)
		return false;
	op->bk = JIT_B_IMM;
	op->b = JIT_NONE;
	op->imm = imm;
	return true;
}

/* Arithmetic that leaves its first operand as it is, but for the upper half. */
static bool drop_identity(struct kbpf_jit_op *op)
{
	const u32 ops = 1U << JIT_ADD | 1U << JIT_SUB | 1U << JIT_OR | 1U << JIT_XOR |
			1U << JIT_LSH | 1U << JIT_RSH | 1U << JIT_ARSH;

	if (op->kind != JIT_ALU || op->bk != JIT_B_IMM || op->imm || !(ops >> op->code & 1))
		return false;
	op->kind = op->w ? JIT_MOV : JIT_ZX;
	op->size = 4;
	op->bk = JIT_B_REG;
	op->b = op->a;
	op->a = JIT_NONE;
	if (op->w && op->b == op->dst) {
		op->kind = JIT_NOP;
		op->dst = JIT_NONE;
	}
	return true;
}

int kbpf_jit_pass_constant(struct kbpf_jit_ir *ir)
{
	struct constants c = {};
	bool changed = false;

	for (u32 i = 0; i < ir->nr; i++) {
		struct kbpf_jit_op *op = &ir->ops[i];

		if (op->leader)
			c.known = 0;
		changed |= take_operand(&c, op);
		changed |= drop_identity(op);
		if (op->kind == JIT_NOP)
			continue;
		c.known &= ~kbpf_jit_writes(op);
		if (op->kind == JIT_IMM && !op->blind) {
			c.known |= JIT_BIT(op->dst);
			c.value[op->dst] = op->imm;
		}
	}
	return changed;
}
