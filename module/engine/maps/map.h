/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Maps: what all types share, and the operations by which the commands, the
 * helpers and the host reach one. A family of types is one file, ending in its
 * ops structures; map.def lists them.
 *
 * Contexts: operations marked "program" run with RCU read side held and
 * migration off, in process, softirq, hardirq or NMI-like context (a kprobe
 * anywhere): they take raw locks only by trylock where the context could
 * already hold them, never wait, never allocate, and count what they turn away.
 * Operations marked "command" run in process context and may sleep.
 */
#ifndef KBPF_MAP_H
#define KBPF_MAP_H

#include "port.h"
#include "port_sync.h"
#include "kbpf.h"
#include "env.h"
#include "object.h"

struct kbpf_btf;
struct kbpf_func;
struct kbpf_map;
struct kbpf_pool;
struct kbpf_prog;
struct kbpf_timers;

/**
 * struct kbpf_map_counts - per-CPU counts of what a map turned away or did
 * @refused_full: full
 * @refused_busy: a lock could not be taken here
 * @refused_nomem: no memory was at hand
 * @evicted: dropped to make room
 * @written: records committed
 * @discarded: records discarded by the program
 */
struct kbpf_map_counts {
	u64 refused_full;
	u64 refused_busy;
	u64 refused_nomem;
	u64 evicted;
	u64 written;
	u64 discarded;
};

/**
 * struct kbpf_map_mem - memory of a map that userspace may map
 * @base: what kbpf_shm_alloc() or kbpf_shm_alloc_ring() returned
 * @addr: where the mapping starts, page aligned, in the memory at @base; in a
 *	ring's memory it may run into the second sight of the data
 * @size: bytes, a multiple of the page size
 * @writable: a writable mapping is allowed
 */
struct kbpf_map_mem {
	void *base;
	void *addr;
	size_t size;
	bool writable;
};

/**
 * struct kbpf_map_io - how batch commands reach the caller's memory
 * @in: copies in; 0 or -EFAULT
 * @out: copies out; 0 or -EFAULT
 */
struct kbpf_map_io {
	int (*in)(void *dst, u64 src, size_t size);
	int (*out)(u64 dst, const void *src, size_t size);
};

#define KBPF_BATCH(cmd)		(1U << ((cmd) - KBPF_MAP_LOOKUP_BATCH))
#define KBPF_BATCH_ALL		0xfU

/**
 * struct kbpf_map_ops - one type's operations; NULL where the type has none
 * @check: command: are these attributes right for the type? 0 or -errno
 * @create: command: allocates the type's structure (struct kbpf_map first) by
 *	kbpf_map_alloc() and its own parts. May replace @ops of the map by those
 *	of a special case. ERR_PTR on failure
 * @ready: command: the descriptor is complete, what BTF says included; 0 or -errno
 * @free: command: frees its own parts and ends in kbpf_map_dealloc(); a grace
 *	period has passed since the last program could see the map
 * @release_user: command: no descriptor refers to it any more, programs may
 * @lookup: program: pointer to the value of @key, or NULL
 * @update: program: 0 or -errno
 * @delete: program: 0 or -errno
 * @push: program
 * @pop: program
 * @peek: program
 * @lookup_copy: command: copies the value out (user layout: per-CPU types all
 *	possible CPUs, each rounded up to 8 bytes); 0 or -errno
 * @update_copy: command: the opposite
 * @pool: where updates take entries from: before one by a command there is something
 *	in it; NULL: none
 * @lookup_percpu: program: value of @key on CPU @cpu, or NULL
 * @for_each: program: calls @func on each entry; how many it called for, or -errno
 * @batch: command: its own lookup of many, which takes them out with @take; NULL:
 *	element by element
 * @batches: which batch commands the type has: bits, KBPF_MAP_LOOKUP_BATCH is bit 0
 * @take_copy: command: copies the value out and deletes the entry
 * @delete_user: command: NULL means @delete
 * @next_key: command: the key after @key (NULL: the first) to @next; -ENOENT
 * @direct_addr: address of offset @off of the direct value; 0 or -EINVAL
 * @layout: fills @entries, @base, @stride and @percpu of @out (env.h); NULL where
 *	elements do not stand in one row
 * @mmap: command: which memory a mapping of [@pgoff, +@size) shows; fills @mem;
 *	-EINVAL, -EPERM
 * @poll: readable now? (EPOLLIN or 0); NULL: nobody can wait for the type
 * @waker: who wakes those that poll
 * @entries: entries now; NULL where the type does not count them
 * @timer_key: key of the entry that has @value, which has a timer; @index is room for
 *	one that is a number
 * @high_water: most bytes that ever waited; NULL: the type is no ring
 */
