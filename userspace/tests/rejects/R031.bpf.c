// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

SEC("kprobe/do_nanosleep")
__attribute__((naked)) int bad(struct pt_regs *ctx)
{
	asm volatile("exit");
}

SEC("kprobe/do_nanosleep")
__attribute__((naked)) int good(struct pt_regs *ctx)
{
	asm volatile("r0 = 0; exit");
}
