// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} programs SEC(".maps");

static __noinline int go_on(struct pt_regs *ctx)
{
	asm volatile("");
	bpf_tail_call(ctx, &programs, 0);
	return 0;
}

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	char name[264] = "";

	bpf_get_current_comm(name, sizeof(name));
	return go_on(ctx) + name[0];
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	char name[16] = "";

	bpf_get_current_comm(name, sizeof(name));
	return go_on(ctx) + name[0];
}
