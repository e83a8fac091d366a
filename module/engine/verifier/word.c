// SPDX-License-Identifier: GPL-2.0
/*
 * Operations and comparisons on words. The known bits and the bounds of a result
 * are computed apart; what one of them cannot express, the other often can.
 */
#include "verifier/word.h"

struct kbpf_word kbpf_word_full(u32 n)
{
	return (struct kbpf_word){
		.bits = kbpf_tnum(0, kbpf_low_mask(n)),
		.range = kbpf_range_full(n),
	};
}

struct kbpf_word kbpf_word_const(u64 x, u32 n)
{
	return (struct kbpf_word){
		.bits = kbpf_tnum_const(x & kbpf_low_mask(n)),
		.range = kbpf_range_const(x, n),
	};
}

/* No word: an interval whose ends have changed places. */
static void make_empty(struct kbpf_word *a)
{
	a->range.umin = 1;
	a->range.umax = 0;
}

bool kbpf_word_within(const struct kbpf_word *a, const struct kbpf_word *b)
{
	return kbpf_tnum_within(a->bits, b->bits) && kbpf_range_within(&a->range, &b->range);
}

struct kbpf_word kbpf_word_meet(const struct kbpf_word *a, const struct kbpf_word *b, u32 n)
{
	struct kbpf_word r = { .range = kbpf_range_meet(a->range, b->range) };

	if (!kbpf_tnum_meets(a->bits, b->bits)) {
		r.bits = a->bits;
		make_empty(&r);
		return r;
	}
	r.bits = kbpf_tnum_meet(a->bits, b->bits);
	kbpf_word_sync(&r, n);
	return r;
}

struct kbpf_word kbpf_word_join(const struct kbpf_word *a, const struct kbpf_word *b)
{
	return (struct kbpf_word){
		.bits = kbpf_tnum_join(a->bits, b->bits),
		.range = kbpf_range_join(a->range, b->range),
	};
}

/* Bounds from the known bits. */
static void range_from_bits(struct kbpf_word *a, u32 n)
{
	u64 sign = 1ULL << (n - 1);
	u64 least = a->bits.value | (a->bits.mask & sign);
	u64 most = a->bits.value | (a->bits.mask & ~sign);
	struct kbpf_range *r = &a->range;

	r->umin = max(r->umin, a->bits.value);
	r->umax = min(r->umax, a->bits.value | a->bits.mask);
	r->smin = max(r->smin, kbpf_as_signed(least, n));
	r->smax = min(r->smax, kbpf_as_signed(most, n));
}

/* Known bits from the bounds: the bits that both ends share. */
static void bits_from_range(struct kbpf_word *a)
{
	struct kbpf_tnum t = kbpf_tnum_range(a->range.umin, a->range.umax);

	if (kbpf_tnum_meets(a->bits, t))
		a->bits = kbpf_tnum_meet(a->bits, t);
	else
		make_empty(a);
}

/*
 * The least value >= x that the known bits admit, by raising the highest bit that
 * makes room; false if there is none.
 */
static bool round_up_to_bits(struct kbpf_tnum bits, u64 x, u64 *out)
{
	u64 wrong, keep, free;
	u32 top;

	if (x <= bits.value) {
		*out = bits.value;
		return true;
	}
	/* bits of x that must change, highest first */
	wrong = (x ^ bits.value) & ~bits.mask;
	if (!wrong) {
		*out = x;
		return true;
	}
	top = fls64(wrong) - 1;
	keep = top == 63 ? 0 : U64_MAX << (top + 1);
	if (bits.value & (1ULL << top)) {
		/* a known 1 where x has 0: already above x, so take the least below it */
		*out = (x & keep & bits.mask) | bits.value;
		return true;
	}
	/* a known 0 where x has 1: go up at the lowest free 0 above */
	free = bits.mask & ~x & keep;
	if (!free)
		return false;
	top = __ffs64(free);
	keep = top == 63 ? 0 : U64_MAX << (top + 1);
	*out = (x & keep & bits.mask) | (1ULL << top) | bits.value;
	return true;
}

