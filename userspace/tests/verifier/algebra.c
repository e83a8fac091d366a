// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Exhaustive soundness of the scalar algebra at KBPF_WORD_BITS bits: for every
 * pair of abstract values, every operation and comparison must keep every
 * concrete result. The sources are included, so that the width can be chosen.
 *
 *   algebra [STRIDE]	check every STRIDE-th pair of states or so (1: all)
 *
 * States: the best abstraction of every set of words (W <= 4) or of random sets,
 * and every product of known bits and unsigned interval at W <= 4.
 */
#include "port.h"
#include "verifier/tnum.c"
#include "verifier/range.c"
#include "verifier/word.c"
#include "verifier/scalar.c"

#define N_WORDS	(1U << W)

static u64 checks, failures, states_made;

static u64 rng = 88172645463325252ULL;

static u64 next_random(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng;
}

/* ---- concrete semantics of n-bit words ------------------------------------- */

static u64 concrete(enum kbpf_arith op, u64 a, u64 b, u32 n)
{
	u64 m = kbpf_low_mask(n);
	s64 x = kbpf_as_signed(a, n), y = kbpf_as_signed(b, n);

	switch (op) {
	case KBPF_ARITH_ADD: return (a + b) & m;
	case KBPF_ARITH_SUB: return (a - b) & m;
	case KBPF_ARITH_MUL: return (a * b) & m;
	case KBPF_ARITH_UDIV: return b ? a / b : 0;
	case KBPF_ARITH_SDIV: return b ? (u64)(x / y) & m : 0;
	case KBPF_ARITH_UMOD: return b ? a % b : a;
	case KBPF_ARITH_SMOD: return b ? (u64)(x % y) & m : a;
	case KBPF_ARITH_AND: return a & b;
	case KBPF_ARITH_OR: return a | b;
	case KBPF_ARITH_XOR: return a ^ b;
	case KBPF_ARITH_SHL: return (a << (b % n)) & m;
	case KBPF_ARITH_SHR: return a >> (b % n);
	case KBPF_ARITH_SAR: return (u64)(x >> (b % n)) & m;
	case KBPF_ARITHS: break;
	}
	abort();
}

static bool compare(enum kbpf_cmp cmp, u64 a, u64 b, u32 n)
{
	s64 x = kbpf_as_signed(a, n), y = kbpf_as_signed(b, n);

	switch (cmp) {
	case KBPF_CMP_EQ: return a == b;
	case KBPF_CMP_NE: return a != b;
	case KBPF_CMP_UGT: return a > b;
	case KBPF_CMP_ULE: return a <= b;
	case KBPF_CMP_UGE: return a >= b;
	case KBPF_CMP_ULT: return a < b;
	case KBPF_CMP_SGT: return x > y;
	case KBPF_CMP_SLE: return x <= y;
	case KBPF_CMP_SGE: return x >= y;
	case KBPF_CMP_SLT: return x < y;
	case KBPF_CMP_SET: return a & b;
	case KBPF_CMP_CLEAR: return !(a & b);
	case KBPF_CMPS: break;
	}
	abort();
}

/* ---- membership ---------------------------------------------------------------- */

static bool range_has(const struct kbpf_range *r, u64 x, u32 n)
{
	s64 s = kbpf_as_signed(x, n);

	return x >= r->umin && x <= r->umax && s >= r->smin && s <= r->smax;
}

static bool word_has(const struct kbpf_word *w, u64 x, u32 n)
{
	return kbpf_tnum_has(w->bits, x) && range_has(&w->range, x, n);
}

static bool scalar_has(const struct kbpf_scalar *a, u64 x)
{
	return word_has(&a->full, x, W) && range_has(&a->half, x & kbpf_low_mask(H), H);
}

static void fail(const char *what, int op, u64 a, u64 b, u64 r)
{
	if (failures++ < 20)
		printf("# unsound: %s %d: %#llx, %#llx -> %#llx\n", what, op, a, b, r);
}

/* ---- states ---------------------------------------------------------------------- */

