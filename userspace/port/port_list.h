/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Linked lists under the kernel's names: circular doubly linked (list), with a
 * single-pointer head (hlist), the same ended by a number (hlist_nulls), and
 * lock-free push-only (llist). The _rcu forms publish with release stores.
 */
#ifndef KBPF_PORT_LIST_H
#define KBPF_PORT_LIST_H

#include "port.h"

#define port_load(p)		__atomic_load_n(&(p), __ATOMIC_CONSUME)
#define port_publish(p, v)	__atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define port_store(p, v)	__atomic_store_n(&(p), v, __ATOMIC_RELAXED)

/* ---- list ------------------------------------------------------------------ */

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *h)
{
	port_store(h->next, h);
	h->prev = h;
}

static inline void kbpf_port_list_insert(struct list_head *e, struct list_head *prev,
					 struct list_head *next)
{
	e->prev = prev;
	e->next = next;
	next->prev = e;
	port_publish(prev->next, e);
}

static inline void list_add(struct list_head *e, struct list_head *h)
{
	kbpf_port_list_insert(e, h, h->next);
}

static inline void list_add_tail(struct list_head *e, struct list_head *h)
{
	kbpf_port_list_insert(e, h->prev, h);
}

#define list_add_rcu(e, h)	list_add(e, h)
#define list_add_tail_rcu(e, h)	list_add_tail(e, h)

static inline void list_del_rcu(struct list_head *e)
{
	e->next->prev = e->prev;
	port_store(e->prev->next, e->next);
	e->prev = NULL;
}

static inline void list_del(struct list_head *e)
{
	list_del_rcu(e);
	e->next = NULL;
}

static inline void list_del_init(struct list_head *e)
{
	list_del_rcu(e);
	INIT_LIST_HEAD(e);
}

static inline bool list_empty(const struct list_head *h)
{
	return READ_ONCE(h->next) == h;
}

static inline void list_move(struct list_head *e, struct list_head *h)
{
	list_del_rcu(e);
	list_add(e, h);
}

static inline void list_move_tail(struct list_head *e, struct list_head *h)
{
	list_del_rcu(e);
	list_add_tail(e, h);
}

static inline bool list_is_singular(const struct list_head *h)
{
	return !list_empty(h) && h->next == h->prev;
}

static inline void list_splice_tail_init(struct list_head *from, struct list_head *to)
{
	if (list_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	INIT_LIST_HEAD(from);
}

static inline void list_splice_init(struct list_head *from, struct list_head *to)
{
	if (list_empty(from))
		return;
	from->prev->next = to->next;
	to->next->prev = from->prev;
	from->next->prev = to;
	to->next = from->next;
	INIT_LIST_HEAD(from);
}

#define list_entry(p, type, m)		container_of(p, type, m)
#define list_first_entry(h, type, m)	list_entry((h)->next, type, m)
#define list_last_entry(h, type, m)	list_entry((h)->prev, type, m)
#define list_first_entry_or_null(h, type, m) \
	(list_empty(h) ? NULL : list_first_entry(h, type, m))
#define list_next_entry(pos, m)		list_entry((pos)->m.next, __typeof__(*(pos)), m)
#define list_prev_entry(pos, m)		list_entry((pos)->m.prev, __typeof__(*(pos)), m)
#define list_for_each(pos, h)		for (pos = (h)->next; pos != (h); pos = pos->next)
#define list_for_each_safe(pos, n, h) \
	for (pos = (h)->next, n = pos->next; pos != (h); pos = n, n = pos->next)
#define list_for_each_entry(pos, h, m) \
	for (pos = list_first_entry(h, __typeof__(*pos), m); &pos->m != (h); \
	     pos = list_next_entry(pos, m))
#define list_for_each_entry_reverse(pos, h, m) \
	for (pos = list_last_entry(h, __typeof__(*pos), m); &pos->m != (h); \
	     pos = list_prev_entry(pos, m))
#define list_for_each_entry_safe(pos, n, h, m) \
	for (pos = list_first_entry(h, __typeof__(*pos), m), n = list_next_entry(pos, m); \
	     &pos->m != (h); pos = n, n = list_next_entry(n, m))
#define list_for_each_entry_rcu(pos, h, m, ...) \
	for (pos = list_entry(port_load((h)->next), __typeof__(*pos), m); &pos->m != (h); \
	     pos = list_entry(port_load(pos->m.next), __typeof__(*pos), m))

/* ---- hlist ----------------------------------------------------------------- */

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define HLIST_HEAD_INIT		{ NULL }
#define HLIST_HEAD(name)	struct hlist_head name = HLIST_HEAD_INIT
#define INIT_HLIST_HEAD(h)	((h)->first = NULL)

static inline void INIT_HLIST_NODE(struct hlist_node *n)
{
	n->next = NULL;
	n->pprev = NULL;
}

static inline bool hlist_unhashed(const struct hlist_node *n) { return !n->pprev; }
static inline bool hlist_empty(const struct hlist_head *h) { return !READ_ONCE(h->first); }

static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h)
{
	n->next = h->first;
	n->pprev = &h->first;
	if (h->first)
		h->first->pprev = &n->next;
	port_publish(h->first, n);
}

