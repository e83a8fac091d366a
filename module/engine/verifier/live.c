// SPDX-License-Identifier: GPL-2.0
/*
 * Which registers and stack slots matter, computed once before the walk.
 *
 * A register or slot is live where some path from there reads it before writing
 * it, and needed where its value may flow into something that the verdict hangs
 * on: an address, a branch, an argument that a helper's prototype restricts.
 * Pruning ignores what is not live, and asks of what is live and not needed only
 * that it be a number. That is sound because needs flow backwards through every
 * operation: a value that is not needed is only ever an operand of values that
 * are not needed, so that no decision of the walk depends on it.
 *
 * Stack slots are followed only where an address is r10 plus a constant on all
 * paths; any other address that may point to a stack reads all slots, writes
 * none for certain, and needs what it reads.
 */
#include "verifier/where.h"
#include "helpers/proto.h"

#define ARG_REGS	0x3e		/* r1 - r5 */
#define CALLER_SAVED	0x3f		/* r0 - r5 */

struct live {
	u16 regs;
	u16 need_regs;
	u64 slots;
	u64 need_slots;
};

static u16 bit(u32 reg)
{
	return 1U << reg;
}

static void use(struct live *l, u32 reg)
{
	l->regs |= bit(reg);
}

static void need(struct live *l, u32 reg)
{
	l->regs |= bit(reg);
	l->need_regs |= bit(reg);
}

static void kill(struct live *l, u16 regs)
{
	l->regs &= ~regs;
	l->need_regs &= ~regs;
}

static void live_alu(struct live *l, const struct kbpf_insn *i)
{
	bool by_reg = KBPF_SRC(i->code) == KBPF_X && KBPF_OP(i->code) != KBPF_END;
	bool live = l->regs & bit(i->dst_reg), needed = l->need_regs & bit(i->dst_reg);

	if (KBPF_OP(i->code) == KBPF_MOV)
		kill(l, bit(i->dst_reg));
	else if (needed)
		need(l, i->dst_reg);
	if (!by_reg)
		return;
	if (needed)
		need(l, i->src_reg);
	else if (live)
		use(l, i->src_reg);
}

/*
 * An operand of arithmetic whose result nobody reads is read all the same: the
 * walk refuses arithmetic on registers that hold nothing.
 */
static void live_alu_operands(struct live *l, const struct kbpf_insn *i)
{
	if (KBPF_OP(i->code) != KBPF_MOV)
		use(l, i->dst_reg);
	if (KBPF_SRC(i->code) == KBPF_X && KBPF_OP(i->code) != KBPF_END)
		use(l, i->src_reg);
}

static void live_load(struct live *l, const struct kbpf_insn *i, const struct kbpf_where *w)
{
	bool needed = l->need_regs & bit(i->dst_reg);
	s16 at = kbpf_where_of(w, i->src_reg);

	kill(l, bit(i->dst_reg));
	need(l, i->src_reg);
	if (!kbpf_at_maybe_stack(at))
		return;
	l->slots |= kbpf_where_slots(at, i->off, kbpf_isa_size(i->code));
	if (needed)
		l->need_slots |= kbpf_where_slots(at, i->off, kbpf_isa_size(i->code));
}

static void live_store(struct live *l, const struct kbpf_insn *i, const struct kbpf_where *w)
{
	s16 at = kbpf_where_of(w, i->dst_reg);
	u64 slots = kbpf_at_maybe_stack(at) ? kbpf_where_slots(at, i->off, kbpf_isa_size(i->code)) : 0;
	bool needed = l->need_slots & slots;

	/* into another frame's stack: needed, for all that is known here */
	if (kbpf_at_maybe_stack(at) && !kbpf_at_is_offset(at))
		needed = true;
	if (kbpf_at_is_offset(at) && slots != KBPF_ALL_SLOTS && KBPF_SIZE(i->code) == KBPF_DW &&
	    !((at + i->off) % KBPF_SLOT_SIZE)) {
		l->slots &= ~slots;
		l->need_slots &= ~slots;
	}
	need(l, i->dst_reg);
	if (KBPF_CLASS(i->code) != KBPF_STX)
		return;
	if (needed)
		need(l, i->src_reg);
	else
		use(l, i->src_reg);
}

