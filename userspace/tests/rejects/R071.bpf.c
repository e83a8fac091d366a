// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

SEC("xdp")
int bad(struct xdp_md *ctx)
{
	char comm[16] = "";

	bpf_get_current_comm(comm, sizeof(comm));
	return comm[0] == 'k' ? XDP_DROP : XDP_PASS;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	char comm[16] = "";

	bpf_get_current_comm(comm, sizeof(comm));
	return comm[0] == 'k';
}
