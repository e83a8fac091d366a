// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

SEC("kprobe/vfs_write")
int bad(struct pt_regs *ctx)
{
	const void *from = (const void *)PT_REGS_PARM2(ctx);
	__u64 len = PT_REGS_PARM3(ctx);
	char head[16] = "";

	if (len > 32)
		len = 32;
	bpf_probe_read_user(head, len, from);
	return head[0];
}

SEC("kprobe/vfs_write")
int good(struct pt_regs *ctx)
{
	const void *from = (const void *)PT_REGS_PARM2(ctx);
	__u64 len = PT_REGS_PARM3(ctx);
	char head[16] = "";

	if (len > sizeof(head))
		len = sizeof(head);
	bpf_probe_read_user(head, len, from);
	return head[0];
}
