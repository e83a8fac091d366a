// SPDX-License-Identifier: GPL-2.0
/*
 * USER_RINGBUF: a client produces, programs consume. In Linux's layout: the
 * consumer's page, which clients may only read, the producer's, the data, the
 * data again. All that the client writes may change at any time: each word is
 * read once and judged before it is used, and what is judged wrong ends the
 * drain with an error and moves nothing.
 */
#include "maps/dynptr.h"
#include "maps/helpers.h"
#include "maps/types.h"

#define REC_BUSY	(1U << 31)
#define REC_DISCARD	(1U << 30)
#define REC_HDR		8U
#define HEAD_PAGES	2		/* the consumer's, the producer's */
#define MAX_SAMPLES	(128U << 10)	/* of one drain */

#define NO_WAKEUP	(1ULL << 0)
#define FORCE_WAKEUP	(1ULL << 1)

/**
 * struct kbpf_user_ring - a user ring buffer
 * @map: what all maps begin with
 * @waker: of those who poll
 * @consumer: our position; its page is where the memory begins
 * @producer: the client's position
 * @data: first sight of the data
 * @mask: bytes of data - 1
 * @busy: a drain is under way
 */
struct kbpf_user_ring {
	struct kbpf_map map;
	struct kbpf_waker waker;
	u64 *consumer;
	u64 *producer;
	u8 *data;
	u64 mask;
	atomic_t busy;
};

static struct kbpf_user_ring *to_ring(struct kbpf_map *map)
{
	return container_of(map, struct kbpf_user_ring, map);
}

static u64 rec_space(u32 len)
{
	return round_up((u64)len + REC_HDR, 8);
}

/*
 * The next sample. 0; -ENODATA there is none; -EAGAIN there was one, discarded;
 * else what the client did wrong.
 */
static int peek(struct kbpf_user_ring *rb, struct kbpf_dynptr *sample)
{
	/* Pairs with the client's release: what is before is written. */
	u64 end = smp_load_acquire(rb->producer), pos = READ_ONCE(*rb->consumer);
	u32 word, len;

	if (end % 8)
		return -EINVAL;
	if (pos >= end)
		return -ENODATA;
	/* The same, of the record. */
	word = smp_load_acquire((u32 *)(rb->data + (pos & rb->mask)));
	len = word & ~(REC_BUSY | REC_DISCARD);
	if (rec_space(len) > end - pos)
		return -EINVAL;
	if (rec_space(len) > rb->mask + 1 || len > KBPF_DYNPTR_MAX_SIZE)
		return -E2BIG;
	if (word & REC_DISCARD) {
		/* We are done with it before the client may write there. */
		smp_store_release(rb->consumer, pos + rec_space(len));
		return -EAGAIN;
	}
	if (word & REC_BUSY)
		return -ENODATA;
	*sample = (struct kbpf_dynptr){
		.data = rb->data + ((pos + REC_HDR) & rb->mask), .size = len,
	};
	return 0;
}

/* Samples handed to @func, or -errno; @seen counts discarded ones too. */
static long drain(struct kbpf_user_ring *rb, const struct kbpf_func *func, u64 ctx, u32 *seen)
{
	struct kbpf_dynptr sample;
	bool stop = false;
	long used = 0;
	u32 len;
	int err;

	for (*seen = 0; *seen < MAX_SAMPLES && !stop; ++*seen) {
		err = peek(rb, &sample);
		if (err == -EAGAIN)
			continue;
		if (err)
			return err == -ENODATA ? used : err;
		len = sample.size;
		stop = func->call(func, (unsigned long)&sample, ctx, 0, 0, 0);
		/* The function has read it before the client may write there. */
		smp_store_release(rb->consumer, READ_ONCE(*rb->consumer) + rec_space(len));
		used++;
	}
	return used;
}

u64 kbpf_helper_user_ringbuf_drain(u64 map, u64 func, u64 ctx, u64 flags, u64 r5)
{
	struct kbpf_user_ring *rb = to_ring((void *)(unsigned long)map);
	u32 seen;
	long ret;

	if (flags & ~(NO_WAKEUP | FORCE_WAKEUP))
		return -EINVAL;
	if (atomic_cmpxchg(&rb->busy, 0, 1)) {
		kbpf_map_count(&rb->map, refused_busy);
		return -EBUSY;
	}
	ret = drain(rb, (void *)(unsigned long)func, ctx, &seen);
	/* The next one finds our position where we left it. */
	atomic_set_release(&rb->busy, 0);
	if ((flags & FORCE_WAKEUP) || (seen && !(flags & NO_WAKEUP)))
		kbpf_wake(&rb->waker);
	return ret;
}

static struct kbpf_waker *user_ring_waker(struct kbpf_map *map)
{
	return &to_ring(map)->waker;
}

static u32 user_ring_poll(struct kbpf_map *map)
{
	struct kbpf_user_ring *rb = to_ring(map);
	u64 used = READ_ONCE(*rb->producer) - READ_ONCE(*rb->consumer);

	return used < rb->mask + 1 ? EPOLLOUT | EPOLLWRNORM : 0;
}

/* All but our position is the client's. */
static int user_ring_mmap(struct kbpf_map *map, u64 pgoff, size_t size, struct kbpf_map_mem *mem)
{
	struct kbpf_user_ring *rb = to_ring(map);
	u64 pages = HEAD_PAGES + 2 * ((rb->mask + 1) >> PAGE_SHIFT);

	if (pgoff > pages || size > (pages - pgoff) << PAGE_SHIFT)
		return -EINVAL;
	mem->base = rb->consumer;
	mem->addr = (void *)rb->consumer + (pgoff << PAGE_SHIFT);
	mem->size = size;
	mem->writable = pgoff;
	return 0;
}

static int user_ring_check(const struct kbpf_map_create_attr *attr)
{
	if (attr->map_flags & ~KBPF_F_NUMA_NODE)
		return -EINVAL;
	if (attr->key_size || attr->value_size || !is_power_of_2(attr->max_entries) ||
	    !PAGE_ALIGNED(attr->max_entries))
		return -EINVAL;
	return 0;
}

static void user_ring_free(struct kbpf_map *map)
{
	kbpf_waker_exit(&to_ring(map)->waker);
	kbpf_shm_free(to_ring(map)->consumer);
	kbpf_map_dealloc(map);
}

static struct kbpf_map *user_ring_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_user_ring *rb = kbpf_map_alloc(attr, sizeof(*rb));

	if (!rb)
		return ERR_PTR(-ENOMEM);
	rb->consumer = kbpf_shm_alloc_ring(HEAD_PAGES * PAGE_SIZE, attr->max_entries,
					   kbpf_map_node(attr));
	if (!rb->consumer) {
		kbpf_map_dealloc(&rb->map);
		return ERR_PTR(-ENOMEM);
	}
	rb->producer = (void *)rb->consumer + PAGE_SIZE;
	rb->data = (void *)rb->consumer + HEAD_PAGES * PAGE_SIZE;
	rb->mask = attr->max_entries - 1;
	atomic_set(&rb->busy, 0);
	atomic64_add(HEAD_PAGES * PAGE_SIZE + attr->max_entries, &rb->map.memory);
	kbpf_waker_init(&rb->waker);
	return &rb->map;
}

const struct kbpf_map_ops kbpf_user_ringbuf_ops = {
	.check = user_ring_check,
	.create = user_ring_create,
	.free = user_ring_free,
	.mmap = user_ring_mmap,
	.poll = user_ring_poll,
	.waker = user_ring_waker,
};
