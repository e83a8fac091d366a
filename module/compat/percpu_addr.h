/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where per-CPU variables of the kernel are, relative to the gs segment, for
 * code that is generated; -1 where they are out of a displacement's reach or
 * are not there. Kernels keep them in different structures.
 */
#ifndef KBPF_COMPAT_PERCPU_ADDR_H
#define KBPF_COMPAT_PERCPU_ADDR_H

#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/types.h>
#include <asm/current.h>

static inline s32 kbpf_percpu_addr(const void __percpu *p)
{
	long at = (__force long)p;

	return at == (s32)at ? at : -1;
}

static inline s32 kbpf_percpu_cpu_number(void)
{
#if !defined(CONFIG_SMP)
	return -1;
#elif defined(KBPF_HAVE_PCPU_HOT)
	return kbpf_percpu_addr(&pcpu_hot.cpu_number);
#else
	return kbpf_percpu_addr(&cpu_number);
#endif
}

static inline s32 kbpf_percpu_current_task(void)
{
#ifdef KBPF_HAVE_PCPU_HOT
	return kbpf_percpu_addr(&pcpu_hot.current_task);
#else
	return kbpf_percpu_addr(&current_task);
#endif
}

static inline s32 kbpf_percpu_this_cpu_off(void)
{
#ifdef CONFIG_SMP
	return kbpf_percpu_addr(&this_cpu_off);
#else
	return -1;
#endif
}

#endif /* KBPF_COMPAT_PERCPU_ADDR_H */
