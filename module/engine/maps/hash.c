// SPDX-License-Identifier: GPL-2.0
/*
 * HASH and PERCPU_HASH. An update of a key that is there puts a new entry in
 * the old one's place, so that a reader sees the old value or the new one; the
 * old entry may be reused at once, by any key, as in Linux's preallocated maps:
 * a program that holds a pointer to a value keeps memory, not contents.
 */
#include "maps/hash.h"
#include "maps/types.h"

#define MAX_ENTRIES	(1U << 27)
#define FEW_ENTRIES	(1U << 16)	/* up to here a bucket each */
#define LOCKS_PER_CPU	64
#define PCPU_VALUE_MAX	(32U << 10)
#define HASH_FLAGS	(KBPF_F_NO_PREALLOC | KBPF_F_NO_COMMON_LRU | KBPF_F_NUMA_NODE | \
			 KBPF_F_RDONLY | KBPF_F_WRONLY | KBPF_F_RDONLY_PROG | \
			 KBPF_F_WRONLY_PROG | KBPF_F_ZERO_SEED)
#define BOTH_PROG	(KBPF_F_RDONLY_PROG | KBPF_F_WRONLY_PROG)

/* ---- find --------------------------------------------------------------------- */

static __always_inline u32 hash_of(const struct kbpf_hash *h, const void *key)
{
	u32 size = h->map.desc.key_size;

	if (size == 4)
		return kbpf_key_hash(key, 4, h->seed);
	if (size == 8)
		return kbpf_key_hash(key, 8, h->seed);
	return kbpf_key_hash(key, size, h->seed);
}

static struct kbpf_elem *find(const struct kbpf_hash *h, const void *key, u32 hash)
{
	u32 size = h->map.desc.key_size;

	if (size == 4)
		return kbpf_hash_find(h, key, 4, h->key_off, hash);
	if (size == 8)
		return kbpf_hash_find(h, key, 8, h->key_off, hash);
	return kbpf_hash_find(h, key, size, h->key_off, hash);
}

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

static void *percpu_lookup(struct kbpf_map *map, const void *key)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	struct kbpf_elem *e = find(h, key, hash_of(h, key));

	return e ? this_cpu_ptr(*kbpf_elem_pcpu(e)) : NULL;
}

/* ---- change ------------------------------------------------------------------- */

static bool lock_bucket(struct kbpf_hash *h, u32 hash, unsigned long *flags)
{
	if (likely(kbpf_map_lock(&h->locks[hash & h->lock_mask], flags)))
		return true;
	kbpf_map_count(&h->map, refused_busy);
	return false;
}

static void unlock_bucket(struct kbpf_hash *h, u32 hash, unsigned long flags)
{
	kbpf_map_unlock(&h->locks[hash & h->lock_mask], flags);
}

/* Under the bucket's lock: make @e the first of its chain. */
static void link_first(struct kbpf_hash *h, struct kbpf_elem *e, u32 hash)
{
	unsigned long *head = &h->heads[hash & h->mask];

	smp_store_release(&e->next, *head);
	smp_store_release(head, (unsigned long)e);
}

/* Under the bucket's lock: take @e out of its chain; its own link stays. */
static void unlink_elem(struct kbpf_hash *h, struct kbpf_elem *e, u32 hash)
{
	unsigned long *link = &h->heads[hash & h->mask];

	while (*link != (unsigned long)e)
		link = &((struct kbpf_elem *)*link)->next;
	smp_store_release(link, e->next);
}

static int count_refusal(struct kbpf_hash *h, int err)
{
	if (err == -E2BIG)
		kbpf_map_count(&h->map, refused_full);
	else if (err == -ENOMEM)
		kbpf_map_count(&h->map, refused_nomem);
	else
		kbpf_map_count(&h->map, refused_busy);
	return err;
}

static int check_exist(struct kbpf_elem *old, u64 flags)
{
	flags &= ~(u64)KBPF_F_LOCK;
	if (old && flags == KBPF_NOEXIST)
		return -EEXIST;
	if (!old && flags == KBPF_EXIST)
		return -ENOENT;
	return 0;
}

static void set_key(struct kbpf_hash *h, struct kbpf_elem *e, const void *key, u32 hash)
{
	WRITE_ONCE(e->hash, hash);
	kbpf_value_move(kbpf_hash_key(h, e), key, h->map.desc.key_size);
}

