/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Helper prototypes: what the verifier must see to let a program call a helper,
 * and in which contexts the helper may run. Types only: addresses come from
 * kbpf_env_helper().
 */
#ifndef KBPF_PROTO_H
#define KBPF_PROTO_H

#include "port.h"
#include "kbpf.h"

/* Helper numbers by name: KBPF_FUNC_map_lookup_elem and so on. */
enum kbpf_func_id {
#define KBPF_HELPER(id, name) KBPF_FUNC_##name = (id),
#include "kbpf_helpers.def"
	KBPF_FUNC_MAX,
};

/* kbpf's own, by name */
enum kbpf_own_func_id {
	KBPF_FUNC_OWN = 0x10000,
	KBPF_FUNC_packet_load = KBPF_HELPER_PACKET_LOAD,
	KBPF_FUNC_packet_ancillary = KBPF_HELPER_PACKET_ANCILLARY,
	KBPF_FUNC_OWN_MAX,
};

/**
 * enum kbpf_arg - what a helper asks of an argument
 * @KBPF_ARG_NONE: nothing; the helper does not look at it
 * @KBPF_ARG_ANY: any value that is initialised
 * @KBPF_ARG_CTX: the program's context, unmodified
 * @KBPF_ARG_CTX_OR_NULL: that, or 0
 * @KBPF_ARG_MAP: a map
 * @KBPF_ARG_MAP_KEY: memory to read a key of that map from
 * @KBPF_ARG_MAP_VALUE: memory to read a value of that map from
 * @KBPF_ARG_MAP_VALUE_OUT: memory that a value of that map is written to
 * @KBPF_ARG_MEM: memory to read; the next argument is its size
 * @KBPF_ARG_MEM_OR_NULL: that, or 0 if the size is 0
 * @KBPF_ARG_MEM_OUT: memory to write; the next argument is its size
 * @KBPF_ARG_MEM_OUT_OR_NULL: that, or 0 if the size is 0
 * @KBPF_ARG_SIZE: size of the argument before; at least 1
 * @KBPF_ARG_SIZE_OR_ZERO: size of the argument before; may be 0
 * @KBPF_ARG_ALLOC_SIZE: a known constant: size of the memory that is returned
 * @KBPF_ARG_RECORD: a ring-buffer record, unmodified, which the call gives back
 * @KBPF_ARG_LONG_OUT: 8 bytes of memory that are written
 * @KBPF_ARG_CONST_STR: a zero-terminated string in a frozen read-only map
 * @KBPF_ARG_FUNC: a function of this program, which the helper calls
 * @KBPF_ARG_CALLBACK_CTX: a pointer to the stack or 0, handed to that function
 * @KBPF_ARG_SPIN_LOCK: the spin lock of a map value
 * @KBPF_ARG_NUM: a number
 * @KBPF_ARG_ITER_NEW: 8 bytes of stack that an iterator is made in
 * @KBPF_ARG_ITER: an iterator
 * @KBPF_ARG_ITER_DESTROY: an iterator, which ends
 * @KBPF_ARG_OBJECT: a kernel object
 * @KBPF_ARG_OBJECT_RELEASE: one that was acquired, which the call gives back
 * @KBPF_ARG_MAP_VALUE_OR_NULL: memory to read a value of that map from, or 0
 * @KBPF_ARG_KERNEL_PTR: an address that came from the kernel, or 0; whether it is
 *	what the helper takes, the helper finds out
 * @KBPF_ARG_TIMER: the timer of a map value
 * @KBPF_ARG_DYNPTR: a dynptr: its place on the stack, or one that a helper lent
 * @KBPF_ARG_DYNPTR_OUT: a place on the stack that becomes a dynptr
 * @KBPF_ARG_DYNPTR_RELEASE: a dynptr of a ring buffer, which ends with the call
 * @KBPF_ARG_BTF_TASK: a pointer to a struct task_struct of the kernel's: an argument
 *	of the attach point, what a helper returned, or read out of a structure that was
 *	reached so. It may be NULL; what was read out of a structure may be gone by now.
 *	The helper sees to both
 * @KBPF_ARG_BTF_SOCK: the same of a struct sock_common, which every socket begins with
 * @KBPF_ARG_BTF_FILE: a struct file, and not one that was read out of another structure
 * @KBPF_ARG_BTF_PATH: the same of a struct path, such as the one in such a file
 * @KBPF_ARGS: how many kinds
 */
