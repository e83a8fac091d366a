// SPDX-License-Identifier: GPL-2.0
/*
 * Loads, stores and atomics: what they do to registers and to the stack, once mem.c
 * has allowed them.
 */
#include "verifier/verifier.h"

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
