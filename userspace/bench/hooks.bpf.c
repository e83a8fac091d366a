// SPDX-License-Identifier: (GPL-2.0 OR LGPL-2.1 OR BSD-2-Clause)
/*
 * Programs of the hook benchmark: for each kind of hook one that does nothing and
 * one that counts in a map.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} hits SEC(".maps");

static __always_inline int count(void)
{
	__u32 key = 0;
	__u64 *n = bpf_map_lookup_elem(&hits, &key);

	if (n)
		__sync_fetch_and_add(n, 1);
	return 0;
}

#define PAIR(kind, section) \
	SEC(section) int kind##_empty(void *ctx) { return 0; } \
	SEC(section) int kind##_count(void *ctx) { return count(); }

PAIR(kprobe, "kprobe")
PAIR(kretprobe, "kretprobe")
PAIR(kprobe_multi, "kprobe.multi")
PAIR(kretprobe_multi, "kretprobe.multi")
PAIR(tracepoint, "tp/task/task_rename")
PAIR(tp_by_kernel, "tp/timer/itimer_state")
PAIR(tp_syscall, "tp/syscalls/sys_enter_getpgid")
PAIR(raw_tp, "raw_tp/task_rename")
PAIR(tp_btf, "tp_btf/task_rename")
PAIR(fentry, "fentry/__x64_sys_getpgid")
PAIR(fexit, "fexit/__x64_sys_getpgid")
PAIR(uprobe, "uprobe")
PAIR(uretprobe, "uretprobe")

char _license[] SEC("license") = "GPL";
