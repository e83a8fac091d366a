/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that the engine may ask of the world around it. Bound at link time: the
 * module's host answers in the kernel, userspace/engine in a process.
 */
#ifndef KBPF_ENV_H
#define KBPF_ENV_H

#include "port.h"
#include "kbpf.h"
#include "prog.h"

/*
 * What a map type can do, as bits: rows of maps/map.def set them and rows of
 * helpers/proto.def ask for them, so that neither room names the other's
 * numbers.
 */
#define KBPF_MAP_CAN_LOOKUP	(1U << 0)	/* map_lookup_elem yields a pointer to a value */
#define KBPF_MAP_CAN_UPDATE	(1U << 1)
#define KBPF_MAP_CAN_DELETE	(1U << 2)
#define KBPF_MAP_CAN_PUSH	(1U << 3)	/* push, pop and peek */
#define KBPF_MAP_CAN_PEEK	(1U << 4)	/* push and peek only (bloom filter) */
#define KBPF_MAP_CAN_RINGBUF	(1U << 5)
#define KBPF_MAP_CAN_PERF	(1U << 6)	/* perf_event_output */
#define KBPF_MAP_CAN_TAIL_CALL	(1U << 7)
#define KBPF_MAP_CAN_STACK	(1U << 8)	/* get_stackid */
#define KBPF_MAP_CAN_CGROUP	(1U << 9)	/* current_task_under_cgroup */
#define KBPF_MAP_CAN_FOR_EACH	(1U << 10)
#define KBPF_MAP_CAN_PERCPU	(1U << 11)	/* map_lookup_percpu_elem */
#define KBPF_MAP_CAN_STORAGE	(1U << 12)	/* task_storage_get */
#define KBPF_MAP_CAN_USER_RB	(1U << 13)	/* user_ringbuf_drain */
#define KBPF_MAP_CAN_DIRECT	(1U << 14)	/* lddw of a value's address */
#define KBPF_MAP_IS_INNER	(1U << 15)	/* lookup yields a map */
#define KBPF_MAP_INDEXED	(1U << 16)	/* the key is a u32 index below max_entries */

/**
 * struct kbpf_map_desc - what the verifier needs to know of a map; never changes
 * @type: enum kbpf_map_type
 * @key_size: bytes
 * @value_size: bytes
 * @max_entries: as created
 * @flags: map_flags as created
 * @can: KBPF_MAP_CAN_* bits
 * @spin_lock_off: offset of a struct bpf_spin_lock in the value, or -1
 * @timer_off: offset of a struct bpf_timer in the value, or -1
 * @inner: for maps of maps: descriptor of the maps inside, else NULL
 * @name: as created
 */
struct kbpf_map_desc {
	u32 type;
	u32 key_size;
	u32 value_size;
	u32 max_entries;
	u32 flags;
	u32 can;
	s32 spin_lock_off;
	s32 timer_off;
	const struct kbpf_map_desc *inner;
	char name[KBPF_OBJ_NAME_LEN];
};

/* ---- answered by engine/maps ---------------------------------------------- */

/**
 * kbpf_env_map_desc() - descriptor of a map
 * @map: the map
 */
const struct kbpf_map_desc *kbpf_env_map_desc(const struct kbpf_map *map);

/**
 * kbpf_env_map_read_const() - read a value that can never change again
 * @map: a map
 * @off: offset in its direct value
 * @size: 1, 2, 4 or 8
 * @val: out: the value, zero-extended
 *
 * Return: true if the map is read-only to programs and frozen, @off is inside,
 * and @val was set.
 */
bool kbpf_env_map_read_const(const struct kbpf_map *map, u32 off, u32 size, u64 *val);

/**
 * kbpf_env_map_direct_addr() - address that an lddw of a map's value means
 * @map: a map with KBPF_MAP_CAN_DIRECT
 * @off: offset, below the value's size
 * @addr: out
 *
 * Return: 0 or -EINVAL.
 */
int kbpf_env_map_direct_addr(const struct kbpf_map *map, u32 off, u64 *addr);

/**
 * kbpf_env_tail_target() - the program in a slot of a program array
 * @map: the map that a tail call names
 * @index: slot
 *
 * Context: program; RCU protects the result.
 * Return: the program, or NULL: no such slot, an empty one, or not such a map.
 */
const struct kbpf_prog *kbpf_env_tail_target(const struct kbpf_map *map, u32 index);

/**
 * kbpf_interp_tail_target() - whether and where a tail call goes
 * @map: the map that it names
 * @index: slot
 * @prog: the program that makes it, decoded by the interpreter
 * @deep: a function makes it, not the program's entry: callers wait
 * @tails: tail calls of the run so far; counts this one
 *
 * What every executor asks; in this header because the JIT does.
 *
 * Context: program; RCU protects the result.
 * Return: the program, or NULL: the tail call falls through.
 */
const struct kbpf_prog *kbpf_interp_tail_target(const struct kbpf_map *map, u32 index,
						const struct kbpf_prog *prog, bool deep,
						struct kbpf_tails *tails);

