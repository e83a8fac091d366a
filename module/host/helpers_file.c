// SPDX-License-Identifier: GPL-2.0
/*
 * Helpers about files. They come as arguments of the function that a program is at, which
 * may also be an error code or NULL.
 */
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/path.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "helpers.h"

/* The verifier lets programs at few functions have it: see typed.c. */
u64 kbpf_helper_d_path(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const struct path *path = kbpf_reg_ptr(r1);
	char *buf = kbpf_reg_ptr(r2), *name;
	struct path copy;
	u32 size = r3;
	long len;

	memset(buf, 0, size);
	if (!size)
		return 0;
	/* Its locks sleep on a realtime kernel, and programs run with preemption off. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT) || in_interrupt())
		return -EOPNOTSUPP;
	if (kbpf_is_user_address(path) || copy_from_kernel_nofault(&copy, path, sizeof(copy)))
		return -EFAULT;
	if (!copy.dentry || !copy.mnt)
		return -EFAULT;
	name = d_path(&copy, buf, size);
	if (IS_ERR(name))
		return PTR_ERR(name);
	len = buf + size - name;
	memmove(buf, name, len);
	return len;
}

u64 kbpf_helper_sock_from_file(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct file *file = kbpf_reg_ptr(r1);
	struct file copy;

	if (kbpf_is_user_address(file) || copy_from_kernel_nofault(&copy, file, sizeof(copy)))
		return 0;
	return (unsigned long)sock_from_file(&copy);
}
