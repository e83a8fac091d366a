// SPDX-License-Identifier: GPL-2.0
/*
 * The hash table itself, whatever its values are: finding, linking, commands,
 * birth and death. Updates differ by family.
 */
#include "maps/hash.h"

#define MAX_ENTRIES	(1U << 27)
#define FEW_ENTRIES	(1U << 16)	/* up to here a bucket each */
#define LOCKS_PER_CPU	64
#define PCPU_VALUE_MAX	(32U << 10)
#define BATCH_ROOM	32U
#define HASH_FLAGS	(KBPF_F_NO_PREALLOC | KBPF_F_NO_COMMON_LRU | KBPF_F_NUMA_NODE | \
			 KBPF_F_RDONLY | KBPF_F_WRONLY | KBPF_F_RDONLY_PROG | \
			 KBPF_F_WRONLY_PROG | KBPF_F_ZERO_SEED)
#define BOTH_PROG	(KBPF_F_RDONLY_PROG | KBPF_F_WRONLY_PROG)

/* ---- find and link ------------------------------------------------------------ */

u32 kbpf_hash_of(const struct kbpf_hash *h, const void *key)
{
	u32 size = h->map.desc.key_size;

	if (size == 4)
		return kbpf_key_hash(key, 4, h->seed);
	if (size == 8)
		return kbpf_key_hash(key, 8, h->seed);
	if (size == 16)
		return kbpf_key_hash(key, 16, h->seed);
	return kbpf_key_hash(key, size, h->seed);
}

struct kbpf_elem *kbpf_hash_find_any(const struct kbpf_hash *h, const void *key, u32 hash)
{
	u32 size = h->map.desc.key_size;

	if (size == 4)
		return kbpf_hash_find(h, key, 4, h->key_off, hash);
	if (size == 8)
		return kbpf_hash_find(h, key, 8, h->key_off, hash);
	if (size == 16)
		return kbpf_hash_find(h, key, 16, h->key_off, hash);
	return kbpf_hash_find(h, key, size, h->key_off, hash);
}

bool kbpf_hash_lock(struct kbpf_hash *h, u32 hash, unsigned long *flags)
{
	if (likely(kbpf_map_lock(&h->locks[hash & h->lock_mask], flags)))
		return true;
	kbpf_map_count(&h->map, refused_busy);
	return false;
}

void kbpf_hash_unlock(struct kbpf_hash *h, u32 hash, unsigned long flags)
{
	kbpf_map_unlock(&h->locks[hash & h->lock_mask], flags);
}

void kbpf_hash_link(struct kbpf_hash *h, struct kbpf_elem *e, u32 hash)
{
	unsigned long *head = &h->heads[hash & h->mask];

	if (h->lru)
		WRITE_ONCE(*kbpf_hash_state(h, e), KBPF_LRU_LINKED);
	kbpf_link_set(&e->next, *head);
	kbpf_link_set(head, (unsigned long)e);
}

void kbpf_hash_unlink(struct kbpf_hash *h, struct kbpf_elem *e, u32 hash)
{
	unsigned long *link = &h->heads[hash & h->mask];

	while (*link != (unsigned long)e)
		link = &((struct kbpf_elem *)*link)->next;
	/* The entry's own link stays, for readers that stand on it. */
	kbpf_link_set(link, e->next);
	if (h->lru)
		WRITE_ONCE(*kbpf_hash_state(h, e), 0);
}

bool kbpf_hash_is_linked(const struct kbpf_hash *h, const struct kbpf_elem *e, u32 hash)
{
	unsigned long link = h->heads[hash & h->mask];

	while (!kbpf_hash_is_end(link) && link != (unsigned long)e)
		link = ((struct kbpf_elem *)link)->next;
	return link == (unsigned long)e;
}

int kbpf_hash_check_exist(const struct kbpf_elem *old, u64 flags)
{
	flags &= ~(u64)KBPF_F_LOCK;
	if (old && flags == KBPF_NOEXIST)
		return -EEXIST;
	if (!old && flags == KBPF_EXIST)
		return -ENOENT;
	return 0;
}

int kbpf_hash_refuse(struct kbpf_hash *h, int err)
{
	if (err == -E2BIG)
		kbpf_map_count(&h->map, refused_full);
	else if (err == -ENOMEM)
		kbpf_map_count(&h->map, refused_nomem);
	else
		kbpf_map_count(&h->map, refused_busy);
	return err;
}

