// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Perf rings: the buffer that perf_event_output writes to, in the layout of
 * perf_event_open(2). The reader is the program that mapped it; it may write
 * any nonsense into the control page, so positions are kept here and what it
 * says about its own is only ever taken modulo the size.
 */
#include <linux/perf_event.h>

#include "maps/map.h"
#include "world.h"

#define MAX_SAMPLE	65000	/* a record's size is 16 bits */

/**
 * struct ring - a perf ring
 * @obj: object header
 * @lock: guards all below
 * @cpu: whose samples
 * @enabled: samples are taken
 * @wakeup_events: samples until the reader is woken; 0: when half of it is full
 * @memory: control page and data, NULL until it is mapped
 * @data_size: bytes of data, a power of two
 * @head: bytes written
 * @lost: samples that did not fit since the last one that did
 * @unseen: samples since the reader was woken
 * @woken_at: @head at that time
 * @waker: doorbell
 */
struct ring {
	struct kbpf_object obj;
	pthread_mutex_t lock;
	int cpu;
	bool enabled;
	u32 wakeup_events;
	void *memory;
	u64 data_size;
	u64 head;
	u64 lost;
	u32 unseen;
	u64 woken_at;
	struct kbpf_waker waker;
};

static struct ring *to_ring(struct kbpf_object *obj)
{
	return container_of(obj, struct ring, obj);
}

static void free_ring(struct kbpf_object *obj)
{
	struct ring *ring = to_ring(obj);

	/* a program may have found it in a perf-event array */
	synchronize_rcu();
	kbpf_waker_exit(&ring->waker);
	kbpf_shm_free(ring->memory);
	pthread_mutex_destroy(&ring->lock);
	kfree(ring);
}

static const struct kbpf_object_ops ring_ops = { .free = free_ring };

struct kbpf_object *kbpf_ring_create(const struct perf_event_attr *attr, int cpu)
{
	struct ring *ring;

	if (cpu < 0 || !cpu_possible(cpu))
		return ERR_PTR(-EINVAL);
	ring = kzalloc(sizeof(*ring), GFP_KERNEL);
	if (!ring)
		return ERR_PTR(-ENOMEM);
	ring->cpu = cpu;
	ring->enabled = !attr->disabled;
	ring->wakeup_events = attr->wakeup_events;
	pthread_mutex_init(&ring->lock, NULL);
	kbpf_waker_init(&ring->waker);
	kbpf_object_init(&ring->obj, KBPF_KIND_RING, &ring_ops);
	return &ring->obj;
}

struct kbpf_waker *kbpf_ring_waker(struct kbpf_object *obj)
{
	return &to_ring(obj)->waker;
}

int kbpf_ring_enable(struct kbpf_object *obj, bool on)
{
	struct ring *ring = to_ring(obj);

	pthread_mutex_lock(&ring->lock);
	ring->enabled = on;
	pthread_mutex_unlock(&ring->lock);
	return 0;
}

int kbpf_ring_memory(struct kbpf_object *obj, u64 pgoff, size_t size, void **addr)
{
	struct ring *ring = to_ring(obj);
	u64 data = size - PAGE_SIZE;
	int err = 0;

	if (pgoff || size <= PAGE_SIZE || !is_power_of_2(data))
		return -EINVAL;
	pthread_mutex_lock(&ring->lock);
	if (!ring->memory) {
		struct perf_event_mmap_page *page = kbpf_shm_alloc(size, NUMA_NO_NODE);

		if (page) {
			page->version = 0;
			page->data_offset = PAGE_SIZE;
			page->data_size = data;
			ring->data_size = data;
			ring->memory = page;
		} else {
			err = -ENOMEM;
		}
	} else if (ring->data_size != data) {
		err = -EINVAL;
	}
	*addr = ring->memory;
	pthread_mutex_unlock(&ring->lock);
	return err;
}

/* Bytes that the reader has not said it is done with; all, if it talks nonsense. */
static u64 in_use(const struct ring *ring)
{
	const struct perf_event_mmap_page *page = ring->memory;
	u64 tail = __atomic_load_n(&page->data_tail, __ATOMIC_ACQUIRE);

	return min(ring->head - tail, ring->data_size);
}

bool kbpf_ring_readable(struct kbpf_object *obj)
{
	struct ring *ring = to_ring(obj);
	bool some;

	pthread_mutex_lock(&ring->lock);
	some = ring->memory && in_use(ring);
	pthread_mutex_unlock(&ring->lock);
	return some;
}

static void put(struct ring *ring, const void *src, u64 size)
{
	char *data = (char *)ring->memory + PAGE_SIZE;
	u64 at = ring->head & (ring->data_size - 1);
	u64 first = min(size, ring->data_size - at);

	memcpy(data + at, src, first);
	memcpy(data, (const char *)src + first, size - first);
	ring->head += size;
}

static void put_lost(struct ring *ring)
{
	struct {
		struct perf_event_header header;
		u64 id;
		u64 lost;
	} record = {
		.header = { .type = PERF_RECORD_LOST, .size = sizeof(record) },
		.lost = ring->lost,
	};

	put(ring, &record, sizeof(record));
	ring->lost = 0;
}

static void put_sample(struct ring *ring, const void *data, u32 size, u32 total)
{
	struct perf_event_header header = { .type = PERF_RECORD_SAMPLE, .size = total };
	static const char zero[8];
	u32 raw = total - sizeof(header) - sizeof(u32);

	put(ring, &header, sizeof(header));
	put(ring, &raw, sizeof(raw));
	put(ring, data, size);
	put(ring, zero, raw - size);
}

static bool time_to_wake(struct ring *ring)
{
	ring->unseen++;
	if (ring->wakeup_events ? ring->unseen < ring->wakeup_events :
				  ring->head - ring->woken_at < ring->data_size / 2)
		return false;
	ring->unseen = 0;
	ring->woken_at = ring->head;
	return true;
}

long kbpf_ring_output(struct kbpf_object *obj, const void *data, u64 size)
{
	struct ring *ring = to_ring(obj);
	u64 total, need;
	bool wake = false;
	long ret = 0;

	if (ring->cpu != (int)smp_processor_id())
		return -EOPNOTSUPP;
	if (size > MAX_SAMPLE)
		return -E2BIG;
	total = round_up(sizeof(struct perf_event_header) + sizeof(u32) + size, 8ULL);
	pthread_mutex_lock(&ring->lock);
	need = total + (ring->lost ? 24 : 0);
	if (!ring->enabled || !ring->memory) {
		/* as perf: an event that is off takes the sample and forgets it */
	} else if (ring->data_size - in_use(ring) < need) {
		ring->lost++;
		ret = -ENOSPC;
	} else {
		struct perf_event_mmap_page *page = ring->memory;

		if (ring->lost)
			put_lost(ring);
		put_sample(ring, data, size, total);
		__atomic_store_n(&page->data_head, ring->head, __ATOMIC_RELEASE);
		wake = time_to_wake(ring);
	}
	pthread_mutex_unlock(&ring->lock);
	if (wake)
		kbpf_wake(&ring->waker);
	return ret;
}
