// SPDX-License-Identifier: GPL-2.0
/*
 * LPM_TRIE: the longest prefix that matches, such as a route. A path-compressed
 * binary trie: a node's prefix extends its parent's; nodes without a value of
 * their own (@real false) have two children.
 *
 * Changes happen under one lock and make @seq odd meanwhile. A lookup walks
 * without the lock and goes again if @seq moved: nodes may be reused under it,
 * but a node's memory stays a node, and the walk is bounded.
 */
#include "maps/types.h"
#include "maps/elem.h"
#include "maps/lock.h"
#include "maps/pool.h"
#include "maps/value.h"

#define LPM_FLAGS	(KBPF_F_NO_PREALLOC | KBPF_F_NUMA_NODE | KBPF_F_RDONLY | \
			 KBPF_F_WRONLY | KBPF_F_RDONLY_PROG | KBPF_F_WRONLY_PROG)
#define BOTH_PROG	(KBPF_F_RDONLY_PROG | KBPF_F_WRONLY_PROG)
#define KEY_HDR		4U	/* prefixlen, in bits */
#define MAX_DATA	256U
#define TRIES		16

/**
 * struct lpm_node - a prefix
 * @elem: link while it is free
 * @child: nodes whose prefix goes on with 0 or 1
 * @bits: length of the prefix
 * @real: it was put there by a user; otherwise only a fork
 * @data: the prefix, then the value
 */
struct lpm_node {
	struct kbpf_elem elem;
	struct lpm_node *child[2];
	u16 bits;
	bool real;
	u8 data[];
};

/**
 * struct kbpf_lpm - a trie
 * @map: what all maps begin with
 * @root: topmost node, or NULL
 * @data_size: bytes of a prefix
 * @max_bits: bits of a prefix, at most
 * @value_off: of the value in @data of a node
 * @count: real nodes
 * @seq: odd while a change is under way
 * @lock: protects all of it
 * @pool: nodes
 */
struct kbpf_lpm {
	struct kbpf_map map;
	struct lpm_node *root;
	u32 data_size;
	u32 max_bits;
	u32 value_off;
	u32 count;
	u32 seq;
	raw_spinlock_t lock;
	struct kbpf_pool pool;
};

static struct kbpf_lpm *to_lpm(struct kbpf_map *map)
{
	return container_of(map, struct kbpf_lpm, map);
}

static u32 key_bits(const void *key)
{
	return get_unaligned((const u32 *)key);
}

static const u8 *key_data(const void *key)
{
	return (const u8 *)key + KEY_HDR;
}

static u32 bit_at(const u8 *data, u32 i)
{
	return data[i / 8] >> (7 - i % 8) & 1;
}

/* How many of the first @most bits are the same. */
static KBPF_RACY u32 common_bits(const u8 *a, const u8 *b, u32 most)
{
	u32 i = 0, n, diff;

	for (n = 0; n + 32 <= most; n += 32, i += 4) {
		diff = get_unaligned((const u32 *)(a + i)) ^ get_unaligned((const u32 *)(b + i));
		if (diff)
			return n + 32 - fls(swab32(diff));
	}
	for (; n < most; i++, n += 8) {
		diff = a[i] ^ b[i];
		if (diff)
			return min_t(u32, n + 8 - fls(diff), most);
	}
	return most;
}

static u32 match(const struct kbpf_lpm *t, const struct lpm_node *n, u32 bits, const u8 *data)
{
	/* A node being reused may show any length. */
	return common_bits(n->data, data, min3((u32)READ_ONCE(n->bits), bits, t->max_bits));
}

static struct lpm_node *child_read(struct lpm_node **slot)
{
	/* Pairs with child_set(). */
	return smp_load_acquire(slot);
}

static void child_set(struct lpm_node **slot, struct lpm_node *n)
{
	/* A node is whole before it is found. Pairs with child_read(). */
	smp_store_release(slot, n);
}

/* ---- lookup --------------------------------------------------------------------- */

/*
 * The last real node on the way that the key's first @bits bits show; nodes of more
 * bits are not on it. What a node's prefix is nobody looks at: it may be another.
 */
static struct lpm_node *descend_by_bits(struct kbpf_lpm *t, const u8 *data, u32 bits)
{
	struct lpm_node *n = child_read(&t->root), *found = NULL;
	u32 steps, len;

