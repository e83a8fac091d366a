// SPDX-License-Identifier: GPL-2.0
/*
 * Is all that a state can be inside another one, or the same? What is live is
 * looked at only, and the value of what is needed only; live.c says why that is
 * enough. Ids have no meaning of their own: what counts is that they correspond.
 */
#include "verifier/verifier.h"

/* Does @from always correspond to @to? */
static bool same_id(struct kbpf_verifier *v, u32 from, u32 to, s64 delta)
{
	struct kbpf_id_pair *p = v->ids;

	for (u32 i = 0; i < v->nr_ids; i++, p++)
		if (p->from == from)
			return p->to == to && p->delta == delta;
	if (v->nr_ids == KBPF_MAX_ID_PAIRS)
		return false;
	*p = (struct kbpf_id_pair){ .from = from, .to = to, .delta = delta };
	v->nr_ids++;
	return true;
}

static bool num_within(const struct kbpf_verifier *v, const struct kbpf_value *cur,
		       const struct kbpf_value *old)
{
	if (v->exact)
		return !memcmp(&cur->num, &old->num, sizeof(cur->num));
	return kbpf_scalar_within(&cur->num, &old->num);
}

static bool number_within(struct kbpf_verifier *v, const struct kbpf_value *cur,
			  const struct kbpf_value *old)
{
	if (cur->type != KBPF_V_SCALAR)
		return false;
	if (old->flags & ~cur->flags & KBPF_V_KADDR || !kbpf_typed_within(cur, old))
		return false;
	/* numbers that are linked there must be linked in the same way here */
	if (old->id && (!cur->id || !same_id(v, old->id, cur->id, (s64)cur->off - old->off)))
		return false;
	return num_within(v, cur, old);
}

static bool pointer_within(struct kbpf_verifier *v, const struct kbpf_value *cur,
			   const struct kbpf_value *old)
{
	bool packet = old->type == KBPF_V_PACKET || old->type == KBPF_V_PACKET_META;

	if (cur->type != old->type || cur->flags != old->flags || cur->frame != old->frame ||
	    cur->index != old->index || cur->off != old->off)
		return false;
	if (packet ? cur->size < old->size : cur->size != old->size)
		return false;
	if (old->id && (!cur->id || !same_id(v, old->id, cur->id, 0)))
		return false;
	if (!old->id && packet && cur->id)
		return false;
	if (old->ref ? !same_id(v, old->ref, cur->ref, 0) : cur->ref)
		return false;
	return num_within(v, cur, old);
}

/* Is all that @cur can be inside @old? @need: does its value matter? */
static bool value_within(struct kbpf_verifier *v, const struct kbpf_value *cur,
			 const struct kbpf_value *old, bool need)
{
	if (old->type == KBPF_V_NONE)
		return !v->exact || cur->type == KBPF_V_NONE;
	if (cur->type == KBPF_V_NONE)
		return false;
	if (old->type != KBPF_V_SCALAR)
		return pointer_within(v, cur, old);
	/* that it is a number matters even so: pointers are not computed with */
	return need ? number_within(v, cur, old) : cur->type == KBPF_V_SCALAR;
}

static bool regs_within(struct kbpf_verifier *v, const struct kbpf_frame *cur,
			const struct kbpf_frame *old, const struct kbpf_insn_info *at)
{
	for (u32 r = 0; r < KBPF_R10; r++)
		if (at->live_regs & BIT(r) &&
		    !value_within(v, &cur->regs[r], &old->regs[r], at->need_regs & BIT(r)))
			return false;
	return true;
}

/* A byte whose value matters, known in @old to be a kind other than SPILL. */
static bool byte_within(const struct kbpf_slot *cur, u32 b, u8 old_kind)
{
	if (old_kind != KBPF_BYTE_ZERO)
		return true;	/* any number */
	return cur->bytes[b] == KBPF_BYTE_ZERO ||
	       (cur->bytes[b] == KBPF_BYTE_SPILL && kbpf_value_is_zero(&cur->spill));
}

static bool dynptr_within(struct kbpf_verifier *v, const struct kbpf_slot *cur,
			  const struct kbpf_slot *old)
{
	return kbpf_slot_is_dynptr(cur) && kbpf_slot_is_dynptr(old) &&
	       cur->spill.index == old->spill.index && cur->spill.off == old->spill.off &&
	       same_id(v, old->spill.ref, cur->spill.ref, 0);
}

