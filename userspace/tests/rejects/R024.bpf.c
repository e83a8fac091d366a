// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	for (int i = 0; i < 17; i++) {
		__u64 *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

		if (e)
			*e = i;
	}
	return 0;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	for (int i = 0; i < 17; i++) {
		__u64 *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

		if (!e)
			continue;
		*e = i;
		bpf_ringbuf_submit(e, 0);
	}
	return 0;
}
