/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Perf makes the record of a trace event in memory of the CPU, one for each level of
 * context, and does not use it again while its mark says that it is taken. From 6.11
 * on the mark is in the task, for all to see; before, perf alone can take it away.
 */
#ifndef KBPF_COMPAT_PERF_HOLD_H
#define KBPF_COMPAT_PERF_HOLD_H

#include <linux/sched.h>

#ifdef KBPF_HAVE_PERF_RECURSION
#define KBPF_PERF_MARKS 1
#else
#define KBPF_PERF_MARKS 0
#endif

/**
 * kbpf_perf_unmark() - the record at this level is done with
 * @level: level that it was made at, as of interrupt_context_level()
 *
 * Only where KBPF_PERF_MARKS. Context: any, preemption off.
 */
static __always_inline void kbpf_perf_unmark(int level)
{
#ifdef KBPF_HAVE_PERF_RECURSION
	current->perf_recursion[level]--;
#endif
}

#endif /* KBPF_COMPAT_PERF_HOLD_H */
