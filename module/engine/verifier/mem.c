// SPDX-License-Identifier: GPL-2.0
/*
 * Memory: which accesses each kind of pointer allows. Checks only; what an access
 * does is do_mem.c's.
 */
#include "verifier/verifier.h"

/* An access, as the checks see it. */
struct access {
	u32 reg;		/* with the address */
	const struct kbpf_value *ptr;
	s32 off;		/* added by the instruction */
	u32 size;
	u32 how;		/* KBPF_ACCESS_* */
};

/* First and last offset that the first byte can have. */
static s64 first(const struct access *a)
{
	return kbpf_value_off_min(a->ptr) + a->off;
}

static s64 last(const struct access *a)
{
	return kbpf_value_off_max(a->ptr) + a->off;
}

static const char *verb(const struct access *a)
{
	return a->how & KBPF_ACCESS_WRITE ? "write" : "read";
}

/*
 * An access that may end behind its memory. Where that is a matter of the size that
 * a helper was given, it is the size that is refused.
 */
static int refuse_end(struct kbpf_verifier *v, const struct access *a, u32 limit)
{
	s64 left = (s64)limit - last(a);

	if (v->size_reg && left > 0 && kbpf_value_is_num(kbpf_state_reg(v->cur, v->size_reg - 1)) &&
	    !kbpf_scalar_is_const(&kbpf_state_reg(v->cur, v->size_reg - 1)->num))
		return refuse(v, size_bounds, v->size_reg - 1, .limit = left, .mem = a->reg + 1,
			      .at = last(a), .size = a->size);
	if (a->how & KBPF_ACCESS_HELPER && left > 0)
		return refuse(v, size_const, a->reg, .limit = left, .at = last(a), .size = a->size);
	if (!kbpf_value_off_known(a->ptr))
		return refuse(v, mem_bounds_index, a->reg, .at = last(a), .size = a->size,
			      .limit = limit, .what = verb(a));
	return refuse(v, mem_bounds, a->reg, .at = last(a), .size = a->size, .what = verb(a));
}

/* The variable part is small enough for first() and last(). */
static int check_sane(struct kbpf_verifier *v, const struct access *a)
{
	if (kbpf_value_off_sane(a->ptr))
		return 0;
	return refuse(v, ptr_unbounded, a->reg, .size = a->size);
}

static int check_bounds(struct kbpf_verifier *v, const struct access *a, u32 limit)
{
	int err = check_sane(v, a);

	if (err)
		return err;
	if (first(a) < 0)
		return refuse(v, mem_negative, a->reg, .at = first(a), .size = a->size,
			      .what = verb(a));
	if (last(a) + a->size > limit)
		return refuse_end(v, a, limit);
	return 0;
}

static bool is_aligned(const struct access *a, u32 align)
{
	u64 off = (u64)((s64)a->ptr->off + a->off);
	struct kbpf_tnum t = kbpf_tnum_add(a->ptr->num.full.bits, kbpf_tnum_const(off));

	return !((t.value | t.mask) & (align - 1));
}

static int check_alignment(struct kbpf_verifier *v, const struct access *a)
{
	bool strict = v->prog->flags & KBPF_F_STRICT_ALIGNMENT;

	if (a->how & KBPF_ACCESS_HELPER)
		return 0;
	if (!strict && a->ptr->type != KBPF_V_STACK && !(a->how & KBPF_ACCESS_ATOMIC))
		return 0;
	if (is_aligned(a, a->size))
		return 0;
	return refuse(v, misaligned, a->reg, .at = a->ptr->off + a->off, .size = a->size);
}

/* ---- the kinds of memory ---------------------------------------------------------- */

static int check_ctx(struct kbpf_verifier *v, const struct access *a)
{
	const struct kbpf_ctx_part *part;
	s64 off = (s64)a->ptr->off + a->off;
	u8 need = a->how & KBPF_ACCESS_WRITE ? KBPF_CTX_WRITE : KBPF_CTX_READ;

	if (!kbpf_value_off_known(a->ptr))
		return refuse(v, ctx_variable, a->reg, .name = v->type->ctx_name);
	off += (s64)kbpf_scalar_value(&a->ptr->num);
	part = off < 0 || off > U16_MAX ? NULL : kbpf_progtype_ctx_part(v->type, off);
	if (a->how & (KBPF_ACCESS_ATOMIC | KBPF_ACCESS_HELPER))
		return refuse(v, atomic_type, a->reg, .what = "the context");
	if (!part || off + a->size > part->end)
		return refuse(v, ctx_none, a->reg, .name = v->type->ctx_name, .at = off,
			      .size = a->size);
	if (!(part->access & need))
		return refuse(v, ctx_rdonly, a->reg, .name = v->type->ctx_name, .at = off,
			      .size = a->size);
	if (!(part->sizes & BIT(a->size)) || off % a->size)
		return refuse(v, ctx_size, a->reg, .name = v->type->ctx_name, .what = part->name ? part->name : "a field",
			      .at = off, .size = a->size);
	return 0;
}

/* The same of the stack, which ends where the frame begins. */
static int refuse_stack(struct kbpf_verifier *v, const struct access *a)
{
	if (v->size_reg && first(a) >= -KBPF_STACK_SIZE && last(a) < 0)
		return refuse(v, stack_size, v->size_reg - 1, .limit = -last(a), .mem = a->reg + 1,
			      .at = last(a), .size = a->size);
	return refuse(v, stack_bounds, a->reg, .at = first(a), .limit = last(a) + a->size,
		      .size = a->size, .what = verb(a));
}

