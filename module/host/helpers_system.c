// SPDX-License-Identifier: GPL-2.0
/* Helpers about the machine: clocks, CPUs, random numbers. */
#include <linux/jiffies.h>
#include <linux/prandom.h>
#include <linux/smp.h>
#include <linux/ktime.h>
#include <linux/topology.h>
#include "helpers.h"

/* Not get_random_u32(): it takes a lock. A state mixed up by a nested use is still random. */
static DEFINE_PER_CPU(struct rnd_state, rnd_state);

void kbpf_random_init(void)
{
	prandom_seed_full_state(&rnd_state);
}

u64 kbpf_helper_ktime_get_ns(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return ktime_get_mono_fast_ns();
}

u64 kbpf_helper_ktime_get_boot_ns(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return ktime_get_boot_fast_ns();
}

u64 kbpf_helper_ktime_get_tai_ns(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return ktime_get_tai_fast_ns();
}

/*
 * The kernel's coarse clock waits for a clock update to end, which a program
 * that interrupted the update must not: the fast clock in steps of a tick.
 */
u64 kbpf_helper_ktime_get_coarse_ns(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u64 now = ktime_get_mono_fast_ns();

	return now - now % TICK_NSEC;
}

u64 kbpf_helper_jiffies64(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return jiffies_64;
}

u64 kbpf_helper_get_prandom_u32(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return prandom_u32_state(this_cpu_ptr(&rnd_state));
}

u64 kbpf_helper_get_smp_processor_id(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return smp_processor_id();
}

u64 kbpf_helper_get_numa_node_id(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return numa_node_id();
}
