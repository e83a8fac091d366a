// SPDX-License-Identifier: GPL-2.0
/*
 * Memory: which accesses each kind of pointer allows, and what loads, stores and
 * atomics do to registers and stack.
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

/* ---- the stack ------------------------------------------------------------------------ */

/* Memory for the bytes that were checked, and the function's account of them. */
static int claim_stack(struct kbpf_verifier *v, const struct kbpf_value *ptr, s64 lowest)
{
	struct kbpf_frame *f = v->cur->frames[ptr->frame];
	struct kbpf_subprog *s = &v->subprogs[f->func];

	s->stack = max_t(u32, s->stack, round_up((u32)-lowest, KBPF_SLOT_SIZE));
	return kbpf_frame_reserve(f, lowest);
}

/* Bytes that an access may have written, at an offset that may not be known. */
static noinline int scrub_stack(struct kbpf_verifier *v, const struct kbpf_value *ptr, s32 off, u32 size)
{
	s64 lo = kbpf_value_off_min(ptr) + off, hi = kbpf_value_off_max(ptr) + off + size;
	int err = claim_stack(v, ptr, lo);

	if (err)
		return err;
	kbpf_dynptr_overwritten(v, v->cur->frames[ptr->frame], lo, hi);
	kbpf_frame_scrub(v->cur->frames[ptr->frame], lo, hi - lo);
	return 0;
}

int kbpf_apply_helper_write(struct kbpf_verifier *v, u32 reg, u32 size)
{
	struct kbpf_value ptr = *kbpf_state_reg(v->cur, reg);

	if (ptr.type == KBPF_V_PACKET || ptr.type == KBPF_V_PACKET_META)
		v->prog->packet_written = true;
	return ptr.type == KBPF_V_STACK && size ? scrub_stack(v, &ptr, 0, size) : 0;
}

static s64 stack_off(const struct kbpf_value *ptr, s32 off)
{
	return (s64)ptr->off + off + (s64)kbpf_scalar_value(&ptr->num);
}

/* ---- loads ------------------------------------------------------------------------------ */

/* What executors and hosts want to know of accesses to the context and the packet. */
static void note_used(struct kbpf_verifier *v, const struct kbpf_value *ptr, u32 at, u32 size)
{
	struct kbpf_prog *p = v->prog;
	bool store = KBPF_CLASS(v->insns[v->insn].code) != KBPF_LDX;

	if (ptr->type == KBPF_V_PACKET || ptr->type == KBPF_V_PACKET_META)
		p->packet_written |= store;
	if (ptr->type != KBPF_V_CTX)
		return;
	p->ctx_used = max_t(u32, p->ctx_used, at + size);
	if (!v->type->packet || at >= 256)
		return;
	p->fields_used |= GENMASK_ULL((at + size - 1) / 4, at / 4);
	if (store)
		p->fields_written |= GENMASK_ULL((at + size - 1) / 4, at / 4);
}

/* Note how the context access is converted, or that there is none, on this path. */
static noinline int note_ctx(struct kbpf_verifier *v, const struct kbpf_value *ptr, s32 off,
			     u32 size)
{
	struct kbpf_insn_info *info = &v->info[v->insn];
	const struct kbpf_ctx_part *part = NULL;
	s64 at = 0;
	bool mixed;

	if (ptr->type == KBPF_V_CTX)
		at = stack_off(ptr, off);
	note_used(v, ptr, at, size);
	if (ptr->type == KBPF_V_CTX) {
		part = kbpf_progtype_ctx_part(v->type, at);
		at = part->real + (at - part->start);
	}
	if (!part || !v->type->packet) {
		mixed = info->flags & KBPF_INFO_CTX;
		info->flags |= KBPF_INFO_NOT_CTX;
	} else {
		mixed = info->flags & KBPF_INFO_NOT_CTX ||
			(info->flags & KBPF_INFO_CTX &&
			 (info->ctx_off != at || info->ctx_kind != part->kind));
		info->flags |= KBPF_INFO_CTX;
		info->ctx_off = at;
		info->ctx_kind = part->kind;
	}
	if (mixed)
		return refuse(v, mixed_access,
			      KBPF_CLASS(v->insns[v->insn].code) == KBPF_LDX ? v->insns[v->insn].src_reg : v->insns[v->insn].dst_reg);
	return 0;
}

