/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known of an n-bit word: its known bits and its bounds, together. Each
 * of BPF's operations and comparisons on words, once for all widths. Pure
 * algebra: an operation is sound by itself, before kbpf_word_sync() lets the
 * parts sharpen each other.
 */
#ifndef KBPF_WORD_H
#define KBPF_WORD_H

#include "verifier/range.h"
#include "verifier/tnum.h"

/**
 * struct kbpf_word - a set of n-bit words
 * @bits: known bits; those above bit n-1 are known to be 0
 * @range: bounds
 *
 * A word is in the set if both admit it.
 */
struct kbpf_word {
	struct kbpf_tnum bits;
	struct kbpf_range range;
};

/* Operations of two words. Shifts take the amount modulo n. */
enum kbpf_arith {
	KBPF_ARITH_ADD,
	KBPF_ARITH_SUB,
	KBPF_ARITH_MUL,
	KBPF_ARITH_UDIV,
	KBPF_ARITH_SDIV,
	KBPF_ARITH_UMOD,
	KBPF_ARITH_SMOD,
	KBPF_ARITH_AND,
	KBPF_ARITH_OR,
	KBPF_ARITH_XOR,
	KBPF_ARITH_SHL,
	KBPF_ARITH_SHR,
	KBPF_ARITH_SAR,
	KBPF_ARITHS,
};

/* Comparisons of two words; each is followed by its negation. */
enum kbpf_cmp {
	KBPF_CMP_EQ,
	KBPF_CMP_NE,
	KBPF_CMP_UGT,
	KBPF_CMP_ULE,
	KBPF_CMP_UGE,
	KBPF_CMP_ULT,
	KBPF_CMP_SGT,
	KBPF_CMP_SLE,
	KBPF_CMP_SGE,
	KBPF_CMP_SLT,
	KBPF_CMP_SET,		/* a & b is not 0 */
	KBPF_CMP_CLEAR,		/* a & b is 0 */
	KBPF_CMPS,
};

static inline enum kbpf_cmp kbpf_cmp_not(enum kbpf_cmp cmp)
{
	return cmp ^ 1;
}

struct kbpf_word kbpf_word_full(u32 n);
struct kbpf_word kbpf_word_const(u64 x, u32 n);

static inline bool kbpf_word_is_const(const struct kbpf_word *a)
{
	return kbpf_tnum_is_const(a->bits);
}

/* Is no word in @a? Exact only after kbpf_word_sync(); never true of a word that exists. */
static inline bool kbpf_word_empty(const struct kbpf_word *a)
{
	return kbpf_range_empty(&a->range);
}

/* Is every word of @a in @b, as far as their parts tell? */
bool kbpf_word_within(const struct kbpf_word *a, const struct kbpf_word *b);
struct kbpf_word kbpf_word_meet(const struct kbpf_word *a, const struct kbpf_word *b, u32 n);
struct kbpf_word kbpf_word_join(const struct kbpf_word *a, const struct kbpf_word *b);

/**
 * kbpf_word_sync() - let known bits and bounds sharpen each other
 * @a: the word; made visibly empty where the parts contradict each other
 * @n: its width
 */
void kbpf_word_sync(struct kbpf_word *a, u32 n);

/**
 * kbpf_word_op() - what an operation can give
 * @op: operation
 * @a: left operand, not empty
 * @b: right operand, not empty
 * @n: width of all
 */
struct kbpf_word kbpf_word_op(enum kbpf_arith op, const struct kbpf_word *a,
			      const struct kbpf_word *b, u32 n);

/* The low @k bits of an n-bit word, as a k-bit word. */
struct kbpf_word kbpf_word_low(const struct kbpf_word *a, u32 k, u32 n);
/* A k-bit word extended to n bits, with zeros or with its sign. */
struct kbpf_word kbpf_word_zext(const struct kbpf_word *a, u32 n);
struct kbpf_word kbpf_word_sext(const struct kbpf_word *a, u32 k, u32 n);

/**
 * kbpf_word_assume() - what is known once a comparison has come out true
 * @cmp: comparison
 * @a: left operand; in and out
 * @b: right operand; in and out; not the same object as @a
 * @n: width
 *
 * Where it cannot come out true, one of them ends up empty (after a sync) as
 * far as the parts show it.
 */
void kbpf_word_assume(enum kbpf_cmp cmp, struct kbpf_word *a, struct kbpf_word *b, u32 n);

#endif /* KBPF_WORD_H */
