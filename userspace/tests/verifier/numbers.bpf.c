// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* What is known of numbers: see features.def and features.h. */
#include "features.h"

char LICENSE[] SEC("license") = "GPL";

/* ---- known bits and ranges ---- */

/* @what is done to an unknown number in r2, which is an index then. */
#define BITS(name, what)					\
	SEC("syscall") int bits_##name(void *ctx)		\
	{							\
		register unsigned long x asm("r2") = seven;	\
								\
		asm volatile(what : "+r"(x) :: "r0");	\
		return touch(x);				\
	}

BITS(and_gives_1, "r2 &= 15")
BITS(and_refused, "r2 &= 31")
BITS(or_gives_1, "r2 &= 7; r2 |= 8")
BITS(or_refused, "r2 &= 7; r2 |= 16")
BITS(xor_gives_1, "r2 &= 7; r2 ^= 15")
BITS(xor_refused, "r2 &= 7; r2 ^= 16")
BITS(shift_right_gives_1, "r2 >>= 60")
BITS(shift_right_refused, "r2 >>= 59")
BITS(shift_left_gives_1, "r2 &= 3; r2 <<= 2")
BITS(shift_left_refused, "r2 &= 3; r2 <<= 3")
BITS(shift_signed_gives_1, "r2 s>>= 60; r2 += 8")
BITS(shift_signed_refused, "r2 s>>= 60; r2 += 9")
BITS(shift_half_gives_1, "w2 >>= 28")
BITS(shift_half_refused, "w2 >>= 27")
BITS(shift_half_signed_gives_1, "w2 s>>= 28; w2 += 8")
BITS(shift_half_signed_refused, "w2 s>>= 28; w2 += 9")
BITS(add_sub_gives_1, "r2 &= 7; r2 += 12; r2 -= 4")
BITS(add_sub_refused, "r2 &= 7; r2 += 12; r2 -= 13")
BITS(add_half_gives_1, "w2 &= 7; w2 += 8")
BITS(add_half_refused, "w2 &= 7; w2 += 9")
BITS(mul_gives_1, "r2 &= 3; r2 *= 5")
BITS(mul_refused, "r2 &= 3; r2 *= 6")
BITS(neg_gives_1, "r2 &= 7; r0 = 8; r0 -= r2; r2 = r0")
BITS(neg_refused, "r2 &= 7; r0 = 6; r0 -= r2; r2 = r0")
/* the low half of what is not known is, the whole is not */
BITS(half_of_whole_gives_1, "r0 = r2; w2 &= 15")
BITS(half_alone_refused, "r0 = r2; r0 &= 15; r2 >>= 32; r2 <<= 32; r2 |= r0")
BITS(swap_gives_1, "r2 &= 15; r2 = be16 r2; r2 >>= 8")
BITS(swap_refused, "r2 &= 31; r2 = be16 r2; r2 >>= 8")

/* an operand of 8 bits is loaded as that, with or without its sign */
SEC("syscall") int bits_of_a_load_gives_1(void *ctx)
{
	unsigned long x = *(volatile unsigned char *)&seven;

	return touch(x >> 4);
}

SEC("syscall") int bits_of_a_signed_load_refused(void *ctx)
{
	long x = *(volatile signed char *)&seven;

	forget(x);
	return touch(x & ~0xf0L);
}

/* ---- jumps ---- */

/*
 * Of two unknown numbers, r3 being 0 .. 15, r2 is an index where the comparisons say so.
 * They go to in or out, or fall through to @falls.
 */
#define JUMP(name, compares, falls)				\
	SEC("syscall") int jump_##name(void *ctx)		\
	{							\
		register unsigned long x asm("r2") = *(volatile unsigned long *)&seven; \
		register unsigned long y asm("r3") = *(volatile unsigned long *)&seven; \
								\
		asm volatile("r3 &= 15" : "+r"(y));	\
		asm volatile goto(compares :: "r"(x), "r"(y) :: in, out); \
		goto falls;					\
	in:							\
		return touch(x);				\
	out:							\
		return 2;					\
	}

