/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel functions by number: kbpf_proto_find() and kbpf_proto_name() know them
 * like helpers, and kbpf_env_helper() has their addresses. The numbers are the
 * engine's own; programs use BTF ids.
 */
#ifndef KBPF_KFUNC_H
#define KBPF_KFUNC_H

#include "port.h"
#include "prog.h"

#define KBPF_KFUNC_BASE	0x20000

/* KBPF_KFUNC_iter_num_new and so on; never 0. */
enum kbpf_kfunc_id {
	KBPF_KFUNC_NONE = KBPF_KFUNC_BASE,
#define KBPF_KFUNC(name, ...) KBPF_KFUNC_##name,
#include "helpers/kfunc.def"
	KBPF_KFUNC_END,
	KBPF_KFUNC_FIRST = KBPF_KFUNC_NONE + 1,
};

/**
 * kbpf_kfunc_find() - number of a kernel function
 * @name: its name, as "bpf_iter_num_new"
 *
 * Return: the number, or 0 if kbpf does not provide it.
 */
u32 kbpf_kfunc_find(const char *name);

/**
 * kbpf_kfunc_builtin() - address of a function that is the same in every world
 * @id: number
 *
 * Worlds' kbpf_env_helper() asks here for what it does not have itself.
 *
 * Return: the address, or NULL.
 */
kbpf_helper_fn kbpf_kfunc_builtin(u32 id);

#endif /* KBPF_KFUNC_H */
