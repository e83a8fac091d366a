// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

/* R007.sed moves the record of the function by one instruction in what the compiler has written. */
static __noinline int twice(int x)
{
	return x * 2;
}

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	return twice(bpf_get_prandom_u32());
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	return bpf_get_prandom_u32() * 2;
}
