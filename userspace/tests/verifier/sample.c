// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Soundness of the scalar algebra at widths that cannot be tried in full: numbers
 * are drawn first, then states around them that have them as members, and every
 * operation, extension and comparison must keep its result. Numbers and bounds
 * are those at which verifiers have been wrong, and their neighbours.
 *
 *   sample [TRIES [SEED]]
 */
#include "port.h"
#include "verifier/tnum.c"
#include "verifier/range.c"
#include "verifier/word.c"
#include "verifier/scalar.c"
#include "verifier/concrete.h"

static u64 rng, checks, failures;

static u64 next_random(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng;
}

/* A word near an end of words, halves or signs, near a power of two, small, or any. */
static u64 odd_word(void)
{
	u64 near = next_random() % 3 - 1, x = next_random();

	switch (x % 6) {
	case 0:
		x = next_random();
		break;
	case 1:
		x = (x >> 8) % 80;
		break;
	case 2:
		x = kbpf_low_mask(W) + near;
		break;
	case 3:
		x = kbpf_low_mask(H) + near;
		break;
	default:
		x = (1ULL << ((x >> 8) % W)) + near;
	}
	return x & kbpf_low_mask(W);
}

static bool range_has(const struct kbpf_range *r, u64 x, u32 n)
{
	s64 s = kbpf_as_signed(x, n);

	return x >= r->umin && x <= r->umax && s >= r->smin && s <= r->smax;
}

static bool has(const struct kbpf_scalar *a, u64 x)
{
	u64 low = kbpf_low_mask(W);

	return !((a->full.bits.value | a->full.bits.mask) & ~low) && x <= low &&
	       kbpf_tnum_has(a->full.bits, x) && range_has(&a->full.range, x, W) &&
	       range_has(&a->half, x & kbpf_low_mask(H), H);
}

static void fail(const char *what, int op, u64 x, u64 y, u64 r)
{
	if (failures++ < 20)
		printf("# unsound: %s %d: %#llx, %#llx -> %#llx\n", what, op, x, y, r);
}

/* Bounds on both sides of a word, unsigned and signed. */
static struct kbpf_range range_around(u64 x, u32 n)
{
	struct kbpf_range r = kbpf_range_full(n);
	u64 low = kbpf_low_mask(n), a = odd_word() & low, b = odd_word() & low;

	if (next_random() & 1) {
		r.umin = min(a, x);
		r.umax = max(b, x);
	}
	if (next_random() & 1) {
		r.smin = min(kbpf_as_signed(a, n), kbpf_as_signed(x, n));
		r.smax = max(kbpf_as_signed(b, n), kbpf_as_signed(x, n));
	}
	return r;
}

/* A state with @x in it. */
static struct kbpf_scalar state_around(u64 x)
{
	struct kbpf_scalar s = kbpf_scalar_const(x), other;
	u64 mask = kbpf_low_mask(W);

	switch (next_random() % 8) {
	case 0:
		return s;
	case 1:
		/* what a join of constants leaves */
		for (u32 i = next_random() % 3 + 1; i; i--) {
			other = kbpf_scalar_const(odd_word());
			s = kbpf_scalar_join(&s, &other);
		}
		break;
	default:
		mask = next_random() & 1 ? mask : odd_word() | (next_random() & odd_word() & mask);
		s.full.bits = kbpf_tnum(x & ~mask, mask);
		s.full.range = range_around(x, W);
		s.half = range_around(x & kbpf_low_mask(H), H);
	}
	if (!kbpf_scalar_sync(&s) || !has(&s, x))
		fail("sync", 0, x, mask, 0);
	checks++;
	return s;
}

static void check_ops(const struct kbpf_scalar *a, u64 x, const struct kbpf_scalar *b, u64 y)
{
	u64 low = kbpf_low_mask(H);

	for (int op = 0; op < KBPF_ARITHS; op++) {
		struct kbpf_word raw = kbpf_word_op(op, &a->full, &b->full, W);
		struct kbpf_scalar full = kbpf_scalar_op(op, a, b), half = kbpf_scalar_op_half(op, a, b);
		u64 r = concrete(op, x, y, W);

		checks += 3;
		if (!kbpf_tnum_has(raw.bits, r) || !range_has(&raw.range, r, W))
			fail("operation alone", op, x, y, r);
		if (!has(&full, r))
			fail("operation", op, x, y, r);
		r = concrete(op, x & low, y & low, H);
		if (!has(&half, r))
			fail("half operation", op, x, y, r);
	}
}

static void check_comparisons(const struct kbpf_scalar *a, u64 x, const struct kbpf_scalar *b, u64 y)
{
	for (int cmp = 0; cmp < KBPF_CMPS; cmp++) {
		for (int half = 0; half < 2; half++) {
			u64 low = kbpf_low_mask(half ? H : W);
			struct kbpf_scalar p = *a, q = *b;

			if (!compare(cmp, x & low, y & low, half ? H : W))
				continue;
			checks++;
			if (!kbpf_scalar_assume(cmp, &p, &q, half) || !has(&p, x) || !has(&q, y))
				fail(half ? "half comparison" : "comparison", cmp, x, y, 0);
		}
	}
}

static void check_unary(const struct kbpf_scalar *a, u64 x)
{
	u32 k = next_random() % (W - 1) + 2;
	u64 low = x & kbpf_low_mask(k);
	struct kbpf_scalar r = kbpf_scalar_zext(a, k);

	checks += 2;
	if (!has(&r, low))
		fail("zext", k, x, 0, low);
	r = kbpf_scalar_sext(a, k, false);
	if (!has(&r, (u64)kbpf_as_signed(low, k) & kbpf_low_mask(W)))
		fail("sext", k, x, 0, low);
#if KBPF_WORD_BITS == 64
	for (u32 bytes = 2; bytes <= 8; bytes *= 2) {
		u64 swapped = __builtin_bswap64(x) >> (64 - 8 * bytes);

		r = kbpf_scalar_swap(a, bytes);
		checks++;
		if (!has(&r, swapped))
			fail("swap", bytes, x, 0, swapped);
	}
#endif
}

int main(int argc, char **argv)
{
	u64 tries = argc > 1 ? strtoull(argv[1], NULL, 0) : 40000;

	rng = (argc > 2 ? strtoull(argv[2], NULL, 0) : 1) * 0x9e3779b97f4a7c15ULL;
	for (u64 i = 0; i < tries; i++) {
		u64 x = odd_word(), y = next_random() & 3 ? odd_word() : x;
		struct kbpf_scalar a = state_around(x), b = state_around(y), j = kbpf_scalar_join(&a, &b);

		check_ops(&a, x, &b, y);
		check_comparisons(&a, x, &b, y);
		check_unary(&a, x);
		checks++;
		if (!has(&j, x) || !has(&j, y))
			fail("join", 0, x, y, 0);
	}
	printf("KTAP version 1\n1..1\n");
	printf("%s 1 algebra at %d bits: %llu cases, %llu checks, %llu violations\n",
	       failures ? "not ok" : "ok", W, tries, checks, failures);
	return failures != 0;
}