static void live_atomic(struct live *l, const struct kbpf_insn *i, const struct kbpf_where *w)
{
	u16 fetched = i->imm == KBPF_CMPXCHG ? bit(KBPF_R0) : i->imm & KBPF_FETCH ? bit(i->src_reg) : 0;
	bool needed = l->need_regs & fetched;
	s16 at = kbpf_where_of(w, i->dst_reg);

	kill(l, fetched);
	need(l, i->dst_reg);
	use(l, i->src_reg);
	if (i->imm == KBPF_CMPXCHG)
		use(l, KBPF_R0);
	if (!kbpf_at_maybe_stack(at))
		return;
	l->slots |= kbpf_where_slots(at, i->off, kbpf_isa_size(i->code));
	if (needed)
		l->need_slots |= kbpf_where_slots(at, i->off, kbpf_isa_size(i->code));
}

/* A helper reads memory upwards from its argument; how far is not followed. */
static u64 slots_from(s16 at)
{
	return kbpf_at_is_offset(at) && at < 0 ? kbpf_where_slots(at, 0, -at) : KBPF_ALL_SLOTS;
}

static void live_helper(struct kbpf_verifier *v, struct live *l, u32 at, const struct kbpf_where *w)
{
	const struct kbpf_proto *p = kbpf_proto_find(kbpf_call_id(v, at));
	/* what the helper takes may be what the function gets, such as the number of rounds */
	bool calls_back = kbpf_callback_arg(p) >= 0;

	for (u32 a = 0; a < 5; a++) {
		u32 reg = KBPF_R1 + a, arg = p ? p->args[a] : KBPF_ARG_FUNC;

		if (arg == KBPF_ARG_NONE)
			continue;
		if (arg == KBPF_ARG_ANY && !calls_back)
			use(l, reg);
		else
			need(l, reg);
		if (arg == KBPF_ARG_FUNC || arg == KBPF_ARG_CALLBACK_CTX) {
			/* what the callback does with the stack is not followed */
			l->slots = KBPF_ALL_SLOTS;
			l->need_slots = KBPF_ALL_SLOTS;
		} else if (arg != KBPF_ARG_ANY && arg != KBPF_ARG_MEM_OUT &&
			   kbpf_at_maybe_stack(w->at[reg])) {
			l->slots |= slots_from(w->at[reg]);
		}
	}
}

/* What is done with r0 behind a call is what the callee's exits return it for. */
static void returns_for(struct kbpf_verifier *v, u32 func, const struct live *l)
{
	struct kbpf_subprog *s = &v->subprogs[func];

	s->ret_live |= !!(l->regs & bit(KBPF_R0));
	s->ret_needed |= !!(l->need_regs & bit(KBPF_R0));
}

static void live_call(struct kbpf_verifier *v, struct live *l, u32 at, const struct kbpf_where *w)
{
	const struct kbpf_insn *i = &v->insns[at];
	const struct kbpf_insn_info *callee;
	const struct kbpf_subprog *s;

	if (i->src_reg != KBPF_PSEUDO_CALL) {
		kill(l, CALLER_SAVED);
		live_helper(v, l, at, w);
		return;
	}
	s = &v->subprogs[kbpf_cfg_find(v, at + 1 + i->imm)];
	returns_for(v, s - v->subprogs, l);
	kill(l, CALLER_SAVED);
	callee = &v->info[at + 1 + i->imm];
	l->regs |= callee->live_regs & ARG_REGS;
	l->need_regs |= callee->need_regs & ARG_REGS;
	/* what a signature asks for is looked at, whether the function does or not */
	for (u32 a = 0; s->is_global && a < s->nr_args; a++)
		need(l, KBPF_R1 + a);
	for (u32 r = KBPF_R1; r <= KBPF_R5; r++) {
		if (kbpf_at_maybe_stack(w->at[r])) {
			l->slots = KBPF_ALL_SLOTS;
			l->need_slots = KBPF_ALL_SLOTS;
		}
	}
}

static void live_exit(struct live *l, const struct kbpf_subprog *s)
{
	if (s->ret_needed)
		need(l, KBPF_R0);
	else if (s->ret_live)
		use(l, KBPF_R0);
}

static void live_jump(struct kbpf_verifier *v, struct live *l, u32 at, const struct kbpf_where *w)
{
	const struct kbpf_insn *i = &v->insns[at];

	switch (KBPF_OP(i->code)) {
	case KBPF_CALL:
		live_call(v, l, at, w);
		break;
	case KBPF_EXIT:
		live_exit(l, &v->subprogs[kbpf_cfg_func_of(v, at)]);
		break;
	case KBPF_JA:
	case KBPF_JCOND:
		break;
	default:
		need(l, i->dst_reg);
		if (KBPF_SRC(i->code) == KBPF_X)
			need(l, i->src_reg);
	}
}

