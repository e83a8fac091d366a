// SPDX-License-Identifier: GPL-2.0
/*
 * QUEUE and STACK: values without keys, in and out at the ends of a ring of
 * max_entries places.
 */
#include "maps/types.h"
#include "maps/lock.h"
#include "maps/value.h"

#define QUEUE_FLAGS	(KBPF_F_NUMA_NODE | KBPF_F_RDONLY | KBPF_F_WRONLY | \
			 KBPF_F_RDONLY_PROG | KBPF_F_WRONLY_PROG)
#define BOTH_PROG	(KBPF_F_RDONLY_PROG | KBPF_F_WRONLY_PROG)

/**
 * struct kbpf_queue - a queue or stack
 * @map: what all maps begin with
 * @lock: protects what follows
 * @first: place of the oldest value
 * @count: values in it
 * @values: places
 */
struct kbpf_queue {
	struct kbpf_map map;
	raw_spinlock_t lock;
	u32 first;
	u32 count;
	u8 *values;
};

static struct kbpf_queue *to_queue(struct kbpf_map *map)
{
	return container_of(map, struct kbpf_queue, map);
}

/* Place of value @i, counted from the oldest. */
static void *place(const struct kbpf_queue *q, u32 i)
{
	u64 at = (u64)q->first + i;

	if (at >= q->map.desc.max_entries)
		at -= q->map.desc.max_entries;
	return q->values + at * q->map.desc.value_size;
}

static void drop_oldest(struct kbpf_queue *q)
{
	q->first = q->first + 1 < q->map.desc.max_entries ? q->first + 1 : 0;
	q->count--;
}

static long queue_push(struct kbpf_map *map, const void *value, u64 flags)
{
	struct kbpf_queue *q = to_queue(map);
	unsigned long irq;
	long err = 0;

	if (unlikely(flags != KBPF_ANY && flags != KBPF_EXIST))
		return -EINVAL;
	if (!kbpf_map_lock(&q->lock, &irq)) {
		kbpf_map_count(map, refused_busy);
		return -EBUSY;
	}
	if (q->count == map->desc.max_entries) {
		/* KBPF_EXIST makes room at the oldest value's cost, in a stack too. */
		if (flags == KBPF_EXIST) {
			drop_oldest(q);
			kbpf_map_count(map, evicted);
		} else {
			kbpf_map_count(map, refused_full);
			err = -E2BIG;
		}
	}
	if (!err)
		kbpf_value_move(place(q, q->count++), value, map->desc.value_size);
	kbpf_map_unlock(&q->lock, irq);
	return err;
}

static __always_inline long get(struct kbpf_map *map, void *value, bool newest, bool take)
{
	struct kbpf_queue *q = to_queue(map);
	unsigned long irq;
	long err = 0;

	if (!kbpf_map_lock(&q->lock, &irq)) {
		kbpf_map_count(map, refused_busy);
		memset(value, 0, map->desc.value_size);
		return -EBUSY;
	}
	if (!q->count) {
		memset(value, 0, map->desc.value_size);
		err = -ENOENT;
	} else {
		kbpf_value_move(value, place(q, newest ? q->count - 1 : 0), map->desc.value_size);
		if (take && newest)
			q->count--;
		else if (take)
			drop_oldest(q);
	}
	kbpf_map_unlock(&q->lock, irq);
	return err;
}

static long queue_pop(struct kbpf_map *map, void *value)
{
	return get(map, value, false, true);
}

static long queue_peek(struct kbpf_map *map, void *value)
{
	return get(map, value, false, false);
}

static long stack_pop(struct kbpf_map *map, void *value)
{
	return get(map, value, true, true);
}

static long stack_peek(struct kbpf_map *map, void *value)
{
	return get(map, value, true, false);
}

static int queue_delete(struct kbpf_map *map, const void *key)
{
	return -EINVAL;
}

static int queue_next_key(struct kbpf_map *map, const void *key, void *next)
{
	return -EINVAL;
}

static u64 queue_entries(struct kbpf_map *map)
{
	return READ_ONCE(to_queue(map)->count);
}

static int queue_check(const struct kbpf_map_create_attr *attr)
{
	if (!attr->max_entries || attr->key_size || !attr->value_size ||
	    attr->map_flags & ~QUEUE_FLAGS || (attr->map_flags & BOTH_PROG) == BOTH_PROG)
		return -EINVAL;
	if (attr->value_size > KMALLOC_MAX_SIZE ||
	    attr->max_entries >= U32_MAX / attr->value_size)
		return -E2BIG;
	return 0;
}

static void queue_free(struct kbpf_map *map)
{
	kvfree(to_queue(map)->values);
	kbpf_map_dealloc(map);
}

static struct kbpf_map *queue_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_queue *q = kbpf_map_alloc(attr, sizeof(*q));

	if (!q)
		return ERR_PTR(-ENOMEM);
	raw_spin_lock_init(&q->lock);
	q->values = kvzalloc_node((size_t)attr->max_entries * attr->value_size,
				  GFP_KERNEL_ACCOUNT | __GFP_NOWARN, kbpf_map_node(attr));
	if (!q->values) {
		kbpf_map_dealloc(&q->map);
		return ERR_PTR(-ENOMEM);
	}
	atomic64_add((u64)attr->max_entries * attr->value_size, &q->map.memory);
	return &q->map;
}

#define QUEUE_OPS(pop_fn, peek_fn) { \
	.check = queue_check, \
	.create = queue_create, \
	.free = queue_free, \
	.push = queue_push, \
	.pop = pop_fn, \
	.peek = peek_fn, \
	.delete_user = queue_delete, \
	.next_key = queue_next_key, \
	.entries = queue_entries, \
}

const struct kbpf_map_ops kbpf_queue_ops = QUEUE_OPS(queue_pop, queue_peek);
const struct kbpf_map_ops kbpf_stack_ops = QUEUE_OPS(stack_pop, stack_peek);
