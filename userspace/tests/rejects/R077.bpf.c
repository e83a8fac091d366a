// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct event {
	__u32 pid;
	char data[256];
};

SEC("kprobe/vfs_write")
int bad(struct pt_regs *ctx)
{
	const void *from = (const void *)PT_REGS_PARM2(ctx);
	__u64 len = PT_REGS_PARM3(ctx);
	struct event *e;

	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	if ((__s64)len > 0)
		bpf_probe_read_user(e->data, len, from);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("kprobe/vfs_write")
int good(struct pt_regs *ctx)
{
	const void *from = (const void *)PT_REGS_PARM2(ctx);
	__u64 len = PT_REGS_PARM3(ctx);
	struct event *e;

	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	if (len > sizeof(e->data))
		len = sizeof(e->data);
	bpf_probe_read_user(e->data, len, from);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
