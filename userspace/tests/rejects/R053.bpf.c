// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_WRONLY_PROG);
	__type(key, __u32);
	__type(value, __u64);
} results SEC(".maps");

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	__u32 zero = 0;
	__u64 *result = bpf_map_lookup_elem(&results, &zero);

	if (!result)
		return 0;
	return *result;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	__u32 zero = 0;
	__u64 *result = bpf_map_lookup_elem(&results, &zero);

	if (!result)
		return 0;
	*result = bpf_ktime_get_ns();
	return 0;
}
