/* SPDX-License-Identifier: GPL-2.0 */
/* Where registers point into the stack: where.c finds it, live.c asks. */
#ifndef KBPF_WHERE_H
#define KBPF_WHERE_H

#include "verifier/verifier.h"

/* Where a register points, on all paths: a constant offset from r10, or one of */
#define KBPF_AT_UNSET		S16_MIN		/* no path comes here */
#define KBPF_AT_ELSEWHERE	(S16_MAX - 1)	/* not to a stack */
#define KBPF_AT_ANY		S16_MAX		/* perhaps to a stack, no one knows where */

#define KBPF_ALL_SLOTS		U64_MAX
/* Sweeps over the program after which a pass no longer waits for facts to settle. */
#define KBPF_MAX_SWEEPS		64

/**
 * struct kbpf_where - where registers point, before an instruction
 * @at: by register, but for r10, which points to itself
 */
struct kbpf_where {
	s16 at[KBPF_R10];
};

static inline bool kbpf_at_is_offset(s16 at)
{
	return at > KBPF_AT_UNSET && at < KBPF_AT_ELSEWHERE;
}

static inline bool kbpf_at_maybe_stack(s16 at)
{
	return at != KBPF_AT_UNSET && at != KBPF_AT_ELSEWHERE;
}

static inline s16 kbpf_where_of(const struct kbpf_where *w, u32 reg)
{
	return reg == KBPF_R10 ? 0 : w->at[reg];
}

/* The slots of @size bytes at an offset, as bits; all of them where it is not known. */
u64 kbpf_where_slots(s16 at, s32 off, u32 size);
/* Find it, for each of the program's slots. */
void kbpf_where_compute(struct kbpf_verifier *v, struct kbpf_where *where);

#endif /* KBPF_WHERE_H */
