// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} programs SEC(".maps");

static long go_on(__u32 i, void *data)
{
	struct pt_regs **ctx = data;

	bpf_tail_call(*ctx, &programs, i);
	return 0;
}

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	return bpf_loop(1, go_on, &ctx, 0);
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	bpf_tail_call(ctx, &programs, 0);
	return 0;
}
