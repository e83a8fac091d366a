// SPDX-License-Identifier: GPL-2.0
/* Helpers about the run itself: what it was attached to and with what. */
#include "helpers.h"
#include "run.h"

u64 kbpf_helper_get_func_ip(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return kbpf_run_current()->func_ip;
}

u64 kbpf_helper_get_attach_cookie(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return kbpf_run_current()->cookie;
}
