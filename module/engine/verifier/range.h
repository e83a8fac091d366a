/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Intervals of an n-bit word, read as unsigned and as signed at once. Pure
 * algebra; n is 2 .. 64 and the same for all operands of a function. Unsigned
 * bounds are stored with zeros above bit n-1, signed ones sign-extended.
 */
#ifndef KBPF_RANGE_H
#define KBPF_RANGE_H

#include "port.h"

/**
 * struct kbpf_range - bounds of a word, all inclusive
 * @umin: least value, unsigned
 * @umax: greatest value, unsigned
 * @smin: least value, signed
 * @smax: greatest value, signed
 *
 * The word is in both intervals. Either may be the tighter one; neither is
 * empty unless the word cannot exist (kbpf_range_empty()).
 */
struct kbpf_range {
	u64 umin;
	u64 umax;
	s64 smin;
	s64 smax;
};

/* The n low bits. */
static inline u64 kbpf_low_mask(u32 n)
{
	return U64_MAX >> (64 - n);
}

/* The word @x as a signed number. */
static inline s64 kbpf_as_signed(u64 x, u32 n)
{
	return (s64)(x << (64 - n)) >> (64 - n);
}

static inline s64 kbpf_signed_max(u32 n)
{
	return (s64)(kbpf_low_mask(n) >> 1);
}

static inline s64 kbpf_signed_min(u32 n)
{
	return -kbpf_signed_max(n) - 1;
}

/* Any word. */
static inline struct kbpf_range kbpf_range_full(u32 n)
{
	return (struct kbpf_range){ 0, kbpf_low_mask(n), kbpf_signed_min(n), kbpf_signed_max(n) };
}

/* The word @x. */
static inline struct kbpf_range kbpf_range_const(u64 x, u32 n)
{
	s64 s = kbpf_as_signed(x, n);

	x &= kbpf_low_mask(n);
	return (struct kbpf_range){ x, x, s, s };
}

static inline bool kbpf_range_empty(const struct kbpf_range *a)
{
	return a->umin > a->umax || a->smin > a->smax;
}

/* Is every word of @a in @b's intervals? */
static inline bool kbpf_range_within(const struct kbpf_range *a, const struct kbpf_range *b)
{
	return a->umin >= b->umin && a->umax <= b->umax &&
	       a->smin >= b->smin && a->smax <= b->smax;
}

/* The words in both; may be empty. */
struct kbpf_range kbpf_range_meet(struct kbpf_range a, struct kbpf_range b);
/* The smallest range with the words of both. */
struct kbpf_range kbpf_range_join(struct kbpf_range a, struct kbpf_range b);

/* Let each interval tighten the other; may find the range to be empty. */
void kbpf_range_sync(struct kbpf_range *a, u32 n);

struct kbpf_range kbpf_range_add(struct kbpf_range a, struct kbpf_range b, u32 n);
struct kbpf_range kbpf_range_sub(struct kbpf_range a, struct kbpf_range b, u32 n);
struct kbpf_range kbpf_range_mul(struct kbpf_range a, struct kbpf_range b, u32 n);
struct kbpf_range kbpf_range_and(struct kbpf_range a, struct kbpf_range b, u32 n);
struct kbpf_range kbpf_range_or(struct kbpf_range a, struct kbpf_range b, u32 n);
/* BPF's division: by zero gives 0; the signed quotient wraps. */
struct kbpf_range kbpf_range_udiv(struct kbpf_range a, struct kbpf_range b, u32 n);
struct kbpf_range kbpf_range_sdiv(struct kbpf_range a, struct kbpf_range b, u32 n);
/* BPF's remainder: by zero gives the dividend. */
struct kbpf_range kbpf_range_umod(struct kbpf_range a, struct kbpf_range b, u32 n);
struct kbpf_range kbpf_range_smod(struct kbpf_range a, struct kbpf_range b, u32 n);
/* Shifts by a constant, 0 <= k < n. */
struct kbpf_range kbpf_range_shl(struct kbpf_range a, u32 k, u32 n);
struct kbpf_range kbpf_range_shr(struct kbpf_range a, u32 k, u32 n);
struct kbpf_range kbpf_range_sar(struct kbpf_range a, u32 k, u32 n);
/* The low @k bits of an n-bit word, as a k-bit word. */
struct kbpf_range kbpf_range_low(struct kbpf_range a, u32 k, u32 n);

#endif /* KBPF_RANGE_H */
