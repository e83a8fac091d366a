// SPDX-License-Identifier: GPL-2.0
/*
 * STACK_TRACE: stacks by a number made of their hash. Who walked the stack
 * brings the addresses; this file keeps each stack once. A stack that is there
 * already is found without a lock; its entry may be dropped and reused while it
 * is compared, and then the answer is as old as the question.
 */
#include "maps/types.h"
#include "maps/elem.h"
#include "maps/lock.h"
#include "maps/pool.h"
#include "maps/value.h"

#define MAX_DEPTH	127		/* perf_event_max_stack's default */
#define STACK_FLAGS	(KBPF_F_NUMA_NODE | KBPF_F_RDONLY | KBPF_F_WRONLY | KBPF_F_STACK_BUILD_ID)
#define FAST_CMP	(1ULL << 9)
#define REUSE_ID	(1ULL << 10)

/**
 * struct stack - a stack that is kept
 * @elem: link and hash of an entry; here the whole hash is in @hash
 * @hash: of the addresses
 * @nr: addresses
 * @ips: the addresses
 */
struct stack {
	struct kbpf_elem elem;
	u32 hash;
	u32 nr;
	u64 ips[];
};

/**
 * struct kbpf_stack_trace - a map of stacks
 * @map: what all maps begin with
 * @mask: numbers - 1
 * @depth: most addresses of a stack
 * @slots: by number: the stack, or NULL; changed under @lock
 * @lock: protects changes
 * @pool: stacks
 */
struct kbpf_stack_trace {
	struct kbpf_map map;
	u32 mask;
	u32 depth;
	struct stack **slots;
	raw_spinlock_t lock;
	struct kbpf_pool pool;
};

static struct kbpf_stack_trace *to_trace(struct kbpf_map *map)
{
	return container_of(map, struct kbpf_stack_trace, map);
}

static struct stack *slot_read(const struct kbpf_stack_trace *t, u32 id)
{
	/* Pairs with slot_set(). */
	return smp_load_acquire(&t->slots[id]);
}

static void slot_set(struct kbpf_stack_trace *t, u32 id, struct stack *s)
{
	/* A stack is whole before it is found. Pairs with slot_read(). */
	smp_store_release(&t->slots[id], s);
}

static KBPF_RACY bool same(const struct stack *s, u32 hash, const u64 *ips, u32 nr, u64 flags)
{
	if (!s || READ_ONCE(s->hash) != hash)
		return false;
	if (flags & FAST_CMP)
		return true;
	return READ_ONCE(s->nr) == nr && kbpf_key_equal(s->ips, ips, nr * sizeof(*ips));
}

/* Under the lock: a stack for @id, in the place of what is there. */
static long install(struct kbpf_stack_trace *t, u32 id, u32 hash, const u64 *ips, u32 nr)
{
	struct kbpf_elem *e = kbpf_pool_get(&t->pool);
	struct stack *s, *old;

	if (IS_ERR(e))
		return PTR_ERR(e) == -EBUSY ? -EBUSY : -ENOMEM;
	s = container_of(e, struct stack, elem);
	WRITE_ONCE(s->hash, hash);
	WRITE_ONCE(s->nr, nr);
	kbpf_value_move(s->ips, ips, nr * sizeof(*ips));
	old = t->slots[id];
	slot_set(t, id, s);
	if (old) {
		kbpf_map_count(&t->map, evicted);
		kbpf_pool_put(&t->pool, &old->elem);
	}
	return id;
}

static void count_refusal(struct kbpf_map *map, long err)
{
	if (err == -ENOMEM)
		kbpf_map_count(map, refused_full);
	else if (err == -EEXIST || err == -EBUSY)
		kbpf_map_count(map, refused_busy);
}

long kbpf_stack_trace_id(struct kbpf_map *map, const u64 *ips, u32 nr, u64 flags)
{
	struct kbpf_stack_trace *t = to_trace(map);
	unsigned long irq;
	u32 hash, id;
	long ret;

	nr = min(nr, t->depth);
	hash = kbpf_key_hash(ips, nr * sizeof(*ips), 0);
	id = hash & t->mask;
	if (same(slot_read(t, id), hash, ips, nr, flags))
		return id;
	if (!kbpf_map_lock(&t->lock, &irq)) {
		count_refusal(map, -EBUSY);
		return -EBUSY;
	}
	if (same(t->slots[id], hash, ips, nr, flags))
		ret = id;
	else if (t->slots[id] && !(flags & REUSE_ID))
		ret = -EEXIST;
	else
		ret = install(t, id, hash, ips, nr);
	kbpf_map_unlock(&t->lock, irq);
	count_refusal(map, ret);
	return ret;
}

