// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

#define LEVEL(name, next) static __noinline int name(int x) { return next(x) + 1; }

static __noinline int h(int x) { return x * 3; }
LEVEL(g, h)
LEVEL(f, g)
LEVEL(e, f)
LEVEL(d, e)
LEVEL(c, d)
LEVEL(b, c)
LEVEL(a, b)

/* with the program itself, nine */
SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	return a(bpf_get_prandom_u32());
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	return b(bpf_get_prandom_u32()) + 1;
}