struct kbpf_map_ops {
	int (*check)(const struct kbpf_map_create_attr *attr);
	struct kbpf_map *(*create)(const struct kbpf_map_create_attr *attr);
	int (*ready)(struct kbpf_map *map);
	void (*free)(struct kbpf_map *map);
	void (*release_user)(struct kbpf_map *map);

	void *(*lookup)(struct kbpf_map *map, const void *key);
	long (*update)(struct kbpf_map *map, const void *key, const void *value, u64 flags);
	long (*delete)(struct kbpf_map *map, const void *key);
	long (*push)(struct kbpf_map *map, const void *value, u64 flags);
	long (*pop)(struct kbpf_map *map, void *value);
	long (*peek)(struct kbpf_map *map, void *value);

	void *(*lookup_percpu)(struct kbpf_map *map, const void *key, u32 cpu);
	long (*for_each)(struct kbpf_map *map, const struct kbpf_func *func, u64 ctx);

	int (*batch)(struct kbpf_map *map, struct kbpf_map_batch_attr *attr,
		     const struct kbpf_map_io *io, bool take);
	u32 batches;
	int (*lookup_copy)(struct kbpf_map *map, const void *key, void *value, u64 flags);
	int (*update_copy)(struct kbpf_map *map, const void *key, const void *value, u64 flags);
	struct kbpf_pool *(*pool)(struct kbpf_map *map);
	int (*take_copy)(struct kbpf_map *map, const void *key, void *value, u64 flags);
	int (*delete_user)(struct kbpf_map *map, const void *key);
	int (*next_key)(struct kbpf_map *map, const void *key, void *next);

	int (*direct_addr)(const struct kbpf_map *map, u32 off, u64 *addr);
	void (*layout)(const struct kbpf_map *map, struct kbpf_map_inline *out);
	int (*mmap)(struct kbpf_map *map, u64 pgoff, size_t size, struct kbpf_map_mem *mem);
	u32 (*poll)(struct kbpf_map *map);
	struct kbpf_waker *(*waker)(struct kbpf_map *map);
	u64 (*entries)(struct kbpf_map *map);
	const void *(*timer_key)(struct kbpf_map *map, void *value, u32 *index);
	u64 (*high_water)(struct kbpf_map *map);
};

/**
 * struct kbpf_map - what every map begins with
 * @obj: object header
 * @ops: the type's operations
 * @desc: what the verifier sees; never changes after creation
 * @map_extra: as created
 * @btf: BTF of key and value with a reference, or NULL
 * @btf_key_type_id: type of a key, or 0
 * @btf_value_type_id: type of a value, or 0
 * @frozen: no more writes by commands; set once, under @lock
 * @writers: writable mappings and commands that write, under @lock; freezing waits
 *	for none: it fails with -EBUSY
 * @lock: serialises freezing and mapping
 * @memory: bytes held now
 * @counts: per-CPU counts
 * @timers: of its values, where they have some; see timer.h
 * @rcu: when freed: until no program runs that saw it
 * @dead: then, among those to be freed
 */
struct kbpf_map {
	struct kbpf_object obj;
	const struct kbpf_map_ops *ops;
	struct kbpf_map_desc desc;
	u64 map_extra;
	struct kbpf_btf *btf;
	u32 btf_key_type_id;
	u32 btf_value_type_id;
	bool frozen;
	u32 writers;
	struct mutex lock;
	atomic64_t memory;
	struct kbpf_map_counts __percpu *counts;
	struct kbpf_timers *timers;
	union {
		struct rcu_head rcu;
		struct llist_node dead;
	};
};

/**
 * kbpf_map_create() - create a map
 * @attr: attributes, reserved fields already checked
 * @btf: BTF of key and value, or NULL; takes its own reference
 *
 * Return: the map with one reference and no id, or ERR_PTR(-errno).
 */
struct kbpf_map *kbpf_map_create(const struct kbpf_map_create_attr *attr, struct kbpf_btf *btf);

/**
 * kbpf_map_exit() - wait until all maps that were put are freed, and let go of
 *	what the room shares
 *
 * Context: process; sleeps. No map exists and none is created any more, unless
 * as the first one again.
 */
void kbpf_map_exit(void);

/**
 * kbpf_map_alloc() - for a type's create: the type's structure
 * @attr: attributes
 * @size: bytes of the structure, which begins with struct kbpf_map
 *
 * Return: zeroed structure with the common fields set, or NULL.
 */
