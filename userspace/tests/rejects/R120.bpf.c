// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

struct job {
	struct bpf_timer timer;
	__u64 runs;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct job);
} jobs SEC(".maps");

SEC("tc")
int bad(struct __sk_buff *skb)
{
	struct bpf_timer timer = {};

	return bpf_timer_init(&timer, &jobs, 1);
}

SEC("tc")
int good(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct job *job = bpf_map_lookup_elem(&jobs, &zero);

	if (!job)
		return 0;
	return bpf_timer_init(&job->timer, &jobs, 1);
}
