// SPDX-License-Identifier: GPL-2.0
/*
 * HASH and PERCPU_HASH. An update of a key that is there puts a new entry in
 * the old one's place, so that a reader sees the old value or the new one; the
 * old entry may be reused at once, by any key, as in Linux's preallocated maps:
 * a program that holds a pointer to a value keeps memory, not contents.
 */
#include "maps/hash.h"

/* Lookups by key size: the size is a constant in each. */
#define LOOKUP(name, size) \
static void *lookup_##name(struct kbpf_map *map, const void *key) \
{ \
	const struct kbpf_hash *h = kbpf_to_hash(map); \
	u32 hash = kbpf_key_hash(key, size, h->seed); \
	struct kbpf_elem *e = kbpf_hash_find(h, key, size, sizeof(*e), hash); \
\
	return e ? kbpf_hash_value(h, e) : NULL; \
}

LOOKUP(4, 4)
LOOKUP(8, 8)
LOOKUP(16, 16)
LOOKUP(any, map->desc.key_size)

static int insert(struct kbpf_hash *h, const void *key, const void *value, u32 hash)
{
	struct kbpf_elem *e = kbpf_hash_get(h);

	if (IS_ERR(e))
		return PTR_ERR(e);
	kbpf_hash_fill(h, e, key, value, hash);
	kbpf_hash_link(h, e, hash);
	return 0;
}

static long hash_update(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	unsigned long irq;
	struct kbpf_elem *old;
	u32 hash;
	int err = kbpf_value_check_flags(map, flags);

	if (unlikely(err))
		return err;
	hash = kbpf_hash_of(h, key);
	if (!kbpf_hash_lock(h, hash, &irq))
		return -EBUSY;
	old = kbpf_hash_find_any(h, key, hash);
	err = kbpf_hash_check_exist(old, flags);
	if (unlikely(err))
		;
	else if (old && (flags & KBPF_F_LOCK))
		kbpf_value_copy_locked(&map->desc, kbpf_hash_value(h, old), value,
				       kbpf_hash_value(h, old));
	else if (old)
		err = kbpf_hash_replace(h, old, key, value, hash);
	else
		err = insert(h, key, value, hash);
	kbpf_hash_unlock(h, hash, irq);
	return err;
}

static struct kbpf_map *hash_create(const struct kbpf_map_create_attr *attr);

#define HASH_OPS(lookup_fn) { \
	.check = kbpf_hash_check, \
	.create = hash_create, \
	.free = kbpf_hash_free, \
	.lookup = lookup_fn, \
	.update = hash_update, \
	.delete = kbpf_hash_delete, \
	.for_each = kbpf_hash_for_each, \
	.batch = kbpf_hash_batch, \
	.batches = KBPF_BATCH_ALL, \
	.lookup_copy = kbpf_hash_lookup_copy, \
	.pool = kbpf_hash_pool, \
	.take_copy = kbpf_hash_take_copy, \
	.next_key = kbpf_hash_next_key, \
	.entries = kbpf_hash_entries, \
	.timer_key = kbpf_hash_timer_key, \
}

const struct kbpf_map_ops kbpf_hash_ops = HASH_OPS(lookup_any);
static const struct kbpf_map_ops hash_ops_4 = HASH_OPS(lookup_4);
static const struct kbpf_map_ops hash_ops_8 = HASH_OPS(lookup_8);
static const struct kbpf_map_ops hash_ops_16 = HASH_OPS(lookup_16);

static struct kbpf_map *hash_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_map *map = kbpf_hash_create(attr, 0);

	if (IS_ERR(map))
		return map;
	if (attr->key_size == 4)
		map->ops = &hash_ops_4;
	else if (attr->key_size == 8)
		map->ops = &hash_ops_8;
	else if (attr->key_size == 16)
		map->ops = &hash_ops_16;
	return map;
}

/* ---- PERCPU_HASH ------------------------------------------------------------------- */