/**
 * struct kbpf_map_inline - how executors may get at a map without its helpers
 * @lookup: what map_lookup_elem comes to for this map, or NULL
 * @update: the same of map_update_elem
 * @delete: the same of map_delete_elem
 * @entries: an array's elements; 0: it is none, or has no simple layout
 * @base: address of element 0, or with @percpu its per-CPU offset
 * @stride: bytes from one element to the next
 * @percpu: each CPU has its own
 * @slots: an array of programs: the table of its pages, each NULL or of @stride
 *	pointers, each NULL or to the program's object; @entries slots in all. A
 *	page that is there stays
 */
struct kbpf_map_inline {
	kbpf_helper_fn lookup;
	kbpf_helper_fn update;
	kbpf_helper_fn delete;
	u32 entries;
	u64 base;
	u32 stride;
	bool percpu;
	const void *slots;
};

/**
 * kbpf_env_map_inline() - how executors may get at a map without its helpers
 * @map: the map; all that is said holds as long as it lives
 * @out: out
 *
 * Return: false where nothing is said.
 */
bool kbpf_env_map_inline(const struct kbpf_map *map, struct kbpf_map_inline *out);

struct kbpf_btf;

/* ---- answered by the host ------------------------------------------------- */

/**
 * kbpf_env_map_get() - the map behind a descriptor
 * @fd: descriptor
 *
 * Return: the map with a reference for the caller; ERR_PTR(-EBADF) if @fd is
 * not open, ERR_PTR(-EINVAL) if it is not a map.
 */
struct kbpf_map *kbpf_env_map_get(int fd);

/**
 * kbpf_env_map_put() - give back what kbpf_env_map_get() took
 * @map: the map
 */
void kbpf_env_map_put(struct kbpf_map *map);

/**
 * kbpf_env_object_get() - the object of some kind behind a descriptor
 * @fd: descriptor
 * @kind: enum kbpf_kind
 *
 * Return: the object with a reference for the caller; ERR_PTR(-EBADF) if @fd is
 * not open, ERR_PTR(-EINVAL) if it is of another kind.
 */
struct kbpf_object *kbpf_env_object_get(int fd, u32 kind);

/**
 * kbpf_env_cgroup_get() - the cgroup behind a descriptor of its directory
 * @fd: descriptor
 *
 * Return: the cgroup with a reference for the caller; ERR_PTR: -EBADF, -EOPNOTSUPP
 * in a world without cgroups.
 */
void *kbpf_env_cgroup_get(int fd);

/**
 * kbpf_env_cgroup_put() - give back what kbpf_env_cgroup_get() took
 * @cgroup: the cgroup; programs may see it until a grace period has passed
 */
void kbpf_env_cgroup_put(void *cgroup);

/**
 * kbpf_env_task_get() - the task that a pidfd is of
 * @fd: pidfd
 *
 * Return: the task's address with a reference for the caller; ERR_PTR(-EBADF) no
 * such descriptor, or no pidfd; ERR_PTR(-ENOENT) the task is gone.
 */
void *kbpf_env_task_get(int fd);

/**
 * kbpf_env_task_put() - give back what kbpf_env_task_get() took
 * @task: the task
 */
void kbpf_env_task_put(void *task);

/**
 * kbpf_env_task_alive() - is this the address of a task that others can find?
 * @task: any address
 *
 * Context: any, RCU read side held. If it is, who watches is told of its end after
 * a grace period from now.
 */
bool kbpf_env_task_alive(const void *task);

/**
 * kbpf_env_task_watch() - be told of each task's end
 * @gone: called with its address, RCU read side held, in process or softirq
 *	context
 *
 * Context: process; sleeps. One at a time watches.
 * Return: 0; -EOPNOTSUPP where nothing tells.
 */
int kbpf_env_task_watch(void (*gone)(const void *task));

/**
 * kbpf_env_task_unwatch() - the opposite; no call is under way any more
 *
 * Context: process; sleeps.
 */
void kbpf_env_task_unwatch(void);

/**
 * kbpf_env_call_func() - run a function of a program by itself, as one of its runs
 * @func: the function; RCU keeps its program
 * @r1: argument
 * @r2: argument
 * @r3: argument
 *
 * Context: any but NMI, RCU read side held, migration off.
 * Return: did it run? It was counted as missed otherwise.
 */
bool kbpf_env_call_func(const struct kbpf_func *func, u64 r1, u64 r2, u64 r3);

/**
 * kbpf_env_helper() - address of a helper
 * @id: helper number
 *
 * Return: the address, or NULL if this world does not have it.
 */
kbpf_helper_fn kbpf_env_helper(u32 id);

/**
 * kbpf_env_kernel_btf() - the kernel's types
 *
 * Context: process; the first call may read them.
 * Return: its BTF, valid for ever; NULL: it has none.
 */
const struct kbpf_btf *kbpf_env_kernel_btf(void);

/**
 * kbpf_env_probe_read() - read memory that may not be there
 * @dst: destination
 * @size: bytes
 * @src: kernel address (in userspace: an address of this process)
 *
 * Context: any.
 * Return: 0, or -EFAULT and @dst all zero.
 */
int kbpf_env_probe_read(void *dst, u32 size, const void *src);

/**
 * kbpf_env_ktime_ns() - monotonic time
 */
u64 kbpf_env_ktime_ns(void);

/**
 * kbpf_env_interrupted() - has the caller been killed?
 *
 * Long work asks now and then, and gives up with -EINTR.
 */
bool kbpf_env_interrupted(void);

#endif /* KBPF_ENV_H */
