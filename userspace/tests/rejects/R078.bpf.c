// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("kprobe/vfs_write")
int bad(struct pt_regs *ctx)
{
	__u32 len = PT_REGS_PARM3(ctx) & 0xff;
	char *e = bpf_ringbuf_reserve(&events, len, 0);

	if (!e)
		return 0;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("kprobe/vfs_write")
int good(struct pt_regs *ctx)
{
	char *e = bpf_ringbuf_reserve(&events, 256, 0);

	if (!e)
		return 0;
	bpf_ringbuf_submit(e, 0);
	return 0;
}
