// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

char buffer[64];
struct bpf_dynptr kept;

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	return bpf_dynptr_from_mem(buffer, sizeof(buffer), 0, &kept);
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	struct bpf_dynptr ptr;

	return bpf_dynptr_from_mem(buffer, sizeof(buffer), 0, &ptr);
}
