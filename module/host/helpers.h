/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's helpers: kbpf_helper_NAME() for each row of helpers.def, one file
 * per family. Arguments are registers; the verifier has checked them against
 * engine/helpers/proto.def, so that pointers and sizes are good.
 */
#ifndef KBPF_HOST_HELPERS_H
#define KBPF_HOST_HELPERS_H

#include <linux/types.h>
#include "prog.h"

#define KBPF_HOST_HELPER(name) \
	u64 kbpf_helper_##name(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
#include "helpers.def"
#undef KBPF_HOST_HELPER

/* A register as a pointer. */
static inline void *kbpf_reg_ptr(u64 reg)
{
	return (void *)(unsigned long)reg;
}

/**
 * kbpf_kfunc_address() - address of a kernel function that programs may call
 * @id: number, enum kbpf_kfunc_id
 *
 * Return: the address, or NULL.
 */
kbpf_helper_fn kbpf_kfunc_address(u32 id);

/**
 * kbpf_helpers_init() - set up what helpers need
 *
 * Return: 0 or -ENOMEM.
 */
int kbpf_helpers_init(void);

/**
 * kbpf_helpers_exit() - the opposite
 */
void kbpf_helpers_exit(void);

/* helpers_memory.c, for other helpers: as the helpers of these names, Linux's returns */
long kbpf_read_kernel(void *dst, u32 size, const void *src);
long kbpf_read_kernel_str(void *dst, u32 size, const void *src);
long kbpf_read_user(void *dst, u32 size, const void *src);
long kbpf_read_user_str(void *dst, u32 size, const void *src);
/* Is this address a user's? Kernel and user addresses do not overlap here. */
bool kbpf_is_user_address(const void *addr);

/* helpers_signal.c */
void kbpf_signal_init(void);
void kbpf_signal_exit(void);

/* helpers_system.c */
void kbpf_random_init(void);

/* helpers_cgroup.c */
void kbpf_cgroup_init(void);

/* helpers_print.c */
int kbpf_print_init(void);
void kbpf_print_exit(void);

#endif /* KBPF_HOST_HELPERS_H */
