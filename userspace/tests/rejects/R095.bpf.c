// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

__noinline int sum(struct pt_regs *regs)
{
	return PT_REGS_PARM1(regs) + PT_REGS_PARM2(regs);
}

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	struct pt_regs copy = { .di = 1, .si = 2 };

	return sum(&copy);
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	return sum(ctx);
}
