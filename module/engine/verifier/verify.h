/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verifier's one public header: judge a program and bring it into the form
 * that runs.
 */
#ifndef KBPF_VERIFY_H
#define KBPF_VERIFY_H

#include "port.h"
#include "log.h"
#include "prog.h"

struct kbpf_btf;

/**
 * struct kbpf_verify_opts - how to judge
 * @fd_array: descriptors that KBPF_PSEUDO_MAP_IDX counts in, or NULL
 * @nr_fds: how many
 * @map_get: the map behind a descriptor, with a reference, or ERR_PTR; NULL:
 *	kbpf_env_map_get(). For tests, whose maps have none
 * @map_arg: for @map_get and @kfunc_find
 * @kfunc_find: number of the kernel function with a BTF id, 0 for none; NULL: found
 *	by its name in the kernel's BTF. For tests
 * @kernel_btf: the kernel's types; NULL: kbpf_env_kernel_btf(). For tests
 * @no_pruning: walk every path to its end (tests)
 * @max_insns: budget of instructions; 0: KBPF_MAX_INSNS
 * @observe: called at each visit of an instruction with the verifier's state,
 *	for tests that compare it with a run; NULL otherwise
 * @observe_arg: for @observe
 */
struct kbpf_verify_opts {
	const s32 *fd_array;
	u32 nr_fds;
	struct kbpf_map *(*map_get)(void *arg, int fd);
	void *map_arg;
	u32 (*kfunc_find)(void *arg, u32 btf_id);
	const struct kbpf_btf *kernel_btf;
	bool no_pruning;
	u32 max_insns;
	void (*observe)(void *arg, u32 insn, const void *state);
	void *observe_arg;
};

/**
 * kbpf_verify() - judge a program
 * @prog: the program: type, flags, @insns, @len, BTF, func_info and line_info
 *	set. On success @insns is xlated, and @funcs, @maps and @verify are set.
 *	On failure the caller frees the program as it is
 * @opts: how
 * @log: where the refusal is explained; NULL for none
 *
 * Context: process; sleeps, allocates, yields the CPU, gives up on a fatal signal.
 * Return: 0; -EACCES refused; -EINVAL malformed; -E2BIG over a budget; -EBADF
 * a map descriptor is not open; -ENOMEM; -EINTR.
 */
int kbpf_verify(struct kbpf_prog *prog, const struct kbpf_verify_opts *opts,
		struct kbpf_log *log);

#endif /* KBPF_VERIFY_H */