/* Move the unsigned bounds inwards to values that the known bits admit. */
static void tighten_to_bits(struct kbpf_word *a)
{
	u64 all = a->bits.value | a->bits.mask;
	struct kbpf_tnum flipped = kbpf_tnum(~all, a->bits.mask);
	u64 lo, hi;

	/* rounding down is rounding the complement up */
	if (!round_up_to_bits(a->bits, a->range.umin, &lo) ||
	    !round_up_to_bits(flipped, ~a->range.umax, &hi)) {
		make_empty(a);
		return;
	}
	a->range.umin = lo;
	a->range.umax = ~hi;
}

void kbpf_word_sync(struct kbpf_word *a, u32 n)
{
	/* twice: what the second round finds out depends on the first */
	for (int round = 0; round < 2; round++) {
		range_from_bits(a, n);
		kbpf_range_sync(&a->range, n);
		if (kbpf_word_empty(a))
			break;
		bits_from_range(a);
		if (kbpf_word_empty(a))
			break;
		tighten_to_bits(a);
		if (kbpf_word_empty(a))
			break;
	}
	if (!kbpf_word_empty(a))
		kbpf_range_sync(&a->range, n);
	if (kbpf_word_empty(a))
		make_empty(a);
}

static struct kbpf_word word(struct kbpf_tnum bits, struct kbpf_range range, u32 n)
{
	return (struct kbpf_word){
		.bits = kbpf_tnum_clip(bits, kbpf_low_mask(n)),
		.range = range,
	};
}

static struct kbpf_tnum any_bits(u32 n)
{
	return kbpf_tnum(0, kbpf_low_mask(n));
}

static struct kbpf_word op_add(const struct kbpf_word *a, const struct kbpf_word *b, u32 n)
{
	return word(kbpf_tnum_add(a->bits, b->bits), kbpf_range_add(a->range, b->range, n), n);
}

static struct kbpf_word op_sub(const struct kbpf_word *a, const struct kbpf_word *b, u32 n)
{
	return word(kbpf_tnum_sub(a->bits, b->bits), kbpf_range_sub(a->range, b->range, n), n);
}

static struct kbpf_word op_mul(const struct kbpf_word *a, const struct kbpf_word *b, u32 n)
{
	return word(kbpf_tnum_mul(a->bits, b->bits), kbpf_range_mul(a->range, b->range, n), n);
}

static struct kbpf_word op_and(const struct kbpf_word *a, const struct kbpf_word *b, u32 n)
{
	return word(kbpf_tnum_and(a->bits, b->bits), kbpf_range_and(a->range, b->range, n), n);
}

static struct kbpf_word op_or(const struct kbpf_word *a, const struct kbpf_word *b, u32 n)
{
	return word(kbpf_tnum_or(a->bits, b->bits), kbpf_range_or(a->range, b->range, n), n);
}

static struct kbpf_word op_xor(const struct kbpf_word *a, const struct kbpf_word *b, u32 n)
{
	return word(kbpf_tnum_xor(a->bits, b->bits), kbpf_range_full(n), n);
}

/* @b is a known power of two: its logarithm; else -1 */
static int log2_of(const struct kbpf_word *b)
{
	u64 x = b->bits.value;

	return kbpf_word_is_const(b) && x && !(x & (x - 1)) ? fls64(x) - 1 : -1;
}

static struct kbpf_word op_udiv(const struct kbpf_word *a, const struct kbpf_word *b, u32 n)
{
	int k = log2_of(b);
	struct kbpf_tnum bits = any_bits(n);

	if (k >= 0)
		bits = kbpf_tnum(a->bits.value >> k, a->bits.mask >> k);
	return word(bits, kbpf_range_udiv(a->range, b->range, n), n);
}

static struct kbpf_word op_umod(const struct kbpf_word *a, const struct kbpf_word *b, u32 n)
{
	struct kbpf_tnum bits = any_bits(n);

	if (log2_of(b) >= 0)
		bits = kbpf_tnum_clip(a->bits, b->bits.value - 1);
	else if (b->range.umin && a->range.umax < b->range.umin)
		bits = a->bits;
	return word(bits, kbpf_range_umod(a->range, b->range, n), n);
}

static struct kbpf_word op_sdiv(const struct kbpf_word *a, const struct kbpf_word *b, u32 n)
{
	return word(any_bits(n), kbpf_range_sdiv(a->range, b->range, n), n);
}

static struct kbpf_word op_smod(const struct kbpf_word *a, const struct kbpf_word *b, u32 n)
{
	return word(any_bits(n), kbpf_range_smod(a->range, b->range, n), n);
}

