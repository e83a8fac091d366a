// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Exhaustive soundness of the scalar algebra at KBPF_WORD_BITS bits: for every
 * pair of abstract values, every operation and comparison must keep every
 * concrete result. The sources are included, so that the width can be chosen.
 *
 *   algebra [STRIDE [PART PARTS]]	every STRIDE-th pair of states or so (1: all);
 *					of PARTS shares of the left operands only PART
 *
 * States: every product of known bits and unsigned interval (W <= 5; samples
 * beyond), each as sync leaves it, and the best abstraction of every set of words
 * (W <= 4) or of random sets, which has signed and half-word bounds of its own.
 * A set of words is a bit mask, so that a pair costs a few operations on masks.
 */
#include "port.h"
#include "verifier/tnum.c"
#include "verifier/range.c"
#include "verifier/word.c"
#include "verifier/scalar.c"
#include "verifier/concrete.h"

#define N_WORDS	(1U << W)

static u64 checks, failures, undetected;

static u64 rng = 88172645463325252ULL;

static u64 next_random(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng;
}

/* ---- sets of words as masks ------------------------------------------------------ */

#define N_HALVES	(1U << H)
#define SMIN		(N_WORDS / 2)
#define HMIN		(N_HALVES / 2)

static u64 tnum_set[N_WORDS][N_WORDS], unsigned_set[N_WORDS][N_WORDS], signed_set[N_WORDS][N_WORDS];
/* the words whose low half is in an interval */
static u64 half_unsigned[N_HALVES][N_HALVES], half_signed[N_HALVES][N_HALVES];

static void fail(const char *what, int op, u64 a, u64 b, u64 r)
{
	if (failures++ < 20)
		printf("# unsound: %s %d: %#llx, %#llx -> %#llx\n", what, op, a, b, r);
}

static void make_tables(void)
{
	for (u32 p = 0; p < N_WORDS; p++) {
		for (u32 q = 0; q < N_WORDS; q++) {
			for (u32 x = 0; x < N_WORDS; x++) {
				s64 s = kbpf_as_signed(x, W) + SMIN;

				tnum_set[p][q] |= (u64)!((x ^ p) & ~q) << x;
				unsigned_set[p][q] |= (u64)(x >= p && x <= q) << x;
				signed_set[p][q] |= (u64)(s >= p && s <= q) << x;
			}
		}
	}
	for (u32 p = 0; p < N_HALVES; p++) {
		for (u32 q = 0; q < N_HALVES; q++) {
			for (u32 x = 0; x < N_WORDS; x++) {
				u32 low = x & (N_HALVES - 1);
				s64 s = kbpf_as_signed(low, H) + HMIN;

				half_unsigned[p][q] |= (u64)(low >= p && low <= q) << x;
				half_signed[p][q] |= (u64)(s >= p && s <= q) << x;
			}
		}
	}
}

/* All words that a word admits; bits beyond its width are a fault of their own. */
static u64 word_set(const struct kbpf_word *w)
{
	const struct kbpf_range *r = &w->range;
	u64 smin = r->smin + SMIN, smax = r->smax + SMIN;

	if ((w->bits.value | w->bits.mask | r->umin | r->umax | smin | smax) >= N_WORDS) {
		fail("bits beyond the word", 0, w->bits.value, w->bits.mask, r->umax);
		return 0;
	}
	return tnum_set[w->bits.value][w->bits.mask] & unsigned_set[r->umin][r->umax] &
	       signed_set[smin][smax];
}

static u64 scalar_set(const struct kbpf_scalar *a)
{
	const struct kbpf_range *r = &a->half;
	u64 smin = r->smin + HMIN, smax = r->smax + HMIN;

	if ((r->umin | r->umax | smin | smax) >= N_HALVES) {
		fail("bits beyond the half", 0, r->umin, r->umax, smin);
		return 0;
	}
	return word_set(&a->full) & half_unsigned[r->umin][r->umax] & half_signed[smin][smax];
}

#define for_each_word(x, set) \
	for (u64 rest_ = (set), x; rest_ && (x = (u64)__builtin_ctzll(rest_), true); rest_ &= rest_ - 1)

/* ---- states ---------------------------------------------------------------------- */

struct state {
	struct kbpf_scalar s;
	u64 set;
};

static struct state *states;
static u32 nr_states, cap_states;

#define BUCKETS		(1U << 21)
static u32 buckets[BUCKETS];

static u32 hash(const struct kbpf_scalar *s)
{
	const u64 *words = (const u64 *)s;
	u64 h = 0;

	for (u32 i = 0; i < sizeof(*s) / sizeof(*words); i++)
		h = (h ^ words[i]) * 0x9e3779b97f4a7c15ULL, h ^= h >> 29;
	return h % BUCKETS;
}

static void add_state(const struct kbpf_scalar *s)
{
	u32 b = hash(s);

	while (buckets[b]) {
		if (!memcmp(&states[buckets[b] - 1].s, s, sizeof(*s)))
			return;
		b = (b + 1) % BUCKETS;
	}
	if (nr_states == cap_states) {
		cap_states = cap_states ? cap_states * 2 : 1024;
		states = realloc(states, cap_states * sizeof(*states));
	}
	states[nr_states] = (struct state){ .s = *s, .set = scalar_set(s) };
	if (!states[nr_states].set)
		return;
	buckets[b] = ++nr_states;
}

