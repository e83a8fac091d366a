// SPDX-License-Identifier: GPL-2.0
/*
 * Loops that somebody else sees to the end of: functions that helpers call,
 * may_goto, iterators. They need not be walked as often as they go round, only
 * until a round brings nothing new; what differs from round to round is widened
 * so that this comes soon.
 *
 * Widening only ever makes the current state larger, which is always sound, and
 * may lose what a check needs. So there are gears: where the first walk widened
 * and the program is refused, it is walked again with rounds as they are, for as
 * long as part of the budgets lasts. Where that comes to nothing because a budget
 * is met, the refusal to tell is the first walk's, which is made again to tell it.
 */
#include "verifier/verifier.h"

/* Rounds that are walked as they are before numbers are widened. */
#define EXACT_ROUNDS	4

/* What the gear of exact rounds may use: instructions, states' memory, paths waiting. */
#define EXACT_INSNS	(KBPF_MAX_INSNS / 16)
#define EXACT_BYTES	(64ULL << 20)
#define EXACT_PATHS	1024

enum gear {
	GEAR_WIDE,		/* widens after a few rounds */
	GEAR_EXACT,		/* widens when what it may use is used up */
	GEAR_LAST,		/* the first once more; its refusal is told */
};

/* ---- landmarks: where a number that grows is likely to stop ----------------------- */

static int by_size(const void *a, const void *b)
{
	s64 x = *(const s64 *)a, y = *(const s64 *)b;

	return x < y ? -1 : x > y;
}

static bool compares_with_number(const struct kbpf_insn *i)
{
	u8 class = KBPF_CLASS(i->code), op = KBPF_OP(i->code);

	return (class == KBPF_JMP || class == KBPF_JMP32) && KBPF_SRC(i->code) == KBPF_K &&
	       op != KBPF_JA && op != KBPF_CALL && op != KBPF_EXIT && op != KBPF_JCOND;
}

/* The numbers that the program compares with, and the ends of words. */
static void find_landmarks(struct kbpf_verifier *v)
{
	static const s64 ends[] = { 0, S32_MIN, S32_MAX, U32_MAX };
	u32 n = 0;

	memcpy(v->landmarks, ends, sizeof(ends));
	n = ARRAY_SIZE(ends);
	for (u32 i = 0; i < v->len && n + 3 <= KBPF_MAX_LANDMARKS; i++) {
		if (!compares_with_number(&v->insns[i]))
			continue;
		for (s64 near = -1; near <= 1; near++)
			v->landmarks[n++] = v->insns[i].imm + near;
	}
	sort(v->landmarks, n, sizeof(*v->landmarks), by_size, NULL);
	v->nr_landmarks = n;
}

/* The nearest landmark at or beyond a bound. */
static s64 landmark_above(const struct kbpf_verifier *v, s64 x)
{
	for (u32 i = 0; i < v->nr_landmarks; i++)
		if (v->landmarks[i] >= x)
			return v->landmarks[i];
	return S64_MAX;
}

static s64 landmark_below(const struct kbpf_verifier *v, s64 x)
{
	for (u32 i = v->nr_landmarks; i-- > 0;)
		if (v->landmarks[i] <= x)
			return v->landmarks[i];
	return S64_MIN;
}

/* ---- widening ------------------------------------------------------------------------ */

/* Low bits that are known, and the same in both. */
static struct kbpf_tnum low_bits(const struct kbpf_scalar *a, const struct kbpf_scalar *b)
{
	struct kbpf_tnum both = kbpf_tnum_join(a->full.bits, b->full.bits);
	u64 low = both.mask ? (both.mask & -both.mask) - 1 : U64_MAX;

	return kbpf_tnum(both.value & low, ~low);
}

