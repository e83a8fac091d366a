// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The world of programs below the verifier: the public suite's helpers, and
 * memory that may be missing.
 */
#include "env.h"
#include "suite.h"

/* Helpers 0-4 of the suite; 5 is the unwinding one, which returns its argument. */
static u64 gather_bytes(u64 a, u64 b, u64 c, u64 d, u64 e)
{
	return (a & 0xff) << 32 | (b & 0xff) << 24 | (c & 0xff) << 16 | (d & 0xff) << 8 |
	       (e & 0xff);
}

static u64 frob_memory(u64 addr, u64 len, u64 c, u64 d, u64 e)
{
	u8 *p = (u8 *)addr;

	(void)c, (void)d, (void)e;
	for (; len; len--)
		*p++ ^= 42;
	return 0;
}

static u64 no_op(u64 a, u64 b, u64 c, u64 d, u64 e)
{
	(void)a, (void)b, (void)c, (void)d, (void)e;
	return 0;
}

static u64 square_root(u64 a, u64 b, u64 c, u64 d, u64 e)
{
	u64 r = 0;

	(void)b, (void)c, (void)d, (void)e;
	for (u64 bit = 1ULL << 31; bit; bit >>= 1)
		if ((r | bit) * (r | bit) <= a)
			r |= bit;
	return r;
}

static u64 compare_strings(u64 a, u64 b, u64 c, u64 d, u64 e)
{
	(void)c, (void)d, (void)e;
	return strcmp((const char *)a, (const char *)b);
}

static u64 unwind(u64 a, u64 b, u64 c, u64 d, u64 e)
{
	(void)b, (void)c, (void)d, (void)e;
	return a;
}

kbpf_helper_fn kbpf_env_helper(u32 id)
{
	static const kbpf_helper_fn helpers[] = {
		gather_bytes, frob_memory, no_op, square_root, compare_strings, unwind,
	};

	return id < ARRAY_SIZE(helpers) ? helpers[id] : NULL;
}

/* The first page is where nothing is. */
int kbpf_env_probe_read(void *dst, u32 size, const void *src)
{
	if ((unsigned long)src < PAGE_SIZE) {
		memset(dst, 0, size);
		return -EFAULT;
	}
	memcpy(dst, src, size);
	return 0;
}

int kbpf_env_map_direct_addr(const struct kbpf_map *map, u32 off, u64 *addr)
{
	(void)map, (void)off, (void)addr;
	return -EINVAL;
}

/* Whatever map a tail call names, its slots are the caller's. */
const struct kbpf_prog *test_tail_targets[2];

const struct kbpf_prog *kbpf_env_tail_target(const struct kbpf_map *map, u32 index)
{
	(void)map;
	return index < ARRAY_SIZE(test_tail_targets) ? test_tail_targets[index] : NULL;
}
