/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) */
/*
 * The ABI of /dev/kbpf: bpf(2) behind a device.
 *
 * ioctl(fd, KBPF_IOC(cmd, size), &attr), where cmd is the number of the bpf(2)
 * command, attr is the command's structure below and size is how many of its
 * bytes the caller knows. A shorter size means that the rest is zero; of a
 * longer one the tail must be zero, else -E2BIG. Every structure has the field
 * layout of the matching member of Linux's union bpf_attr, so that the union
 * itself may be passed unchanged. Fields that a command does not name are
 * reserved and must be zero (-EINVAL).
 *
 * All commands: -EPERM without CAP_BPF or CAP_SYS_ADMIN; -EINVAL for a command
 * that this module does not have; -EFAULT where attr or a buffer it points to
 * cannot be read or written; -EBADF for a descriptor that is not open; -EINVAL
 * for one that is open and is not the object asked for; -ENOMEM.
 *
 * Objects (maps, programs, links, BTF, probes, rings) are file descriptors,
 * opened O_CLOEXEC. The object lives as long as a descriptor, a mapping or
 * another object refers to it.
 *
 * Pointers are user addresses in __u64. Sizes are bytes and times are
 * nanoseconds unless said otherwise.
 */
#ifndef _UAPI_KBPF_H
#define _UAPI_KBPF_H

#include <linux/types.h>
#include <linux/ioctl.h>

#define KBPF_DEVICE_PATH	"/dev/kbpf"
#define KBPF_ABI_VERSION	1

#define KBPF_IOC_MAGIC		0xBF
/* The number of command @cmd whose structure is @size bytes (< 16384). */
#define KBPF_IOC(cmd, size)	_IOC(_IOC_READ | _IOC_WRITE, KBPF_IOC_MAGIC, (cmd), (size))

/* ---- instructions (RFC 9669) ------------------------------------------ */

/**
 * struct kbpf_insn - one 64-bit instruction slot, struct bpf_insn of Linux
 * @code: opcode: class in bits 0-2, the rest by class
 * @dst_reg: destination register, 0-10
 * @src_reg: source register, 0-10, or a pseudo kind (KBPF_PSEUDO_*)
 * @off: signed offset
 * @imm: signed immediate; an lddw takes two slots, low half first
 */
struct kbpf_insn {
	__u8	code;
	__u8	dst_reg:4;
	__u8	src_reg:4;
	__s16	off;
	__s32	imm;
};

/* src_reg of an lddw: what the immediate means */
#define KBPF_PSEUDO_MAP_FD		1	/* imm: map descriptor */
#define KBPF_PSEUDO_MAP_VALUE		2	/* imm: map descriptor; second imm: offset in its value */
#define KBPF_PSEUDO_BTF_ID		3	/* imm: BTF id of a kernel variable; second imm: BTF descriptor */
#define KBPF_PSEUDO_FUNC		4	/* imm: distance to a function, in slots */
#define KBPF_PSEUDO_MAP_IDX		5	/* imm: index in fd_array */
#define KBPF_PSEUDO_MAP_IDX_VALUE	6	/* imm: index in fd_array; second imm: offset */
/* src_reg of a call */
#define KBPF_PSEUDO_CALL		1	/* imm: distance to a function, in slots */
#define KBPF_PSEUDO_KFUNC_CALL		2	/* imm: BTF id of a kernel function */

/* ---- numbers ------------------------------------------------------------ */

/* Commands, as enum bpf_cmd; those from 64 on are kbpf's own. */
enum kbpf_cmd {
	KBPF_MAP_CREATE			= 0,
	KBPF_MAP_LOOKUP_ELEM		= 1,
	KBPF_MAP_UPDATE_ELEM		= 2,
	KBPF_MAP_DELETE_ELEM		= 3,
	KBPF_MAP_GET_NEXT_KEY		= 4,
	KBPF_PROG_LOAD			= 5,
	KBPF_OBJ_PIN			= 6,
	KBPF_OBJ_GET			= 7,
	KBPF_PROG_ATTACH		= 8,
	KBPF_PROG_DETACH		= 9,
	KBPF_PROG_TEST_RUN		= 10,
	KBPF_PROG_GET_NEXT_ID		= 11,
	KBPF_MAP_GET_NEXT_ID		= 12,
	KBPF_PROG_GET_FD_BY_ID		= 13,
	KBPF_MAP_GET_FD_BY_ID		= 14,
	KBPF_OBJ_GET_INFO_BY_FD		= 15,
	KBPF_PROG_QUERY			= 16,
	KBPF_RAW_TRACEPOINT_OPEN	= 17,
	KBPF_BTF_LOAD			= 18,
	KBPF_BTF_GET_FD_BY_ID		= 19,
	KBPF_TASK_FD_QUERY		= 20,
	KBPF_MAP_LOOKUP_AND_DELETE_ELEM	= 21,
	KBPF_MAP_FREEZE			= 22,
	KBPF_BTF_GET_NEXT_ID		= 23,
	KBPF_MAP_LOOKUP_BATCH		= 24,
	KBPF_MAP_LOOKUP_AND_DELETE_BATCH = 25,
	KBPF_MAP_UPDATE_BATCH		= 26,
	KBPF_MAP_DELETE_BATCH		= 27,
	KBPF_LINK_CREATE		= 28,
	KBPF_LINK_UPDATE		= 29,
	KBPF_LINK_GET_FD_BY_ID		= 30,
	KBPF_LINK_GET_NEXT_ID		= 31,
	KBPF_ENABLE_STATS		= 32,
	KBPF_ITER_CREATE		= 33,
	KBPF_LINK_DETACH		= 34,
	KBPF_PROG_BIND_MAP		= 35,
	KBPF_TOKEN_CREATE		= 36,

	KBPF_PERF_OPEN			= 64,	/* struct kbpf_perf_open_attr */
	KBPF_VERSION			= 65,	/* struct kbpf_version_attr */
	KBPF_PROG_STATS			= 66,	/* struct kbpf_prog_stats_attr */
	KBPF_MAP_STATS			= 67,	/* struct kbpf_map_stats_attr */
	KBPF_PROG_LOAD_CLASSIC		= 68,	/* struct kbpf_prog_load_classic_attr */
	KBPF_LINK_STATS			= 69,	/* struct kbpf_link_stats_attr */
};

/* Program types, as enum bpf_prog_type. */
enum kbpf_prog_type {
	KBPF_PROG_TYPE_UNSPEC		= 0,
	KBPF_PROG_TYPE_SOCKET_FILTER	= 1,
	KBPF_PROG_TYPE_KPROBE		= 2,
	KBPF_PROG_TYPE_SCHED_CLS	= 3,
	KBPF_PROG_TYPE_SCHED_ACT	= 4,
	KBPF_PROG_TYPE_TRACEPOINT	= 5,
	KBPF_PROG_TYPE_XDP		= 6,
	KBPF_PROG_TYPE_PERF_EVENT	= 7,
	KBPF_PROG_TYPE_CGROUP_SKB	= 8,
	KBPF_PROG_TYPE_CGROUP_SOCK	= 9,
	KBPF_PROG_TYPE_RAW_TRACEPOINT	= 17,
	KBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE = 24,
	KBPF_PROG_TYPE_TRACING		= 26,
	KBPF_PROG_TYPE_SYSCALL		= 31,
	KBPF_PROG_TYPE_NETFILTER	= 32,
	KBPF_PROG_TYPE_MAX		= 33,
};

