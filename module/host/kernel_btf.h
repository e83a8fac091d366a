/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own BTF, and what it says of places to attach to; see kernel_btf.c. */
#ifndef KBPF_HOST_KERNEL_BTF_H
#define KBPF_HOST_KERNEL_BTF_H

#include <linux/kallsyms.h>
#include "progtype/progtype.h"

/**
 * struct kbpf_attach_point - a function or tracepoint as BTF describes it
 * @name: its name
 * @is_tracepoint: a tracepoint, named by its btf_trace_ typedef
 * @nr_args: arguments that a program sees
 * @masks: of each argument, the bits that its type has
 */
struct kbpf_attach_point {
	char name[KSYM_NAME_LEN];
	bool is_tracepoint;
	u32 nr_args;
	u64 masks[KBPF_MAX_FUNC_ARGS];
};

/**
 * kbpf_attach_point_by_id() - what an attach_btf_id means
 * @id: id in the kernel's BTF
 * @point: out
 *
 * Context: process; the first call reads and parses the kernel's BTF.
 * Return: 0; -EINVAL no such id, or neither function nor tracepoint, or one with
 * arguments that do not fit; -ENOENT this kernel has no BTF; -ENOMEM.
 */
int kbpf_attach_point_by_id(u32 id, struct kbpf_attach_point *point);

/**
 * kbpf_attach_point_by_tracepoint() - the same by a tracepoint's name
 * @name: name
 * @point: out; where nothing is known, all arguments are whole
 *
 * Context: process.
 */
void kbpf_attach_point_by_tracepoint(const char *name, struct kbpf_attach_point *point);

/**
 * kbpf_kernel_btf_exit() - free the BTF
 */
void kbpf_kernel_btf_exit(void);

#endif /* KBPF_HOST_KERNEL_BTF_H */
