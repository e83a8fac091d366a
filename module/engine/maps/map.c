// SPDX-License-Identifier: GPL-2.0
/*
 * What all maps share: birth and death by type, what the verifier may know,
 * freezing, mapping and counts. Elements are user.c's and the families'.
 */
#include "btf/btf.h"
#include "maps/lock.h"
#include "maps/timer.h"
#include "maps/types.h"

/* What a type is. */
struct map_row {
	const struct kbpf_map_ops *ops;
	enum kbpf_map_btf_rule btf;
	u32 can;
};

static const struct map_row rows[KBPF_MAP_TYPE_MAX] = {
#define KBPF_MAP_TYPE(name, o, b, c) [KBPF_MAP_TYPE_##name] = { .ops = &o, .btf = b, .can = c },
#include "maps/map.def"
};

/* ---- what the room shares ---------------------------------------------------- */

#define EXIT_ROUNDS	1000

static DEFINE_MUTEX(start_lock);
static bool started;
static atomic_t alive = ATOMIC_INIT(0);		/* maps that have memory */
static LLIST_HEAD(dead);			/* maps that no program sees any more */
static struct kbpf_later burial;

static void free_dead(struct kbpf_later *later);

/* The first map brings up what all of them need. */
static int start(void)
{
	int err = 0;

	mutex_lock(&start_lock);
	if (!started) {
		kbpf_later_init(&burial, free_dead);
		kbpf_map_cpu = alloc_percpu_gfp(struct kbpf_map_cpu, GFP_KERNEL);
		err = kbpf_map_cpu ? kbpf_later_start() : -ENOMEM;
		if (err) {
			free_percpu(kbpf_map_cpu);
			kbpf_map_cpu = NULL;
		}
		started = !err;
	}
	mutex_unlock(&start_lock);
	return err;
}

/*
 * Freeing goes through a grace period, then through later work; and the last
 * map of maps frees those inside only then.
 */
static void wait_for_maps(void)
{
	u32 i;

	for (i = 0; i < EXIT_ROUNDS && (!i || atomic_read(&alive)); i++) {
		rcu_barrier();
		kbpf_later_flush();
	}
	WARN_ON_ONCE(atomic_read(&alive));
}

void kbpf_map_exit(void)
{
	mutex_lock(&start_lock);
	if (started) {
		wait_for_maps();
		kbpf_later_stop();
		free_percpu(kbpf_map_cpu);
		kbpf_map_cpu = NULL;
		started = false;
	}
	mutex_unlock(&start_lock);
}

/* ---- birth -------------------------------------------------------------------- */

void *kbpf_map_alloc(const struct kbpf_map_create_attr *attr, size_t size)
{
	struct kbpf_map *map = kvzalloc_node(size, GFP_KERNEL_ACCOUNT, kbpf_map_node(attr));

	if (!map)
		return NULL;
	map->counts = alloc_percpu_gfp(struct kbpf_map_counts, GFP_KERNEL_ACCOUNT);
	if (!map->counts) {
		kvfree(map);
		return NULL;
	}
	map->ops = rows[attr->map_type].ops;
	map->map_extra = attr->map_extra;
	map->desc.type = attr->map_type;
	map->desc.key_size = attr->key_size;
	map->desc.value_size = attr->value_size;
	map->desc.max_entries = attr->max_entries;
	/* What the descriptor allows is the descriptor's. */
	map->desc.flags = attr->map_flags & ~(KBPF_F_RDONLY | KBPF_F_WRONLY);
	map->desc.can = rows[attr->map_type].can;
	map->desc.spin_lock_off = -1;
	map->desc.timer_off = -1;
	memcpy(map->desc.name, attr->map_name, sizeof(map->desc.name));
	map->desc.name[sizeof(map->desc.name) - 1] = 0;
	atomic_inc(&alive);
	mutex_init(&map->lock);
	atomic64_set(&map->memory, size + sizeof(struct kbpf_map_counts) * num_possible_cpus());
	return map;
}

void kbpf_map_dealloc(struct kbpf_map *map)
{
	mutex_destroy(&map->lock);
	free_percpu(map->counts);
	kvfree(map);
	atomic_dec(&alive);
}