/* Map types, as enum bpf_map_type. */
enum kbpf_map_type {
	KBPF_MAP_TYPE_UNSPEC		= 0,
	KBPF_MAP_TYPE_HASH		= 1,
	KBPF_MAP_TYPE_ARRAY		= 2,
	KBPF_MAP_TYPE_PROG_ARRAY	= 3,
	KBPF_MAP_TYPE_PERF_EVENT_ARRAY	= 4,
	KBPF_MAP_TYPE_PERCPU_HASH	= 5,
	KBPF_MAP_TYPE_PERCPU_ARRAY	= 6,
	KBPF_MAP_TYPE_STACK_TRACE	= 7,
	KBPF_MAP_TYPE_CGROUP_ARRAY	= 8,
	KBPF_MAP_TYPE_LRU_HASH		= 9,
	KBPF_MAP_TYPE_LRU_PERCPU_HASH	= 10,
	KBPF_MAP_TYPE_LPM_TRIE		= 11,
	KBPF_MAP_TYPE_ARRAY_OF_MAPS	= 12,
	KBPF_MAP_TYPE_HASH_OF_MAPS	= 13,
	KBPF_MAP_TYPE_QUEUE		= 22,
	KBPF_MAP_TYPE_STACK		= 23,
	KBPF_MAP_TYPE_RINGBUF		= 27,
	KBPF_MAP_TYPE_TASK_STORAGE	= 29,
	KBPF_MAP_TYPE_BLOOM_FILTER	= 30,
	KBPF_MAP_TYPE_USER_RINGBUF	= 31,
	KBPF_MAP_TYPE_MAX		= 34,
};

/* Attach types, as enum bpf_attach_type. */
enum kbpf_attach_type {
	KBPF_TRACE_RAW_TP		= 23,
	KBPF_TRACE_FENTRY		= 24,
	KBPF_TRACE_FEXIT		= 25,
	KBPF_MODIFY_RETURN		= 26,
	KBPF_XDP			= 37,
	KBPF_PERF_EVENT			= 41,
	KBPF_TRACE_KPROBE_MULTI		= 42,
	KBPF_NETFILTER			= 45,
	KBPF_TCX_INGRESS		= 46,
	KBPF_TCX_EGRESS			= 47,
	KBPF_TRACE_UPROBE_MULTI		= 48,
	KBPF_TRACE_KPROBE_SESSION	= 56,
	KBPF_TAP			= 1024,	/* kbpf's own: packets into a ring buffer */
};

/* Link types, as enum bpf_link_type. */
enum kbpf_link_type {
	KBPF_LINK_TYPE_UNSPEC		= 0,
	KBPF_LINK_TYPE_RAW_TRACEPOINT	= 1,
	KBPF_LINK_TYPE_TRACING		= 2,
	KBPF_LINK_TYPE_PERF_EVENT	= 7,
	KBPF_LINK_TYPE_KPROBE_MULTI	= 8,
	KBPF_LINK_TYPE_NETFILTER	= 10,
	KBPF_LINK_TYPE_TCX		= 11,
	KBPF_LINK_TYPE_UPROBE_MULTI	= 12,
	KBPF_LINK_TYPE_TAP		= 1024,	/* kbpf's own */
};

/* What a perf-event link is attached to, as enum bpf_perf_event_type. */
enum kbpf_perf_event_type {
	KBPF_PERF_EVENT_UNSPEC		= 0,
	KBPF_PERF_EVENT_UPROBE		= 1,
	KBPF_PERF_EVENT_URETPROBE	= 2,
	KBPF_PERF_EVENT_KPROBE		= 3,
	KBPF_PERF_EVENT_KRETPROBE	= 4,
	KBPF_PERF_EVENT_TRACEPOINT	= 5,
	KBPF_PERF_EVENT_EVENT		= 6,
};

/*
 * attr.type of KBPF_PERF_OPEN for probes, on every kernel: besides these the
 * numbers that the kernel's own PMUs have in sysfs mean the same, where it has them.
 */
#define KBPF_PERF_TYPE_KPROBE	0x6b620001U
#define KBPF_PERF_TYPE_UPROBE	0x6b620002U

/*
 * Helpers of kbpf's own, for programs on packets. A program may call them; LD_ABS,
 * LD_IND and classic programs become calls of them.
 */
/* s64 (ctx, s32 offset, size 1, 2 or 4): the bytes there in host order, or negative */
#define KBPF_HELPER_PACKET_LOAD		0x10000
/* s64 (ctx, u32 SKF_AD_*, u32 A, u32 X): that ancillary data of classic BPF, or negative */
#define KBPF_HELPER_PACKET_ANCILLARY	0x10001

#define KBPF_OBJ_NAME_LEN	16	/* with the terminating zero */
#define KBPF_TAG_SIZE		8
#define KBPF_MAX_INSNS		1000000	/* instructions in a program, and verifier steps */
#define KBPF_STACK_SIZE		512	/* bytes of stack, all frames of a call chain together */
#define KBPF_MAX_FRAMES		8	/* depth of bpf-to-bpf calls */
#define KBPF_MAX_SUBPROGS	256
#define KBPF_MAX_TAIL_CALLS	33
#define KBPF_MAX_USED_MAPS	64

/* map_flags of KBPF_MAP_CREATE */
#define KBPF_F_NO_PREALLOC	(1U << 0)
#define KBPF_F_NO_COMMON_LRU	(1U << 1)
#define KBPF_F_NUMA_NODE	(1U << 2)
#define KBPF_F_RDONLY		(1U << 3)	/* read-only from userspace */
#define KBPF_F_WRONLY		(1U << 4)	/* write-only from userspace */
#define KBPF_F_STACK_BUILD_ID	(1U << 5)
#define KBPF_F_ZERO_SEED	(1U << 6)
#define KBPF_F_RDONLY_PROG	(1U << 7)	/* read-only from programs */
#define KBPF_F_WRONLY_PROG	(1U << 8)	/* write-only from programs */
#define KBPF_F_CLONE		(1U << 9)
#define KBPF_F_MMAPABLE		(1U << 10)
#define KBPF_F_PRESERVE_ELEMS	(1U << 11)
#define KBPF_F_INNER_MAP	(1U << 12)
#define KBPF_F_RB_OVERWRITE	(1U << 19)
#define KBPF_F_RB_ORDERED	(1U << 30)	/* ours: records carry a time; with RB_PERCPU */
#define KBPF_F_RB_PERCPU	(1U << 31)	/* ours: each CPU has a ring of max_entries bytes */

/* flags of KBPF_MAP_UPDATE_ELEM and of the helper */
#define KBPF_ANY		0	/* create or replace */
#define KBPF_NOEXIST		1	/* create; -EEXIST if there */
#define KBPF_EXIST		2	/* replace; -ENOENT if not there */
#define KBPF_F_LOCK		4	/* under the value's spin lock */

