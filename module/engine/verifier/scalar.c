// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers as a word and its low half, kept in step. Knows widths, not opcodes.
 */
#include "verifier/scalar.h"

#define W	KBPF_WORD_BITS
#define H	KBPF_HALF_BITS

/* The low half as a word of its own. */
static struct kbpf_word half_of(const struct kbpf_scalar *a)
{
	return (struct kbpf_word){
		.bits = kbpf_tnum_clip(a->full.bits, kbpf_low_mask(H)),
		.range = a->half,
	};
}

/* Put what was learnt of the low half back. */
static void set_half(struct kbpf_scalar *a, const struct kbpf_word *half)
{
	u64 low = kbpf_low_mask(H);

	a->half = half->range;
	a->full.bits.value = (a->full.bits.value & ~low) | half->bits.value;
	a->full.bits.mask = (a->full.bits.mask & ~low) | half->bits.mask;
}

/*
 * A result, in sync. One without members comes from operands that had none, though
 * nobody had seen it yet: no run comes here, and any number will do.
 */
static struct kbpf_scalar in_sync(struct kbpf_scalar r)
{
	return kbpf_scalar_sync(&r) ? r : kbpf_scalar_any();
}

static struct kbpf_scalar of_word(const struct kbpf_word *full)
{
	return in_sync((struct kbpf_scalar){ .full = *full, .half = kbpf_range_full(H) });
}

struct kbpf_scalar kbpf_scalar_any(void)
{
	return (struct kbpf_scalar){ .full = kbpf_word_full(W), .half = kbpf_range_full(H) };
}

struct kbpf_scalar kbpf_scalar_const(u64 x)
{
	return (struct kbpf_scalar){
		.full = kbpf_word_const(x, W),
		.half = kbpf_range_const(x, H),
	};
}

struct kbpf_scalar kbpf_scalar_between(u64 umin, u64 umax)
{
	struct kbpf_word full = kbpf_word_full(W);

	full.range.umin = umin;
	full.range.umax = umax;
	return of_word(&full);
}

struct kbpf_scalar kbpf_scalar_sbetween(s64 smin, s64 smax)
{
	struct kbpf_word full = kbpf_word_full(W);

	full.range.smin = smin;
	full.range.smax = smax;
	return of_word(&full);
}

bool kbpf_scalar_is_any(const struct kbpf_scalar *a)
{
	struct kbpf_scalar any = kbpf_scalar_any();

	return kbpf_scalar_within(&any, a);
}

bool kbpf_scalar_empty(const struct kbpf_scalar *a)
{
	return kbpf_word_empty(&a->full) || kbpf_range_empty(&a->half);
}

bool kbpf_scalar_within(const struct kbpf_scalar *a, const struct kbpf_scalar *b)
{
	return kbpf_word_within(&a->full, &b->full) && kbpf_range_within(&a->half, &b->half);
}

struct kbpf_scalar kbpf_scalar_join(const struct kbpf_scalar *a, const struct kbpf_scalar *b)
{
	return (struct kbpf_scalar){
		.full = kbpf_word_join(&a->full, &b->full),
		.half = kbpf_range_join(a->half, b->half),
	};
}

/* What bounds of the whole word say of the half. */
static void half_from_full(struct kbpf_scalar *a)
{
	a->half = kbpf_range_meet(a->half, kbpf_range_low(a->full.range, H, W));
}

/*
 * What bounds of the half say of the word: at each end of the word's interval,
 * the upper part with the best the lower part can be.
 */
static void full_from_half(struct kbpf_scalar *a)
{
	u64 low = kbpf_low_mask(H);
	struct kbpf_range *f = &a->full.range;

	f->umin = max(f->umin, (f->umin & ~low) | a->half.umin);
	f->umax = min(f->umax, (f->umax & ~low) | a->half.umax);
	f->smin = max_t(s64, f->smin, (s64)(((u64)f->smin & ~low) | a->half.umin));
	f->smax = min_t(s64, f->smax, (s64)(((u64)f->smax & ~low) | a->half.umax));
	/* a word that is its own half, sign-extended */
	if (f->smin >= kbpf_signed_min(H) && f->smax <= kbpf_signed_max(H)) {
		f->smin = max(f->smin, a->half.smin);
		f->smax = min(f->smax, a->half.smax);
	}
}

static void sync_once(struct kbpf_scalar *a)
{
	struct kbpf_word half;

	kbpf_word_sync(&a->full, W);
	if (kbpf_word_empty(&a->full))
		return;
	half_from_full(a);
	if (kbpf_range_empty(&a->half))
		return;
	half = half_of(a);
	kbpf_word_sync(&half, H);
	set_half(a, &half);
	if (kbpf_range_empty(&a->half))
		return;
	full_from_half(a);
}

/* The two kinds that most numbers are of, and that have nothing to sharpen. */
static bool is_settled(const struct kbpf_scalar *a)
{
	struct kbpf_scalar known;

	if (a->full.bits.mask == kbpf_low_mask(W))
		known = kbpf_scalar_any();
	else if (kbpf_scalar_is_const(a))
		known = kbpf_scalar_const(kbpf_scalar_value(a));
	else
		return false;
	return !memcmp(a, &known, sizeof(known));
}

