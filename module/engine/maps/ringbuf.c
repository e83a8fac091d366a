// SPDX-License-Identifier: GPL-2.0
/*
 * RINGBUF, in Linux's layout. The memory is, in pages: one that only this file
 * sees, with the way back to the ring; the consumer's, which clients map writable
 * and which nothing here believes; the producer's; the data; the data again.
 *
 * A map has one ring, on whose lock all producers meet, as Linux's has; or, with
 * KBPF_F_RB_PERCPU, one for each CPU, where no other CPU's producers come. Each of
 * those is a ring in Linux's layout, mapped one behind the other; so the order of a
 * CPU's records is kept. With KBPF_F_RB_ORDERED each record has a time behind it,
 * by which a reader puts the records of all CPUs in one order (libkbpf does). Pieces
 * of one ring for each CPU would show a reader the holes between them: positions
 * that are ahead of what is written, and records that wait behind a piece's end.
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
 * struct ring - where records are written
 * @owner: the map
 * @base: the memory
 * @consumer: the client's position
 * @producer: ours, as clients see it
 * @counts: behind it in the same page; under @lock
 * @data: first sight of the data
 * @mask: bytes of data - 1
 * @trailer: bytes behind the data of a record: its time, or none
 * @lock: protects reserving
 * @pending: position of the oldest record not yet committed; under @lock
 * @last: the last record's time; under @lock
 */
struct ring {
	struct kbpf_ringbuf *owner;
	void *base;
	u64 *consumer;
	u64 *producer;
	struct kbpf_ringbuf_counts *counts;
	u8 *data;
	u64 mask;
	u32 trailer;
	raw_spinlock_t lock ____cacheline_aligned;
	u64 pending;
	u64 last;
};

/**
 * struct kbpf_ringbuf - a ring buffer
 * @map: what all maps begin with
 * @waker: of those who poll
 * @percpu: each CPU's ring, or NULL
 * @one: everybody's, where they have no own
 */
struct kbpf_ringbuf {
	struct kbpf_map map;
	struct kbpf_waker waker;
	struct ring **percpu;
	struct ring one;
};

static struct kbpf_ringbuf *to_rings(struct kbpf_map *map)
{
	return container_of(map, struct kbpf_ringbuf, map);
}

/* The ring to write to here; a task that moves away keeps to it. */
static __always_inline struct ring *ring_here(struct kbpf_ringbuf *rb)
{
	return likely(!rb->percpu) ? &rb->one : rb->percpu[raw_smp_processor_id()];
}

/* A CPU's ring, or NULL; without own ones CPU 0 has everybody's. */
static struct ring *ring_of_cpu(struct kbpf_ringbuf *rb, u64 cpu)
{
	if (!rb->percpu)
		return cpu ? NULL : &rb->one;
	return cpu < nr_cpu_ids ? rb->percpu[cpu] : NULL;
}

static u64 consumer_read(const struct ring *rb)
{
	/* Pairs with the client's release: it has read what is before. */
	return smp_load_acquire(rb->consumer);
}

static u64 producer_read(const struct ring *rb)
{
	/* Pairs with reserve_locked(). */
	return smp_load_acquire(rb->producer);
}

static struct rec_hdr *hdr_at(const struct ring *rb, u64 pos)
{
	return (void *)rb->data + (pos & rb->mask);
}

/* The ring that a record is of: its header counts pages back to our page. */
static struct ring *ring_of(const struct rec_hdr *hdr)
{
	unsigned long page = (unsigned long)hdr & PAGE_MASK;

	return *(struct ring **)(page - ((unsigned long)hdr->pg_off << PAGE_SHIFT));
}

/* Bytes that a record of @len takes. */
static u64 rec_space(const struct ring *rb, u32 len)
{
	return round_up((u64)len + REC_HDR, 8) + rb->trailer;
}

