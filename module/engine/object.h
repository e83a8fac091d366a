/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What maps, programs, links, BTF, probes and rings have in common: a kind, a
 * reference count and, for the first four, an id that userspace can walk.
 * Knows nothing of what the object is or how a descriptor refers to it.
 */
#ifndef KBPF_OBJECT_H
#define KBPF_OBJECT_H

#include "port.h"
#include "port_sync.h"

/**
 * enum kbpf_kind - kinds of object
 * @KBPF_KIND_MAP: struct kbpf_map
 * @KBPF_KIND_PROG: struct kbpf_prog
 * @KBPF_KIND_LINK: struct kbpf_link
 * @KBPF_KIND_BTF: struct kbpf_btf
 * @KBPF_KIND_PROBE: a place to attach to, from KBPF_PERF_OPEN; no id
 * @KBPF_KIND_RING: a perf ring, from KBPF_PERF_OPEN; no id
 * @KBPF_KIND_STATS: holds run-time statistics on; no id
 * @KBPF_KINDS: how many
 */
enum kbpf_kind {
	KBPF_KIND_MAP,
	KBPF_KIND_PROG,
	KBPF_KIND_LINK,
	KBPF_KIND_BTF,
	KBPF_KIND_PROBE,
	KBPF_KIND_RING,
	KBPF_KIND_STATS,
	KBPF_KINDS,
};

struct kbpf_object;

/**
 * struct kbpf_object_ops - what differs by kind
 * @free: the last reference is gone and the id was given back; frees the
 *	object, after a grace period where programs may still see it. Process
 *	context, may sleep
 * @release_user: the last user reference (descriptor) is gone while others
 *	remain; may be NULL. Process context, may sleep
 */
struct kbpf_object_ops {
	void (*free)(struct kbpf_object *obj);
	void (*release_user)(struct kbpf_object *obj);
};

/**
 * struct kbpf_object - embedded in every object
 * @ops: what differs by kind
 * @ref: references
 * @user_ref: how many of @ref are user references
 * @kind: enum kbpf_kind
 * @id: 0 until published; never changes after that
 */
struct kbpf_object {
	const struct kbpf_object_ops *ops;
	refcount_t ref;
	atomic_t user_ref;
	u32 kind;
	u32 id;
};

/**
 * kbpf_object_init() - set up an object with one reference and no id
 * @obj: the object
 * @kind: its kind
 * @ops: its operations
 */
void kbpf_object_init(struct kbpf_object *obj, enum kbpf_kind kind,
		      const struct kbpf_object_ops *ops);

/**
 * kbpf_object_publish() - give an object an id, by which it can be found from now on
 * @obj: the object, of one of the four kinds that have ids
 *
 * Ids start at 1, grow, and are not used again before they wrap.
 *
 * Context: process; takes the table's mutex.
 * Return: 0 or -ENOMEM.
 */
int kbpf_object_publish(struct kbpf_object *obj);

/**
 * kbpf_object_get() - take a reference
 * @obj: an object that the caller has a reference to
 */
void kbpf_object_get(struct kbpf_object *obj);

/**
 * kbpf_object_put() - give a reference back; the last frees the object
 * @obj: the object, or NULL
 *
 * Context: process; may sleep.
 */
void kbpf_object_put(struct kbpf_object *obj);

/**
 * kbpf_object_get_user() - turn a reference of the caller's into a user reference
 * @obj: the object
 */
void kbpf_object_get_user(struct kbpf_object *obj);

/**
 * kbpf_object_put_user() - give a user reference back
 * @obj: the object
 *
 * Context: process; may sleep.
 */
void kbpf_object_put_user(struct kbpf_object *obj);

/**
 * kbpf_object_find_id() - look an object up by id
 * @kind: kind
 * @id: id
 *
 * Return: the object with a reference for the caller, or ERR_PTR(-ENOENT).
 */
struct kbpf_object *kbpf_object_find_id(enum kbpf_kind kind, u32 id);

/**
 * kbpf_object_next_id() - the smallest id in use above @id
 * @kind: kind
 * @id: where to start
 * @next: out: the next id
 *
 * Return: 0 or -ENOENT.
 */
int kbpf_object_next_id(enum kbpf_kind kind, u32 id, u32 *next);

/**
 * kbpf_object_count() - how many published objects of a kind there are
 * @kind: kind
 */
u32 kbpf_object_count(enum kbpf_kind kind);

#endif /* KBPF_OBJECT_H */
