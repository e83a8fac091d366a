// SPDX-License-Identifier: GPL-2.0
/*
 * ARRAY and PERCPU_ARRAY: all entries exist from the start. An ARRAY's values
 * stand one after the other in memory that, with KBPF_F_MMAPABLE, clients map;
 * a per-CPU array's stand in per-CPU memory, as many in a piece as its
 * allocator gives.
 */
#include "maps/types.h"
#include "maps/value.h"

#define PCPU_CHUNK	(32U << 10)
#define ARRAY_FLAGS	(KBPF_F_NUMA_NODE | KBPF_F_MMAPABLE | KBPF_F_RDONLY | KBPF_F_WRONLY | \
			 KBPF_F_RDONLY_PROG | KBPF_F_WRONLY_PROG | KBPF_F_PRESERVE_ELEMS | \
			 KBPF_F_INNER_MAP)
#define BOTH_PROG	(KBPF_F_RDONLY_PROG | KBPF_F_WRONLY_PROG)

/**
 * struct kbpf_array - an array
 * @map: what all maps begin with
 * @data: values, for ARRAY
 * @stride: bytes from one value to the next
 * @shift: per CPU: values in a chunk, as a power of two
 * @nr_chunks: per CPU: chunks
 * @chunks: per CPU: values, by chunk
 */
struct kbpf_array {
	struct kbpf_map map;
	union {
		u8 *data;
		void __percpu **chunks;
	};
	u32 stride;
	u32 shift;
	u32 nr_chunks;
};

static __always_inline struct kbpf_array *to_array(const struct kbpf_map *map)
{
	return container_of((struct kbpf_map *)(unsigned long)map, struct kbpf_array, map);
}

int kbpf_array_check(const struct kbpf_map_create_attr *attr)
{
	if (!attr->max_entries || attr->key_size != 4 || !attr->value_size)
		return -EINVAL;
	if (attr->map_flags & ~ARRAY_FLAGS || (attr->map_flags & BOTH_PROG) == BOTH_PROG)
		return -EINVAL;
	if (attr->map_type != KBPF_MAP_TYPE_ARRAY &&
	    (attr->map_flags & (KBPF_F_MMAPABLE | KBPF_F_INNER_MAP)))
		return -EINVAL;
	if (attr->map_type != KBPF_MAP_TYPE_PERF_EVENT_ARRAY &&
	    (attr->map_flags & KBPF_F_PRESERVE_ELEMS))
		return -EINVAL;
	return attr->value_size > INT_MAX ? -E2BIG : 0;
}

int kbpf_array_next_key(struct kbpf_map *map, const void *key, void *next)
{
	u32 index = key ? get_unaligned((const u32 *)key) : U32_MAX;

	if (index == map->desc.max_entries - 1)
		return -ENOENT;
	index = index < map->desc.max_entries ? index + 1 : 0;
	put_unaligned(index, (u32 *)next);
	return 0;
}

/* What an update's flags and index come to; values exist always. */
static int check_update(const struct kbpf_map *map, u32 index, u64 flags)
{
	int err = kbpf_value_check_flags(map, flags);

	if (err)
		return err;
	if (unlikely(index >= map->desc.max_entries))
		return -E2BIG;
	return flags & KBPF_NOEXIST ? -EEXIST : 0;
}

static long array_delete(struct kbpf_map *map, const void *key)
{
	return -EINVAL;
}

static long array_for_each(struct kbpf_map *map, const struct kbpf_func *func, u64 ctx)
{
	u32 i;

	for (i = 0; i < map->desc.max_entries; i++)
		if (kbpf_map_callback(func, map, &i, map->ops->lookup(map, &i), ctx))
			return i + 1;
	return i;
}

/* ---- ARRAY -------------------------------------------------------------------- */

static __always_inline void *value_at(const struct kbpf_array *a, u32 index)
{
	return a->data + (size_t)index * a->stride;
}

static void *array_lookup(struct kbpf_map *map, const void *key)
{
	u32 index = get_unaligned((const u32 *)key);

	if (unlikely(index >= map->desc.max_entries))
		return NULL;
	return value_at(to_array(map), index);
}

