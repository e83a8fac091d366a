// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel functions that need nothing of the world that they run in: numeric
 * iterators, RCU read sides inside the one that every program runs in, and casts.
 */
#include "env.h"
#include "helpers/kfunc.h"

/* Most rounds of an iterator, as in Linux. */
#define MAX_ROUNDS	(8 << 20)

/* struct bpf_iter_num as these functions use it. */
struct num {
	s32 cur;	/* the element given last, one below the first before that */
	s32 end;	/* one above the last */
};

static struct num *num_of(u64 r1)
{
	return (struct num *)(unsigned long)r1;
}

static u64 iter_num_new(u64 r1, u64 start, u64 end, u64 r4, u64 r5)
{
	struct num *it = num_of(r1);
	s64 rounds = (s64)(s32)end - (s32)start;

	*it = (struct num){};
	if (rounds < 0)
		return -EINVAL;
	if (rounds > MAX_ROUNDS)
		return -E2BIG;
	it->cur = (s32)((u32)start - 1);
	it->end = (s32)end;
	return 0;
}

static u64 iter_num_next(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct num *it = num_of(r1);

	/* the first element of all may be S32_MIN, before which cur has wrapped around */
	if ((s64)(s32)((u32)it->cur + 1) >= it->end) {
		*it = (struct num){};
		return 0;
	}
	it->cur = (s32)((u32)it->cur + 1);
	return (unsigned long)&it->cur;
}

static u64 iter_num_destroy(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	*num_of(r1) = (struct num){};
	return 0;
}

/* What was looked up stays as long as the program runs: see kfunc.def. */
static u64 same(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return r1;
}

static u64 nothing(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return 0;
}

kbpf_helper_fn kbpf_kfunc_builtin(u32 id)
{
	static const kbpf_helper_fn fns[] = {
		[KBPF_KFUNC_iter_num_new - KBPF_KFUNC_FIRST] = iter_num_new,
		[KBPF_KFUNC_iter_num_next - KBPF_KFUNC_FIRST] = iter_num_next,
		[KBPF_KFUNC_iter_num_destroy - KBPF_KFUNC_FIRST] = iter_num_destroy,
		[KBPF_KFUNC_task_acquire - KBPF_KFUNC_FIRST] = same,
		[KBPF_KFUNC_task_release - KBPF_KFUNC_FIRST] = nothing,
		[KBPF_KFUNC_rcu_read_lock - KBPF_KFUNC_FIRST] = nothing,
		[KBPF_KFUNC_rcu_read_unlock - KBPF_KFUNC_FIRST] = nothing,
		[KBPF_KFUNC_cast_to_kern_ctx - KBPF_KFUNC_FIRST] = same,
	};

	if (id < KBPF_KFUNC_FIRST || id - KBPF_KFUNC_FIRST >= ARRAY_SIZE(fns))
		return NULL;
	return fns[id - KBPF_KFUNC_FIRST];
}