void *kbpf_map_alloc(const struct kbpf_map_create_attr *attr, size_t size);

/**
 * kbpf_map_dealloc() - for a type's free: what kbpf_map_alloc() made
 * @map: the map
 */
void kbpf_map_dealloc(struct kbpf_map *map);

/* Count an event of a map: @what is a field of struct kbpf_map_counts. */
#define kbpf_map_count(map, what)	this_cpu_inc((map)->counts->what)
#define kbpf_map_uncount(map, what)	this_cpu_dec((map)->counts->what)

/*
 * The program's operations. -ENOTSUPP where the type has none; the verifier
 * sees to it that this does not happen to programs.
 */
static inline void *kbpf_map_prog_lookup(struct kbpf_map *map, const void *key)
{
	return map->ops->lookup ? map->ops->lookup(map, key) : NULL;
}

static inline long kbpf_map_prog_update(struct kbpf_map *map, const void *key, const void *value,
					u64 flags)
{
	return map->ops->update ? map->ops->update(map, key, value, flags) : -ENOTSUPP;
}

static inline long kbpf_map_prog_delete(struct kbpf_map *map, const void *key)
{
	return map->ops->delete ? map->ops->delete(map, key) : -ENOTSUPP;
}

static inline long kbpf_map_prog_push(struct kbpf_map *map, const void *value, u64 flags)
{
	return map->ops->push ? map->ops->push(map, value, flags) : -ENOTSUPP;
}

static inline long kbpf_map_prog_pop(struct kbpf_map *map, void *value)
{
	return map->ops->pop ? map->ops->pop(map, value) : -ENOTSUPP;
}

static inline long kbpf_map_prog_peek(struct kbpf_map *map, void *value)
{
	return map->ops->peek ? map->ops->peek(map, value) : -ENOTSUPP;
}

static inline void *kbpf_map_prog_lookup_percpu(struct kbpf_map *map, const void *key, u32 cpu)
{
	if (cpu >= nr_cpu_ids || !cpu_possible(cpu) || !map->ops->lookup_percpu)
		return NULL;
	return map->ops->lookup_percpu(map, key, cpu);
}

/* As the helper for_each_map_elem: @func(map, key, value, ctx) until it returns 1. */
static inline long kbpf_map_prog_for_each(struct kbpf_map *map, const struct kbpf_func *func,
					  u64 ctx, u64 flags)
{
	if (flags)
		return -EINVAL;
	return map->ops->for_each ? map->ops->for_each(map, func, ctx) : -ENOTSUPP;
}

/**
 * kbpf_map_user_value_size() - bytes of a value as commands carry it
 * @map: the map
 */
u32 kbpf_map_user_value_size(const struct kbpf_map *map);

/**
 * kbpf_map_lookup_user() - lookup by a command
 * @map: the map
 * @key: kernel copy of the key; NULL where the type has none
 * @value: room for kbpf_map_user_value_size() bytes; for a type that can
 *	KBPF_MAP_CAN_PEEK the value to look for
 * @flags: 0 or KBPF_F_LOCK
 *
 * Below it are the other operations, by what they are named for.
 * What the descriptor allows (KBPF_F_RDONLY, KBPF_F_WRONLY) is the caller's to
 * check, here and below; freezing is checked here.
 *
 * Context: process; sleeps.
 * Return: 0 or -errno as struct kbpf_map_elem_attr says; -ENOTSUPP where the
 * type has no such operation.
 */
int kbpf_map_lookup_user(struct kbpf_map *map, const void *key, void *value, u64 flags);
int kbpf_map_update_user(struct kbpf_map *map, const void *key, const void *value, u64 flags);
int kbpf_map_delete_user(struct kbpf_map *map, const void *key);
int kbpf_map_take_user(struct kbpf_map *map, const void *key, void *value, u64 flags);
int kbpf_map_next_key(struct kbpf_map *map, const void *key, void *next);

/**
 * kbpf_map_batch() - a batch command
 * @map: the map
 * @cmd: KBPF_MAP_{LOOKUP,LOOKUP_AND_DELETE,UPDATE,DELETE}_BATCH
 * @attr: attributes; @count becomes how many elements were done
 * @io: how to reach the caller's memory
 *
 * Context: process; sleeps.
 * Return: 0; -ENOENT at the end of the map; -ENOSPC @count is too small for what
 * cannot be parted; -EFAULT; -ENOTSUPP; what the single operation returns.
 */