static long array_update(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	u32 index = get_unaligned((const u32 *)key);
	int err = check_update(map, index, flags);
	void *dst;

	if (unlikely(err))
		return err;
	dst = value_at(to_array(map), index);
	if (unlikely(flags & KBPF_F_LOCK))
		kbpf_value_copy_locked(&map->desc, dst, value, dst);
	else
		kbpf_value_copy(&map->desc, dst, value);
	return 0;
}

static size_t data_size(const struct kbpf_array *a)
{
	return (size_t)a->map.desc.max_entries * a->stride;
}

static int array_direct_addr(const struct kbpf_map *map, u32 off, u64 *addr)
{
	const struct kbpf_array *a = to_array(map);

	if (map->desc.max_entries != 1 || off >= map->desc.value_size)
		return -EINVAL;
	*addr = (unsigned long)a->data + off;
	return 0;
}

static void array_layout(const struct kbpf_map *map, struct kbpf_map_inline *out)
{
	const struct kbpf_array *a = to_array(map);

	out->entries = map->desc.max_entries;
	out->base = (unsigned long)a->data;
	out->stride = a->stride;
}

static int array_mmap(struct kbpf_map *map, u64 pgoff, size_t size, struct kbpf_map_mem *mem)
{
	struct kbpf_array *a = to_array(map);
	u64 total = PAGE_ALIGN(data_size(a));

	if (!(map->desc.flags & KBPF_F_MMAPABLE))
		return -EINVAL;
	if (pgoff > total >> PAGE_SHIFT || size > total - (pgoff << PAGE_SHIFT))
		return -EINVAL;
	mem->base = a->data;
	mem->addr = a->data + (pgoff << PAGE_SHIFT);
	mem->size = size;
	mem->writable = true;
	return 0;
}

static const void *array_timer_key(struct kbpf_map *map, void *value, u32 *index)
{
	const struct kbpf_array *a = to_array(map);

	*index = (u32)((size_t)((u8 *)value - a->data) / a->stride);
	return index;
}

static void array_free(struct kbpf_map *map)
{
	struct kbpf_array *a = to_array(map);

	if (map->desc.flags & KBPF_F_MMAPABLE)
		kbpf_shm_free(a->data);
	else
		kvfree(a->data);
	kbpf_map_dealloc(map);
}

static struct kbpf_map *array_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_array *a = kbpf_map_alloc(attr, sizeof(*a));

	if (!a)
		return ERR_PTR(-ENOMEM);
	a->stride = round_up(attr->value_size, 8);
	if (attr->map_flags & KBPF_F_MMAPABLE)
		a->data = kbpf_shm_alloc(data_size(a), kbpf_map_node(attr));
	else
		a->data = kvzalloc_node(data_size(a), GFP_KERNEL_ACCOUNT | __GFP_NOWARN,
					kbpf_map_node(attr));
	if (!a->data) {
		kbpf_map_dealloc(&a->map);
		return ERR_PTR(-ENOMEM);
	}
	atomic64_add(data_size(a), &a->map.memory);
	return &a->map;
}

const struct kbpf_map_ops kbpf_array_ops = {
	.check = kbpf_array_check,
	.create = array_create,
	.free = array_free,
	.lookup = array_lookup,
	.update = array_update,
	.delete = array_delete,
	.for_each = array_for_each,
	.batches = KBPF_BATCH(KBPF_MAP_LOOKUP_BATCH) | KBPF_BATCH(KBPF_MAP_UPDATE_BATCH),
	.next_key = kbpf_array_next_key,
	.direct_addr = array_direct_addr,
	.layout = array_layout,
	.mmap = array_mmap,
	.timer_key = array_timer_key,
};

/* ---- PERCPU_ARRAY --------------------------------------------------------------- */

static __always_inline void __percpu *percpu_at(const struct kbpf_array *a, u32 index)
{
	return a->chunks[index >> a->shift] + (index & ((1U << a->shift) - 1)) * a->stride;
}

/* One chunk is one row; of several there is no telling where they are. */
static void percpu_layout(const struct kbpf_map *map, struct kbpf_map_inline *out)
{
	const struct kbpf_array *a = to_array(map);

	if (a->nr_chunks != 1)
		return;
	out->entries = map->desc.max_entries;
	out->base = (__force unsigned long)a->chunks[0];
	out->stride = a->stride;
	out->percpu = true;
}

