// SPDX-License-Identifier: GPL-2.0
/*
 * Decoding for the interpreter: every symbol becomes an address and every jump
 * a distance in steps, once, when the program is loaded. Also walks the call
 * graph for the stack it needs, so that no depth is checked at run time.
 */
#include "env.h"
#include "interp/interp.h"
#include "interp/step.h"

/* Number of the helper that is a tail call; executors do it themselves. */
#define HELPER_TAIL_CALL 12

struct decoder {
	struct kbpf_prog *prog;
	struct kbpf_icode *code;
	u32 *step_of;	/* by slot; of an lddw's second slot NO_STEP */
	bool *leader;	/* by step: jumped to, or called */
	u32 func;	/* that the slot being decoded is in */
};

#define NO_STEP U32_MAX

static u32 count_steps(struct decoder *d)
{
	const struct kbpf_prog *prog = d->prog;
	u32 slot, n = 0;

	for (slot = 0; slot < prog->len; slot++) {
		d->step_of[slot] = n++;
		if (kbpf_isa_is_lddw(&prog->insns[slot]) && slot + 1 < prog->len)
			d->step_of[++slot] = NO_STEP;
	}
	return n;
}

/* Bytes from the step of @slot to that @dist slots after it; -EINVAL outside. */
static int jump(struct decoder *d, u32 slot, s64 dist, s32 *off)
{
	s64 to = (s64)slot + 1 + dist;

	if (to < 0 || to >= d->prog->len || d->step_of[to] == NO_STEP)
		return -EINVAL;
	d->leader[d->step_of[to]] = true;
	*off = (s32)(d->step_of[to] - d->step_of[slot]) * (s32)sizeof(struct kbpf_step);
	return 0;
}

static int find_func(const struct kbpf_prog *prog, s64 start)
{
	u32 i;

	for (i = 0; i < prog->nr_funcs; i++)
		if (prog->funcs[i].start == start)
			return i;
	return -EINVAL;
}

static int decode_call(struct decoder *d, u32 slot, struct kbpf_step *step)
{
	const struct kbpf_insn *insn = &d->prog->insns[slot];

	if (insn->imm == HELPER_TAIL_CALL) {
		step->op = KBPF_STEP_TAIL_CALL;
		step->src = d->func > 0;
		step->prog = d->prog;
		return 0;
	}
	step->fn = kbpf_env_helper(insn->imm);
	step->off = insn->imm;
	return step->fn ? 0 : -EINVAL;
}

static int decode_call_func(struct decoder *d, u32 slot, struct kbpf_step *step)
{
	const struct kbpf_insn *insn = &d->prog->insns[slot];

	if (find_func(d->prog, (s64)slot + 1 + insn->imm) < 0)
		return -EINVAL;
	step->imm = d->prog->funcs[d->func].stack_depth;
	return jump(d, slot, insn->imm, &step->off);
}

static int decode_lddw(struct decoder *d, u32 slot, struct kbpf_step *step)
{
	const struct kbpf_prog *prog = d->prog;
	const struct kbpf_insn *insn = &prog->insns[slot];
	u32 index = insn->imm;
	u64 addr = 0;
	int err;

	switch (insn->src_reg) {
	case 0:
		addr = kbpf_isa_imm64(insn);
		break;
	case KBPF_PSEUDO_MAP_FD:
		if (index >= prog->nr_maps)
			return -EINVAL;
		addr = (u64)(unsigned long)prog->maps[index];
		break;
	case KBPF_PSEUDO_MAP_VALUE:
		if (index >= prog->nr_maps)
			return -EINVAL;
		err = kbpf_env_map_direct_addr(prog->maps[index], insn[1].imm, &addr);
		if (err)
			return err;
		break;
	case KBPF_PSEUDO_FUNC:
		if (index >= prog->nr_funcs)
			return -EINVAL;
		addr = (u64)(unsigned long)&prog->funcs[index];
		break;
	default:
		return -EINVAL;
	}
	step->op = insn->src_reg == KBPF_PSEUDO_MAP_FD ? KBPF_OP_LDDW_MAP_FD : KBPF_OP_LDDW;
	step->imm = addr;
	return 0;
}