/* prog_flags of KBPF_PROG_LOAD */
#define KBPF_F_STRICT_ALIGNMENT	(1U << 0)
#define KBPF_F_ANY_ALIGNMENT	(1U << 1)
#define KBPF_F_TEST_RND_HI32	(1U << 2)
#define KBPF_F_TEST_STATE_FREQ	(1U << 3)
#define KBPF_F_SLEEPABLE	(1U << 4)
#define KBPF_F_XDP_HAS_FRAGS	(1U << 5)
#define KBPF_F_TEST_REG_INVARIANTS (1U << 7)

/* log_level of KBPF_PROG_LOAD and KBPF_BTF_LOAD: bits */
#define KBPF_LOG_LEVEL1		1	/* the refusal and its explanation */
#define KBPF_LOG_LEVEL2		2	/* every instruction visited, with its state */
#define KBPF_LOG_STATS		4	/* instructions, states, time */
#define KBPF_LOG_FIXED		8	/* keep the head of a log that does not fit, not the tail */

/* flags of perf_event_output and kin */
#define KBPF_F_INDEX_MASK	0xffffffffULL
#define KBPF_F_CURRENT_CPU	KBPF_F_INDEX_MASK
#define KBPF_F_CTXLEN_MASK	(0xfffffULL << 32)

/* flags of get_stackid and get_stack */
#define KBPF_F_SKIP_FIELD_MASK	0xffULL
#define KBPF_F_USER_STACK	(1ULL << 8)
#define KBPF_F_FAST_STACK_CMP	(1ULL << 9)
#define KBPF_F_REUSE_STACKID	(1ULL << 10)
#define KBPF_F_USER_BUILD_ID	(1ULL << 11)

/* flags and positions of ring buffers */
#define KBPF_RB_NO_WAKEUP	(1ULL << 0)
#define KBPF_RB_FORCE_WAKEUP	(1ULL << 1)
#define KBPF_RB_AVAIL_DATA	0
#define KBPF_RB_RING_SIZE	1
#define KBPF_RB_CONS_POS	2
#define KBPF_RB_PROD_POS	3
#define KBPF_RINGBUF_BUSY_BIT		(1U << 31)
#define KBPF_RINGBUF_DISCARD_BIT	(1U << 30)
#define KBPF_RINGBUF_HDR_SZ		8
/*
 * With KBPF_F_RB_PERCPU the ring of CPU n is mapped in Linux's layout from page n * (2 + 2 * pages of data) on.
 * With KBPF_F_RB_ORDERED eight bytes follow each record's data, rounded up to eight: CLOCK_MONOTONIC, in
 * nanoseconds, once the record could be seen in the producer's position.
 */

/* type of KBPF_ENABLE_STATS */
#define KBPF_STATS_RUN_TIME	0

/* flags of KBPF_PROG_TEST_RUN */
#define KBPF_F_TEST_RUN_ON_CPU	(1U << 0)

/* ---- maps ----------------------------------------------------------------- */

/**
 * struct kbpf_map_create_attr - KBPF_MAP_CREATE; returns a map descriptor
 * @map_type: enum kbpf_map_type
 * @key_size: bytes of a key; 0 where the type has none
 * @value_size: bytes of a value; 0 where the type has none
 * @max_entries: most entries it can hold; for a ring buffer bytes of data, a
 *	power of two and a multiple of the page size
 * @map_flags: KBPF_F_*
 * @inner_map_fd: for maps of maps: a map like those it will hold
 * @numa_node: node to allocate on, with KBPF_F_NUMA_NODE
 * @map_name: letters, digits, '_' and '.', zero-terminated
 * @map_ifindex: must be zero
 * @btf_fd: BTF of the types below, or 0
 * @btf_key_type_id: type of a key, or 0
 * @btf_value_type_id: type of a value, or 0
 * @btf_vmlinux_value_type_id: must be zero
 * @map_extra: by type: bloom filter: number of hash functions in bits 0-3
 * @value_type_btf_obj_fd: must be zero
 * @map_token_fd: must be zero
 *
 * Errors: -EINVAL (type, sizes or flags that do not go together), -E2BIG (more
 * than the kernel could ever allocate), -ENOMEM.
 */
struct kbpf_map_create_attr {
	__u32	map_type;
	__u32	key_size;
	__u32	value_size;
	__u32	max_entries;
	__u32	map_flags;
	__u32	inner_map_fd;
	__u32	numa_node;
	char	map_name[KBPF_OBJ_NAME_LEN];
	__u32	map_ifindex;
	__u32	btf_fd;
	__u32	btf_key_type_id;
	__u32	btf_value_type_id;
	__u32	btf_vmlinux_value_type_id;
	__u64	map_extra;
	__s32	value_type_btf_obj_fd;
	__s32	map_token_fd;
};

/**
 * struct kbpf_map_elem_attr - KBPF_MAP_{LOOKUP,UPDATE,DELETE,LOOKUP_AND_DELETE}_ELEM,
 *	KBPF_MAP_GET_NEXT_KEY, KBPF_MAP_FREEZE
 * @map_fd: the map
 * @pad0: ignored
 * @key: pointer to key_size bytes; GET_NEXT_KEY: 0 asks for the first key
 * @value: pointer to the value, in or out: value_size bytes; for per-CPU types
 *	round_up(value_size, 8) for each possible CPU
 * @next_key: GET_NEXT_KEY: pointer to key_size bytes, out
 * @flags: UPDATE: KBPF_ANY, KBPF_NOEXIST, KBPF_EXIST, KBPF_F_LOCK; LOOKUP: 0
 *	or KBPF_F_LOCK; otherwise 0
 *
 * Errors: -ENOENT (no such key, no next key), -EEXIST, -E2BIG (full, or an
 * array index past the end on update), -EPERM (frozen, or the map's
 * user-side flags forbid it), -EOPNOTSUPP (the type has no such operation),
 * -EBUSY (the value or its bucket is held; FREEZE: mapped writable).
 */
struct kbpf_map_elem_attr {
	__u32	map_fd;
	__u32	pad0;
	__u64	key;
	union {
		__u64	value;
		__u64	next_key;
	};
	__u64	flags;
};

/**
 * struct kbpf_map_batch_attr - KBPF_MAP_{LOOKUP,LOOKUP_AND_DELETE,UPDATE,DELETE}_BATCH
 * @in_batch: where to go on: what an earlier call stored at @out_batch, or 0
 * @out_batch: pointer to room for that position, out
 * @keys: pointer to @count keys
 * @values: pointer to @count values
 * @count: in: elements there is room for; out: elements done
 * @map_fd: the map
 * @elem_flags: flags of each element's operation
 * @flags: must be zero
 */
struct kbpf_map_batch_attr {
	__u64	in_batch;
	__u64	out_batch;
	__u64	keys;
	__u64	values;
	__u32	count;
	__u32	map_fd;
	__u64	elem_flags;
	__u64	flags;
};

/**
 * struct kbpf_map_stats_attr - KBPF_MAP_STATS
 * @map_fd: the map
 * @pad0: must be zero
 * @memory: out: bytes of memory the map holds now
 * @entries: out: entries in it now, where the type counts them; else ~0
 * @refused_full: out: updates, reservations or samples refused because it was full
 * @refused_busy: out: refused because a lock could not be taken here
 * @refused_nomem: out: refused because no memory was at hand
 * @evicted: out: entries dropped to make room (LRU types)
 * @written: out: records committed (rings)
 * @discarded: out: records discarded by the program (rings)
 * @high_water: out: most bytes that ever waited to be consumed (rings)
 */