static void *percpu_lookup(struct kbpf_map *map, const void *key)
{
	u32 index = get_unaligned((const u32 *)key);

	if (unlikely(index >= map->desc.max_entries))
		return NULL;
	return this_cpu_ptr(percpu_at(to_array(map), index));
}

static void *percpu_lookup_percpu(struct kbpf_map *map, const void *key, u32 cpu)
{
	u32 index = get_unaligned((const u32 *)key);

	if (unlikely(index >= map->desc.max_entries))
		return NULL;
	return per_cpu_ptr(percpu_at(to_array(map), index), cpu);
}

static long percpu_update(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	u32 index = get_unaligned((const u32 *)key);
	int err = check_update(map, index, flags);

	if (unlikely(err))
		return err;
	kbpf_value_copy(&map->desc, this_cpu_ptr(percpu_at(to_array(map), index)), value);
	return 0;
}

static int percpu_lookup_copy(struct kbpf_map *map, const void *key, void *value, u64 flags)
{
	const struct kbpf_array *a = to_array(map);
	u32 index = get_unaligned((const u32 *)key), off = 0;
	int cpu;

	if (index >= map->desc.max_entries)
		return -ENOENT;
	for_each_possible_cpu(cpu) {
		kbpf_value_move(value + off, per_cpu_ptr(percpu_at(a, index), cpu), a->stride);
		off += a->stride;
	}
	return 0;
}

static int percpu_update_copy(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	const struct kbpf_array *a = to_array(map);
	u32 index = get_unaligned((const u32 *)key), off = 0;
	int cpu, err = flags > KBPF_EXIST ? -EINVAL : check_update(map, index, flags);

	if (err)
		return err;
	for_each_possible_cpu(cpu) {
		kbpf_value_move(per_cpu_ptr(percpu_at(a, index), cpu), value + off, a->stride);
		off += a->stride;
	}
	return 0;
}

static int percpu_check(const struct kbpf_map_create_attr *attr)
{
	int err = kbpf_array_check(attr);

	if (!err && kbpf_map_node(attr) != NUMA_NO_NODE)
		return -EINVAL;
	if (!err && attr->value_size > PCPU_CHUNK)
		return -E2BIG;
	return err;
}

static void percpu_free(struct kbpf_map *map)
{
	struct kbpf_array *a = to_array(map);
	u32 i;

	for (i = 0; a->chunks && i < a->nr_chunks; i++)
		free_percpu(a->chunks[i]);
	kvfree(a->chunks);
	kbpf_map_dealloc(map);
}

static int alloc_percpu_values(struct kbpf_array *a)
{
	u32 left = a->map.desc.max_entries, n, i;

	a->shift = ilog2(PCPU_CHUNK / a->stride);
	a->nr_chunks = DIV_ROUND_UP((u64)left, 1U << a->shift);
	a->chunks = kvcalloc(a->nr_chunks, sizeof(*a->chunks), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!a->chunks)
		return -ENOMEM;
	for (i = 0; i < a->nr_chunks; i++, left -= n) {
		n = min(left, 1U << a->shift);
		a->chunks[i] = __alloc_percpu_gfp((size_t)n * a->stride, 8,
						  GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!a->chunks[i])
			return -ENOMEM;
		atomic64_add((u64)n * a->stride * num_possible_cpus(), &a->map.memory);
		cond_resched();
	}
	return 0;
}

static struct kbpf_map *percpu_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_array *a = kbpf_map_alloc(attr, sizeof(*a));
	int err;

	if (!a)
		return ERR_PTR(-ENOMEM);
	a->stride = round_up(attr->value_size, 8);
	err = alloc_percpu_values(a);
	if (err) {
		percpu_free(&a->map);
		return ERR_PTR(err);
	}
	return &a->map;
}

const struct kbpf_map_ops kbpf_percpu_array_ops = {
	.check = percpu_check,
	.create = percpu_create,
	.free = percpu_free,
	.lookup = percpu_lookup,
	.layout = percpu_layout,
	.update = percpu_update,
	.delete = array_delete,
	.lookup_percpu = percpu_lookup_percpu,
	.for_each = array_for_each,
	.batches = KBPF_BATCH(KBPF_MAP_LOOKUP_BATCH) | KBPF_BATCH(KBPF_MAP_UPDATE_BATCH),
	.lookup_copy = percpu_lookup_copy,
	.update_copy = percpu_update_copy,
	.next_key = kbpf_array_next_key,
};
