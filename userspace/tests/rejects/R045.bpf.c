// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

SEC("kprobe/vfs_read")
int bad(struct pt_regs *ctx)
{
	struct file *file = (struct file *)PT_REGS_PARM1(ctx);

	return file->f_flags;
}

SEC("kprobe/vfs_read")
int good(struct pt_regs *ctx)
{
	struct file *file = (struct file *)PT_REGS_PARM1(ctx);

	return BPF_CORE_READ(file, f_flags);
}