struct kbpf_map_stats_attr {
	__u32	map_fd;
	__u32	pad0;
	__u64	memory;
	__u64	entries;
	__u64	refused_full;
	__u64	refused_busy;
	__u64	refused_nomem;
	__u64	evicted;
	__u64	written;
	__u64	discarded;
	__u64	high_water;
};

#define KBPF_RINGBUF_COUNTS_OFF	64

/**
 * struct kbpf_ringbuf_counts - in a ring buffer's producer page (the second of its
 *	mapping), KBPF_RINGBUF_COUNTS_OFF bytes from its start
 * @refused_full: reservations refused because the ring was full
 * @high_water: most bytes that ever waited to be consumed, headers included
 */
struct kbpf_ringbuf_counts {
	__u64	refused_full;
	__u64	high_water;
};

/* ---- programs ---------------------------------------------------------- */

/**
 * struct kbpf_func_info - BTF type of a function of a program
 * @insn_off: first slot of the function
 * @type_id: BTF id of its FUNC
 */
struct kbpf_func_info {
	__u32	insn_off;
	__u32	type_id;
};

/**
 * struct kbpf_line_info - source line of an instruction and those after it
 * @insn_off: slot
 * @file_name_off: in the BTF's strings
 * @line_off: the line's text, in the BTF's strings
 * @line_col: line << 10 | column
 */
struct kbpf_line_info {
	__u32	insn_off;
	__u32	file_name_off;
	__u32	line_off;
	__u32	line_col;
};

/**
 * struct kbpf_prog_load_attr - KBPF_PROG_LOAD; returns a program descriptor
 * @prog_type: enum kbpf_prog_type
 * @insn_cnt: slots, 1 .. KBPF_MAX_INSNS
 * @insns: pointer to struct kbpf_insn[@insn_cnt]
 * @license: pointer to the licence's name, zero-terminated, at most 128 bytes
 * @log_level: KBPF_LOG_* bits; 0: no log, and @log_buf and @log_size must be 0
 * @log_size: bytes at @log_buf
 * @log_buf: pointer to room for the verifier's log, zero-terminated text, out
 * @kern_version: ignored
 * @prog_flags: KBPF_F_*
 * @prog_name: as @map_name of struct kbpf_map_create_attr
 * @prog_ifindex: must be zero
 * @expected_attach_type: enum kbpf_attach_type, for types that have several
 * @prog_btf_fd: BTF of the program, or 0
 * @func_info_rec_size: bytes of a record of @func_info, at least 8
 * @func_info: pointer to struct kbpf_func_info records
 * @func_info_cnt: how many
 * @line_info_rec_size: bytes of a record of @line_info, at least 16
 * @line_info: pointer to struct kbpf_line_info records
 * @line_info_cnt: how many
 * @attach_btf_id: kernel BTF id of what a TRACING program attaches to
 * @attach_btf_obj_fd: must be zero (vmlinux)
 * @core_relo_cnt: must be zero: relocate in userspace
 * @fd_array: pointer to descriptors that KBPF_PSEUDO_MAP_IDX counts in
 * @core_relos: must be zero
 * @core_relo_rec_size: must be zero
 * @log_true_size: out: bytes that the whole log needs, with its zero
 * @prog_token_fd: must be zero
 * @pad0: ignored
 *
 * Errors: -EACCES (refused by the verifier; the log says why), -EINVAL
 * (malformed, or a type, helper or flag that is not there), -E2BIG (over a
 * budget), -ENOSPC (the log did not fit; the verdict stands in neither case),
 * -EPERM (the type needs CAP_PERFMON or CAP_NET_ADMIN), -EINTR.
 */
struct kbpf_prog_load_attr {
	__u32	prog_type;
	__u32	insn_cnt;
	__u64	insns;
	__u64	license;
	__u32	log_level;
	__u32	log_size;
	__u64	log_buf;
	__u32	kern_version;
	__u32	prog_flags;
	char	prog_name[KBPF_OBJ_NAME_LEN];
	__u32	prog_ifindex;
	__u32	expected_attach_type;
	__u32	prog_btf_fd;
	__u32	func_info_rec_size;
	__u64	func_info;
	__u32	func_info_cnt;
	__u32	line_info_rec_size;
	__u64	line_info;
	__u32	line_info_cnt;
	__u32	attach_btf_id;
	__u32	attach_btf_obj_fd;
	__u32	core_relo_cnt;
	__u64	fd_array;
	__u64	core_relos;
	__u32	core_relo_rec_size;
	__u32	log_true_size;
	__s32	prog_token_fd;
	__u32	pad0;
};

/* Instructions in a classic program, as BPF_MAXINSNS. */
#define KBPF_CLASSIC_MAX_INSNS	4096

/**
 * struct kbpf_classic_insn - one instruction of classic BPF, struct sock_filter of Linux
 * @code: opcode
 * @jt: instructions to skip where a condition holds
 * @jf: instructions to skip where it does not
 * @k: operand
 */
struct kbpf_classic_insn {
	__u16	code;
	__u8	jt;
	__u8	jf;
	__u32	k;
};

/**
 * struct kbpf_prog_load_classic_attr - KBPF_PROG_LOAD_CLASSIC; returns a program descriptor
 * @len: instructions, 1 .. KBPF_CLASSIC_MAX_INSNS; @len to @filter are struct
 *	sock_fprog of Linux
 * @pad0: ignored: struct sock_fprog has a hole here
 * @filter: pointer to struct kbpf_classic_insn[@len]
 * @log_level: as KBPF_PROG_LOAD
 * @log_size: as KBPF_PROG_LOAD
 * @log_buf: as KBPF_PROG_LOAD
 * @prog_name: as KBPF_PROG_LOAD
 * @prog_flags: KBPF_F_*
 * @log_true_size: out: as KBPF_PROG_LOAD
 *
 * The program is checked by the rules of classic BPF, translated, verified, and
 * is from then on a program of type KBPF_PROG_TYPE_SOCKET_FILTER.
 *
 * Errors: as KBPF_PROG_LOAD; -EINVAL (not a legal classic program; the log says
 * which instruction).
 */
struct kbpf_prog_load_classic_attr {
	__u16	len;
	__u16	pad0[3];
	__u64	filter;
	__u32	log_level;
	__u32	log_size;
	__u64	log_buf;
	char	prog_name[KBPF_OBJ_NAME_LEN];
	__u32	prog_flags;
	__u32	log_true_size;
};

/**
 * struct kbpf_test_run_attr - KBPF_PROG_TEST_RUN
 * @prog_fd: the program
 * @retval: out: r0 of the last run, low 32 bits
 * @data_size_in: bytes at @data_in
 * @data_size_out: in: room at @data_out; out: bytes the program left
 * @data_in: pointer to packet data, for packet programs
 * @data_out: pointer to room for the data after the run, or 0
 * @repeat: runs, 0 means 1
 * @duration: out: average time of a run
 * @ctx_size_in: bytes at @ctx_in
 * @ctx_size_out: in: room at @ctx_out; out: bytes of context
 * @ctx_in: pointer to the context; missing bytes are zero
 * @ctx_out: pointer to room for the context after the run, or 0
 * @flags: KBPF_F_TEST_RUN_ON_CPU
 * @cpu: with that flag: the CPU to run on
 * @batch_size: must be zero
 * @pad0: ignored
 *
 * Errors: -E2BIG (a context longer than the type's, with bytes set past it),
 * -ENOSPC (@data_out or @ctx_out too small; what fits is written), -EINTR
 * (a signal came between runs).
 */
