// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

/* The eight bytes are r1 = map with descriptor 9999, as libbpf would fill it in. */
SEC("kprobe/do_nanosleep")
__attribute__((naked)) int bad(struct pt_regs *ctx)
{
	asm volatile(".byte 0x18, 0x11, 0, 0, 0x0f, 0x27, 0, 0; .8byte 0; r0 = 0; exit");
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	__u32 key = 0;

	return !bpf_map_lookup_elem(&counts, &key);
}