/* Replace @old by this CPU's spare entry, which @old becomes. */
static int replace(struct kbpf_hash *h, struct kbpf_elem *old, const void *key,
		   const void *value, u32 hash)
{
	struct kbpf_elem **extra = this_cpu_ptr(h->extra), *e;

	e = xchg(extra, NULL);
	if (!e)
		return count_refusal(h, -EBUSY);
	set_key(h, e, key, hash);
	kbpf_value_copy(&h->map.desc, kbpf_hash_value(h, e), value);
	kbpf_value_init_special(&h->map.desc, kbpf_hash_value(h, e));
	link_first(h, e, hash);
	unlink_elem(h, old, hash);
	smp_store_release(extra, old);
	return 0;
}

static struct kbpf_elem *get_elem(struct kbpf_hash *h)
{
	struct kbpf_elem *e = kbpf_pool_get(&h->pool);

	if (likely(!IS_ERR(e)))
		this_cpu_inc(*h->entries);
	else
		count_refusal(h, PTR_ERR(e));
	return e;
}

static int insert(struct kbpf_hash *h, const void *key, const void *value, u32 hash)
{
	struct kbpf_elem *e = get_elem(h);

	if (IS_ERR(e))
		return PTR_ERR(e);
	set_key(h, e, key, hash);
	kbpf_value_copy(&h->map.desc, kbpf_hash_value(h, e), value);
	kbpf_value_init_special(&h->map.desc, kbpf_hash_value(h, e));
	link_first(h, e, hash);
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
	hash = hash_of(h, key);
	if (!lock_bucket(h, hash, &irq))
		return -EBUSY;
	old = find(h, key, hash);
	err = check_exist(old, flags);
	if (unlikely(err))
		;
	else if (old && (flags & KBPF_F_LOCK))
		kbpf_value_copy_locked(&map->desc, kbpf_hash_value(h, old), value,
				       kbpf_hash_value(h, old));
	else if (old)
		err = replace(h, old, key, value, hash);
	else
		err = insert(h, key, value, hash);
	unlock_bucket(h, hash, irq);
	return err;
}

static void drop(struct kbpf_hash *h, struct kbpf_elem *e, u32 hash)
{
	unlink_elem(h, e, hash);
	this_cpu_dec(*h->entries);
	kbpf_pool_put(&h->pool, e);
}

static long hash_delete(struct kbpf_map *map, const void *key)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	u32 hash = hash_of(h, key);
	struct kbpf_elem *e;
	unsigned long irq;

	if (!lock_bucket(h, hash, &irq))
		return -EBUSY;
	e = find(h, key, hash);
	if (e)
		drop(h, e, hash);
	unlock_bucket(h, hash, irq);
	return e ? 0 : -ENOENT;
}

/*
 * Values of all CPUs from @value, as commands lay them out; or, from a program
 * (@all false), this CPU's from @value, the others zeroed if the entry is new.
 */
static void set_percpu(struct kbpf_hash *h, struct kbpf_elem *e, const void *value, bool all,
		       bool is_new)
{
	const struct kbpf_map_desc *desc = &h->map.desc;
	u32 stride = round_up(desc->value_size, 8);
	int cpu;

	if (!all && !is_new) {
		kbpf_value_copy(desc, this_cpu_ptr(*kbpf_elem_pcpu(e)), value);
		return;
	}
	for_each_possible_cpu(cpu) {
		if (all)
			kbpf_value_move(kbpf_hash_percpu_value(e, cpu), value + cpu * stride,
					stride);
		else if (cpu == smp_processor_id())
			kbpf_value_copy(desc, kbpf_hash_percpu_value(e, cpu), value);
		else
			memset(kbpf_hash_percpu_value(e, cpu), 0, stride);
	}
}

static int percpu_set(struct kbpf_hash *h, const void *key, const void *value, u64 flags, bool all)
{
	u32 hash = hash_of(h, key);
	struct kbpf_elem *e;
	unsigned long irq;
	bool is_new;
	int err;

	if (unlikely(flags > KBPF_EXIST))
		return -EINVAL;
	if (!lock_bucket(h, hash, &irq))
		return -EBUSY;
	e = find(h, key, hash);
	is_new = !e;
	err = check_exist(e, flags);
	if (!err && is_new) {
		e = get_elem(h);
		err = PTR_ERR_OR_ZERO(e);
	}
	if (!err) {
		set_percpu(h, e, value, all, is_new);
		if (is_new) {
			set_key(h, e, key, hash);
			link_first(h, e, hash);
		}
	}
	unlock_bucket(h, hash, irq);
	return err;
}

