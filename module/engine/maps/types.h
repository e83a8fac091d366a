/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to engine/maps: the families' operations, and what the files of the
 * room say to each other about types.
 */
#ifndef KBPF_MAPS_TYPES_H
#define KBPF_MAPS_TYPES_H

#include "maps/map.h"
#include "prog.h"

/* What the BTF of key and value must be. */
enum kbpf_map_btf_rule {
	BTF_KEY,	/* key and value of the map's sizes */
	BTF_INDEX,	/* the key a u32; or none, for one value that is a section */
	BTF_VALUE,	/* the value; there is no key */
	BTF_PREFIX,	/* the key a structure */
	BTF_NONE,	/* none can be given */
};

/* Each family's file ends in these; map.def names them. */
extern const struct kbpf_map_ops kbpf_hash_ops;
extern const struct kbpf_map_ops kbpf_percpu_hash_ops;
extern const struct kbpf_map_ops kbpf_array_ops;
extern const struct kbpf_map_ops kbpf_percpu_array_ops;
extern const struct kbpf_map_ops kbpf_perf_array_ops;
extern const struct kbpf_map_ops kbpf_ringbuf_ops;
extern const struct kbpf_map_ops kbpf_lru_hash_ops;
extern const struct kbpf_map_ops kbpf_lru_percpu_hash_ops;
extern const struct kbpf_map_ops kbpf_hash_of_maps_ops;
extern const struct kbpf_map_ops kbpf_array_of_maps_ops;
extern const struct kbpf_map_ops kbpf_prog_array_ops;
extern const struct kbpf_map_ops kbpf_cgroup_array_ops;
extern const struct kbpf_map_ops kbpf_stack_trace_ops;
extern const struct kbpf_map_ops kbpf_queue_ops;
extern const struct kbpf_map_ops kbpf_stack_ops;
extern const struct kbpf_map_ops kbpf_bloom_ops;
extern const struct kbpf_map_ops kbpf_lpm_ops;
extern const struct kbpf_map_ops kbpf_task_storage_ops;
extern const struct kbpf_map_ops kbpf_user_ringbuf_ops;

/* The node to have memory on. */
static inline int kbpf_map_node(const struct kbpf_map_create_attr *attr)
{
	return attr->map_flags & KBPF_F_NUMA_NODE ? (int)attr->numa_node : NUMA_NO_NODE;
}

/* Shared by what is indexed. */
int kbpf_array_check(const struct kbpf_map_create_attr *attr);
int kbpf_array_next_key(struct kbpf_map *map, const void *key, void *next);

/* One call of for_each_map_elem's function: true ends the walk. */
static inline bool kbpf_map_callback(const struct kbpf_func *func, struct kbpf_map *map,
				     const void *key, void *value, u64 ctx)
{
	return func->call(func, (unsigned long)map, (unsigned long)key, (unsigned long)value, ctx,
			  0);
}

/**
 * kbpf_map_inner_take() - for a map of maps: learn what its maps are like
 * @map: the map of maps; its descriptor's @inner is set
 * @fd: a map like those it will hold
 *
 * Return: 0; -EBADF; -EINVAL no map, or a map of maps; -ENOTSUPP a type that
 * cannot be inside; -ENOMEM.
 */
int kbpf_map_inner_take(struct kbpf_map *map, int fd);
void kbpf_map_inner_free(struct kbpf_map *map);

/* The map behind a descriptor, with a reference, if it is like the others; or ERR_PTR. */
struct kbpf_map *kbpf_map_inner_get(struct kbpf_map *map, int fd);

/* A command that writes is under way; -EPERM when the map is frozen. */
int kbpf_map_write_begin(struct kbpf_map *map);
void kbpf_map_write_end(struct kbpf_map *map);

/**
 * kbpf_map_check_btf() - check key and value against their BTF, find special fields
 * @map: the map; its descriptor's @spin_lock_off and @timer_off are set
 * @rule: what its type asks for
 * @btf: BTF
 * @key_id: type of a key, or 0
 * @value_id: type of a value
 *
 * Return: 0; -EINVAL, -EACCES, -EOPNOTSUPP or -ENOTSUPP as Linux.
 */
int kbpf_map_check_btf(struct kbpf_map *map, enum kbpf_map_btf_rule rule,
		       const struct kbpf_btf *btf, u32 key_id, u32 value_id);

#endif /* KBPF_MAPS_TYPES_H */
