// SPDX-License-Identifier: GPL-2.0
/*
 * Control flow before anything is known of values: where functions begin, that
 * jumps stay inside them, that all of it can be reached. Also the order in which
 * data-flow passes visit instructions, and the call graph's stack.
 */
#include "verifier/verifier.h"
#include "isa/opcode.h"
#include "helpers/proto.h"

static bool is_jump(const struct kbpf_insn *i)
{
	u8 class = KBPF_CLASS(i->code), op = KBPF_OP(i->code);

	return (class == KBPF_JMP || class == KBPF_JMP32) && op != KBPF_CALL && op != KBPF_EXIT;
}

static bool is_exit(const struct kbpf_insn *i)
{
	return i->code == (KBPF_JMP | KBPF_EXIT);
}

static bool is_always_jump(const struct kbpf_insn *i)
{
	return is_jump(i) && KBPF_OP(i->code) == KBPF_JA;
}

static bool is_subprog_call(const struct kbpf_insn *i)
{
	return i->code == (KBPF_JMP | KBPF_CALL) && i->src_reg == KBPF_PSEUDO_CALL;
}

static bool is_func_addr(const struct kbpf_insn *i)
{
	return kbpf_isa_is_lddw(i) && i->src_reg == KBPF_PSEUDO_FUNC;
}

/*
 * Loops that need not be seen to end: helpers that call functions of the program,
 * where each round comes back to the call, and what counts by itself.
 */
static bool comes_round(const struct kbpf_insn *i)
{
	const struct kbpf_proto *p = kbpf_proto_find(i->imm);

	if (i->code == (KBPF_JMP | KBPF_JCOND))
		return true;
	return i->code == (KBPF_JMP | KBPF_CALL) && !i->src_reg && kbpf_callback_arg(p) >= 0;
}

static bool calls_function(const struct kbpf_insn *i)
{
	return i->code == (KBPF_JMP | KBPF_CALL) && i->src_reg == KBPF_PSEUDO_CALL;
}

/* Slots of the instruction at a slot. */
static u32 slots(const struct kbpf_insn *i)
{
	return kbpf_isa_is_lddw(i) ? 2 : 1;
}

static int check_legal(struct kbpf_verifier *v)
{
	enum kbpf_isa_fault fault;

	for (u32 i = 0; i < v->len; i += slots(&v->insns[i])) {
		v->insn = i;
		fault = kbpf_isa_check(&v->insns[i], v->len - i, 0);
		if (fault)
			return refuse(v, insn_illegal, -1, .what = kbpf_isa_fault_text(fault));
		if (kbpf_isa_is_lddw(&v->insns[i]))
			v->info[i + 1].flags |= KBPF_INFO_SECOND;
	}
	return 0;
}

int kbpf_cfg_find(const struct kbpf_verifier *v, u32 start)
{
	u32 lo = 0, hi = v->nr_subprogs;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (v->subprogs[mid].start == start)
			return mid;
		if (v->subprogs[mid].start < start)
			lo = mid + 1;
		else
			hi = mid;
	}
	return -1;
}

u32 kbpf_cfg_func_of(const struct kbpf_verifier *v, u32 insn)
{
	u32 f = 0;

	while (f + 1 < v->nr_subprogs && v->subprogs[f + 1].start <= insn)
		f++;
	return f;
}

static int add_subprog(struct kbpf_verifier *v, s64 start)
{
	u32 at;

	if (start < 0 || start >= v->len || (v->info[start].flags & KBPF_INFO_SECOND))
		return refuse(v, call_target, -1, .n = start);
	if (kbpf_cfg_find(v, start) >= 0)
		return 0;
	if (v->nr_subprogs == KBPF_MAX_SUBPROGS)
		return refuse(v, too_many_subprogs, -1, .limit = KBPF_MAX_SUBPROGS);
	for (at = v->nr_subprogs++; at && v->subprogs[at - 1].start > start; at--)
		v->subprogs[at] = v->subprogs[at - 1];
	v->subprogs[at] = (struct kbpf_subprog){ .start = start };
	return 0;
}

static int find_subprogs(struct kbpf_verifier *v)
{
	int err = add_subprog(v, 0);

	for (u32 i = 0; i < v->len && !err; i += slots(&v->insns[i])) {
		v->insn = i;
		if (is_subprog_call(&v->insns[i]) || is_func_addr(&v->insns[i]))
			err = add_subprog(v, (s64)i + 1 + v->insns[i].imm);
	}
	if (err)
		return err;
	for (u32 i = 0; i < v->len; i += slots(&v->insns[i]))
		if (is_func_addr(&v->insns[i]))
			v->subprogs[kbpf_cfg_find(v, i + 1 + v->insns[i].imm)].is_callback = true;
	for (u32 f = 0; f < v->nr_subprogs; f++)
		v->subprogs[f].end = f + 1 < v->nr_subprogs ? v->subprogs[f + 1].start : v->len;
	return 0;
}

