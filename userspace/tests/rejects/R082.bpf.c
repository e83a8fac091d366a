// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__type(key, __u32);
	__type(value, __u32);
} allowed SEC(".maps");

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid(), yes = 1;

	return bpf_map_update_elem(&allowed, &pid, &yes, BPF_ANY);
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid();

	return !bpf_map_lookup_elem(&allowed, &pid);
}