/* ---- death -------------------------------------------------------------------- */

static void free_dead(struct kbpf_later *later)
{
	struct llist_node *node = llist_del_all(&dead);
	struct kbpf_map *map, *next;

	llist_for_each_entry_safe(map, next, node, dead) {
		if (map->btf)
			kbpf_object_put(&map->btf->obj);
		kbpf_timers_exit(map);
		map->ops->free(map);
	}
}

static void free_after_runs(struct rcu_head *rcu)
{
	struct kbpf_map *map = container_of(rcu, struct kbpf_map, rcu);

	/* What is queued already takes them all. */
	if (llist_add(&map->dead, &dead))
		kbpf_later_queue(&burial);
}

static void map_free(struct kbpf_object *obj)
{
	struct kbpf_map *map = container_of(obj, struct kbpf_map, obj);

	call_rcu(&map->rcu, free_after_runs);
}

static void map_release_user(struct kbpf_object *obj)
{
	struct kbpf_map *map = container_of(obj, struct kbpf_map, obj);

	if (map->timers)
		kbpf_timers_release(map);
	if (map->ops->release_user)
		map->ops->release_user(map);
}

static const struct kbpf_object_ops map_object_ops = {
	.free = map_free,
	.release_user = map_release_user,
};

static int take_btf(struct kbpf_map *map, const struct kbpf_map_create_attr *attr,
		    struct kbpf_btf *btf)
{
	enum kbpf_map_btf_rule rule = rows[attr->map_type].btf;
	int err;

	if (!btf)
		return 0;
	err = kbpf_map_check_btf(map, rule, btf, attr->btf_key_type_id, attr->btf_value_type_id);
	if (err)
		return err;
	kbpf_object_get(&btf->obj);
	map->btf = btf;
	map->btf_key_type_id = attr->btf_key_type_id;
	map->btf_value_type_id = attr->btf_value_type_id;
	return 0;
}

static const struct map_row *find_row(const struct kbpf_map_create_attr *attr)
{
	if (attr->map_type >= KBPF_MAP_TYPE_MAX || !rows[attr->map_type].ops)
		return NULL;
	if (attr->btf_key_type_id && !attr->btf_value_type_id)
		return NULL;
	if (kbpf_map_node(attr) != NUMA_NO_NODE &&
	    (attr->numa_node >= nr_node_ids || !node_online(attr->numa_node)))
		return NULL;
	if (attr->map_extra && attr->map_type != KBPF_MAP_TYPE_BLOOM_FILTER)
		return NULL;
	return &rows[attr->map_type];
}

struct kbpf_map *kbpf_map_create(const struct kbpf_map_create_attr *attr, struct kbpf_btf *btf)
{
	const struct map_row *row = find_row(attr);
	struct kbpf_map *map;
	int err;

	if (!row)
		return ERR_PTR(-EINVAL);
	err = row->ops->check ? row->ops->check(attr) : 0;
	if (!err)
		err = start();
	if (err)
		return ERR_PTR(err);
	map = row->ops->create(attr);
	if (IS_ERR(map))
		return map;
	err = take_btf(map, attr, btf);
	if (!err && map->ops->ready)
		err = map->ops->ready(map);
	if (!err && map->desc.timer_off >= 0)
		err = kbpf_timers_init(map);
	if (err) {
		kbpf_timers_exit(map);
		if (map->btf)
			kbpf_object_put(&map->btf->obj);
		map->ops->free(map);
		return ERR_PTR(err);
	}
	kbpf_object_init(&map->obj, KBPF_KIND_MAP, &map_object_ops);
	return map;
}

/* ---- what the verifier may know ------------------------------------------------- */

const struct kbpf_map_desc *kbpf_env_map_desc(const struct kbpf_map *map)
{
	return &map->desc;
}

int kbpf_env_map_direct_addr(const struct kbpf_map *map, u32 off, u64 *addr)
{
	return map->ops->direct_addr ? map->ops->direct_addr(map, off, addr) : -EINVAL;
}