int kbpf_map_batch(struct kbpf_map *map, u32 cmd, struct kbpf_map_batch_attr *attr,
		   const struct kbpf_map_io *io);

/**
 * kbpf_map_freeze() - let no command write any more
 * @map: the map
 *
 * Context: process.
 * Return: 0; -EBUSY mapped writable or being written; -EPERM frozen already;
 * -ENOTSUPP its values hold locks or timers.
 */
int kbpf_map_freeze(struct kbpf_map *map);

/**
 * kbpf_map_mmap() - which memory a user mapping shows
 * @map: the map
 * @pgoff: offset in pages
 * @size: bytes
 * @write: PROT_WRITE or could become so
 * @mem: out; when @write succeeded the map counts a writer until
 *	kbpf_map_munmap_write(); kbpf_map_mmap_write_get() counts one more
 *
 * Return: 0; -EINVAL not mappable or out of range; -EPERM write not allowed.
 */
int kbpf_map_mmap(struct kbpf_map *map, u64 pgoff, size_t size, bool write,
		  struct kbpf_map_mem *mem);
void kbpf_map_mmap_write_get(struct kbpf_map *map);
void kbpf_map_munmap_write(struct kbpf_map *map);

/**
 * kbpf_map_stats() - fill the counters
 * @map: the map
 * @out: the fields after pad0 are set
 */
void kbpf_map_stats(struct kbpf_map *map, struct kbpf_map_stats_attr *out);

/**
 * kbpf_value_lock() - take the spin lock in a value (struct bpf_spin_lock)
 * @lock: address of the lock
 * @flags: out: for kbpf_value_unlock()
 *
 * Context: process or softirq; returns with interrupts and preemption off.
 */
void kbpf_value_lock(void *lock, unsigned long *flags);
void kbpf_value_unlock(void *lock, unsigned long flags);

/**
 * kbpf_ringbuf_reserve() - room for a record; below it what the other helpers do
 * @map: a ring buffer
 * @size: bytes
 *
 * Context: program.
 * Return: the record, which carries its way back to the ring; or NULL.
 */
void *kbpf_ringbuf_reserve(struct kbpf_map *map, u64 size);
void kbpf_ringbuf_submit(void *record, u64 flags);
void kbpf_ringbuf_discard(void *record, u64 flags);
long kbpf_ringbuf_output(struct kbpf_map *map, const void *data, u64 size, u64 flags);
u64 kbpf_ringbuf_query(struct kbpf_map *map, u64 what);

/**
 * kbpf_perf_array_get() - the ring in a slot of a perf-event array
 * @map: the map
 * @index: slot
 *
 * Context: program; RCU protects the result.
 * Return: the KBPF_KIND_RING object, or NULL.
 */
struct kbpf_object *kbpf_perf_array_get(struct kbpf_map *map, u32 index);

/**
 * kbpf_cgroup_array_get() - the cgroup in a slot of a cgroup array
 * @map: the map
 * @index: slot
 *
 * Context: program; RCU protects the result.
 * Return: what kbpf_env_cgroup_get() returned, or NULL.
 */
void *kbpf_cgroup_array_get(struct kbpf_map *map, u32 index);

/**
 * kbpf_prog_array_fits() - may a program be in a program array, or use it?
 * @map: a program array
 * @prog: the program; the first to ask decides what all others must be like
 *
 * Context: process.
 */
bool kbpf_prog_array_fits(struct kbpf_map *map, const struct kbpf_prog *prog);

/**
 * kbpf_stack_trace_id() - number of a stack in a map of stacks
 * @map: a stack-trace map
 * @ips: addresses, innermost first
 * @nr: how many; those beyond kbpf_stack_trace_depth() are left out
 * @flags: as get_stackid: 1 << 9 compare hashes only, 1 << 10 replace another
 *	stack that has the number; the others are the caller's
 *
 * Context: program.
 * Return: the number; -EEXIST another stack has it; -ENOMEM full; -EBUSY.
 */
long kbpf_stack_trace_id(struct kbpf_map *map, const u64 *ips, u32 nr, u64 flags);

/**
 * kbpf_stack_trace_depth() - most addresses that a stack in a map has
 * @map: a stack-trace map
 */
u32 kbpf_stack_trace_depth(const struct kbpf_map *map);

/**
 * kbpf_map_helper() - address of a helper that the maps room has
 * @id: helper number
 *
 * Worlds' kbpf_env_helper() asks here for what it does not have itself.
 *
 * Return: the address, or NULL.
 */
kbpf_helper_fn kbpf_map_helper(u32 id);

#endif /* KBPF_MAP_H */
