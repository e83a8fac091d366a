// SPDX-License-Identifier: GPL-2.0
/*
 * Whether and where a tail call goes, the same for whoever runs the program.
 *
 * A tail call from a function leaves the frames of that function's callers behind
 * until the run is over, so what 33 of them leave must have a bound. It is told
 * in terms that depend on programs alone: what callers hold at most is decided
 * when a program is decoded, and is added up as if all that waits shared one
 * program stack with what runs. What does not fit begins a new stretch, which is
 * where the interpreter may open another activation; stretches are counted. Both
 * executors therefore stop at the same call, and neither has more frames than
 * KBPF_TAIL_STRETCHES activations hold. Where a compiled program calls one that is
 * not, there is one activation more: the interpreter never calls compiled code back.
 */
#include "env.h"
#include "interp/step.h"

/* For programs that link no maps, as tests of single rooms do; engine/maps answers otherwise. */
__weak const struct kbpf_prog *kbpf_env_tail_target(const struct kbpf_map *map, u32 index)
{
	return NULL;
}

/* Could an activation that holds this much run @target, too? */
static bool shares(u32 stack, u32 frames, const struct kbpf_prog *target)
{
	return stack + target->icode->stack_need <= KBPF_STACK_SIZE &&
	       frames + target->icode->frames_need <= KBPF_MAX_FRAMES;
}

/* Counts the frames that wait behind this call; false where there is no room for more. */
static bool charge(const struct kbpf_prog *prog, const struct kbpf_prog *target, bool deep,
		   struct kbpf_tails *tails)
{
	u32 stack = tails->stack + (deep ? prog->icode->tail_stack : 0);
	u32 frames = tails->frames + (deep ? prog->icode->tail_frames : 0);
	u32 stretches = tails->stretches;

	if (!shares(stack, frames, target)) {
		stack = 0;
		frames = 0;
		stretches++;
	}
	if (stretches >= KBPF_TAIL_STRETCHES)
		return false;
	tails->stack = stack;
	tails->frames = frames;
	tails->stretches = stretches;
	return true;
}

const struct kbpf_prog *kbpf_interp_tail_target(const struct kbpf_map *map, u32 index,
						const struct kbpf_prog *prog, bool deep,
						struct kbpf_tails *tails)
{
	const struct kbpf_prog *target;

	if (tails->count >= KBPF_MAX_TAIL_CALLS)
		return NULL;
	target = kbpf_env_tail_target(map, index);
	if (!target)
		return NULL;
	deep &= prog->icode->tail_frames > 0;
	if ((deep || tails->frames || tails->stretches) && !charge(prog, target, deep, tails))
		return NULL;
	tails->count++;
	return target;
}
