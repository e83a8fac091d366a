// SPDX-License-Identifier: GPL-2.0
/* Values with a spin lock or a timer in them; see value.h. */
#include "maps/value.h"

/* Copy up to a special place at @off, and go on behind it. */
static u32 copy_until(void *dst, const void *src, u32 from, s32 off, u32 size)
{
	if (off < 0)
		return from;
	if ((u32)off > from)
		kbpf_value_move(dst + from, src + from, off - from);
	return off + size;
}

void kbpf_value_copy_special(const struct kbpf_map_desc *desc, void *dst, const void *src)
{
	u32 at = 0;

	if (desc->timer_off < 0 || desc->spin_lock_off < desc->timer_off) {
		at = copy_until(dst, src, at, desc->spin_lock_off, KBPF_SPIN_LOCK_SIZE);
		at = copy_until(dst, src, at, desc->timer_off, KBPF_TIMER_SIZE);
	} else {
		at = copy_until(dst, src, at, desc->timer_off, KBPF_TIMER_SIZE);
		at = copy_until(dst, src, at, desc->spin_lock_off, KBPF_SPIN_LOCK_SIZE);
	}
	if (at < desc->value_size)
		kbpf_value_move(dst + at, src + at, desc->value_size - at);
}

void kbpf_value_copy_locked(const struct kbpf_map_desc *desc, void *dst, const void *src,
			    void *own)
{
	unsigned long flags;

	kbpf_value_lock(own + desc->spin_lock_off, &flags);
	kbpf_value_copy_special(desc, dst, src);
	kbpf_value_unlock(own + desc->spin_lock_off, flags);
}

void kbpf_value_copy_out(const struct kbpf_map_desc *desc, void *dst, void *src, u64 flags)
{
	if (flags & KBPF_F_LOCK)
		kbpf_value_copy_locked(desc, dst, src, src);
	else
		kbpf_value_copy(desc, dst, src);
	kbpf_value_init_special(desc, dst);
}

void kbpf_value_lock(void *lock, unsigned long *flags)
{
	u32 *word = lock;

	preempt_disable();
	local_irq_save(*flags);
	while (READ_ONCE(*word) || cmpxchg(word, 0, 1))
		cpu_relax();
}

void kbpf_value_unlock(void *lock, unsigned long flags)
{
	/* What was done under the lock is done. Pairs with the exchange in kbpf_value_lock(). */
	smp_store_release((u32 *)lock, 0);
	local_irq_restore(flags);
	preempt_enable();
}