bool kbpf_scalar_sync(struct kbpf_scalar *a)
{
	struct kbpf_scalar before;

	if (is_settled(a))
		return true;
	/* each round only narrows; three settle all but contrived cases */
	for (int round = 0; round < 3; round++) {
		before = *a;
		sync_once(a);
		if (kbpf_scalar_empty(a))
			return false;
		if (!memcmp(&before, a, sizeof(before)))
			break;
	}
	kbpf_word_sync(&a->full, W);
	return !kbpf_scalar_empty(a);
}

/* Do the low bits of the result depend on the low bits of the operands alone? */
static bool op_is_modular(enum kbpf_arith op)
{
	return op == KBPF_ARITH_ADD || op == KBPF_ARITH_SUB || op == KBPF_ARITH_MUL ||
	       op == KBPF_ARITH_AND || op == KBPF_ARITH_OR || op == KBPF_ARITH_XOR;
}

/* A shift left by half a word moves the half's bounds up, sign included. */
static void shl_half(struct kbpf_scalar *r, const struct kbpf_range *half)
{
	r->full.range.umin = max(r->full.range.umin, half->umin << H);
	r->full.range.umax = min(r->full.range.umax, half->umax << H);
	r->full.range.smin = max(r->full.range.smin, (s64)((u64)half->smin << H));
	r->full.range.smax = min(r->full.range.smax, (s64)((u64)half->smax << H));
}

struct kbpf_scalar kbpf_scalar_op(enum kbpf_arith op, const struct kbpf_scalar *a,
				  const struct kbpf_scalar *b)
{
	struct kbpf_scalar r = {
		.full = kbpf_word_op(op, &a->full, &b->full, W),
		.half = kbpf_range_full(H),
	};

	if (!r.full.bits.mask)
		return kbpf_scalar_const(r.full.bits.value);
	if (op_is_modular(op)) {
		struct kbpf_word x = half_of(a), y = half_of(b), half;

		half = kbpf_word_op(op, &x, &y, H);
		r.half = half.range;
	} else if (op == KBPF_ARITH_SHL && W == 2 * H && kbpf_scalar_is(b, H)) {
		shl_half(&r, &a->half);
	}
	return in_sync(r);
}

/* A half, zero-extended. */
static struct kbpf_scalar of_half(const struct kbpf_word *half)
{
	return in_sync((struct kbpf_scalar){
		.full = kbpf_word_zext(half, W),
		.half = half->range,
	});
}

struct kbpf_scalar kbpf_scalar_op_half(enum kbpf_arith op, const struct kbpf_scalar *a,
				       const struct kbpf_scalar *b)
{
	struct kbpf_word x = half_of(a), y = half_of(b), half;

	half = kbpf_word_op(op, &x, &y, H);
	return half.bits.mask ? of_half(&half) : kbpf_scalar_const(half.bits.value);
}

/* The low @k bits as a word of that width. */
static struct kbpf_word low_of(const struct kbpf_scalar *a, u32 k)
{
	struct kbpf_word half = half_of(a);

	return k <= H ? kbpf_word_low(&half, k, H) : kbpf_word_low(&a->full, k, W);
}

struct kbpf_scalar kbpf_scalar_zext(const struct kbpf_scalar *a, u32 k)
{
	struct kbpf_word low = low_of(a, k), full;

	if (k == W)
		return *a;
	kbpf_word_sync(&low, k);
	full = kbpf_word_zext(&low, W);
	return of_word(&full);
}

struct kbpf_scalar kbpf_scalar_sext(const struct kbpf_scalar *a, u32 k, bool half)
{
	struct kbpf_word low = low_of(a, k), r;

	kbpf_word_sync(&low, k);
	r = kbpf_word_sext(&low, k, half ? H : W);
	if (!half)
		return of_word(&r);
	kbpf_word_sync(&r, H);
	return of_half(&r);
}

struct kbpf_scalar kbpf_scalar_swap(const struct kbpf_scalar *a, u32 bytes)
{
	struct kbpf_word r = kbpf_word_full(W);

	r.bits = kbpf_tnum_swap(a->full.bits, bytes);
	return of_word(&r);
}

bool kbpf_scalar_assume(enum kbpf_cmp cmp, struct kbpf_scalar *a, struct kbpf_scalar *b,
			bool half)
{
	if (half) {
		struct kbpf_word x = half_of(a), y = half_of(b);

		kbpf_word_assume(cmp, &x, &y, H);
		if (kbpf_word_empty(&x) || kbpf_word_empty(&y))
			return false;
		set_half(a, &x);
		set_half(b, &y);
	} else {
		kbpf_word_assume(cmp, &a->full, &b->full, W);
		if (kbpf_word_empty(&a->full) || kbpf_word_empty(&b->full))
			return false;
		if (cmp == KBPF_CMP_EQ) {
			a->half = kbpf_range_meet(a->half, b->half);
			b->half = a->half;
		}
	}
	return kbpf_scalar_sync(a) && kbpf_scalar_sync(b);
}
