// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

/* r0 = load_acquire(r1 + 0), which compilers write for cpu v4 only */
SEC("kprobe/do_nanosleep")
__attribute__((naked)) int bad(struct pt_regs *ctx)
{
	asm volatile(".byte 0xdb, 0x10, 0, 0, 0, 1, 0, 0; exit");
}

SEC("kprobe/do_nanosleep")
__attribute__((naked)) int good(struct pt_regs *ctx)
{
	asm volatile("r0 = *(u64 *)(r1 + 0); exit");
}
