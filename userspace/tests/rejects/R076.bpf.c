// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

char name[16];

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	__u32 len = PT_REGS_PARM1(ctx) & 15;

	return bpf_get_current_comm(name, len);
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	__u32 len = PT_REGS_PARM1(ctx) & 15;

	if (len == 0)
		return 0;
	return bpf_get_current_comm(name, len);
}
