// SPDX-License-Identifier: GPL-2.0
/* Helpers on strings in memory that the verifier has checked. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "helpers.h"

#define BASE_MASK	0x1fULL

u64 kbpf_helper_strncmp(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return strncmp(kbpf_reg_ptr(r1), kbpf_reg_ptr(r3), (u32)r2);
}

/* Value of a digit, or something that no base has. */
static u32 digit(char c)
{
	if (isdigit(c))
		return c - '0';
	return isxdigit(c) ? tolower(c) - 'a' + 10 : 255;
}

/**
 * struct number - a number read from text
 * @value: its magnitude
 * @negative: it has a minus sign
 * @used: bytes of text that it took, spaces before it included
 */
struct number {
	u64 value;
	bool negative;
	u32 used;
};

/* The base of what stands at @text, and how many bytes of prefix say so. */
static u32 find_base(const char *text, u32 len, u32 base, u32 *prefix)
{
	bool hex = len > 2 && text[0] == '0' && tolower(text[1]) == 'x' && isxdigit(text[2]);

	*prefix = 0;
	if (!base)
		base = hex ? 16 : len && text[0] == '0' ? 8 : 10;
	if (base == 16 && hex)
		*prefix = 2;
	return base;
}

static int read_number(const char *text, u32 len, u64 flags, struct number *num)
{
	u32 base = flags & BASE_MASK, at = 0, prefix, first;

	if (flags & ~BASE_MASK || (base && base != 8 && base != 10 && base != 16))
		return -EINVAL;
	while (at < len && isspace(text[at]))
		at++;
	num->negative = at < len && text[at] == '-';
	at += num->negative;
	base = find_base(text + at, len - at, base, &prefix);
	at += prefix;
	first = at;
	for (num->value = 0; at < len && digit(text[at]) < base; at++)
		if (check_mul_overflow(num->value, (u64)base, &num->value) ||
		    check_add_overflow(num->value, (u64)digit(text[at]), &num->value))
			return -ERANGE;
	num->used = at;
	return at == first ? -EINVAL : 0;
}

u64 kbpf_helper_strtol(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	s64 *res = kbpf_reg_ptr(r4);
	struct number num;
	int err = read_number(kbpf_reg_ptr(r1), r2, r3, &num);

	*res = 0;
	if (err)
		return err;
	if (num.value > (u64)S64_MAX + num.negative)
		return -ERANGE;
	*res = num.negative ? -num.value : num.value;
	return num.used;
}

u64 kbpf_helper_strtoul(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u64 *res = kbpf_reg_ptr(r4);
	struct number num;
	int err = read_number(kbpf_reg_ptr(r1), r2, r3, &num);

	*res = 0;
	if (err)
		return err;
	if (num.negative)
		return -EINVAL;
	*res = num.value;
	return num.used;
}
