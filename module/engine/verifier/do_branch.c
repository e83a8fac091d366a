// SPDX-License-Identifier: GPL-2.0
/*
 * Jumps: which ways a path can go, what is known on each, and the end of
 * functions. A way whose assumption contradicts what is known is not walked.
 */
#include "verifier/verifier.h"

/* Comparison of a jump's opcode. */
static enum kbpf_cmp cmp_of(u8 code)
{
	static const u8 cmps[16] = {
		[KBPF_JEQ >> 4] = KBPF_CMP_EQ,   [KBPF_JNE >> 4] = KBPF_CMP_NE,
		[KBPF_JGT >> 4] = KBPF_CMP_UGT,  [KBPF_JGE >> 4] = KBPF_CMP_UGE,
		[KBPF_JLT >> 4] = KBPF_CMP_ULT,  [KBPF_JLE >> 4] = KBPF_CMP_ULE,
		[KBPF_JSGT >> 4] = KBPF_CMP_SGT, [KBPF_JSGE >> 4] = KBPF_CMP_SGE,
		[KBPF_JSLT >> 4] = KBPF_CMP_SLT, [KBPF_JSLE >> 4] = KBPF_CMP_SLE,
		[KBPF_JSET >> 4] = KBPF_CMP_SET,
	};

	return cmps[KBPF_OP(code) >> 4];
}

/* A comparison under way. */
struct branch {
	u32 dst;
	u32 src;		/* register, or KBPF_REGS for an immediate */
	struct kbpf_value imm;
	bool half;
};

/* One of its two ways: what holds there, and what numbers are then. */
struct outcome {
	enum kbpf_cmp cmp;
	struct kbpf_scalar x;
	struct kbpf_scalar y;
};

static const struct kbpf_value *left(const struct kbpf_state *st, const struct branch *b)
{
	return kbpf_state_reg(st, b->dst);
}

static const struct kbpf_value *right(const struct kbpf_state *st, const struct branch *b)
{
	return b->src == KBPF_REGS ? &b->imm : kbpf_state_reg(st, b->src);
}

/* ---- numbers ------------------------------------------------------------------- */

/* A register holds @now; so do, moved, the values linked to it. */
static bool refine_reg(struct kbpf_state *st, u32 reg, const struct kbpf_scalar *now)
{
	struct kbpf_value *val = kbpf_state_reg(st, reg), was = *val;

	if (was.id)
		return kbpf_link_refine(st, &was, now);
	val->num = *now;
	return true;
}

/* What the operands are if the comparison comes out true. False: it cannot. */
static bool try_numbers(const struct kbpf_state *st, const struct branch *b, struct outcome *o)
{
	o->x = left(st, b)->num;
	o->y = right(st, b)->num;
	if (!kbpf_scalar_assume(o->cmp, &o->x, &o->y, b->half))
		return false;
	return b->src != b->dst || kbpf_scalar_assume(KBPF_CMP_EQ, &o->x, &o->y, false);
}

static bool learn_numbers(struct kbpf_state *st, const struct branch *b, struct outcome *o)
{
	if (!refine_reg(st, b->dst, &o->x))
		return false;
	if (b->src == KBPF_REGS || b->src == b->dst)
		return true;
	/* the first refinement may have said more of the second operand */
	return kbpf_scalar_assume(KBPF_CMP_EQ, &o->y, &kbpf_state_reg(st, b->src)->num, false) &&
	       refine_reg(st, b->src, &o->y);
}

/* ---- pointers ---------------------------------------------------------------------- */

/* What was moved by any number may have come to 0, as a number. */
static bool never_null(const struct kbpf_value *val)
{
	return kbpf_value_is_ptr(val) && !(val->flags & KBPF_V_OR_NULL) && kbpf_value_off_sane(val) &&
	       val->type != KBPF_V_PACKET && val->type != KBPF_V_PACKET_META &&
	       val->type != KBPF_V_PACKET_END;
}

static void learn_null(struct kbpf_state *st, const struct kbpf_value *ptr, enum kbpf_cmp cmp)
{
	if (ptr->flags & KBPF_V_OR_NULL)
		kbpf_link_null(st, ptr->id, cmp == KBPF_CMP_EQ);
}

struct proven {
	u8 type;
	u32 id;
	u32 size;
};

static void prove_one(struct kbpf_value *v, void *arg)
{
	struct proven *p = arg;

	if (v->type == p->type && v->id == p->id)
		v->size = max(v->size, p->size);
}

/* Of two packet pointers compared, the one whose range the other is the end of. */
static bool ends(const struct kbpf_value *ptr, const struct kbpf_value *end)
{
	if (ptr->type == KBPF_V_PACKET)
		return end->type == KBPF_V_PACKET_END;
	return ptr->type == KBPF_V_PACKET_META && end->type == KBPF_V_PACKET && !end->off &&
	       kbpf_scalar_is(&end->num, 0);
}

