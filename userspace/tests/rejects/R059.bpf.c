// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	__sync_fetch_and_add(&ctx->ax, 1);
	return 0;
}

__u64 runs;

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	__sync_fetch_and_add(&runs, 1);
	return 0;
}
