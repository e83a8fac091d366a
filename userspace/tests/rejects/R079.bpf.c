// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	__u32 key = 0;

	return !bpf_map_lookup_elem(&events, &key);
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	__u32 data = 0;

	return bpf_ringbuf_output(&events, &data, sizeof(data), 0);
}