/* All that the two are, and on to the next landmark in the direction of growth. */
static struct kbpf_scalar widen_number(const struct kbpf_verifier *v, const struct kbpf_scalar *cur,
				       const struct kbpf_scalar *old)
{
	s64 lo = old->full.range.smin, hi = old->full.range.smax;
	struct kbpf_scalar wide;

	if (cur->full.range.smin < lo)
		lo = landmark_below(v, cur->full.range.smin);
	if (cur->full.range.smax > hi)
		hi = landmark_above(v, cur->full.range.smax);
	wide = kbpf_scalar_sbetween(lo, hi);
	wide.full.bits = kbpf_tnum_meet(wide.full.bits, low_bits(cur, old));
	kbpf_scalar_sync(&wide);
	return wide;
}

static void widen_value(struct kbpf_verifier *v, struct kbpf_value *cur,
			const struct kbpf_value *old, u32 bits)
{
	struct kbpf_scalar wide;

	if (cur->type != KBPF_V_SCALAR || old->type != KBPF_V_SCALAR ||
	    kbpf_scalar_within(&cur->num, &old->num))
		return;
	wide = widen_number(v, &cur->num, &old->num);
	*cur = kbpf_value_num(kbpf_scalar_zext(&wide, bits));
	v->widened = true;
}

static void widen(struct kbpf_verifier *v, const struct kbpf_state *old)
{
	struct kbpf_state *cur = v->cur;

	if (cur->nr_frames != old->nr_frames)
		return;
	for (u32 i = 0; i < cur->nr_frames; i++) {
		struct kbpf_frame *c = cur->frames[i];
		const struct kbpf_frame *o = old->frames[i];

		for (u32 r = 0; r < KBPF_R10; r++)
			widen_value(v, &c->regs[r], &o->regs[r], 64);
		for (u32 s = 0; s < min(c->nr_slots, o->nr_slots); s++)
			if (kbpf_slot_is_spill(&c->slots[s]) && kbpf_slot_is_spill(&o->slots[s]))
				widen_value(v, &c->slots[s].spill, &o->slots[s].spill,
					    c->slots[s].width * 8);
	}
}

bool kbpf_converge_moved(const struct kbpf_state *cur, const struct kbpf_state *old)
{
	for (u32 i = 0; i < min(cur->nr_frames, old->nr_frames); i++) {
		const struct kbpf_frame *c = cur->frames[i], *o = old->frames[i];

		if (c->run != o->run)
			return false;
		if (c->rounds > o->rounds || c->calls > o->calls || kbpf_iter_moved(c, o))
			return true;
	}
	return false;
}

bool kbpf_converge_behind(const struct kbpf_state *cur, const struct kbpf_state *old,
			  const struct kbpf_state *since)
{
	u32 n = min3(cur->nr_frames, old->nr_frames, since->nr_frames);

	for (u32 i = 0; i < n; i++) {
		const struct kbpf_frame *c = cur->frames[i], *o = old->frames[i];
		const struct kbpf_frame *s = since->frames[i];

		if (o->run != s->run)
			return false;
		if (c->run != o->run || c->rounds < o->rounds || c->calls < o->calls ||
		    kbpf_iter_behind(c, o, s))
			return true;
	}
	return false;
}

static bool stays_exact(const struct kbpf_verifier *v)
{
	return v->gear == GEAR_EXACT && v->stats.insns < v->exact_until &&
	       v->bytes < EXACT_BYTES && v->nr_pending < EXACT_PATHS;
}

void kbpf_converge(struct kbpf_verifier *v, const struct kbpf_state *old, u32 rounds)
{
	if (rounds < EXACT_ROUNDS || stays_exact(v))
		return;
	if (!v->nr_landmarks)
		find_landmarks(v);
	widen(v, old);
}

bool kbpf_converge_again(const struct kbpf_verifier *v, enum kbpf_reject why)
{
	if (!v->widened || why == KBPF_REJECTS)
		return false;
	if (v->gear == GEAR_EXACT)
		return kbpf_reject_rows[why].err == E2BIG;
	return v->gear == GEAR_WIDE;
}

void kbpf_converge_shift(struct kbpf_verifier *v)
{
	v->gear++;
	v->exact_until = v->stats.insns + EXACT_INSNS;
}
