// SPDX-License-Identifier: GPL-2.0
/*
 * Dynptrs: two slots of stack that helpers fill and read, and memory got through
 * them (slices). A program reads or writes none of their bytes itself: a write
 * ends the dynptr, and is refused while something is held through it. All that
 * was got through a dynptr carries its id as reference and ends with it.
 *
 * A slot that is part of one has bytes KBPF_BYTE_DYNPTR, no width, and in @spill
 * a value of type DYNPTR: @index is the kind, @ref the id, @off 0 in the slot
 * with the lower address and 8 in the other. In a register such a value is a
 * dynptr that a helper lends to a function that it calls.
 */
#include "verifier/verifier.h"
#include "helpers/proto.h"

#define DYNPTR_SIZE	(2 * KBPF_SLOT_SIZE)

bool kbpf_slot_is_dynptr(const struct kbpf_slot *s)
{
	return s->bytes[0] == KBPF_BYTE_DYNPTR;
}

static struct kbpf_slot *slot_at(const struct kbpf_frame *f, s32 off)
{
	u32 i = (u32)(-off - 1) / KBPF_SLOT_SIZE;

	return i < f->nr_slots ? &f->slots[i] : NULL;
}

static bool is_held(const struct kbpf_state *st, u32 ref)
{
	for (u32 i = 0; i < st->nr_refs; i++)
		if (st->refs[i].id == ref)
			return true;
	return false;
}

/* ---- accesses by the program, and memory that helpers write ---------------------------- */

int kbpf_dynptr_check_access(struct kbpf_verifier *v, u32 reg, s64 first, s64 end, bool write)
{
	const struct kbpf_frame *f = v->cur->frames[kbpf_state_reg(v->cur, reg)->frame];

	for (s64 o = round_down(first + KBPF_STACK_SIZE, KBPF_SLOT_SIZE) - KBPF_STACK_SIZE;
	     o < end; o += KBPF_SLOT_SIZE) {
		const struct kbpf_slot *s = slot_at(f, o);

		if (!s || !kbpf_slot_is_dynptr(s))
			continue;
		if (!write)
			return refuse(v, dynptr_read, reg, .at = s->spill.off - o);
		if (is_held(v->cur, s->spill.ref))
			return refuse(v, dynptr_write, reg, .at = s->spill.off - o);
	}
	return 0;
}

/* What was got through it is a number now. */
static void end_one(struct kbpf_value *val, void *arg)
{
	if (val->ref == *(u32 *)arg)
		*val = kbpf_value_any();
}

void kbpf_dynptr_end(struct kbpf_state *st, u32 ref)
{
	kbpf_state_each(st, end_one, &ref);
}

static void clear_slot(struct kbpf_slot *s)
{
	memset(s, 0, sizeof(*s));
	memset(s->bytes, KBPF_BYTE_MISC, sizeof(s->bytes));
}

/* The dynptr with a slot at @off, which is there, is no more. */
static void destroy(struct kbpf_verifier *v, struct kbpf_frame *f, s32 off)
{
	s32 base = off - slot_at(f, off)->spill.off;
	u32 ref = slot_at(f, off)->spill.ref;

	clear_slot(slot_at(f, base));
	clear_slot(slot_at(f, base + KBPF_SLOT_SIZE));
	kbpf_dynptr_end(v->cur, ref);
}

void kbpf_dynptr_overwritten(struct kbpf_verifier *v, struct kbpf_frame *f, s32 first, s32 end)
{
	for (s32 o = round_down(first + KBPF_STACK_SIZE, KBPF_SLOT_SIZE) - KBPF_STACK_SIZE;
	     o < end; o += KBPF_SLOT_SIZE) {
		const struct kbpf_slot *s = slot_at(f, o);

		if (s && kbpf_slot_is_dynptr(s))
			destroy(v, f, o);
	}
}

/* ---- arguments ----------------------------------------------------------------------------- */