static int decode_one(struct decoder *d, u32 slot, struct kbpf_step *step)
{
	const struct kbpf_insn *insn = &d->prog->insns[slot];
	enum kbpf_op op = kbpf_isa_op(insn);

	if (kbpf_isa_check(insn, d->prog->len - slot, KBPF_ISA_INTERNAL | KBPF_ISA_LAX))
		return -EINVAL;
	*step = (struct kbpf_step) {
		.op = op, .dst = insn->dst_reg, .src = insn->src_reg, .off = insn->off,
		.imm = insn->imm,
	};
	switch (op) {
	case KBPF_OP_JA32:
		step->op = KBPF_OP_JA;
		return jump(d, slot, insn->imm, &step->off);
	case KBPF_OP_CALL_KFUNC:
		step->op = KBPF_OP_CALL;
		fallthrough;
	case KBPF_OP_CALL:
		return decode_call(d, slot, step);
	case KBPF_OP_CALL_FUNC:
		return decode_call_func(d, slot, step);
	case KBPF_OP_LDABS_W:
	case KBPF_OP_LDABS_H:
	case KBPF_OP_LDABS_B:
	case KBPF_OP_LDIND_W:
	case KBPF_OP_LDIND_H:
	case KBPF_OP_LDIND_B:
	case KBPF_OP_MAY_GOTO:
		return -EINVAL;	/* the verifier writes them out */
	default:
		if (kbpf_isa_opcodes[op].off == KBPF_FIELD_J)
			return jump(d, slot, insn->off, &step->off);
		return kbpf_isa_is_lddw(insn) ? decode_lddw(d, slot, step) : 0;
	}
}

static int decode_all(struct decoder *d)
{
	struct kbpf_prog *prog = d->prog;
	struct kbpf_step *last;
	u32 slot;
	int err;

	for (slot = 0; slot < prog->len; slot++) {
		if (d->func + 1 < prog->nr_funcs && slot == prog->funcs[d->func + 1].start) {
			d->func++;
			d->leader[d->step_of[slot]] = true;
		}
		if (d->step_of[slot] == NO_STEP)
			continue;
		err = decode_one(d, slot, &d->code->steps[d->step_of[slot]]);
		if (err)
			return err;
		if (!(slot % 4096))
			cond_resched();
	}
	last = &d->code->steps[d->code->nr_steps - 1];
	return last->op == KBPF_OP_EXIT || last->op == KBPF_OP_JA ? 0 : -EINVAL;
}

/* ---- the call graph --------------------------------------------------------- */

struct depth {
	u16 stack;	/* bytes, of the deepest chain from here */
	u8 frames;	/* functions in it */
	u8 seen;	/* 1: being walked, 2: done */
	bool tails;	/* a function of some chain from here makes a tail call */
	u16 tail_stack;	/* bytes that the callers of such a function hold at most */
	u8 tail_frames;	/* such callers */
};

/* What @f needs grows by what its callee @callee does. */
static void add_callee(struct depth *d, const struct depth *callee, u32 stack)
{
	d->stack = max(d->stack, callee->stack);
	d->frames = max(d->frames, callee->frames);
	if (!callee->tails)
		return;
	d->tails = true;
	d->tail_stack = max_t(u32, d->tail_stack, callee->tail_stack + stack);
	d->tail_frames = max_t(u32, d->tail_frames, callee->tail_frames + 1);
}

