// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

/* The empty asm says that it writes level, and does not: so nobody does. */
SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	int level;

	asm volatile("" : "=r"(level));
	return level + 1;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	int level = 0;

	asm volatile("" : "+r"(level));
	return level + 1;
}
