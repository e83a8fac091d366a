// SPDX-License-Identifier: GPL-2.0
/*
 * Words that are read byte by byte: values put together by shifts and ors from
 * neighbouring bytes in memory are one load, with the bytes swapped where they
 * are put together in that order. So is a load that is swapped afterwards.
 *
 * Needs of the verifier: that every one of the bytes may be read; then all of
 * them may be at once. (So loads that may fault take no part.) Vectors:
 * jit_bytes_whole, jit_bytes_store_between, jit_bytes_base_changes,
 * jit_bytes_last_overwrites_base, jit_bytes_gap, jit_bytes_probes_stay.
 */
#include "jit/passes/pass.h"

#define LANES 8
#define ZERO S32_MIN		/* a lane that is zero; no displacement is that */

/**
 * struct value - what a register's bytes are
 * @known: the rest is valid
 * @base: register that the address starts from
 * @index: and its index, or JIT_NONE
 * @scale: of that
 * @base_name: name of the value that @base had
 * @index_name: name of the value that @index had
 * @load: the operation that loaded the register, where nothing was done to it since
 * @lane: by byte: displacement of the byte in memory that it is, or ZERO
 */
struct value {
	bool known;
	u8 base;
	u8 index;
	u8 scale;
	u32 base_name;
	u32 index_name;
	u32 load;
	s32 lane[LANES];
};

/**
 * struct state - on a straight line
 * @is: by register
 * @name: by register, of the value that it holds
 * @next: next name
 */
struct state {
	struct value is[JIT_REGS];
	u32 name[JIT_REGS];
	u32 next;
};

static void forget_memory(struct state *s)
{
	for (u8 r = 0; r < JIT_REGS; r++)
		s->is[r].known = false;
}

static void written(struct state *s, u16 regs)
{
	for (; regs; regs &= regs - 1) {
		u32 r = __ffs(regs);

		s->name[r] = s->next++;
		s->is[r].known = false;
	}
}

static u32 name_of(const struct state *s, u8 reg)
{
	return reg == JIT_NONE ? 0 : s->name[reg];
}

/* ---- what operations do to lanes ------------------------------------------------ */

static struct value loaded(const struct state *s, const struct kbpf_jit_op *op, u32 i)
{
	struct value v = {
		.known = op->mem.disp < S32_MAX - LANES,
		.base = op->mem.base, .index = op->mem.index, .scale = op->mem.scale,
		.base_name = name_of(s, op->mem.base), .index_name = name_of(s, op->mem.index),
		.load = i,
	};

	for (u32 k = 0; k < LANES; k++)
		v.lane[k] = k < op->size ? op->mem.disp + (s32)k : ZERO;
	return v;
}

static struct value narrowed(struct value v, u32 size)
{
	for (u32 k = size; k < LANES; k++)
		v.lane[k] = ZERO;
	return v;
}

static struct value shifted(struct value v, s32 lanes)
{
	struct value r = v;

	for (s32 k = 0; k < LANES; k++)
		r.lane[k] = k - lanes >= 0 && k - lanes < LANES ? v.lane[k - lanes] : ZERO;
	return r;
}

static struct value swapped(struct value v, u32 size)
{
	struct value r = narrowed(v, size);

	for (u32 k = 0; k < size; k++)
		r.lane[k] = v.lane[size - 1 - k];
	return r;
}

static struct value merged(struct value a, const struct value *b)
{
	a.known &= b->known && a.base == b->base && a.index == b->index && a.scale == b->scale &&
		   a.base_name == b->base_name && a.index_name == b->index_name;
	for (u32 k = 0; k < LANES; k++) {
		if (a.lane[k] == ZERO)
			a.lane[k] = b->lane[k];
		else if (b->lane[k] != ZERO)
			a.known = false;
	}
	return a;
}

static struct value of_alu(const struct state *s, const struct kbpf_jit_op *op)
{
	struct value v = s->is[op->a];
	bool bytewise = op->bk == JIT_B_IMM && !(op->imm & 7);

	if (!op->w)
		v = narrowed(v, 4);
	if (op->code == JIT_LSH && bytewise)
		v = shifted(v, op->imm / 8);
	else if (op->code == JIT_RSH && bytewise)
		v = shifted(v, -(s32)(op->imm / 8));
	else if ((op->code == JIT_OR || op->code == JIT_ADD || op->code == JIT_XOR) &&
		 op->bk == JIT_B_REG)
		v = merged(v, &s->is[op->b]);
	else
		v.known = false;
	return op->w ? v : narrowed(v, 4);
}

static struct value effect(const struct state *s, const struct kbpf_jit_op *op, u32 i)
{
	struct value v = {};

	switch (op->kind) {
	case JIT_LOAD:
		return loaded(s, op, i);
	case JIT_MOV:
		return s->is[op->b];
	case JIT_ZX:
		return narrowed(s->is[op->b], op->size);
	case JIT_SWAP:
		return swapped(s->is[op->dst], op->size);
	case JIT_ALU:
		return of_alu(s, op);
	default:
		return v;
	}
}