static s32 offset_of(const struct kbpf_value *val)
{
	return val->off + (s32)kbpf_scalar_value(&val->num);
}

int kbpf_dynptr_check_out(struct kbpf_verifier *v, u32 reg)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, reg);
	s32 off;
	int err = 0;

	if (!kbpf_read_reg(v, reg, &err))
		return err;
	if (val->type != KBPF_V_STACK || !kbpf_value_off_known(val))
		return refuse(v, dynptr_place, reg);
	off = offset_of(val);
	if (off % KBPF_SLOT_SIZE || off < -KBPF_STACK_SIZE || off > -(s32)DYNPTR_SIZE)
		return refuse(v, dynptr_off, reg, .at = off);
	return kbpf_check_mem(v, reg, 0, DYNPTR_SIZE, KBPF_ACCESS_WRITE | KBPF_ACCESS_HELPER);
}

const struct kbpf_value *kbpf_dynptr_of(const struct kbpf_state *st, const struct kbpf_value *val)
{
	const struct kbpf_slot *s;
	s32 off;

	if (val->type == KBPF_V_DYNPTR)
		return val;
	if (val->type != KBPF_V_STACK || !kbpf_value_off_known(val))
		return NULL;
	off = offset_of(val);
	if (off % KBPF_SLOT_SIZE || off < -KBPF_STACK_SIZE || off >= 0)
		return NULL;
	s = slot_at(st->frames[val->frame], off);
	return s && kbpf_slot_is_dynptr(s) && !s->spill.off ? &s->spill : NULL;
}

int kbpf_dynptr_check_arg(struct kbpf_verifier *v, u32 reg, bool release)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, reg), *d;
	int err = 0;

	if (!kbpf_read_reg(v, reg, &err))
		return err;
	d = kbpf_dynptr_of(v->cur, val);
	if (!d)
		return refuse(v, dynptr_arg, reg, .at = reg);
	if (!release)
		return 0;
	if (d->index != KBPF_DYNPTR_RINGBUF || val->type == KBPF_V_DYNPTR || !is_held(v->cur, d->ref))
		return refuse(v, not_a_dynptr, reg, .at = reg);
	return 0;
}

/* ---- what calls do ---------------------------------------------------------------------------- */

int kbpf_dynptr_create(struct kbpf_verifier *v, u32 reg, u32 kind)
{
	const struct kbpf_value ptr = *kbpf_state_reg(v->cur, reg);
	struct kbpf_value d = { .type = KBPF_V_DYNPTR, .index = kind, .num = kbpf_scalar_const(0) };
	struct kbpf_frame *f = v->cur->frames[ptr.frame];
	s32 off = offset_of(&ptr);
	int err = kbpf_apply_helper_write(v, reg, DYNPTR_SIZE);

	if (!err && kind == KBPF_DYNPTR_RINGBUF)
		err = kbpf_ref_acquire(v, &d.ref);
	else
		d.ref = ++v->next_id;
	for (u32 i = 0; i < 2 && !err; i++) {
		struct kbpf_slot *s = slot_at(f, off + (s32)i * KBPF_SLOT_SIZE);

		memset(s->bytes, KBPF_BYTE_DYNPTR, sizeof(s->bytes));
		s->at = 0;
		s->width = 0;
		s->spill = d;
		s->spill.off = i * KBPF_SLOT_SIZE;
	}
	return err;
}

void kbpf_dynptr_release(struct kbpf_verifier *v, u32 reg)
{
	const struct kbpf_value ptr = *kbpf_state_reg(v->cur, reg);
	struct kbpf_frame *f = v->cur->frames[ptr.frame];

	kbpf_ref_release(v->cur, kbpf_dynptr_of(v->cur, &ptr)->ref);
	destroy(v, f, offset_of(&ptr));
}

int kbpf_dynptr_check_mem(struct kbpf_verifier *v, u32 reg)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, reg);

	if (val->type == KBPF_V_MAP_VALUE)
		return 0;
	return refuse(v, arg_dynptr_mem, reg);
}
