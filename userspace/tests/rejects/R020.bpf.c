// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

__u64 sum;

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	for (int i = 0; i < 1000000; i++) {
		asm volatile("" : "+r"(i)); /* the compiler shall not do the sum itself */
		sum += i;
	}
	return 0;
}

static long add(__u32 i, void *ctx)
{
	sum += i;
	return 0;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	bpf_loop(1000000, add, NULL, 0);
	return 0;
}
