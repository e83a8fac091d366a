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

#include "maps/types.h"
#include "maps/elem.h"
#include "maps/lock.h"
#include "maps/pool.h"
#include "maps/timer.h"
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
 * @lru: entries make room for new ones; before the key stands a word of state
 * @of_maps: values are maps, each with a reference
 * @seed: of the hash
 * @locks: protect chains
 * @pool: entries
 * @extra: by CPU: an entry to replace another with; NULL while in use
 * @entries: by CPU: entries added less entries removed
 * @clock: lru: protects @hand
 * @hand: lru: entry to look at next when room is needed
 */
struct kbpf_hash {
	struct kbpf_map map;
	unsigned long *heads;
	u32 mask;
	u32 lock_mask;
	u32 key_off;
	u32 value_off;
	bool percpu;
	bool lru;
	bool of_maps;
	u64 seed;
	raw_spinlock_t *locks;
	struct kbpf_pool pool;
	struct kbpf_elem * __percpu *extra;
	s64 __percpu *entries;
	raw_spinlock_t clock;
	u32 hand;
};

/* What a hash is, for kbpf_hash_create(). */
#define KBPF_HASH_PERCPU	(1U << 0)
#define KBPF_HASH_LRU		(1U << 1)
#define KBPF_HASH_OF_MAPS	(1U << 2)

/* State of an entry of an LRU table: changes with its bucket's lock, but for the second. */
#define KBPF_LRU_LINKED		(1U << 0)
#define KBPF_LRU_USED		(1U << 1)

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

static __always_inline u32 *kbpf_hash_state(const struct kbpf_hash *h, struct kbpf_elem *e)
{
	return (void *)e + h->key_off - sizeof(u64);
}

static __always_inline void *kbpf_hash_value(const struct kbpf_hash *h, struct kbpf_elem *e)
{
	return (void *)e + h->value_off;
}

static __always_inline void *kbpf_hash_percpu_value(const struct kbpf_hash *h,
						    struct kbpf_elem *e, u32 cpu)
{
	return kbpf_pool_value(&h->pool, e, cpu);
}

/* The value that a program here sees. */
static __always_inline void *kbpf_hash_value_here(const struct kbpf_hash *h, struct kbpf_elem *e)
{
	return h->percpu ? kbpf_hash_percpu_value(h, e, smp_processor_id()) :
			   kbpf_hash_value(h, e);
}

/*
 * A link is published whole: who reads it sees the entry as it was when it was
 * linked, or newer.
 */
static __always_inline unsigned long kbpf_link_read(const unsigned long *link)
{
	/* Pairs with kbpf_link_set(). */
	return smp_load_acquire(link);
}

static __always_inline void kbpf_link_set(unsigned long *link, unsigned long to)
{
	/* Pairs with kbpf_link_read(). */
	smp_store_release(link, to);
}

/* Of an entry that may have just been freed, the free list's link: as good as any. */
static KBPF_RACY u32 kbpf_elem_hash(const struct kbpf_elem *e)
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
		link = kbpf_link_read(&h->heads[i]);
		while (!kbpf_hash_is_end(link)) {
			e = (struct kbpf_elem *)link;
			if (kbpf_elem_hash(e) == hash &&
			    kbpf_key_equal((void *)e + key_off, key, size))
				return e;
			link = kbpf_link_read(&e->next);
		}
	} while (unlikely(link != kbpf_hash_end(i)));
	return NULL;
}

/* ---- for the families; in hash_core.c ----------------------------------------- */

/* Hash of a key, and its entry, for any key size. */
u32 kbpf_hash_of(const struct kbpf_hash *h, const void *key);
struct kbpf_elem *kbpf_hash_find_any(const struct kbpf_hash *h, const void *key, u32 hash);

/* The bucket's lock; false, and counted, if it cannot be had here. */
bool kbpf_hash_lock(struct kbpf_hash *h, u32 hash, unsigned long *flags);
void kbpf_hash_unlock(struct kbpf_hash *h, u32 hash, unsigned long flags);

