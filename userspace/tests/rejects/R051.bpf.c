// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

__u64 delays[20];

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	int nice = PT_REGS_PARM1(ctx);

	if (nice > 19 || nice < -20)
		return 0;
	delays[nice]++;
	return 0;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	int nice = PT_REGS_PARM1(ctx);

	if (nice > 19 || nice < 0)
		return 0;
	delays[nice]++;
	return 0;
}
