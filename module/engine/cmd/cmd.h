/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands: bpf(2)'s attributes in, objects and results out. The same code
 * answers the device's ioctls in the kernel and the in-process engine in
 * userspace; what differs between the two is the list of functions below that
 * each world implements (struct kbpf_world).
 */
#ifndef KBPF_CMD_H
#define KBPF_CMD_H

#include "port.h"
#include "kbpf.h"
#include "object.h"
#include "prog.h"

struct kbpf_btf;
struct kbpf_map;

/* Capabilities that commands ask for. */
enum kbpf_cap {
	KBPF_CAP_BPF,		/* CAP_BPF or CAP_SYS_ADMIN */
	KBPF_CAP_PERFMON,	/* CAP_PERFMON or CAP_SYS_ADMIN */
	KBPF_CAP_NET_ADMIN,	/* CAP_NET_ADMIN or CAP_SYS_ADMIN */
};

/**
 * struct kbpf_link - a program attached to something
 * @obj: object header, KBPF_KIND_LINK
 * @type: enum kbpf_link_type
 * @prog: the program, with a reference
 * @detach: takes the program off; called once, before the link is freed or by
 *	KBPF_LINK_DETACH; process context, may sleep; no run of the program
 *	through this link is under way when it returns
 * @fill_info: fills the part of the link info that @type has, with user buffers
 *	named in @info written through kbpf_cmd_copy_str(); 0 or -errno
 * @free: frees the structure
 * @stats: fills the counters after pad0; NULL where there are none
 * @how: by which of several ways it is attached, in a word; NULL where there is one
 * @lock: serialises detaching
 * @detached: @detach was called
 */
struct kbpf_link {
	struct kbpf_object obj;
	u32 type;
	struct kbpf_prog *prog;
	void (*detach)(struct kbpf_link *link);
	int (*fill_info)(struct kbpf_link *link, struct kbpf_link_info *info);
	void (*free)(struct kbpf_link *link);
	void (*stats)(struct kbpf_link *link, struct kbpf_link_stats_attr *stats);
	const char *(*how)(const struct kbpf_link *link);
	struct mutex lock;
	bool detached;
};

/**
 * kbpf_link_init() - set up the common part of a link
 * @link: the link; @type, @detach, @fill_info and @free are set by the caller
 * @prog: the program; the link takes a reference
 */
void kbpf_link_init(struct kbpf_link *link, struct kbpf_prog *prog);

/**
 * kbpf_cmd() - carry a command out
 * @cmd: enum kbpf_cmd
 * @uattr: user address of the attributes
 * @size: bytes there that the caller knows
 *
 * Context: process.
 * Return: a descriptor or 0, or -errno as kbpf.h says.
 */
long kbpf_cmd(u32 cmd, u64 uattr, u32 size);

/**
 * kbpf_cmd_copy_str() - give a string to a user buffer that may be short
 * @ubuf: user address, or 0
 * @ulen: in: room; out: what the string needs, with its zero
 * @str: the string
 *
 * Return: 0; -ENOSPC when it was cut; -EINVAL when only one of buffer and room
 * is there; -EFAULT.
 */
int kbpf_cmd_copy_str(u64 ubuf, u32 *ulen, const char *str);

/**
 * kbpf_prog_free_now() - free a program of which no run can be under way
 * @prog: the program
 */
void kbpf_prog_free_now(struct kbpf_prog *prog);

/* ---- implemented by each world ----------------------------------------------- */

/**
 * kbpf_world_capable() - may the caller?
 * @cap: what it needs
 */
bool kbpf_world_capable(enum kbpf_cap cap);

/**
 * kbpf_world_copy_in() - read the caller's memory
 * @dst: where to
 * @usrc: user address
 * @size: bytes
 *
 * Return: 0 or -EFAULT.
 */
int kbpf_world_copy_in(void *dst, u64 usrc, size_t size);

/**
 * kbpf_world_copy_out() - write the caller's memory
 * @udst: user address
 * @src: what
 * @size: bytes
 *
 * Return: 0 or -EFAULT.
 */
int kbpf_world_copy_out(u64 udst, const void *src, size_t size);

/**
 * kbpf_world_fd_install() - a new descriptor for an object
 * @obj: the object; on success the descriptor owns the caller's reference as a
 *	user reference
 * @flags: KBPF_F_RDONLY or KBPF_F_WRONLY for maps, else 0
 *
 * Return: the descriptor or -errno.
 */
int kbpf_world_fd_install(struct kbpf_object *obj, u32 flags);

