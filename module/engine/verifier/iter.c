// SPDX-License-Identifier: GPL-2.0
/*
 * Open-coded iterators: eight bytes of the program's stack that one function makes,
 * one asks for the next element, and one ends. They are a reference that must be
 * given back, which lies in a place of its own: the slot's spill has its id, and
 *
 *   index	0 while elements may come, 1 after the last
 *   size	how many came on this path; tells rounds apart, and does not matter else
 *
 * A loop over an iterator ends because the iterator does: converge.c.
 */
#include "verifier/verifier.h"

#define ITER_SIZE	8

static u32 index_of(s64 off)
{
	return (u32)(-off - 1) / KBPF_SLOT_SIZE;
}

static struct kbpf_slot *slot_at(const struct kbpf_frame *f, s64 off)
{
	return index_of(off) < f->nr_slots ? &f->slots[index_of(off)] : NULL;
}

bool kbpf_slot_is_iter(const struct kbpf_slot *s)
{
	return s->bytes[0] == KBPF_BYTE_ITER;
}

int kbpf_iter_check_access(struct kbpf_verifier *v, u32 reg, s64 first, s64 end)
{
	const struct kbpf_frame *f = v->cur->frames[kbpf_state_reg(v->cur, reg)->frame];

	for (s64 o = round_down(first + KBPF_STACK_SIZE, KBPF_SLOT_SIZE) - KBPF_STACK_SIZE;
	     o < end; o += KBPF_SLOT_SIZE) {
		const struct kbpf_slot *s = slot_at(f, o);

		if (s && kbpf_slot_is_iter(s))
			return refuse(v, iter_access, reg, .at = -o);
	}
	return 0;
}

/* The place that an argument means, or 0. */
static s32 place_of(const struct kbpf_value *val)
{
	s64 off;

	if (val->type != KBPF_V_STACK || !kbpf_value_off_known(val))
		return 0;
	off = val->off + (s64)kbpf_scalar_value(&val->num);
	if (off % KBPF_SLOT_SIZE || off < -KBPF_STACK_SIZE || off > -ITER_SIZE)
		return 0;
	return off;
}

static struct kbpf_slot *iter_of(const struct kbpf_state *st, const struct kbpf_value *val)
{
	s32 off = place_of(val);
	struct kbpf_slot *s = off ? slot_at(st->frames[val->frame], off) : NULL;

	return s && kbpf_slot_is_iter(s) ? s : NULL;
}

int kbpf_iter_check_new(struct kbpf_verifier *v, u32 reg)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, reg);
	int err = 0;

	if (!kbpf_read_reg(v, reg, &err))
		return err;
	if (!place_of(val))
		return refuse(v, iter_place, reg);
	if (iter_of(v->cur, val))
		return refuse(v, iter_twice, reg);
	return kbpf_check_mem(v, reg, 0, ITER_SIZE, KBPF_ACCESS_WRITE | KBPF_ACCESS_HELPER);
}

int kbpf_iter_check(struct kbpf_verifier *v, u32 reg)
{
	int err = 0;

	if (!kbpf_read_reg(v, reg, &err))
		return err;
	if (!iter_of(v->cur, kbpf_state_reg(v->cur, reg)))
		return refuse(v, iter_arg, reg);
	return 0;
}

int kbpf_iter_create(struct kbpf_verifier *v, u32 reg)
{
	const struct kbpf_value ptr = *kbpf_state_reg(v->cur, reg);
	struct kbpf_slot *s;
	u32 ref;
	int err = kbpf_apply_helper_write(v, reg, ITER_SIZE);

	if (!err)
		err = kbpf_ref_acquire(v, &ref);
	if (err)
		return err;
	s = &v->cur->frames[ptr.frame]->slots[index_of(place_of(&ptr))];
	memset(s, 0, sizeof(*s));
	memset(s->bytes, KBPF_BYTE_ITER, sizeof(s->bytes));
	s->spill.ref = ref;
	return 0;
}

void kbpf_iter_destroy(struct kbpf_verifier *v, u32 reg)
{
	struct kbpf_slot *s = iter_of(v->cur, kbpf_state_reg(v->cur, reg));
	u32 ref = s->spill.ref;

	memset(s, 0, sizeof(*s));
	memset(s->bytes, KBPF_BYTE_MISC, sizeof(s->bytes));
	kbpf_ref_release(v->cur, ref);
}

bool kbpf_iter_at_end(const struct kbpf_state *st, const struct kbpf_value *ptr)
{
	return iter_of(st, ptr)->spill.index;
}

struct kbpf_value kbpf_iter_next(struct kbpf_state *st, const struct kbpf_value *ptr, bool more)
{
	struct kbpf_slot *s = iter_of(st, ptr);
	struct kbpf_value elem = kbpf_value_ptr(KBPF_V_MEM);

	if (!more) {
		s->spill.index = 1;
		return kbpf_value_const(0);
	}
	s->spill.size++;
	elem.size = sizeof(s32);
	elem.flags = KBPF_V_RDONLY | KBPF_V_SLICE;
	elem.ref = s->spill.ref;
	return elem;
}

bool kbpf_iter_moved(const struct kbpf_frame *cur, const struct kbpf_frame *old)
{
	for (u32 i = 0; i < min(cur->nr_slots, old->nr_slots); i++) {
		const struct kbpf_slot *c = &cur->slots[i], *o = &old->slots[i];

		if (kbpf_slot_is_iter(c) && kbpf_slot_is_iter(o) &&
		    c->spill.ref == o->spill.ref && c->spill.size > o->spill.size)
			return true;
	}
	return false;
}

bool kbpf_iter_behind(const struct kbpf_frame *cur, const struct kbpf_frame *old,
		      const struct kbpf_frame *since)
{
	for (u32 i = 0; i < min(old->nr_slots, since->nr_slots); i++) {
		const struct kbpf_slot *o = &old->slots[i], *s = &since->slots[i];

		if (!kbpf_slot_is_iter(o) || !kbpf_slot_is_iter(s) || o->spill.ref != s->spill.ref)
			continue;
		if (i >= cur->nr_slots || !kbpf_slot_is_iter(&cur->slots[i]) ||
		    cur->slots[i].spill.ref != o->spill.ref ||
		    cur->slots[i].spill.size < o->spill.size)
			return true;
	}
	return false;
}
