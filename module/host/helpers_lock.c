// SPDX-License-Identifier: GPL-2.0
/*
 * Spin locks in map values. A program holds one at a time and calls nothing
 * meanwhile (verifier/lock.c), and programs that take locks are not entered in
 * NMI-like context (run.c), so a CPU holds one at a time.
 */
#include <linux/percpu.h>
#include "helpers.h"
#include "maps/map.h"

static DEFINE_PER_CPU(unsigned long, irq_flags);

u64 kbpf_helper_spin_lock(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	unsigned long flags;

	kbpf_value_lock(kbpf_reg_ptr(r1), &flags);
	__this_cpu_write(irq_flags, flags);
	return 0;
}

u64 kbpf_helper_spin_unlock(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	kbpf_value_unlock(kbpf_reg_ptr(r1), __this_cpu_read(irq_flags));
	return 0;
}