struct state {
	struct kbpf_scalar s;
	u64 members[64];
	u32 nr;
};

static struct state *states;
static u32 nr_states, cap_states;

static void add_state(const struct kbpf_scalar *s)
{
	struct state *st;

	for (u32 i = nr_states; i-- > 0 && i + 4096 > nr_states;)
		if (!memcmp(&states[i].s, s, sizeof(*s)))
			return;
	if (nr_states == cap_states) {
		cap_states = cap_states ? cap_states * 2 : 1024;
		states = realloc(states, cap_states * sizeof(*states));
	}
	st = &states[nr_states];
	st->s = *s;
	st->nr = 0;
	for (u64 x = 0; x < N_WORDS; x++)
		if (scalar_has(s, x))
			st->members[st->nr++] = x;
	if (st->nr)
		nr_states++;
}

/* The best abstraction of a set, given as a bit for each word. */
static struct kbpf_scalar abstract(u64 set)
{
	struct kbpf_scalar s, c;
	bool first = true;

	for (u64 x = 0; x < N_WORDS; x++) {
		if (!(set >> x & 1))
			continue;
		c = kbpf_scalar_const(x);
		s = first ? c : kbpf_scalar_join(&s, &c);
		first = false;
	}
	return s;
}

/* Known bits times unsigned interval, then synced: must keep all members. */
static void add_product(u64 value, u64 mask, u64 lo, u64 hi)
{
	struct kbpf_scalar s = kbpf_scalar_any(), before;
	bool alive, any = false;

	s.full.bits = kbpf_tnum(value, mask);
	s.full.range.umin = lo;
	s.full.range.umax = hi;
	before = s;
	alive = kbpf_scalar_sync(&s);
	for (u64 x = 0; x < N_WORDS; x++) {
		if (!scalar_has(&before, x))
			continue;
		any = true;
		checks++;
		if (!alive || !scalar_has(&s, x))
			fail("sync", 0, lo, hi, x);
	}
	/* contradiction must be seen: an empty product is exactly known here */
	if (!any && alive)
		fail("emptiness", 0, lo, hi, value);
	if (any)
		add_state(&s);
}

static void make_states(void)
{
	if (W <= 4) {
		for (u64 set = 1; set < 1ULL << (N_WORDS & 63); set++) {
			struct kbpf_scalar s = abstract(set);

			add_state(&s);
			states_made++;
		}
		for (u64 mask = 0; mask < N_WORDS; mask++)
			for (u64 value = 0; value < N_WORDS; value++)
				for (u64 lo = 0; lo < N_WORDS && !(value & mask); lo++)
					for (u64 hi = lo; hi < N_WORDS; hi++)
						add_product(value, mask, lo, hi);
		return;
	}
	for (u32 i = 0; i < 20000; i++) {
		u64 all = W == 6 ? U64_MAX : (1ULL << (N_WORDS & 63)) - 1;
		u64 set = 0;
		struct kbpf_scalar s;

		for (u32 k = next_random() % 6 + 1; k; k--)
			set |= 1ULL << (next_random() % N_WORDS);
		if (next_random() & 1)
			set |= (next_random() & next_random()) & all;
		s = abstract(set & all);
		add_state(&s);
	}
	for (u32 i = 0; i < 20000; i++) {
		u64 mask = next_random() % N_WORDS, lo = next_random() % N_WORDS;

		add_product(next_random() % N_WORDS & ~mask, mask, lo,
			    lo + next_random() % (N_WORDS - lo));
	}
}

/* ---- checks ------------------------------------------------------------------------ */

