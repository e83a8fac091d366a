// SPDX-License-Identifier: GPL-2.0
/*
 * RINGBUF, in Linux's layout. The memory is, in pages: one that only this file
 * sees, with the way back to the map; the consumer's, which clients map writable
 * and which nothing here believes; the producer's; the data; the data again.
 *
 * Positions are 64-bit byte counts that never wrap. Space is free when both the
 * consumer's position and @pending say so. @pending is ours: it passes a record
 * only once that is committed, so that whatever a client writes into the
 * consumer's page, a reservation never overlaps a record still being written.
 */
#include "maps/types.h"
#include "maps/lock.h"
#include "maps/value.h"

#define REC_BUSY	(1U << 31)
#define REC_DISCARD	(1U << 30)
#define REC_HDR		8U
#define MAX_RECORD	(U32_MAX / 4)
#define HEAD_PAGES	3		/* ours, the consumer's, the producer's */

#define NO_WAKEUP	(1ULL << 0)
#define FORCE_WAKEUP	(1ULL << 1)

/* What kbpf_ringbuf_query() can say. */
enum {
	QUERY_AVAIL,
	QUERY_SIZE,
	QUERY_CONSUMER,
	QUERY_PRODUCER,
};

/**
 * struct rec_hdr - what stands before a record
 * @len: bytes of the record, with REC_BUSY and REC_DISCARD
 * @pg_off: pages from the start of the ring's memory to the header's page
 */
struct rec_hdr {
	u32 len;
	u32 pg_off;
};

/**
 * struct kbpf_ringbuf - a ring buffer
 * @map: what all maps begin with
 * @waker: of those who poll
 * @base: the memory
 * @consumer: the client's position
 * @producer: ours, as clients see it
 * @counts: behind it in the same page; under @lock
 * @data: first sight of the data
 * @mask: bytes of data - 1
 * @lock: protects reserving
 * @pending: position of the oldest record not yet committed; under @lock
 */
struct kbpf_ringbuf {
	struct kbpf_map map;
	struct kbpf_waker waker;
	void *base;
	u64 *consumer;
	u64 *producer;
	struct kbpf_ringbuf_counts *counts;
	u8 *data;
	u64 mask;
	raw_spinlock_t lock ____cacheline_aligned;
	u64 pending;
};

static struct kbpf_ringbuf *to_ring(struct kbpf_map *map)
{
	return container_of(map, struct kbpf_ringbuf, map);
}

static u64 consumer_read(const struct kbpf_ringbuf *rb)
{
	/* Pairs with the client's release: it has read what is before. */
	return smp_load_acquire(rb->consumer);
}

static u64 producer_read(const struct kbpf_ringbuf *rb)
{
	/* Pairs with reserve_locked(). */
	return smp_load_acquire(rb->producer);
}

static struct rec_hdr *hdr_at(const struct kbpf_ringbuf *rb, u64 pos)
{
	return (void *)rb->data + (pos & rb->mask);
}

/* The ring that a record is of: its header counts pages back to our page. */
static struct kbpf_ringbuf *ring_of(const struct rec_hdr *hdr)
{
	unsigned long page = (unsigned long)hdr & PAGE_MASK;

	return *(struct kbpf_ringbuf **)(page - ((unsigned long)hdr->pg_off << PAGE_SHIFT));
}

/* Bytes that a record of @len takes. */
static u64 rec_space(u32 len)
{
	return round_up((u64)len + REC_HDR, 8);
}

/* Under the lock: pass the records that were committed since. */
static void advance_pending(struct kbpf_ringbuf *rb, u64 producer)
{
	u32 len;

	while (rb->pending < producer) {
		/* Pairs with the exchange in commit(). */
		len = smp_load_acquire(&hdr_at(rb, rb->pending)->len);
		if (len & REC_BUSY)
			break;
		rb->pending += rec_space(len & ~REC_DISCARD);
	}
}

/* Is there room up to @end? Positions never come to be a whole ring apart, as in Linux. */
static bool has_room(struct kbpf_ringbuf *rb, u64 pos, u64 end)
{
	u64 waiting = end - consumer_read(rb);

	if (waiting > rb->mask)
		return false;
	if (end - rb->pending > rb->mask) {
		advance_pending(rb, pos);
		if (end - rb->pending > rb->mask)
			return false;
	}
	if (waiting > rb->counts->high_water)
		WRITE_ONCE(rb->counts->high_water, waiting);
	return true;
}

/* Under the lock. */
static struct rec_hdr *reserve_locked(struct kbpf_ringbuf *rb, u32 size)
{
	u64 pos = READ_ONCE(*rb->producer), end = pos + rec_space(size);
	struct rec_hdr *hdr;

	if (!has_room(rb, pos, end)) {
		WRITE_ONCE(rb->counts->refused_full, rb->counts->refused_full + 1);
		return NULL;
	}
	hdr = hdr_at(rb, pos);
	WRITE_ONCE(hdr->len, size | REC_BUSY);
	hdr->pg_off = ((unsigned long)hdr - (unsigned long)rb->base) >> PAGE_SHIFT;
	/* The header is busy before a consumer may look at it. */
	smp_store_release(rb->producer, end);
	return hdr;
}

void *kbpf_ringbuf_reserve(struct kbpf_map *map, u64 size)
{
	struct kbpf_ringbuf *rb = to_ring(map);
	struct rec_hdr *hdr;
	unsigned long flags;

	if (unlikely(size > MAX_RECORD || rec_space(size) > rb->mask + 1)) {
		kbpf_map_count(map, refused_full);
		return NULL;
	}
	if (unlikely(!kbpf_map_lock(&rb->lock, &flags))) {
		kbpf_map_count(map, refused_busy);
		return NULL;
	}
	hdr = reserve_locked(rb, size);
	kbpf_map_unlock(&rb->lock, flags);
	if (unlikely(!hdr)) {
		kbpf_map_count(map, refused_full);
		return NULL;
	}
	return (void *)hdr + REC_HDR;
}

