// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

char buffer[64];

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	struct bpf_dynptr ptr = {};
	__u64 first;

	return bpf_dynptr_read(&first, sizeof(first), &ptr, 0, 0);
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	struct bpf_dynptr ptr;
	__u64 first;

	bpf_dynptr_from_mem(buffer, sizeof(buffer), 0, &ptr);
	return bpf_dynptr_read(&first, sizeof(first), &ptr, 0, 0);
}
