// SPDX-License-Identifier: GPL-2.0
/*
 * TASK_STORAGE: a value for each task that a program or a client asked one for,
 * gone with the task. Clients name a task by a pidfd, programs by its address.
 * Below is a hash table with that address as key, so that nothing is allocated
 * where a program runs. The world tells when a task goes (kbpf_env_task_watch()),
 * which is after no program can come by it as a living one any more.
 */
#include "maps/hash.h"
#include "maps/helpers.h"
#include "maps/types.h"

#define MAX_VALUE	(U16_MAX - 128)	/* as in Linux */
#define MAX_TASKS	(1U << 16)
#define GET_CREATE	(1ULL << 0)	/* task_storage_get */

/**
 * struct kbpf_task_storage - a map of task storage
 * @map: what all maps begin with
 * @hash: values by the address of their task; its counts and memory are @map's
 * @zero: a value of zeros
 * @list: in all_storage
 */
struct kbpf_task_storage {
	struct kbpf_map map;
	struct kbpf_map *hash;
	void *zero;
	struct list_head list;
};

/* Maps that want to know of tasks that go: changed under the mutex, read under RCU. */
static LIST_HEAD(all_storage);
static DEFINE_MUTEX(storage_lock);

static struct kbpf_task_storage *to_storage(struct kbpf_map *map)
{
	return container_of(map, struct kbpf_task_storage, map);
}

static u64 key_of(const void *task)
{
	return (unsigned long)task;
}

/* A task is gone for good; process or softirq context, RCU read side held. */
static void task_gone(const void *task)
{
	struct kbpf_task_storage *s;
	u64 key = key_of(task);

	list_for_each_entry_rcu(s, &all_storage, list)
		s->hash->ops->delete(s->hash, &key);
}

/* ---- programs ------------------------------------------------------------------- */

/* The value of a task; with @create a new one, of @init or of zeros. */
static void *get(struct kbpf_task_storage *s, const void *task, const void *init, bool create)
{
	u64 key = key_of(task);
	void *value = s->hash->ops->lookup(s->hash, &key);
	long err;

	if (value || !create || !kbpf_env_task_alive(task))
		return value;
	/* Another may be first. */
	err = s->hash->ops->update(s->hash, &key, init ? init : s->zero, KBPF_NOEXIST);
	return err && err != -EEXIST ? NULL : s->hash->ops->lookup(s->hash, &key);
}

u64 kbpf_helper_task_storage_get(u64 map, u64 task, u64 value, u64 flags, u64 r5)
{
	struct kbpf_task_storage *s = to_storage((void *)(unsigned long)map);

	if (!task || flags & ~GET_CREATE)
		return 0;
	return (unsigned long)get(s, (void *)(unsigned long)task, (void *)(unsigned long)value,
				  flags & GET_CREATE);
}

u64 kbpf_helper_task_storage_delete(u64 map, u64 task, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_task_storage *s = to_storage((void *)(unsigned long)map);

	return task ? s->hash->ops->delete(s->hash, &task) : -EINVAL;
}

/* ---- commands -------------------------------------------------------------------- */

static void *task_of(const void *key)
{
	return kbpf_env_task_get(get_unaligned((const int *)key));
}

static int storage_lookup(struct kbpf_map *map, const void *key, void *value, u64 flags)
{
	struct kbpf_task_storage *s = to_storage(map);
	void *task = task_of(key);
	u64 at = key_of(task);
	int err;

	if (IS_ERR(task))
		return PTR_ERR(task);
	err = kbpf_map_lookup_user(s->hash, &at, value, flags);
	kbpf_env_task_put(task);
	return err;
}

static int storage_update(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	struct kbpf_task_storage *s = to_storage(map);
	void *task;
	u64 at;
	int err = kbpf_value_check_flags(map, flags);

	if (err)
		return err;
	task = task_of(key);
	if (IS_ERR(task))
		return PTR_ERR(task);
	at = key_of(task);
	rcu_read_lock();
	/* One that goes now is told of after this. */
	err = kbpf_env_task_alive(task) ? s->hash->ops->update(s->hash, &at, value, flags) : -ENOENT;
	rcu_read_unlock();
	kbpf_env_task_put(task);
	return err;
}