/*
 * A consumer that has read all there was sleeps before this record; any other
 * will come across it by itself.
 */
static void commit(void *record, u64 flags, u32 discard)
{
	struct rec_hdr *hdr = record - REC_HDR;
	struct kbpf_ringbuf *rb = ring_of(hdr);
	u64 at = (unsigned long)hdr - (unsigned long)rb->data;
	u32 len = (READ_ONCE(hdr->len) & ~REC_BUSY) | discard;

	if (discard)
		kbpf_map_count(&rb->map, discarded);
	else
		kbpf_map_count(&rb->map, written);
	/* All of the record is there before it is not busy; full barrier before the read. */
	xchg(&hdr->len, len);
	if (flags & FORCE_WAKEUP)
		kbpf_wake(&rb->waker);
	else if ((consumer_read(rb) & rb->mask) == (at & rb->mask) &&
		 !(flags & NO_WAKEUP))
		kbpf_wake(&rb->waker);
}

void kbpf_ringbuf_submit(void *record, u64 flags)
{
	commit(record, flags, 0);
}

void kbpf_ringbuf_discard(void *record, u64 flags)
{
	commit(record, flags, REC_DISCARD);
}

long kbpf_ringbuf_output(struct kbpf_map *map, const void *data, u64 size, u64 flags)
{
	void *record;

	if (unlikely(flags & ~(NO_WAKEUP | FORCE_WAKEUP)))
		return -EINVAL;
	record = kbpf_ringbuf_reserve(map, size);
	if (!record)
		return -EAGAIN;
	memcpy(record, data, size);
	commit(record, flags, 0);
	return 0;
}

static u64 available(const struct kbpf_ringbuf *rb)
{
	u64 consumer = consumer_read(rb);

	return producer_read(rb) - consumer;
}

u64 kbpf_ringbuf_query(struct kbpf_map *map, u64 what)
{
	struct kbpf_ringbuf *rb = to_ring(map);

	switch (what) {
	case QUERY_AVAIL:
		return available(rb);
	case QUERY_SIZE:
		return rb->mask + 1;
	case QUERY_CONSUMER:
		return consumer_read(rb);
	case QUERY_PRODUCER:
		return producer_read(rb);
	default:
		return 0;
	}
}

static struct kbpf_waker *ringbuf_waker(struct kbpf_map *map)
{
	return &to_ring(map)->waker;
}

static u32 ringbuf_poll(struct kbpf_map *map)
{
	return available(to_ring(map)) ? EPOLLIN | EPOLLRDNORM : 0;
}

static u64 ringbuf_high_water(struct kbpf_map *map)
{
	return READ_ONCE(to_ring(map)->counts->high_water);
}

/* Only the consumer's page, by itself, is writable. */
static int ringbuf_mmap(struct kbpf_map *map, u64 pgoff, size_t size, struct kbpf_map_mem *mem)
{
	struct kbpf_ringbuf *rb = to_ring(map);
	u64 pages = HEAD_PAGES - 1 + 2 * ((rb->mask + 1) >> PAGE_SHIFT);

	if (pgoff > pages || size > (pages - pgoff) << PAGE_SHIFT)
		return -EINVAL;
	mem->base = rb->base;
	mem->addr = (void *)rb->consumer + (pgoff << PAGE_SHIFT);
	mem->size = size;
	mem->writable = !pgoff && size == PAGE_SIZE;
	return 0;
}

static int ringbuf_check(const struct kbpf_map_create_attr *attr)
{
	if (attr->map_flags & ~KBPF_F_NUMA_NODE)
		return -EINVAL;
	if (attr->key_size || attr->value_size || !is_power_of_2(attr->max_entries) ||
	    !PAGE_ALIGNED(attr->max_entries))
		return -EINVAL;
	return 0;
}

static void ringbuf_free(struct kbpf_map *map)
{
	kbpf_waker_exit(&to_ring(map)->waker);
	kbpf_shm_free(to_ring(map)->base);
	kbpf_map_dealloc(map);
}

static struct kbpf_map *ringbuf_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_ringbuf *rb = kbpf_map_alloc(attr, sizeof(*rb));

	if (!rb)
		return ERR_PTR(-ENOMEM);
	rb->base = kbpf_shm_alloc_ring(HEAD_PAGES * PAGE_SIZE, attr->max_entries,
				       kbpf_map_node(attr));
	if (!rb->base) {
		kbpf_map_dealloc(&rb->map);
		return ERR_PTR(-ENOMEM);
	}
	*(struct kbpf_ringbuf **)rb->base = rb;
	rb->consumer = rb->base + PAGE_SIZE;
	rb->producer = rb->base + 2 * PAGE_SIZE;
	rb->counts = (void *)rb->producer + KBPF_RINGBUF_COUNTS_OFF;
	rb->data = rb->base + HEAD_PAGES * PAGE_SIZE;
	rb->mask = attr->max_entries - 1;
	raw_spin_lock_init(&rb->lock);
	atomic64_add(HEAD_PAGES * PAGE_SIZE + attr->max_entries, &rb->map.memory);
	kbpf_waker_init(&rb->waker);
	return &rb->map;
}

const struct kbpf_map_ops kbpf_ringbuf_ops = {
	.check = ringbuf_check,
	.create = ringbuf_create,
	.free = ringbuf_free,
	.mmap = ringbuf_mmap,
	.poll = ringbuf_poll,
	.waker = ringbuf_waker,
	.high_water = ringbuf_high_water,
};
