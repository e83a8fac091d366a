// SPDX-License-Identifier: GPL-2.0
/*
 * Arrays whose values are descriptors on the command's side and objects on the
 * program's: PERF_EVENT_ARRAY, PROG_ARRAY, CGROUP_ARRAY, ARRAY_OF_MAPS. Slots have memory from their first use on, for
 * tools create arrays of 262,144 slots and fill as many as there are CPUs.
 */
#include "maps/types.h"

#define SLOTS_SHIFT	9
#define SLOTS		(1U << SLOTS_SHIFT)
#define BOTH_PROG	(KBPF_F_RDONLY_PROG | KBPF_F_WRONLY_PROG)

/**
 * struct fd_kind - what differs between these types
 * @get: command: the object behind a descriptor, with a reference
 * @put: command: gives it back
 * @sys_value: what a lookup by a command yields; NULL: nothing
 */
struct fd_kind {
	void *(*get)(struct kbpf_map *map, int fd);
	void (*put)(void *ptr);
	u32 (*sys_value)(void *ptr);
};

/**
 * struct kbpf_fd_array - an array of objects
 * @map: what all maps begin with
 * @kind: which objects
 * @lock: protects @pages against each other's filling
 * @pages: by index / SLOTS: slots, NULL until one is used
 * @owner_type: PROG_ARRAY: type of the programs that are in it and that use it,
 *	plus 1; 0 until there is one. Under @lock
 * @owner_attach: PROG_ARRAY: likewise, their expected_attach_type
 * @owner_sleepable: PROG_ARRAY: likewise
 */
struct kbpf_fd_array {
	struct kbpf_map map;
	const struct fd_kind *kind;
	struct mutex lock;
	void ***pages;
	u32 owner_type;
	u32 owner_attach;
	bool owner_sleepable;
};

static struct kbpf_fd_array *to_fd_array(struct kbpf_map *map)
{
	return container_of(map, struct kbpf_fd_array, map);
}

static u32 nr_pages(const struct kbpf_fd_array *a)
{
	return DIV_ROUND_UP((u64)a->map.desc.max_entries, SLOTS);
}

/* The slot, or NULL if its page was never used. */
static __always_inline void **slot_at(const struct kbpf_fd_array *a, u32 index)
{
	/* Pairs with slot_make(). */
	void **page = smp_load_acquire(&a->pages[index >> SLOTS_SHIFT]);

	return page ? &page[index & (SLOTS - 1)] : NULL;
}

/* What is in a slot now, or NULL. */
static __always_inline void *slot_read(const struct kbpf_fd_array *a, u32 index)
{
	void **slot;

	if (unlikely(index >= a->map.desc.max_entries))
		return NULL;
	slot = slot_at(a, index);
	/* Pairs with the exchange in fd_update(). */
	return slot ? smp_load_acquire(slot) : NULL;
}

static void **slot_make(struct kbpf_fd_array *a, u32 index)
{
	void **page;

	mutex_lock(&a->lock);
	if (!slot_at(a, index)) {
		page = kvcalloc(SLOTS, sizeof(*page), GFP_KERNEL_ACCOUNT);
		if (page) {
			atomic64_add(SLOTS * sizeof(*page), &a->map.memory);
			/* Slots are empty before they are found. Pairs with slot_at(). */
			smp_store_release(&a->pages[index >> SLOTS_SHIFT], page);
		}
	}
	mutex_unlock(&a->lock);
	return slot_at(a, index);
}

static int fd_update(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	struct kbpf_fd_array *a = to_fd_array(map);
	u32 index = get_unaligned((const u32 *)key);
	void *ptr, *old, **slot;

	if (flags != KBPF_ANY)
		return -EINVAL;
	if (index >= map->desc.max_entries)
		return -E2BIG;
	ptr = a->kind->get(map, get_unaligned((const s32 *)value));
	if (IS_ERR(ptr))
		return PTR_ERR(ptr);
	slot = slot_make(a, index);
	if (!slot) {
		a->kind->put(ptr);
		return -ENOMEM;
	}
	old = xchg(slot, ptr);
	if (old)
		a->kind->put(old);
	return 0;
}

static int fd_delete(struct kbpf_map *map, const void *key)
{
	struct kbpf_fd_array *a = to_fd_array(map);
	u32 index = get_unaligned((const u32 *)key);
	void **slot, *old;

	if (index >= map->desc.max_entries)
		return -E2BIG;
	slot = slot_at(a, index);
	old = slot ? xchg(slot, NULL) : NULL;
	if (!old)
		return -ENOENT;
	a->kind->put(old);
	return 0;
}