static void check_op(enum kbpf_arith op, const struct state *a, const struct state *b)
{
	u64 low = kbpf_low_mask(H);
	struct kbpf_word raw = kbpf_word_op(op, &a->s.full, &b->s.full, W), synced = raw;
	struct kbpf_scalar full = kbpf_scalar_op(op, &a->s, &b->s);
	struct kbpf_scalar half = kbpf_scalar_op_half(op, &a->s, &b->s);

	kbpf_word_sync(&synced, W);
	for (u32 i = 0; i < a->nr; i++) {
		for (u32 j = 0; j < b->nr; j++) {
			u64 x = a->members[i], y = b->members[j], r = concrete(op, x, y, W);

			checks++;
			if (!word_has(&raw, r, W))
				fail("operation alone", op, x, y, r);
			if (!word_has(&synced, r, W))
				fail("operation and sync", op, x, y, r);
			if (!scalar_has(&full, r))
				fail("scalar operation", op, x, y, r);
			r = concrete(op, x & low, y & low, H);
			if (!scalar_has(&half, r))
				fail("half operation", op, x, y, r);
		}
	}
}

static void check_cmp(enum kbpf_cmp cmp, const struct state *a, const struct state *b, bool half)
{
	u64 low = half ? kbpf_low_mask(H) : kbpf_low_mask(W);
	u32 n = half ? H : W;
	struct kbpf_scalar x = a->s, y = b->s;
	bool alive = kbpf_scalar_assume(cmp, &x, &y, half), any = false;

	for (u32 i = 0; i < a->nr; i++) {
		for (u32 j = 0; j < b->nr; j++) {
			u64 u = a->members[i], v = b->members[j];

			checks++;
			if (!compare(cmp, u & low, v & low, n))
				continue;
			any = true;
			if (!alive || !scalar_has(&x, u) || !scalar_has(&y, v))
				fail(half ? "half comparison" : "comparison", cmp, u, v, alive);
		}
	}
	/* a contradiction with constants must be seen, or dead branches are walked */
	if (!any && alive && a->nr == 1 && b->nr == 1)
		fail("dead branch", cmp, a->members[0], b->members[0], half);
}

static void check_unary(const struct state *a)
{
	for (u32 k = 1; k <= W; k++) {
		struct kbpf_scalar z = kbpf_scalar_zext(&a->s, k);
		struct kbpf_scalar s, h;

		if (k > 1) {
			s = kbpf_scalar_sext(&a->s, k, false);
			h = k <= H ? kbpf_scalar_sext(&a->s, k, true) : s;
		}
		for (u32 i = 0; i < a->nr; i++) {
			u64 x = a->members[i], low = x & kbpf_low_mask(k);

			checks++;
			if (!scalar_has(&z, low))
				fail("zext", k, x, 0, low);
			if (k < 2)
				continue;
			if (!scalar_has(&s, (u64)kbpf_as_signed(low, k) & kbpf_low_mask(W)))
				fail("sext", k, x, 0, low);
			if (k <= H &&
			    !scalar_has(&h, (u64)kbpf_as_signed(low, k) & kbpf_low_mask(H)))
				fail("sext half", k, x, 0, low);
		}
	}
}

static void check_join(const struct state *a, const struct state *b)
{
	struct kbpf_scalar j = kbpf_scalar_join(&a->s, &b->s);

	checks++;
	if (!kbpf_scalar_within(&a->s, &j) || !kbpf_scalar_within(&b->s, &j))
		fail("join", 0, a->members[0], b->members[0], 0);
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

int main(int argc, char **argv)
{
	/* by default what takes a second or two */
	static const u32 strides[] = { [3] = 1, [4] = 400, [5] = 15000, [6] = 30000 };
	u64 stride = argc > 1 ? strtoull(argv[1], NULL, 0) : strides[W], n = 0;

	make_states();
	for (u32 i = 0; i < nr_states; i++)
		check_unary(&states[i]);
	for (u64 p = next_random() % stride; p < (u64)nr_states * nr_states;
	     p += stride == 1 ? 1 : 1 + next_random() % (2 * stride - 1), n++)
		check_pair(&states[p / nr_states], &states[p % nr_states]);
	printf("KTAP version 1\n1..1\n");
	printf("%s 1 algebra at %d bits: %u states, %llu pairs, %llu checks, %llu violations\n",
	       failures ? "not ok" : "ok", W, nr_states, n, checks, failures);
	return failures != 0;
}
