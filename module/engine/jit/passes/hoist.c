// SPDX-License-Identifier: GPL-2.0
/*
 * Constants of 64 bits that loops load again and again, mostly addresses of map
 * values, live in registers that BPF does not have. Constants near each other
 * share one.
 *
 * Needs of the verifier: nothing. Vector: jit_hoist_callee_keeps.
 */
#include "jit/passes/pass.h"

#define MAX_GROUPS 16
#define MAX_DEPTH 3
/* so that differences, and offsets added to them, fit a displacement */
#define NEAR (1LL << 30)

/**
 * struct group - constants that one register serves
 * @imm: what it would hold
 * @weight: how often they are loaded, loops counted ten times
 */
struct group {
	s64 imm;
	u32 weight;
};

static bool is_long(const struct kbpf_jit_op *op)
{
	return op->kind == JIT_IMM && op->imm != (s32)op->imm && op->imm != (s64)(u32)op->imm;
}

/* An array lookup has its array's address in it. */
static bool wants(const struct kbpf_jit_ir *ir, const struct kbpf_jit_op *op, s64 *imm)
{
	if (op->kind == JIT_LOOKUP && op->bk == JIT_B_NONE) {
		*imm = ir->lookups[op->imm].base;
		return true;
	}
	*imm = op->imm;
	return is_long(op);
}

static bool is_near(s64 a, s64 b)
{
	s64 diff;

	return !check_sub_overflow(a, b, &diff) && diff > -NEAR && diff < NEAR;
}

static void count(struct group *groups, s64 imm, u32 depth)
{
	u32 weight = 1;

	for (u32 i = 0; i < min_t(u32, depth, MAX_DEPTH); i++)
		weight *= 10;
	for (u32 i = 0; i < MAX_GROUPS; i++) {
		if (groups[i].weight && !is_near(groups[i].imm, imm))
			continue;
		if (!groups[i].weight)
			groups[i].imm = imm;
		groups[i].weight += weight;
		return;
	}
}

/* How many loops each operation of a function is in: a loop is what a jump back spans. */
static void find_depths(const struct kbpf_jit_ir *ir, const struct kbpf_jit_fn *fn, s32 *depth)
{
	memset(depth, 0, (fn->end - fn->first + 1) * sizeof(*depth));
	for (u32 i = fn->first; i < fn->end; i++) {
		const struct kbpf_jit_op *op = &ir->ops[i];

		if ((op->kind != JIT_JMP && op->kind != JIT_JCC) || op->target > i)
			continue;
		depth[op->target - fn->first]++;
		depth[i + 1 - fn->first]--;
	}
	for (u32 i = 1; i < fn->end - fn->first; i++)
		depth[i] += depth[i - 1];
}

static struct group *heaviest(struct group *groups)
{
	struct group *best = &groups[0];

	for (u32 i = 1; i < MAX_GROUPS; i++)
		if (groups[i].weight > best->weight)
			best = &groups[i];
	return best;
}

static bool has_calls(const struct kbpf_jit_ir *ir, const struct kbpf_jit_fn *fn)
{
	for (u32 i = fn->first; i < fn->end; i++)
		if (kbpf_jit_writes(&ir->ops[i]) & JIT_BIT(JIT_X0))
			return true;
	return false;
}

static void use(struct kbpf_jit_ir *ir, struct kbpf_jit_fn *fn, u8 reg, s64 imm)
{
	for (u32 i = fn->first; i < fn->end; i++) {
		struct kbpf_jit_op *op = &ir->ops[i];
		s64 want;

		if (!wants(ir, op, &want) || !is_near(want, imm))
			continue;
		op->w = true;
		if (op->kind == JIT_LOOKUP) {
			op->bk = JIT_B_REG;
			op->b = reg;
			op->mem2 = want - imm;
		} else if (want == imm) {
			op->kind = JIT_MOV;
			op->bk = JIT_B_REG;
			op->b = reg;
		} else {
			op->kind = JIT_LEA;
			op->mem.base = reg;
			op->mem.disp = op->imm - imm;
		}
	}
	fn->fixed[fn->nr_fixed].reg = reg;
	fn->fixed[fn->nr_fixed].imm = imm;
	fn->nr_fixed++;
}

static void hoist(struct kbpf_jit_ir *ir, struct kbpf_jit_fn *fn, s32 *depth)
{
	struct group groups[MAX_GROUPS] = {}, *g;
	bool calls = has_calls(ir, fn);
	s64 imm;

	find_depths(ir, fn, depth);
	for (u32 i = fn->first; i < fn->end; i++)
		if (depth[i - fn->first] > 0 && wants(ir, &ir->ops[i], &imm))
			count(groups, imm, depth[i - fn->first]);
	/* the register that needs no saving first */
	for (u8 reg = calls ? JIT_X1 : JIT_X0; reg <= JIT_X1; reg++) {
		g = heaviest(groups);
		if (!g->weight)
			return;
		use(ir, fn, reg, g->imm);
		g->weight = 0;
	}
}

int kbpf_jit_pass_hoist(struct kbpf_jit_ir *ir)
{
	s32 *depth = kvmalloc_array(ir->nr + 1, sizeof(*depth), GFP_KERNEL);

	if (!depth)
		return -ENOMEM;
	for (u32 f = 0; f < ir->nr_fns; f++)
		hoist(ir, &ir->fns[f], depth);
	kvfree(depth);
	return 1;
}
