// SPDX-License-Identifier: GPL-2.0
/*
 * Steps in a row that one handler does: what fused.def lists, the longest that
 * fits. Only the first of them changes; the others keep their operations, so who
 * jumps into the middle finds what was there. (What is jumped to takes no operand
 * from the step before, and so fits no row that wants it to.)
 */
#include "interp/step.h"

#define MAX_FUSED 5

/**
 * struct row - a row of fused.def
 * @op: what the first step becomes
 * @nr: steps that it stands for
 * @ops: their operations
 */
struct row {
	u16 op;
	u16 nr;
	u16 ops[MAX_FUSED];
};

enum {
#define KBPF_OPCODE(name, ...) KBPF_ROW_##name = KBPF_OP_##name,
#include "isa/opcode.def"
#define FORM(op, operand) KBPF_ROW_##op##_##operand = KBPF_STEP_##op##_##operand,
	KBPF_STEP_FORMS
#undef FORM
};

static const struct row rows[] = {
#define ROW(name) KBPF_ROW_##name
#define KBPF_FUSED2(a, b) { KBPF_STEP_##a##__##b, 2, { ROW(a), ROW(b) } },
#define KBPF_FUSED3(a, b, c) \
	{ KBPF_STEP_##a##__##b##__##c, 3, { ROW(a), ROW(b), ROW(c) } },
#define KBPF_FUSED4(a, b, c, d) \
	{ KBPF_STEP_##a##__##b##__##c##__##d, 4, { ROW(a), ROW(b), ROW(c), ROW(d) } },
#define KBPF_FUSED5(a, b, c, d, e) \
	{ KBPF_STEP_##a##__##b##__##c##__##d##__##e, 5, \
	  { ROW(a), ROW(b), ROW(c), ROW(d), ROW(e) } },
#include "interp/fused.def"
};

/* By form, the operation that reads all its operands. */
static const u16 plain[KBPF_STEP_UNFUSED] = {
#define FORM(op, operand) [KBPF_STEP_##op##_##operand] = KBPF_OP_##op,
	KBPF_STEP_FORMS
#undef FORM
};

/* A first step may read from where its row does not: what it reads is there, too. */
static bool fits(const struct row *row, const struct kbpf_step *step, u32 left)
{
	u32 i;

	if (row->nr > left || (row->ops[0] != step->op && row->ops[0] != plain[step->op]))
		return false;
	for (i = 1; i < row->nr; i++)
		if (row->ops[i] != step[i].op)
			return false;
	return true;
}

void kbpf_interp_fuse(struct kbpf_icode *code)
{
	u32 i, k;

	for (i = 0; i < code->nr_steps; i++) {
		struct kbpf_step *step = &code->steps[i];
		const struct row *best = NULL;

		for (k = 0; k < ARRAY_SIZE(rows); k++)
			if ((!best || rows[k].nr > best->nr) &&
			    fits(&rows[k], step, code->nr_steps - i))
				best = &rows[k];
		if (best)
			step->op = best->op;
		if (!(i % 1024))
			cond_resched();
	}
}
