// SPDX-License-Identifier: GPL-2.0
/* Helpers that hand call stacks to programs. */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "helpers.h"
#include "kbpf.h"
#include "maps/map.h"
#include "stack.h"

u64 kbpf_helper_get_stack(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u64 *ips = kbpf_reg_ptr(r2);
	u32 size = r3, skip = r4 & KBPF_F_SKIP_FIELD_MASK, nr;

	if (r4 & ~(KBPF_F_SKIP_FIELD_MASK | KBPF_F_USER_STACK | KBPF_F_USER_BUILD_ID) ||
	    size % sizeof(*ips)) {
		memset(ips, 0, size);
		return -EINVAL;
	}
	if (r4 & KBPF_F_USER_BUILD_ID) {
		memset(ips, 0, size);
		return -EOPNOTSUPP;
	}
	if (r4 & KBPF_F_USER_STACK)
		nr = kbpf_stack_user(ips, size / sizeof(*ips), skip);
	else
		nr = kbpf_stack_kernel(ips, size / sizeof(*ips), skip);
	memset(ips + nr, 0, size - nr * sizeof(*ips));
	return nr || !size ? nr * sizeof(*ips) : -EFAULT;
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
