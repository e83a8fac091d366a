// SPDX-License-Identifier: GPL-2.0
/*
 * The path that was refused, walked once more with a note of every step. Walks
 * are repeatable, and the trail of a path says at every fork which way it went; so
 * this walks that path alone. It is done for refusals that are to be explained
 * only: an accepted program never comes here.
 *
 * Where the walk had widened numbers, the path is walked with what they were
 * before. Then a fork of the trail may be none here, and the trail decides.
 */
#include "verifier/explain.h"
#include "helpers/proto.h"

/* ---- notes ------------------------------------------------------------------------- */

static void note_address(struct kbpf_verifier *v, struct kbpf_step *s, u32 reg, s32 off)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, reg);

	s->type = val->type;
	s->index = val->index;
	s->at_frame = val->frame;
	s->known = kbpf_value_is_ptr(val) && kbpf_value_off_known(val);
	s->off = val->off + off;
	if (s->known)
		s->off += (s64)kbpf_scalar_value(&val->num);
}

static bool writes_through(u8 arg)
{
	return arg == KBPF_ARG_MEM_OUT || arg == KBPF_ARG_MEM_OUT_OR_NULL ||
	       arg == KBPF_ARG_MAP_VALUE_OUT || arg == KBPF_ARG_LONG_OUT;
}

static void note_call(struct kbpf_verifier *v, struct kbpf_step *s, const struct kbpf_insn *insn)
{
	const struct kbpf_proto *p;

	if (insn->src_reg == KBPF_PSEUDO_CALL)
		return;
	p = kbpf_proto_find(kbpf_call_id(v, s->insn));
	for (u32 a = 0; p && a < 5; a++) {
		if (!writes_through(p->args[a]))
			continue;
		note_address(v, s, KBPF_R1 + a, 0);
		break;
	}
}

/* Operands of arithmetic and of jumps. */
static void note_operands(struct kbpf_verifier *v, struct kbpf_step *s, const struct kbpf_insn *insn,
			  bool jump)
{
	const struct kbpf_value *dst = kbpf_state_reg(v->cur, insn->dst_reg);
	const struct kbpf_value *src = kbpf_state_reg(v->cur, insn->src_reg);
	const struct kbpf_value *val = jump ? src : dst;

	s->type = dst->type;
	s->src_ptr = KBPF_SRC(insn->code) == KBPF_X && kbpf_value_is_ptr(src);
	s->constant = kbpf_value_is_num(val) && kbpf_scalar_is_const(&val->num);
	if (s->constant && jump)
		s->off = (s64)kbpf_scalar_value(&val->num);
}

static void note_step(struct kbpf_verifier *v, struct kbpf_history *h)
{
	const struct kbpf_insn *insn = &v->insns[v->insn];
	struct kbpf_step s = { .insn = v->insn, .frame = v->cur->nr_frames - 1 };

	switch (KBPF_CLASS(insn->code)) {
	case KBPF_LDX:
		note_address(v, &s, insn->src_reg, insn->off);
		break;
	case KBPF_ST:
	case KBPF_STX:
		note_address(v, &s, insn->dst_reg, insn->off);
		break;
	case KBPF_LD:
		break;
	case KBPF_JMP:
	case KBPF_JMP32:
		if (KBPF_OP(insn->code) == KBPF_CALL)
			note_call(v, &s, insn);
		else
			note_operands(v, &s, insn, true);
		break;
	default:
		note_operands(v, &s, insn, false);
	}
	h->steps[h->nr++ % KBPF_STEPS] = s;
}

/* ---- the walk ------------------------------------------------------------------------ */

int kbpf_history_fork(struct kbpf_verifier *v, struct kbpf_state *st)
{
	struct kbpf_history *h = v->history;
	const struct kbpf_trail *t = h->next < h->nr_way ? &v->trail[h->way[h->next]] : NULL;

	h->forked = true;
	if (!t || t->insn != v->insn || h->other) {
		kbpf_state_free(st);
		return 0;
	}
	h->next++;
	if (t->taken)
		h->other = st;
	else
		kbpf_state_free(st);
	return 0;
}