#define PERCPU_LOOKUP(name, size) \
static void *percpu_lookup_##name(struct kbpf_map *map, const void *key) \
{ \
	const struct kbpf_hash *h = kbpf_to_hash(map); \
	u32 hash = kbpf_key_hash(key, size, h->seed); \
	struct kbpf_elem *e = kbpf_hash_find(h, key, size, sizeof(*e) + sizeof(void *), hash); \
\
	return e ? kbpf_hash_percpu_value(h, e, smp_processor_id()) : NULL; \
}

PERCPU_LOOKUP(4, 4)
PERCPU_LOOKUP(8, 8)
PERCPU_LOOKUP(16, 16)
PERCPU_LOOKUP(any, map->desc.key_size)

static int percpu_set(struct kbpf_hash *h, const void *key, const void *value, u64 flags, bool all)
{
	struct kbpf_elem *e, *old;
	unsigned long irq;
	u32 hash;
	int err;

	if (unlikely(flags > KBPF_EXIST))
		return -EINVAL;
	hash = kbpf_hash_of(h, key);
	if (!kbpf_hash_lock(h, hash, &irq))
		return -EBUSY;
	old = kbpf_hash_find_any(h, key, hash);
	err = kbpf_hash_check_exist(old, flags);
	if (!err) {
		e = old ? old : kbpf_hash_get(h);
		err = PTR_ERR_OR_ZERO(e);
	}
	if (!err) {
		kbpf_hash_set_percpu(h, e, value, all, !old);
		if (!old) {
			kbpf_hash_set_key(h, e, key, hash);
			kbpf_hash_link(h, e, hash);
		}
	}
	kbpf_hash_unlock(h, hash, irq);
	return err;
}

static long percpu_update(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	return percpu_set(kbpf_to_hash(map), key, value, flags, false);
}

static int percpu_update_copy(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	int err;

	rcu_read_lock();
	err = percpu_set(kbpf_to_hash(map), key, value, flags, true);
	rcu_read_unlock();
	return err;
}

static struct kbpf_map *percpu_create(const struct kbpf_map_create_attr *attr);

#define PERCPU_HASH_OPS(lookup_fn) { \
	.check = kbpf_hash_check_percpu, \
	.create = percpu_create, \
	.free = kbpf_hash_free, \
	.lookup = lookup_fn, \
	.update = percpu_update, \
	.delete = kbpf_hash_delete, \
	.lookup_percpu = kbpf_hash_lookup_percpu, \
	.for_each = kbpf_hash_for_each, \
	.batch = kbpf_hash_batch, \
	.batches = KBPF_BATCH_ALL, \
	.lookup_copy = kbpf_hash_lookup_copy, \
	.update_copy = percpu_update_copy, \
	.pool = kbpf_hash_pool, \
	.take_copy = kbpf_hash_take_copy, \
	.next_key = kbpf_hash_next_key, \
	.entries = kbpf_hash_entries, \
}

const struct kbpf_map_ops kbpf_percpu_hash_ops = PERCPU_HASH_OPS(percpu_lookup_any);
static const struct kbpf_map_ops percpu_ops_4 = PERCPU_HASH_OPS(percpu_lookup_4);
static const struct kbpf_map_ops percpu_ops_8 = PERCPU_HASH_OPS(percpu_lookup_8);
static const struct kbpf_map_ops percpu_ops_16 = PERCPU_HASH_OPS(percpu_lookup_16);

static struct kbpf_map *percpu_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_map *map = kbpf_hash_create(attr, KBPF_HASH_PERCPU);

	if (IS_ERR(map))
		return map;
	if (attr->key_size == 4)
		map->ops = &percpu_ops_4;
	else if (attr->key_size == 8)
		map->ops = &percpu_ops_8;
	else if (attr->key_size == 16)
		map->ops = &percpu_ops_16;
	return map;
}