static void learn_packet(struct kbpf_state *st, const struct kbpf_value *ptr, enum kbpf_cmp cmp)
{
	struct proven p = { .type = ptr->type, .id = ptr->id };
	bool below = cmp == KBPF_CMP_ULT;

	/* an offset that could wrap around would make any comparison true */
	if (ptr->off < 0 || ptr->off > U16_MAX || ptr->num.full.range.umax > U16_MAX)
		return;
	if (!below && cmp != KBPF_CMP_ULE && cmp != KBPF_CMP_EQ)
		return;
	p.size = ptr->off + below;
	kbpf_state_each(st, prove_one, &p);
}

/* a OP b is b SWAPPED(OP) a. */
static enum kbpf_cmp swapped(enum kbpf_cmp cmp)
{
	static const u8 other[KBPF_CMPS] = {
		[KBPF_CMP_EQ] = KBPF_CMP_EQ,   [KBPF_CMP_NE] = KBPF_CMP_NE,
		[KBPF_CMP_UGT] = KBPF_CMP_ULT, [KBPF_CMP_ULE] = KBPF_CMP_UGE,
		[KBPF_CMP_UGE] = KBPF_CMP_ULE, [KBPF_CMP_ULT] = KBPF_CMP_UGT,
		[KBPF_CMP_SGT] = KBPF_CMP_SLT, [KBPF_CMP_SLE] = KBPF_CMP_SGE,
		[KBPF_CMP_SGE] = KBPF_CMP_SLE, [KBPF_CMP_SLT] = KBPF_CMP_SGT,
		[KBPF_CMP_SET] = KBPF_CMP_SET, [KBPF_CMP_CLEAR] = KBPF_CMP_CLEAR,
	};

	return other[cmp];
}

static bool is_null_test(const struct kbpf_value *x, const struct kbpf_value *y, enum kbpf_cmp cmp)
{
	return kbpf_value_is_ptr(x) && kbpf_value_is_zero(y) &&
	       (cmp == KBPF_CMP_EQ || cmp == KBPF_CMP_NE);
}

/* Can the comparison come out true, as far as its operands say? */
static bool possible(const struct kbpf_state *st, const struct branch *b, struct outcome *o)
{
	const struct kbpf_value *x = left(st, b), *y = right(st, b);

	if (kbpf_value_is_num(x) && kbpf_value_is_num(y))
		return try_numbers(st, b, o);
	return b->half || !is_null_test(x, y, o->cmp) || o->cmp != KBPF_CMP_EQ || !never_null(x);
}

/* Let the state know that it did. False: it cannot, by what the operands are linked to. */
static bool learn(struct kbpf_state *st, const struct branch *b, struct outcome *o)
{
	const struct kbpf_value *x = left(st, b), *y = right(st, b);

	if (kbpf_value_is_num(x) && kbpf_value_is_num(y))
		return learn_numbers(st, b, o);
	/* the low halves of pointers say nothing */
	if (b->half)
		return true;
	if (is_null_test(x, y, o->cmp))
		learn_null(st, x, o->cmp);
	else if (ends(x, y))
		learn_packet(st, x, o->cmp);
	else if (ends(y, x))
		learn_packet(st, y, swapped(o->cmp));
	return true;
}

/* ---- ways ------------------------------------------------------------------------------ */

static int go(struct kbpf_verifier *v, u32 to, u8 flag)
{
	v->info[v->insn].flags |= flag;
	v->cur->insn = to;
	return KBPF_NEXT_ON;
}

/* Both ways: walk the one that goes on, keep the other for later. */
static int both_ways(struct kbpf_verifier *v, struct kbpf_state *other, u32 target)
{
	int err;

	other->insn = target;
	v->info[v->insn].flags |= KBPF_INFO_JUMPS;
	err = kbpf_push_path(v, other);
	return err ? err : go(v, v->insn + 1, KBPF_INFO_GOES_ON);
}

/* The one way that is left. */
static int one_way(struct kbpf_verifier *v, const struct branch *b, struct outcome *o, u32 to, u8 flag)
{
	return learn(v->cur, b, o) ? go(v, to, flag) : KBPF_NEXT_END;
}

static int fork_path(struct kbpf_verifier *v, const struct branch *b, struct outcome *there,
		     struct outcome *here)
{
	u32 target = kbpf_cfg_target(v->insns, v->insn);
	struct kbpf_state *other = kbpf_state_copy(v->cur);
	bool jumps, goes_on;

	if (!other)
		return -ENOMEM;
	jumps = learn(other, b, there);
	goes_on = learn(v->cur, b, here);
	if (jumps && goes_on)
		return both_ways(v, other, target);
	if (jumps)
		swap(v->cur, other);
	kbpf_state_free(other);
	if (jumps)
		return go(v, target, KBPF_INFO_JUMPS);
	/* neither: what is known contradicts itself, so that no run comes here */
	return goes_on ? go(v, v->insn + 1, KBPF_INFO_GOES_ON) : KBPF_NEXT_END;
}