struct kbpf_test_run_attr {
	__u32	prog_fd;
	__u32	retval;
	__u32	data_size_in;
	__u32	data_size_out;
	__u64	data_in;
	__u64	data_out;
	__u32	repeat;
	__u32	duration;
	__u32	ctx_size_in;
	__u32	ctx_size_out;
	__u64	ctx_in;
	__u64	ctx_out;
	__u32	flags;
	__u32	cpu;
	__u32	batch_size;
	__u32	pad0;
};

/**
 * struct kbpf_bind_map_attr - KBPF_PROG_BIND_MAP: let a program own a reference to a map
 * @prog_fd: the program
 * @map_fd: the map
 * @flags: must be zero
 */
struct kbpf_bind_map_attr {
	__u32	prog_fd;
	__u32	map_fd;
	__u32	flags;
};

/**
 * struct kbpf_prog_stats_attr - KBPF_PROG_STATS
 * @prog_fd: the program
 * @pad0: must be zero
 * @run_cnt: out: runs; counted always
 * @run_time_ns: out: time of the runs made while KBPF_ENABLE_STATS was on
 * @run_timed: out: how many runs that time is of
 * @misses: out: runs turned away: by the nesting guard or by a full return-probe pool
 * @verified_insns: out: instructions the verifier processed
 * @verified_states: out: states it kept
 * @verify_ns: out: time of verification
 * @memory: out: bytes of memory the program holds
 * @verify_peak: out: most memory that verification held at once, bytes
 * @hottest_insn: out: slot that was processed most often
 * @hottest_visits: out: how often
 */
struct kbpf_prog_stats_attr {
	__u32	prog_fd;
	__u32	pad0;
	__u64	run_cnt;
	__u64	run_time_ns;
	__u64	run_timed;
	__u64	misses;
	__u64	verified_insns;
	__u64	verified_states;
	__u64	verify_ns;
	__u64	memory;
	__u64	verify_peak;
	__u32	hottest_insn;
	__u32	hottest_visits;
};

/* ---- BTF ------------------------------------------------------------------ */

/*
 * btf_flags: these are the running kernel's types, which has none of its own (it
 * was built without bpf(2)). They stay until the module goes; attach_btf_id of
 * programs are ids in them.
 */
#define KBPF_BTF_F_KERNEL	(1U << 31)

/**
 * struct kbpf_btf_load_attr - KBPF_BTF_LOAD; returns a BTF descriptor
 * @btf: pointer to raw BTF
 * @btf_log_buf: pointer to room for a log, or 0
 * @btf_size: bytes at @btf, at most 16 MiB
 * @btf_log_size: bytes at @btf_log_buf
 * @btf_log_level: KBPF_LOG_* bits
 * @btf_log_true_size: out: bytes that the whole log needs
 * @btf_flags: KBPF_BTF_F_KERNEL, or 0
 * @btf_token_fd: must be zero
 *
 * Errors: -EINVAL (malformed; the log says where), -E2BIG, -ENOSPC (log), -EEXIST
 * (KBPF_BTF_F_KERNEL where other types of the kernel are known).
 */
struct kbpf_btf_load_attr {
	__u64	btf;
	__u64	btf_log_buf;
	__u32	btf_size;
	__u32	btf_log_size;
	__u32	btf_log_level;
	__u32	btf_log_true_size;
	__u32	btf_flags;
	__s32	btf_token_fd;
};

/* ---- links and probes --------------------------------------------------- */

/**
 * struct kbpf_link_create_attr - KBPF_LINK_CREATE; returns a link descriptor
 * @prog_fd: the program
 * @target_fd: for KBPF_PERF_EVENT: a probe from KBPF_PERF_OPEN; for KBPF_TCX_*:
 *	index of an interface; for KBPF_TAP: that, or 0 for all
 * @attach_type: enum kbpf_attach_type
 * @flags: must be zero
 * @perf_event: for KBPF_PERF_EVENT
 * @perf_event.bpf_cookie: what the program's get_attach_cookie returns
 * @kprobe_multi: for KBPF_TRACE_KPROBE_MULTI
 * @kprobe_multi.flags: 1: return probes
 * @kprobe_multi.cnt: functions
 * @kprobe_multi.syms: pointer to pointers to names, or 0
 * @kprobe_multi.addrs: pointer to addresses, or 0; one of the two
 * @kprobe_multi.cookies: pointer to @kprobe_multi.cnt cookies, or 0
 * @tracing: for KBPF_TRACE_RAW_TP, _FENTRY and _FEXIT
 * @tracing.target_btf_id: must be zero
 * @tracing.cookie: cookie
 * @netfilter: for KBPF_NETFILTER
 * @netfilter.pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @netfilter.hooknum: NF_INET_*
 * @netfilter.priority: order among hooks
 * @netfilter.flags: must be zero
 * @tcx: for KBPF_TCX_INGRESS and KBPF_TCX_EGRESS; programs run in the order of
 *	their attachment
 * @tcx.relative_fd: must be zero
 * @tcx.pad0: must be zero
 * @tcx.expected_revision: must be zero
 * @tap: for KBPF_TAP: the program returns how many bytes of the packet to keep,
 *	and the ring gets a struct kbpf_tap_record of them
 * @tap.map_fd: a ring buffer
 * @tap.snaplen: most bytes to keep of a packet; 0: all
 * @uprobe_multi: for KBPF_TRACE_UPROBE_MULTI
 * @uprobe_multi.path: pointer to the file's path
 * @uprobe_multi.offsets: pointer to @uprobe_multi.cnt file offsets
 * @uprobe_multi.ref_ctr_offsets: pointer to as many semaphore offsets, or 0
 * @uprobe_multi.cookies: pointer to as many cookies, or 0
 * @uprobe_multi.cnt: places
 * @uprobe_multi.flags: 1: return probes
 * @uprobe_multi.pid: process, or 0 for all
 *
 * Errors: -EBADF (no such probe), -EEXIST (this link is there), -EINVAL (the
 * program's type does not fit the target). Network hooks: -ENODEV (no such
 * interface), -EPERM (without CAP_NET_ADMIN), -EAFNOSUPPORT (pf), -EPROTO
 * (hooknum), -ERANGE (priority), -EOPNOTSUPP (flags, or the kernel has no such
 * hook). Such a link belongs to the network namespace of its creator, and is
 * detached when that, or its interface, goes away.
 */
