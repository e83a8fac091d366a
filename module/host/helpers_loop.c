// SPDX-License-Identifier: GPL-2.0
/* Helpers that call back into the program. */
#include <linux/errno.h>
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
