// SPDX-License-Identifier: GPL-2.0
/*
 * HASH_OF_MAPS: values are descriptors of maps on the command's side and maps on
 * the program's. Programs only look up; commands change, and so may sleep.
 */
#include "maps/hash.h"

static void *maps_lookup(struct kbpf_map *map, const void *key)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	struct kbpf_elem *e = kbpf_hash_find_any(h, key, kbpf_hash_of(h, key));

	return e ? READ_ONCE(*(void **)kbpf_hash_value(h, e)) : NULL;
}

/* Link @inner under @key; the map that was there comes back in @old. */
static int set(struct kbpf_hash *h, const void *key, struct kbpf_map *inner, u64 flags,
	       struct kbpf_map **old)
{
	u32 hash = kbpf_hash_of(h, key);
	struct kbpf_elem *e;
	unsigned long irq;
	int err;

	if (!kbpf_hash_lock(h, hash, &irq))
		return -EBUSY;
	e = kbpf_hash_find_any(h, key, hash);
	err = kbpf_hash_check_exist(e, flags);
	if (!err && e) {
		*old = xchg((struct kbpf_map **)kbpf_hash_value(h, e), inner);
	} else if (!err) {
		e = kbpf_hash_get(h);
		err = PTR_ERR_OR_ZERO(e);
		if (!err) {
			kbpf_hash_set_key(h, e, key, hash);
			WRITE_ONCE(*(struct kbpf_map **)kbpf_hash_value(h, e), inner);
			kbpf_hash_link(h, e, hash);
		}
	}
	kbpf_hash_unlock(h, hash, irq);
	return err;
}

static int maps_update(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	struct kbpf_map *inner, *old = NULL;
	int err;

	inner = kbpf_map_inner_get(map, get_unaligned((const s32 *)value));
	if (IS_ERR(inner))
		return PTR_ERR(inner);
	err = flags > KBPF_EXIST ? -EINVAL : set(kbpf_to_hash(map), key, inner, flags, &old);
	if (err)
		old = inner;
	if (old)
		kbpf_object_put(&old->obj);
	return err;
}

static int maps_delete(struct kbpf_map *map, const void *key)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	struct kbpf_map *old = NULL;
	u32 hash = kbpf_hash_of(h, key);
	struct kbpf_elem *e;
	unsigned long irq;

	if (!kbpf_hash_lock(h, hash, &irq))
		return -EBUSY;
	e = kbpf_hash_find_any(h, key, hash);
	if (e) {
		old = *(struct kbpf_map **)kbpf_hash_value(h, e);
		kbpf_hash_drop(h, e, hash);
	}
	kbpf_hash_unlock(h, hash, irq);
	if (!old)
		return -ENOENT;
	kbpf_object_put(&old->obj);
	return 0;
}

static int maps_check(const struct kbpf_map_create_attr *attr)
{
	return attr->value_size == sizeof(u32) ? kbpf_hash_check(attr) : -EINVAL;
}

static void maps_free(struct kbpf_map *map)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	struct kbpf_map *inner;
	unsigned long link;
	u32 i;

	for (i = 0; h->heads && i <= h->mask; i++) {
		link = h->heads[i];
		while (!kbpf_hash_is_end(link)) {
			inner = *(struct kbpf_map **)kbpf_hash_value(h, (struct kbpf_elem *)link);
			kbpf_object_put(&inner->obj);
			link = ((struct kbpf_elem *)link)->next;
		}
	}
	kbpf_map_inner_free(map);
	kbpf_hash_free(map);
}

static struct kbpf_map *maps_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_map *map = kbpf_hash_create(attr, KBPF_HASH_OF_MAPS);
	int err;

	if (IS_ERR(map))
		return map;
	err = kbpf_map_inner_take(map, attr->inner_map_fd);
	if (err) {
		maps_free(map);
		return ERR_PTR(err);
	}
	return map;
}

const struct kbpf_map_ops kbpf_hash_of_maps_ops = {
	.check = maps_check,
	.create = maps_create,
	.free = maps_free,
	.lookup = maps_lookup,
	.batch = kbpf_hash_batch,
	.batches = KBPF_BATCH_ALL,
	.lookup_copy = kbpf_hash_lookup_copy,
	.update_copy = maps_update,
	.pool = kbpf_hash_pool,
	.delete_user = maps_delete,
	.next_key = kbpf_hash_next_key,
	.entries = kbpf_hash_entries,
};
