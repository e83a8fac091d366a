// SPDX-License-Identifier: GPL-2.0
/*
 * States, frames and stack slots: memory and mechanics.
 */
#include "verifier/state.h"

struct kbpf_state *kbpf_state_create(void)
{
	return kzalloc(sizeof(struct kbpf_state), GFP_KERNEL);
}

static void free_frame(struct kbpf_frame *f)
{
	if (f)
		kfree(f->slots);
	kfree(f);
}

static struct kbpf_frame *copy_frame(const struct kbpf_frame *f)
{
	struct kbpf_frame *c = kmemdup(f, sizeof(*f), GFP_KERNEL);

	if (!c)
		return NULL;
	c->slots = NULL;
	c->cap_slots = f->nr_slots;
	if (!f->nr_slots)
		return c;
	c->slots = kmemdup(f->slots, f->nr_slots * sizeof(*f->slots), GFP_KERNEL);
	if (!c->slots) {
		kfree(c);
		return NULL;
	}
	return c;
}

void kbpf_state_free(struct kbpf_state *st)
{
	if (!st)
		return;
	while (st->nr_frames)
		free_frame(st->frames[--st->nr_frames]);
	kfree(st);
}

struct kbpf_state *kbpf_state_copy(const struct kbpf_state *st)
{
	struct kbpf_state *c = kmemdup(st, sizeof(*st), GFP_KERNEL);

	if (!c)
		return NULL;
	for (c->nr_frames = 0; c->nr_frames < st->nr_frames; c->nr_frames++) {
		c->frames[c->nr_frames] = copy_frame(st->frames[c->nr_frames]);
		if (!c->frames[c->nr_frames]) {
			kbpf_state_free(c);
			return NULL;
		}
	}
	return c;
}

u64 kbpf_state_bytes(const struct kbpf_state *st)
{
	u64 bytes = sizeof(*st);

	for (u32 i = 0; i < st->nr_frames; i++)
		bytes += sizeof(struct kbpf_frame) +
			 st->frames[i]->cap_slots * sizeof(struct kbpf_slot);
	return bytes;
}

struct kbpf_frame *kbpf_state_push_frame(struct kbpf_state *st, u32 func, u32 callsite)
{
	struct kbpf_frame *f = kzalloc(sizeof(*f), GFP_KERNEL);

	if (!f)
		return NULL;
	f->func = func;
	f->callsite = callsite;
	f->regs[KBPF_R10] = kbpf_value_ptr(KBPF_V_STACK);
	f->regs[KBPF_R10].frame = st->nr_frames;
	st->frames[st->nr_frames++] = f;
	return f;
}

void kbpf_state_pop_frame(struct kbpf_state *st)
{
	free_frame(st->frames[--st->nr_frames]);
}

int kbpf_frame_reserve(struct kbpf_frame *f, s32 off)
{
	u32 want = DIV_ROUND_UP(-off, KBPF_SLOT_SIZE), cap;
	struct kbpf_slot *slots;

	if (want <= f->nr_slots)
		return 0;
	if (want > f->cap_slots) {
		cap = min_t(u32, round_up(want, 4), KBPF_MAX_SLOTS);
		slots = krealloc(f->slots, cap * sizeof(*slots), GFP_KERNEL);
		if (!slots)
			return -ENOMEM;
		f->slots = slots;
		f->cap_slots = cap;
	}
	memset(f->slots + f->nr_slots, 0, (want - f->nr_slots) * sizeof(*f->slots));
	f->nr_slots = want;
	return 0;
}

/* Slot and byte in it of an offset. */
static u32 slot_of(s32 off)
{
	return (u32)(-off - 1) / KBPF_SLOT_SIZE;
}

static u32 byte_of(s32 off)
{
	return (u32)(off + KBPF_STACK_SIZE) % KBPF_SLOT_SIZE;
}

/* A spilled value that loses a byte stops being one. */
static void break_spill(struct kbpf_slot *s)
{
	u8 kind = kbpf_value_is_zero(&s->spill) ? KBPF_BYTE_ZERO : KBPF_BYTE_MISC;

	for (u32 i = 0; i < KBPF_SLOT_SIZE; i++)
		if (s->bytes[i] == KBPF_BYTE_SPILL)
			s->bytes[i] = kind;
	s->spill = kbpf_value_none();
	s->at = 0;
	s->width = 0;
}

