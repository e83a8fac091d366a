/* SPDX-License-Identifier: GPL-2.0 */
/* Formatting for programs; see print.c. */
#ifndef KBPF_HOST_PRINT_H
#define KBPF_HOST_PRINT_H

#include <linux/types.h>

#define KBPF_PRINT_MAX_ARGS	12

/**
 * kbpf_print() - format as Linux's bpf_trace_printk does
 * @buf: out: text, zero-terminated, cut to @size
 * @size: bytes at @buf; may be 0
 * @fmt: format, untrusted
 * @fmt_size: bytes at @fmt
 * @args: arguments; strings among them are untrusted addresses
 * @nr_args: how many
 * @scratch: room for a string argument
 * @scratch_size: bytes there
 *
 * Context: any.
 * Return: length of the whole text without the zero; -EINVAL for a format that
 * does not end, uses what programs may not, or has more conversions than @args.
 */
int kbpf_print(char *buf, size_t size, const char *fmt, u32 fmt_size, const u64 *args,
	       u32 nr_args, char *scratch, size_t scratch_size);

#endif /* KBPF_HOST_PRINT_H */