/* The best abstraction of a set. */
static struct kbpf_scalar abstract(u64 set)
{
	struct kbpf_scalar s, c;
	bool first = true;

	for_each_word(x, set) {
		c = kbpf_scalar_const(x);
		s = first ? c : kbpf_scalar_join(&s, &c);
		first = false;
	}
	return s;
}

/* Known bits times unsigned interval, then synced: must keep all members. */
static void add_product(u64 value, u64 mask, u64 lo, u64 hi)
{
	struct kbpf_scalar s = kbpf_scalar_any();
	u64 before;
	bool alive;

	s.full.bits = kbpf_tnum(value, mask);
	s.full.range.umin = lo;
	s.full.range.umax = hi;
	before = scalar_set(&s);
	alive = kbpf_scalar_sync(&s);
	checks++;
	if (before && (!alive || before & ~scalar_set(&s)))
		fail("sync", 0, value, mask, before);
	/* a contradiction must be seen: an empty product is exactly known here */
	if (!before && alive)
		fail("emptiness", 0, lo, hi, value);
	if (before)
		add_state(&s);
}

static void all_products(void)
{
	for (u64 mask = 0; mask < N_WORDS; mask++)
		for (u64 value = 0; value < N_WORDS; value++)
			for (u64 lo = 0; lo < N_WORDS && !(value & mask); lo++)
				for (u64 hi = lo; hi < N_WORDS; hi++)
					add_product(value, mask, lo, hi);
}

static u64 random_set(void)
{
	u64 all = U64_MAX >> (64 - N_WORDS), set = 0;

	for (u32 k = next_random() % 6 + 1; k; k--)
		set |= 1ULL << (next_random() % N_WORDS);
	if (next_random() & 1)
		set |= next_random() & next_random();
	return set & all;
}

static void make_states(void)
{
	struct kbpf_scalar s;

	for (u64 set = 1; W <= 4 && set < 1ULL << (N_WORDS & 63); set++) {
		s = abstract(set);
		add_state(&s);
	}
	if (W <= 5)
		all_products();
	for (u32 i = 0; W > 4 && i < 20000; i++) {
		u64 mask = next_random() % N_WORDS, lo = next_random() % N_WORDS;

		s = abstract(random_set());
		add_state(&s);
		add_product(next_random() % N_WORDS & ~mask, mask, lo,
			    lo + next_random() % (N_WORDS - lo));
	}
}

/* ---- checks ------------------------------------------------------------------------ */

/* Of the left operand: all results with each right one. */
static u64 images[KBPF_ARITHS][N_WORDS], half_images[KBPF_ARITHS][N_HALVES];
/* The left operands for which a comparison with each right one is true. */
static u64 truths[KBPF_CMPS][N_WORDS], half_truths[KBPF_CMPS][N_HALVES];

static void make_images(const struct state *a)
{
	u64 low = kbpf_low_mask(H);

	memset(images, 0, sizeof(images));
	memset(half_images, 0, sizeof(half_images));
	for (int op = 0; op < KBPF_ARITHS; op++) {
		for (u64 y = 0; y < N_WORDS; y++)
			for_each_word(x, a->set)
				images[op][y] |= 1ULL << concrete(op, x, y, W);
		for (u64 y = 0; y < N_HALVES; y++)
			for_each_word(x, a->set)
				half_images[op][y] |= 1ULL << concrete(op, x & low, y, H);
	}
}

static void make_truths(void)
{
	u64 low = kbpf_low_mask(H);

	for (int cmp = 0; cmp < KBPF_CMPS; cmp++)
		for (u64 x = 0; x < N_WORDS; x++) {
			for (u64 y = 0; y < N_WORDS; y++)
				truths[cmp][y] |= (u64)compare(cmp, x, y, W) << x;
			for (u64 y = 0; y < N_HALVES; y++)
				half_truths[cmp][y] |= (u64)compare(cmp, x & low, y, H) << x;
		}
}

static void expect(const char *what, int op, const struct state *a, const struct state *b, u64 want,
		   u64 got)
{
	checks++;
	if (want & ~got)
		fail(what, op, a->set, b->set, want & ~got);
}

static void check_op(enum kbpf_arith op, const struct state *a, const struct state *b)
{
	struct kbpf_word raw = kbpf_word_op(op, &a->s.full, &b->s.full, W), synced = raw;
	struct kbpf_scalar full = kbpf_scalar_op(op, &a->s, &b->s);
	struct kbpf_scalar half = kbpf_scalar_op_half(op, &a->s, &b->s);
	u64 want = 0, want_half = 0;

	kbpf_word_sync(&synced, W);
	for_each_word(y, b->set) {
		want |= images[op][y];
		want_half |= half_images[op][y & kbpf_low_mask(H)];
	}
	expect("operation alone", op, a, b, want, word_set(&raw));
	expect("operation and sync", op, a, b, want, word_set(&synced));
	expect("scalar operation", op, a, b, want, scalar_set(&full));
	expect("half operation", op, a, b, want_half, scalar_set(&half));
}