/* Give @size bytes from @at a kind; they lie in the slot. */
static void set_bytes(struct kbpf_slot *s, u32 at, u32 size, u8 kind)
{
	for (u32 i = at; i < at + size; i++) {
		if (s->bytes[i] == KBPF_BYTE_SPILL)
			break_spill(s);
		s->bytes[i] = kind;
	}
}

/* Does a value of @width bytes at @at leave a spilled value in peace that matters more? */
static bool keeps_lower(const struct kbpf_slot *s, u32 at)
{
	return at && kbpf_slot_is_spill(s) && s->at < at && s->at + s->width <= at;
}

void kbpf_frame_store(struct kbpf_frame *f, s32 off, u32 size, const struct kbpf_value *v)
{
	struct kbpf_slot *s = &f->slots[slot_of(off)];
	u32 at = byte_of(off);
	bool whole = size == KBPF_SLOT_SIZE && !at;

	if (at + size > KBPF_SLOT_SIZE) {
		kbpf_frame_scrub(f, off, size);
		return;
	}
	if (kbpf_value_is_zero(v) && !whole) {
		set_bytes(s, at, size, KBPF_BYTE_ZERO);
		return;
	}
	if ((kbpf_value_is_ptr(v) && !whole) || v->type == KBPF_V_NONE || keeps_lower(s, at)) {
		set_bytes(s, at, size, KBPF_BYTE_MISC);
		return;
	}
	if (kbpf_slot_is_spill(s))
		break_spill(s);
	for (u32 i = at; i < at + size; i++)
		s->bytes[i] = KBPF_BYTE_SPILL;
	s->at = at;
	s->width = size;
	s->spill = *v;
	if (whole)
		return;
	/* what is kept is the low part: another number unless it is all there is */
	s->spill.num = kbpf_scalar_zext(&v->num, size * 8);
	if (v->num.full.range.umax > kbpf_low_mask(size * 8))
		s->spill = kbpf_value_num(s->spill.num);
}

void kbpf_frame_scrub(struct kbpf_frame *f, s32 off, u32 size)
{
	for (s32 o = off; o < off + (s32)size; o++)
		set_bytes(&f->slots[slot_of(o)], byte_of(o), 1, KBPF_BYTE_MISC);
}

static bool all_zero(const struct kbpf_frame *f, s32 off, u32 size)
{
	for (s32 o = off; o < off + (s32)size; o++) {
		const struct kbpf_slot *s = &f->slots[slot_of(o)];
		u8 kind = s->bytes[byte_of(o)];

		if (kind != KBPF_BYTE_ZERO &&
		    !(kind == KBPF_BYTE_SPILL && kbpf_value_is_zero(&s->spill)))
			return false;
	}
	return true;
}

struct kbpf_value kbpf_frame_load(const struct kbpf_frame *f, s32 off, u32 size)
{
	const struct kbpf_slot *s;
	struct kbpf_value v;
	struct kbpf_scalar by;
	u32 at = byte_of(off), skip;

	if (slot_of(off) >= f->nr_slots)
		return kbpf_value_any();
	if (all_zero(f, off, size))
		return kbpf_value_const(0);
	s = &f->slots[slot_of(off)];
	if (at + size > KBPF_SLOT_SIZE || !kbpf_slot_is_spill(s) || at < s->at ||
	    at + size > (u32)s->at + s->width)
		return kbpf_value_any();
	if (at == s->at && size == s->width)
		return s->spill;
	if (!kbpf_value_is_num(&s->spill))
		return kbpf_value_any();
	/* part of a number: shift it down, cut it off */
	skip = at - s->at;
	by = kbpf_scalar_const(skip * 8);
	v = kbpf_value_num(s->spill.num);
	if (skip)
		v.num = kbpf_scalar_op(KBPF_ARITH_SHR, &v.num, &by);
	v.num = kbpf_scalar_zext(&v.num, size * 8);
	return v;
}

void kbpf_state_each(struct kbpf_state *st, void (*fn)(struct kbpf_value *v, void *arg), void *arg)
{
	for (u32 i = 0; i < st->nr_frames; i++) {
		struct kbpf_frame *f = st->frames[i];

		for (u32 r = 0; r < KBPF_R10; r++)
			if (f->regs[r].type)
				fn(&f->regs[r], arg);
		for (u32 s = 0; s < f->nr_slots; s++)
			if (kbpf_slot_is_spill(&f->slots[s]))
				fn(&f->slots[s].spill, arg);
	}
}
