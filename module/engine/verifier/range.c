// SPDX-License-Identifier: GPL-2.0
/*
 * Interval arithmetic modulo 2^n. An operation on intervals is exact as long as
 * all its results wrap around equally often; where they do not, the interval is
 * given up. The two intervals are computed apart, each from its own operands.
 */
#include "verifier/range.h"

struct kbpf_range kbpf_range_meet(struct kbpf_range a, struct kbpf_range b)
{
	a.umin = max(a.umin, b.umin);
	a.umax = min(a.umax, b.umax);
	a.smin = max(a.smin, b.smin);
	a.smax = min(a.smax, b.smax);
	return a;
}

struct kbpf_range kbpf_range_join(struct kbpf_range a, struct kbpf_range b)
{
	a.umin = min(a.umin, b.umin);
	a.umax = max(a.umax, b.umax);
	a.smin = min(a.smin, b.smin);
	a.smax = max(a.smax, b.smax);
	return a;
}

/*
 * An interval that stays on one side of the other reading's seam means the same
 * in both. One that crosses it is two pieces in the other reading; where the
 * other interval meets only one of the pieces, that piece is all there is.
 */
static void signed_from_unsigned(struct kbpf_range *a, u32 n)
{
	s64 lo = kbpf_as_signed(a->umin, n);
	s64 hi = kbpf_as_signed(a->umax, n);

	if (lo <= hi) {
		a->smin = max(a->smin, lo);
		a->smax = min(a->smax, hi);
	} else if (a->smin > hi) {
		/* only [lo, signed max] is left: lo >= 0 */
		a->smin = max(a->smin, lo);
	} else if (a->smax < lo) {
		/* only [signed min, hi] is left */
		a->smax = min(a->smax, hi);
	}
}

static void unsigned_from_signed(struct kbpf_range *a, u32 n)
{
	u64 lo = (u64)a->smin & kbpf_low_mask(n);
	u64 hi = (u64)a->smax & kbpf_low_mask(n);

	if (lo <= hi) {
		a->umin = max(a->umin, lo);
		a->umax = min(a->umax, hi);
	} else if (a->umin > hi) {
		/* the non-negative piece [0, hi] is out */
		a->umin = max(a->umin, lo);
	} else if (a->umax < lo) {
		a->umax = min(a->umax, hi);
	}
}

void kbpf_range_sync(struct kbpf_range *a, u32 n)
{
	if (kbpf_range_empty(a))
		return;
	signed_from_unsigned(a, n);
	if (kbpf_range_empty(a))
		return;
	unsigned_from_signed(a, n);
}

/* a + b as a word; @carry: did it pass 2^n? */
static u64 add_carry(u64 a, u64 b, u32 n, bool *carry)
{
	u64 sum = a + b;

	*carry = n == 64 ? sum < a : sum >> n;
	return sum & kbpf_low_mask(n);
}

/* a + b (or a - b) as a signed word; @wraps: -1 below, 1 above, 0 in range. */
static s64 add_wraps(s64 a, s64 b, bool minus, u32 n, int *wraps)
{
	s64 sum;
	bool over = minus ? check_sub_overflow(a, b, &sum) : check_add_overflow(a, b, &sum);

	if (over)
		*wraps = a < 0 ? -1 : 1;
	else if (sum > kbpf_signed_max(n))
		*wraps = 1;
	else
		*wraps = sum < kbpf_signed_min(n) ? -1 : 0;
	return kbpf_as_signed((u64)sum, n);
}

struct kbpf_range kbpf_range_add(struct kbpf_range a, struct kbpf_range b, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n), x;
	bool carry_min, carry_max;
	int wraps_min, wraps_max;

	x.umin = add_carry(a.umin, b.umin, n, &carry_min);
	x.umax = add_carry(a.umax, b.umax, n, &carry_max);
	if (carry_min == carry_max) {
		r.umin = x.umin;
		r.umax = x.umax;
	}
	x.smin = add_wraps(a.smin, b.smin, false, n, &wraps_min);
	x.smax = add_wraps(a.smax, b.smax, false, n, &wraps_max);
	if (wraps_min == wraps_max) {
		r.smin = x.smin;
		r.smax = x.smax;
	}
	return r;
}

struct kbpf_range kbpf_range_sub(struct kbpf_range a, struct kbpf_range b, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n);
	bool borrow_min = a.umin < b.umax, borrow_max = a.umax < b.umin;
	int wraps_min, wraps_max;
	s64 smin, smax;

	if (borrow_min == borrow_max) {
		r.umin = (a.umin - b.umax) & kbpf_low_mask(n);
		r.umax = (a.umax - b.umin) & kbpf_low_mask(n);
	}
	smin = add_wraps(a.smin, b.smax, true, n, &wraps_min);
	smax = add_wraps(a.smax, b.smin, true, n, &wraps_max);
	if (wraps_min == wraps_max) {
		r.smin = smin;
		r.smax = smax;
	}
	return r;
}

static bool mul_signed(s64 a, s64 b, u32 n, struct kbpf_range *r)
{
	s64 x;

	if (check_mul_overflow(a, b, &x) || x < kbpf_signed_min(n) || x > kbpf_signed_max(n))
		return false;
	r->smin = min(r->smin, x);
	r->smax = max(r->smax, x);
	return true;
}

