// SPDX-License-Identifier: GPL-2.0
/*
 * Which of the branches that the path took matter for its refusal, and what each
 * of them tested. A branch matters if by its other side the refused instruction
 * need not be reached, or would be reached with another value.
 */
#include "verifier/explain.h"
#include "helpers/kfunc.h"
#include "helpers/proto.h"

#define MAX_SHOWN	6	/* branches, the last ones */
#define MAX_ASKED	64	/* branches that are looked at */

/* Looking for what matters. */
struct look {
	const struct kbpf_verifier *v;
	const struct kbpf_history *h;
	const struct kbpf_origin *o;
	u32 *todo;	/* slots to look at */
	u8 *seen;
	u8 *asked;	/* branches that were looked at, in a later round */
};

static bool is_branch(const struct kbpf_insn *insn)
{
	u8 class = KBPF_CLASS(insn->code), op = KBPF_OP(insn->code);

	return (class == KBPF_JMP || class == KBPF_JMP32) && op != KBPF_CALL && op != KBPF_EXIT &&
	       op != KBPF_JA;
}

/* Does the call take something that has to be given back, or give it back? */
static bool takes_or_gives(const struct kbpf_verifier *v, u32 insn)
{
	const struct kbpf_proto *p = kbpf_proto_find(kbpf_call_id(v, insn));

	if (!p)
		return false;
	switch (p->args[0]) {
	case KBPF_ARG_RECORD:
	case KBPF_ARG_DYNPTR_RELEASE:
	case KBPF_ARG_OBJECT_RELEASE:
	case KBPF_ARG_SPIN_LOCK:
	case KBPF_ARG_ITER_NEW:
	case KBPF_ARG_ITER_DESTROY:
		return true;
	}
	return p->ret == KBPF_RET_RECORD_OR_NULL || p->ret == KBPF_RET_OBJECT_OR_NULL ||
	       p->id == KBPF_KFUNC_rcu_read_lock || p->id == KBPF_KFUNC_rcu_read_unlock;
}

/* Might the value, or what is held, be another behind this instruction? */
static bool changes(const struct look *l, u32 insn)
{
	const struct kbpf_insn *i = &l->v->insns[insn];
	u8 class = KBPF_CLASS(i->code);

	if (class == KBPF_JMP && KBPF_OP(i->code) == KBPF_CALL)
		return !l->o->regs ? i->src_reg != KBPF_PSEUDO_CALL && takes_or_gives(l->v, insn) : l->o->regs & 1;
	if (class == KBPF_ALU || class == KBPF_ALU64 || class == KBPF_LDX || class == KBPF_LD)
		return l->o->regs & (1U << i->dst_reg);
	return false;
}

static void visit(struct look *l, u32 insn, u32 *nr)
{
	if (l->seen[insn])
		return;
	l->seen[insn] = 1;
	l->todo[(*nr)++] = insn;
}

/* Does control that is at @from come to the function's end, or to a change, without @goal? */
static bool differs(struct look *l, u32 from, u32 goal)
{
	u32 next[2], n, nr = 0;

	memset(l->seen, 0, l->v->len);
	visit(l, from, &nr);
	while (nr) {
		u32 insn = l->todo[--nr];

		if (insn == goal)
			continue;
		if (changes(l, insn))
			return true;
		n = kbpf_cfg_successors(l->v, insn, next);
		if (!n)
			return true;
		while (n--)
			visit(l, next[n], &nr);
	}
	return false;
}

/* The instruction of a frame that the path is at in the end; -1: the frame is left. */
static s64 goal_of(const struct look *l, u32 step)
{
	u32 frame = kbpf_history_step(l->h, step)->frame;

	for (u32 i = l->h->nr; i-- > step; ) {
		const struct kbpf_step *s = kbpf_history_step(l->h, i);

		if (s->frame == frame)
			return s->insn;
		if (s->frame < frame)
			return -1;
	}
	return -1;
}

static bool jumped(const struct look *l, u32 step)
{
	const struct kbpf_step *s = kbpf_history_step(l->h, step);

	return kbpf_history_step(l->h, step + 1)->insn == kbpf_cfg_target(l->v->insns, s->insn);
}

/* Was the value made behind the branch, in an instruction that the other side need not pass? */
static bool made_here(struct look *l, u32 step, u32 from, u32 goal)
{
	const struct kbpf_step *made;
	u32 next[2], n, nr = 0;

	if (!l->o->nr || l->o->notes[0].step <= step)
		return false;
	made = kbpf_history_step(l->h, l->o->notes[0].step);
	if (made->frame != kbpf_history_step(l->h, step)->frame || made->insn == goal)
		return false;
	memset(l->seen, 0, l->v->len);
	l->seen[made->insn] = 1;
	visit(l, from, &nr);
	while (nr) {
		u32 insn = l->todo[--nr];

		if (insn == goal)
			return true;
		n = kbpf_cfg_successors(l->v, insn, next);
		while (n--)
			visit(l, next[n], &nr);
	}
	return false;
}

static bool matters(struct look *l, u32 step)
{
	const struct kbpf_step *s = kbpf_history_step(l->h, step);
	s64 goal;
	u32 other;

	if (!is_branch(&l->v->insns[s->insn]))
		return false;
	goal = goal_of(l, step);
	if (goal < 0)
		return false;
	other = jumped(l, step) ? s->insn + 1 : kbpf_cfg_target(l->v->insns, s->insn);
	return differs(l, other, goal) || made_here(l, step, other, goal);
}