/* Under the lock: pass the records that were committed since. */
static void advance_pending(struct ring *rb, u64 producer)
{
	u32 len;

	while (rb->pending < producer) {
		/* Pairs with the exchange in commit(). */
		len = smp_load_acquire(&hdr_at(rb, rb->pending)->len);
		if (len & REC_BUSY)
			break;
		rb->pending += rec_space(rb, len & ~REC_DISCARD);
	}
}

/* Is there room up to @end? Positions never come to be a whole ring apart, as in Linux. */
static bool has_room(struct ring *rb, u64 pos, u64 end)
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

/*
 * Under the lock. The time is read when the record can be seen: a reader that reads the
 * clock and then the position, and does not see it, knows that its time is later.
 */
static void stamp(struct ring *rb, struct rec_hdr *hdr, u32 size)
{
	/* Pairs with the reader's, between clock and position. */
	smp_mb();
	rb->last = max(ktime_get_mono_fast_ns(), rb->last);
	*(u64 *)((void *)hdr + REC_HDR + round_up(size, 8)) = rb->last;
}

/* Under the lock. */
static struct rec_hdr *reserve_locked(struct ring *rb, u32 size, u64 space)
{
	u64 pos = READ_ONCE(*rb->producer), end = pos + space;
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
	if (unlikely(rb->trailer))
		stamp(rb, hdr, size);
	return hdr;
}

void *kbpf_ringbuf_reserve(struct kbpf_map *map, u64 size)
{
	struct ring *rb = ring_here(to_rings(map));
	u64 space = rec_space(rb, size);
	struct rec_hdr *hdr;
	unsigned long flags;

	if (unlikely(size > MAX_RECORD || space > rb->mask + 1)) {
		kbpf_map_count(map, refused_full);
		return NULL;
	}
	if (unlikely(!kbpf_map_lock(&rb->lock, &flags))) {
		kbpf_map_count(map, refused_busy);
		return NULL;
	}
	hdr = reserve_locked(rb, size, space);
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
static __always_inline void commit(void *record, u64 flags, u32 discard)
{
	struct rec_hdr *hdr = record - REC_HDR;
	struct ring *rb = ring_of(hdr);
	u64 at = (unsigned long)hdr - (unsigned long)rb->data;
	u32 len = (READ_ONCE(hdr->len) & ~REC_BUSY) | discard;

	if (discard)
		kbpf_map_count(&rb->owner->map, discarded);
	else
		kbpf_map_count(&rb->owner->map, written);
	/* All of the record is there before it is not busy; full barrier before the read. */
	xchg(&hdr->len, len);
	if (flags & FORCE_WAKEUP)
		kbpf_wake(&rb->owner->waker);
	else if ((consumer_read(rb) & rb->mask) == (at & rb->mask) &&
		 !(flags & NO_WAKEUP))
		kbpf_wake(&rb->owner->waker);
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

static u64 available(const struct ring *rb)
{
	u64 consumer = consumer_read(rb);

	return producer_read(rb) - consumer;
}

/* Of the ring that would be written to here. */
u64 kbpf_ringbuf_query(struct kbpf_map *map, u64 what)
{
	struct ring *rb = ring_here(to_rings(map));

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
	return &to_rings(map)->waker;
}

static u32 ringbuf_poll(struct kbpf_map *map)
{
	struct ring *ring;
	u32 cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		ring = ring_of_cpu(to_rings(map), cpu);
		if (ring && available(ring))
			return EPOLLIN | EPOLLRDNORM;
	}
	return 0;
}

static u64 ringbuf_high_water(struct kbpf_map *map)
{
	struct ring *ring;
	u64 high = 0;
	u32 cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		ring = ring_of_cpu(to_rings(map), cpu);
		if (ring)
			high = max(high, READ_ONCE(ring->counts->high_water));
	}
	return high;
}

/* Rings one behind the other. Only a consumer's page, by itself, is writable. */
static int ringbuf_mmap(struct kbpf_map *map, u64 pgoff, size_t size, struct kbpf_map_mem *mem)
{
	u64 pages = HEAD_PAGES - 1 + 2 * (map->desc.max_entries >> PAGE_SHIFT);
	struct ring *ring = ring_of_cpu(to_rings(map), pgoff / pages);

	pgoff %= pages;
	if (!ring || size > (pages - pgoff) << PAGE_SHIFT)
		return -EINVAL;
	mem->base = ring->base;
	mem->addr = (void *)ring->consumer + (pgoff << PAGE_SHIFT);
	mem->size = size;
	mem->writable = !pgoff && size == PAGE_SIZE;
	return 0;
}