static inline void hlist_del_rcu(struct hlist_node *n)
{
	port_store(*n->pprev, n->next);
	if (n->next)
		n->next->pprev = n->pprev;
	n->pprev = NULL;
}

static inline void hlist_del(struct hlist_node *n)
{
	hlist_del_rcu(n);
	n->next = NULL;
}

static inline void hlist_del_init(struct hlist_node *n)
{
	if (!hlist_unhashed(n))
		hlist_del(n);
}

#define hlist_del_init_rcu(n)	do { if (!hlist_unhashed(n)) hlist_del_rcu(n); } while (0)
#define hlist_add_head_rcu(n, h) hlist_add_head(n, h)
#define hlist_entry(p, type, m)	container_of(p, type, m)
#define hlist_entry_safe(p, type, m) ({ \
	__typeof__(p) __hp = (p); \
	__hp ? hlist_entry(__hp, type, m) : NULL; })
#define hlist_for_each_entry(pos, h, m) \
	for (pos = hlist_entry_safe((h)->first, __typeof__(*pos), m); pos; \
	     pos = hlist_entry_safe(pos->m.next, __typeof__(*pos), m))
#define hlist_for_each_entry_rcu(pos, h, m, ...) \
	for (pos = hlist_entry_safe(port_load((h)->first), __typeof__(*pos), m); pos; \
	     pos = hlist_entry_safe(port_load(pos->m.next), __typeof__(*pos), m))
#define hlist_for_each_entry_safe(pos, n, h, m) \
	for (pos = hlist_entry_safe((h)->first, __typeof__(*pos), m); \
	     pos && ({ n = pos->m.next; 1; }); pos = hlist_entry_safe(n, __typeof__(*pos), m))

/* ---- hlist_nulls: the end is an odd value that names the list -------------------- */

struct hlist_nulls_node {
	struct hlist_nulls_node *next, **pprev;
};

struct hlist_nulls_head {
	struct hlist_nulls_node *first;
};

#define NULLS_MARKER(value)	(1UL | ((unsigned long)(value) << 1))
#define INIT_HLIST_NULLS_HEAD(h, v) \
	((h)->first = (struct hlist_nulls_node *)NULLS_MARKER(v))

static inline bool is_a_nulls(const struct hlist_nulls_node *p) { return (unsigned long)p & 1; }
static inline unsigned long get_nulls_value(const struct hlist_nulls_node *p)
{
	return (unsigned long)p >> 1;
}

static inline bool hlist_nulls_empty(const struct hlist_nulls_head *h)
{
	return is_a_nulls(READ_ONCE(h->first));
}

static inline bool hlist_nulls_unhashed(const struct hlist_nulls_node *n) { return !n->pprev; }

