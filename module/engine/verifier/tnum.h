/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Known bits ("tristate numbers"): of each bit of a value, whether it is 0, 1 or
 * not known. Pure algebra over 64-bit words; narrower words are 64-bit words
 * whose upper bits are known to be 0.
 */
#ifndef KBPF_TNUM_H
#define KBPF_TNUM_H

#include "port.h"

/**
 * struct kbpf_tnum - known bits of a value
 * @value: the bits known to be 1; 0 where @mask is 1
 * @mask: the bits that are not known
 */
struct kbpf_tnum {
	u64 value;
	u64 mask;
};

static inline struct kbpf_tnum kbpf_tnum(u64 value, u64 mask)
{
	return (struct kbpf_tnum){ .value = value, .mask = mask };
}

static inline struct kbpf_tnum kbpf_tnum_const(u64 value)
{
	return kbpf_tnum(value, 0);
}

static inline bool kbpf_tnum_is_const(struct kbpf_tnum a)
{
	return !a.mask;
}

/* Is @x one of the values that @a stands for? */
static inline bool kbpf_tnum_has(struct kbpf_tnum a, u64 x)
{
	return !((x ^ a.value) & ~a.mask);
}

/* Is every value of @a a value of @b? */
static inline bool kbpf_tnum_within(struct kbpf_tnum a, struct kbpf_tnum b)
{
	return !(a.mask & ~b.mask) && kbpf_tnum_has(b, a.value);
}

/* Do @a and @b have a value in common? */
static inline bool kbpf_tnum_meets(struct kbpf_tnum a, struct kbpf_tnum b)
{
	return !((a.value ^ b.value) & ~a.mask & ~b.mask);
}

/* The smallest tnum with all of @min .. @max; @min <= @max. */
struct kbpf_tnum kbpf_tnum_range(u64 min, u64 max);

/* The values in both; kbpf_tnum_meets(a, b). */
static inline struct kbpf_tnum kbpf_tnum_meet(struct kbpf_tnum a, struct kbpf_tnum b)
{
	u64 mask = a.mask & b.mask;

	return kbpf_tnum((a.value | b.value) & ~mask, mask);
}

/* The smallest tnum with the values of both. */
static inline struct kbpf_tnum kbpf_tnum_join(struct kbpf_tnum a, struct kbpf_tnum b)
{
	u64 mask = a.mask | b.mask | (a.value ^ b.value);

	return kbpf_tnum(a.value & ~mask, mask);
}

/* Keep the bits of @keep, make the others 0. */
static inline struct kbpf_tnum kbpf_tnum_clip(struct kbpf_tnum a, u64 keep)
{
	return kbpf_tnum(a.value & keep, a.mask & keep);
}

struct kbpf_tnum kbpf_tnum_add(struct kbpf_tnum a, struct kbpf_tnum b);
struct kbpf_tnum kbpf_tnum_sub(struct kbpf_tnum a, struct kbpf_tnum b);
struct kbpf_tnum kbpf_tnum_mul(struct kbpf_tnum a, struct kbpf_tnum b);
struct kbpf_tnum kbpf_tnum_and(struct kbpf_tnum a, struct kbpf_tnum b);
struct kbpf_tnum kbpf_tnum_or(struct kbpf_tnum a, struct kbpf_tnum b);
struct kbpf_tnum kbpf_tnum_xor(struct kbpf_tnum a, struct kbpf_tnum b);
struct kbpf_tnum kbpf_tnum_swap(struct kbpf_tnum a, u32 bytes);

/* Sign-extend from @n bits. */
struct kbpf_tnum kbpf_tnum_sext(struct kbpf_tnum a, u32 n);

#endif /* KBPF_TNUM_H */