static void step_live(struct kbpf_verifier *v, struct live *l, u32 at, const struct kbpf_where *w)
{
	const struct kbpf_insn *i = &v->insns[at];

	switch (KBPF_CLASS(i->code)) {
	case KBPF_ALU:
	case KBPF_ALU64:
		live_alu(l, i);
		live_alu_operands(l, i);
		break;
	case KBPF_LD:
		if (kbpf_isa_is_lddw(i)) {
			kill(l, bit(i->dst_reg));
		} else {
			kill(l, CALLER_SAVED);
			need(l, KBPF_R6);
			if (KBPF_MODE(i->code) == KBPF_IND)
				use(l, i->src_reg);
		}
		break;
	case KBPF_LDX:
		live_load(l, i, w);
		break;
	case KBPF_ST:
		live_store(l, i, w);
		break;
	case KBPF_STX:
		if (KBPF_MODE(i->code) == KBPF_ATOMIC)
			live_atomic(l, i, w);
		else
			live_store(l, i, w);
		break;
	default:
		live_jump(v, l, at, w);
	}
}

static bool update(struct kbpf_insn_info *info, const struct live *l)
{
	if (info->live_regs == l->regs && info->need_regs == l->need_regs &&
	    info->live_slots == l->slots && info->need_slots == l->need_slots)
		return false;
	/* facts only grow, so that this ends */
	info->live_regs |= l->regs;
	info->need_regs |= l->need_regs;
	info->live_slots |= l->slots;
	info->need_slots |= l->need_slots;
	return true;
}

/* Functions that are not entered by the program's own calls return to somebody else. */
static void set_returns(struct kbpf_verifier *v)
{
	s32 lo, hi;

	for (u32 f = 0; f < v->nr_subprogs; f++) {
		bool outside = !f || v->subprogs[f].is_callback || v->subprogs[f].is_global;

		v->subprogs[f].ret_live = outside;
		v->subprogs[f].ret_needed = outside;
	}
	/* whoever runs the program takes any number, but for some types */
	v->subprogs[0].ret_needed = kbpf_progtype_ret_range(v->prog->type,
							     v->prog->expected_attach_type, &lo, &hi);
}

static u32 count_returns(const struct kbpf_verifier *v)
{
	u32 n = 0;

	for (u32 f = 0; f < v->nr_subprogs; f++)
		n += v->subprogs[f].ret_live + v->subprogs[f].ret_needed;
	return n;
}

static bool sweep_live(struct kbpf_verifier *v, const struct kbpf_where *where)
{
	u32 returns = count_returns(v);
	bool changed = false;
	struct live l;
	u32 next[2], n;

	for (u32 o = 0; o < v->nr_order; o++) {
		u32 i = v->order[o];

		l = (struct live){};
		n = kbpf_cfg_successors(v, i, next);
		while (n--) {
			const struct kbpf_insn_info *s = &v->info[next[n]];

			l.regs |= s->live_regs;
			l.need_regs |= s->need_regs;
			l.slots |= s->live_slots;
			l.need_slots |= s->need_slots;
		}
		step_live(v, &l, i, &where[i]);
		changed |= update(&v->info[i], &l);
	}
	return changed || count_returns(v) != returns;
}

static void all_matters(struct kbpf_verifier *v)
{
	for (u32 f = 0; f < v->nr_subprogs; f++)
		v->subprogs[f].ret_live = true;
	for (u32 i = 0; i < v->len; i++) {
		v->info[i].live_regs = (1U << KBPF_REGS) - 1;
		v->info[i].need_regs = v->info[i].live_regs;
		v->info[i].live_slots = KBPF_ALL_SLOTS;
		v->info[i].need_slots = KBPF_ALL_SLOTS;
	}
}

int kbpf_live_compute(struct kbpf_verifier *v)
{
	struct kbpf_where *where = kvmalloc_array(v->len, sizeof(*where), GFP_KERNEL);
	u32 sweeps = 0;

	if (!where)
		return -ENOMEM;
	kbpf_where_compute(v, where);
	set_returns(v);
	/* successors come first in @order: without a way back one sweep is enough */
	while (sweep_live(v, where) && v->goes_back) {
		if (++sweeps == KBPF_MAX_SWEEPS) {
			all_matters(v);
			break;
		}
		if (kbpf_env_interrupted()) {
			kvfree(where);
			return -EINTR;
		}
	}
	kvfree(where);
	return 0;
}
