// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Each program does one operation on one map OPS times over, and says in
 * nanoseconds how long it took. Run by maps.c, which fills the maps.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "maps.h"

char _license[] SEC("license") = "GPL";

__u64 elapsed;	/* of the last run */
__u32 done;	/* operations that did what they should */
__u32 step;	/* from one key to the next */
__u32 first;	/* the first key */

static char bytes[256];

/* Does @op, which says whether it worked, with i from 0 to OPS - 1. */
#define PROGRAM(name, op) HOOKED("raw_tp", name, op)
#define HOOKED(hook, name, op) \
SEC(hook) int name(void *ctx) \
{ \
	__u64 start = bpf_ktime_get_ns(); \
	__u32 n = 0; \
\
	for (__u32 i = 0; i < OPS; i++) \
		n += (op); \
	elapsed = bpf_ktime_get_ns() - start; \
	done = n; \
	return 0; \
}

#define KEY(size) \
struct key##size { \
	__u32 n; \
	__u32 rest[(size) / 4 - 1]; \
}
KEY(4);
KEY(8);
KEY(16);
KEY(64);

#define MAP(name, kind, key_t, value_t, entries, flags) \
struct { \
	__uint(type, BPF_MAP_TYPE_##kind); \
	__uint(max_entries, entries); \
	__uint(map_flags, flags); \
	__type(key, key_t); \
	__type(value, value_t); \
} name SEC(".maps");

#define OPERATIONS(map, key_t, make_key) \
static __always_inline int map##_do_lookup(__u32 i) \
{ \
	key_t key = make_key; \
	__u64 *v = bpf_map_lookup_elem(&map, &key); \
\
	return v && *v == 1; \
} \
static __always_inline int map##_do_update(__u32 i, __u64 flags) \
{ \
	key_t key = make_key; \
	__u64 value = 1; \
\
	return !bpf_map_update_elem(&map, &key, &value, flags); \
} \
PROGRAM(map##_lookup, map##_do_lookup(i)) \
PROGRAM(map##_update, map##_do_update(i, BPF_ANY))
#define CHANGES(map, key_t, make_key) \
static __always_inline int map##_do_delete(__u32 i) \
{ \
	key_t key = make_key; \
\
	return !bpf_map_delete_elem(&map, &key); \
} \
PROGRAM(map##_delete, map##_do_delete(i)) \
PROGRAM(map##_insert, map##_do_update(i, BPF_NOEXIST))

#define NUMBERED(size) ((struct key##size){ .n = first + i * step })
#define HASHES(name, kind, size) \
MAP(name##size, kind, struct key##size, __u64, ENTRIES, 0) \
OPERATIONS(name##size, struct key##size, NUMBERED(size)) \
CHANGES(name##size, struct key##size, NUMBERED(size))

HASHES(hash, HASH, 4)
HASHES(hash, HASH, 8)
HASHES(hash, HASH, 16)
HASHES(hash, HASH, 64)
HASHES(percpu_hash, PERCPU_HASH, 4)
HASHES(percpu_hash, PERCPU_HASH, 8)
HASHES(percpu_hash, PERCPU_HASH, 16)
HASHES(percpu_hash, PERCPU_HASH, 64)

MAP(lru, LRU_HASH, struct key8, __u64, ENTRIES, 0)
OPERATIONS(lru, struct key8, NUMBERED(8))
CHANGES(lru, struct key8, NUMBERED(8))

MAP(array, ARRAY, __u32, __u64, ENTRIES, 0)
OPERATIONS(array, __u32, (first + i * step))
MAP(percpu_array, PERCPU_ARRAY, __u32, __u64, ENTRIES, 0)
OPERATIONS(percpu_array, __u32, (first + i * step))

/* Addresses: the index is the network, in network order. */
#define PREFIX ((struct prefix){ 32, __builtin_bswap32((first + i * step) << 8) })
MAP(lpm, LPM_TRIE, struct prefix, __u64, ENTRIES, BPF_F_NO_PREALLOC)
OPERATIONS(lpm, struct prefix, PREFIX)
CHANGES(lpm, struct prefix, PREFIX)

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, ENTRIES);
	__type(value, __u64);
} queue SEC(".maps");

static __always_inline int push(__u64 value)
{
	return !bpf_map_push_elem(&queue, &value, 0);
}

static __always_inline int pop(void)
{
	__u64 value;

	return !bpf_map_pop_elem(&queue, &value);
}

PROGRAM(queue_push, push(i))
PROGRAM(queue_pop, pop())

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} ringbuf SEC(".maps");

#define RECORDS(size) \
static __always_inline int reserve##size(void) \
{ \
	__u64 *rec = bpf_ringbuf_reserve(&ringbuf, size, 0); \
\
	if (!rec) \
		return 0; \
	*rec = size; \
	bpf_ringbuf_submit(rec, 0); \
	return 1; \
} \
PROGRAM(ringbuf_reserve_##size, reserve##size()) \
PROGRAM(ringbuf_output_##size, !bpf_ringbuf_output(&ringbuf, bytes, size, 0)) \
PROGRAM(perf_output_##size, !bpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, bytes, size))

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
} perf SEC(".maps");

RECORDS(16)
RECORDS(64)
RECORDS(256)

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__uint(value_size, 127 * 8);
} stacks SEC(".maps");

/* On a function: there the stack is the hook's, not that of a test run. */
HOOKED("kprobe", stackid, bpf_get_stackid(ctx, &stacks, 0) >= 0)
