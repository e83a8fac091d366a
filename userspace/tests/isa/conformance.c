// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The suite's unwinding helper, by rewriting: "call 5" in the first function
 * becomes call, "if r0 != 0 goto +1", "exit".
 */
#include "isa/opcode.h"
#include "suite.h"

#define UNWIND 5

static bool is_unwind(const struct kbpf_insn *insn)
{
	return insn->code == (KBPF_JMP | KBPF_CALL) && !insn->src_reg && insn->imm == UNWIND;
}

/* Adjust a distance from @from to @from + 1 + @dist for what was inserted between. */
static s32 stretch(const u32 *at, s64 from, s32 dist, s64 len)
{
	s64 to = from + 1 + dist;

	/* from the end of the instruction as it was: its own insertion comes after it */
	return to < 0 || to > len ? dist : (s32)((s64)at[to] - at[from] - 1);
}

static void fix_distances(const struct kbpf_insn *insn, struct kbpf_insn *out, const u32 *at,
			  u32 i, u32 len)
{
	enum kbpf_op op = kbpf_isa_op(insn);
	const struct kbpf_opcode *row = &kbpf_isa_opcodes[op];

	if (row->off == KBPF_FIELD_J)
		out->off = stretch(at, i, insn->off, len);
	if (row->imm == KBPF_FIELD_J || op == KBPF_OP_LDDW_FUNC)
		out->imm = stretch(at, i, insn->imm, len);
}

int conformance_unwind(const struct kbpf_insn *insns, u32 len, struct kbpf_insn **out)
{
	u32 *at = calloc(len + 1, sizeof(*at)), n = 0, calls = 0;
	struct kbpf_insn *p;

	for (u32 i = 0; i < len; i++) {
		calls += insns[i].code == (KBPF_JMP | KBPF_CALL) &&
			 insns[i].src_reg == KBPF_PSEUDO_CALL;
		at[i] = n;
		n += is_unwind(&insns[i]) ? 3 : 1;
	}
	at[len] = n;
	if (calls && n != len) {
		free(at);
		return -EINVAL;
	}
	p = calloc(n + 1, sizeof(*p));
	for (u32 i = 0; i < len; i++) {
		struct kbpf_insn *o = &p[at[i]];

		o[0] = insns[i];
		fix_distances(&insns[i], o, at, i, len);
		if (is_unwind(&insns[i])) {
			o[1] = KBPF_JMP_IMM(KBPF_JNE, KBPF_R0, 0, 1);
			o[2] = KBPF_EXIT_INSN();
		}
		if (kbpf_isa_is_lddw(&insns[i]) && i + 1 < len) {
			i++;
			p[at[i]] = insns[i];
		}
	}
	free(at);
	*out = p;
	return n;
}