void kbpf_hash_set_key(struct kbpf_hash *h, struct kbpf_elem *e, const void *key, u32 hash)
{
	WRITE_ONCE(e->hash, hash);
	kbpf_value_move(kbpf_hash_key(h, e), key, h->map.desc.key_size);
}

void kbpf_hash_fill(struct kbpf_hash *h, struct kbpf_elem *e, const void *key, const void *value,
		    u32 hash)
{
	kbpf_hash_set_key(h, e, key, hash);
	kbpf_value_copy(&h->map.desc, kbpf_hash_value(h, e), value);
	kbpf_value_init_special(&h->map.desc, kbpf_hash_value(h, e));
}

void kbpf_hash_set_percpu(struct kbpf_hash *h, struct kbpf_elem *e, const void *value, bool all,
			  bool is_new)
{
	const struct kbpf_map_desc *desc = &h->map.desc;
	u32 stride = round_up(desc->value_size, 8), off = 0;
	int cpu;

	if (!all && !is_new) {
		kbpf_value_copy(desc, kbpf_hash_percpu_value(h, e, smp_processor_id()), value);
		return;
	}
	for_each_possible_cpu(cpu) {
		void *dst = kbpf_hash_percpu_value(h, e, cpu);

		if (all)
			kbpf_value_move(dst, value + off, stride);
		else if (cpu == smp_processor_id())
			kbpf_value_copy(desc, dst, value);
		else
			memset(dst, 0, stride);
		off += stride;
	}
}

int kbpf_hash_replace(struct kbpf_hash *h, struct kbpf_elem *old, const void *key,
		      const void *value, u32 hash)
{
	/* Only this CPU uses it; a nested section sees NULL or an entry. */
	struct kbpf_elem *e = this_cpu_xchg(*h->extra, NULL);

	if (!e)
		return kbpf_hash_refuse(h, -EBUSY);
	kbpf_hash_fill(h, e, key, value, hash);
	kbpf_hash_link(h, e, hash);
	kbpf_hash_unlink(h, old, hash);
	kbpf_hash_drop_timer(h, old);
	this_cpu_write(*h->extra, old);
	return 0;
}

struct kbpf_elem *kbpf_hash_get(struct kbpf_hash *h)
{
	struct kbpf_elem *e = kbpf_pool_get(&h->pool);

	if (IS_ERR(e))
		kbpf_hash_refuse(h, PTR_ERR(e));
	else
		this_cpu_inc(*h->entries);
	return e;
}

void kbpf_hash_drop(struct kbpf_hash *h, struct kbpf_elem *e, u32 hash)
{
	kbpf_hash_unlink(h, e, hash);
	kbpf_hash_drop_timer(h, e);
	this_cpu_dec(*h->entries);
	kbpf_pool_put(&h->pool, e);
}

/* ---- operations that families share -------------------------------------------- */

long kbpf_hash_delete(struct kbpf_map *map, const void *key)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	u32 hash = kbpf_hash_of(h, key);
	struct kbpf_elem *e;
	unsigned long irq;

	if (!kbpf_hash_lock(h, hash, &irq))
		return -EBUSY;
	e = kbpf_hash_find_any(h, key, hash);
	if (e)
		kbpf_hash_drop(h, e, hash);
	kbpf_hash_unlock(h, hash, irq);
	return e ? 0 : -ENOENT;
}

void *kbpf_hash_lookup_percpu(struct kbpf_map *map, const void *key, u32 cpu)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	struct kbpf_elem *e = kbpf_hash_find_any(h, key, kbpf_hash_of(h, key));

	if (e && h->lru)
		WRITE_ONCE(*kbpf_hash_state(h, e), KBPF_LRU_LINKED | KBPF_LRU_USED);
	return e ? kbpf_hash_percpu_value(h, e, cpu) : NULL;
}

/* Value of an entry as commands see it. */
static void copy_out(struct kbpf_hash *h, struct kbpf_elem *e, void *value, u64 flags)
{
	u32 stride = round_up(h->map.desc.value_size, 8), off = 0;
	struct kbpf_map *inner;
	int cpu;

	if (h->of_maps) {
		inner = READ_ONCE(*(struct kbpf_map **)kbpf_hash_value(h, e));
		put_unaligned(inner->obj.id, (u32 *)value);
		return;
	}
	if (!h->percpu) {
		kbpf_value_copy_out(&h->map.desc, value, kbpf_hash_value(h, e), flags);
		return;
	}
	for_each_possible_cpu(cpu) {
		kbpf_value_move(value + off, kbpf_hash_percpu_value(h, e, cpu), stride);
		off += stride;
	}
}

