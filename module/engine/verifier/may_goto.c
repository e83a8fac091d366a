// SPDX-License-Identifier: GPL-2.0
/*
 * may_goto in the form that runs: each run of a function has a count on its stack,
 * below what it uses itself, that every may_goto of it takes one from; at 0 they
 * jump. No register is to spare for that, so that one which nobody reads after it
 * is taken, or r0 is put aside for the time.
 */
#include "verifier/verifier.h"

/* As many as Linux lets a function's loops go round. */
#define ROUNDS		(8U << 20)

bool kbpf_is_may_goto(const struct kbpf_insn *insn)
{
	return insn->code == (KBPF_JMP | KBPF_JCOND);
}

u32 kbpf_may_goto_stack(const struct kbpf_subprog *s)
{
	return s->counts ? 16 : 0;
}

static s16 count_at(const struct kbpf_subprog *s)
{
	return -(s32)s->stack - 8;
}

static s16 saved_at(const struct kbpf_subprog *s)
{
	return -(s32)s->stack - 16;
}

struct kbpf_insn kbpf_may_goto_begin(const struct kbpf_subprog *s)
{
	return KBPF_ST_MEM(KBPF_DW, KBPF_R10, count_at(s), ROUNDS);
}

/* A register that callees may change and that nobody reads from here on, or -1. */
static int spare(const struct kbpf_verifier *v, u32 i)
{
	for (u32 r = KBPF_R0; r <= KBPF_R5; r++)
		if (!(v->info[i].live_regs & BIT(r)))
			return r;
	return -1;
}

u32 kbpf_may_goto_expand(const struct kbpf_verifier *v, u32 i, struct kbpf_insn *out)
{
	const struct kbpf_subprog *s = &v->subprogs[kbpf_cfg_func_of(v, i)];
	int free_reg = spare(v, i);
	bool save = free_reg < 0;
	u32 reg = save ? KBPF_R0 : free_reg, n = 0;

	if (save)
		out[n++] = KBPF_STX_MEM(KBPF_DW, KBPF_R10, reg, saved_at(s));
	out[n++] = KBPF_LDX_MEM(KBPF_DW, reg, KBPF_R10, count_at(s));
	out[n++] = KBPF_JMP_IMM(KBPF_JNE, reg, 0, save ? 2 : 1);
	if (save)
		out[n++] = KBPF_LDX_MEM(KBPF_DW, reg, KBPF_R10, saved_at(s));
	out[n++] = KBPF_JMP32_A(0);
	out[n++] = KBPF_ALU64_IMM(KBPF_SUB, reg, 1);
	out[n++] = KBPF_STX_MEM(KBPF_DW, KBPF_R10, reg, count_at(s));
	if (save)
		out[n++] = KBPF_LDX_MEM(KBPF_DW, reg, KBPF_R10, saved_at(s));
	return n;
}
