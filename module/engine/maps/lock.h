/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The locks of the maps room. A program may run anywhere, so a map operation
 * may interrupt another on the same CPU: as an NMI, or as a probe on something
 * that the operation itself calls. Interrupts proper are off inside a section.
 *
 * A section that begins while none is open on this CPU may wait for its lock:
 * whoever holds it runs on another CPU and waits for nothing that this one has.
 * A section inside another may not; it tries for a while and gives up. In NMIs
 * even the first kind gives up in the end.
 *
 * Locks are taken in this order: hand of an LRU table, bucket; then, one at a
 * time, free lists and the stock.
 */
#ifndef KBPF_MAPS_LOCK_H
#define KBPF_MAPS_LOCK_H

#include "port.h"
#include "port_sync.h"

/**
 * struct kbpf_map_cpu - what the room keeps of a CPU
 * @depth: open sections on this CPU
 * @in_timer: it is in the function of a timer
 */
struct kbpf_map_cpu {
	int depth;
	bool in_timer;
};

extern struct kbpf_map_cpu __percpu *kbpf_map_cpu;

/**
 * kbpf_map_lock_try() - take a lock in a section that may not wait for ever
 * @lock: the lock
 *
 * Return: was it taken?
 */
bool kbpf_map_lock_try(raw_spinlock_t *lock);

/**
 * kbpf_map_lock() - open a section with a lock
 * @lock: the lock
 * @flags: out: for kbpf_map_unlock()
 *
 * Context: any.
 * Return: true with interrupts off; false if it could not be had here.
 */
static __always_inline bool kbpf_map_lock(raw_spinlock_t *lock, unsigned long *flags)
{
	local_irq_save(*flags);
	if (likely(this_cpu_inc_return(kbpf_map_cpu->depth) == 1 && !in_nmi())) {
		raw_spin_lock(lock);
		return true;
	}
	if (kbpf_map_lock_try(lock))
		return true;
	this_cpu_dec(kbpf_map_cpu->depth);
	local_irq_restore(*flags);
	return false;
}

static __always_inline void kbpf_map_unlock(raw_spinlock_t *lock, unsigned long flags)
{
	raw_spin_unlock(lock);
	this_cpu_dec(kbpf_map_cpu->depth);
	local_irq_restore(flags);
}

/* A section without a lock of its own. */
static __always_inline void kbpf_map_enter(unsigned long *flags)
{
	local_irq_save(*flags);
	this_cpu_inc(kbpf_map_cpu->depth);
}

static __always_inline void kbpf_map_leave(unsigned long flags)
{
	this_cpu_dec(kbpf_map_cpu->depth);
	local_irq_restore(flags);
}

/* A further lock inside a section. */
static __always_inline bool kbpf_map_lock_inner(raw_spinlock_t *lock)
{
	if (likely(this_cpu_read(kbpf_map_cpu->depth) == 1 && !in_nmi())) {
		raw_spin_lock(lock);
		return true;
	}
	return kbpf_map_lock_try(lock);
}

static __always_inline void kbpf_map_unlock_inner(raw_spinlock_t *lock)
{
	raw_spin_unlock(lock);
}

#endif /* KBPF_MAPS_LOCK_H */
