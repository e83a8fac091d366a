/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys of hash tables: hashing and comparing, by size. Sizes 4, 8 and 16 are
 * most of what programs use and become a few instructions; the caller names
 * the size as a constant to have that.
 */
#ifndef KBPF_MAPS_ELEM_H
#define KBPF_MAPS_ELEM_H

#include "port.h"

#ifdef __SANITIZE_THREAD__
/* Races that are by design: on values, and on keys of entries being reused. */
#define KBPF_RACY	__attribute__((no_sanitize("thread"), __noinline__)) __maybe_unused
#else
#define KBPF_RACY	__always_inline
#endif

#define KBPF_MIX1	0x9e3779b97f4a7c15ULL
#define KBPF_MIX2	0xd6e8feb86659fd93ULL

static __always_inline u64 kbpf_key_mix(u64 h)
{
	h *= KBPF_MIX1;
	h ^= h >> 32;
	return h * KBPF_MIX2;
}

/* The last 1 to 7 bytes of a key. */
static inline u64 kbpf_key_tail(const u8 *key, u32 n)
{
	u64 w = 0;

	while (n--)
		w = w << 8 | key[n];
	return w;
}

/**
 * kbpf_key_hash() - hash of a key
 * @key: the key
 * @size: bytes
 * @seed: the map's own
 */
static __always_inline u32 kbpf_key_hash(const void *key, u32 size, u64 seed)
{
	const u8 *p = key;
	u64 h = seed;

	if (size == 4)
		return kbpf_key_mix(h ^ get_unaligned((const u32 *)p)) >> 32;
	for (; size >= 8; size -= 8, p += 8) {
		h = kbpf_key_mix(h ^ get_unaligned((const u64 *)p));
		h ^= h >> 29;
	}
	if (size)
		h = kbpf_key_mix(h ^ kbpf_key_tail(p, size) ^ ((u64)size << 56));
	return h >> 32;
}

/* Are two keys the same? They may be being written to: then either answer is right. */
static KBPF_RACY bool kbpf_key_equal(const void *a, const void *b, u32 size)
{
	const u8 *p = a, *q = b;

	if (size == 4)
		return get_unaligned((const u32 *)p) == get_unaligned((const u32 *)q);
	for (; size >= 8; size -= 8, p += 8, q += 8)
		if (get_unaligned((const u64 *)p) != get_unaligned((const u64 *)q))
			return false;
	if (size & 4) {
		if (get_unaligned((const u32 *)p) != get_unaligned((const u32 *)q))
			return false;
		p += 4;
		q += 4;
	}
	for (size &= 3; size; size--)
		if (*p++ != *q++)
			return false;
	return true;
}

#endif /* KBPF_MAPS_ELEM_H */
