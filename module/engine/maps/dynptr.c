// SPDX-License-Identifier: GPL-2.0
/*
 * Helpers on dynptrs. Which memory one may be made of, and that a record is given
 * back through it once, is the verifier's to see to.
 */
#include "maps/dynptr.h"
#include "maps/helpers.h"

static void *reg_ptr(u64 reg)
{
	return (void *)(unsigned long)reg;
}

static void set(u64 out, void *data, u32 size)
{
	*(struct kbpf_dynptr *)reg_ptr(out) = (struct kbpf_dynptr){ .data = data, .size = size };
}

/* @len bytes at @off of a dynptr, or ERR_PTR. */
static void *range(const struct kbpf_dynptr *p, u32 off, u32 len)
{
	if (!p->data)
		return ERR_PTR(-EINVAL);
	if (len > p->size || off > p->size - len)
		return ERR_PTR(-E2BIG);
	return p->data + p->offset + off;
}

u64 kbpf_helper_dynptr_from_mem(u64 data, u64 size, u64 flags, u64 out, u64 r5)
{
	long err = (u32)size > KBPF_DYNPTR_MAX_SIZE ? -E2BIG : flags ? -EINVAL : 0;

	set(out, err ? NULL : reg_ptr(data), err ? 0 : size);
	return err;
}

u64 kbpf_helper_ringbuf_reserve_dynptr(u64 map, u64 size, u64 flags, u64 out, u64 r5)
{
	long err = flags ? -EINVAL : (u32)size > KBPF_DYNPTR_MAX_SIZE ? -E2BIG : 0;
	void *record = err ? NULL : kbpf_ringbuf_reserve(reg_ptr(map), (u32)size);

	set(out, record, record ? size : 0);
	return record ? 0 : err ? err : -EINVAL;
}

static u64 commit(u64 ptr, u64 flags, void (*how)(void *record, u64 flags))
{
	struct kbpf_dynptr *p = reg_ptr(ptr);

	/* a reservation that failed is given back all the same */
	if (p->data)
		how(p->data, flags);
	set(ptr, NULL, 0);
	return 0;
}

u64 kbpf_helper_ringbuf_submit_dynptr(u64 ptr, u64 flags, u64 r3, u64 r4, u64 r5)
{
	return commit(ptr, flags, kbpf_ringbuf_submit);
}

u64 kbpf_helper_ringbuf_discard_dynptr(u64 ptr, u64 flags, u64 r3, u64 r4, u64 r5)
{
	return commit(ptr, flags, kbpf_ringbuf_discard);
}

u64 kbpf_helper_dynptr_read(u64 dst, u64 len, u64 ptr, u64 off, u64 flags)
{
	void *src = flags ? ERR_PTR(-EINVAL) : range(reg_ptr(ptr), off, len);

	if (IS_ERR(src))
		return PTR_ERR(src);
	/* they may overlap: both can be the same map value */
	memmove(reg_ptr(dst), src, (u32)len);
	return 0;
}

u64 kbpf_helper_dynptr_write(u64 ptr, u64 off, u64 src, u64 len, u64 flags)
{
	void *dst = flags ? ERR_PTR(-EINVAL) : range(reg_ptr(ptr), off, len);

	if (IS_ERR(dst))
		return PTR_ERR(dst);
	memmove(dst, reg_ptr(src), (u32)len);
	return 0;
}

u64 kbpf_helper_dynptr_data(u64 ptr, u64 off, u64 len, u64 r4, u64 r5)
{
	void *at = range(reg_ptr(ptr), off, len);

	return IS_ERR(at) ? 0 : (unsigned long)at;
}