struct kbpf_link_create_attr {
	__u32	prog_fd;
	__u32	target_fd;
	__u32	attach_type;
	__u32	flags;
	union {
		struct {
			__u64	bpf_cookie;
		} perf_event;
		struct {
			__u32	flags;
			__u32	cnt;
			__u64	syms;
			__u64	addrs;
			__u64	cookies;
		} kprobe_multi;
		struct {
			__u32	target_btf_id;
			__u32	pad0;
			__u64	cookie;
		} tracing;
		struct {
			__u32	pf;
			__u32	hooknum;
			__s32	priority;
			__u32	flags;
		} netfilter;
		struct {
			__u32	relative_fd;
			__u32	pad0;
			__u64	expected_revision;
		} tcx;
		struct {
			__u32	map_fd;
			__u32	snaplen;
		} tap;
		struct {
			__u64	path;
			__u64	offsets;
			__u64	ref_ctr_offsets;
			__u64	cookies;
			__u32	cnt;
			__u32	flags;
			__u32	pid;
			__u32	pad0;
		} uprobe_multi;
	};
};

/**
 * struct kbpf_tap_record - what a tap puts into its ring buffer, before the bytes
 * @time: real time, nanoseconds since 1970
 * @len: bytes of the packet, from its link-layer header
 * @caplen: bytes that follow this structure
 * @ifindex: interface
 * @protocol: of the link layer, host order
 * @vlan_tci: VLAN tag that is not in the bytes
 * @vlan_proto: its protocol, host order; 0: there is none
 * @pkt_type: 0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 outgoing
 * @header: the bytes begin with a link-layer header
 * @hatype: ARPHRD_* of the interface
 */
struct kbpf_tap_record {
	__u64	time;
	__u32	len;
	__u32	caplen;
	__u32	ifindex;
	__u16	protocol;
	__u16	vlan_tci;
	__u16	vlan_proto;
	__u8	pkt_type;
	__u8	header;
	__u32	hatype;
};

/**
 * struct kbpf_link_stats_attr - KBPF_LINK_STATS, for links on packets
 * @link_fd: the link
 * @pad0: must be zero
 * @packets: out: packets that the program ran on
 * @bytes: out: their bytes
 * @passed: out: of the packets, those it let through, or (tap) kept something of
 * @dropped: out: those it dropped, or (tap) kept nothing of
 * @lost: out: tap: kept, but the ring was full
 * @missed: out: packets that the program did not run on because another program
 *	was running; a NETFILTER link drops them, others let them through
 *
 * Errors: -EOPNOTSUPP (a link of another kind).
 */
struct kbpf_link_stats_attr {
	__u32	link_fd;
	__u32	pad0;
	__u64	packets;
	__u64	bytes;
	__u64	passed;
	__u64	dropped;
	__u64	lost;
	__u64	missed;
};

/**
 * struct kbpf_nf_ctx - context of NETFILTER programs
 *
 * Begins as Linux's struct bpf_nf_ctx; what follows is kbpf's, so that a program
 * can look at the packet without kernel types.
 *
 * @state: address of the struct nf_hook_state, for probe_read_kernel
 * @skb: address of the struct sk_buff, for probe_read_kernel
 * @data: pointer to the packet, from its network header; as in struct __sk_buff
 * @data_end: pointer to the end of its linear part
 * @len: bytes, from the network header
 * @protocol: link-layer protocol, network order
 * @mark: packet mark
 * @in_ifindex: interface it came in by, or 0
 * @out_ifindex: interface it goes out by, or 0
 * @hook: NF_INET_*
 * @pf: NFPROTO_*
 * @hash: flow hash if there is one
 */
struct kbpf_nf_ctx {
	__u64	state;
	__u64	skb;
	__u32	data;
	__u32	data_end;
	__u32	len;
	__u32	protocol;
	__u32	mark;
	__u32	in_ifindex;
	__u32	out_ifindex;
	__u32	hook;
	__u32	pf;
	__u32	hash;
};

/**
 * struct kbpf_link_update_attr - KBPF_LINK_UPDATE
 * @link_fd: the link
 * @new_prog_fd: program to run from now on
 * @flags: 0, or 1 << 2: only if @old_prog_fd is attached now
 * @old_prog_fd: with that flag
 */
struct kbpf_link_update_attr {
	__u32	link_fd;
	__u32	new_prog_fd;
	__u32	flags;
	__u32	old_prog_fd;
};

/**
 * struct kbpf_link_detach_attr - KBPF_LINK_DETACH
 * @link_fd: the link; it stays open and does nothing more
 */
struct kbpf_link_detach_attr {
	__u32	link_fd;
};

/**
 * struct kbpf_raw_tracepoint_attr - KBPF_RAW_TRACEPOINT_OPEN; returns a link descriptor
 * @name: pointer to the tracepoint's name, or 0 for a TRACING program
 * @prog_fd: the program
 * @pad0: must be zero
 * @cookie: cookie
 */
struct kbpf_raw_tracepoint_attr {
	__u64	name;
	__u32	prog_fd;
	__u32	pad0;
	__u64	cookie;
};

/**
 * struct kbpf_perf_open_attr - KBPF_PERF_OPEN: perf_event_open(2) for programs
 * @attr: pointer to struct perf_event_attr; its own size field says how long
 * @pid: as perf_event_open(2); kernel probes take -1, and all else is -1 in effect
 * @cpu: as perf_event_open(2); kernel probes fire on every CPU whatever it says,
 *	as programs on perf_event_open(2)'s do
 * @group_fd: must be -1
 * @flags: PERF_FLAG_FD_CLOEXEC or 0
 * @pad0: must be zero
 *
 * By attr.type: PERF_TYPE_SOFTWARE with PERF_COUNT_SW_BPF_OUTPUT opens a ring
 * for perf_event_output (mmap, poll, PERF_EVENT_IOC_{ENABLE,DISABLE}); the
 * number in /sys/bus/event_source/devices/kprobe/type, or on any kernel
 * KBPF_PERF_TYPE_KPROBE, opens a kernel probe
 * (PERF_EVENT_IOC_{ENABLE,DISABLE,SET_BPF}), where bit 0 of attr.config asks
 * for a return probe, attr.kprobe_func is a name or 0, and attr.probe_offset
 * or attr.kprobe_addr say where. A probe is armed by its first program.
 *
 * Errors: -ENOENT (no such symbol), -EADDRNOTAVAIL (several symbols of that
 * name), -EINVAL (blacklisted address), -EILSEQ (not an instruction
 * boundary), -EACCES or -EPERM (without CAP_PERFMON). See @why.
 *
 * @why: pointer to room for a line that says why it failed, or 0
 * @why_size: bytes at @why
 * @pad1: must be zero
 */
struct kbpf_perf_open_attr {
	__u64	attr;
	__s32	pid;
	__s32	cpu;
	__s32	group_fd;
	__u32	pad0;
	__u64	flags;
	__u64	why;
	__u32	why_size;
	__u32	pad1;
};

/* what a descriptor of a process attaches a program to */
enum kbpf_fd_type {
	KBPF_FD_TYPE_RAW_TRACEPOINT	= 0,
	KBPF_FD_TYPE_TRACEPOINT		= 1,
	KBPF_FD_TYPE_KPROBE		= 2,
	KBPF_FD_TYPE_KRETPROBE		= 3,
	KBPF_FD_TYPE_UPROBE		= 4,
	KBPF_FD_TYPE_URETPROBE		= 5,
};

