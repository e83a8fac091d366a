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
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&counts, &zero);

	if (!count)
		return 0;
	/* round it down to a multiple of 8 */
	count = (__u64 *)((unsigned long)count & ~7UL);
	*count += 1;
	return 0;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&counts, &zero);

	if (!count)
		return 0;
	*count += 1;
	return 0;
}
