// SPDX-License-Identifier: GPL-2.0
/*
 * Map helpers on a map that is known: the call goes to that map's own operation,
 * not through the helper. Follows r1 along straight lines.
 *
 * Needs of the verifier: as jit/passes/inline.c, that helpers get arguments of the
 * types of their prototypes and that a program's maps live as long as it does.
 */
#include "env.h"
#include "isa/insn.h"
#include "interp/step.h"

/* Numbers of helpers, which are ABI. */
enum {
	MAP_LOOKUP_ELEM = 1,
	MAP_UPDATE_ELEM = 2,
	MAP_DELETE_ELEM = 3,
};

/* Does a step leave r1 as it is? */
static bool keeps_r1(const struct kbpf_step *step)
{
	u8 code = kbpf_isa_opcodes[step->op].code;

	switch (KBPF_CLASS(code)) {
	case KBPF_ALU:
	case KBPF_ALU64:
	case KBPF_LD:
	case KBPF_LDX:
		return step->dst != KBPF_R1;
	case KBPF_ST:
		return true;
	case KBPF_STX:
		return KBPF_MODE(code) == KBPF_MEM;
	default:
		return kbpf_isa_opcodes[step->op].off == KBPF_FIELD_J;
	}
}

static void call_direct(struct kbpf_step *step, const struct kbpf_map *map)
{
	struct kbpf_map_inline at;
	kbpf_helper_fn fn = NULL;

	if (step->off > MAP_DELETE_ELEM || !kbpf_env_map_inline(map, &at))
		return;
	if (step->off == MAP_LOOKUP_ELEM)
		fn = at.lookup;
	else if (step->off == MAP_UPDATE_ELEM)
		fn = at.update;
	else if (step->off == MAP_DELETE_ELEM)
		fn = at.delete;
	if (fn)
		step->fn = fn;
}

void kbpf_interp_direct(struct kbpf_icode *code, const bool *leader)
{
	const struct kbpf_map *map = NULL;
	u32 i;

	for (i = 0; i < code->nr_steps; i++) {
		struct kbpf_step *step = &code->steps[i];

		if (leader[i])
			map = NULL;
		if (step->op == KBPF_OP_CALL && map)
			call_direct(step, map);
		if (step->op >= KBPF_OPS || !keeps_r1(step))
			map = NULL;
		if (step->op != KBPF_OP_LDDW_MAP_FD)
			continue;
		if (step->dst == KBPF_R1)
			map = (const struct kbpf_map *)(unsigned long)step->imm;
		step->op = KBPF_OP_LDDW;
	}
}
