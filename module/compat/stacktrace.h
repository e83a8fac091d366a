/* SPDX-License-Identifier: GPL-2.0 */
/* <linux/stacktrace.h>: other tasks' stacks, which kernels before 6.3 do not walk for modules. */
#ifndef KBPF_COMPAT_STACKTRACE_H
#define KBPF_COMPAT_STACKTRACE_H

#include <linux/errno.h>
#include <linux/stacktrace.h>

static inline long kbpf_stack_trace_of(struct task_struct *task, unsigned long *ips,
				       unsigned int max, unsigned int skip)
{
#ifdef KBPF_HAVE_STACK_OF_TASK
	return stack_trace_save_tsk(task, ips, max, skip);
#else
	return -EOPNOTSUPP;
#endif
}

#endif /* KBPF_COMPAT_STACKTRACE_H */