	for (steps = 0; n && steps <= t->max_bits; steps++) {
		len = READ_ONCE(n->bits);
		if (len > bits)
			break;
		if (READ_ONCE(n->real))
			found = n;
		if (len == bits)
			break;
		n = child_read(&n->child[bit_at(data, len)]);
	}
	return found;
}

/*
 * All nodes on the way down have the same prefix as far as they go: where it parts
 * from the key, the answer is the last one above.
 */
static struct lpm_node *walk(struct kbpf_lpm *t, const void *key)
{
	u32 bits = key_bits(key), steps, len, same;
	struct lpm_node *n;

	for (steps = 0; steps <= t->max_bits; steps++) {
		n = descend_by_bits(t, key_data(key), bits);
		if (!n)
			return NULL;
		len = READ_ONCE(n->bits);
		same = match(t, n, bits, key_data(key));
		if (same >= len)
			return n;
		bits = same;
	}
	/* Nodes were reused on the way; the caller will notice. */
	return NULL;
}

static struct lpm_node *find(struct kbpf_lpm *t, const void *key)
{
	unsigned long irq;
	struct lpm_node *n;
	u32 seq, i;

	for (i = 0; i < TRIES; i++) {
		/* The walk is after this read... */
		seq = smp_load_acquire(&t->seq);
		if (!(seq & 1)) {
			n = walk(t, key);
			/* ...and before the one below. */
			smp_rmb();
			if (READ_ONCE(t->seq) == seq)
				return n;
		}
		cpu_relax();
	}
	if (!kbpf_map_lock(&t->lock, &irq)) {
		/* Inside a change on this CPU: as good an answer as there is. */
		kbpf_map_count(&t->map, refused_busy);
		return walk(t, key);
	}
	n = walk(t, key);
	kbpf_map_unlock(&t->lock, irq);
	return n;
}

static void *lpm_lookup(struct kbpf_map *map, const void *key)
{
	struct kbpf_lpm *t = to_lpm(map);
	struct lpm_node *n;

	if (unlikely(key_bits(key) > t->max_bits))
		return NULL;
	n = find(t, key);
	return n ? n->data + t->value_off : NULL;
}

/* ---- change ---------------------------------------------------------------------- */

static bool change_begin(struct kbpf_lpm *t, unsigned long *irq)
{
	if (!kbpf_map_lock(&t->lock, irq)) {
		kbpf_map_count(&t->map, refused_busy);
		return false;
	}
	WRITE_ONCE(t->seq, t->seq + 1);
	/* Odd before anything changes. */
	smp_wmb();
	return true;
}

static void change_end(struct kbpf_lpm *t, unsigned long irq)
{
	/* Even after everything changed. */
	smp_store_release(&t->seq, t->seq + 1);
	kbpf_map_unlock(&t->lock, irq);
}

static struct lpm_node *new_node(struct kbpf_lpm *t, u32 bits, const u8 *data, bool real)
{
	struct kbpf_elem *e = kbpf_pool_get(&t->pool);
	struct lpm_node *n;

	if (IS_ERR(e))
		return NULL;
	n = container_of(e, struct lpm_node, elem);
	WRITE_ONCE(n->bits, bits);
	WRITE_ONCE(n->real, real);
	WRITE_ONCE(n->child[0], NULL);
	WRITE_ONCE(n->child[1], NULL);
	kbpf_value_move(n->data, data, t->data_size);
	return n;
}

/* The slot of the node at or below which prefix @bits of @data belongs. */
static struct lpm_node **descend(struct kbpf_lpm *t, u32 bits, const u8 *data)
{
	struct lpm_node **slot = &t->root, *n;

	while ((n = *slot) && n->bits < bits && match(t, n, bits, data) == n->bits)
		slot = &n->child[bit_at(data, n->bits)];
	return slot;
}

/* May the number of real nodes grow? */
static int check_add(struct kbpf_lpm *t, u64 flags)
{
	if (flags == KBPF_EXIST)
		return -ENOENT;
	if (t->count >= t->map.desc.max_entries) {
		kbpf_map_count(&t->map, refused_full);
		return -ENOSPC;
	}
	return 0;
}

