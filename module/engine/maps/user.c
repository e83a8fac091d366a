// SPDX-License-Identifier: GPL-2.0
/*
 * The commands' operations on elements. Types without an operation of their own
 * for commands get it here out of the program's.
 */
#include "maps/pool.h"
#include "maps/types.h"
#include "maps/value.h"

#define POOL_TRIES	16

u32 kbpf_map_user_value_size(const struct kbpf_map *map)
{
	if (map->desc.can & KBPF_MAP_CAN_PERCPU)
		return round_up(map->desc.value_size, 8) * num_possible_cpus();
	return map->desc.value_size;
}

static int check_lock_flag(const struct kbpf_map *map, u64 flags)
{
	return (flags & KBPF_F_LOCK) && map->desc.spin_lock_off < 0 ? -EINVAL : 0;
}

static int lookup_plain(struct kbpf_map *map, const void *key, void *value, u64 flags)
{
	void *src;

	rcu_read_lock();
	src = map->ops->lookup(map, key);
	if (src)
		kbpf_value_copy_out(&map->desc, value, src, flags);
	rcu_read_unlock();
	return src ? 0 : -ENOENT;
}

int kbpf_map_lookup_user(struct kbpf_map *map, const void *key, void *value, u64 flags)
{
	if (flags & ~(u64)KBPF_F_LOCK)
		return -EINVAL;
	if (check_lock_flag(map, flags))
		return -EINVAL;
	if (map->ops->lookup_copy)
		return map->ops->lookup_copy(map, key, value, flags);
	if (map->ops->peek)
		return map->ops->peek(map, value);
	return map->ops->lookup ? lookup_plain(map, key, value, flags) : -ENOTSUPP;
}

static int update_plain(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	int err = -ENOTSUPP;

	rcu_read_lock();
	if (map->ops->push)
		err = map->ops->push(map, value, flags);
	else if (map->ops->update)
		err = map->ops->update(map, key, value, flags);
	rcu_read_unlock();
	return err;
}

static int update_once(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	if (map->ops->update_copy)
		return map->ops->update_copy(map, key, value, flags);
	return update_plain(map, key, value, flags);
}

/* Commands can wait for memory, also for what programs took from under them. */
static int update_from_pool(struct kbpf_map *map, struct kbpf_pool *pool, const void *key,
			    const void *value, u64 flags)
{
	int err, tries;

	kbpf_pool_prepare(pool);
	err = update_once(map, key, value, flags);
	for (tries = 0; err == -ENOMEM && tries < POOL_TRIES && kbpf_pool_more(pool); tries++) {
		kbpf_map_uncount(map, refused_nomem);
		err = update_once(map, key, value, flags);
	}
	return err;
}

int kbpf_map_update_user(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	int err = kbpf_map_write_begin(map);

	if (err)
		return err;
	err = check_lock_flag(map, flags);
	if (!err && map->ops->pool)
		err = update_from_pool(map, map->ops->pool(map), key, value, flags);
	else if (!err)
		err = update_once(map, key, value, flags);
	kbpf_map_write_end(map);
	return err;
}

int kbpf_map_delete_user(struct kbpf_map *map, const void *key)
{
	int err = kbpf_map_write_begin(map);

	if (err)
		return err;
	if (map->ops->delete_user) {
		err = map->ops->delete_user(map, key);
	} else if (map->ops->delete) {
		rcu_read_lock();
		err = map->ops->delete(map, key);
		rcu_read_unlock();
	} else {
		err = -ENOTSUPP;
	}
	kbpf_map_write_end(map);
	return err;
}

int kbpf_map_take_user(struct kbpf_map *map, const void *key, void *value, u64 flags)
{
	int err;

	if (flags & ~(u64)KBPF_F_LOCK)
		return -EINVAL;
	err = kbpf_map_write_begin(map);
	if (err)
		return err;
	if ((flags && map->ops->pop) || check_lock_flag(map, flags))
		err = -EINVAL;
	else if (map->ops->pop)
		err = map->ops->pop(map, value);
	else if (map->ops->take_copy)
		err = map->ops->take_copy(map, key, value, flags);
	else
		err = -ENOTSUPP;
	kbpf_map_write_end(map);
	return err;
}

int kbpf_map_next_key(struct kbpf_map *map, const void *key, void *next)
{
	return map->ops->next_key ? map->ops->next_key(map, key, next) : -ENOTSUPP;
}
