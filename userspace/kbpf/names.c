// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Names of the numbers in kbpf.h, as people write them.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const char *const prog_types[] = {
	[KBPF_PROG_TYPE_SOCKET_FILTER]		= "socket_filter",
	[KBPF_PROG_TYPE_KPROBE]			= "kprobe",
	[KBPF_PROG_TYPE_SCHED_CLS]		= "sched_cls",
	[KBPF_PROG_TYPE_SCHED_ACT]		= "sched_act",
	[KBPF_PROG_TYPE_TRACEPOINT]		= "tracepoint",
	[KBPF_PROG_TYPE_XDP]			= "xdp",
	[KBPF_PROG_TYPE_PERF_EVENT]		= "perf_event",
	[KBPF_PROG_TYPE_CGROUP_SKB]		= "cgroup_skb",
	[KBPF_PROG_TYPE_CGROUP_SOCK]		= "cgroup_sock",
	[KBPF_PROG_TYPE_RAW_TRACEPOINT]		= "raw_tracepoint",
	[KBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE] = "raw_tracepoint_writable",
	[KBPF_PROG_TYPE_TRACING]		= "tracing",
	[KBPF_PROG_TYPE_SYSCALL]		= "syscall",
	[KBPF_PROG_TYPE_NETFILTER]		= "netfilter",
};

static const char *const map_types[] = {
	[KBPF_MAP_TYPE_HASH]			= "hash",
	[KBPF_MAP_TYPE_ARRAY]			= "array",
	[KBPF_MAP_TYPE_PROG_ARRAY]		= "prog_array",
	[KBPF_MAP_TYPE_PERF_EVENT_ARRAY]	= "perf_event_array",
	[KBPF_MAP_TYPE_PERCPU_HASH]		= "percpu_hash",
	[KBPF_MAP_TYPE_PERCPU_ARRAY]		= "percpu_array",
	[KBPF_MAP_TYPE_STACK_TRACE]		= "stack_trace",
	[KBPF_MAP_TYPE_CGROUP_ARRAY]		= "cgroup_array",
	[KBPF_MAP_TYPE_LRU_HASH]		= "lru_hash",
	[KBPF_MAP_TYPE_LRU_PERCPU_HASH]		= "lru_percpu_hash",
	[KBPF_MAP_TYPE_LPM_TRIE]		= "lpm_trie",
	[KBPF_MAP_TYPE_ARRAY_OF_MAPS]		= "array_of_maps",
	[KBPF_MAP_TYPE_HASH_OF_MAPS]		= "hash_of_maps",
	[KBPF_MAP_TYPE_QUEUE]			= "queue",
	[KBPF_MAP_TYPE_STACK]			= "stack",
	[KBPF_MAP_TYPE_RINGBUF]			= "ringbuf",
	[KBPF_MAP_TYPE_TASK_STORAGE]		= "task_storage",
	[KBPF_MAP_TYPE_BLOOM_FILTER]		= "bloom_filter",
	[KBPF_MAP_TYPE_USER_RINGBUF]		= "user_ringbuf",
};

static const char *const link_types[] = {
	[KBPF_LINK_TYPE_RAW_TRACEPOINT]		= "raw_tracepoint",
	[KBPF_LINK_TYPE_TRACING]		= "tracing",
	[KBPF_LINK_TYPE_PERF_EVENT]		= "perf_event",
	[KBPF_LINK_TYPE_KPROBE_MULTI]		= "kprobe_multi",
	[KBPF_LINK_TYPE_NETFILTER]		= "netfilter",
	[KBPF_LINK_TYPE_UPROBE_MULTI]		= "uprobe_multi",
};

static const char *const perf_event_types[] = {
	[KBPF_PERF_EVENT_UPROBE]		= "uprobe",
	[KBPF_PERF_EVENT_URETPROBE]		= "uretprobe",
	[KBPF_PERF_EVENT_KPROBE]		= "kprobe",
	[KBPF_PERF_EVENT_KRETPROBE]		= "kretprobe",
	[KBPF_PERF_EVENT_TRACEPOINT]		= "tracepoint",
	[KBPF_PERF_EVENT_EVENT]			= "event",
};

static const char *name(const char *const *names, size_t count, __u32 number)
{
	static char unknown[24];

	if (number < count && names[number])
		return names[number];
	snprintf(unknown, sizeof(unknown), "type %u", number);
	return unknown;
}

#define NAME(table, number) name(table, sizeof(table) / sizeof((table)[0]), number)

const char *cli_prog_type(__u32 type)
{
	return NAME(prog_types, type);
}

const char *cli_map_type(__u32 type)
{
	return NAME(map_types, type);
}

const char *cli_link_type(__u32 type)
{
	return NAME(link_types, type);
}

const char *cli_perf_event_type(__u32 type)
{
	return NAME(perf_event_types, type);
}

const char *cli_errno_name(int err)
{
	const char *known = strerrorname_np(err);

	return known ? known : "unknown error";
}