/* What the context holds there, if no mere number. */
static void load_ctx(struct kbpf_verifier *v, const struct kbpf_value *ptr, s32 off,
		     struct kbpf_value *val)
{
	static const u8 types[] = {
		[KBPF_CTX_PACKET] = KBPF_V_PACKET,
		[KBPF_CTX_PACKET_META] = KBPF_V_PACKET_META,
		[KBPF_CTX_PACKET_END] = KBPF_V_PACKET_END,
	};
	u32 kind = kbpf_progtype_ctx_part(v->type, stack_off(ptr, off))->kind;

	if (kind == KBPF_CTX_BTF_ARG) {
		val->flags |= KBPF_V_KADDR;
		kbpf_typed_arg(v, val, stack_off(ptr, off) / 8);
	} else if (kind != KBPF_CTX_PLAIN) {
		*val = kbpf_value_ptr(types[kind]);
	}
}

/* What the map holds there for ever, if it is known. */
static void load_map(struct kbpf_verifier *v, const struct kbpf_value *ptr, s32 off, u32 size,
		     struct kbpf_value *val)
{
	u64 x;

	/* a value of several could be at any index */
	if (ptr->index < KBPF_INNER_MAP && v->descs[ptr->index]->max_entries == 1 &&
	    kbpf_value_off_known(ptr) &&
	    kbpf_env_map_read_const(v->maps[ptr->index], stack_off(ptr, off), size, &x))
		*val = kbpf_value_const(x);
}

/* What the stack holds there, as far as it is known. */
static void load_stack(struct kbpf_verifier *v, const struct kbpf_value *ptr, s32 off, u32 size,
		       struct kbpf_value *val)
{
	if (!kbpf_value_off_known(ptr))
		return;
	*val = kbpf_frame_load(v->cur->frames[ptr->frame], stack_off(ptr, off), size);
	if (size < 8 && kbpf_value_is_num(val) &&
	    val->num.full.range.umax > kbpf_low_mask(size * 8))
		*val = kbpf_value_num(kbpf_scalar_zext(&val->num, size * 8));
}

/* What the memory holds; all was checked. */
static noinline void load(struct kbpf_verifier *v, const struct kbpf_value *ptr, s32 off, u32 size,
			  struct kbpf_value *val)
{
	*val = kbpf_value_any();
	val->num = kbpf_scalar_zext(&val->num, size * 8);
	switch (ptr->type) {
	case KBPF_V_STACK:
		load_stack(v, ptr, off, size, val);
		break;
	case KBPF_V_CTX:
		load_ctx(v, ptr, off, val);
		break;
	case KBPF_V_MAP_VALUE:
		load_map(v, ptr, off, size, val);
		break;
	case KBPF_V_OBJECT:
	case KBPF_V_SCALAR:
		/* what a kernel object points to is followed in the same way */
		if (size != 8)
			break;
		val->flags |= KBPF_V_KADDR;
		kbpf_typed_load(v, val, ptr, off);
		break;
	}
}

int kbpf_do_load(struct kbpf_verifier *v, const struct kbpf_insn *insn)
{
	struct kbpf_value ptr = *kbpf_state_reg(v->cur, insn->src_reg), val;
	u32 size = kbpf_isa_size(insn->code);
	int err = kbpf_check_mem(v, insn->src_reg, insn->off, size, KBPF_ACCESS_READ);

	if (!err && ptr.type == KBPF_V_STACK)
		err = claim_stack(v, &ptr, kbpf_value_off_min(&ptr) + insn->off);
	if (!err)
		err = note_ctx(v, &ptr, insn->off, size);
	if (err)
		return err;
	if (ptr.type == KBPF_V_SCALAR || ptr.type == KBPF_V_OBJECT)
		v->info[v->insn].flags |= KBPF_INFO_PROBE;
	load(v, &ptr, insn->off, size, &val);
	if (KBPF_MODE(insn->code) == KBPF_MEMSX) {
		if (!kbpf_value_is_num(&val))
			return refuse(v, ctx_sign, insn->src_reg);
		val = kbpf_value_num(kbpf_scalar_sext(&val.num, size * 8, false));
	}
	*kbpf_state_reg(v->cur, insn->dst_reg) = val;
	return 0;
}

