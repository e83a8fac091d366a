// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

__u64 counts[2];

/* not static: its callers know the signature only */
__noinline unsigned long counter(int which)
{
	return (unsigned long)&counts[which & 1];
}

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	return counter(1) != 0;
}

static __noinline __u64 *own_counter(int which)
{
	return &counts[which & 1];
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	*own_counter(1) += 1;
	return 0;
}