/* The same of a number of 32 bits. */
#define JUMP_HALF(name, compares, falls)			\
	SEC("syscall") int jump_half_##name(void *ctx)		\
	{							\
		register unsigned long x asm("r2") = *(volatile unsigned int *)&seven; \
		register unsigned long y asm("r3") = *(volatile unsigned int *)&seven; \
								\
		asm volatile("w3 &= 15" : "+r"(y));	\
		asm volatile goto(compares :: "r"(x), "r"(y) :: in, out); \
		goto falls;					\
	in:							\
		return touch(x);				\
	out:							\
		return 2;					\
	}

/* "if r2 & imm" past the next instruction, which goes in: older assemblers do not know it */
#define UNLESS_SET(code, imm)	".byte " code ", 2; .short 1; .long " imm "; goto %l[in]"

JUMP(lt_gives_1, "if r2 < 16 goto %l[in]", out)
JUMP(lt_refused, "if r2 < 17 goto %l[in]", out)
JUMP(le_gives_1, "if r2 <= 15 goto %l[in]", out)
JUMP(le_refused, "if r2 <= 16 goto %l[in]", out)
JUMP(gt_gives_1, "if r2 > 15 goto %l[out]", in)
JUMP(gt_refused, "if r2 > 16 goto %l[out]", in)
JUMP(ge_gives_1, "if r2 >= 16 goto %l[out]", in)
JUMP(ge_refused, "if r2 >= 17 goto %l[out]", in)
JUMP(eq_gives_1, "if r2 == 7 goto %l[in]", out)
JUMP(eq_refused, "if r2 == 16 goto %l[in]", out)
JUMP(ne_gives_1, "if r2 != 7 goto %l[out]", in)
JUMP(ne_refused, "if r2 != 16 goto %l[out]", in)
JUMP(ne_at_the_end_gives_1, "if r2 > 16 goto %l[out]; if r2 != 16 goto %l[in]", out)
JUMP(ne_inside_refused, "if r2 > 16 goto %l[out]; if r2 != 15 goto %l[in]", out)
JUMP(set_gives_1, UNLESS_SET("0x45", "-16"), out)
JUMP(set_refused, UNLESS_SET("0x45", "-32"), out)
JUMP(slt_gives_1, "if r2 s< 0 goto %l[out]; if r2 s< 16 goto %l[in]", out)
JUMP(slt_refused, "if r2 s< 16 goto %l[in]", out)
JUMP(sle_gives_1, "if r2 s<= -1 goto %l[out]; if r2 s<= 15 goto %l[in]", out)
JUMP(sle_refused, "if r2 s<= -2 goto %l[out]; if r2 s<= 15 goto %l[in]", out)
JUMP(sgt_gives_1, "if r2 s> 15 goto %l[out]; if r2 s> -1 goto %l[in]", out)
JUMP(sgt_refused, "if r2 s> 15 goto %l[out]; if r2 s> -2 goto %l[in]", out)
JUMP(sge_gives_1, "if r2 s>= 16 goto %l[out]; if r2 s>= 0 goto %l[in]", out)
JUMP(sge_refused, "if r2 s>= 16 goto %l[out]; if r2 s>= -1 goto %l[in]", out)
JUMP(lt_reg_gives_2, "if r2 < r3 goto %l[in]", out)
JUMP(lt_reg_refused, "if r2 < r3 goto %l[out]", in)
JUMP(le_reg_gives_1, "if r2 <= r3 goto %l[in]", out)
JUMP(gt_reg_gives_2, "if r3 > r2 goto %l[in]", out)
JUMP(ge_reg_gives_1, "if r3 >= r2 goto %l[in]", out)
JUMP(ge_reg_refused, "if r2 >= r3 goto %l[in]", out)
JUMP(eq_reg_gives_1, "if r2 == r3 goto %l[in]", out)
JUMP(ne_reg_gives_1, "if r2 != r3 goto %l[out]", in)
JUMP(ne_reg_refused, "if r2 != r3 goto %l[in]", out)
JUMP(slt_reg_gives_2, "if r2 s< 0 goto %l[out]; if r2 s< r3 goto %l[in]", out)
JUMP(slt_reg_refused, "if r2 s< r3 goto %l[in]", out)
JUMP(sge_reg_gives_1, "if r2 s< 0 goto %l[out]; if r3 s>= r2 goto %l[in]", out)

