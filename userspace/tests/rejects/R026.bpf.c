// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

/* a jump over 9000 times may_goto */
SEC("kprobe/do_nanosleep")
__attribute__((naked)) int bad(struct pt_regs *ctx)
{
	asm volatile("r0 = 0; if r1 == 1 goto +9000; .rept 9000; may_goto +0; .endr; exit");
}

SEC("kprobe/do_nanosleep")
__attribute__((naked)) int good(struct pt_regs *ctx)
{
	asm volatile("r0 = 0; if r1 == 1 goto +900; .rept 900; may_goto +0; .endr; exit");
}