static int fd_lookup(struct kbpf_map *map, const void *key, void *value, u64 flags)
{
	struct kbpf_fd_array *a = to_fd_array(map);
	u32 index = get_unaligned((const u32 *)key);
	int err = -ENOENT;
	void *ptr;

	if (!a->kind->sys_value)
		return -ENOTSUPP;
	rcu_read_lock();
	ptr = slot_read(a, index);
	if (ptr) {
		put_unaligned(a->kind->sys_value(ptr), (u32 *)value);
		err = 0;
	}
	rcu_read_unlock();
	return err;
}

static void clear(struct kbpf_fd_array *a)
{
	u32 page, i;
	void *old;

	for (page = 0; page < nr_pages(a); page++) {
		for (i = 0; a->pages[page] && i < SLOTS; i++) {
			old = xchg(&a->pages[page][i], NULL);
			if (old)
				a->kind->put(old);
		}
	}
}

static void fd_free(struct kbpf_map *map)
{
	struct kbpf_fd_array *a = to_fd_array(map);
	u32 i;

	clear(a);
	for (i = 0; i < nr_pages(a); i++)
		kvfree(a->pages[i]);
	kvfree(a->pages);
	mutex_destroy(&a->lock);
	kbpf_map_dealloc(map);
}

static void fd_release_user(struct kbpf_map *map)
{
	if (!(map->desc.flags & KBPF_F_PRESERVE_ELEMS))
		clear(to_fd_array(map));
}

static int fd_check(const struct kbpf_map_create_attr *attr)
{
	if (attr->value_size != sizeof(u32) || attr->map_flags & BOTH_PROG)
		return -EINVAL;
	return kbpf_array_check(attr);
}

static struct kbpf_map *create(const struct kbpf_map_create_attr *attr, const struct fd_kind *kind)
{
	struct kbpf_fd_array *a = kbpf_map_alloc(attr, sizeof(*a));

	if (!a)
		return ERR_PTR(-ENOMEM);
	a->kind = kind;
	a->pages = kvcalloc(nr_pages(a), sizeof(*a->pages), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!a->pages) {
		kbpf_map_dealloc(&a->map);
		return ERR_PTR(-ENOMEM);
	}
	mutex_init(&a->lock);
	atomic64_add((u64)nr_pages(a) * sizeof(*a->pages), &a->map.memory);
	return &a->map;
}

#define FD_OPS(create_fn, release_fn, layout_fn) { \
	.check = fd_check, \
	.create = create_fn, \
	.free = fd_free, \
	.release_user = release_fn, \
	.lookup_copy = fd_lookup, \
	.update_copy = fd_update, \
	.delete_user = fd_delete, \
	.next_key = kbpf_array_next_key, \
	.layout = layout_fn, \
}

/* ---- PERF_EVENT_ARRAY ------------------------------------------------------------ */

static void *ring_get(struct kbpf_map *map, int fd)
{
	struct kbpf_object *obj = kbpf_env_object_get(fd, KBPF_KIND_RING);

	/* As Linux: what is no perf event is no descriptor here. */
	return PTR_ERR_OR_ZERO(obj) == -EINVAL ? ERR_PTR(-EBADF) : obj;
}

static void object_put(void *ptr)
{
	kbpf_object_put(ptr);
}

static const struct fd_kind ring_kind = {
	.get = ring_get,
	.put = object_put,
};

static struct kbpf_map *perf_create(const struct kbpf_map_create_attr *attr)
{
	return create(attr, &ring_kind);
}

struct kbpf_object *kbpf_perf_array_get(struct kbpf_map *map, u32 index)
{
	return slot_read(to_fd_array(map), index);
}

const struct kbpf_map_ops kbpf_perf_array_ops = FD_OPS(perf_create, fd_release_user, NULL);

/* ---- PROG_ARRAY -------------------------------------------------------------------- */

bool kbpf_prog_array_fits(struct kbpf_map *map, const struct kbpf_prog *prog)
{
	struct kbpf_fd_array *a = to_fd_array(map);
	bool fits;

	mutex_lock(&a->lock);
	if (!a->owner_type) {
		a->owner_type = prog->type + 1;
		a->owner_attach = prog->expected_attach_type;
		a->owner_sleepable = prog->sleepable;
	}
	fits = a->owner_type == prog->type + 1 && a->owner_sleepable == prog->sleepable &&
	       a->owner_attach == prog->expected_attach_type;
	mutex_unlock(&a->lock);
	return fits;
}