static int check_jump(struct kbpf_verifier *v, const struct kbpf_subprog *f, u32 i)
{
	const struct kbpf_insn *insn = &v->insns[i];
	s64 to = (s64)i + 1 + (insn->code == (KBPF_JMP32 | KBPF_JA) ? insn->imm : insn->off);

	if (to < f->start || to >= f->end)
		return refuse(v, jump_out, -1, .at = f->start, .limit = f->end - 1, .n = to);
	if (v->info[to].flags & KBPF_INFO_SECOND)
		return refuse(v, jump_into, -1, .n = to);
	return 0;
}

static int check_jumps(struct kbpf_verifier *v, const struct kbpf_subprog *f)
{
	u32 last = f->start;
	int err;

	for (u32 i = f->start; i < f->end; i += slots(&v->insns[i])) {
		v->insn = i;
		last = i;
		if (!is_jump(&v->insns[i]))
			continue;
		err = check_jump(v, f, i);
		if (err)
			return err;
	}
	v->insn = last;
	if (!is_exit(&v->insns[last]) && !is_always_jump(&v->insns[last]))
		return refuse(v, falls_off, -1);
	return 0;
}

u32 kbpf_cfg_successors(const struct kbpf_verifier *v, u32 insn, u32 next[2])
{
	const struct kbpf_insn *i = &v->insns[insn];

	if (is_exit(i))
		return 0;
	if (!is_jump(i)) {
		next[0] = insn + slots(i);
		return 1;
	}
	if (is_always_jump(i)) {
		next[0] = kbpf_cfg_target(v->insns, insn);
		return 1;
	}
	next[0] = insn + 1;
	next[1] = kbpf_cfg_target(v->insns, insn);
	return 2;
}

/* What the walk below has seen of a slot. */
enum { UNSEEN, ON_THE_WAY, DONE };

/*
 * Depth-first walk of a function. @stack holds slots under way with the number
 * of their successor to try next in @tried.
 */
static void walk(struct kbpf_verifier *v, u32 start, u32 *stack, u8 *tried, u8 *seen)
{
	u32 depth = 0, next[2], n, to;

	stack[depth++] = start;
	seen[start] = ON_THE_WAY;
	tried[start] = 0;
	while (depth) {
		u32 i = stack[depth - 1];

		n = kbpf_cfg_successors(v, i, next);
		if (tried[i] == n) {
			seen[i] = DONE;
			v->order[v->nr_order++] = i;
			depth--;
			continue;
		}
		to = next[tried[i]++];
		if (seen[to]) {
			v->info[to].flags |= KBPF_INFO_JOIN;
			v->goes_back |= seen[to] == ON_THE_WAY;
			continue;
		}
		seen[to] = ON_THE_WAY;
		tried[to] = 0;
		stack[depth++] = to;
	}
}

static int check_reachable(struct kbpf_verifier *v)
{
	u32 *stack = kvmalloc_array(v->len, sizeof(*stack), GFP_KERNEL);
	u8 *marks = kvcalloc(v->len, 2, GFP_KERNEL);
	int err = -ENOMEM;

	if (!stack || !marks)
		goto out;
	v->goes_back = v->nr_subprogs > 1;
	for (u32 f = 0; f < v->nr_subprogs; f++)
		walk(v, v->subprogs[f].start, stack, marks, marks + v->len);
	for (u32 i = 0; i < v->len; i += slots(&v->insns[i])) {
		if (comes_round(&v->insns[i]))
			v->info[i].flags |= KBPF_INFO_JOIN | KBPF_INFO_ROUNDS;
		/* the paths through a function meet where it returns to */
		if (calls_function(&v->insns[i]) && i + 1 < v->len)
			v->info[i + 1].flags |= KBPF_INFO_JOIN;
	}
	err = 0;
	for (u32 i = 0; i < v->len && !err; i += slots(&v->insns[i])) {
		v->insn = i;
		if (!marks[v->len + i])
			err = refuse(v, unreachable, -1);
	}
out:
	kvfree(stack);
	kvfree(marks);
	return err;
}

static int check_func_info(struct kbpf_verifier *v)
{
	const struct kbpf_prog *p = v->prog;

	v->insn = 0;
	if (!p->nr_func_info)
		return 0;
	if (p->nr_func_info != v->nr_subprogs)
		return refuse(v, func_info, -1, .limit = v->nr_subprogs, .n = p->nr_func_info);
	for (u32 f = 0; f < v->nr_subprogs; f++)
		if (p->func_info[f].insn_off != v->subprogs[f].start)
			return refuse(v, func_info_at, -1, .n = f, .limit = v->subprogs[f].start,
				      .at = p->func_info[f].insn_off);
	return 0;
}

