// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__type(key, __u32);
	__type(value, __u32);
} limits SEC(".maps");

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	__u32 zero = 0;
	__u32 *limit = bpf_map_lookup_elem(&limits, &zero);

	if (!limit)
		return 0;
	*limit = 32;
	return 0;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	__u32 zero = 0;
	__u32 *limit = bpf_map_lookup_elem(&limits, &zero);

	if (!limit)
		return 0;
	return *limit;
}
