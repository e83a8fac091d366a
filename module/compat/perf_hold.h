/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Perf makes the record of a trace event in memory of the CPU, one for each level of
 * context, and does not use it again while its mark says that it is taken. From 6.11
 * on the mark is in the task, for all to see; before, nobody can set it.
 */
#ifndef KBPF_COMPAT_PERF_HOLD_H
#define KBPF_COMPAT_PERF_HOLD_H

#include <linux/sched.h>

/**
 * kbpf_perf_mark() - the mark of this CPU's record memory
 * @level: level that the caller runs at, as of interrupt_context_level()
 *
 * Context: any, preemption off.
 * Return: the mark, not 0 while taken; NULL where the kernel keeps it to itself.
 */
static __always_inline u8 *kbpf_perf_mark(int level)
{
#ifdef KBPF_HAVE_PERF_RECURSION
	return &current->perf_recursion[level];
#else
	return NULL;
#endif
}

#endif /* KBPF_COMPAT_PERF_HOLD_H */
