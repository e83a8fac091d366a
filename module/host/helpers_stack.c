// SPDX-License-Identifier: GPL-2.0
/* Helpers that hand call stacks to programs. */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "env.h"
#include "helpers.h"
#include "kbpf.h"
#include "maps/map.h"
#include "stack.h"

/* Entries written, or -errno. */
static long walk(struct task_struct *task, u64 *ips, u32 max, u64 flags)
{
	u32 skip = flags & KBPF_F_SKIP_FIELD_MASK;

	if (flags & KBPF_F_USER_BUILD_ID)
		return -EOPNOTSUPP;
	if (task == current)
		return flags & KBPF_F_USER_STACK ? kbpf_stack_user(ips, max, skip) :
						   kbpf_stack_kernel(ips, max, skip);
	return flags & KBPF_F_USER_STACK ? -EOPNOTSUPP : kbpf_stack_task(task, ips, max, skip);
}

static long get_stack(struct task_struct *task, u64 *ips, u32 size, u64 flags)
{
	long nr = -EINVAL;

	if (!(flags & ~(KBPF_F_SKIP_FIELD_MASK | KBPF_F_USER_STACK | KBPF_F_USER_BUILD_ID)) &&
	    !(size % sizeof(*ips)))
		nr = walk(task, ips, size / sizeof(*ips), flags);
	if (nr < 0) {
		memset(ips, 0, size);
		return nr;
	}
	memset(ips + nr, 0, size - nr * sizeof(*ips));
	return nr || !size ? nr * sizeof(*ips) : -EFAULT;
}

u64 kbpf_helper_get_stack(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return get_stack(current, kbpf_reg_ptr(r2), r3, r4);
}

u64 kbpf_helper_get_task_stack(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct task_struct *task = kbpf_reg_ptr(r1);

	if (!kbpf_env_task_alive(task)) {
		memset(kbpf_reg_ptr(r2), 0, (u32)r3);
		return -EFAULT;
	}
	return get_stack(task, kbpf_reg_ptr(r2), r3, r4);
}

#define STACKID_FLAGS	(KBPF_F_SKIP_FIELD_MASK | KBPF_F_USER_STACK | KBPF_F_FAST_STACK_CMP | \
			 KBPF_F_REUSE_STACKID)

u64 kbpf_helper_get_stackid(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_map *map = kbpf_reg_ptr(r2);
	u64 *ips = kbpf_stack_room();
	u32 skip = r3 & KBPF_F_SKIP_FIELD_MASK, max, nr;

	if (r3 & ~STACKID_FLAGS)
		return -EINVAL;
	max = min_t(u32, kbpf_stack_trace_depth(map), KBPF_STACK_MAX_DEPTH);
	if (r3 & KBPF_F_USER_STACK)
		nr = kbpf_stack_user(ips, max, skip);
	else
		nr = kbpf_stack_kernel(ips, max, skip);
	return nr ? kbpf_stack_trace_id(map, ips, nr, r3) : -EFAULT;
}
