// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* liburcu's rculfhash for maps_native.c: entries are allocated, and freed after a grace period. */
#define _LGPL_SOURCE
#include <stddef.h>
#include <stdlib.h>
#include <urcu.h>
#include <urcu/rculfhash.h>
#include "maps_native.h"

struct entry {
	struct cds_lfht_node node;
	struct rcu_head rcu;
	uint64_t key;
	uint64_t value;
};

static struct cds_lfht *table;

static unsigned long hash_of(uint64_t key)
{
	uint64_t h = key * 0x9e3779b97f4a7c15ULL;

	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93ULL;
	/* buckets are chosen by low bits there */
	return h ^ h >> 32;
}

static int match(struct cds_lfht_node *node, const void *key)
{
	return caa_container_of(node, struct entry, node)->key == *(const uint64_t *)key;
}

static void free_entry(struct rcu_head *rcu)
{
	free(caa_container_of(rcu, struct entry, rcu));
}

static struct entry *new_entry(uint64_t key, uint64_t value)
{
	struct entry *e = malloc(sizeof(*e));

	if (!e)
		abort();
	cds_lfht_node_init(&e->node);
	e->key = key;
	e->value = value;
	return e;
}

static bool lookup(uint64_t key)
{
	struct cds_lfht_iter iter;
	struct cds_lfht_node *node;
	bool found;

	rcu_read_lock();
	cds_lfht_lookup(table, hash_of(key), match, &key, &iter);
	node = cds_lfht_iter_get_node(&iter);
	found = node && CMM_LOAD_SHARED(caa_container_of(node, struct entry, node)->value) != ~0ULL;
	rcu_read_unlock();
	return found;
}

static bool insert(uint64_t key, uint64_t value)
{
	struct entry *e = new_entry(key, value);
	bool ours;

	rcu_read_lock();
	ours = cds_lfht_add_unique(table, hash_of(key), match, &key, &e->node) == &e->node;
	rcu_read_unlock();
	if (!ours)
		free(e);
	return ours;
}

static bool erase(uint64_t key)
{
	struct cds_lfht_iter iter;
	struct cds_lfht_node *node;
	bool gone;

	rcu_read_lock();
	cds_lfht_lookup(table, hash_of(key), match, &key, &iter);
	node = cds_lfht_iter_get_node(&iter);
	gone = node && !cds_lfht_del(table, node);
	rcu_read_unlock();
	if (gone)
		call_rcu(&caa_container_of(node, struct entry, node)->rcu, free_entry);
	return gone;
}

static bool update(uint64_t key, uint64_t value)
{
	struct entry *e = new_entry(key, value);
	struct cds_lfht_node *old;

	rcu_read_lock();
	old = cds_lfht_add_replace(table, hash_of(key), match, &key, &e->node);
	rcu_read_unlock();
	if (!old)
		return false;
	call_rcu(&caa_container_of(old, struct entry, node)->rcu, free_entry);
	return true;
}

static void start(void)
{
	rcu_register_thread();
}

static void stop(void)
{
	rcu_unregister_thread();
}

static void fill(void)
{
	uint64_t key;

	/* as many buckets as the other table has */
	table = cds_lfht_new(NATIVE_KEYS / 2, 1, 0, CDS_LFHT_AUTO_RESIZE, NULL);
	if (!table)
		abort();
	for (key = 0; key < NATIVE_KEYS; key += 2)
		insert(key, key);
}

const struct native_table native_urcu = {
	.name = "rculfhash", .start = start, .stop = stop, .fill = fill, .run = run,
};
