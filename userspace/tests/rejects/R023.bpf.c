// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

__u64 tries;

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	while (bpf_get_prandom_u32() != 1)
		tries++;
	return 0;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	for (int i = 0; i < 1000 && bpf_get_prandom_u32() != 1; i++)
		tries++;
	return 0;
}
