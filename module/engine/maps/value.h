/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moving values in and out of maps. A value may hold a spin lock or a timer,
 * which copies leave alone, and programs may write to a value while it is
 * copied: a copy is then a mix of old and new, as it is in Linux.
 */
#ifndef KBPF_MAPS_VALUE_H
#define KBPF_MAPS_VALUE_H

#include "maps/map.h"
#include "maps/elem.h"

#define KBPF_SPIN_LOCK_SIZE	4
#define KBPF_TIMER_SIZE		16

#ifdef __SANITIZE_THREAD__
static KBPF_RACY void kbpf_value_move(void *dst, const void *src, u32 size)
{
	const u8 *s = src;
	u8 *d = dst;

	while (size--) {
		WRITE_ONCE(*d, READ_ONCE(*s));
		d++;
		s++;
	}
}
#else
static inline void kbpf_value_move(void *dst, const void *src, u32 size)
{
	switch (size) {
	case 4:
		put_unaligned(get_unaligned((const u32 *)src), (u32 *)dst);
		break;
	case 8:
		put_unaligned(get_unaligned((const u64 *)src), (u64 *)dst);
		break;
	default:
		memcpy(dst, src, size);
	}
}
#endif

void kbpf_value_copy_special(const struct kbpf_map_desc *desc, void *dst, const void *src);

/**
 * kbpf_value_copy() - copy a value, without its lock and timer
 * @desc: the map's descriptor
 * @dst: to
 * @src: from
 */
static inline void kbpf_value_copy(const struct kbpf_map_desc *desc, void *dst, const void *src)
{
	if (likely(desc->spin_lock_off < 0 && desc->timer_off < 0))
		kbpf_value_move(dst, src, desc->value_size);
	else
		kbpf_value_copy_special(desc, dst, src);
}

/* Zero the places that kbpf_value_copy() leaves alone. */
static inline void kbpf_value_init_special(const struct kbpf_map_desc *desc, void *value)
{
	if (unlikely(desc->spin_lock_off >= 0))
		memset(value + desc->spin_lock_off, 0, KBPF_SPIN_LOCK_SIZE);
	if (unlikely(desc->timer_off >= 0))
		memset(value + desc->timer_off, 0, KBPF_TIMER_SIZE);
}

/**
 * kbpf_value_copy_locked() - copy a value under the spin lock in the map's own
 * @desc: the map's descriptor; its values have a lock
 * @dst: to
 * @src: from
 * @own: which of the two is the map's
 *
 * Context: process or softirq: programs that may run elsewhere cannot use these
 * locks.
 */
void kbpf_value_copy_locked(const struct kbpf_map_desc *desc, void *dst, const void *src,
			    void *own);

/* Copy out of a map for a command: with or without lock, special places zeroed. */
void kbpf_value_copy_out(const struct kbpf_map_desc *desc, void *dst, void *src, u64 flags);

/**
 * kbpf_value_check_flags() - flags of an update
 * @map: the map
 * @flags: KBPF_ANY, _NOEXIST or _EXIST, and KBPF_F_LOCK for values with a lock
 *
 * Return: 0 or -EINVAL.
 */
static inline int kbpf_value_check_flags(const struct kbpf_map *map, u64 flags)
{
	if (unlikely((flags & ~(u64)KBPF_F_LOCK) > KBPF_EXIST))
		return -EINVAL;
	if (unlikely((flags & KBPF_F_LOCK) && map->desc.spin_lock_off < 0))
		return -EINVAL;
	return 0;
}

#endif /* KBPF_MAPS_VALUE_H */
