// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Helpers that produce text or events, and those that read text. What a program
 * prints goes to stderr, or to the file that KBPF_TRACE names.
 */
#include <fcntl.h>
#include <unistd.h>

#include "helpers/proto.h"
#include "maps/map.h"
#include "world.h"

#define MAX_LINE	1024
#define MAX_ARGS	12

static u64 perf_event_output(u64 ctx, u64 map_arg, u64 flags, u64 data, u64 size)
{
	struct kbpf_map *map = (struct kbpf_map *)map_arg;
	u64 index = flags & KBPF_F_INDEX_MASK;
	struct kbpf_object *ring;

	if (flags & ~KBPF_F_INDEX_MASK)
		return -EINVAL;
	if (index == KBPF_F_CURRENT_CPU)
		index = smp_processor_id();
	if (index >= map->desc.max_entries)
		return -E2BIG;
	ring = kbpf_perf_array_get(map, index);
	if (!ring)
		return -ENOENT;
	return kbpf_ring_output(ring, (void *)data, size);
}

static void print_line(char *line, u32 len)
{
	const char *file = getenv("KBPF_TRACE");
	int fd = file && *file ? open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644) : 2;

	if (fd < 0)
		return;
	if (!len || line[len - 1] != '\n')
		line[len++] = '\n';
	if (write(fd, line, len) < 0)
		errno = 0;	/* nobody reads what programs print */
	if (fd != 2)
		close(fd);
}

static u64 print(const char *fmt, u32 fmt_size, const u64 *args, u32 nr_args)
{
	char copy[MAX_LINE], line[MAX_LINE + 2];
	long len;

	if (!fmt_size || fmt_size > sizeof(copy) || fmt[fmt_size - 1])
		return -EINVAL;
	memcpy(copy, fmt, fmt_size);
	len = kbpf_format(line, MAX_LINE, copy, args, nr_args);
	if (len < 0)
		return len;
	print_line(line, min_t(u32, len, MAX_LINE - 1));
	return len;
}

static u64 trace_printk(u64 fmt, u64 fmt_size, u64 a, u64 b, u64 c)
{
	u64 args[] = { a, b, c };

	return print((char *)fmt, fmt_size, args, ARRAY_SIZE(args));
}

static u64 trace_vprintk(u64 fmt, u64 fmt_size, u64 args, u64 size, u64 r5)
{
	if (size % sizeof(u64) || size > MAX_ARGS * sizeof(u64))
		return -EINVAL;
	return print((char *)fmt, fmt_size, (u64 *)args, size / sizeof(u64));
}

static u64 snprintf_helper(u64 buf, u64 buf_size, u64 fmt, u64 args, u64 size)
{
	long len;

	if (size % sizeof(u64) || size > MAX_ARGS * sizeof(u64))
		return -EINVAL;
	len = kbpf_format((char *)buf, buf_size, (char *)fmt, (u64 *)args, size / sizeof(u64));
	return len < 0 ? len : len + 1;
}

static u64 strncmp_helper(u64 a, u64 size, u64 b, u64 r4, u64 r5)
{
	return strncmp((char *)a, (char *)b, (u32)size);
}

/* Digits of @text as a number; characters taken, or -errno. */
static long parse(const char *text, u64 size, u64 flags, bool *negative, u64 *number)
{
	static const char *const digits = "0123456789abcdef";
	u32 base = flags & 0x1f, at = 0, begin, value;
	const char *digit;

	if ((flags & ~0x1fULL) || (base && base != 8 && base != 10 && base != 16))
		return -EINVAL;
	while (at < size && isspace((unsigned char)text[at]))
		at++;
	*negative = at < size && text[at] == '-';
	if (*negative || (at < size && text[at] == '+'))
		at++;
	if ((!base || base == 16) && at + 1 < size && text[at] == '0' && (text[at + 1] | 32) == 'x') {
		base = 16;
		at += 2;
	} else if (!base) {
		base = at < size && text[at] == '0' ? 8 : 10;
	}
	*number = 0;
	for (begin = at; at < size && text[at]; at++) {
		digit = strchr(digits, tolower((unsigned char)text[at]));
		value = digit ? digit - digits : base;
		if (value >= base)
			break;
		if (__builtin_mul_overflow(*number, (u64)base, number) ||
		    __builtin_add_overflow(*number, (u64)value, number))
			return -ERANGE;
	}
	return at == begin ? -EINVAL : (long)at;
}

static u64 strtol_helper(u64 text, u64 size, u64 flags, u64 out, u64 r5)
{
	bool negative;
	u64 number;
	long len = parse((char *)text, size, flags, &negative, &number);

	if (len < 0)
		return len;
	if (number > (u64)S64_MAX + negative)
		return -ERANGE;
	*(s64 *)out = negative ? -number : number;
	return len;
}

static u64 strtoul_helper(u64 text, u64 size, u64 flags, u64 out, u64 r5)
{
	bool negative;
	u64 number;
	long len = parse((char *)text, size, flags, &negative, &number);

	if (len < 0)
		return len;
	if (negative)
		return -EINVAL;
	*(u64 *)out = number;
	return len;
}

const struct kbpf_helper_row kbpf_helpers_output[] = {
	{ KBPF_FUNC_perf_event_output, perf_event_output },
	{ KBPF_FUNC_trace_printk, trace_printk },
	{ KBPF_FUNC_trace_vprintk, trace_vprintk },
	{ KBPF_FUNC_snprintf, snprintf_helper },
	{ KBPF_FUNC_strncmp, strncmp_helper },
	{ KBPF_FUNC_strtol, strtol_helper },
	{ KBPF_FUNC_strtoul, strtoul_helper },
	{ },
};
