// SPDX-License-Identifier: GPL-2.0
/* Helpers that call back into the program. */
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include "helpers.h"
#include "prog.h"

#define MAX_LOOPS	(8U << 20)	/* as Linux allows */

u64 kbpf_helper_loop(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const struct kbpf_func *func = kbpf_reg_ptr(r2);
	u32 nr = r1, i;

	if (r4)
		return -EINVAL;
	if (nr > MAX_LOOPS)
		return -E2BIG;
	for (i = 0; i < nr; i++)
		if (func->call(func, i, r3, 0, 0, 0))
			return i + 1;
	return nr;
}

/*
 * What address @r2 of the current task is a part of. Another task's memory may go while it is
 * looked at, and getting hold of it takes a lock that may be held here.
 */
u64 kbpf_helper_find_vma(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const struct kbpf_func *func = kbpf_reg_ptr(r3);
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	long ret = -ENOENT;

	if (r5)
		return -EINVAL;
	if (kbpf_reg_ptr(r1) != current)
		return r1 ? -EOPNOTSUPP : -ENOENT;
	if (!mm)
		return -ENOENT;
	/* Giving the lock back may wake somebody up, which is not for who holds a run queue. */
	if (irqs_disabled() || !down_read_trylock(&mm->mmap_lock))
		return -EBUSY;
	vma = find_vma(mm, r2);
	if (vma && vma->vm_start <= r2) {
		func->call(func, r1, (unsigned long)vma, r4, 0, 0);
		ret = 0;
	}
	up_read(&mm->mmap_lock);
	return ret;
}
