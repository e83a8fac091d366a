// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

char path[256];

SEC("kprobe/do_sys_openat2")
int bad(struct pt_regs *ctx)
{
	long len = bpf_probe_read_user_str(path, sizeof(path), (void *)PT_REGS_PARM2(ctx));

	bpf_ringbuf_output(&events, path, len, 0);
	return 0;
}

SEC("kprobe/do_sys_openat2")
int good(struct pt_regs *ctx)
{
	long len = bpf_probe_read_user_str(path, sizeof(path), (void *)PT_REGS_PARM2(ctx));

	if (len < 0)
		return 0;
	bpf_ringbuf_output(&events, path, len, 0);
	return 0;
}
