/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hash table that the hash families share. Buckets are chains of entries,
 * read without locks under RCU, changed under one of a set of locks. The last
 * link of a chain says which bucket it is of (bit 0 set), so that a reader that
 * was led astray by an entry being reused notices and starts again.
 *
 * Layout: bucket heads are bare words, eight to a cache line; an entry's link
 * and hash share a line with a short key and value, so that a lookup touches
 * two lines. Locks are apart, for their number follows CPUs, not entries.
 */
#ifndef KBPF_MAPS_HASH_H
#define KBPF_MAPS_HASH_H

#include "maps/map.h"
#include "maps/elem.h"
#include "maps/lock.h"
#include "maps/pool.h"
#include "maps/value.h"

/**
 * struct kbpf_hash - a hash map
 * @map: what all maps begin with
 * @heads: first link of each bucket
 * @mask: buckets - 1
 * @lock_mask: locks - 1; at most @mask, so that a bucket has one lock
 * @key_off: of the key in an entry
 * @value_off: of the value in an entry, where the value is not per CPU
 * @percpu: values are per CPU
 * @seed: of the hash
 * @locks: protect chains
 * @pool: entries
 * @extra: by CPU: an entry to replace another with; NULL while in use
 * @extra_mem: memory of those
 * @entries: by CPU: entries added less entries removed
 */
struct kbpf_hash {
	struct kbpf_map map;
	unsigned long *heads;
	u32 mask;
	u32 lock_mask;
	u32 key_off;
	u32 value_off;
	bool percpu;
	u64 seed;
	raw_spinlock_t *locks;
	struct kbpf_pool pool;
	struct kbpf_elem * __percpu *extra;
	void *extra_mem;
	s64 __percpu *entries;
};

static __always_inline struct kbpf_hash *kbpf_to_hash(struct kbpf_map *map)
{
	return container_of(map, struct kbpf_hash, map);
}

/* The last link of bucket @i. */
static __always_inline unsigned long kbpf_hash_end(u32 i)
{
	return (unsigned long)i << 1 | 1;
}

static __always_inline bool kbpf_hash_is_end(unsigned long link)
{
	return link & 1;
}

static __always_inline void *kbpf_hash_key(const struct kbpf_hash *h, struct kbpf_elem *e)
{
	return (void *)e + h->key_off;
}

static __always_inline void *kbpf_hash_value(const struct kbpf_hash *h, struct kbpf_elem *e)
{
	return (void *)e + h->value_off;
}

static inline void *kbpf_hash_percpu_value(struct kbpf_elem *e, int cpu)
{
	return per_cpu_ptr(*kbpf_elem_pcpu(e), cpu);
}

/* Of an entry that may have just been freed, the free list's link: as good as any. */
static KBPF_RACY u32 elem_hash(const struct kbpf_elem *e)
{
	return READ_ONCE(e->hash);
}

/**
 * kbpf_hash_find() - entry of a key
 * @h: the map
 * @key: key
 * @size: its size, for the compiler
 * @key_off: @h->key_off, for the compiler
 * @hash: kbpf_key_hash() of it
 *
 * Context: RCU read side, or under the bucket's lock.
 */
static __always_inline struct kbpf_elem *
kbpf_hash_find(const struct kbpf_hash *h, const void *key, u32 size, u32 key_off, u32 hash)
{
	u32 i = hash & h->mask;
	struct kbpf_elem *e;
	unsigned long link;

	do {
		link = smp_load_acquire(&h->heads[i]);
		while (!kbpf_hash_is_end(link)) {
			e = (struct kbpf_elem *)link;
			if (elem_hash(e) == hash &&
			    kbpf_key_equal((void *)e + key_off, key, size))
				return e;
			link = smp_load_acquire(&e->next);
		}
	} while (unlikely(link != kbpf_hash_end(i)));
	return NULL;
}

#endif /* KBPF_MAPS_HASH_H */
