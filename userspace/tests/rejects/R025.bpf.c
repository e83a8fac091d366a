// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

/* 17000 times: r0 = bpf_get_prandom_u32(); if (!r0) skip nothing */
SEC("kprobe/do_nanosleep")
__attribute__((naked)) int bad(struct pt_regs *ctx)
{
	asm volatile(".rept 17000; call 7; if r0 == 0 goto +0; .endr; r0 = 0; exit");
}

SEC("kprobe/do_nanosleep")
__attribute__((naked)) int good(struct pt_regs *ctx)
{
	asm volatile(".rept 170; call 7; if r0 == 0 goto +0; .endr; r0 = 0; exit");
}
