// SPDX-License-Identifier: GPL-2.0
/*
 * LRU_HASH and LRU_PERCPU_HASH: a full table drops entries that were not used
 * lately to make room. "Lately" is a clock's: a hand goes round over all
 * entries, takes the mark off those that were used since it came by, and drops
 * the first without one. A lookup so costs one store, and none when the mark
 * is there already.
 *
 * The hand's lock is taken with no bucket's lock held, and a bucket's under it.
 */
#include "maps/hash.h"

#define SCAN_USED	32U	/* entries whose mark counts, before any goes */
#define SCAN_MOST	128U
#define EVICT_BATCH	16U

static void mark_used(const struct kbpf_hash *h, struct kbpf_elem *e)
{
	u32 *state = kbpf_hash_state(h, e);

	/* An entry that was just dropped gets a mark that linking takes off. */
	if (READ_ONCE(*state) == KBPF_LRU_LINKED)
		WRITE_ONCE(*state, KBPF_LRU_LINKED | KBPF_LRU_USED);
}

static void *lru_lookup(struct kbpf_map *map, const void *key)
{
	struct kbpf_hash *h = kbpf_to_hash(map);
	struct kbpf_elem *e = kbpf_hash_find_any(h, key, kbpf_hash_of(h, key));

	if (!e)
		return NULL;
	mark_used(h, e);
	return kbpf_hash_value_here(h, e);
}

/* Take @e out if it is still linked where it seems to be. */
static bool evict(struct kbpf_hash *h, struct kbpf_elem *e)
{
	u32 hash = kbpf_elem_hash(e);
	raw_spinlock_t *lock = &h->locks[hash & h->lock_mask];
	bool ours;

	if (!kbpf_map_lock_inner(lock))
		return false;
	ours = (READ_ONCE(*kbpf_hash_state(h, e)) & KBPF_LRU_LINKED) && kbpf_elem_hash(e) == hash &&
	       kbpf_hash_is_linked(h, e, hash);
	if (ours) {
		kbpf_hash_unlink(h, e, hash);
		kbpf_hash_drop_timer(h, e);
		this_cpu_dec(*h->entries);
		kbpf_map_count(&h->map, evicted);
	}
	kbpf_map_unlock_inner(lock);
	return ours;
}

/* Under the hand's lock: an entry that was dropped for us, or NULL. */
static struct kbpf_elem *evict_one(struct kbpf_hash *h)
{
	u32 i, n = kbpf_pool_used(&h->pool), state;
	struct kbpf_elem *e;

	for (i = 0; i < SCAN_MOST && n; i++) {
		h->hand = h->hand + 1 < n ? h->hand + 1 : 0;
		e = kbpf_pool_at(&h->pool, h->hand);
		state = READ_ONCE(*kbpf_hash_state(h, e));
		if (!(state & KBPF_LRU_LINKED))
			continue;
		if ((state & KBPF_LRU_USED) && i < SCAN_USED) {
			WRITE_ONCE(*kbpf_hash_state(h, e), KBPF_LRU_LINKED);
			continue;
		}
		if (evict(h, e))
			return e;
	}
	return NULL;
}

static struct kbpf_elem *make_room(struct kbpf_hash *h)
{
	u32 n = clamp_t(u32, h->map.desc.max_entries / 64, 1, EVICT_BATCH);
	struct kbpf_elem *e, *more;

	if (!kbpf_map_lock_inner(&h->clock))
		return ERR_PTR(-EBUSY);
	e = evict_one(h);
	while (e && --n) {
		more = evict_one(h);
		if (!more)
			break;
		kbpf_pool_put(&h->pool, more);
	}
	kbpf_map_unlock_inner(&h->clock);
	return e ? e : ERR_PTR(-ENOMEM);
}

static struct kbpf_elem *lru_evict(struct kbpf_hash *h)
{
	struct kbpf_elem *e;
	unsigned long irq;

	kbpf_map_enter(&irq);
	e = make_room(h);
	kbpf_map_leave(irq);
	if (IS_ERR(e))
		kbpf_hash_refuse(h, PTR_ERR(e));
	return e;
}

static void lru_put(struct kbpf_hash *h, struct kbpf_elem *e)
{
	unsigned long irq;

	kbpf_map_enter(&irq);
	kbpf_pool_put(&h->pool, e);
	kbpf_map_leave(irq);
}