/**
 * kbpf_world_fd_get() - the object behind a descriptor
 * @fd: descriptor
 * @flags: out: as installed; may be NULL
 *
 * Return: the object with a reference; ERR_PTR(-EBADF) not open,
 * ERR_PTR(-EINVAL) not an object of this module.
 */
struct kbpf_object *kbpf_world_fd_get(int fd, u32 *flags);

/**
 * kbpf_world_kernel_btf_set() - these are the running kernel's types
 * @btf: the types; a reference is taken
 *
 * Return: 0; -EEXIST others are known; -ENOMEM; -EOPNOTSUPP in a process.
 */
int kbpf_world_kernel_btf_set(struct kbpf_btf *btf);

/**
 * kbpf_world_prog_ready() - the executor for an accepted program: JIT or interpreter
 * @prog: the program
 *
 * Return: 0 or -errno.
 */
int kbpf_world_prog_ready(struct kbpf_prog *prog);

/**
 * kbpf_world_prog_unready() - undo kbpf_world_prog_ready()
 * @prog: the program; may never have been made ready
 */
void kbpf_world_prog_unready(struct kbpf_prog *prog);

/**
 * kbpf_world_free_after_runs() - free a program once no run of it can be under way
 * @prog: the program; ends in kbpf_prog_free_now()
 */
void kbpf_world_free_after_runs(struct kbpf_prog *prog);

/**
 * kbpf_world_test_run() - run a program on memory
 * @prog: the program
 * @ctx: context, kernel memory, as the program sees it
 * @repeat: runs, at least 1
 * @cpu: CPU to run on, or -1 for any
 * @retval: out: r0 of the last
 * @ns: out: time of all
 *
 * Return: 0; -EINTR (a signal came between runs); -ENXIO (no such CPU).
 */
int kbpf_world_test_run(struct kbpf_prog *prog, void *ctx, u32 repeat, int cpu,
			u64 *retval, u64 *ns);

/**
 * kbpf_world_perf_open() - KBPF_PERF_OPEN
 * @attr: attributes
 *
 * Return: a descriptor or -errno.
 */
int kbpf_world_perf_open(const struct kbpf_perf_open_attr *attr);

/**
 * kbpf_world_task_fd_query() - KBPF_TASK_FD_QUERY
 * @attr: attributes, in and out
 *
 * Return: 0 or -errno; outputs are set with -ENOSPC too.
 */
int kbpf_world_task_fd_query(struct kbpf_task_fd_query_attr *attr);

/**
 * kbpf_world_link_create() - attach a program
 * @attr: attributes; @attr->attach_type is one that @prog's type may have
 * @prog: the program, borrowed
 *
 * Return: the link with one reference and no id, or ERR_PTR(-errno).
 */
struct kbpf_link *kbpf_world_link_create(const struct kbpf_link_create_attr *attr,
					 struct kbpf_prog *prog);

/**
 * kbpf_world_raw_tp_open() - attach a program to a tracepoint by name
 * @name: the tracepoint's name; NULL: @prog is of type TRACING and goes where it
 *	was loaded for
 * @prog: the program, borrowed
 * @cookie: its cookie
 *
 * Return: the link with one reference and no id, or ERR_PTR: -ENOENT, -ENOMEM.
 */
struct kbpf_link *kbpf_world_raw_tp_open(const char *name, struct kbpf_prog *prog, u64 cookie);

/**
 * kbpf_world_jit_info() - what a program's info says of its machine code
 * @prog: the program
 * @info: jited_prog_len, jited_prog_insns, nr_jited_ksyms, nr_jited_func_lens,
 *	jited_ksyms and jited_func_lens: in as the user gave them, out as
 *	struct kbpf_prog_info says; all zero without machine code
 *
 * Return: 0 or -EFAULT.
 */
int kbpf_world_jit_info(const struct kbpf_prog *prog, struct kbpf_prog_info *info);

/**
 * kbpf_world_stats_enable() - time runs, or stop timing them
 * @delta: 1 or -1; runs are timed while the sum is above 0
 */
void kbpf_world_stats_enable(int delta);

/**
 * kbpf_world_uid() - who is calling
 */
u32 kbpf_world_uid(void);

/**
 * kbpf_world_boottime_ns() - time since boot, suspend included
 */
u64 kbpf_world_boottime_ns(void);

/**
 * kbpf_world_show_addresses() - may the caller see kernel addresses, as %%pK decides?
 */
bool kbpf_world_show_addresses(void);

/**
 * kbpf_world_features() - KBPF_FEATURE_* bits of this world
 */
u32 kbpf_world_features(void);

#endif /* KBPF_CMD_H */