static int check_line_info(struct kbpf_verifier *v)
{
	const struct kbpf_prog *p = v->prog;

	for (u32 i = 0; i < p->nr_line_info; i++) {
		u32 at = p->line_info[i].insn_off;

		if (at >= v->len || (i && at <= p->line_info[i - 1].insn_off))
			return refuse(v, line_info, -1, .n = i, .limit = v->len, .at = at);
		if (v->info[at].flags & KBPF_INFO_SECOND)
			return refuse(v, line_info_none, -1, .n = i, .at = at);
	}
	return 0;
}

int kbpf_cfg_check(struct kbpf_verifier *v)
{
	int err = check_legal(v);

	if (!err)
		err = check_line_info(v);
	if (!err)
		err = find_subprogs(v);
	if (!err)
		err = check_func_info(v);
	for (u32 f = 0; f < v->nr_subprogs && !err; f++)
		err = check_jumps(v, &v->subprogs[f]);
	if (!err)
		err = check_reachable(v);
	return err;
}

/* Stack and frames of the deepest chain of calls from a function. */
struct chain {
	u32 stack;
	u32 frames;
	u8 state;	/* 0 new, 1 under way, 2 done */
	bool tails;	/* a function of some chain makes a tail call */
	u32 tail_stack;	/* what the functions from here to its caller hold at most */
};

/* As Linux: of the callers of a function that makes a tail call, each frame rounded up. */
#define TAIL_STACK_MAX	256
#define TAIL_STACK_GRAIN	16

static u32 stack_of(const struct kbpf_subprog *f)
{
	return f->stack + kbpf_may_goto_stack(f);
}

/* The call at @insn, which has been walked, takes what the callee's tail calls need. */
static int measure_tails(struct kbpf_verifier *v, struct chain *c, const struct kbpf_subprog *f,
			 const struct chain *callee, const struct kbpf_insn *insn)
{
	u32 held = round_up(stack_of(f), TAIL_STACK_GRAIN) + callee->tail_stack;

	if (!callee->tails)
		return 0;
	if (is_func_addr(insn))
		return refuse(v, tail_call_callback, -1);
	if (held >= TAIL_STACK_MAX)
		return refuse(v, tail_call_stack, -1, .limit = TAIL_STACK_MAX, .n = held);
	c->tails = true;
	c->tail_stack = max(c->tail_stack, held);
	return 0;
}

static int measure(struct kbpf_verifier *v, struct chain *chains, u32 func, u32 depth)
{
	struct kbpf_subprog *f = &v->subprogs[func];
	struct chain *c = &chains[func];
	u32 stack = 0, frames = 0;
	int callee, err;

	c->state = 1;
	c->tails = f->has_tail_call;
	for (u32 i = f->start; i < f->end; i++) {
		if (!(v->info[i].flags & KBPF_INFO_SEEN))
			continue;
		if (!is_subprog_call(&v->insns[i]) && !is_func_addr(&v->insns[i]))
			continue;
		callee = kbpf_cfg_find(v, i + 1 + v->insns[i].imm);
		v->insn = i;
		if (chains[callee].state == 1)
			return refuse(v, recursion, -1);
		/* the recursion here is bounded with the chain itself */
		if (depth + 1 < KBPF_MAX_FRAMES && !chains[callee].state) {
			err = measure(v, chains, callee, depth + 1);
			if (err)
				return err;
		}
		v->insn = i;
		if (chains[callee].stack > stack) {
			stack = chains[callee].stack;
			f->deepest = callee;
		}
		frames = max(frames, chains[callee].frames);
		err = measure_tails(v, c, f, &chains[callee], &v->insns[i]);
		if (err)
			return err;
		if (frames + 1 > KBPF_MAX_FRAMES || depth + 1 >= KBPF_MAX_FRAMES)
			return refuse(v, call_depth, -1, .limit = KBPF_MAX_FRAMES, .n = frames + 1);
	}
	c->stack = stack + stack_of(f);
	c->frames = frames + 1;
	c->state = 2;
	return 0;
}

int kbpf_cfg_check_stack(struct kbpf_verifier *v)
{
	struct chain *chains = kcalloc(v->nr_subprogs, sizeof(*chains), GFP_KERNEL);
	int err;

	if (!chains)
		return -ENOMEM;
	err = measure(v, chains, 0, 0);
	if (!err && chains[0].stack > KBPF_STACK_SIZE) {
		v->insn = 0;
		err = refuse(v, stack_depth, -1, .limit = KBPF_STACK_SIZE, .n = chains[0].stack);
	}
	kfree(chains);
	return err;
}