int kbpf_hash_lookup_copy(struct kbpf_map *map, const void *key, void *value, u64 flags)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	struct kbpf_elem *e;

	rcu_read_lock();
	e = kbpf_hash_find_any(h, key, kbpf_hash_of(h, key));
	if (e)
		copy_out(h, e, value, flags);
	rcu_read_unlock();
	return e ? 0 : -ENOENT;
}

int kbpf_hash_take_copy(struct kbpf_map *map, const void *key, void *value, u64 flags)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	u32 hash = kbpf_hash_of(h, key);
	struct kbpf_elem *e;
	unsigned long irq;

	if (!kbpf_hash_lock(h, hash, &irq))
		return -EBUSY;
	e = kbpf_hash_find_any(h, key, hash);
	if (e) {
		copy_out(h, e, value, flags);
		kbpf_hash_drop(h, e, hash);
	}
	kbpf_hash_unlock(h, hash, irq);
	return e ? 0 : -ENOENT;
}

int kbpf_hash_next_key(struct kbpf_map *map, const void *key, void *next)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	struct kbpf_elem *e = NULL;
	unsigned long link = 1;
	u32 hash = 0;
	u64 i = 0;

	rcu_read_lock();
	if (key) {
		hash = kbpf_hash_of(h, key);
		e = kbpf_hash_find_any(h, key, hash);
	}
	if (e) {
		i = hash & h->mask;
		link = kbpf_link_read(&e->next);
	}
	/* A key that is not there, or not any more, starts from the beginning. */
	for (i += !!e; kbpf_hash_is_end(link) && i <= h->mask; i++)
		link = kbpf_link_read(&h->heads[i]);
	if (!kbpf_hash_is_end(link))
		kbpf_value_move(next, kbpf_hash_key(h, (struct kbpf_elem *)link),
				map->desc.key_size);
	rcu_read_unlock();
	return kbpf_hash_is_end(link) ? -ENOENT : 0;
}

long kbpf_hash_for_each(struct kbpf_map *map, const struct kbpf_func *func, u64 ctx)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	struct kbpf_elem *e;
	unsigned long link;
	long n = 0;
	void *value;
	u64 i;

	for (i = 0; i <= h->mask; i++) {
		link = kbpf_link_read(&h->heads[i]);
		while (!kbpf_hash_is_end(link)) {
			e = (struct kbpf_elem *)link;
			value = kbpf_hash_value_here(h, e);
			n++;
			if (kbpf_map_callback(func, map, kbpf_hash_key(h, e), value, ctx))
				return n;
			link = kbpf_link_read(&e->next);
		}
	}
	return n;
}

const void *kbpf_hash_timer_key(struct kbpf_map *map, void *value, u32 *index)
{
	const struct kbpf_hash *h = kbpf_to_hash(map);

	return value - h->value_off + h->key_off;
}

u64 kbpf_hash_entries(struct kbpf_map *map)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	s64 n = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		n += READ_ONCE(*per_cpu_ptr(h->entries, cpu));
	return n > 0 ? n : 0;
}

struct kbpf_pool *kbpf_hash_pool(struct kbpf_map *map)
{
	return &kbpf_to_hash(map)->pool;
}

/* ---- batches --------------------------------------------------------------------- */

/* What a batch has in hand: room for the entries of a bucket. */
struct batch {
	struct kbpf_hash *h;
	u64 flags;
	bool take;
	u32 room;
	u32 key_size;
	u32 value_size;
	u8 *keys;
	u8 *values;
	void **maps;
};

static void batch_free(struct batch *b)
{
	kvfree(b->keys);
	kvfree(b->values);
	kvfree(b->maps);
	b->keys = NULL;
	b->values = NULL;
	b->maps = NULL;
}

