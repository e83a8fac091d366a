// SPDX-License-Identifier: GPL-2.0
/*
 * Steps in a row that one handler does: what fused.def lists, so that a program
 * is done in the fewest handlers. Only the first of them changes; the others keep
 * their operations, so who jumps into the middle finds what was there. (What is
 * jumped to takes no operand from the step before, and so fits no row that wants
 * it to.)
 */
#include "interp/step.h"

#define MAX_FUSED 6

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
	KBPF_ROW_ARRAY_LOOKUP = KBPF_STEP_ARRAY_LOOKUP,
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
#define KBPF_FUSED6(a, b, c, d, e, f) \
	{ KBPF_STEP_##a##__##b##__##c##__##d##__##e##__##f, 6, \
	  { ROW(a), ROW(b), ROW(c), ROW(d), ROW(e), ROW(f) } },
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

/* What a handler costs, and an operand that it reads although it was at hand. */
enum { COST_HANDLER = 4, COST_READ = 1, COST_NO = 255 };

/* A row may read what a step has at hand: a step before it, or the row itself, stored that. */
static u32 cost(const struct row *row, const struct kbpf_step *step, u32 left)
{
	u32 i, sum = COST_HANDLER;

	if (row->nr > left)
		return COST_NO;
	for (i = 0; i < row->nr; i++) {
		if (row->ops[i] == step[i].op)
			continue;
		if (row->ops[i] != plain[step[i].op])
			return COST_NO;
		sum += COST_READ;
	}
	return sum;
}

/**
 * struct choice - what is best at a step
 * @rest: cost from here to the end
 * @op: what the step becomes
 */
struct choice {
	u32 rest;
	u16 op;
};

/* The best of @best and the rows of first operation @op, at step @i. */
static struct choice better(const struct index *x, u16 op, const struct kbpf_icode *code, u32 i,
			    const struct choice *choices, struct choice best)
{
	u32 k, sum;

	for (k = x->first[op]; k; k = x->next[k - 1]) {
		const struct row *row = &rows[k - 1];

		sum = cost(row, &code->steps[i], code->nr_steps - i);
		if (sum == COST_NO || sum + choices[i + row->nr].rest >= best.rest)
			continue;
		best.rest = sum + choices[i + row->nr].rest;
		best.op = row->op;
	}
	return best;
}

/* From the end, where what is behind a row is known; steps change when all are chosen. */
static void choose(const struct index *x, struct kbpf_icode *code, struct choice *choices)
{
	u32 i;

	for (i = code->nr_steps; i-- > 0;) {
		u16 op = code->steps[i].op;
		struct choice best = { COST_HANDLER + choices[i + 1].rest, op };

		best = better(x, op, code, i, choices, best);
		choices[i] = better(x, plain[op], code, i, choices, best);
		if (!(i % 1024))
			cond_resched();
	}
	for (i = 0; i < code->nr_steps; i++)
		code->steps[i].op = choices[i].op;
}

int kbpf_interp_fuse(struct kbpf_icode *code)
{
	struct choice *choices = kvcalloc(code->nr_steps + 1, sizeof(*choices), GFP_KERNEL);
	struct index *x = kzalloc(sizeof(*x), GFP_KERNEL);

	if (x && choices) {
		fill(x);
		choose(x, code, choices);
	}
	kfree(x);
	kvfree(choices);
	return x && choices ? 0 : -ENOMEM;
}