static int storage_delete(struct kbpf_map *map, const void *key)
{
	struct kbpf_task_storage *s = to_storage(map);
	void *task = task_of(key);
	u64 at = key_of(task);
	int err;

	if (IS_ERR(task))
		return PTR_ERR(task);
	err = kbpf_map_delete_user(s->hash, &at);
	kbpf_env_task_put(task);
	return err;
}

static struct kbpf_pool *storage_pool(struct kbpf_map *map)
{
	return kbpf_hash_pool(to_storage(map)->hash);
}

static u64 storage_entries(struct kbpf_map *map)
{
	return kbpf_hash_entries(to_storage(map)->hash);
}

/* ---- birth and death --------------------------------------------------------------- */

static int storage_check(const struct kbpf_map_create_attr *attr)
{
	if (attr->map_flags != KBPF_F_NO_PREALLOC || attr->max_entries || attr->key_size != 4 ||
	    !attr->value_size || !attr->btf_key_type_id || !attr->btf_value_type_id)
		return -EINVAL;
	return attr->value_size > MAX_VALUE ? -E2BIG : 0;
}

static struct kbpf_map *make_hash(struct kbpf_map *map)
{
	const struct kbpf_map_create_attr attr = {
		.map_type = KBPF_MAP_TYPE_HASH, .key_size = sizeof(u64),
		.value_size = map->desc.value_size, .max_entries = MAX_TASKS,
		.map_flags = KBPF_F_NO_PREALLOC,
	};
	struct kbpf_map *hash = kbpf_hash_ops.create(&attr);

	if (IS_ERR(hash))
		return hash;
	free_percpu(hash->counts);
	hash->counts = map->counts;
	atomic64_add(atomic64_read(&hash->memory), &map->memory);
	kbpf_to_hash(hash)->pool.memory = &map->memory;
	return hash;
}

static int join(struct kbpf_task_storage *s)
{
	int err = 0;

	mutex_lock(&storage_lock);
	if (list_empty(&all_storage))
		err = kbpf_env_task_watch(task_gone);
	if (!err)
		list_add_rcu(&s->list, &all_storage);
	mutex_unlock(&storage_lock);
	return err;
}

static void leave(struct kbpf_task_storage *s)
{
	mutex_lock(&storage_lock);
	list_del_rcu(&s->list);
	if (list_empty(&all_storage))
		kbpf_env_task_unwatch();
	mutex_unlock(&storage_lock);
	/* task_gone() may still look at it. */
	synchronize_rcu();
}

static void free_parts(struct kbpf_task_storage *s)
{
	if (s->hash) {
		s->hash->counts = NULL;
		s->hash->ops->free(s->hash);
	}
	kvfree(s->zero);
	kbpf_map_dealloc(&s->map);
}

static void storage_free(struct kbpf_map *map)
{
	leave(to_storage(map));
	free_parts(to_storage(map));
}

static struct kbpf_map *storage_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_task_storage *s = kbpf_map_alloc(attr, sizeof(*s));
	struct kbpf_map *hash;
	int err = 0;

	if (!s)
		return ERR_PTR(-ENOMEM);
	s->zero = kvzalloc(attr->value_size, GFP_KERNEL_ACCOUNT);
	hash = s->zero ? make_hash(&s->map) : ERR_PTR(-ENOMEM);
	if (IS_ERR(hash))
		err = PTR_ERR(hash);
	else
		s->hash = hash;
	if (!err)
		err = join(s);
	if (!err)
		return &s->map;
	free_parts(s);
	return ERR_PTR(err);
}

/* Where the lock is in a value is known only after creation. */
static int storage_ready(struct kbpf_map *map)
{
	to_storage(map)->hash->desc.spin_lock_off = map->desc.spin_lock_off;
	return 0;
}

const struct kbpf_map_ops kbpf_task_storage_ops = {
	.check = storage_check,
	.create = storage_create,
	.ready = storage_ready,
	.free = storage_free,
	.lookup_copy = storage_lookup,
	.update_copy = storage_update,
	.pool = storage_pool,
	.delete_user = storage_delete,
	.entries = storage_entries,
};