static int do_compare(struct kbpf_verifier *v, const struct branch *b, enum kbpf_cmp cmp)
{
	struct outcome there = { .cmp = cmp }, here = { .cmp = kbpf_cmp_not(cmp) };
	bool jumps = possible(v->cur, b, &there), goes_on = possible(v->cur, b, &here);

	if (jumps && goes_on)
		return fork_path(v, b, &there, &here);
	if (jumps)
		return one_way(v, b, &there, kbpf_cfg_target(v->insns, v->insn), KBPF_INFO_JUMPS);
	return goes_on ? one_way(v, b, &here, v->insn + 1, KBPF_INFO_GOES_ON) : KBPF_NEXT_END;
}

/* It jumps once its count is used up, which may be at any time for all that is known. */
static int do_may_goto(struct kbpf_verifier *v)
{
	u32 target = kbpf_cfg_target(v->insns, v->insn);
	struct kbpf_frame *f = kbpf_state_top(v->cur);
	struct kbpf_state *other;

	v->subprogs[f->func].counts = true;
	if (f->spent)
		return go(v, target, KBPF_INFO_JUMPS | KBPF_INFO_GOES_ON);
	other = kbpf_state_copy(v->cur);
	if (!other)
		return -ENOMEM;
	kbpf_state_top(other)->spent = true;
	f->rounds++;
	return both_ways(v, other, target);
}

int kbpf_do_branch(struct kbpf_verifier *v, const struct kbpf_insn *insn)
{
	struct branch b = {
		.dst = insn->dst_reg,
		.src = KBPF_REGS,
		.imm = kbpf_value_const((u64)(s64)insn->imm),
		.half = KBPF_CLASS(insn->code) == KBPF_JMP32,
	};
	int err = 0;

	v->jumps_since_checkpoint++;
	if (KBPF_OP(insn->code) == KBPF_JA)
		return go(v, kbpf_cfg_target(v->insns, v->insn), KBPF_INFO_JUMPS);
	if (KBPF_OP(insn->code) == KBPF_JCOND)
		return do_may_goto(v);
	if (KBPF_SRC(insn->code) == KBPF_X) {
		b.src = insn->src_reg;
		if (!kbpf_read_reg(v, b.src, &err))
			return err;
	}
	if (!kbpf_read_reg(v, b.dst, &err))
		return err;
	return do_compare(v, &b, cmp_of(insn->code));
}

/* ---- exit -------------------------------------------------------------------------------- */

static int check_return(struct kbpf_verifier *v)
{
	const struct kbpf_value *r0 = kbpf_state_reg(v->cur, KBPF_R0);
	const struct kbpf_state *st = v->cur;
	s32 lo, hi;

	if (r0->type == KBPF_V_NONE)
		return refuse(v, ret_uninit, KBPF_R0);
	if (st->nr_refs)
		return refuse(v, ref_leak, -1, .where = st->refs[0].insn + 1, .n = st->refs[0].id,
			      .at = st->refs[0].insn);
	if (st->lock_map)
		return kbpf_lock_check_end(v);
	if (kbpf_state_top(st)->func)
		return kbpf_global_check_return(v);
	if (!kbpf_progtype_ret_range(v->prog->type, v->prog->expected_attach_type, &lo, &hi))
		return 0;
	if (!kbpf_value_is_num(r0) || r0->num.full.range.smin < lo || r0->num.full.range.smax > hi)
		return lo == hi ? refuse(v, ret_one, KBPF_R0, .at = lo) :
		       refuse(v, ret_range, KBPF_R0, .at = lo, .limit = hi);
	return 0;
}

/* Back to the caller, with r0 and what it kept in r6-r9. */
static int leave_subprog(struct kbpf_verifier *v)
{
	struct kbpf_value r0 = *kbpf_state_reg(v->cur, KBPF_R0);
	u32 back = kbpf_state_top(v->cur)->callsite + 1;

	/* what nobody reads is not compared with kept states, so it is not judged either */
	if (!v->subprogs[kbpf_state_top(v->cur)->func].ret_live)
		r0 = kbpf_value_none();
	if (r0.type == KBPF_V_STACK)
		return refuse(v, ret_stack_ptr, KBPF_R0);
	kbpf_state_pop_frame(v->cur);
	*kbpf_state_reg(v->cur, KBPF_R0) = r0;
	v->cur->insn = back;
	return KBPF_NEXT_ON;
}

int kbpf_do_exit(struct kbpf_verifier *v)
{
	int err;

	v->jumps_since_checkpoint++;
	if (kbpf_state_top(v->cur)->callback)
		return kbpf_callback_leave(v);
	if (v->cur->nr_frames > 1)
		return leave_subprog(v);
	if (kbpf_state_top(v->cur)->timer)
		return kbpf_timer_leave(v);
	err = check_return(v);
	return err ? err : KBPF_NEXT_END;
}
