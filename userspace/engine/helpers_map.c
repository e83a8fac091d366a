// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Helpers on maps, and loops over them: the map's own operations under the
 * numbers that programs call.
 */
#include <sched.h>

#include "helpers/proto.h"
#include "maps/map.h"
#include "prog.h"
#include "world.h"

#define MAX_LOOPS	(1U << 23)
#define MAX_KEY		512

static struct kbpf_map *to_map(u64 arg)
{
	return (struct kbpf_map *)arg;
}

static u64 map_lookup_elem(u64 map, u64 key, u64 r3, u64 r4, u64 r5)
{
	return (u64)to_map(map)->ops->lookup(to_map(map), (void *)key);
}

static u64 map_update_elem(u64 map, u64 key, u64 value, u64 flags, u64 r5)
{
	return to_map(map)->ops->update(to_map(map), (void *)key, (void *)value, flags);
}

static u64 map_delete_elem(u64 map, u64 key, u64 r3, u64 r4, u64 r5)
{
	return to_map(map)->ops->delete(to_map(map), (void *)key);
}

static u64 map_push_elem(u64 map, u64 value, u64 flags, u64 r4, u64 r5)
{
	return to_map(map)->ops->push(to_map(map), (void *)value, flags);
}

static u64 map_pop_elem(u64 map, u64 value, u64 r3, u64 r4, u64 r5)
{
	return to_map(map)->ops->pop(to_map(map), (void *)value);
}

static u64 map_peek_elem(u64 map, u64 value, u64 r3, u64 r4, u64 r5)
{
	return to_map(map)->ops->peek(to_map(map), (void *)value);
}

static u64 map_lookup_percpu_elem(u64 map, u64 key, u64 cpu, u64 r4, u64 r5)
{
	unsigned int before = smp_processor_id();
	void *value;

	if (!cpu_possible((u32)cpu))
		return 0;
	kbpf_port_set_cpu((u32)cpu);
	value = to_map(map)->ops->lookup(to_map(map), (void *)key);
	kbpf_port_set_cpu(before);
	return (u64)value;
}

static u64 map_for_each(u64 map_arg, u64 func_arg, u64 ctx, u64 flags, u64 r5)
{
	const struct kbpf_func *func = (void *)func_arg;
	struct kbpf_map *map = to_map(map_arg);
	u8 keys[2][MAX_KEY], *key = NULL;
	u64 seen = 0;
	void *value;

	if (flags || map->desc.key_size > MAX_KEY || !map->ops->next_key || !map->ops->lookup)
		return -EINVAL;
	while (!map->ops->next_key(map, key, keys[seen & 1])) {
		key = keys[seen & 1];
		value = map->ops->lookup(map, key);
		if (!value)
			break;
		seen++;
		if (func->call(func, map_arg, (u64)key, (u64)value, ctx, 0))
			break;
	}
	return seen;
}

static u64 loop(u64 count, u64 func_arg, u64 ctx, u64 flags, u64 r5)
{
	const struct kbpf_func *func = (void *)func_arg;
	u32 i;

	if (flags)
		return -EINVAL;
	if ((u32)count > MAX_LOOPS)
		return -E2BIG;
	for (i = 0; i < (u32)count; i++)
		if (func->call(func, i, ctx, 0, 0, 0))
			return i + 1;
	return i;
}

static u64 spin_lock_helper(u64 lock, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u32 free = 0;

	while (!__atomic_compare_exchange_n((u32 *)lock, &free, 1, false, __ATOMIC_ACQUIRE,
					    __ATOMIC_RELAXED)) {
		free = 0;
		sched_yield();
	}
	return 0;
}

static u64 spin_unlock_helper(u64 lock, u64 r2, u64 r3, u64 r4, u64 r5)
{
	__atomic_store_n((u32 *)lock, 0, __ATOMIC_RELEASE);
	return 0;
}

static u64 ringbuf_output(u64 map, u64 data, u64 size, u64 flags, u64 r5)
{
	return kbpf_ringbuf_output(to_map(map), (void *)data, size, flags);
}

static u64 ringbuf_reserve(u64 map, u64 size, u64 flags, u64 r4, u64 r5)
{
	return flags ? 0 : (u64)kbpf_ringbuf_reserve(to_map(map), size);
}

static u64 ringbuf_submit(u64 record, u64 flags, u64 r3, u64 r4, u64 r5)
{
	kbpf_ringbuf_submit((void *)record, flags);
	return 0;
}

static u64 ringbuf_discard(u64 record, u64 flags, u64 r3, u64 r4, u64 r5)
{
	kbpf_ringbuf_discard((void *)record, flags);
	return 0;
}

static u64 ringbuf_query(u64 map, u64 what, u64 r3, u64 r4, u64 r5)
{
	return kbpf_ringbuf_query(to_map(map), what);
}

const struct kbpf_helper_row kbpf_helpers_map[] = {
	{ KBPF_FUNC_map_lookup_elem, map_lookup_elem },
	{ KBPF_FUNC_map_update_elem, map_update_elem },
	{ KBPF_FUNC_map_delete_elem, map_delete_elem },
	{ KBPF_FUNC_map_push_elem, map_push_elem },
	{ KBPF_FUNC_map_pop_elem, map_pop_elem },
	{ KBPF_FUNC_map_peek_elem, map_peek_elem },
	{ KBPF_FUNC_map_lookup_percpu_elem, map_lookup_percpu_elem },
	{ KBPF_FUNC_for_each_map_elem, map_for_each },
	{ KBPF_FUNC_loop, loop },
	{ KBPF_FUNC_spin_lock, spin_lock_helper },
	{ KBPF_FUNC_spin_unlock, spin_unlock_helper },
	{ KBPF_FUNC_ringbuf_output, ringbuf_output },
	{ KBPF_FUNC_ringbuf_reserve, ringbuf_reserve },
	{ KBPF_FUNC_ringbuf_submit, ringbuf_submit },
	{ KBPF_FUNC_ringbuf_discard, ringbuf_discard },
	{ KBPF_FUNC_ringbuf_query, ringbuf_query },
	{ },
};
