// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

char wanted[16] = "nginx";

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	char comm[16] = "";

	bpf_get_current_comm(comm, sizeof(comm));
	return bpf_strncmp(comm, sizeof(comm), wanted);
}

const char constant[16] = "nginx";

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	char comm[16] = "";

	bpf_get_current_comm(comm, sizeof(comm));
	return bpf_strncmp(comm, sizeof(comm), constant);
}