/* Put @n where @old is, in between, or next to it under a fork. */
static int graft(struct kbpf_lpm *t, struct lpm_node **slot, struct lpm_node *n)
{
	struct lpm_node *old = *slot, *fork;
	u32 same = old ? match(t, old, n->bits, n->data) : 0;

	if (!old) {
		child_set(slot, n);
	} else if (old->bits == same && n->bits == same) {
		WRITE_ONCE(n->child[0], old->child[0]);
		WRITE_ONCE(n->child[1], old->child[1]);
		child_set(slot, n);
		kbpf_pool_put(&t->pool, &old->elem);
	} else if (n->bits == same) {
		WRITE_ONCE(n->child[bit_at(old->data, same)], old);
		child_set(slot, n);
	} else {
		fork = new_node(t, same, n->data, false);
		if (!fork)
			return -ENOMEM;
		WRITE_ONCE(fork->child[bit_at(n->data, same)], n);
		WRITE_ONCE(fork->child[!bit_at(n->data, same)], old);
		child_set(slot, fork);
	}
	return 0;
}

static int update_locked(struct kbpf_lpm *t, const void *key, const void *value, u64 flags)
{
	u32 bits = key_bits(key);
	struct lpm_node **slot = descend(t, bits, key_data(key)), *old = *slot, *n;
	bool there = old && old->real && old->bits == bits &&
		     match(t, old, bits, key_data(key)) == bits;
	int err = there ? (flags == KBPF_NOEXIST ? -EEXIST : 0) : check_add(t, flags);

	if (err)
		return err;
	n = new_node(t, bits, key_data(key), true);
	if (!n) {
		kbpf_map_count(&t->map, refused_nomem);
		return -ENOMEM;
	}
	kbpf_value_move(n->data + t->value_off, value, t->map.desc.value_size);
	err = graft(t, slot, n);
	if (err) {
		kbpf_map_count(&t->map, refused_nomem);
		kbpf_pool_put(&t->pool, &n->elem);
	} else {
		t->count += !there;
	}
	return err;
}

static long lpm_update(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	struct kbpf_lpm *t = to_lpm(map);
	unsigned long irq;
	int err;

	if (unlikely(flags > KBPF_EXIST || key_bits(key) > t->max_bits))
		return -EINVAL;
	if (!change_begin(t, &irq))
		return -EBUSY;
	err = update_locked(t, key, value, flags);
	change_end(t, irq);
	return err;
}

static struct kbpf_pool *lpm_pool(struct kbpf_map *map)
{
	return &to_lpm(map)->pool;
}

/* Take @n, which has at most one child, out of *@slot; its parent is in *@above. */
static void prune(struct kbpf_lpm *t, struct lpm_node **above, struct lpm_node **slot, struct lpm_node *n)
{
	struct lpm_node *parent = above ? *above : NULL;
	struct lpm_node *rest = n->child[0] ? n->child[0] : n->child[1];

	/* A fork that loses a side is none any more. */
	if (!rest && parent && !parent->real) {
		child_set(above, parent->child[slot == &parent->child[0]]);
		kbpf_pool_put(&t->pool, &parent->elem);
	} else {
		child_set(slot, rest);
	}
	kbpf_pool_put(&t->pool, &n->elem);
}

static int delete_locked(struct kbpf_lpm *t, const void *key)
{
	struct lpm_node **slot = &t->root, **above = NULL, *n;
	u32 bits = key_bits(key);

	while ((n = *slot) && n->bits < bits && match(t, n, bits, key_data(key)) == n->bits) {
		above = slot;
		slot = &n->child[bit_at(key_data(key), n->bits)];
	}
	if (!n || !n->real || n->bits != bits || match(t, n, bits, key_data(key)) != bits)
		return -ENOENT;
	t->count--;
	if (n->child[0] && n->child[1])
		WRITE_ONCE(n->real, false);
	else
		prune(t, above, slot, n);
	return 0;
}

static long lpm_delete(struct kbpf_map *map, const void *key)
{
	struct kbpf_lpm *t = to_lpm(map);
	unsigned long irq;
	int err;

	if (key_bits(key) > t->max_bits)
		return -EINVAL;
	if (!change_begin(t, &irq))
		return -EBUSY;
	err = delete_locked(t, key);
	change_end(t, irq);
	return err;
}

/* ---- walking: longer prefixes before those that they extend ------------------------- */

static struct lpm_node *leftmost(struct lpm_node *n)
{
	while (n && (n->child[0] || n->child[1]))
		n = n->child[0] ? n->child[0] : n->child[1];
	return n;
}