/**
 * struct kbpf_task_fd_query_attr - KBPF_TASK_FD_QUERY: a process's probe, or link to a
 *	raw tracepoint
 * @pid: the process
 * @fd: its descriptor
 * @flags: must be zero
 * @buf_len: in: room; out: length of the name without the zero
 * @buf: pointer to room for the name of symbol, file or tracepoint, or 0
 * @prog_id: out: the program attached there first
 * @fd_type: out: enum kbpf_fd_type
 * @probe_offset: out: in the symbol or file
 * @probe_addr: out: address (0 where %pK would hide it)
 *
 * Errors: -ENOENT (no such process, or nothing attached), -EBADF (no such
 * descriptor), -EOPNOTSUPP (of something else), -ENOSPC (the name was cut).
 */
struct kbpf_task_fd_query_attr {
	__u32	pid;
	__u32	fd;
	__u32	flags;
	__u32	buf_len;
	__u64	buf;
	__u32	prog_id;
	__u32	fd_type;
	__u64	probe_offset;
	__u64	probe_addr;
};

/* ---- objects ---------------------------------------------------------------- */

/**
 * struct kbpf_id_attr - KBPF_*_GET_NEXT_ID and KBPF_*_GET_FD_BY_ID
 * @id: GET_NEXT_ID: the id before; GET_FD_BY_ID: the id
 * @next_id: out: the next id that is in use
 * @open_flags: GET_FD_BY_ID: for maps 0, KBPF_F_RDONLY or KBPF_F_WRONLY
 *
 * Errors: -ENOENT (no such id, no further one).
 */
struct kbpf_id_attr {
	__u32	id;
	__u32	next_id;
	__u32	open_flags;
};

/**
 * struct kbpf_info_attr - KBPF_OBJ_GET_INFO_BY_FD
 * @fd: map, program, link or BTF
 * @info_len: in: bytes at @info; out: bytes written
 * @info: pointer to the object's info structure
 */
struct kbpf_info_attr {
	__u32	fd;
	__u32	info_len;
	__u64	info;
};

/**
 * struct kbpf_map_info - what KBPF_OBJ_GET_INFO_BY_FD says of a map
 * @type: enum kbpf_map_type
 * @id: id
 * @key_size: bytes
 * @value_size: bytes
 * @max_entries: as created
 * @map_flags: as created
 * @name: as created
 * @ifindex: 0
 * @btf_vmlinux_value_type_id: 0
 * @netns_dev: 0
 * @netns_ino: 0
 * @btf_id: id of its BTF, or 0
 * @btf_key_type_id: type of a key, or 0
 * @btf_value_type_id: type of a value, or 0
 * @btf_vmlinux_id: 0
 * @map_extra: as created
 */
struct kbpf_map_info {
	__u32	type;
	__u32	id;
	__u32	key_size;
	__u32	value_size;
	__u32	max_entries;
	__u32	map_flags;
	char	name[KBPF_OBJ_NAME_LEN];
	__u32	ifindex;
	__u32	btf_vmlinux_value_type_id;
	__u64	netns_dev;
	__u64	netns_ino;
	__u32	btf_id;
	__u32	btf_key_type_id;
	__u32	btf_value_type_id;
	__u32	btf_vmlinux_id;
	__u64	map_extra;
};

/**
 * struct kbpf_prog_info - what KBPF_OBJ_GET_INFO_BY_FD says of a program
 * @type: enum kbpf_prog_type
 * @id: id
 * @tag: first bytes of the SHA-1 of its instructions, map descriptors zeroed
 * @jited_prog_len: in: room; out: bytes of machine code, 0 when interpreted
 * @xlated_prog_len: in: room; out: bytes of instructions as they run
 * @jited_prog_insns: pointer to room for the machine code, or 0
 * @xlated_prog_insns: pointer to room for the instructions, or 0; a map's
 *	lddw carries the map's id
 * @load_time: when it was loaded, since boot
 * @created_by_uid: who loaded it
 * @nr_map_ids: in: room; out: maps it uses
 * @map_ids: pointer to room for their ids, or 0
 * @name: as loaded
 * @ifindex: 0
 * @gpl_compatible: its licence is compatible with the GPL
 * @pad0: 0
 * @netns_dev: 0
 * @netns_ino: 0
 * @nr_jited_ksyms: in: room; out: functions with machine code
 * @nr_jited_func_lens: in: room; out: the same number
 * @jited_ksyms: pointer to room for their addresses (0 where %pK would hide them)
 * @jited_func_lens: pointer to room for their lengths
 * @btf_id: id of its BTF, or 0
 * @func_info_rec_size: in and out: sizeof(struct kbpf_func_info)
 * @func_info: pointer to room for the records, or 0
 * @nr_func_info: in: room; out: records
 * @nr_line_info: in: room; out: records
 * @line_info: pointer to room for the records, or 0
 * @jited_line_info: 0
 * @nr_jited_line_info: 0
 * @line_info_rec_size: in and out: sizeof(struct kbpf_line_info)
 * @jited_line_info_rec_size: 0
 * @nr_prog_tags: in: room; out: functions
 * @prog_tags: pointer to room for a tag of each, or 0
 * @run_time_ns: time of the runs made while statistics were on
 * @run_cnt: number of those runs
 * @recursion_misses: runs turned away by the nesting guard
 * @verified_insns: instructions the verifier processed
 * @attach_btf_obj_id: 0
 * @attach_btf_id: as loaded
 * @pad1: 0
 */
struct kbpf_prog_info {
	__u32	type;
	__u32	id;
	__u8	tag[KBPF_TAG_SIZE];
	__u32	jited_prog_len;
	__u32	xlated_prog_len;
	__u64	jited_prog_insns;
	__u64	xlated_prog_insns;
	__u64	load_time;
	__u32	created_by_uid;
	__u32	nr_map_ids;
	__u64	map_ids;
	char	name[KBPF_OBJ_NAME_LEN];
	__u32	ifindex;
	__u32	gpl_compatible:1;
	__u32	pad0:31;
	__u64	netns_dev;
	__u64	netns_ino;
	__u32	nr_jited_ksyms;
	__u32	nr_jited_func_lens;
	__u64	jited_ksyms;
	__u64	jited_func_lens;
	__u32	btf_id;
	__u32	func_info_rec_size;
	__u64	func_info;
	__u32	nr_func_info;
	__u32	nr_line_info;
	__u64	line_info;
	__u64	jited_line_info;
	__u32	nr_jited_line_info;
	__u32	line_info_rec_size;
	__u32	jited_line_info_rec_size;
	__u32	nr_prog_tags;
	__u64	prog_tags;
	__u64	run_time_ns;
	__u64	run_cnt;
	__u64	recursion_misses;
	__u32	verified_insns;
	__u32	attach_btf_obj_id;
	__u32	attach_btf_id;
	__u32	pad1;
};

/**
 * struct kbpf_btf_info - what KBPF_OBJ_GET_INFO_BY_FD says of BTF
 * @btf: pointer to room for the raw BTF, or 0
 * @btf_size: in: room; out: bytes
 * @id: id
 * @name: pointer to room for its name, or 0
 * @name_len: in: room; out: length without the zero
 * @kernel_btf: 0: it came from userspace
 */