static struct kbpf_word shl_by(const struct kbpf_word *a, u32 k, u32 n)
{
	return word(kbpf_tnum(a->bits.value << k, a->bits.mask << k),
		    kbpf_range_shl(a->range, k, n), n);
}

static struct kbpf_word shr_by(const struct kbpf_word *a, u32 k, u32 n)
{
	return word(kbpf_tnum(a->bits.value >> k, a->bits.mask >> k),
		    kbpf_range_shr(a->range, k, n), n);
}

static struct kbpf_word sar_by(const struct kbpf_word *a, u32 k, u32 n)
{
	struct kbpf_tnum t = kbpf_tnum_sext(a->bits, n);

	t = kbpf_tnum((u64)((s64)t.value >> k), (u64)((s64)t.mask >> k));
	return word(t, kbpf_range_sar(a->range, k, n), n);
}

/* A shift by an amount that is not known is one of the shifts it could be. */
static struct kbpf_word shift(const struct kbpf_word *a, const struct kbpf_word *b, u32 n,
			      struct kbpf_word (*by)(const struct kbpf_word *a, u32 k, u32 n))
{
	u32 first = 0, last = n - 1;
	struct kbpf_word r, x;

	if (kbpf_word_is_const(b)) {
		first = b->bits.value % n;
		last = first;
	} else if (b->range.umax < n) {
		first = b->range.umin;
		last = b->range.umax;
	}
	r = by(a, first, n);
	for (u32 k = first + 1; k <= last; k++) {
		x = by(a, k, n);
		r = kbpf_word_join(&r, &x);
	}
	return r;
}

static struct kbpf_word op_shl(const struct kbpf_word *a, const struct kbpf_word *b, u32 n)
{
	return shift(a, b, n, shl_by);
}

static struct kbpf_word op_shr(const struct kbpf_word *a, const struct kbpf_word *b, u32 n)
{
	return shift(a, b, n, shr_by);
}

static struct kbpf_word op_sar(const struct kbpf_word *a, const struct kbpf_word *b, u32 n)
{
	return shift(a, b, n, sar_by);
}

struct kbpf_word kbpf_word_op(enum kbpf_arith op, const struct kbpf_word *a,
			      const struct kbpf_word *b, u32 n)
{
	static struct kbpf_word (* const ops[KBPF_ARITHS])(const struct kbpf_word *a,
							const struct kbpf_word *b, u32 n) = {
		[KBPF_ARITH_ADD] = op_add,   [KBPF_ARITH_SUB] = op_sub,   [KBPF_ARITH_MUL] = op_mul,
		[KBPF_ARITH_UDIV] = op_udiv, [KBPF_ARITH_SDIV] = op_sdiv, [KBPF_ARITH_UMOD] = op_umod,
		[KBPF_ARITH_SMOD] = op_smod, [KBPF_ARITH_AND] = op_and,   [KBPF_ARITH_OR] = op_or,
		[KBPF_ARITH_XOR] = op_xor,   [KBPF_ARITH_SHL] = op_shl,   [KBPF_ARITH_SHR] = op_shr,
		[KBPF_ARITH_SAR] = op_sar,
	};

	return ops[op](a, b, n);
}

struct kbpf_word kbpf_word_low(const struct kbpf_word *a, u32 k, u32 n)
{
	return word(a->bits, kbpf_range_low(a->range, k, n), k);
}

struct kbpf_word kbpf_word_zext(const struct kbpf_word *a, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n);

	/* the sign bit of the wider word is 0: signed and unsigned agree */
	r.umin = a->range.umin;
	r.umax = a->range.umax;
	r.smin = (s64)a->range.umin;
	r.smax = (s64)a->range.umax;
	return word(a->bits, r, n);
}

struct kbpf_word kbpf_word_sext(const struct kbpf_word *a, u32 k, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n);

	r.smin = a->range.smin;
	r.smax = a->range.smax;
	return word(kbpf_tnum_sext(a->bits, k), r, n);
}

static void assume_eq(struct kbpf_word *a, struct kbpf_word *b, u32 n)
{
	*a = kbpf_word_meet(a, b, n);
	*b = *a;
}

