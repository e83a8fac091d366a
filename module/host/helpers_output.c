// SPDX-License-Identifier: GPL-2.0
/* Helpers that hand data to userspace through rings. */
#include <linux/errno.h>
#include <linux/smp.h>
#include "helpers.h"
#include "maps/map.h"
#include "ring.h"

u64 kbpf_helper_perf_event_output(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_map *map = kbpf_reg_ptr(r2);
	u64 index = r3 & KBPF_F_INDEX_MASK;
	struct kbpf_object *ring;

	if (r3 & ~KBPF_F_INDEX_MASK)
		return -EINVAL;
	if (index == KBPF_F_CURRENT_CPU)
		index = smp_processor_id();
	if (index >= map->desc.max_entries)
		return -E2BIG;
	ring = kbpf_perf_array_get(map, index);
	if (!ring)
		return -ENOENT;
	return kbpf_ring_output(ring, kbpf_reg_ptr(r4), r5);
}

u64 kbpf_helper_ringbuf_output(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return kbpf_ringbuf_output(kbpf_reg_ptr(r1), kbpf_reg_ptr(r2), r3, r4);
}

u64 kbpf_helper_ringbuf_reserve(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	if (r3)
		return 0;
	return (unsigned long)kbpf_ringbuf_reserve(kbpf_reg_ptr(r1), r2);
}

u64 kbpf_helper_ringbuf_submit(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	kbpf_ringbuf_submit(kbpf_reg_ptr(r1), r2);
	return 0;
}

u64 kbpf_helper_ringbuf_discard(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	kbpf_ringbuf_discard(kbpf_reg_ptr(r1), r2);
	return 0;
}

u64 kbpf_helper_ringbuf_query(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return kbpf_ringbuf_query(kbpf_reg_ptr(r1), r2);
}