static int check_stack(struct kbpf_verifier *v, const struct access *a)
{
	int err = check_sane(v, a);

	if (err)
		return err;
	if (first(a) < -KBPF_STACK_SIZE || last(a) + a->size > 0)
		return refuse_stack(v, a);
	err = kbpf_iter_check_access(v, a->reg, first(a), last(a) + a->size);
	if (err)
		return err;
	return kbpf_dynptr_check_access(v, a->reg, first(a), last(a) + a->size,
					a->how & KBPF_ACCESS_WRITE);
}

/* Does the access touch @size bytes at @at, where there are some? */
static bool touches(const struct access *a, s32 at, u32 size)
{
	return at >= 0 && first(a) < (s64)at + size && last(a) + a->size > at;
}

static int check_map_value(struct kbpf_verifier *v, const struct access *a)
{
	const struct kbpf_map_desc *d = kbpf_map_desc_of(v, a->ptr->index);
	int err;

	if (a->how & KBPF_ACCESS_WRITE && d->flags & KBPF_F_RDONLY_PROG)
		return refuse(v, mem_rdonly_map, a->reg, .name = d->name, .limit = d->value_size,
			      .at = first(a), .size = a->size);
	if (a->how & KBPF_ACCESS_READ && d->flags & KBPF_F_WRONLY_PROG)
		return refuse(v, mem_wronly, a->reg, .name = d->name, .limit = d->value_size,
			      .at = first(a), .size = a->size);
	err = check_bounds(v, a, d->value_size);
	if (err)
		return err;
	if (touches(a, d->spin_lock_off, 4) || touches(a, d->timer_off, 16))
		return refuse(v, mem_special, a->reg, .at = touches(a, d->spin_lock_off,
			      4) ? d->spin_lock_off : d->timer_off);
	return 0;
}

static int check_record(struct kbpf_verifier *v, const struct access *a)
{
	if (a->how & KBPF_ACCESS_WRITE && a->ptr->flags & KBPF_V_RDONLY)
		return refuse(v, mem_rdonly, a->reg);
	return check_bounds(v, a, a->ptr->size);
}

static int check_packet(struct kbpf_verifier *v, const struct access *a)
{
	int err = check_sane(v, a);
	s64 off = (s64)a->ptr->off + a->off;

	if (err)
		return err;
	if (a->how & KBPF_ACCESS_ATOMIC)
		return refuse(v, atomic_type, a->reg, .what = "a packet");
	if (a->how & KBPF_ACCESS_WRITE && v->type->packet != KBPF_PACKET_WRITE)
		return refuse(v, mem_rdonly_packet, a->reg);
	if (off < 0 || first(a) < 0)
		return refuse(v, packet_before, a->reg, .at = min(off, first(a)));
	if (off + a->size > a->ptr->size)
		return refuse(v, packet_bounds, a->reg, .n = off + a->size, .limit = a->ptr->size,
			      .at = off, .size = a->size);
	return 0;
}

static int check_number(struct kbpf_verifier *v, const struct access *a)
{
	if (!(a->ptr->flags & KBPF_V_KADDR) || a->how != KBPF_ACCESS_READ)
		return a->ptr->flags & KBPF_V_KADDR ? refuse(v, write_kaddr, a->reg) : refuse(v,
							     deref_num, a->reg, .what = verb(a));
	return 0;
}

static int check_object(struct kbpf_verifier *v, const struct access *a)
{
	if (a->how != KBPF_ACCESS_READ)
		return refuse(v, mem_rdonly_object, a->reg);
	return 0;
}

static int check_none(struct kbpf_verifier *v, const struct access *a)
{
	return refuse(v, deref_type, a->reg, .what = kbpf_value_name(a->ptr));
}

static int (* const checks[KBPF_VTYPES])(struct kbpf_verifier *v, const struct access *a) = {
	[KBPF_V_NONE]		= check_none,
	[KBPF_V_SCALAR]		= check_number,
	[KBPF_V_CTX]		= check_ctx,
	[KBPF_V_STACK]		= check_stack,
	[KBPF_V_MAP]		= check_none,
	[KBPF_V_MAP_VALUE]	= check_map_value,
	[KBPF_V_MEM]		= check_record,
	[KBPF_V_PACKET]		= check_packet,
	[KBPF_V_PACKET_META]	= check_packet,
	[KBPF_V_PACKET_END]	= check_none,
	[KBPF_V_FUNC]		= check_none,
	[KBPF_V_OBJECT]		= check_object,
	[KBPF_V_DYNPTR]		= check_none,
};

int kbpf_check_mem(struct kbpf_verifier *v, u32 reg, s32 off, u32 size, u32 how)
{
	struct access a = {
		.reg = reg, .ptr = kbpf_state_reg(v->cur, reg), .off = off, .size = size, .how = how,
	};
	int err = 0;

	if (!kbpf_read_reg(v, reg, &err))
		return err;
	if (a.ptr->flags & KBPF_V_OR_NULL)
		return refuse(v, deref_null, reg);
	err = checks[a.ptr->type](v, &a);
	if (!err)
		err = check_alignment(v, &a);
	return err;
}

s64 kbpf_mem_room(const struct kbpf_verifier *v, u32 reg)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, reg);

	if (!kbpf_value_is_ptr(val) || !kbpf_value_off_sane(val))
		return -1;
	if (val->type == KBPF_V_MAP_VALUE)
		return kbpf_map_desc_of(v, val->index)->value_size - kbpf_value_off_max(val);
	if (val->type == KBPF_V_MEM)
		return val->size - kbpf_value_off_max(val);
	return val->type == KBPF_V_STACK ? -kbpf_value_off_max(val) : -1;
}
