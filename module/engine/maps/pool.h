/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entries of a map, ahead of need. A pool can give out as many as its capacity
 * and has memory for those in use and some more (its headroom). Process context
 * brings the headroom back up in the background; where it does not come to it in
 * time, the interrupt that asks it does a part itself, as soon as the section that
 * took the entries is over. Only code that keeps interrupts off meanwhile has to
 * make do with what is left. Memory goes back to the system only with the whole
 * pool, so an entry's memory stays an entry: a reader that still looks at a
 * deleted one sees an entry, maybe a newer one.
 *
 * Memory comes in chunks: entries, one after the other; then, in a pool of entries
 * with per-CPU values, the values of the first CPU, those of the second...
 */
#ifndef KBPF_MAPS_POOL_H
#define KBPF_MAPS_POOL_H

#include "port.h"
#include "port_sync.h"

/**
 * struct kbpf_elem - what every entry begins with
 * @next: the owner's link; the pool leaves it alone, so that readers of a
 *	deleted entry find their way on
 * @free: the pool's link while the entry is free
 * @hash: the owner's while it is in use
 * @spare: the owner's while it is in use
 */
struct kbpf_elem {
	unsigned long next;
	union {
		struct llist_node free;
		struct {
			u32 hash;
			u32 spare;
		};
	};
};

/**
 * struct kbpf_pool_cpu - free entries of a CPU
 * @free: anybody puts, the holder of @lock takes
 * @lock: who takes
 */
struct kbpf_pool_cpu {
	struct llist_head free;
	raw_spinlock_t lock;
};

/**
 * struct kbpf_pool - a pool
 * @elem_size: bytes of an entry, a multiple of 8
 * @pcpu_size: bytes of an entry's value on a CPU, or 0; the entry then has the
 *	address of the first CPU's right behind struct kbpf_elem
 * @node: where memory should be, or NUMA_NO_NODE
 * @plane: bytes from a CPU's value to the next CPU's
 * @capacity: most entries in all
 * @per_chunk: entries of a chunk
 * @batch: entries taken from the stock at a time
 * @headroom: entries to have ready ahead
 * @nr_chunks: chunks when full
 * @chunks: memory, by chunk
 * @ready: entries that have memory; grows under @stock
 * @next: entries below are or were in use or on a free list; under @stock
 * @stock: protects @ready and @next
 * @grow: serialises growing in process context
 * @cpu: free entries, by CPU
 * @refill: grows in the background
 * @memory: where memory is counted
 */
struct kbpf_pool {
	u32 elem_size;
	u32 pcpu_size;
	int node;
	u32 plane;
	u32 capacity;
	u32 per_chunk;
	u32 batch;
	u32 headroom;
	u32 nr_chunks;
	void **chunks;
	u32 ready;
	u32 next;
	raw_spinlock_t stock;
	struct mutex grow;
	struct kbpf_pool_cpu __percpu *cpu;
	struct kbpf_later refill;
	atomic64_t *memory;
};

/**
 * kbpf_pool_init() - set up a pool
 * @pool: the pool, zeroed; @elem_size, @pcpu_size, @capacity, @node and @memory set
 * @lazy: have little ready ahead
 *
 * Return: 0 or -ENOMEM; kbpf_pool_exit() is called either way.
 */
int kbpf_pool_init(struct kbpf_pool *pool, bool lazy);
void kbpf_pool_exit(struct kbpf_pool *pool);

/**
 * kbpf_pool_prepare() - have something ready, if it can be had
 * @pool: the pool
 *
 * Context: process; sleeps.
 */
void kbpf_pool_prepare(struct kbpf_pool *pool);

/**
 * kbpf_pool_more() - get more where kbpf_pool_get() said -ENOMEM
 * @pool: the pool
 *
 * Context: process; sleeps.
 * Return: is there something now?
 */
bool kbpf_pool_more(struct kbpf_pool *pool);

/**
 * kbpf_pool_get() - a free entry
 * @pool: the pool
 *
 * Context: inside a section (lock.h).
 * Return: the entry; ERR_PTR: -E2BIG all are in use, -ENOMEM no memory is ready,
 * -EBUSY a free list could not be had here.
 */
struct kbpf_elem *kbpf_pool_get(struct kbpf_pool *pool);

/**
 * kbpf_pool_put() - give an entry back
 * @pool: the pool
 * @elem: the entry
 *
 * Context: any, migration off.
 */
void kbpf_pool_put(struct kbpf_pool *pool, struct kbpf_elem *elem);

/* How many entries are or were given out, and one of them by number. */
static inline u32 kbpf_pool_used(const struct kbpf_pool *pool)
{
	return READ_ONCE(pool->next);
}

static inline struct kbpf_elem *kbpf_pool_at(const struct kbpf_pool *pool, u32 i)
{
	u32 in_chunk = i % pool->per_chunk;

	return pool->chunks[i / pool->per_chunk] + (size_t)in_chunk * pool->elem_size;
}

/* Value of an entry on a CPU. */
static __always_inline void *kbpf_pool_value(const struct kbpf_pool *pool, struct kbpf_elem *elem,
					     u32 cpu)
{
	return *(void **)(elem + 1) + (size_t)cpu * pool->plane;
}

#endif /* KBPF_MAPS_POOL_H */
