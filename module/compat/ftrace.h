/* SPDX-License-Identifier: GPL-2.0 */
/*
 * <linux/ftrace.h>: a function's call of a trampoline. Before 6.5 the interface that
 * takes an ftrace_ops had "multi" in its names; without direct calls there is none.
 */
#ifndef KBPF_COMPAT_FTRACE_H
#define KBPF_COMPAT_FTRACE_H

#include <linux/errno.h>
#include <linux/ftrace.h>

/**
 * struct kbpf_direct - a function that calls a trampoline
 * @ops: the kernel's
 */
struct kbpf_direct {
#ifdef CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS
	struct ftrace_ops ops;
#endif
};

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS

static inline int kbpf_direct_call(struct kbpf_direct *d, const void *tramp)
{
#ifdef KBPF_HAVE_FTRACE_DIRECT_MULTI
	return register_ftrace_direct_multi(&d->ops, (unsigned long)tramp);
#else
	return register_ftrace_direct(&d->ops, (unsigned long)tramp);
#endif
}

static inline int kbpf_direct_register(struct kbpf_direct *d, unsigned long addr,
				       const void *tramp)
{
	int err = ftrace_set_filter_ip(&d->ops, addr, 0, 0);

	if (!err)
		err = kbpf_direct_call(d, tramp);
	if (err)
		ftrace_free_filter(&d->ops);
	return err;
}

static inline int kbpf_direct_modify(struct kbpf_direct *d, const void *tramp)
{
#ifdef KBPF_HAVE_FTRACE_DIRECT_MULTI
	return modify_ftrace_direct_multi(&d->ops, (unsigned long)tramp);
#else
	return modify_ftrace_direct(&d->ops, (unsigned long)tramp);
#endif
}

/* Waits until no task is at the first instructions of the trampoline. */
static inline void kbpf_direct_unregister(struct kbpf_direct *d, const void *tramp)
{
#ifdef KBPF_HAVE_FTRACE_DIRECT_MULTI
	unregister_ftrace_direct_multi(&d->ops, (unsigned long)tramp);
	ftrace_free_filter(&d->ops);
#else
	unregister_ftrace_direct(&d->ops, (unsigned long)tramp, true);
#endif
}

#else

static inline int kbpf_direct_register(struct kbpf_direct *d, unsigned long addr,
				       const void *tramp)
{
	return -EOPNOTSUPP;
}

static inline int kbpf_direct_modify(struct kbpf_direct *d, const void *tramp)
{
	return -EOPNOTSUPP;
}

static inline void kbpf_direct_unregister(struct kbpf_direct *d, const void *tramp)
{
}

#endif /* CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS */

#endif /* KBPF_COMPAT_FTRACE_H */
