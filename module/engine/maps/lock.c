// SPDX-License-Identifier: GPL-2.0
/* Taking a lock where waiting could be for ever; see lock.h. */
#include "maps/lock.h"

/* Tries before giving up: a section inside another; a first one, in an NMI. */
#define TRIES_NESTED	64
#define TRIES_NMI	(1 << 14)

struct kbpf_map_cpu __percpu *kbpf_map_cpu;

bool kbpf_map_lock_try(raw_spinlock_t *lock)
{
	int tries = this_cpu_read(kbpf_map_cpu->depth) > 1 ? TRIES_NESTED : TRIES_NMI;

	while (tries--) {
		if (raw_spin_trylock(lock))
			return true;
		cpu_relax();
	}
	return false;
}
