// SPDX-License-Identifier: GPL-2.0
/*
 * Which parts of the arena are taken: a bitmap of grains. Neighbours that are
 * free are one stretch without any work, and the smallest stretch that is large
 * enough is taken, so that large stretches last. Must not know what the memory
 * is for.
 */
#include "port.h"
#include "jit/image.h"

int kbpf_jit_arena_init(struct kbpf_jit_arena *arena, u32 size)
{
	arena->grains = size / KBPF_JIT_GRAIN;
	arena->free = arena->grains;
	arena->used = bitmap_zalloc(arena->grains, GFP_KERNEL);
	return arena->used ? 0 : -ENOMEM;
}

void kbpf_jit_arena_exit(struct kbpf_jit_arena *arena)
{
	bitmap_free(arena->used);
	arena->used = NULL;
}

static void mark(struct kbpf_jit_arena *arena, u32 at, u32 n, bool used)
{
	for (u32 i = at; i < at + n; i++) {
		if (used)
			__set_bit(i, arena->used);
		else
			__clear_bit(i, arena->used);
	}
	if (used)
		arena->free -= n;
	else
		arena->free += n;
}

u32 kbpf_jit_arena_take(struct kbpf_jit_arena *arena, u32 size)
{
	u32 n = DIV_ROUND_UP(size, KBPF_JIT_GRAIN), best = U32_MAX, best_len = U32_MAX;
	u32 at = 0, end;

	if (!n || n > arena->free)
		return U32_MAX;
	/* The stretch at the end comes last, and is not searched. */
	while (best_len != n) {
		at = find_next_zero_bit(arena->used, arena->top, at);
		if (at >= arena->top)
			break;
		end = find_next_bit(arena->used, arena->top, at);
		if (end - at >= n && end - at < best_len) {
			best = at;
			best_len = end - at;
		}
		at = end;
	}
	if (best == U32_MAX && arena->grains - arena->top >= n) {
		best = arena->top;
		arena->top += n;
	}
	if (best == U32_MAX)
		return U32_MAX;
	mark(arena, best, n, true);
	return best * KBPF_JIT_GRAIN;
}

void kbpf_jit_arena_give(struct kbpf_jit_arena *arena, u32 off, u32 size)
{
	mark(arena, off / KBPF_JIT_GRAIN, DIV_ROUND_UP(size, KBPF_JIT_GRAIN), false);
	while (arena->top && !test_bit(arena->top - 1, arena->used))
		arena->top--;
}