/* Can anything be known of the result? */
static bool is_bytes(const struct state *s, const struct kbpf_jit_op *op)
{
	switch (op->kind) {
	case JIT_LOAD:
		return !op->sx && !op->be && !op->probe;
	case JIT_MOV:
	case JIT_ZX:
		return s->is[op->b].known;
	case JIT_SWAP:
		return s->is[op->dst].known;
	case JIT_ALU:
		return s->is[op->a].known;
	default:
		return false;
	}
}

/* ---- replacing ---------------------------------------------------------------------- */

/* The size of the one load that gives @v, or 0; @be: with its bytes swapped. */
static u32 as_load(const struct value *v, bool *be, s32 *disp)
{
	u32 n = 0;

	while (n < LANES && v->lane[n] != ZERO)
		n++;
	for (u32 k = n; k < LANES; k++)
		if (v->lane[k] != ZERO)
			return 0;
	if (!v->known || (n != 2 && n != 4 && n != 8))
		return 0;
	*be = v->lane[1] < v->lane[0];
	*disp = *be ? v->lane[n - 1] : v->lane[0];
	for (u32 k = 0; k < n; k++)
		if (v->lane[k] != *disp + (s32)(*be ? n - 1 - k : k))
			return 0;
	return n;
}

static void make_load(struct kbpf_jit_op *op, const struct value *v, u32 size, bool be, s32 disp)
{
	op->kind = JIT_LOAD;
	op->a = JIT_NONE;
	op->bk = JIT_B_NONE;
	op->size = size;
	op->be = be;
	op->w = true;
	op->mem.base = v->base;
	op->mem.index = v->index;
	op->mem.scale = v->scale;
	op->mem.disp = disp;
}

static bool read_between(const struct kbpf_jit_ir *ir, u32 from, u32 to, u8 reg)
{
	for (u32 i = from + 1; i < to; i++)
		if (ir->ops[i].kind == JIT_JCC || (kbpf_jit_reads(ir, &ir->ops[i]) & JIT_BIT(reg)))
			return true;
	return false;
}

/*
 * The last byte's load may have overwritten the base: then that load becomes
 * the wide one, if the byte was for this word only.
 */
static bool widen_last_load(struct kbpf_jit_ir *ir, struct kbpf_jit_op *op, u32 i,
			    const struct state *s, const struct value *v, u32 size, bool be,
			    s32 disp)
{
	u8 t = op->kind == JIT_SWAP ? op->dst : op->b;
	struct kbpf_jit_op *load;

	if (op->kind == JIT_SWAP ? false : op->bk != JIT_B_REG || t == op->dst)
		return false;
	if (!s->is[t].known || s->is[t].load == U32_MAX)
		return false;
	kbpf_jit_live_again(ir);
	load = &ir->ops[s->is[t].load];
	if (load->kind != JIT_LOAD || load->dst != t || load->mem.base != v->base ||
	    load->mem.index != v->index || (t != op->dst && (op->live & JIT_BIT(t))) ||
	    read_between(ir, s->is[t].load, i, t))
		return false;
	make_load(load, v, size, be, disp);
	op->kind = t == op->dst ? JIT_NOP : JIT_MOV;
	if (op->kind == JIT_NOP)
		op->dst = JIT_NONE;
	op->a = JIT_NONE;
	op->w = true;
	return true;
}

static bool may_start_load(const struct kbpf_jit_op *op)
{
	return op->kind == JIT_SWAP ||
	       (op->kind == JIT_ALU && op->bk == JIT_B_REG && op->code != JIT_LSH);
}

/* Return: something was replaced. */
static bool visit(struct kbpf_jit_ir *ir, struct state *s, u32 i)
{
	struct kbpf_jit_op *op = &ir->ops[i];
	u8 dst = op->dst;
	struct value v;
	s32 disp;
	bool be;
	u32 n;

	if (!is_bytes(s, op)) {
		if (kbpf_jit_changes_memory(op))
			forget_memory(s);
		written(s, kbpf_jit_writes(op));
		return false;
	}
	v = effect(s, op, i);
	if (op->kind != JIT_LOAD)
		v.load = U32_MAX;
	n = may_start_load(op) ? as_load(&v, &be, &disp) : 0;
	if (n && name_of(s, v.base) == v.base_name && name_of(s, v.index) == v.index_name)
		make_load(op, &v, n, be, disp);
	else if (!n || !widen_last_load(ir, op, i, s, &v, n, be, disp))
		n = 0;
	written(s, kbpf_jit_writes(op));
	if (dst != JIT_NONE && v.known)
		s->is[dst] = v;
	return n;
}

int kbpf_jit_pass_bytes(struct kbpf_jit_ir *ir)
{
	struct state *s = kzalloc(sizeof(*s), GFP_KERNEL);
	bool changed = false;

	if (!s)
		return -ENOMEM;
	s->next = 1;
	for (u32 i = 0; i < ir->nr; i++) {
		if (ir->ops[i].leader) {
			written(s, JIT_ALL);
			forget_memory(s);
		}
		if (ir->ops[i].kind != JIT_NOP)
			changed |= visit(ir, s, i);
	}
	kfree(s);
	return changed;
}