static long percpu_update(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	return percpu_set(kbpf_to_hash(map), key, value, flags, false);
}

/* ---- commands ----------------------------------------------------------------- */

static int hash_update_copy(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	int err;

	kbpf_pool_prepare(&kbpf_to_hash(map)->pool);
	rcu_read_lock();
	err = hash_update(map, key, value, flags);
	rcu_read_unlock();
	return err;
}

static int percpu_update_copy(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	int err;

	kbpf_pool_prepare(&kbpf_to_hash(map)->pool);
	rcu_read_lock();
	err = percpu_set(kbpf_to_hash(map), key, value, flags, true);
	rcu_read_unlock();
	return err;
}

/* Value of an entry as commands see it. */
static void copy_out(struct kbpf_hash *h, struct kbpf_elem *e, void *value, u64 flags)
{
	u32 stride = round_up(h->map.desc.value_size, 8);
	int cpu;

	if (!h->percpu) {
		kbpf_value_copy_out(&h->map.desc, value, kbpf_hash_value(h, e), flags);
		return;
	}
	for_each_possible_cpu(cpu)
		kbpf_value_move(value + cpu * stride, kbpf_hash_percpu_value(e, cpu), stride);
}

static int hash_lookup_copy(struct kbpf_map *map, const void *key, void *value, u64 flags)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	struct kbpf_elem *e;

	rcu_read_lock();
	e = find(h, key, hash_of(h, key));
	if (e)
		copy_out(h, e, value, flags);
	rcu_read_unlock();
	return e ? 0 : -ENOENT;
}

static int hash_take_copy(struct kbpf_map *map, const void *key, void *value, u64 flags)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	u32 hash = hash_of(h, key);
	struct kbpf_elem *e;
	unsigned long irq;

	rcu_read_lock();
	if (!lock_bucket(h, hash, &irq)) {
		rcu_read_unlock();
		return -EBUSY;
	}
	e = find(h, key, hash);
	if (e) {
		copy_out(h, e, value, flags);
		drop(h, e, hash);
	}
	unlock_bucket(h, hash, irq);
	rcu_read_unlock();
	return e ? 0 : -ENOENT;
}

static int hash_next_key(struct kbpf_map *map, const void *key, void *next)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	struct kbpf_elem *e = NULL;
	unsigned long link = 1;
	u32 hash = 0;
	u64 i = 0;

	rcu_read_lock();
	if (key) {
		hash = hash_of(h, key);
		e = find(h, key, hash);
	}
	if (e) {
		i = hash & h->mask;
		link = smp_load_acquire(&e->next);
	}
	/* A key that is not there, or not any more, starts from the beginning. */
	for (i += !!e; kbpf_hash_is_end(link) && i <= h->mask; i++)
		link = smp_load_acquire(&h->heads[i]);
	if (!kbpf_hash_is_end(link))
		kbpf_value_move(next, kbpf_hash_key(h, (struct kbpf_elem *)link),
				map->desc.key_size);
	rcu_read_unlock();
	return kbpf_hash_is_end(link) ? -ENOENT : 0;
}

static u64 hash_entries(struct kbpf_map *map)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	s64 n = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		n += READ_ONCE(*per_cpu_ptr(h->entries, cpu));
	return n > 0 ? n : 0;
}

/* ---- create and free ------------------------------------------------------------ */

static int check_common(const struct kbpf_map_create_attr *attr)
{
	if (attr->map_flags & ~HASH_FLAGS || (attr->map_flags & BOTH_PROG) == BOTH_PROG)
		return -EINVAL;
	if (attr->map_flags & KBPF_F_NO_COMMON_LRU)
		return -EINVAL;
	if (!attr->max_entries || !attr->key_size || !attr->value_size)
		return -EINVAL;
	if ((u64)attr->key_size + attr->value_size >= KMALLOC_MAX_SIZE - sizeof(struct kbpf_elem))
		return -E2BIG;
	if (attr->max_entries > MAX_ENTRIES)
		return -E2BIG;
	return 0;
}