static int batch_room(struct batch *b, u32 room)
{
	batch_free(b);
	b->room = room;
	b->keys = kvmalloc_array(room, b->key_size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	b->values = kvmalloc_array(room, b->value_size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	b->maps = kvcalloc(room, sizeof(*b->maps), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	return b->keys && b->values && b->maps ? 0 : -ENOMEM;
}

/*
 * The entries of bucket @i, which has @n or so of them, all or none of them.
 * Return: how many there are; more than @most or the room: none was copied.
 */
static s64 batch_bucket(struct batch *b, u32 i, u32 most)
{
	struct kbpf_hash *h = b->h;
	struct kbpf_elem *e;
	unsigned long irq, link;
	u32 n = 0, j;

	if (!kbpf_hash_lock(h, i, &irq))
		return -EBUSY;
	for (link = h->heads[i]; !kbpf_hash_is_end(link); link = ((struct kbpf_elem *)link)->next)
		n++;
	if (n > most || n > b->room) {
		kbpf_hash_unlock(h, i, irq);
		return n;
	}
	link = h->heads[i];
	for (j = 0; j < n; j++) {
		e = (struct kbpf_elem *)link;
		link = e->next;
		kbpf_value_move(b->keys + (size_t)j * b->key_size, kbpf_hash_key(h, e),
				b->key_size);
		copy_out(h, e, b->values + (size_t)j * b->value_size, b->flags);
		if (h->of_maps)
			b->maps[j] = *(void **)kbpf_hash_value(h, e);
		if (b->take)
			kbpf_hash_drop(h, e, i);
	}
	kbpf_hash_unlock(h, i, irq);
	for (j = 0; b->take && h->of_maps && j < n; j++)
		kbpf_object_put(&((struct kbpf_map *)b->maps[j])->obj);
	return n;
}

/* From bucket @i on, until there is no more room for a whole bucket. */
static int batch_walk(struct batch *b, u64 *i, struct kbpf_map_batch_attr *attr, u32 max,
		      const struct kbpf_map_io *io)
{
	u32 done = 0;
	s64 n;

	for (; *i <= b->h->mask; ++*i) {
		if (kbpf_hash_is_end(kbpf_link_read(&b->h->heads[*i])))
			continue;
		n = batch_bucket(b, *i, max - done);
		while (n > b->room && n <= max - done) {
			if (batch_room(b, n))
				return -ENOMEM;
			n = batch_bucket(b, *i, max - done);
		}
		if (n < 0)
			return n;
		if (n > max - done)
			return done ? 0 : -ENOSPC;
		if (io->out(attr->keys + (u64)done * b->key_size, b->keys, n * b->key_size) ||
		    io->out(attr->values + (u64)done * b->value_size, b->values,
			    n * b->value_size))
			return -EFAULT;
		done += n;
		attr->count = done;
		cond_resched();
	}
	return -ENOENT;
}

int kbpf_hash_batch(struct kbpf_map *map, struct kbpf_map_batch_attr *attr,
		    const struct kbpf_map_io *io, bool take)
{
	struct batch b = {
		.h = kbpf_to_hash(map), .flags = attr->elem_flags, .take = take,
		.key_size = map->desc.key_size, .value_size = kbpf_map_user_value_size(map),
	};
	u32 max = attr->count, pos = 0;
	u64 i;
	int err;

	attr->count = 0;
	if (attr->in_batch && io->in(&pos, attr->in_batch, sizeof(pos)))
		return -EFAULT;
	if (pos > b.h->mask)
		return -ENOENT;
	i = pos;
	err = batch_room(&b, min(max, BATCH_ROOM));
	if (!err)
		err = batch_walk(&b, &i, attr, max, io);
	batch_free(&b);
	if (err == -EFAULT)
		attr->count = 0;
	pos = i;
	if (err != -EFAULT && io->out(attr->out_batch, &pos, sizeof(pos)))
		err = -EFAULT;
	return err;
}

/* ---- birth and death --------------------------------------------------------------- */

int kbpf_hash_check(const struct kbpf_map_create_attr *attr)
{
	bool lru = attr->map_type == KBPF_MAP_TYPE_LRU_HASH ||
		   attr->map_type == KBPF_MAP_TYPE_LRU_PERCPU_HASH;

	if (attr->map_flags & ~HASH_FLAGS || (attr->map_flags & BOTH_PROG) == BOTH_PROG)
		return -EINVAL;
	if (!lru && (attr->map_flags & KBPF_F_NO_COMMON_LRU))
		return -EINVAL;
	if (lru && (attr->map_flags & KBPF_F_NO_PREALLOC))
		return -ENOTSUPP;
	if ((attr->map_flags & KBPF_F_NO_COMMON_LRU) && kbpf_map_node(attr) != NUMA_NO_NODE)
		return -EINVAL;
	if (!attr->max_entries || !attr->key_size || !attr->value_size)
		return -EINVAL;
	if ((u64)attr->key_size + attr->value_size >= KMALLOC_MAX_SIZE - sizeof(struct kbpf_elem))
		return -E2BIG;
	if (attr->max_entries > MAX_ENTRIES)
		return -E2BIG;
	return 0;
}

int kbpf_hash_check_percpu(const struct kbpf_map_create_attr *attr)
{
	int err = kbpf_hash_check(attr);

	if (!err && kbpf_map_node(attr) != NUMA_NO_NODE)
		return -EINVAL;
	if (!err && attr->value_size > PCPU_VALUE_MAX)
		return -E2BIG;
	return err;
}

void kbpf_hash_free(struct kbpf_map *map)
{
	struct kbpf_hash *h = kbpf_to_hash(map);

	kbpf_pool_exit(&h->pool);
	kvfree(h->heads);
	kvfree(h->locks);
	free_percpu(h->extra);
	free_percpu(h->entries);
	kbpf_map_dealloc(map);
}

static int alloc_table(struct kbpf_hash *h)
{
	u32 n = h->map.desc.max_entries, locks, i;

	/* Beyond a size memory counts more than a second step in a chain. */
	n = n > FEW_ENTRIES ? roundup_pow_of_two(n) / 2 : roundup_pow_of_two(n);
	locks = min_t(u32, n, roundup_pow_of_two(num_possible_cpus() * LOCKS_PER_CPU));
	h->mask = n - 1;
	h->lock_mask = locks - 1;
	h->heads = kvmalloc_node((size_t)n * sizeof(*h->heads), GFP_KERNEL_ACCOUNT | __GFP_NOWARN,
				 h->pool.node);
	h->locks = kvmalloc_node((size_t)locks * sizeof(*h->locks),
				 GFP_KERNEL_ACCOUNT | __GFP_NOWARN, h->pool.node);
	if (!h->heads || !h->locks)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		h->heads[i] = kbpf_hash_end(i);
	for (i = 0; i < locks; i++)
		raw_spin_lock_init(&h->locks[i]);
	atomic64_add((u64)n * sizeof(*h->heads) + (u64)locks * sizeof(*h->locks), &h->map.memory);
	return 0;
}

static int alloc_extra(struct kbpf_hash *h)
{
	struct kbpf_elem *e;
	unsigned long irq;
	int cpu;

	h->extra = alloc_percpu_gfp(struct kbpf_elem *, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!h->extra)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		kbpf_pool_prepare(&h->pool);
		kbpf_map_enter(&irq);
		e = kbpf_pool_get(&h->pool);
		kbpf_map_leave(irq);
		if (IS_ERR(e))
			return -ENOMEM;
		*per_cpu_ptr(h->extra, cpu) = e;
	}
	return 0;
}

static void lay_out(struct kbpf_hash *h)
{
	const struct kbpf_map_desc *desc = &h->map.desc;
	u32 slot = h->of_maps ? sizeof(void *) : round_up(desc->value_size, 8);

	h->key_off = sizeof(struct kbpf_elem) + (h->percpu ? sizeof(void *) : 0) +
		     (h->lru ? sizeof(u64) : 0);
	h->value_off = h->key_off + round_up(desc->key_size, 8);
	h->pool.elem_size = h->value_off + (h->percpu ? 0 : slot);
	h->pool.pcpu_size = h->percpu ? slot : 0;
	h->pool.capacity = desc->max_entries + (h->percpu ? 0 : num_possible_cpus());
	h->pool.memory = &h->map.memory;
}

struct kbpf_map *kbpf_hash_create(const struct kbpf_map_create_attr *attr, u32 what)
{
	struct kbpf_hash *h = kbpf_map_alloc(attr, sizeof(*h));
	int err;

	if (!h)
		return ERR_PTR(-ENOMEM);
	h->percpu = what & KBPF_HASH_PERCPU;
	h->lru = what & KBPF_HASH_LRU;
	h->of_maps = what & KBPF_HASH_OF_MAPS;
	h->seed = attr->map_flags & KBPF_F_ZERO_SEED ? 0 : get_random_u64();
	raw_spin_lock_init(&h->clock);
	h->pool.node = kbpf_map_node(attr);
	lay_out(h);
	err = kbpf_pool_init(&h->pool, attr->map_flags & KBPF_F_NO_PREALLOC);
	h->entries = alloc_percpu_gfp(s64, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!err && !h->entries)
		err = -ENOMEM;
	if (!err)
		err = alloc_table(h);
	if (!err && !h->percpu)
		err = alloc_extra(h);
	if (err) {
		kbpf_hash_free(&h->map);
		return ERR_PTR(err);
	}
	return &h->map;
}