/* Under the bucket's lock: put an entry first, take it out; is it there? */
void kbpf_hash_link(struct kbpf_hash *h, struct kbpf_elem *e, u32 hash);
void kbpf_hash_unlink(struct kbpf_hash *h, struct kbpf_elem *e, u32 hash);
bool kbpf_hash_is_linked(const struct kbpf_hash *h, const struct kbpf_elem *e, u32 hash);

/* Do flags of an update and what is there go together? 0, -EEXIST, -ENOENT. */
int kbpf_hash_check_exist(const struct kbpf_elem *old, u64 flags);

/* Count a refusal; returns @err. */
int kbpf_hash_refuse(struct kbpf_hash *h, int err);

/* Set key and value of an entry that is not linked. */
void kbpf_hash_fill(struct kbpf_hash *h, struct kbpf_elem *e, const void *key, const void *value,
		    u32 hash);
void kbpf_hash_set_key(struct kbpf_hash *h, struct kbpf_elem *e, const void *key, u32 hash);

/**
 * kbpf_hash_set_percpu() - set per-CPU values of an entry
 * @h: the map
 * @e: the entry
 * @value: the value; or with @all one for each CPU, as commands lay them out
 * @all: set all CPUs' values; otherwise this one's
 * @is_new: the entry is new: other CPUs' values become zero
 */
void kbpf_hash_set_percpu(struct kbpf_hash *h, struct kbpf_elem *e, const void *value, bool all,
			  bool is_new);

/**
 * kbpf_hash_replace() - put this CPU's spare entry in another's place
 * @h: the map
 * @old: the other; it becomes the spare one
 * @key: its key
 * @value: new value
 * @hash: of the key
 *
 * Context: under the bucket's lock.
 * Return: 0 or -EBUSY.
 */
int kbpf_hash_replace(struct kbpf_hash *h, struct kbpf_elem *old, const void *key,
		      const void *value, u32 hash);

/* A new entry, counted; or ERR_PTR, counted. Under a bucket's lock. */
struct kbpf_elem *kbpf_hash_get(struct kbpf_hash *h);

/* Under the bucket's lock: take an entry out and give it back. */
void kbpf_hash_drop(struct kbpf_hash *h, struct kbpf_elem *e, u32 hash);

/* Operations that the families share. */
int kbpf_hash_check(const struct kbpf_map_create_attr *attr);
int kbpf_hash_check_percpu(const struct kbpf_map_create_attr *attr);
struct kbpf_map *kbpf_hash_create(const struct kbpf_map_create_attr *attr, u32 what);
void kbpf_hash_free(struct kbpf_map *map);
long kbpf_hash_delete(struct kbpf_map *map, const void *key);
void *kbpf_hash_lookup_percpu(struct kbpf_map *map, const void *key, u32 cpu);
int kbpf_hash_lookup_copy(struct kbpf_map *map, const void *key, void *value, u64 flags);
int kbpf_hash_take_copy(struct kbpf_map *map, const void *key, void *value, u64 flags);
int kbpf_hash_next_key(struct kbpf_map *map, const void *key, void *next);
long kbpf_hash_for_each(struct kbpf_map *map, const struct kbpf_func *func, u64 ctx);
int kbpf_hash_batch(struct kbpf_map *map, struct kbpf_map_batch_attr *attr,
		    const struct kbpf_map_io *io, bool take);
u64 kbpf_hash_entries(struct kbpf_map *map);
struct kbpf_pool *kbpf_hash_pool(struct kbpf_map *map);
const void *kbpf_hash_timer_key(struct kbpf_map *map, void *value, u32 *index);

/* An entry goes; the timer in its value goes with it. */
static inline void kbpf_hash_drop_timer(struct kbpf_hash *h, struct kbpf_elem *e)
{
	if (unlikely(h->map.timers))
		kbpf_timer_drop(&h->map, kbpf_hash_value(h, e));
}

#endif /* KBPF_MAPS_HASH_H */
