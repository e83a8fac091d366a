// SPDX-License-Identifier: GPL-2.0
/*
 * Reference counts and the tables of ids. A table is an array sorted by id: ids
 * grow, so that adding is appending, and listing in order is free.
 */
#include "object.h"

#define MAX_ID	0x7fffffffu

/**
 * struct id_table - the published objects of one kind
 * @lock: protects the rest
 * @objs: sorted by id
 * @len: objects in it
 * @cap: room in it
 * @last: id given last
 */
struct id_table {
	struct mutex lock;
	struct kbpf_object **objs;
	u32 len;
	u32 cap;
	u32 last;
};

#define TABLE(kind) [kind] = { .lock = __MUTEX_INITIALIZER(tables[kind].lock) }

static struct id_table tables[KBPF_KINDS] = {
	TABLE(KBPF_KIND_MAP),
	TABLE(KBPF_KIND_PROG),
	TABLE(KBPF_KIND_LINK),
	TABLE(KBPF_KIND_BTF),
};

void kbpf_object_init(struct kbpf_object *obj, enum kbpf_kind kind,
		      const struct kbpf_object_ops *ops)
{
	obj->ops = ops;
	obj->kind = kind;
	obj->id = 0;
	refcount_set(&obj->ref, 1);
	atomic_set(&obj->user_ref, 0);
}

/* Index of the first object whose id is at least @id. */
static u32 lower_bound(const struct id_table *t, u32 id)
{
	u32 lo = 0, hi = t->len;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (t->objs[mid]->id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static u32 unused_id(struct id_table *t)
{
	u32 id = t->last, at;

	do {
		id = id >= MAX_ID ? 1 : id + 1;
		at = lower_bound(t, id);
	} while (at < t->len && t->objs[at]->id == id);
	return id;
}

static int reserve(struct id_table *t)
{
	u32 cap = t->cap ? t->cap * 2 : 16;
	struct kbpf_object **objs;

	if (t->len < t->cap)
		return 0;
	objs = kvmalloc_array(cap, sizeof(*objs), GFP_KERNEL);
	if (!objs)
		return -ENOMEM;
	if (t->len)
		memcpy(objs, t->objs, t->len * sizeof(*objs));
	kvfree(t->objs);
	t->objs = objs;
	t->cap = cap;
	return 0;
}

int kbpf_object_publish(struct kbpf_object *obj)
{
	struct id_table *t = &tables[obj->kind];
	int err;
	u32 at;

	mutex_lock(&t->lock);
	err = reserve(t);
	if (!err) {
		obj->id = unused_id(t);
		t->last = obj->id;
		at = lower_bound(t, obj->id);
		memmove(t->objs + at + 1, t->objs + at, (t->len - at) * sizeof(*t->objs));
		t->objs[at] = obj;
		t->len++;
	}
	mutex_unlock(&t->lock);
	return err;
}

static void unpublish(struct kbpf_object *obj)
{
	struct id_table *t = &tables[obj->kind];
	u32 at;

	mutex_lock(&t->lock);
	at = lower_bound(t, obj->id);
	t->len--;
	memmove(t->objs + at, t->objs + at + 1, (t->len - at) * sizeof(*t->objs));
	if (!t->len) {
		kvfree(t->objs);
		t->objs = NULL;
		t->cap = 0;
	}
	mutex_unlock(&t->lock);
}

void kbpf_object_get(struct kbpf_object *obj)
{
	refcount_inc(&obj->ref);
}

void kbpf_object_put(struct kbpf_object *obj)
{
	if (!obj || !refcount_dec_and_test(&obj->ref))
		return;
	if (obj->id)
		unpublish(obj);
	obj->ops->free(obj);
}

void kbpf_object_get_user(struct kbpf_object *obj)
{
	atomic_inc(&obj->user_ref);
}

void kbpf_object_put_user(struct kbpf_object *obj)
{
	if (atomic_dec_and_test(&obj->user_ref) && obj->ops->release_user)
		obj->ops->release_user(obj);
	kbpf_object_put(obj);
}

struct kbpf_object *kbpf_object_find_id(enum kbpf_kind kind, u32 id)
{
	struct id_table *t = &tables[kind];
	struct kbpf_object *obj = ERR_PTR(-ENOENT);
	u32 at;

	mutex_lock(&t->lock);
	at = lower_bound(t, id);
	/* One whose last reference is just gone is still listed, and is not found. */
	if (at < t->len && t->objs[at]->id == id && refcount_inc_not_zero(&t->objs[at]->ref))
		obj = t->objs[at];
	mutex_unlock(&t->lock);
	return obj;
}

int kbpf_object_next_id(enum kbpf_kind kind, u32 id, u32 *next)
{
	struct id_table *t = &tables[kind];
	int err = -ENOENT;
	u32 at;

	if (id >= MAX_ID)
		return -EINVAL;
	mutex_lock(&t->lock);
	at = lower_bound(t, id + 1);
	if (at < t->len) {
		*next = t->objs[at]->id;
		err = 0;
	}
	mutex_unlock(&t->lock);
	return err;
}

u32 kbpf_object_count(enum kbpf_kind kind)
{
	u32 len;

	mutex_lock(&tables[kind].lock);
	len = tables[kind].len;
	mutex_unlock(&tables[kind].lock);
	return len;
}
