/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known of a number in a register: a word, and bounds of its low half,
 * which 32-bit instructions see. Pure algebra. The width is a macro so that
 * tests can check every case of a narrow copy of this source.
 */
#ifndef KBPF_SCALAR_H
#define KBPF_SCALAR_H

#include "verifier/word.h"

#ifndef KBPF_WORD_BITS
#define KBPF_WORD_BITS	64
#endif
#define KBPF_HALF_BITS	(KBPF_WORD_BITS / 2)

/**
 * struct kbpf_scalar - a set of numbers
 * @full: the whole word
 * @half: bounds of the low half; its known bits are the low ones of @full
 */
struct kbpf_scalar {
	struct kbpf_word full;
	struct kbpf_range half;
};

struct kbpf_scalar kbpf_scalar_any(void);
struct kbpf_scalar kbpf_scalar_const(u64 x);
/* All numbers of umin .. umax. */
struct kbpf_scalar kbpf_scalar_between(u64 umin, u64 umax);
/* All numbers of smin .. smax, signed. */
struct kbpf_scalar kbpf_scalar_sbetween(s64 smin, s64 smax);

static inline bool kbpf_scalar_is_const(const struct kbpf_scalar *a)
{
	return kbpf_word_is_const(&a->full);
}

static inline u64 kbpf_scalar_value(const struct kbpf_scalar *a)
{
	return a->full.bits.value;
}

static inline bool kbpf_scalar_is(const struct kbpf_scalar *a, u64 x)
{
	return kbpf_scalar_is_const(a) && kbpf_scalar_value(a) == x;
}

bool kbpf_scalar_is_any(const struct kbpf_scalar *a);
bool kbpf_scalar_empty(const struct kbpf_scalar *a);
/* Is every number of @a in @b? */
bool kbpf_scalar_within(const struct kbpf_scalar *a, const struct kbpf_scalar *b);
struct kbpf_scalar kbpf_scalar_join(const struct kbpf_scalar *a, const struct kbpf_scalar *b);

/**
 * kbpf_scalar_sync() - let the parts sharpen each other
 * @a: the scalar
 *
 * Return: false if the parts contradict each other: no such number exists, and
 * the path that led here is not taken.
 */
bool kbpf_scalar_sync(struct kbpf_scalar *a);

/* The result of an operation on whole words, in sync. */
struct kbpf_scalar kbpf_scalar_op(enum kbpf_arith op, const struct kbpf_scalar *a,
				  const struct kbpf_scalar *b);
/* The result of an operation on low halves, zero-extended, in sync. */
struct kbpf_scalar kbpf_scalar_op_half(enum kbpf_arith op, const struct kbpf_scalar *a,
				       const struct kbpf_scalar *b);
/* The low @k bits, zero-extended. */
struct kbpf_scalar kbpf_scalar_zext(const struct kbpf_scalar *a, u32 k);
/* The low @k bits sign-extended; @half: to the low half only, the rest is 0. */
struct kbpf_scalar kbpf_scalar_sext(const struct kbpf_scalar *a, u32 k, bool half);
/* The low @bytes bytes in reverse order, zero-extended. Word width only. */
struct kbpf_scalar kbpf_scalar_swap(const struct kbpf_scalar *a, u32 bytes);

/**
 * kbpf_scalar_assume() - what is known once a comparison has come out true
 * @cmp: comparison
 * @a: left operand; in and out
 * @b: right operand; in and out; not the same object as @a
 * @half: compare the low halves only
 *
 * Return: false if it cannot come out true; both are then void.
 */
bool kbpf_scalar_assume(enum kbpf_cmp cmp, struct kbpf_scalar *a, struct kbpf_scalar *b,
			bool half);

#endif /* KBPF_SCALAR_H */