/* ---- stores and atomics ------------------------------------------------------------------- */

static noinline int apply_store(struct kbpf_verifier *v, const struct kbpf_value *ptr, s32 off, u32 size,
		       const struct kbpf_value *val)
{
	struct kbpf_frame *f;
	int err;

	if (ptr->type != KBPF_V_STACK)
		return 0;
	if (!kbpf_value_off_known(ptr))
		return scrub_stack(v, ptr, off, size);
	err = claim_stack(v, ptr, stack_off(ptr, off));
	if (err)
		return err;
	f = v->cur->frames[ptr->frame];
	kbpf_dynptr_overwritten(v, f, stack_off(ptr, off), stack_off(ptr, off) + size);
	kbpf_frame_store(f, stack_off(ptr, off), size, val);
	return 0;
}

int kbpf_do_store(struct kbpf_verifier *v, const struct kbpf_insn *insn)
{
	struct kbpf_value ptr = *kbpf_state_reg(v->cur, insn->dst_reg);
	struct kbpf_value val = kbpf_value_const((u64)(s64)insn->imm);
	u32 size = kbpf_isa_size(insn->code);
	int err = 0;

	if (KBPF_CLASS(insn->code) == KBPF_STX) {
		struct kbpf_value *src = kbpf_state_reg(v->cur, insn->src_reg);

		if (!kbpf_read_reg(v, insn->src_reg, &err))
			return err;
		/* the copy on the stack stays linked to the register */
		if (kbpf_value_is_num(src) && !src->id && !kbpf_scalar_is_const(&src->num) &&
		    ptr.type == KBPF_V_STACK)
			src->id = ++v->next_id;
		val = *src;
	}
	err = kbpf_check_mem(v, insn->dst_reg, insn->off, size, KBPF_ACCESS_WRITE);
	if (!err && val.type == KBPF_V_STACK && ptr.type == KBPF_V_STACK && ptr.frame < val.frame)
		err = refuse(v, spill_stack_ptr, insn->src_reg);
	if (!err)
		err = note_ctx(v, &ptr, insn->off, size);
	if (err)
		return err;
	return apply_store(v, &ptr, insn->off, size, &val);
}

int kbpf_do_atomic(struct kbpf_verifier *v, const struct kbpf_insn *insn)
{
	struct kbpf_value ptr = *kbpf_state_reg(v->cur, insn->dst_reg), val = kbpf_value_any();
	u32 size = kbpf_isa_size(insn->code);
	int err = 0;

	if (insn->imm == KBPF_LOAD_ACQ || insn->imm == KBPF_STORE_REL)
		return refuse(v, no_acquire, -1);
	if (!kbpf_read_reg(v, insn->src_reg, &err))
		return err;
	if (insn->imm == KBPF_CMPXCHG && !kbpf_read_reg(v, KBPF_R0, &err))
		return err;
	err = kbpf_check_mem(v, insn->dst_reg, insn->off, size,
			     KBPF_ACCESS_READ | KBPF_ACCESS_WRITE | KBPF_ACCESS_ATOMIC);
	if (!err)
		err = note_ctx(v, &ptr, insn->off, size);
	if (!err && ptr.type == KBPF_V_STACK) {
		load_stack(v, &ptr, insn->off, size, &val);
		err = scrub_stack(v, &ptr, insn->off, size);
	}
	if (err)
		return err;
	if (!kbpf_value_is_num(&val))
		val = kbpf_value_any();
	val = kbpf_value_num(kbpf_scalar_zext(&val.num, size * 8));
	if (insn->imm == KBPF_CMPXCHG)
		*kbpf_state_reg(v->cur, KBPF_R0) = val;
	else if (insn->imm & KBPF_FETCH)
		*kbpf_state_reg(v->cur, insn->src_reg) = val;
	return 0;
}