static inline void hlist_nulls_add_head_rcu(struct hlist_nulls_node *n, struct hlist_nulls_head *h)
{
	struct hlist_nulls_node *first = h->first;

	n->next = first;
	n->pprev = &h->first;
	port_publish(h->first, n);
	if (!is_a_nulls(first))
		first->pprev = &n->next;
}

static inline void hlist_nulls_del_rcu(struct hlist_nulls_node *n)
{
	port_store(*n->pprev, n->next);
	if (!is_a_nulls(n->next))
		n->next->pprev = n->pprev;
	n->pprev = NULL;
}

#define hlist_nulls_add_head(n, h)	hlist_nulls_add_head_rcu(n, h)
#define hlist_nulls_del(n)		hlist_nulls_del_rcu(n)
#define hlist_nulls_entry(p, type, m)	container_of(p, type, m)
#define hlist_nulls_for_each_entry(tpos, pos, h, m) \
	hlist_nulls_for_each_entry_rcu(tpos, pos, h, m)
#define hlist_nulls_for_each_entry_rcu(tpos, pos, h, m) \
	for (pos = port_load((h)->first); \
	     !is_a_nulls(pos) && ({ tpos = hlist_nulls_entry(pos, __typeof__(*tpos), m); 1; }); \
	     pos = port_load(pos->next))
#define hlist_nulls_for_each_entry_safe(tpos, pos, h, m) \
	for (pos = (h)->first; \
	     !is_a_nulls(pos) && ({ tpos = hlist_nulls_entry(pos, __typeof__(*tpos), m); \
				    pos = pos->next; 1; }); )

/* ---- llist --------------------------------------------------------------------- */

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define LLIST_HEAD_INIT(name)	{ NULL }
#define LLIST_HEAD(name)	struct llist_head name = LLIST_HEAD_INIT(name)

static inline void init_llist_head(struct llist_head *h) { h->first = NULL; }
static inline bool llist_empty(const struct llist_head *h) { return !READ_ONCE(h->first); }

/* Return: true if the list was empty before. */
static inline bool llist_add(struct llist_node *n, struct llist_head *h)
{
	struct llist_node *first = __atomic_load_n(&h->first, __ATOMIC_RELAXED);

	do {
		n->next = first;
	} while (!__atomic_compare_exchange_n(&h->first, &first, n, false, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
	return !first;
}

static inline struct llist_node *llist_del_all(struct llist_head *h)
{
	return __atomic_exchange_n(&h->first, NULL, __ATOMIC_ACQ_REL);
}

/* Caller: the only one who takes from the list. */
static inline struct llist_node *llist_del_first(struct llist_head *h)
{
	struct llist_node *first = __atomic_load_n(&h->first, __ATOMIC_ACQUIRE);

	while (first && !__atomic_compare_exchange_n(&h->first, &first, first->next, false,
						     __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
		;
	return first;
}

static inline struct llist_node *llist_reverse_order(struct llist_node *n)
{
	struct llist_node *r = NULL, *next;

	for (; n; n = next) {
		next = n->next;
		n->next = r;
		r = n;
	}
	return r;
}

#define llist_entry(p, type, m)	container_of(p, type, m)
#define kbpf_port_llist_entry(p, type, m) ({ \
	struct llist_node *__lp = (p); \
	__lp ? llist_entry(__lp, type, m) : NULL; })
#define llist_for_each_safe(pos, n, node) \
	for (pos = (node); pos && ({ n = pos->next; 1; }); pos = n)
#define llist_for_each_entry(pos, node, m) \
	for (pos = kbpf_port_llist_entry(node, __typeof__(*pos), m); pos; \
	     pos = kbpf_port_llist_entry(pos->m.next, __typeof__(*pos), m))
#define llist_for_each_entry_safe(pos, n, node, m) \
	for (pos = kbpf_port_llist_entry(node, __typeof__(*pos), m); \
	     pos && ({ n = kbpf_port_llist_entry(pos->m.next, __typeof__(*n), m); 1; }); pos = n)

#endif /* KBPF_PORT_LIST_H */
