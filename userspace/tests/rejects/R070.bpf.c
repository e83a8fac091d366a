// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

static long (*const bpf_new_helper)(void) = (void *)9999;

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	return bpf_new_helper();
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	return bpf_ktime_get_ns();
}
