/* SPDX-License-Identifier: GPL-2.0 */
/*
 * <linux/slab.h>: kvmemdup() came after 6.1, and kvrealloc() lost a parameter.
 * The same two names with one meaning on every kernel.
 */
#ifndef KBPF_COMPAT_SLAB_H
#define KBPF_COMPAT_SLAB_H

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

static inline void *kbpf_compat_kvmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = kvmalloc(len, gfp);

	if (p)
		memcpy(p, src, len);
	return p;
}

/* Frees @p and returns the copy, or returns NULL and leaves @p alone. */
static inline void *kbpf_kvrealloc(void *p, size_t oldsize, size_t newsize, gfp_t gfp)
{
	void *n = kvmalloc(newsize, gfp);

	if (!n)
		return NULL;
	if (p)
		memcpy(n, p, oldsize < newsize ? oldsize : newsize);
	kvfree(p);
	return n;
}

#define kvmemdup kbpf_compat_kvmemdup

#endif /* KBPF_COMPAT_SLAB_H */