struct kbpf_range kbpf_range_mul(struct kbpf_range a, struct kbpf_range b, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n), s = { .smin = S64_MAX, .smax = S64_MIN };
	u64 umax;

	if (!check_mul_overflow(a.umax, b.umax, &umax) && umax <= kbpf_low_mask(n)) {
		r.umin = a.umin * b.umin;
		r.umax = umax;
	}
	/* the extremes of a product are products of extremes */
	if (mul_signed(a.smin, b.smin, n, &s) && mul_signed(a.smin, b.smax, n, &s) &&
	    mul_signed(a.smax, b.smin, n, &s) && mul_signed(a.smax, b.smax, n, &s)) {
		r.smin = s.smin;
		r.smax = s.smax;
	}
	return r;
}

/* All ones up to the highest bit of @x. */
static u64 fill(u64 x)
{
	u32 bits = fls64(x);

	return bits ? kbpf_low_mask(bits) : 0;
}

struct kbpf_range kbpf_range_and(struct kbpf_range a, struct kbpf_range b, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n);

	r.umin = 0;
	r.umax = min(a.umax, b.umax);
	if (a.smin >= 0 || b.smin >= 0) {
		r.smin = 0;
		r.smax = a.smin >= 0 && b.smin >= 0 ? min(a.smax, b.smax) :
			 a.smin >= 0 ? a.smax : b.smax;
	} else {
		r.smin = ~(s64)fill(~(u64)min(a.smin, b.smin));
		r.smax = max(a.smax, b.smax);
	}
	return r;
}

struct kbpf_range kbpf_range_or(struct kbpf_range a, struct kbpf_range b, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n);

	r.umin = max(a.umin, b.umin);
	r.umax = fill(a.umax | b.umax);
	if (a.smin >= 0 && b.smin >= 0) {
		r.smin = max(a.smin, b.smin);
		r.smax = (s64)fill((u64)a.smax | (u64)b.smax);
	}
	return r;
}

struct kbpf_range kbpf_range_udiv(struct kbpf_range a, struct kbpf_range b, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n);

	/* a divisor of 0 gives 0, of 1 the dividend */
	r.umin = b.umin ? a.umin / b.umax : 0;
	r.umax = b.umin ? a.umax / b.umin : a.umax;
	return r;
}

struct kbpf_range kbpf_range_umod(struct kbpf_range a, struct kbpf_range b, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n);

	if (b.umin && a.umax < b.umin) {
		r.umin = a.umin;
		r.umax = a.umax;
		return r;
	}
	r.umin = 0;
	r.umax = b.umin ? min(a.umax, b.umax - 1) : a.umax;
	return r;
}

/* The greatest of |@a|, which does not fit where the least value is in @a. */
static bool magnitude(struct kbpf_range a, u32 n, s64 *most)
{
	if (a.smin == kbpf_signed_min(n))
		return false;
	*most = max(a.smax, -a.smin);
	return true;
}

struct kbpf_range kbpf_range_sdiv(struct kbpf_range a, struct kbpf_range b, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n);
	s64 most;

	if (b.smin > 0) {
		/* towards zero: a small divisor drives each bound outwards */
		r.smin = a.smin < 0 ? a.smin / b.smin : a.smin / b.smax;
		r.smax = a.smax < 0 ? a.smax / b.smax : a.smax / b.smin;
	} else if (magnitude(a, n, &most)) {
		r.smin = -most;
		r.smax = most;
	}
	return r;
}

struct kbpf_range kbpf_range_smod(struct kbpf_range a, struct kbpf_range b, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n);
	s64 most;

	/* the sign is the dividend's; by zero leaves the dividend */
	r.smin = min_t(s64, a.smin, 0);
	r.smax = max_t(s64, a.smax, 0);
	if ((b.smin > 0 || b.smax < 0) && magnitude(b, n, &most)) {
		r.smin = max(r.smin, -(most - 1));
		r.smax = min(r.smax, most - 1);
	}
	return r;
}

struct kbpf_range kbpf_range_shl(struct kbpf_range a, u32 k, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n);

	if (a.umax <= kbpf_low_mask(n) >> k) {
		r.umin = a.umin << k;
		r.umax = a.umax << k;
	}
	if (a.smin >= kbpf_signed_min(n) >> k && a.smax <= kbpf_signed_max(n) >> k) {
		r.smin = (s64)((u64)a.smin << k);
		r.smax = (s64)((u64)a.smax << k);
	}
	return r;
}

struct kbpf_range kbpf_range_shr(struct kbpf_range a, u32 k, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n);

	r.umin = a.umin >> k;
	r.umax = a.umax >> k;
	return r;
}

struct kbpf_range kbpf_range_sar(struct kbpf_range a, u32 k, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n);

	r.smin = a.smin >> k;
	r.smax = a.smax >> k;
	return r;
}

struct kbpf_range kbpf_range_low(struct kbpf_range a, u32 k, u32 n)
{
	struct kbpf_range r = kbpf_range_full(k);
	u64 low = kbpf_low_mask(k);

	if (k == n)
		return a;
	if (a.umin >> k == a.umax >> k) {
		r.umin = a.umin & low;
		r.umax = a.umax & low;
	}
	/* between two signed numbers with the same upper part the lower parts run on */
	if (a.smin >> k == a.smax >> k && kbpf_as_signed(a.smin & low, k) <=
	    kbpf_as_signed(a.smax & low, k)) {
		r.smin = kbpf_as_signed(a.smin & low, k);
		r.smax = kbpf_as_signed(a.smax & low, k);
	} else if (a.smin >= kbpf_signed_min(k) && a.smax <= kbpf_signed_max(k)) {
		r.smin = a.smin;
		r.smax = a.smax;
	}
	return r;
}