struct change {
	const void *key;
	const void *value;
	u64 flags;
	bool all;
	u32 hash;
};

/* Under the bucket's lock: the key is there. */
static int change_old(struct kbpf_hash *h, struct kbpf_elem *old, const struct change *c)
{
	if (h->percpu) {
		kbpf_hash_set_percpu(h, old, c->value, c->all, false);
		mark_used(h, old);
		return 0;
	}
	return kbpf_hash_replace(h, old, c->key, c->value, c->hash);
}

static void link_new(struct kbpf_hash *h, struct kbpf_elem *e, const struct change *c)
{
	if (h->percpu) {
		kbpf_hash_set_percpu(h, e, c->value, c->all, true);
		kbpf_hash_set_key(h, e, c->key, c->hash);
	} else {
		kbpf_hash_fill(h, e, c->key, c->value, c->hash);
	}
	kbpf_hash_link(h, e, c->hash);
	this_cpu_inc(*h->entries);
}

/*
 * Change the key's entry, or link @e or a free one as its entry if there is none.
 * Return: 0, 1 when @e would be needed and is NULL, -errno.
 */
static int try_change(struct kbpf_hash *h, const struct change *c, struct kbpf_elem **e)
{
	struct kbpf_elem *old, *new;
	unsigned long irq;
	int ret;

	if (!kbpf_hash_lock(h, c->hash, &irq))
		return -EBUSY;
	old = kbpf_hash_find_any(h, c->key, c->hash);
	ret = kbpf_hash_check_exist(old, c->flags);
	if (!ret && old) {
		ret = change_old(h, old, c);
	} else if (!ret) {
		new = *e ? *e : kbpf_pool_get(&h->pool);
		*e = NULL;
		if (IS_ERR(new))
			ret = 1;
		else
			link_new(h, new, c);
	}
	kbpf_hash_unlock(h, c->hash, irq);
	return ret;
}

static int change(struct kbpf_hash *h, struct change *c)
{
	struct kbpf_elem *e = NULL;
	int ret;

	if (unlikely(c->flags > KBPF_EXIST))
		return -EINVAL;
	c->hash = kbpf_hash_of(h, c->key);
	ret = try_change(h, c, &e);
	if (ret <= 0)
		return ret;
	e = lru_evict(h);
	if (IS_ERR(e))
		return PTR_ERR(e);
	ret = try_change(h, c, &e);
	if (e)
		lru_put(h, e);
	return ret;
}

static long lru_update(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	struct change c = { .key = key, .value = value, .flags = flags };

	return change(kbpf_to_hash(map), &c);
}

static int lru_update_copy(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	struct change c = { .key = key, .value = value, .flags = flags, .all = true };
	int err;

	rcu_read_lock();
	err = change(kbpf_to_hash(map), &c);
	rcu_read_unlock();
	return err;
}

static struct kbpf_map *lru_create(const struct kbpf_map_create_attr *attr)
{
	return kbpf_hash_create(attr, KBPF_HASH_LRU);
}

static struct kbpf_map *lru_percpu_create(const struct kbpf_map_create_attr *attr)
{
	return kbpf_hash_create(attr, KBPF_HASH_LRU | KBPF_HASH_PERCPU);
}

#define LRU_OPS(check_fn, create_fn, percpu_fn) { \
	.check = check_fn, \
	.create = create_fn, \
	.free = kbpf_hash_free, \
	.lookup = lru_lookup, \
	.update = lru_update, \
	.delete = kbpf_hash_delete, \
	.lookup_percpu = percpu_fn, \
	.for_each = kbpf_hash_for_each, \
	.batch = kbpf_hash_batch, \
	.batches = KBPF_BATCH_ALL, \
	.lookup_copy = kbpf_hash_lookup_copy, \
	.update_copy = lru_update_copy, \
	.pool = kbpf_hash_pool, \
	.take_copy = kbpf_hash_take_copy, \
	.next_key = kbpf_hash_next_key, \
	.entries = kbpf_hash_entries, \
	.timer_key = kbpf_hash_timer_key, \
}

const struct kbpf_map_ops kbpf_lru_hash_ops = LRU_OPS(kbpf_hash_check, lru_create, NULL);
const struct kbpf_map_ops kbpf_lru_percpu_hash_ops =
	LRU_OPS(kbpf_hash_check_percpu, lru_percpu_create, kbpf_hash_lookup_percpu);
