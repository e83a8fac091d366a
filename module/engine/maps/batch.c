// SPDX-License-Identifier: GPL-2.0
/*
 * Batch commands: many elements by one call. Types that can do a lookup of many
 * at once have their own; for the others it is one element after the other.
 */
#include "maps/types.h"

struct bufs {
	u32 key_size;
	u32 value_size;
	u8 *key;
	u8 *prev;
	u8 *value;
};

static int bufs_init(struct bufs *b, const struct kbpf_map *map)
{
	b->key_size = map->desc.key_size;
	b->value_size = kbpf_map_user_value_size(map);
	b->key = kvzalloc(b->key_size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	b->prev = kvzalloc(b->key_size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	b->value = kvzalloc(b->value_size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	return b->key && b->prev && b->value ? 0 : -ENOMEM;
}

static void bufs_exit(struct bufs *b)
{
	kvfree(b->key);
	kvfree(b->prev);
	kvfree(b->value);
}

static int lookup_one(struct kbpf_map *map, struct bufs *b, bool first,
		      struct kbpf_map_batch_attr *attr, u32 *done, const struct kbpf_map_io *io)
{
	int err = kbpf_map_next_key(map, first ? NULL : b->prev, b->key);

	if (err)
		return err;
	err = kbpf_map_lookup_user(map, b->key, b->value, attr->elem_flags);
	swap(b->prev, b->key);
	/* Gone since: on to the one after it. */
	if (err == -ENOENT)
		return 0;
	if (err)
		return err;
	if (io->out(attr->keys + (u64)*done * b->key_size, b->prev, b->key_size) ||
	    io->out(attr->values + (u64)*done * b->value_size, b->value, b->value_size))
		return -EFAULT;
	++*done;
	return 0;
}

static int lookup_batch(struct kbpf_map *map, struct bufs *b, struct kbpf_map_batch_attr *attr,
			u32 max, const struct kbpf_map_io *io)
{
	bool first = !attr->in_batch;
	u32 done = 0;
	int err = 0;

	if (!first && io->in(b->prev, attr->in_batch, b->key_size))
		return -EFAULT;
	while (done < max && !err) {
		err = lookup_one(map, b, first, attr, &done, io);
		first = false;
		cond_resched();
	}
	if (err == -EFAULT)
		return err;
	attr->count = done;
	if (done && io->out(attr->out_batch, b->prev, b->key_size))
		err = -EFAULT;
	return err;
}

static int change_batch(struct kbpf_map *map, struct bufs *b, u32 cmd,
			struct kbpf_map_batch_attr *attr, u32 max, const struct kbpf_map_io *io)
{
	bool update = cmd == KBPF_MAP_UPDATE_BATCH;
	int err = 0;
	u32 i;

	for (i = 0; i < max; i++) {
		err = -EFAULT;
		if (io->in(b->key, attr->keys + (u64)i * b->key_size, b->key_size))
			break;
		if (update && io->in(b->value, attr->values + (u64)i * b->value_size,
				     b->value_size))
			break;
		err = update ? kbpf_map_update_user(map, b->key, b->value, attr->elem_flags) :
			       kbpf_map_delete_user(map, b->key);
		if (err)
			break;
		cond_resched();
	}
	attr->count = i;
	return err;
}

static int one_by_one(struct kbpf_map *map, u32 cmd, struct kbpf_map_batch_attr *attr, u32 max,
		      const struct kbpf_map_io *io)
{
	struct bufs b = { };
	int err = bufs_init(&b, map);

	if (!err)
		err = cmd == KBPF_MAP_LOOKUP_BATCH ? lookup_batch(map, &b, attr, max, io) :
						     change_batch(map, &b, cmd, attr, max, io);
	bufs_exit(&b);
	return err;
}

static int many_at_once(struct kbpf_map *map, struct kbpf_map_batch_attr *attr, u32 max,
			const struct kbpf_map_io *io, bool take)
{
	int err = take ? kbpf_map_write_begin(map) : 0;

	if (err)
		return err;
	attr->count = max;
	err = map->ops->batch(map, attr, io, take);
	if (take)
		kbpf_map_write_end(map);
	return err;
}

int kbpf_map_batch(struct kbpf_map *map, u32 cmd, struct kbpf_map_batch_attr *attr,
		   const struct kbpf_map_io *io)
{
	bool take = cmd == KBPF_MAP_LOOKUP_AND_DELETE_BATCH;
	u32 max = attr->count;

	if (cmd != KBPF_MAP_LOOKUP_BATCH && READ_ONCE(map->frozen))
		return -EPERM;
	if (!(map->ops->batches & KBPF_BATCH(cmd)))
		return -ENOTSUPP;
	if (attr->elem_flags & ~(u64)KBPF_F_LOCK ||
	    (attr->elem_flags & KBPF_F_LOCK && map->desc.spin_lock_off < 0))
		return -EINVAL;
	if (attr->flags && map->ops->batch && (take || cmd == KBPF_MAP_LOOKUP_BATCH))
		return -EINVAL;
	if (!max)
		return 0;
	attr->count = 0;
	if (map->ops->batch && (take || cmd == KBPF_MAP_LOOKUP_BATCH))
		return many_at_once(map, attr, max, io, take);
	return one_by_one(map, cmd, attr, max, io);
}
