// SPDX-License-Identifier: (GPL-2.0 OR LGPL-2.1 OR BSD-2-Clause)
/*
 * Programs in the contexts that are hardest on maps: interrupts, the allocator, the
 * scheduler, mutexes. Each run does one of the operations there are, and counts what
 * came of it, by atomic additions: a run may interrupt another.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "stress.h"

char _license[] SEC("license") = "GPL";

#define MAP(name, kind, key_t, value_t, n, flags) \
struct { \
	__uint(type, BPF_MAP_TYPE_##kind); \
	__uint(max_entries, n); \
	__uint(map_flags, flags); \
	__type(key, key_t); \
	__type(value, value_t); \
} name SEC(".maps")
#define RING(name, n) \
struct { \
	__uint(type, BPF_MAP_TYPE_RINGBUF); \
	__uint(max_entries, n); \
} name SEC(".maps")

struct prefix {
	__u32 bits;
	__u32 addr;
};

MAP(counts, PERCPU_ARRAY, __u32, __u64, COUNTS, 0);
MAP(hash, HASH, __u32, __u64, KEYS - 100, BPF_F_NO_PREALLOC);	/* not all fit */
MAP(sums, PERCPU_HASH, __u32, __u64, SUMS, 0);
MAP(lru, LRU_HASH, __u32, __u64, 256, 0);
MAP(prefixes, LPM_TRIE, struct prefix, __u64, 512, BPF_F_NO_PREALLOC);
MAP(mapped, ARRAY, __u32, __u64, 512, BPF_F_MMAPABLE);
MAP(perf, PERF_EVENT_ARRAY, __u32, __u32, 0, 0);
RING(ring, 64 << 10);
RING(scribbled, 4096);	/* somebody writes whatever to its positions */

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 256);
	__type(value, __u64);
} queue SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__uint(value_size, 64 * 8);
} stacks SEC(".maps");

/* Inner maps come and go. */
struct inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 8);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps");

bool stop;
__u64 seq;

static __always_inline void count(__u32 what)
{
	__u64 *n = bpf_map_lookup_elem(&counts, &what);

	if (n)
		__sync_fetch_and_add(n, 1);
}

static __noinline int change_hash(__u32 dice)
{
	__u32 key = dice % KEYS;
	__u64 value = dice;
	long err;

	if (dice & 0x10000) {
		if (!bpf_map_delete_elem(&hash, &key))
			count(DELETED);
		return 0;
	}
	err = bpf_map_update_elem(&hash, &key, &value, BPF_NOEXIST);
	if (!err)
		count(INSERTED);
	else if (err != -17)
		count(REFUSED);
	else
		bpf_map_update_elem(&hash, &key, &value, BPF_EXIST);
	return 0;
}

static __noinline int add_sum(__u32 dice)
{
	__u32 key = dice % SUMS;
	__u64 *sum = bpf_map_lookup_elem(&sums, &key);

	if (sum) {
		__sync_fetch_and_add(sum, 1);
		count(ADDED);
	}
	return 0;
}

static __noinline int change_queue(__u32 dice)
{
	__u64 value = dice;

	if (dice & 0x10000) {
		if (!bpf_map_push_elem(&queue, &value, 0))
			count(PUSHED);
	} else if (!bpf_map_pop_elem(&queue, &value)) {
		count(POPPED);
	}
	return 0;
}

static __noinline int change_others(__u32 dice)
{
	struct prefix prefix = { 8 + dice % 25, dice };
	__u64 value = dice, *v;
	__u32 key = dice % 500;
	void *inner;

	bpf_map_update_elem(&lru, &key, &value, BPF_ANY);
	if (dice & 0x10000)
		bpf_map_update_elem(&prefixes, &prefix, &value, BPF_ANY);
	else if (dice & 0x20000)
		bpf_map_delete_elem(&prefixes, &prefix);
	else
		bpf_map_lookup_elem(&prefixes, &prefix);
	v = bpf_map_lookup_elem(&mapped, &key);
	if (v)
		__sync_fetch_and_add(v, 1);
	key = dice % 8;
	inner = bpf_map_lookup_elem(&outer, &key);
	if (inner)
		bpf_map_update_elem(inner, &key, &value, BPF_ANY);
	return 0;
}

static __noinline int write_record(__u32 dice)
{
	struct record *rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);

	if (!rec) {
		count(DROPPED);
		return 0;
	}
	rec->seq = __sync_fetch_and_add(&seq, 1);
	rec->check = ~rec->seq;
	if (dice & 0x10000) {
		count(WRITTEN);
		bpf_ringbuf_submit(rec, 0);
	} else {
		count(DISCARDED);
		bpf_ringbuf_discard(rec, 0);
	}
	return 0;
}

static __noinline int write_scribbled(__u32 dice)
{
	struct record rec = { dice, ~(__u64)dice };

	bpf_ringbuf_output(&scribbled, &rec, sizeof(rec), 0);
	return 0;
}

static __always_inline int work(void *ctx)
{
	__u32 dice = bpf_get_prandom_u32();
	struct record rec = { dice, ~(__u64)dice };

	if (stop)
		return 0;
	count(RUNS);
	switch (dice >> 29) {
	case 0:
	case 1:
		change_hash(dice);
		break;
	case 2:
		add_sum(dice);
		break;
	case 3:
		change_queue(dice);
		break;
	case 4:
		change_others(dice);
		break;
	case 5:
		write_record(dice);
		break;
	case 6:
		write_scribbled(dice);
		bpf_get_stackid(ctx, &stacks, dice & 1 ? BPF_F_REUSE_STACKID : 0);
		break;
	default:
		count(bpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, &rec, sizeof(rec)) ?
		      LOST : OUTPUT);
	}
	return 0;
}

SEC("perf_event")
int on_tick(void *ctx)
{
	return work(ctx);
}

SEC("kprobe")
int on_alloc(void *ctx)
{
	return work(ctx);
}

SEC("kprobe")
int on_schedule(void *ctx)
{
	return work(ctx);
}

SEC("kprobe")
int on_mutex(void *ctx)
{
	return work(ctx);
}

SEC("kprobe")
int on_open(void *ctx)
{
	return work(ctx);
}