/* A fork of the trail that is none here: the trail decides. */
static void force(struct kbpf_verifier *v, struct kbpf_history *h)
{
	const struct kbpf_trail *t = h->next < h->nr_way ? &v->trail[h->way[h->next]] : NULL;
	u8 code = v->insns[v->insn].code;

	if (h->forked || !v->widened || !t || t->insn != v->insn)
		return;
	h->next++;
	h->forked = true;
	if (KBPF_CLASS(code) != KBPF_JMP && KBPF_CLASS(code) != KBPF_JMP32)
		return;
	if (KBPF_OP(code) != KBPF_CALL)
		v->cur->insn = t->taken ? kbpf_cfg_target(v->insns, v->insn) : v->insn + 1;
}

/* Refusals that no step makes: a budget, or a state that comes round. */
static bool between_steps(const struct kbpf_verifier *v)
{
	return v->refusal.say == KBPF_SAY_loop_forever || v->refusal.say == KBPF_SAY_budget_insns;
}

/* One step; 0, 1 at the end of the path as it was refused, or -errno. */
static int step(struct kbpf_verifier *v, struct kbpf_history *h, u32 *arrived)
{
	int next;

	v->insn = v->cur->insn;
	note_step(v, h);
	if (v->insn == v->refusal.insn)
		++*arrived;
	if (between_steps(v) && h->next == h->nr_way && v->insn == v->refusal.insn &&
	    (*arrived > 1 || v->refusal.say == KBPF_SAY_budget_insns))
		return 1;
	h->forked = false;
	next = kbpf_step(v);
	if (h->refused)
		return v->insn == v->refusal.insn ? 1 : -EINVAL;
	if (next < 0 || (next == KBPF_NEXT_END && !h->other))
		return next < 0 ? next : -EINVAL;
	force(v, h);
	h->steps[(h->nr - 1) % KBPF_STEPS].forked = h->forked;
	if (h->other) {
		kbpf_state_free(v->cur);
		v->cur = h->other;
		h->other = NULL;
	}
	return 0;
}

/* The trail's entries on the way to the current state. */
static bool collect_way(struct kbpf_verifier *v, struct kbpf_history *h)
{
	u32 n = 0;

	for (u32 at = v->cur->trail; at; at = v->trail[at - 1].prev)
		n++;
	h->nr_way = n;
	h->way = kvmalloc_array(n + 1, sizeof(*h->way), GFP_KERNEL);
	if (!h->way)
		return false;
	for (u32 at = v->cur->trail; at; at = v->trail[at - 1].prev)
		h->way[--n] = at - 1;
	return true;
}

static int walk(struct kbpf_verifier *v, struct kbpf_history *h)
{
	u64 most = v->stats.insns + 1;
	u32 arrived = 0;
	int err = 0;

	for (u32 f = 0; f < v->nr_subprogs; f++)
		v->subprogs[f].timer_maps = 0;
	while (!err && most--) {
		err = step(v, h, &arrived);
		if (!(most & 1023))
			cond_resched();
	}
	return err == 1 ? 0 : -EINVAL;
}

void kbpf_history_record(struct kbpf_verifier *v, struct kbpf_history *h)
{
	struct kbpf_state *refused = v->cur;

	memset(h, 0, sizeof(*h));
	h->steps = kvmalloc_array(KBPF_STEPS, sizeof(*h->steps), GFP_KERNEL);
	if (!h->steps || !collect_way(v, h))
		return;
	v->cur = kbpf_walk_begin(v, v->root);
	v->history = h;
	if (v->cur && walk(v, h))
		h->nr = 0;
	v->history = NULL;
	kbpf_state_free(h->other);
	kbpf_state_free(v->cur);
	v->cur = refused;
	v->insn = v->refusal.insn;
}

void kbpf_history_free(struct kbpf_history *h)
{
	kvfree(h->steps);
	kvfree(h->way);
}