static int ringbuf_check(const struct kbpf_map_create_attr *attr)
{
	if (attr->map_flags & ~(KBPF_F_NUMA_NODE | KBPF_F_RB_PERCPU | KBPF_F_RB_ORDERED))
		return -EINVAL;
	if ((attr->map_flags & KBPF_F_RB_ORDERED) && !(attr->map_flags & KBPF_F_RB_PERCPU))
		return -EINVAL;
	if (attr->key_size || attr->value_size || !is_power_of_2(attr->max_entries) ||
	    !PAGE_ALIGNED(attr->max_entries))
		return -EINVAL;
	return 0;
}

static void ringbuf_free(struct kbpf_map *map)
{
	struct kbpf_ringbuf *rb = to_rings(map);
	u32 cpu;

	kbpf_waker_exit(&rb->waker);
	kbpf_shm_free(rb->one.base);
	for (cpu = 0; rb->percpu && cpu < nr_cpu_ids; cpu++) {
		if (rb->percpu[cpu])
			kbpf_shm_free(rb->percpu[cpu]->base);
		kfree(rb->percpu[cpu]);
	}
	kfree(rb->percpu);
	kbpf_map_dealloc(map);
}

static int ring_init(struct kbpf_ringbuf *rb, struct ring *ring, int node)
{
	size_t size = rb->map.desc.max_entries;

	ring->base = kbpf_shm_alloc_ring(HEAD_PAGES * PAGE_SIZE, size, node);
	if (!ring->base)
		return -ENOMEM;
	*(struct ring **)ring->base = ring;
	ring->owner = rb;
	ring->consumer = ring->base + PAGE_SIZE;
	ring->producer = ring->base + 2 * PAGE_SIZE;
	ring->counts = (void *)ring->producer + KBPF_RINGBUF_COUNTS_OFF;
	ring->data = ring->base + HEAD_PAGES * PAGE_SIZE;
	ring->mask = size - 1;
	ring->trailer = rb->map.desc.flags & KBPF_F_RB_ORDERED ? sizeof(u64) : 0;
	raw_spin_lock_init(&ring->lock);
	atomic64_add(HEAD_PAGES * PAGE_SIZE + size, &rb->map.memory);
	return 0;
}

/* Each CPU's ring is where that CPU is, unless the client knows better. */
static int percpu_init(struct kbpf_ringbuf *rb, int node)
{
	struct ring *ring;
	u32 cpu;
	int err;

	rb->percpu = kcalloc(nr_cpu_ids, sizeof(*rb->percpu), GFP_KERNEL_ACCOUNT);
	if (!rb->percpu)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		int at = node == NUMA_NO_NODE ? cpu_to_node(cpu) : node;

		ring = kzalloc_node(sizeof(*ring), GFP_KERNEL_ACCOUNT, at);
		if (!ring)
			return -ENOMEM;
		rb->percpu[cpu] = ring;
		err = ring_init(rb, ring, at);
		if (err)
			return err;
		atomic64_add(sizeof(*ring) + sizeof(ring), &rb->map.memory);
	}
	return 0;
}

static struct kbpf_map *ringbuf_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_ringbuf *rb = kbpf_map_alloc(attr, sizeof(*rb));
	int node = kbpf_map_node(attr), err;

	if (!rb)
		return ERR_PTR(-ENOMEM);
	kbpf_waker_init(&rb->waker);
	if (attr->map_flags & KBPF_F_RB_PERCPU)
		err = percpu_init(rb, node);
	else
		err = ring_init(rb, &rb->one, node);
	if (err) {
		ringbuf_free(&rb->map);
		return ERR_PTR(err);
	}
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
