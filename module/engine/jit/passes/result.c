// SPDX-License-Identifier: GPL-2.0
/*
 * Results are computed where they are wanted: "t = a + b; d = t" is "d = a + b"
 * when nobody else reads t.
 *
 * Needs of the verifier: nothing. Vectors: jit_result_read_later,
 * jit_result_read_between, jit_result_place_is_read, jit_result_other_path,
 * jit_result_upper_half.
 */
#include "jit/passes/pass.h"

#define NOWHERE U32_MAX

/**
 * struct line - what happened on a straight line
 * @made: by register: the operation that computed it, and that may as well write
 *	another, if nobody has read it since; or NOWHERE
 * @last: by register: the last operation that read or wrote it, plus 1
 */
struct line {
	u32 made[JIT_REGS];
	u32 last[JIT_REGS];
};

/* Does it write its destination and nothing else, whatever register that is? */
static bool may_write_another(const struct kbpf_jit_op *op)
{
	switch (op->kind) {
	case JIT_IMM:
	case JIT_ZX:
	case JIT_SX:
	case JIT_ALU:
	case JIT_LEA:
	case JIT_LOAD:
	case JIT_SETCC:
		return true;
	default:
		return false;
	}
}

static void forget(struct line *line)
{
	memset(line->made, 0xff, sizeof(line->made));
}

/* Operation @i moves a result: then that is computed in its place. Return: so it was. */
static bool place(struct kbpf_jit_ir *ir, struct line *line, u32 i)
{
	struct kbpf_jit_op *op = &ir->ops[i], *from;
	u32 made;

	if (!kbpf_jit_is_move(op) || op->bk != JIT_B_REG || op->b == op->dst ||
	    (op->live & JIT_BIT(op->b)))
		return false;
	made = line->made[op->b];
	if (made == NOWHERE || line->last[op->dst] > made + 1)
		return false;
	from = &ir->ops[made];
	if (op->kind == JIT_ZX && !kbpf_jit_zeroes_upper(from, 0))
		return false;
	from->dst = op->dst;
	line->made[op->b] = NOWHERE;
	line->made[op->dst] = made;
	line->last[op->dst] = i + 1;
	op->kind = JIT_NOP;
	op->dst = JIT_NONE;
	return true;
}

static void note(const struct kbpf_jit_ir *ir, struct line *line, u32 i)
{
	const struct kbpf_jit_op *op = &ir->ops[i];
	u16 reads = kbpf_jit_reads(ir, op), writes = kbpf_jit_writes(op), regs;

	for (regs = reads | writes; regs; regs &= regs - 1) {
		line->made[__ffs(regs)] = NOWHERE;
		line->last[__ffs(regs)] = i + 1;
	}
	if (may_write_another(op))
		line->made[op->dst] = i;
}

int kbpf_jit_pass_result(struct kbpf_jit_ir *ir)
{
	struct line line = {};
	bool changed = false;

	kbpf_jit_live_again(ir);
	for (u32 i = 0; i < ir->nr; i++) {
		struct kbpf_jit_op *op = &ir->ops[i];

		if (op->leader)
			forget(&line);
		if (op->kind == JIT_NOP)
			continue;
		if (place(ir, &line, i)) {
			changed = true;
			continue;
		}
		note(ir, &line, i);
		if (kbpf_jit_branches(op))
			forget(&line);
	}
	return changed;
}
