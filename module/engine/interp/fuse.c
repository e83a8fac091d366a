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

/**
 * struct index - rows by their first operation
 * @first: by operation: its first row's number plus 1
 * @next: by row: the next with the same, plus 1
 */
struct index {
	u16 first[KBPF_STEP_UNFUSED];
	u16 next[ARRAY_SIZE(rows)];
};

static void fill(struct index *x)
{
	u32 k;

	for (k = ARRAY_SIZE(rows); k-- > 0;) {
		u16 *first = &x->first[rows[k].ops[0]];

		x->next[k] = *first;
		*first = k + 1;
	}
}

static bool fits(const struct row *row, const struct kbpf_step *step, u32 left)
{
	u32 i;

	if (row->nr > left)
		return false;
	for (i = 1; i < row->nr; i++)
		if (row->ops[i] != step[i].op)
			return false;
	return true;
}

/* The longest of @best and the rows of first operation @op. */
static const struct row *longest(const struct index *x, u16 op, const struct kbpf_step *step,
				 u32 left, const struct row *best)
{
	u32 k;

	for (k = x->first[op]; k; k = x->next[k - 1]) {
		const struct row *row = &rows[k - 1];

		if ((!best || row->nr > best->nr) && fits(row, step, left))
			best = row;
	}
	return best;
}

int kbpf_interp_fuse(struct kbpf_icode *code)
{
	struct index *x = kzalloc(sizeof(*x), GFP_KERNEL);
	u32 i;

	if (!x)
		return -ENOMEM;
	fill(x);
	for (i = 0; i < code->nr_steps; i++) {
		struct kbpf_step *step = &code->steps[i];
		u32 left = code->nr_steps - i;
		const struct row *best = longest(x, step->op, step, left, NULL);

		/* A first step may read from where its row does not: what it reads is there, too. */
		best = longest(x, plain[step->op], step, left, best);
		if (best)
			step->op = best->op;
		if (!(i % 1024))
			cond_resched();
	}
	kfree(x);
	return 0;
}