u32 kbpf_stack_trace_depth(const struct kbpf_map *map)
{
	return container_of((struct kbpf_map *)(unsigned long)map, struct kbpf_stack_trace,
			    map)->depth;
}

static int trace_lookup(struct kbpf_map *map, const void *key, void *value, u64 flags)
{
	struct kbpf_stack_trace *t = to_trace(map);
	u32 id = get_unaligned((const u32 *)key), len = 0;
	unsigned long irq;
	struct stack *s;

	if (id > t->mask)
		return -ENOENT;
	if (!kbpf_map_lock(&t->lock, &irq))
		return -EBUSY;
	s = t->slots[id];
	if (s) {
		len = s->nr * sizeof(s->ips[0]);
		kbpf_value_move(value, s->ips, len);
		memset(value + len, 0, map->desc.value_size - len);
	}
	kbpf_map_unlock(&t->lock, irq);
	return s ? 0 : -ENOENT;
}

static int trace_delete(struct kbpf_map *map, const void *key)
{
	struct kbpf_stack_trace *t = to_trace(map);
	u32 id = get_unaligned((const u32 *)key);
	unsigned long irq;
	struct stack *s;

	if (id > t->mask)
		return -E2BIG;
	if (!kbpf_map_lock(&t->lock, &irq))
		return -EBUSY;
	s = t->slots[id];
	slot_set(t, id, NULL);
	if (s)
		kbpf_pool_put(&t->pool, &s->elem);
	kbpf_map_unlock(&t->lock, irq);
	return s ? 0 : -ENOENT;
}

static int trace_update(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	return -EINVAL;
}

static int trace_next_key(struct kbpf_map *map, const void *key, void *next)
{
	struct kbpf_stack_trace *t = to_trace(map);
	u64 id = 0;

	if (key) {
		id = get_unaligned((const u32 *)key);
		id = id > t->mask || !slot_read(t, id) ? 0 : id + 1;
	}
	while (id <= t->mask && !slot_read(t, id))
		id++;
	if (id > t->mask)
		return -ENOENT;
	put_unaligned((u32)id, (u32 *)next);
	return 0;
}

static int trace_check(const struct kbpf_map_create_attr *attr)
{
	if (attr->map_flags & ~STACK_FLAGS || !attr->max_entries || attr->key_size != 4 ||
	    attr->value_size < 8 || attr->value_size % 8)
		return -EINVAL;
	if (attr->map_flags & KBPF_F_STACK_BUILD_ID)
		return attr->value_size % 32 || attr->value_size / 32 > MAX_DEPTH ? -EINVAL :
										    -EOPNOTSUPP;
	if (attr->value_size / 8 > MAX_DEPTH)
		return -EINVAL;
	return attr->max_entries > 1U << 31 ? -E2BIG : 0;
}

static void trace_free(struct kbpf_map *map)
{
	struct kbpf_stack_trace *t = to_trace(map);

	kbpf_pool_exit(&t->pool);
	kvfree(t->slots);
	kbpf_map_dealloc(map);
}

static struct kbpf_map *trace_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_stack_trace *t = kbpf_map_alloc(attr, sizeof(*t));
	u64 n = roundup_pow_of_two((u64)attr->max_entries);
	int err;

	if (!t)
		return ERR_PTR(-ENOMEM);
	t->mask = n - 1;
	t->depth = attr->value_size / 8;
	raw_spin_lock_init(&t->lock);
	t->pool.elem_size = sizeof(struct stack) + attr->value_size;
	t->pool.capacity = attr->max_entries;
	t->pool.node = kbpf_map_node(attr);
	t->pool.memory = &t->map.memory;
	err = kbpf_pool_init(&t->pool, false);
	t->slots = kvcalloc(n, sizeof(*t->slots), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (err || !t->slots) {
		trace_free(&t->map);
		return ERR_PTR(-ENOMEM);
	}
	atomic64_add(n * sizeof(*t->slots), &t->map.memory);
	return &t->map;
}

const struct kbpf_map_ops kbpf_stack_trace_ops = {
	.check = trace_check,
	.create = trace_create,
	.free = trace_free,
	.lookup_copy = trace_lookup,
	.update_copy = trace_update,
	.delete_user = trace_delete,
	.next_key = trace_next_key,
};
