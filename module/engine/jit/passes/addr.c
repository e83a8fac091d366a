// SPDX-License-Identifier: GPL-2.0
/*
 * Address arithmetic goes into operands: a load from a sum of registers, scaled
 * and displaced, computes the sum itself, and sums of that form are one lea.
 *
 * Needs of the verifier: nothing; addresses are the same numbers. Vectors:
 * jit_addr_base_changes, jit_addr_displacement_overflows.
 */
#include "jit/passes/pass.h"

/**
 * struct sums - on a straight line, what registers are sums of
 * @is: by register; with neither base nor index: not known
 * @linked: registers that may be known, or be a part
 */
struct sums {
	struct kbpf_jit_mem is[JIT_REGS];
	u16 linked;
};

static const struct kbpf_jit_mem unknown = { .base = JIT_NONE, .index = JIT_NONE, .scale = 1 };

static bool known(const struct kbpf_jit_mem *m)
{
	return m->base != JIT_NONE || m->index != JIT_NONE;
}

static struct kbpf_jit_mem just(u8 reg)
{
	struct kbpf_jit_mem m = unknown;

	m.base = reg;
	return m;
}

static struct kbpf_jit_mem sum_of(const struct sums *s, u8 reg)
{
	return known(&s->is[reg]) ? s->is[reg] : just(reg);
}

static bool shift_disp(struct kbpf_jit_mem *m, s64 by)
{
	s64 disp = m->disp + by;

	if (disp != (s32)disp)
		return false;
	m->disp = disp;
	return true;
}

/* @m += @x; false where that is no address any more. */
static bool add(struct kbpf_jit_mem *m, struct kbpf_jit_mem x)
{
	if (!shift_disp(m, x.disp))
		return false;
	if (x.index != JIT_NONE && m->index != JIT_NONE) {
		/* an unscaled index is a base */
		if (m->scale != 1 || m->base != JIT_NONE)
			return false;
		m->base = m->index;
		m->index = JIT_NONE;
	}
	if (x.index != JIT_NONE) {
		m->index = x.index;
		m->scale = x.scale;
	}
	if (x.base == JIT_NONE)
		return true;
	if (m->base == JIT_NONE) {
		m->base = x.base;
	} else if (m->index == JIT_NONE) {
		m->index = x.base;
		m->scale = 1;
	} else {
		return false;
	}
	return true;
}

static bool scaled(struct kbpf_jit_mem *m, u32 by)
{
	if (m->disp || (m->base != JIT_NONE && m->index != JIT_NONE))
		return false;
	if (m->index == JIT_NONE) {
		m->index = m->base;
		m->base = JIT_NONE;
	}
	if (m->scale * by > 8)
		return false;
	m->scale *= by;
	return true;
}

/* ---- operands ----------------------------------------------------------------------- */


/* The address with the sums of its registers in their place, as far as that fits. */
static struct kbpf_jit_mem widen(const struct sums *s, struct kbpf_jit_mem m)
{
	struct kbpf_jit_mem with, part;

	if (m.base != JIT_NONE) {
		with = unknown;
		with.index = m.index;
		with.scale = m.scale;
		with.disp = m.disp;
		part = sum_of(s, m.base);
		if (add(&with, part))
			m = with;
	}
	if (m.index != JIT_NONE) {
		with = just(m.base);
		with.disp = m.disp;
		part = sum_of(s, m.index);
		if ((m.scale == 1 || scaled(&part, m.scale)) && add(&with, part))
			m = with;
	}
	return m;
}

static void fold_operand(const struct sums *s, struct kbpf_jit_op *op)
{
	if (!kbpf_jit_has_mem(op) || op->kind == JIT_LEA)
		return;
	op->mem = widen(s, op->mem);
}

/* ---- sums --------------------------------------------------------------------------- */

/* What the operation's result is a sum of; false: nothing known. */
static bool result(const struct sums *s, const struct kbpf_jit_op *op, struct kbpf_jit_mem *m)
{
	if (op->kind == JIT_MOV) {
		*m = sum_of(s, op->b);
		return true;
	}
	if (op->kind == JIT_LEA && op->w) {
		*m = widen(s, op->mem);
		return true;
	}
	if (op->kind != JIT_ALU || !op->w || op->bk == JIT_B_MEM)
		return false;
	*m = sum_of(s, op->a);
	if (op->code == JIT_ADD)
		return op->bk == JIT_B_IMM ? shift_disp(m, op->imm) : add(m, sum_of(s, op->b));
	if (op->code == JIT_SUB && op->bk == JIT_B_IMM)
		return shift_disp(m, -op->imm);
	if (op->code == JIT_LSH && op->bk == JIT_B_IMM && op->imm <= 3)
		return scaled(m, 1U << op->imm);
	return false;
}

