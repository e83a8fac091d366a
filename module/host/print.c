// SPDX-License-Identifier: GPL-2.0
/*
 * printf for programs. The format comes from a program and so do the arguments:
 * each conversion is checked against what is allowed, and printed on its own
 * with the kernel's snprintf; no pointer of an argument is followed unless
 * through a read that may fail.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "helpers.h"
#include "print.h"

#define MAX_WIDTH	4	/* digits: padding takes time even where it is cut off */
#define MAX_SPEC	16	/* bytes of one conversion, as "%-08llx" */

/**
 * struct printer - a text under way
 * @buf: where it goes
 * @size: bytes there
 * @len: length so far, also of what did not fit
 * @fmt: rest of the format
 * @spec: the conversion at hand as snprintf takes it
 * @spec_len: its length
 * @scratch: room for a string argument
 * @scratch_size: bytes there
 */
struct printer {
	char *buf;
	size_t size;
	size_t len;
	const char *fmt;
	char spec[MAX_SPEC];
	u32 spec_len;
	char *scratch;
	size_t scratch_size;
};

static char *room(const struct printer *p, size_t *left)
{
	*left = p->len < p->size ? p->size - p->len : 0;
	return *left ? p->buf + p->len : NULL;
}

#define emit(p, arg)							\
do {									\
	size_t left__;							\
	char *to__ = room(p, &left__);					\
									\
	(p)->len += snprintf(to__, left__, (p)->spec, arg);		\
} while (0)

static void emit_char(struct printer *p, char c)
{
	size_t left;
	char *to = room(p, &left);

	if (left > 1)
		*to = c;
	else if (left)
		*to = '\0';
	p->len++;
}

/* Takes the next byte of the format into the conversion. */
static bool take(struct printer *p)
{
	if (p->spec_len >= MAX_SPEC - 1)
		return false;
	p->spec[p->spec_len++] = *p->fmt++;
	p->spec[p->spec_len] = '\0';
	return true;
}

/* A conversion by letter may not run into a word: "%px" is one, "%pq" is none. */
static bool ends_word(char c)
{
	return !c || isspace(c) || ispunct(c);
}

static int take_flags(struct printer *p)
{
	u32 digits = 0;

	while (*p->fmt && strchr("0+- ", *p->fmt))
		if (!take(p))
			return -EINVAL;
	while (isdigit(*p->fmt))
		if (++digits > MAX_WIDTH || !take(p))
			return -EINVAL;
	return 0;
}

/* @kind: 'k' kernel, 'u' user, 's' by address */
static int print_string(struct printer *p, char kind, u64 arg)
{
	const void *src = kbpf_reg_ptr(arg);
	long len;

	if (!ends_word(*p->fmt))
		return -EINVAL;
	if (kind == 's')
		kind = kbpf_is_user_address(src) ? 'u' : 'k';
	if (kind == 'u')
		len = kbpf_read_user_str(p->scratch, p->scratch_size, src);
	else
		len = kbpf_read_kernel_str(p->scratch, p->scratch_size, src);
	if (len < 0)
		p->scratch[0] = '\0';
	p->spec[p->spec_len++] = 's';
	p->spec[p->spec_len] = '\0';
	emit(p, p->scratch);
	return 0;
}

static int print_ip(struct printer *p, u64 arg)
{
	size_t size = p->fmt[1] == '4' ? 4 : 16;
	u8 addr[16];

	if (p->fmt[1] != '4' && p->fmt[1] != '6')
		return -EINVAL;
	kbpf_read_kernel(addr, size, kbpf_reg_ptr(arg));
	/* Not with flags: the address is printed through a pointer conversion of its own. */
	snprintf(p->spec, sizeof(p->spec), "%%p%c%c", p->fmt[0], p->fmt[1]);
	p->fmt += 2;
	emit(p, addr);
	return 0;
}

static int print_pointer(struct printer *p, u64 arg)
{
	const char *f = p->fmt + 1;

	if ((f[0] == 'k' || f[0] == 'u') && f[1] == 's') {
		p->fmt += 3;
		return print_string(p, f[0], arg);
	}
	if (f[0] == 'i' || f[0] == 'I') {
		p->fmt++;
		return print_ip(p, arg);
	}
	if (!take(p))
		return -EINVAL;
	/* Hashed, as %pK says, plain, and as symbols: none of these follows the pointer. */
	if (*f && strchr("KxsSB", *f)) {
		if (!take(p))
			return -EINVAL;
	} else if (!ends_word(*f)) {
		return -EINVAL;
	}
	emit(p, kbpf_reg_ptr(arg));
	return 0;
}

static int print_number(struct printer *p, u64 arg)
{
	bool is_long = false;
	u32 longs;

	for (longs = 0; *p->fmt == 'l'; longs++) {
		if (longs == 2 || !take(p))
			return -EINVAL;
		is_long = true;
	}
	if (!*p->fmt || !strchr("diuxX", *p->fmt) || !take(p))
		return -EINVAL;
	if (is_long)
		emit(p, arg);
	else
		emit(p, (u32)arg);
	return 0;
}

static int print_arg(struct printer *p, u64 arg)
{
	switch (*p->fmt) {
	case 'p':
		return print_pointer(p, arg);
	case 's':
		p->fmt++;
		return print_string(p, 's', arg);
	case 'c':
		if (!take(p))
			return -EINVAL;
		emit(p, (int)(u8)arg);
		return 0;
	default:
		return print_number(p, arg);
	}
}

int kbpf_print(char *buf, size_t size, const char *fmt, u32 fmt_size, const u64 *args,
	       u32 nr_args, char *scratch, size_t scratch_size)
{
	struct printer p = {
		.buf = buf, .size = size, .fmt = fmt,
		.scratch = scratch, .scratch_size = scratch_size,
	};
	u32 used = 0;
	int err;

	if (strnlen(fmt, fmt_size) == fmt_size)
		return -EINVAL;
	if (size)
		buf[0] = '\0';
	while (*p.fmt) {
		if (isascii(*p.fmt) && !isprint(*p.fmt) && !isspace(*p.fmt))
			return -EINVAL;
		if (*p.fmt != '%' || p.fmt[1] == '%') {
			emit_char(&p, *p.fmt);
			p.fmt += *p.fmt == '%' ? 2 : 1;
			continue;
		}
		if (used == nr_args)
			return -EINVAL;
		p.spec_len = 0;
		take(&p);
		err = take_flags(&p);
		if (!err)
			err = print_arg(&p, args[used++]);
		if (err)
			return err;
	}
	if (size)
		buf[min(p.len, size - 1)] = '\0';
	return min_t(size_t, p.len, INT_MAX - 1);
}
