// SPDX-License-Identifier: GPL-2.0
/*
 * Arithmetic on known bits. Each function returns a tnum with every result that
 * the operation has on values of its operands; what is lost is precision only.
 */
#include "verifier/tnum.h"

struct kbpf_tnum kbpf_tnum_range(u64 min, u64 max)
{
	u32 bits = fls64(min ^ max);
	u64 low = bits == 64 ? U64_MAX : (1ULL << bits) - 1;

	/* bits above the highest one in which the ends differ are the same in all */
	return kbpf_tnum(min & ~low, low);
}

struct kbpf_tnum kbpf_tnum_add(struct kbpf_tnum a, struct kbpf_tnum b)
{
	u64 least = a.value + b.value;
	u64 most = least + a.mask + b.mask;
	/* a bit is unknown if an operand's is, or if the carry into it is */
	u64 mask = (least ^ most) | a.mask | b.mask;

	return kbpf_tnum(least & ~mask, mask);
}

struct kbpf_tnum kbpf_tnum_sub(struct kbpf_tnum a, struct kbpf_tnum b)
{
	u64 diff = a.value - b.value;
	u64 mask = ((diff + a.mask) ^ (diff - b.mask)) | a.mask | b.mask;

	return kbpf_tnum(diff & ~mask, mask);
}

struct kbpf_tnum kbpf_tnum_mul(struct kbpf_tnum a, struct kbpf_tnum b)
{
	struct kbpf_tnum known = kbpf_tnum_const(a.value * b.value);
	struct kbpf_tnum unknown = kbpf_tnum_const(0);

	/* long multiplication: the known partial products were summed above */
	for (; a.value | a.mask; a.value >>= 1, a.mask >>= 1, b.value <<= 1, b.mask <<= 1) {
		if (a.value & 1)
			unknown = kbpf_tnum_add(unknown, kbpf_tnum(0, b.mask));
		else if (a.mask & 1)
			unknown = kbpf_tnum_add(unknown, kbpf_tnum(0, b.value | b.mask));
	}
	return kbpf_tnum_add(known, unknown);
}

struct kbpf_tnum kbpf_tnum_and(struct kbpf_tnum a, struct kbpf_tnum b)
{
	u64 ones = a.value & b.value;
	u64 maybe = (a.value | a.mask) & (b.value | b.mask);

	return kbpf_tnum(ones, maybe & ~ones);
}

struct kbpf_tnum kbpf_tnum_or(struct kbpf_tnum a, struct kbpf_tnum b)
{
	u64 ones = a.value | b.value;

	return kbpf_tnum(ones, (a.mask | b.mask) & ~ones);
}

struct kbpf_tnum kbpf_tnum_xor(struct kbpf_tnum a, struct kbpf_tnum b)
{
	u64 mask = a.mask | b.mask;

	return kbpf_tnum((a.value ^ b.value) & ~mask, mask);
}

static u64 swap_bytes(u64 x, u32 bytes)
{
	return swab64(x) >> (64 - 8 * bytes);
}

struct kbpf_tnum kbpf_tnum_swap(struct kbpf_tnum a, u32 bytes)
{
	return kbpf_tnum(swap_bytes(a.value, bytes), swap_bytes(a.mask, bytes));
}

struct kbpf_tnum kbpf_tnum_sext(struct kbpf_tnum a, u32 n)
{
	u32 up = 64 - n;

	/* the copies of an unknown sign bit are unknown: both halves extend alike */
	return kbpf_tnum((u64)((s64)(a.value << up) >> up), (u64)((s64)(a.mask << up) >> up));
}
