// SPDX-License-Identifier: GPL-2.0
/* Helpers on strings in memory that the verifier has checked. */
#include <linux/string.h>
#include "helpers.h"

u64 kbpf_helper_strncmp(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return strncmp(kbpf_reg_ptr(r1), kbpf_reg_ptr(r3), (u32)r2);
}
