// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The formats of bpf_trace_printk and bpf_snprintf: integers, pointers,
 * strings, addresses. Widths and flags of integers are printf's.
 */
#include "world.h"

#define MAX_STR	512

/**
 * struct out - where the text goes
 * @buf: room
 * @size: bytes there
 * @len: characters so far, those that did not fit included
 */
struct out {
	char *buf;
	u32 size;
	u32 len;
};

/**
 * struct spec - one conversion
 * @printf: the same for printf, with "ll" as length
 * @conv: conversion character
 * @longs: number of l's
 */
struct spec {
	char printf[32];
	char conv;
	int longs;
};

static void add(struct out *out, const char *text, u32 len)
{
	u32 room = out->size > out->len + 1 ? out->size - out->len - 1 : 0;

	if (room)
		memcpy(out->buf + out->len, text, min(len, room));
	out->len += len;
}

/* Parses what follows a '%'; bytes taken or -EINVAL. */
static int parse(const char *fmt, struct spec *spec)
{
	const char *s = fmt;
	u32 n = 0;

	spec->printf[n++] = '%';
	while (strchr("-+ #0", *s) && *s)
		spec->printf[n++ % 8] = *s++;
	while (*s >= '0' && *s <= '9' && n < 16)
		spec->printf[n++] = *s++;
	for (spec->longs = 0; *s == 'l' && spec->longs < 2; s++)
		spec->longs++;
	/* kernel pointers: the letters after p choose among ways to print the same number */
	spec->conv = *s;
	if (!*s || !strchr("diuxXpsc", *s))
		return -EINVAL;
	s++;
	if (spec->conv == 'p')
		while ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z'))
			s++;
	snprintf(spec->printf + n, sizeof(spec->printf) - n, spec->conv == 's' ? "s" : "ll%c",
		 spec->conv);
	return s - fmt;
}

static void print_string(struct out *out, const struct spec *spec, u64 arg)
{
	char text[MAX_STR], padded[MAX_STR + 64];

	if (kbpf_mem_read_str(text, sizeof(text), arg) < 0)
		strscpy(text, "(fault)", sizeof(text));
	snprintf(padded, sizeof(padded), spec->printf, text);
	add(out, padded, strlen(padded));
}

static void print_number(struct out *out, const struct spec *spec, u64 arg)
{
	char text[96];

	if (spec->conv == 'c') {
		text[0] = arg;
		text[1] = '\0';
	} else if (spec->conv == 'p') {
		snprintf(text, sizeof(text), "%016llx", arg);
	} else {
		bool is_signed = spec->conv == 'd' || spec->conv == 'i';

		if (!spec->longs)
			arg = is_signed ? (u64)(s64)(s32)arg : (u32)arg;
		snprintf(text, sizeof(text), spec->printf, arg);
	}
	add(out, text, strlen(text));
}

long kbpf_format(char *buf, u32 size, const char *fmt, const u64 *args, u32 nr_args)
{
	struct out out = { .buf = buf, .size = size };
	struct spec spec;
	u32 used = 0;

	while (*fmt) {
		const char *percent = strchrnul(fmt, '%');
		int len;

		add(&out, fmt, percent - fmt);
		fmt = percent;
		if (!*fmt)
			break;
		if (fmt[1] == '%') {
			add(&out, "%", 1);
			fmt += 2;
			continue;
		}
		len = parse(fmt + 1, &spec);
		if (len < 0 || used == nr_args)
			return -EINVAL;
		if (spec.conv == 's')
			print_string(&out, &spec, args[used]);
		else
			print_number(&out, &spec, args[used]);
		used++;
		fmt += len + 1;
	}
	if (size)
		buf[min(out.len, size - 1)] = '\0';
	return out.len;
}
