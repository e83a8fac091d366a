// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

static __noinline int inner(void)
{
	char path[256] = "";

	return bpf_get_current_comm(path, sizeof(path)) + path[0];
}

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	char name[264] = "";

	return bpf_get_current_comm(name, sizeof(name)) + name[0] + inner();
}

/* memory that is not on the stack */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[264]);
} names SEC(".maps");

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	__u32 zero = 0;
	char *name = bpf_map_lookup_elem(&names, &zero);

	if (!name)
		return 0;
	return bpf_get_current_comm(name, 264) + name[0] + inner();
}