JUMP_HALF(lt_gives_1, "if w2 < 16 goto %l[in]", out)
JUMP_HALF(lt_refused, "if w2 < 17 goto %l[in]", out)
JUMP_HALF(le_gives_1, "if w2 <= 15 goto %l[in]", out)
JUMP_HALF(gt_gives_1, "if w2 > 15 goto %l[out]", in)
JUMP_HALF(ge_gives_1, "if w2 >= 16 goto %l[out]", in)
JUMP_HALF(eq_gives_1, "if w2 == 7 goto %l[in]", out)
JUMP_HALF(eq_refused, "if w2 == 16 goto %l[in]", out)
JUMP_HALF(ne_gives_1, "if w2 != 7 goto %l[out]", in)
JUMP_HALF(set_gives_1, UNLESS_SET("0x46", "-16"), out)
JUMP_HALF(set_refused, UNLESS_SET("0x46", "-32"), out)
JUMP_HALF(slt_gives_1, "if w2 s< 0 goto %l[out]; if w2 s< 16 goto %l[in]", out)
JUMP_HALF(slt_refused, "if w2 s< 16 goto %l[in]", out)
JUMP_HALF(sle_gives_1, "if w2 s<= -1 goto %l[out]; if w2 s<= 15 goto %l[in]", out)
JUMP_HALF(sgt_gives_1, "if w2 s> 15 goto %l[out]; if w2 s> -1 goto %l[in]", out)
JUMP_HALF(sge_gives_1, "if w2 s>= 16 goto %l[out]; if w2 s>= 0 goto %l[in]", out)
JUMP_HALF(sge_refused, "if w2 s>= 16 goto %l[out]; if w2 s>= -1 goto %l[in]", out)
JUMP_HALF(le_reg_gives_1, "if w2 <= w3 goto %l[in]", out)
JUMP_HALF(eq_reg_gives_1, "if w2 == w3 goto %l[in]", out)
JUMP_HALF(ge_reg_refused, "if w2 >= w3 goto %l[in]", out)
/* the low half of a whole number says nothing of the high one */
JUMP(low_half_refused, "if w2 < 16 goto %l[in]", out)

/* ---- links ---- */

/* r3 is made of r2, which is compared; r3 is the index. */
#define LINK(name, make, compare)				\
	SEC("syscall") int link_##name(void *ctx)		\
	{							\
		register unsigned long x asm("r2") = *(volatile unsigned long *)&seven; \
		register unsigned long y asm("r3");		\
								\
		asm volatile(make : "=r"(y), "+r"(x) :: "memory"); \
		asm volatile goto(compare :: "r"(x) :: in);	\
		goto out;					\
	in:							\
		return touch(y);				\
	out:							\
		return 2;					\
	}

LINK(copy_gives_1, "r3 = r2", "if r2 < 16 goto %l[in]")
LINK(copy_refused, "r3 = r2; r2 &= 15", "if r2 < 16 goto %l[in]")
LINK(delta_gives_1, "r3 = r2; r3 += 4", "if r2 < 12 goto %l[in]")
LINK(delta_refused, "r3 = r2; r3 += 4", "if r2 < 13 goto %l[in]")
LINK(half_copy_gives_1, "w2 = w2; w3 = w2", "if r2 < 16 goto %l[in]")
LINK(half_copy_refused, "w3 = w2; r3 <<= 1", "if r2 < 16 goto %l[in]")

SEC("syscall") int link_spill_gives_1(void *ctx)
{
	unsigned long x = *(volatile unsigned long *)&seven;
	volatile unsigned long spilled = x;

	return x < 16 ? touch(spilled) : 2;
}

SEC("syscall") int link_spill_refused(void *ctx)
{
	unsigned long x = *(volatile unsigned long *)&seven;
	volatile unsigned long spilled = x;

	*(volatile unsigned char *)&spilled = seven;
	return x < 16 ? touch(spilled) : 2;
}
