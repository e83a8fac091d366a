// SPDX-License-Identifier: GPL-2.0
/*
 * Copies: an operation reads the register that a value was copied from, so that
 * most copies are left without a reader and two-operand code becomes
 * three-operand code. Then rotates, which BPF spells as two shifts and an or.
 *
 * Needs of the verifier: nothing. Vectors: jit_copy_source_changes,
 * jit_copy_upper_half, jit_rotate_other_value, jit_rotate_read_between.
 */
#include "jit/passes/pass.h"

/**
 * struct copies - what is known on a straight line
 * @of64: by register: the register it is a copy of, or JIT_NONE
 * @of32: the same for the lower half
 * @read: registers read since they were written
 * @linked: registers that may be a copy, or have one
 */
struct copies {
	u8 of64[JIT_REGS];
	u8 of32[JIT_REGS];
	u16 read;
	u16 linked;
};

static void forget_all(struct copies *c)
{
	memset(c->of64, JIT_NONE, sizeof(c->of64));
	memset(c->of32, JIT_NONE, sizeof(c->of32));
	c->read = U16_MAX;
	c->linked = 0;
}

static void forget(struct copies *c, u16 written)
{
	if (!(written & c->linked))
		return;
	c->linked &= ~written;
	for (u8 r = 0; r < JIT_REGS; r++) {
		if ((written & JIT_BIT(r)) || (written & kbpf_jit_bit(c->of64[r])))
			c->of64[r] = JIT_NONE;
		if ((written & JIT_BIT(r)) || (written & kbpf_jit_bit(c->of32[r])))
			c->of32[r] = JIT_NONE;
	}
}

static void replace(const struct copies *c, u8 *reg, bool w)
{
	u8 of;

	if (*reg == JIT_NONE)
		return;
	of = w ? c->of64[*reg] : c->of32[*reg];
	if (of != JIT_NONE)
		*reg = of;
}

/* Does an operation look at no more than the lower half of its operand b? */
static bool b_is_narrow(const struct kbpf_jit_op *op)
{
	switch (op->kind) {
	case JIT_ZX:
	case JIT_SX:
		return true;
	case JIT_STORE:
		return op->size <= 4;
	case JIT_RMW:
		return op->size <= 4;
	case JIT_ALU:
		/* the machine looks at the lower bits of a count */
		return !op->w || op->code == JIT_LSH || op->code == JIT_RSH ||
		       op->code == JIT_ARSH;
	case JIT_MOV:
		return false;
	default:
		return !op->w;
	}
}

/* Operands other than the first of arithmetic. */
static void replace_operands(const struct copies *c, struct kbpf_jit_op *op)
{
	replace(c, &op->mem.base, true);
	replace(c, &op->mem.index, true);
	if (op->bk == JIT_B_REG && op->kind != JIT_ATOMIC && op->kind != JIT_SWAP)
		replace(c, &op->b, !b_is_narrow(op));
	if (op->kind == JIT_CMOV)
		replace(c, &op->c, op->size == 8);
	if (op->kind == JIT_JCC || op->kind == JIT_CMOV || op->kind == JIT_SETCC)
		replace(c, &op->a, op->w);
}

/* The first operand is where the result goes; a copy read only here can go. */
static void replace_first(const struct copies *c, struct kbpf_jit_op *op)
{
	if (op->kind != JIT_ALU)
		return;
	if (op->a != op->dst || !(c->read & JIT_BIT(op->dst)))
		replace(c, &op->a, op->w);
}

static void note_move(struct copies *c, const struct kbpf_jit_op *op)
{
	if (op->bk != JIT_B_REG || op->dst == op->b)
		return;
	c->linked |= JIT_BIT(op->dst) | JIT_BIT(op->b);
	c->of32[op->dst] = op->b;
	if (op->kind == JIT_MOV)
		c->of64[op->dst] = op->b;
}

