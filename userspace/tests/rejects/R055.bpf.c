// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

/* of two 64-bit counts, each in two halves, and the second half of the first */
__u32 halves[4];

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	__u64 *count = (__u64 *)&halves[1];

	__sync_fetch_and_add(count, 1);
	return 0;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	__u64 *count = (__u64 *)&halves[2];

	__sync_fetch_and_add(count, 1);
	return 0;
}
