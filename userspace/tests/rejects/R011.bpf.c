// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

__u64 history[16];

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	__u64 *last;

	/* what compilers make of the address of history[16] in some places */
	asm volatile("%0 = history + 128 ll" : "=r"(last));
	*last = bpf_ktime_get_ns();
	return 0;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	__u64 *last;

	asm volatile("%0 = history + 120 ll" : "=r"(last));
	*last = bpf_ktime_get_ns();
	return 0;
}
