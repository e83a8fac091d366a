// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that may not be there: reading it, and writing a process's. Returns are Linux's to the letter,
 * because programs branch on them: a kernel read of an address that is not the
 * kernel's gives -ERANGE, any other fault -EFAULT; whenever a read fails, the
 * destination is all zero.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "helpers.h"

/* Strings are fetched in pieces that do not cross a page, so that a fault is all of a piece. */
#define PIECE	64

typedef long (*read_fn)(void *dst, const void *src, size_t size);

static long raw_kernel(void *dst, const void *src, size_t size)
{
	return copy_from_kernel_nofault(dst, src, size);
}

static long raw_user(void *dst, const void *src, size_t size)
{
	return copy_from_user_nofault(dst, (const void __user *)src, size);
}

static long read_or_zero(read_fn read, void *dst, u32 size, const void *src)
{
	long err = read(dst, src, size);

	if (unlikely(err))
		memset(dst, 0, size);
	return err;
}

/*
 * Copies at most @size bytes up to and with the zero; a longer string is cut
 * and ended. Bytes after the zero stay as they were: programs use such buffers
 * as keys.
 */
static long read_str(read_fn read, char *dst, u32 size, const char *src)
{
	u32 pos = 0, n, len;
	char piece[PIECE];
	long err;

	while (pos < size) {
		n = PAGE_SIZE - offset_in_page(src + pos);
		n = min3(n, (u32)PIECE, size - pos);
		err = read(piece, src + pos, n);
		if (unlikely(err)) {
			memset(dst, 0, size);
			return err;
		}
		len = strnlen(piece, n);
		memcpy(dst + pos, piece, min(len + 1, n));
		pos += n;
		if (len < n)
			return pos - n + len + 1;
	}
	if (size)
		dst[size - 1] = '\0';
	return size;
}

bool kbpf_is_user_address(const void *addr)
{
	return (unsigned long)addr < TASK_SIZE_MAX;
}

long kbpf_read_kernel(void *dst, u32 size, const void *src)
{
	return read_or_zero(raw_kernel, dst, size, src);
}

long kbpf_read_kernel_str(void *dst, u32 size, const void *src)
{
	return read_str(raw_kernel, dst, size, src);
}

long kbpf_read_user(void *dst, u32 size, const void *src)
{
	return read_or_zero(raw_user, dst, size, src);
}

long kbpf_read_user_str(void *dst, u32 size, const void *src)
{
	return read_str(raw_user, dst, size, src);
}

u64 kbpf_helper_probe_read_kernel(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return kbpf_read_kernel(kbpf_reg_ptr(r1), r2, kbpf_reg_ptr(r3));
}

u64 kbpf_helper_probe_read_kernel_str(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return kbpf_read_kernel_str(kbpf_reg_ptr(r1), r2, kbpf_reg_ptr(r3));
}

u64 kbpf_helper_probe_read_user(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return kbpf_read_user(kbpf_reg_ptr(r1), r2, kbpf_reg_ptr(r3));
}

u64 kbpf_helper_probe_read_user_str(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return kbpf_read_user_str(kbpf_reg_ptr(r1), r2, kbpf_reg_ptr(r3));
}

u64 kbpf_helper_probe_read(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	if (kbpf_is_user_address(kbpf_reg_ptr(r3)))
		return kbpf_read_user(kbpf_reg_ptr(r1), r2, kbpf_reg_ptr(r3));
	return kbpf_read_kernel(kbpf_reg_ptr(r1), r2, kbpf_reg_ptr(r3));
}

u64 kbpf_helper_probe_read_str(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	if (kbpf_is_user_address(kbpf_reg_ptr(r3)))
		return kbpf_read_user_str(kbpf_reg_ptr(r1), r2, kbpf_reg_ptr(r3));
	return kbpf_read_kernel_str(kbpf_reg_ptr(r1), r2, kbpf_reg_ptr(r3));
}

u64 kbpf_helper_probe_write_user(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	void __user *dst = (void __user *)kbpf_reg_ptr(r1);
	unsigned long left;

	/* Only memory of a process that runs, and is not on its way out. */
	if (unlikely(in_interrupt() || current->flags & (PF_KTHREAD | PF_EXITING) || !current->mm))
		return -EPERM;
	if (unlikely(!access_ok(dst, r3)))
		return -EPERM;
	pagefault_disable();
	left = __copy_to_user_inatomic(dst, kbpf_reg_ptr(r2), r3);
	pagefault_enable();
	return left ? -EFAULT : 0;
}