/* Recurses at most KBPF_MAX_FRAMES deep. */
static int walk_calls(const struct kbpf_prog *prog, struct depth *depths, u32 f, u32 level)
{
	const struct kbpf_func *func = &prog->funcs[f];
	struct depth here = { .seen = 2 };
	int callee, err;
	u32 slot;

	if (depths[f].seen == 2)
		return 0;
	if (depths[f].seen || level >= KBPF_MAX_FRAMES)
		return -EINVAL;
	depths[f].seen = 1;
	for (slot = func->start; slot < func->end; slot++) {
		const struct kbpf_insn *insn = &prog->insns[slot];

		if (kbpf_isa_is_lddw(insn))
			slot++;
		here.tails |= kbpf_isa_op(insn) == KBPF_OP_CALL && insn->imm == HELPER_TAIL_CALL;
		if (kbpf_isa_op(insn) != KBPF_OP_CALL_FUNC)
			continue;
		callee = find_func(prog, (s64)slot + 1 + insn->imm);
		if (callee < 0)
			return callee;
		err = walk_calls(prog, depths, callee, level + 1);
		if (err)
			return err;
		add_callee(&here, &depths[callee], func->stack_depth);
	}
	if (here.stack + func->stack_depth > KBPF_STACK_SIZE || here.frames >= KBPF_MAX_FRAMES)
		return -EINVAL;
	here.stack += func->stack_depth;
	here.frames++;
	depths[f] = here;
	return 0;
}

static int measure_stack(struct decoder *d)
{
	struct kbpf_prog *prog = d->prog;
	struct kbpf_icode *code = d->code;
	struct depth *depths;
	u32 f;
	int err = 0;

	depths = kcalloc(prog->nr_funcs, sizeof(*depths), GFP_KERNEL);
	if (!depths)
		return -ENOMEM;
	for (f = 0; f < prog->nr_funcs && !err; f++) {
		err = prog->funcs[f].end <= prog->len ? walk_calls(prog, depths, f, 0) : -EINVAL;
		code->stack_need = max_t(u32, code->stack_need, depths[f].stack);
		code->frames_need = max_t(u32, code->frames_need, depths[f].frames);
		code->tail_stack = max_t(u32, code->tail_stack, depths[f].tail_stack);
		code->tail_frames = max_t(u32, code->tail_frames, depths[f].tail_frames);
	}
	kfree(depths);
	return err;
}

/* ---- public -------------------------------------------------------------------- */

static struct kbpf_icode *decode(struct decoder *d)
{
	u32 nr = count_steps(d);
	int err;

	d->code = kvzalloc(struct_size(d->code, steps, nr), GFP_KERNEL_ACCOUNT);
	if (!d->code)
		return ERR_PTR(-ENOMEM);
	d->code->nr_steps = nr;
	err = decode_all(d);
	if (!err)
		err = measure_stack(d);
	if (!err) {
		kbpf_interp_direct(d->code, d->leader);
		kbpf_interp_cache(d->code, d->leader);
		err = kbpf_interp_fuse(d->code);
	}
	if (!err)
		return d->code;
	kvfree(d->code);
	return ERR_PTR(err);
}

static void hand_over(const struct decoder *d)
{
	struct kbpf_prog *prog = d->prog;
	u32 f;

	for (f = 0; f < prog->nr_funcs; f++) {
		prog->funcs[f].prog = prog;
		prog->funcs[f].entry = &d->code->steps[d->step_of[prog->funcs[f].start]];
		prog->funcs[f].call = kbpf_interp_call;
	}
	prog->icode = d->code;
	prog->run = kbpf_interp_run;
	prog->tail = kbpf_interp_tail;
}

int kbpf_interp_prepare(struct kbpf_prog *prog)
{
	struct decoder d = { .prog = prog };
	int err = -ENOMEM;

	if (!prog->len || !prog->nr_funcs)
		return -EINVAL;
	d.step_of = kvmalloc_array(prog->len, sizeof(*d.step_of), GFP_KERNEL_ACCOUNT);
	d.leader = kvcalloc(prog->len, sizeof(*d.leader), GFP_KERNEL_ACCOUNT);
	if (d.step_of && d.leader)
		err = PTR_ERR_OR_ZERO(decode(&d));
	if (!err)
		hand_over(&d);
	kvfree(d.leader);
	kvfree(d.step_of);
	return err;
}

void kbpf_interp_free(struct kbpf_prog *prog)
{
	kvfree(prog->icode);
	prog->icode = NULL;
}
