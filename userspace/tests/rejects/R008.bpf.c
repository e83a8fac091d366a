// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

__u64 runs;

/* R008.sed moves a record into the middle of the address of runs, which takes two slots. */
SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	runs++;
	return 0;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	return 0;
}
