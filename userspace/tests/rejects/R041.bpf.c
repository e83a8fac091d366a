// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	void *map = &counts;
	__u32 zero = 0;

	asm volatile("%0 += 8" : "+r"(map));
	return !bpf_map_lookup_elem(map, &zero);
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	__u32 zero = 0;

	return !bpf_map_lookup_elem(&counts, &zero);
}
