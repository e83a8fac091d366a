// SPDX-License-Identifier: GPL-2.0
/* Helpers about the run itself: what it was attached to and with what. */
#include <linux/errno.h>
#include "helpers.h"
#include "run.h"

/* Which of a link's functions this is: the last that does not begin behind the hit. */
static u32 find_place(const struct kbpf_run *run)
{
	const struct kbpf_places *p = run->places;
	u32 lo = 0, hi = p->nr;

	while (hi - lo > 1) {
		u32 mid = lo + (hi - lo) / 2;

		if (p->place[mid].addr <= run->func_ip)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

u64 kbpf_helper_get_func_ip(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const struct kbpf_run *run = kbpf_run_current();

	return run->places ? run->places->place[find_place(run)].addr : run->func_ip;
}

u64 kbpf_helper_get_attach_cookie(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const struct kbpf_run *run = kbpf_run_current();

	return run->places ? run->places->place[find_place(run)].cookie : run->cookie;
}

u64 kbpf_helper_get_func_arg(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const struct kbpf_run *run = kbpf_run_current();

	*(u64 *)kbpf_reg_ptr(r3) = 0;
	if (r2 >= run->nr_args)
		return -EINVAL;
	*(u64 *)kbpf_reg_ptr(r3) = ((const u64 *)run->ctx)[r2];
	return 0;
}

u64 kbpf_helper_get_func_ret(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const struct kbpf_run *run = kbpf_run_current();

	*(u64 *)kbpf_reg_ptr(r2) = 0;
	if (!run->has_ret)
		return -EOPNOTSUPP;
	*(u64 *)kbpf_reg_ptr(r2) = ((const u64 *)run->ctx)[run->nr_args];
	return 0;
}

u64 kbpf_helper_get_func_arg_cnt(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return kbpf_run_current()->nr_args;
}