/* Under the lock: the node after @key's; the first, if there is no such key. */
static struct lpm_node *node_after(struct kbpf_lpm *t, const void *key, struct lpm_node **path)
{
	struct lpm_node *n = t->root, *parent;
	u32 depth = 0, bits = key ? key_bits(key) : U32_MAX;

	if (bits > t->max_bits)
		return leftmost(t->root);
	while (n && n->bits < bits && match(t, n, bits, key_data(key)) == n->bits) {
		path[depth++] = n;
		n = n->child[bit_at(key_data(key), n->bits)];
	}
	if (!n || !n->real || n->bits != bits || match(t, n, bits, key_data(key)) != bits)
		return leftmost(t->root);
	while (depth) {
		parent = path[--depth];
		if (n == parent->child[0] && parent->child[1])
			return leftmost(parent->child[1]);
		if (parent->real)
			return parent;
		n = parent;
	}
	return NULL;
}

static int lpm_next_key(struct kbpf_map *map, const void *key, void *next)
{
	struct kbpf_lpm *t = to_lpm(map);
	struct lpm_node **path, *n;
	unsigned long irq;

	path = kvmalloc_array(t->max_bits + 1, sizeof(*path), GFP_KERNEL_ACCOUNT);
	if (!path)
		return -ENOMEM;
	if (!kbpf_map_lock(&t->lock, &irq)) {
		kvfree(path);
		return -EBUSY;
	}
	n = node_after(t, key, path);
	if (n) {
		put_unaligned(n->bits, (u32 *)next);
		memcpy((u8 *)next + KEY_HDR, n->data, t->data_size);
	}
	kbpf_map_unlock(&t->lock, irq);
	kvfree(path);
	return n ? 0 : -ENOENT;
}

static u64 lpm_entries(struct kbpf_map *map)
{
	return READ_ONCE(to_lpm(map)->count);
}

/* ---- birth and death ------------------------------------------------------------------ */

static int lpm_check(const struct kbpf_map_create_attr *attr)
{
	if (!attr->max_entries || !(attr->map_flags & KBPF_F_NO_PREALLOC) ||
	    attr->map_flags & ~LPM_FLAGS || (attr->map_flags & BOTH_PROG) == BOTH_PROG)
		return -EINVAL;
	if (attr->key_size <= KEY_HDR || attr->key_size > KEY_HDR + MAX_DATA ||
	    !attr->value_size ||
	    attr->value_size > KMALLOC_MAX_SIZE - MAX_DATA - sizeof(struct lpm_node))
		return -EINVAL;
	return 0;
}

static void lpm_free(struct kbpf_map *map)
{
	kbpf_pool_exit(&to_lpm(map)->pool);
	kbpf_map_dealloc(map);
}

static struct kbpf_map *lpm_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_lpm *t = kbpf_map_alloc(attr, sizeof(*t));

	if (!t)
		return ERR_PTR(-ENOMEM);
	t->data_size = attr->key_size - KEY_HDR;
	t->max_bits = t->data_size * 8;
	/* Values are aligned to 8 bytes, as anywhere. */
	t->value_off = round_up(offsetof(struct lpm_node, data) + t->data_size, 8) -
		       offsetof(struct lpm_node, data);
	raw_spin_lock_init(&t->lock);
	t->pool.elem_size = round_up(offsetof(struct lpm_node, data) + t->value_off +
				     attr->value_size, 8);
	/* A fork for each but the first, and one node to replace another. */
	t->pool.capacity = min_t(u64, 2ULL * attr->max_entries, S32_MAX) + 1;
	t->pool.node = kbpf_map_node(attr);
	t->pool.memory = &t->map.memory;
	if (kbpf_pool_init(&t->pool, true)) {
		lpm_free(&t->map);
		return ERR_PTR(-ENOMEM);
	}
	return &t->map;
}

const struct kbpf_map_ops kbpf_lpm_ops = {
	.check = lpm_check,
	.create = lpm_create,
	.free = lpm_free,
	.lookup = lpm_lookup,
	.update = lpm_update,
	.delete = lpm_delete,
	.batches = KBPF_BATCH(KBPF_MAP_LOOKUP_BATCH) | KBPF_BATCH(KBPF_MAP_UPDATE_BATCH) |
		   KBPF_BATCH(KBPF_MAP_DELETE_BATCH),
	.pool = lpm_pool,
	.next_key = lpm_next_key,
	.entries = lpm_entries,
};