static void propagate(struct kbpf_jit_ir *ir)
{
	struct copies c;

	for (u32 i = 0; i < ir->nr; i++) {
		struct kbpf_jit_op *op = &ir->ops[i];
		u16 written;

		if (op->leader)
			forget_all(&c);
		if (op->kind == JIT_NOP)
			continue;
		replace_operands(&c, op);
		replace_first(&c, op);
		written = kbpf_jit_writes(op);
		c.read |= kbpf_jit_reads(ir, op);
		c.read &= ~written;
		forget(&c, written);
		if (kbpf_jit_is_move(op))
			note_move(&c, op);
		if (op->kind == JIT_MOV && op->dst == op->b) {
			op->kind = JIT_NOP;
			op->dst = JIT_NONE;
		}
	}
}

/* ---- rotates ------------------------------------------------------------------- */

/**
 * struct values - names of the values that registers hold on a straight line
 * @now: by register: name of its value
 * @shifted: name of the value that it is a shift of by a constant
 * @def: the operation that shifted it, or U32_MAX
 * @next: next name
 */
struct values {
	u32 now[JIT_REGS];
	u32 shifted[JIT_REGS];
	u32 def[JIT_REGS];
	u32 next;
};

static void name_anew(struct values *v, u16 regs)
{
	for (; regs; regs &= regs - 1) {
		u32 r = __ffs(regs);

		v->now[r] = v->next++;
		v->def[r] = U32_MAX;
	}
}

static bool is_shift(const struct kbpf_jit_op *op)
{
	return op->kind == JIT_ALU && op->bk == JIT_B_IMM &&
	       (op->code == JIT_LSH || op->code == JIT_RSH);
}

/* Do the shifts @x and @y together rotate? */
static bool are_halves(const struct kbpf_jit_op *x, const struct kbpf_jit_op *y)
{
	u32 bits = x->w ? 64 : 32;

	return x->code != y->code && x->w == y->w && x->imm > 0 && y->imm > 0 &&
	       x->imm + y->imm == bits;
}

static bool read_between(const struct kbpf_jit_ir *ir, u32 from, u32 to, u8 reg)
{
	for (u32 i = from + 1; i < to; i++)
		if (kbpf_jit_reads(ir, &ir->ops[i]) & JIT_BIT(reg))
			return true;
	return false;
}

/*
 * u = x << n; ...; u |= x >> (bits - n): the shift becomes the rotate, and the
 * or, which adds nothing to it any more, goes.
 */
static bool make_rotate(struct kbpf_jit_ir *ir, const struct values *v, u32 at)
{
	struct kbpf_jit_op *op = &ir->ops[at], *x, *y;
	u8 u = op->dst, t = op->b;

	if (op->kind != JIT_ALU || op->code != JIT_OR || op->bk != JIT_B_REG || op->a != u ||
	    u == t || v->def[u] == U32_MAX || v->def[t] == U32_MAX)
		return false;
	x = &ir->ops[v->def[u]];
	y = &ir->ops[v->def[t]];
	if (!are_halves(x, y) || x->w != op->w || v->shifted[u] != v->shifted[t] ||
	    read_between(ir, v->def[u], at, u))
		return false;
	if (x->code == JIT_RSH)
		x->imm = (x->w ? 64 : 32) - x->imm;
	x->code = JIT_ROL;
	op->kind = JIT_NOP;
	op->dst = JIT_NONE;
	return true;
}

static void rotates(struct kbpf_jit_ir *ir)
{
	struct values v = { .next = 1 };

	for (u32 i = 0; i < ir->nr; i++) {
		struct kbpf_jit_op *op = &ir->ops[i];
		u32 of;

		if (op->leader)
			name_anew(&v, JIT_ALL);
		if (op->kind == JIT_NOP || make_rotate(ir, &v, i))
			continue;
		of = op->a == JIT_NONE ? 0 : v.now[op->a];
		name_anew(&v, kbpf_jit_writes(op));
		/* Elsewhere the shifted value may be wanted as it is. */
		if (op->kind == JIT_JCC)
			memset(v.def, 0xff, sizeof(v.def));
		if (is_shift(op)) {
			v.shifted[op->dst] = of;
			v.def[op->dst] = i;
		}
	}
}

int kbpf_jit_pass_copy(struct kbpf_jit_ir *ir)
{
	propagate(ir);
	rotates(ir);
	return 1;
}
