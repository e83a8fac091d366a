// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

struct stats {
	__u64 total;
	__u64 slots[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stats);
} stats SEC(".maps");

SEC("kprobe/vfs_read")
int bad(struct pt_regs *ctx)
{
	__u32 zero = 0, slot = PT_REGS_PARM3(ctx);
	struct stats *s = bpf_map_lookup_elem(&stats, &zero);

	if (!s)
		return 0;
	if (slot > 16)
		return 0;
	s->slots[slot]++;
	return 0;
}

SEC("kprobe/vfs_read")
int good(struct pt_regs *ctx)
{
	__u32 zero = 0, slot = PT_REGS_PARM3(ctx);
	struct stats *s = bpf_map_lookup_elem(&stats, &zero);

	if (!s)
		return 0;
	if (slot > 15)
		return 0;
	s->slots[slot]++;
	return 0;
}