static int percpu_check(const struct kbpf_map_create_attr *attr)
{
	int err = check_common(attr);

	if (!err && (attr->map_flags & KBPF_F_NUMA_NODE))
		return -EINVAL;
	if (!err && attr->value_size > PCPU_VALUE_MAX)
		return -E2BIG;
	return err;
}

static void hash_free(struct kbpf_map *map)
{
	struct kbpf_hash *h = kbpf_to_hash(map);

	kbpf_pool_exit(&h->pool);
	kvfree(h->heads);
	kvfree(h->locks);
	free_percpu(h->extra);
	kvfree(h->extra_mem);
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
	h->heads = kvmalloc_array(n, sizeof(*h->heads), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	h->locks = kvmalloc_array(locks, sizeof(*h->locks), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
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
	u32 size = h->pool.elem_size, n = 0;
	int cpu;

	h->extra = alloc_percpu_gfp(struct kbpf_elem *, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	h->extra_mem = kvcalloc(num_possible_cpus(), size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!h->extra || !h->extra_mem)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		*per_cpu_ptr(h->extra, cpu) = h->extra_mem + (size_t)n++ * size;
	atomic64_add((u64)n * size, &h->map.memory);
	return 0;
}

static int setup(struct kbpf_hash *h, bool percpu)
{
	const struct kbpf_map_desc *desc = &h->map.desc;
	int err;

	h->percpu = percpu;
	h->seed = desc->flags & KBPF_F_ZERO_SEED ? 0 : get_random_u64();
	h->key_off = sizeof(struct kbpf_elem) + (percpu ? sizeof(void *) : 0);
	h->value_off = h->key_off + round_up(desc->key_size, 8);
	h->pool.elem_size = h->value_off + (percpu ? 0 : round_up(desc->value_size, 8));
	h->pool.pcpu_size = percpu ? round_up(desc->value_size, 8) : 0;
	h->pool.capacity = desc->max_entries;
	h->pool.memory = &h->map.memory;
	err = kbpf_pool_init(&h->pool, desc->flags & KBPF_F_NO_PREALLOC);
	h->entries = alloc_percpu_gfp(s64, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!err && !h->entries)
		err = -ENOMEM;
	if (!err)
		err = alloc_table(h);
	if (!err && !percpu)
		err = alloc_extra(h);
	return err;
}

static struct kbpf_map *create(const struct kbpf_map_create_attr *attr, bool percpu)
{
	struct kbpf_hash *h = kbpf_map_alloc(attr, sizeof(*h));
	int err;

	if (!h)
		return ERR_PTR(-ENOMEM);
	err = setup(h, percpu);
	if (err) {
		hash_free(&h->map);
		return ERR_PTR(err);
	}
	return &h->map;
}

static struct kbpf_map *percpu_create(const struct kbpf_map_create_attr *attr)
{
	return create(attr, true);
}

static struct kbpf_map *hash_create(const struct kbpf_map_create_attr *attr);

#define HASH_OPS(lookup_fn) { \
	.check = check_common, \
	.create = hash_create, \
	.free = hash_free, \
	.lookup = lookup_fn, \
	.update = hash_update, \
	.delete = hash_delete, \
	.lookup_copy = hash_lookup_copy, \
	.update_copy = hash_update_copy, \
	.take_copy = hash_take_copy, \
	.next_key = hash_next_key, \
	.entries = hash_entries, \
}

const struct kbpf_map_ops kbpf_hash_ops = HASH_OPS(lookup_any);
static const struct kbpf_map_ops hash_ops_4 = HASH_OPS(lookup_4);
static const struct kbpf_map_ops hash_ops_8 = HASH_OPS(lookup_8);
static const struct kbpf_map_ops hash_ops_16 = HASH_OPS(lookup_16);

static struct kbpf_map *hash_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_map *map = create(attr, false);

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

const struct kbpf_map_ops kbpf_percpu_hash_ops = {
	.check = percpu_check,
	.create = percpu_create,
	.free = hash_free,
	.lookup = percpu_lookup,
	.update = percpu_update,
	.delete = hash_delete,
	.lookup_copy = hash_lookup_copy,
	.update_copy = percpu_update_copy,
	.take_copy = hash_take_copy,
	.next_key = hash_next_key,
	.entries = hash_entries,
};