/* Only a value at an end of an interval can be cut off. */
static void cut(struct kbpf_word *a, const struct kbpf_word *c, u32 n)
{
	struct kbpf_range *r = &a->range;
	u64 x = c->bits.value;
	s64 s = kbpf_as_signed(x, n);

	if ((r->umin == x && r->umax == x) || (r->smin == s && r->smax == s)) {
		make_empty(a);
		return;
	}
	if (r->umin == x)
		r->umin++;
	if (r->umax == x)
		r->umax--;
	if (r->smin == s)
		r->smin++;
	if (r->smax == s)
		r->smax--;
}

static void assume_ne(struct kbpf_word *a, struct kbpf_word *b, u32 n)
{
	if (kbpf_word_is_const(b))
		cut(a, b, n);
	else if (kbpf_word_is_const(a))
		cut(b, a, n);
}

static void assume_ugt(struct kbpf_word *a, struct kbpf_word *b, u32 n)
{
	if (b->range.umin == kbpf_low_mask(n) || !a->range.umax) {
		make_empty(a);
		return;
	}
	a->range.umin = max(a->range.umin, b->range.umin + 1);
	b->range.umax = min(b->range.umax, a->range.umax - 1);
}

static void assume_uge(struct kbpf_word *a, struct kbpf_word *b, __always_unused u32 n)
{
	a->range.umin = max(a->range.umin, b->range.umin);
	b->range.umax = min(b->range.umax, a->range.umax);
}

static void assume_sgt(struct kbpf_word *a, struct kbpf_word *b, u32 n)
{
	if (b->range.smin == kbpf_signed_max(n) || a->range.smax == kbpf_signed_min(n)) {
		make_empty(a);
		return;
	}
	a->range.smin = max(a->range.smin, b->range.smin + 1);
	b->range.smax = min(b->range.smax, a->range.smax - 1);
}

static void assume_sge(struct kbpf_word *a, struct kbpf_word *b, __always_unused u32 n)
{
	a->range.smin = max(a->range.smin, b->range.smin);
	b->range.smax = min(b->range.smax, a->range.smax);
}

/* a has one of the bits that b can have. */
static void assume_has_one_of(struct kbpf_word *a, const struct kbpf_word *b)
{
	u64 common = (a->bits.value | a->bits.mask) & (b->bits.value | b->bits.mask);

	if (!common) {
		make_empty(a);
		return;
	}
	if (!(common & (common - 1))) {
		/* it can only be this one */
		a->bits.value |= common;
		a->bits.mask &= ~common;
	}
	a->range.umin = max(a->range.umin, common & -common);
}

static void assume_set(struct kbpf_word *a, struct kbpf_word *b, __always_unused u32 n)
{
	assume_has_one_of(a, b);
	if (!kbpf_word_empty(a))
		assume_has_one_of(b, a);
}

static void assume_clear(struct kbpf_word *a, struct kbpf_word *b, __always_unused u32 n)
{
	/* where one is known to be 1 the other is 0 */
	if (a->bits.value & b->bits.value) {
		make_empty(a);
		return;
	}
	a->bits.mask &= ~b->bits.value;
	b->bits.mask &= ~a->bits.value;
}

void kbpf_word_assume(enum kbpf_cmp cmp, struct kbpf_word *a, struct kbpf_word *b, u32 n)
{
	static const struct {
		void (*assume)(struct kbpf_word *a, struct kbpf_word *b, u32 n);
		bool swap;
	} rules[KBPF_CMPS] = {
		[KBPF_CMP_EQ]	 = { assume_eq, false },
		[KBPF_CMP_NE]	 = { assume_ne, false },
		[KBPF_CMP_UGT]	 = { assume_ugt, false },
		[KBPF_CMP_ULE]	 = { assume_uge, true },
		[KBPF_CMP_UGE]	 = { assume_uge, false },
		[KBPF_CMP_ULT]	 = { assume_ugt, true },
		[KBPF_CMP_SGT]	 = { assume_sgt, false },
		[KBPF_CMP_SLE]	 = { assume_sge, true },
		[KBPF_CMP_SGE]	 = { assume_sge, false },
		[KBPF_CMP_SLT]	 = { assume_sgt, true },
		[KBPF_CMP_SET]	 = { assume_set, false },
		[KBPF_CMP_CLEAR] = { assume_clear, false },
	};

	if (rules[cmp].swap)
		swap(a, b);
	rules[cmp].assume(a, b, n);
}