static bool slot_within(struct kbpf_verifier *v, const struct kbpf_frame *cur,
			const struct kbpf_frame *old, u32 i, bool need)
{
	static const struct kbpf_slot untouched;
	const struct kbpf_slot *o = i < old->nr_slots ? &old->slots[i] : &untouched;
	const struct kbpf_slot *c = i < cur->nr_slots ? &cur->slots[i] : &untouched;
	bool pointer = kbpf_slot_is_spill(o) && kbpf_value_is_ptr(&o->spill);
	struct kbpf_value val;

	if (kbpf_slot_is_iter(o) || kbpf_slot_is_iter(c))
		return kbpf_slot_is_iter(o) && kbpf_slot_is_iter(c) &&
		       c->spill.index == o->spill.index &&
		       same_id(v, o->spill.ref, c->spill.ref, 0);
	if (kbpf_slot_is_dynptr(o) || kbpf_slot_is_dynptr(c))
		return dynptr_within(v, c, o);
	/* a pointer that is read back there as a number here would be judged otherwise */
	if (!pointer && kbpf_slot_is_spill(c) && kbpf_value_is_ptr(&c->spill))
		return false;
	if (!need && !pointer)
		return true;
	if (v->exact && memcmp(c->bytes, o->bytes, sizeof(c->bytes)))
		return false;
	for (u32 b = 0; b < KBPF_SLOT_SIZE; b++)
		if (o->bytes[b] != KBPF_BYTE_SPILL && !byte_within(c, b, o->bytes[b]))
			return false;
	if (!kbpf_slot_is_spill(o))
		return true;
	val = kbpf_frame_load(cur, -(s32)(i + 1) * KBPF_SLOT_SIZE + o->at, o->width);
	return value_within(v, &val, &o->spill, true);
}

static bool slots_within(struct kbpf_verifier *v, const struct kbpf_frame *cur,
			 const struct kbpf_frame *old, const struct kbpf_insn_info *at)
{
	u32 n = v->exact ? max(old->nr_slots, cur->nr_slots) : old->nr_slots;

	for (u32 i = 0; i < n; i++)
		if (at->live_slots & BIT_ULL(i) &&
		    !slot_within(v, cur, old, i, at->need_slots & BIT_ULL(i)))
			return false;
	return true;
}

static bool refs_within(struct kbpf_verifier *v, const struct kbpf_state *cur,
			const struct kbpf_state *old)
{
	if (!cur->rcu != !old->rcu || cur->nr_refs != old->nr_refs || cur->lock_map != old->lock_map)
		return false;
	if (old->lock_id ? !same_id(v, old->lock_id, cur->lock_id, 0) : cur->lock_id)
		return false;
	/* ids are compared first, so that values find these pairs */
	for (u32 i = 0; i < cur->nr_refs; i++)
		if (!same_id(v, old->refs[i].id, cur->refs[i].id, 0))
			return false;
	return true;
}

const struct kbpf_insn_info *kbpf_within_matters(struct kbpf_verifier *v,
						 const struct kbpf_state *st, u32 frame)
{
	bool top = frame + 1 == st->nr_frames;

	return &v->info[top ? st->insn : st->frames[frame + 1]->callsite];
}

bool kbpf_within(struct kbpf_verifier *v, const struct kbpf_state *cur, const struct kbpf_state *old,
		 bool exact)
{
	v->nr_ids = 0;
	v->exact = exact;
	if (cur->nr_frames != old->nr_frames || !refs_within(v, cur, old))
		return false;
	for (u32 i = 0; i < cur->nr_frames; i++) {
		const struct kbpf_frame *c = cur->frames[i], *o = old->frames[i];

		/* where the count lasts, paths were cut short that go on where it is used up */
		if (c->func != o->func || c->spent != o->spent || c->callback != o->callback ||
		    c->timer != o->timer || c->nr_refs != o->nr_refs ||
		    (i && c->callsite != o->callsite))
			return false;
		if (o->lent ? !same_id(v, o->lent, c->lent, 0) : c->lent)
			return false;
	}
	/* innermost first: most differences are there */
	for (u32 i = cur->nr_frames; i-- > 0;) {
		const struct kbpf_insn_info *at = kbpf_within_matters(v, cur, i);

		if (!regs_within(v, cur->frames[i], old->frames[i], at) ||
		    !slots_within(v, cur->frames[i], old->frames[i], at))
			return false;
	}
	return true;
}
