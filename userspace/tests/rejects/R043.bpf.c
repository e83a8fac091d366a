// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

__u64 calls[512];

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	__u64 nr = PT_REGS_PARM1(ctx);

	calls[nr]++;
	return 0;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	__u64 nr = PT_REGS_PARM1(ctx);

	if (nr >= 512)
		return 0;
	calls[nr]++;
	return 0;
}