static void check_cmp(enum kbpf_cmp cmp, const struct state *a, const struct state *b, bool half)
{
	struct kbpf_scalar x = a->s, y = b->s;
	bool alive = kbpf_scalar_assume(cmp, &x, &y, half);
	u64 left = 0, right = 0, true_for;

	for_each_word(v, b->set) {
		true_for = half ? half_truths[cmp][v & kbpf_low_mask(H)] : truths[cmp][v];
		left |= true_for & a->set;
		if (true_for & a->set)
			right |= 1ULL << v;
	}
	expect(half ? "half comparison, left" : "comparison, left", cmp, a, b, left,
	       alive ? scalar_set(&x) : 0);
	expect(half ? "half comparison, right" : "comparison, right", cmp, a, b, right,
	       alive ? scalar_set(&y) : 0);
	/* refinement makes nothing larger */
	if (alive && (scalar_set(&x) & ~a->set || scalar_set(&y) & ~b->set))
		fail("comparison makes larger", cmp, a->set, b->set, half);
	if (left || !alive)
		return;
	undetected++;
	/* a contradiction with constants must be seen, or dead branches are walked */
	if (!(a->set & (a->set - 1)) && !(b->set & (b->set - 1)))
		fail("dead branch", cmp, a->set, b->set, half);
}

static u64 extend(u64 set, u32 k, u32 n, bool sign)
{
	u64 to = 0;

	for_each_word(x, set) {
		u64 low = x & kbpf_low_mask(k);

		to |= 1ULL << (sign ? (u64)kbpf_as_signed(low, k) & kbpf_low_mask(n) : low);
	}
	return to;
}

static void check_unary(const struct state *a)
{
	struct kbpf_scalar r;

	for (u32 k = 1; k <= W; k++) {
		r = kbpf_scalar_zext(&a->s, k);
		expect("zext", k, a, a, extend(a->set, k, W, false), scalar_set(&r));
		if (k < 2)
			continue;
		r = kbpf_scalar_sext(&a->s, k, false);
		expect("sext", k, a, a, extend(a->set, k, W, true), scalar_set(&r));
		if (k > H)
			continue;
		r = kbpf_scalar_sext(&a->s, k, true);
		expect("sext half", k, a, a, extend(a->set, k, H, true), scalar_set(&r));
	}
}

static void check_join(const struct state *a, const struct state *b)
{
	const struct state *c = &states[next_random() % nr_states];
	struct kbpf_scalar j = kbpf_scalar_join(&a->s, &b->s);
	struct kbpf_scalar small = kbpf_scalar_join(&a->s, &c->s), large = kbpf_scalar_join(&j, &c->s);

	expect("join", 0, a, b, a->set | b->set, scalar_set(&j));
	if (!kbpf_scalar_within(&a->s, &j) || !kbpf_scalar_within(&b->s, &j))
		fail("join is not above", 0, a->set, b->set, 0);
	/* more in, more out */
	if (!kbpf_scalar_within(&small, &large))
		fail("join is not monotone", 0, a->set, b->set, c->set);
	/* inclusion, as states are pruned by it, is inclusion of sets */
	if (kbpf_scalar_within(&a->s, &b->s) && a->set & ~b->set)
		fail("within", 0, a->set, b->set, 0);
}

static void check_pair(const struct state *a, const struct state *b)
{
	for (int op = 0; op < KBPF_ARITHS; op++)
		check_op(op, a, b);
	for (int cmp = 0; cmp < KBPF_CMPS; cmp++) {
		check_cmp(cmp, a, b, false);
		check_cmp(cmp, a, b, true);
	}
	check_join(a, b);
}

/* About one of @stride right operands for each left one. */
static u64 check_left(const struct state *a, u64 stride)
{
	u64 n = 0;

	make_images(a);
	for (u64 b = stride == 1 ? 0 : next_random() % stride; b < nr_states; n++) {
		check_pair(a, &states[b]);
		b += stride == 1 ? 1 : 1 + next_random() % (2 * stride - 1);
	}
	return n;
}

int main(int argc, char **argv)
{
	/* by default what takes a second or two */
	static const u32 strides[] = { [3] = 1, [4] = 200, [5] = 4000, [6] = 8000 };
	u64 stride = argc > 1 ? strtoull(argv[1], NULL, 0) : strides[W], pairs = 0;
	u32 part = argc > 3 ? atoi(argv[2]) : 0, parts = argc > 3 ? atoi(argv[3]) : 1;

	make_tables();
	make_truths();
	make_states();
	for (u32 i = 0; i < nr_states; i++)
		check_unary(&states[i]);
	for (u32 i = part; i < nr_states; i += parts)
		pairs += check_left(&states[i], stride);
	printf("KTAP version 1\n1..1\n");
	printf("%s 1 algebra at %d bits: %u states, %llu pairs, %llu checks, %llu violations "
	       "(%llu dead branches not seen)\n", failures ? "not ok" : "ok", W, nr_states, pairs,
	       checks, failures, undetected);
	return failures != 0;
}