bool kbpf_env_map_inline(const struct kbpf_map *map, struct kbpf_map_inline *out)
{
	*out = (struct kbpf_map_inline) {
		.lookup = (kbpf_helper_fn)(void *)map->ops->lookup,
		.update = (kbpf_helper_fn)(void *)map->ops->update,
		.delete = (kbpf_helper_fn)(void *)map->ops->delete,
	};
	if (map->ops->layout)
		map->ops->layout(map, out);
	return true;
}

bool kbpf_env_map_read_const(const struct kbpf_map *map, u32 off, u32 size, u64 *val)
{
	u64 addr;

	/* Frozen stays frozen, and freezing waited for all writers. */
	if (!(map->desc.flags & KBPF_F_RDONLY_PROG) || !smp_load_acquire(&map->frozen))
		return false;
	if (!is_power_of_2(size) || size > sizeof(*val) || off > map->desc.value_size ||
	    size > map->desc.value_size - off || kbpf_env_map_direct_addr(map, off, &addr))
		return false;
	*val = 0;
	memcpy(val, (const void *)(unsigned long)addr, size);
	return true;
}

/* ---- freezing and mapping ------------------------------------------------------ */

int kbpf_map_write_begin(struct kbpf_map *map)
{
	int err = 0;

	mutex_lock(&map->lock);
	if (map->frozen)
		err = -EPERM;
	else
		map->writers++;
	mutex_unlock(&map->lock);
	return err;
}

void kbpf_map_write_end(struct kbpf_map *map)
{
	mutex_lock(&map->lock);
	map->writers--;
	mutex_unlock(&map->lock);
}

static bool has_special(const struct kbpf_map *map)
{
	return map->desc.spin_lock_off >= 0 || map->desc.timer_off >= 0;
}

int kbpf_map_freeze(struct kbpf_map *map)
{
	int err = 0;

	if (has_special(map))
		return -ENOTSUPP;
	mutex_lock(&map->lock);
	if (map->frozen)
		err = -EPERM;
	else if (map->writers)
		err = -EBUSY;
	else
		/* All writes were before. Pairs with kbpf_env_map_read_const(). */
		smp_store_release(&map->frozen, true);
	mutex_unlock(&map->lock);
	return err;
}

int kbpf_map_mmap(struct kbpf_map *map, u64 pgoff, size_t size, bool write,
		  struct kbpf_map_mem *mem)
{
	int err;

	if (!map->ops->mmap || has_special(map))
		return -ENOTSUPP;
	if (write && (map->desc.flags & KBPF_F_RDONLY_PROG) && !READ_ONCE(map->frozen))
		return -EACCES;
	err = write ? kbpf_map_write_begin(map) : 0;
	if (err)
		return err;
	err = map->ops->mmap(map, pgoff, size, mem);
	if (!err && write && !mem->writable)
		err = -EPERM;
	if (err && write)
		kbpf_map_write_end(map);
	return err;
}

void kbpf_map_mmap_write_get(struct kbpf_map *map)
{
	mutex_lock(&map->lock);
	map->writers++;
	mutex_unlock(&map->lock);
}

void kbpf_map_munmap_write(struct kbpf_map *map)
{
	kbpf_map_write_end(map);
}

/* ---- counts ---------------------------------------------------------------------- */

void kbpf_map_stats(struct kbpf_map *map, struct kbpf_map_stats_attr *out)
{
	const struct kbpf_map_counts *c;
	int cpu;

	out->memory = atomic64_read(&map->memory);
	out->entries = map->ops->entries ? map->ops->entries(map) : U64_MAX;
	out->high_water = map->ops->high_water ? map->ops->high_water(map) : 0;
	out->refused_full = 0;
	out->refused_busy = 0;
	out->refused_nomem = 0;
	out->evicted = 0;
	out->written = 0;
	out->discarded = 0;
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(map->counts, cpu);
		out->refused_full += READ_ONCE(c->refused_full);
		out->refused_busy += READ_ONCE(c->refused_busy);
		out->refused_nomem += READ_ONCE(c->refused_nomem);
		out->evicted += READ_ONCE(c->evicted);
		out->written += READ_ONCE(c->written);
		out->discarded += READ_ONCE(c->discarded);
	}
}
