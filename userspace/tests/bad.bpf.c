// SPDX-License-Identifier: (GPL-2.0 OR LGPL-2.1 OR BSD-2-Clause)
/*
 * Programs that must be refused, each for one mistake that people make, and one
 * that is right.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

__u64 history[16] = { 0 };

SEC("kprobe/do_sys_openat2")
int good(struct pt_regs *ctx)
{
	__u32 key = 1;
	__u64 *count = bpf_map_lookup_elem(&counts, &key);

	if (count)
		(*count)++;
	return 0;
}

/* the lookup may find nothing */
SEC("kprobe/do_sys_openat2")
int no_null_check(struct pt_regs *ctx)
{
	__u32 key = 1;
	__u64 *count = bpf_map_lookup_elem(&counts, &key);

	(*count)++;
	return 0;
}

/* an index that nothing bounds */
SEC("kprobe/do_sys_openat2")
int no_bound(struct pt_regs *ctx)
{
	history[PT_REGS_PARM1(ctx) & 0xff]++;
	return 0;
}

/* a kernel pointer is no memory of the program's */
SEC("kprobe/do_sys_openat2")
int raw_pointer(struct pt_regs *ctx)
{
	return *(int *)PT_REGS_PARM3(ctx);
}

/* a loop that only chance ends */
SEC("kprobe/do_sys_openat2")
int no_end(struct pt_regs *ctx)
{
	while (bpf_get_prandom_u32() != 1)
		history[0]++;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