static void *prog_get(struct kbpf_map *map, int fd)
{
	struct kbpf_object *obj = kbpf_env_object_get(fd, KBPF_KIND_PROG);
	struct kbpf_prog *prog = container_of(obj, struct kbpf_prog, obj);

	if (IS_ERR(obj))
		return obj;
	/* who comes by a tail call was not asked where it may run: run.c, @takes_locks */
	if (!(prog->takes_locks && prog->type == KBPF_PROG_TYPE_TRACING) &&
	    kbpf_prog_array_fits(map, prog))
		return obj;
	kbpf_object_put(obj);
	return ERR_PTR(-EINVAL);
}

static u32 object_id(void *ptr)
{
	return ((struct kbpf_object *)ptr)->id;
}

static const struct fd_kind prog_kind = {
	.get = prog_get,
	.put = object_put,
	.sys_value = object_id,
};

/* Small arrays have their slots from the start: executors may then know where one is. */
static struct kbpf_map *prog_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_map *map = create(attr, &prog_kind);

	if (!IS_ERR(map) && attr->max_entries <= SLOTS && !slot_make(to_fd_array(map), 0)) {
		fd_free(map);
		return ERR_PTR(-ENOMEM);
	}
	return map;
}

/* A program in the array may use the array: without users nobody could part them. */
static void prog_release_user(struct kbpf_map *map)
{
	clear(to_fd_array(map));
}

const struct kbpf_prog *kbpf_env_tail_target(const struct kbpf_map *map, u32 index)
{
	struct kbpf_object *obj = slot_read(to_fd_array((struct kbpf_map *)(unsigned long)map),
					    index);

	return obj ? container_of(obj, struct kbpf_prog, obj) : NULL;
}

static void prog_layout(const struct kbpf_map *map, struct kbpf_map_inline *out)
{
	out->slots = to_fd_array((struct kbpf_map *)(unsigned long)map)->pages;
	out->entries = map->desc.max_entries;
	out->stride = SLOTS;
}

const struct kbpf_map_ops kbpf_prog_array_ops = FD_OPS(prog_create, prog_release_user, prog_layout);

/* ---- CGROUP_ARRAY ------------------------------------------------------------------- */

static void *cgroup_get(struct kbpf_map *map, int fd)
{
	return kbpf_env_cgroup_get(fd);
}

static const struct fd_kind cgroup_kind = {
	.get = cgroup_get,
	.put = kbpf_env_cgroup_put,
};

static struct kbpf_map *cgroup_create(const struct kbpf_map_create_attr *attr)
{
	return create(attr, &cgroup_kind);
}

void *kbpf_cgroup_array_get(struct kbpf_map *map, u32 index)
{
	return slot_read(to_fd_array(map), index);
}

const struct kbpf_map_ops kbpf_cgroup_array_ops = FD_OPS(cgroup_create, NULL, NULL);

/* ---- ARRAY_OF_MAPS ------------------------------------------------------------------- */

static void *inner_get(struct kbpf_map *map, int fd)
{
	struct kbpf_map *inner = kbpf_map_inner_get(map, fd);

	return IS_ERR(inner) ? ERR_CAST(inner) : &inner->obj;
}

static const struct fd_kind inner_kind = {
	.get = inner_get,
	.put = object_put,
	.sys_value = object_id,
};

static void *maps_lookup(struct kbpf_map *map, const void *key)
{
	struct kbpf_object *obj = slot_read(to_fd_array(map), get_unaligned((const u32 *)key));

	return obj ? container_of(obj, struct kbpf_map, obj) : NULL;
}

static void maps_free(struct kbpf_map *map)
{
	kbpf_map_inner_free(map);
	fd_free(map);
}

static struct kbpf_map *maps_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_map *map = create(attr, &inner_kind);
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

const struct kbpf_map_ops kbpf_array_of_maps_ops = {
	.check = fd_check,
	.create = maps_create,
	.free = maps_free,
	.lookup = maps_lookup,
	.batches = KBPF_BATCH(KBPF_MAP_LOOKUP_BATCH) | KBPF_BATCH(KBPF_MAP_UPDATE_BATCH),
	.lookup_copy = fd_lookup,
	.update_copy = fd_update,
	.delete_user = fd_delete,
	.next_key = kbpf_array_next_key,
};