enum kbpf_arg {
	KBPF_ARG_NONE,
	KBPF_ARG_ANY,
	KBPF_ARG_CTX,
	KBPF_ARG_CTX_OR_NULL,
	KBPF_ARG_MAP,
	KBPF_ARG_MAP_KEY,
	KBPF_ARG_MAP_VALUE,
	KBPF_ARG_MAP_VALUE_OUT,
	KBPF_ARG_MEM,
	KBPF_ARG_MEM_OR_NULL,
	KBPF_ARG_MEM_OUT,
	KBPF_ARG_MEM_OUT_OR_NULL,
	KBPF_ARG_SIZE,
	KBPF_ARG_SIZE_OR_ZERO,
	KBPF_ARG_ALLOC_SIZE,
	KBPF_ARG_RECORD,
	KBPF_ARG_LONG_OUT,
	KBPF_ARG_CONST_STR,
	KBPF_ARG_FUNC,
	KBPF_ARG_CALLBACK_CTX,
	KBPF_ARG_SPIN_LOCK,
	KBPF_ARG_NUM,
	KBPF_ARG_ITER_NEW,
	KBPF_ARG_ITER,
	KBPF_ARG_ITER_DESTROY,
	KBPF_ARG_OBJECT,
	KBPF_ARG_OBJECT_RELEASE,
	KBPF_ARG_MAP_VALUE_OR_NULL,
	KBPF_ARG_KERNEL_PTR,
	KBPF_ARG_TIMER,
	KBPF_ARG_DYNPTR,
	KBPF_ARG_DYNPTR_OUT,
	KBPF_ARG_DYNPTR_RELEASE,
	KBPF_ARG_BTF_TASK,
	KBPF_ARG_BTF_SOCK,
	KBPF_ARG_BTF_FILE,
	KBPF_ARG_BTF_PATH,
	KBPF_ARGS,
};

/**
 * enum kbpf_ret - what a helper leaves in r0
 * @KBPF_RET_INT: any value
 * @KBPF_RET_VOID: nothing: r0 is not readable
 * @KBPF_RET_ERRNO: 0 or a negative errno
 * @KBPF_RET_LEN: a negative errno, or at most the size argument
 * @KBPF_RET_MAP_VALUE_OR_NULL: a value of the map argument (a map, for a map of
 *	maps), or 0
 * @KBPF_RET_RECORD_OR_NULL: a ring-buffer record of the ALLOC_SIZE argument, which
 *	must be given back, or 0
 * @KBPF_RET_SLICE_OR_NULL: memory of the ALLOC_SIZE argument that goes with the
 *	dynptr argument, or 0
 * @KBPF_RET_TASK: a struct task_struct of the kernel's, read-only
 * @KBPF_RET_KERNEL_PTR: an address of the kernel's, to read from
 * @KBPF_RET_ITER_ELEM: a read-only int that goes with the iterator argument; 0 once it
 *	is at its end, and from then on
 * @KBPF_RET_OBJECT_OR_NULL: a kernel object that must be given back, or 0
 * @KBPF_RET_NEVER: does not return where it succeeds (tail call)
 * @KBPF_RETS: how many kinds
 */
enum kbpf_ret {
	KBPF_RET_INT,
	KBPF_RET_VOID,
	KBPF_RET_ERRNO,
	KBPF_RET_LEN,
	KBPF_RET_MAP_VALUE_OR_NULL,
	KBPF_RET_RECORD_OR_NULL,
	KBPF_RET_SLICE_OR_NULL,
	KBPF_RET_TASK,
	KBPF_RET_KERNEL_PTR,
	KBPF_RET_ITER_ELEM,
	KBPF_RET_OBJECT_OR_NULL,
	KBPF_RET_NEVER,
	KBPF_RETS,
};

/**
 * enum kbpf_runs_in - the least permissive context that a helper may run in
 * @KBPF_RUNS_NMI: any context, NMI-like ones included: takes no lock that it could
 *	wait for, allocates nothing
 * @KBPF_RUNS_ATOMIC: process, softirq and hardirq context
 * @KBPF_RUNS_PROCESS: process context of a sleepable program
 */
enum kbpf_runs_in {
	KBPF_RUNS_NMI,
	KBPF_RUNS_ATOMIC,
	KBPF_RUNS_PROCESS,
};

/* flags of a prototype */
#define KBPF_PROTO_GPL		(1U << 0)	/* for GPL-compatible programs only */
#define KBPF_PROTO_PKT_CHANGE	(1U << 1)	/* packet pointers are void after it */

/**
 * struct kbpf_proto - a helper's prototype
 * @id: helper number
 * @ret: enum kbpf_ret
 * @args: enum kbpf_arg of r1 .. r5
 * @runs_in: enum kbpf_runs_in
 * @map_can: KBPF_MAP_CAN_* bits, one of which the map argument must have; 0 with
 *	a map argument: any map
 * @progs: program types that may call it: bit n is type n
 * @flags: KBPF_PROTO_*
 */
struct kbpf_proto {
	u32 id;
	u8 ret;
	u8 args[5];
	u8 runs_in;
	u32 map_can;
	u64 progs;
	u32 flags;
};

/**
 * kbpf_proto_find() - prototype of a helper
 * @id: helper number
 *
 * Return: the prototype, or NULL if kbpf has no such helper.
 */
const struct kbpf_proto *kbpf_proto_find(u32 id);

/**
 * kbpf_proto_name() - name of a helper
 * @id: helper number
 *
 * Return: the name without "bpf_", or NULL for a number that Linux does not
 * assign either.
 */
const char *kbpf_proto_name(u32 id);

#endif /* KBPF_PROTO_H */