struct kbpf_btf_info {
	__u64	btf;
	__u32	btf_size;
	__u32	id;
	__u64	name;
	__u32	name_len;
	__u32	kernel_btf;
};

/**
 * struct kbpf_link_info - what KBPF_OBJ_GET_INFO_BY_FD says of a link
 * @type: enum kbpf_link_type
 * @id: id
 * @prog_id: id of its program
 * @raw_tracepoint: for KBPF_LINK_TYPE_RAW_TRACEPOINT
 * @raw_tracepoint.tp_name: pointer to room for the name, or 0
 * @raw_tracepoint.tp_name_len: in: room; out: length with the zero
 * @tracing: for KBPF_LINK_TYPE_TRACING
 * @tracing.attach_type: enum kbpf_attach_type
 * @tracing.target_obj_id: id of the BTF, or 0
 * @tracing.target_btf_id: type in it
 * @netfilter: for KBPF_LINK_TYPE_NETFILTER
 * @netfilter.pf: as created
 * @netfilter.hooknum: as created
 * @netfilter.priority: as created
 * @netfilter.flags: as created
 * @tcx: for KBPF_LINK_TYPE_TCX
 * @tcx.ifindex: interface; 0 when it is gone
 * @tcx.attach_type: enum kbpf_attach_type
 * @tap: for KBPF_LINK_TYPE_TAP
 * @tap.ifindex: interface; 0 for all, and when it is gone
 * @tap.map_id: id of the ring buffer
 * @tap.snaplen: as created
 * @kprobe_multi: for KBPF_LINK_TYPE_KPROBE_MULTI
 * @kprobe_multi.addrs: pointer to room for the addresses, or 0
 * @kprobe_multi.count: in: room; out: functions
 * @kprobe_multi.flags: as created
 * @kprobe_multi.missed: hits that ran no program
 * @kprobe_multi.cookies: pointer to room for the cookies, or 0
 * @uprobe_multi: for KBPF_LINK_TYPE_UPROBE_MULTI
 * @uprobe_multi.path: pointer to room for the file's path, or 0
 * @uprobe_multi.offsets: pointer to room for the offsets, or 0
 * @uprobe_multi.ref_ctr_offsets: pointer to room for the semaphores' offsets, or 0
 * @uprobe_multi.cookies: pointer to room for the cookies, or 0
 * @uprobe_multi.path_size: in: room; out: length with the zero
 * @uprobe_multi.count: in: room; out: places
 * @uprobe_multi.flags: as created
 * @uprobe_multi.pid: as created
 * @perf_event: for KBPF_LINK_TYPE_PERF_EVENT
 * @perf_event.type: enum kbpf_perf_event_type
 * @perf_event.pad0: 0
 * @perf_event.kprobe: for KBPF_PERF_EVENT_{KPROBE,KRETPROBE}
 * @perf_event.kprobe.func_name: pointer to room for the symbol's name, or 0
 * @perf_event.kprobe.name_len: in: room; out: length with the zero
 * @perf_event.kprobe.offset: from the symbol
 * @perf_event.kprobe.addr: address (0 where %pK would hide it)
 * @perf_event.kprobe.missed: hits that ran no program
 * @perf_event.kprobe.cookie: as attached
 * @perf_event.uprobe: for KBPF_PERF_EVENT_{UPROBE,URETPROBE}
 * @perf_event.uprobe.file_name: pointer to room for the path, or 0
 * @perf_event.uprobe.name_len: in: room; out: length with the zero
 * @perf_event.uprobe.offset: in the file
 * @perf_event.uprobe.cookie: as attached
 * @perf_event.tracepoint: for KBPF_PERF_EVENT_TRACEPOINT
 * @perf_event.tracepoint.tp_name: pointer to room for the name, or 0
 * @perf_event.tracepoint.name_len: in: room; out: length with the zero
 * @perf_event.tracepoint.pad0: 0
 * @perf_event.tracepoint.cookie: as attached
 * @perf_event.event: for KBPF_PERF_EVENT_EVENT
 * @perf_event.event.config: of the perf_event_attr
 * @perf_event.event.type: of the perf_event_attr
 * @perf_event.event.pad0: 0
 * @perf_event.event.cookie: as attached
 */
struct kbpf_link_info {
	__u32	type;
	__u32	id;
	__u32	prog_id;
	union {
		struct {
			__u64	tp_name __attribute__((aligned(8)));
			__u32	tp_name_len;
		} raw_tracepoint;
		struct {
			__u32	attach_type;
			__u32	target_obj_id;
			__u32	target_btf_id;
		} tracing;
		struct {
			__u32	pf;
			__u32	hooknum;
			__s32	priority;
			__u32	flags;
		} netfilter;
		struct {
			__u32	ifindex;
			__u32	attach_type;
		} tcx;
		struct {
			__u32	ifindex;
			__u32	map_id;
			__u32	snaplen;
		} tap;
		struct {
			__u64	addrs __attribute__((aligned(8)));
			__u32	count;
			__u32	flags;
			__u64	missed;
			__u64	cookies;
		} kprobe_multi;
		struct {
			__u64	path __attribute__((aligned(8)));
			__u64	offsets;
			__u64	ref_ctr_offsets;
			__u64	cookies;
			__u32	path_size;
			__u32	count;
			__u32	flags;
			__u32	pid;
		} uprobe_multi;
		struct {
			__u32	type;
			__u32	pad0;
			union {
				struct {
					__u64	file_name;
					__u32	name_len;
					__u32	offset;
					__u64	cookie;
				} uprobe;
				struct {
					__u64	func_name;
					__u32	name_len;
					__u32	offset;
					__u64	addr;
					__u64	missed;
					__u64	cookie;
				} kprobe;
				struct {
					__u64	tp_name;
					__u32	name_len;
					__u32	pad0;
					__u64	cookie;
				} tracepoint;
				struct {
					__u64	config;
					__u32	type;
					__u32	pad0;
					__u64	cookie;
				} event;
			};
		} perf_event;
	};
} __attribute__((aligned(8)));

/**
 * struct kbpf_enable_stats_attr - KBPF_ENABLE_STATS; returns a descriptor
 * @type: KBPF_STATS_RUN_TIME: runs are timed while the descriptor is open
 */
struct kbpf_enable_stats_attr {
	__u32	type;
};

/**
 * struct kbpf_version_attr - KBPF_VERSION
 * @abi: out: KBPF_ABI_VERSION
 * @features: out: KBPF_FEATURE_* bits
 * @version: out: the module's version, text
 */
struct kbpf_version_attr {
	__u32	abi;
	__u32	features;
	char	version[32];
};

#define KBPF_FEATURE_JIT	(1U << 0)	/* programs run as machine code */
#define KBPF_FEATURE_KPROBE	(1U << 1)	/* kprobes can be attached */
#define KBPF_FEATURE_TAP	(1U << 2)	/* taps can be attached to interfaces */
#define KBPF_FEATURE_NETFILTER	(1U << 3)	/* NETFILTER links can be created */
#define KBPF_FEATURE_TCX_INGRESS (1U << 4)	/* SCHED_CLS programs on what comes in */
#define KBPF_FEATURE_TCX_EGRESS	(1U << 5)	/* and on what goes out */

#endif /* _UAPI_KBPF_H */