/* ---- in words --------------------------------------------------------------------------- */

/* Comparisons as C has them, if the jump is taken and if it is not. */
static const char *sign(u8 code, bool taken)
{
	static const char *const signs[16][2] = {
		[KBPF_JEQ >> 4] = { "!=", "==" },  [KBPF_JNE >> 4] = { "==", "!=" },
		[KBPF_JGT >> 4] = { "<=", ">" },   [KBPF_JGE >> 4] = { "<", ">=" },
		[KBPF_JLT >> 4] = { ">=", "<" },   [KBPF_JLE >> 4] = { ">", "<=" },
		[KBPF_JSGT >> 4] = { "<=", ">" },  [KBPF_JSGE >> 4] = { "<", ">=" },
		[KBPF_JSLT >> 4] = { ">=", "<" },  [KBPF_JSLE >> 4] = { ">", "<=" },
	};

	return signs[KBPF_OP(code) >> 4][taken];
}

static void say_operand(const struct look *l, u32 step, u32 reg, struct kbpf_text *t)
{
	struct kbpf_origin *o = kmalloc(sizeof(*o), GFP_KERNEL);

	if (o)
		kbpf_origin_find(l->v, l->h, step, reg, false, o);
	if (o && o->name[0])
		kbpf_put(t, "%s", o->name);
	else
		kbpf_put(t, "R%u", reg);
	kfree(o);
}

static void say_condition(const struct look *l, u32 step, struct kbpf_text *t)
{
	const struct kbpf_step *s = kbpf_history_step(l->h, step);
	const struct kbpf_insn *insn = &l->v->insns[s->insn];
	bool set = KBPF_OP(insn->code) == KBPF_JSET, taken = jumped(l, step);

	if (KBPF_OP(insn->code) == KBPF_JCOND) {
		kbpf_put(t, taken ? " (may_goto ends)" : " (may_goto goes on)");
		return;
	}
	kbpf_put(t, set ? " ((" : " (");
	say_operand(l, step, insn->dst_reg, t);
	kbpf_put(t, " %s ", set ? "&" : sign(insn->code, taken));
	if (KBPF_SRC(insn->code) == KBPF_K && s->type > KBPF_V_SCALAR && !insn->imm)
		kbpf_put(t, "NULL");
	else if (KBPF_SRC(insn->code) == KBPF_K)
		kbpf_put(t, insn->imm > 0xffff ? "0x%x" : "%d", insn->imm);
	else if (s->constant)
		kbpf_put(t, "%d", s->off);
	else
		say_operand(l, step, insn->src_reg, t);
	if (set)
		kbpf_put(t, taken ? ") != 0" : ") == 0");
	kbpf_put(t, ")");
}

static void say_place(const struct kbpf_verifier *v, u32 insn, bool first, struct kbpf_text *t)
{
	char place[24], *number = place;

	kbpf_source_place(v, insn, place, sizeof(place));
	if (!first && strchr(place, ' '))
		number = strchr(place, ' ') + 1;
	kbpf_put(t, "%s%s", first ? "" : " -> ", number);
}

/* The branches that matter, the last of them: steps into @shown. Of a loop's, the last round's. */
static u32 choose(struct look *l, u32 *shown)
{
	u32 nr = 0, asked = 0;

	for (u32 i = l->h->nr - 1; i-- > kbpf_history_first(l->h); ) {
		const struct kbpf_step *s = kbpf_history_step(l->h, i);

		if (!s->forked || l->asked[s->insn])
			continue;
		if (nr == MAX_SHOWN || asked++ == MAX_ASKED)
			break;
		l->asked[s->insn] = 1;
		if (matters(l, i))
			shown[nr++] = i;
		cond_resched();
	}
	return nr;
}

/* Is what was put since @before what stood in front of it already? */
static bool ends_twice(const struct kbpf_text *t, u32 before)
{
	u32 len = t->pos - before, skip = strlen(" -> ");

	/* the first says "line" where others have an arrow */
	if (!before || len <= skip || before < len - skip)
		return false;
	return !memcmp(t->buf + before + skip, t->buf + before - (len - skip), len - skip);
}

void kbpf_path_say(const struct kbpf_verifier *v, const struct kbpf_history *h,
		   const struct kbpf_origin *o, struct kbpf_text *t)
{
	struct look l = { .v = v, .h = h, .o = o };
	u32 shown[MAX_SHOWN], nr;

	l.todo = kvmalloc_array(v->len, sizeof(*l.todo), GFP_KERNEL);
	l.seen = kvmalloc_array(v->len, 1, GFP_KERNEL);
	l.asked = kvcalloc(v->len, 1, GFP_KERNEL);
	if (l.todo && l.seen && l.asked && h->nr > 1) {
		nr = choose(&l, shown);
		for (u32 n = nr; n-- > 0; ) {
			u32 before = t->pos;

			say_place(v, kbpf_history_step(h, shown[n])->insn, n == nr - 1, t);
			say_condition(&l, shown[n], t);
			/* compilers test before a loop what they test at its end */
			if (ends_twice(t, before))
				t->pos = before;
		}
		if (nr)
			say_place(v, v->refusal.insn, false, t);
	}
	kvfree(l.todo);
	kvfree(l.seen);
	kvfree(l.asked);
}