/* The sum of the operands as they are, for where that of their parts does not fit. */
static bool plain_result(const struct kbpf_jit_op *op, struct kbpf_jit_mem *m)
{
	static const struct sums none = {
		.is = { [0 ... JIT_REGS - 1] = { .base = JIT_NONE, .index = JIT_NONE, .scale = 1 } },
	};

	return result(&none, op, m);
}

/* Two parts are one cheap instruction; three are slow on many machines. */
static void make_lea(struct kbpf_jit_op *op, const struct kbpf_jit_mem *m)
{
	if (op->kind != JIT_ALU || op->code != JIT_ADD || m->base == JIT_NONE ||
	    (m->index != JIT_NONE && m->disp) || (m->index == JIT_NONE && !m->disp))
		return;
	/* already as good */
	if (op->a == op->dst && m->base == op->dst && m->scale == 1)
		return;
	op->kind = JIT_LEA;
	op->mem = *m;
	op->a = JIT_NONE;
	op->bk = JIT_B_NONE;
}

static void forget(struct sums *s, u16 written)
{
	if (!(written & s->linked))
		return;
	s->linked &= ~written;
	for (u8 r = 0; r < JIT_REGS; r++)
		if ((written & JIT_BIT(r)) || (written & kbpf_jit_bit(s->is[r].base)) ||
		    (written & kbpf_jit_bit(s->is[r].index)))
			s->is[r] = unknown;
}

static void add_sum(struct sums *s, u8 reg, const struct kbpf_jit_mem *m)
{
	s->is[reg] = *m;
	s->linked |= JIT_BIT(reg) | kbpf_jit_bit(m->base) | kbpf_jit_bit(m->index);
}

static void visit(struct sums *s, struct kbpf_jit_op *op)
{
	struct kbpf_jit_mem m;
	bool is_sum;

	fold_operand(s, op);
	is_sum = result(s, op, &m);
	if (is_sum)
		make_lea(op, &m);
	else
		is_sum = plain_result(op, &m);
	forget(s, kbpf_jit_writes(op));
	if (is_sum && m.base != op->dst && m.index != op->dst)
		add_sum(s, op->dst, &m);
}

/* ---- shifts in place ------------------------------------------------------------- */

/* How far from a shift its result may be an index. */
#define REACH 6

/* The operation whose address is all that reads what the shift @i makes, or NULL. */
static struct kbpf_jit_op *indexed_by(struct kbpf_jit_ir *ir, u32 i)
{
	u8 r = ir->ops[i].dst;
	u32 at = i;

	for (u32 n = 0; n < REACH; n++) {
		struct kbpf_jit_op *op;

		at = kbpf_jit_next(ir, at);
		if (at == U32_MAX)
			return NULL;
		op = &ir->ops[at];
		if (!(kbpf_jit_reads(ir, op) & JIT_BIT(r))) {
			if (kbpf_jit_writes(op) & JIT_BIT(r))
				return NULL;
			continue;
		}
		if (op->mem.index != r || op->mem.base == r || op->mem.scale != 1 || op->a == r ||
		    (op->bk == JIT_B_REG && op->b == r) || op->c == r || op->kind == JIT_LOOKUP ||
		    ((op->live & JIT_BIT(r)) && op->dst != r))
			return NULL;
		return op;
	}
	return NULL;
}

static void fold_shift(struct kbpf_jit_ir *ir, u32 i)
{
	struct kbpf_jit_op *op = &ir->ops[i], *use;

	if (op->kind != JIT_ALU || op->code != JIT_LSH || !op->w || op->bk != JIT_B_IMM ||
	    op->imm < 1 || op->imm > 3 || op->a != op->dst)
		return;
	kbpf_jit_live_again(ir);
	use = indexed_by(ir, i);
	if (!use)
		return;
	use->mem.scale = 1 << op->imm;
	op->kind = JIT_NOP;
	op->dst = JIT_NONE;
}

int kbpf_jit_pass_addr(struct kbpf_jit_ir *ir)
{
	struct sums s = { .linked = U16_MAX };

	for (u32 i = 0; i < ir->nr; i++) {
		if (ir->ops[i].leader)
			forget(&s, U16_MAX);
		visit(&s, &ir->ops[i]);
	}
	/* Sums read what they are sums of later than was known before. */
	ir->stale = true;
	for (u32 i = 0; i < ir->nr; i++)
		fold_shift(ir, i);
	return 1;
}
