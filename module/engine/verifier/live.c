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
#include "verifier/verifier.h"
#include "helpers/proto.h"

/* Where a register points, on all paths: a constant offset from r10, or one of */
#define AT_UNSET	S16_MIN		/* no path comes here */
#define AT_ELSEWHERE	(S16_MAX - 1)	/* not to a stack */
#define AT_ANY		S16_MAX		/* perhaps to a stack, no one knows where */

#define ALL_SLOTS	U64_MAX
#define ARG_REGS	0x3e		/* r1 - r5 */
#define CALLER_SAVED	0x3f		/* r0 - r5 */
#define MAX_SWEEPS	64

struct where {
	s16 at[KBPF_R10];
};

/**
 * struct places - where registers point, all over the program
 * @at: by slot
 * @spilled: stack slots, of whatever function, that a stack pointer may be stored in
 */
struct places {
	struct where *at;
	u64 spilled;
};

struct live {
	u16 regs;
	u16 need_regs;
	u64 slots;
	u64 need_slots;
};

static bool is_offset(s16 at)
{
	return at > AT_UNSET && at < AT_ELSEWHERE;
}

static bool maybe_stack(s16 at)
{
	return at != AT_UNSET && at != AT_ELSEWHERE;
}

/* ---- forward: where registers point ---------------------------------------------- */

static s16 at_of(const struct where *w, u32 reg)
{
	return reg == KBPF_R10 ? 0 : w->at[reg];
}

static bool join_at(s16 *to, s16 from)
{
	s16 was = *to;

	if (from == AT_UNSET || from == was)
		return false;
	*to = was == AT_UNSET ? from : AT_ANY;
	return *to != was;
}

static bool join_where(struct where *to, const struct where *from)
{
	bool changed = false;

	for (u32 r = 0; r < KBPF_R10; r++)
		changed |= join_at(&to->at[r], from->at[r]);
	return changed;
}

static s16 offset(s64 off)
{
	return off >= -KBPF_STACK_SIZE && off <= 0 ? off : AT_ANY;
}

/* The result of arithmetic: moves of a stack pointer are followed, the rest is not. */
static s16 alu_at(const struct where *w, const struct kbpf_insn *i)
{
	bool by_reg = KBPF_SRC(i->code) == KBPF_X, wide = KBPF_CLASS(i->code) == KBPF_ALU64;
	s16 dst = at_of(w, i->dst_reg), src = by_reg ? at_of(w, i->src_reg) : AT_ELSEWHERE;
	u8 op = KBPF_OP(i->code);

	if (op == KBPF_MOV)
		return wide && !i->off ? src : maybe_stack(src) ? AT_ANY : AT_ELSEWHERE;
	if (op == KBPF_NEG || op == KBPF_END)
		src = AT_ELSEWHERE;
	if (!maybe_stack(dst) && !maybe_stack(src))
		return AT_ELSEWHERE;
	if (is_offset(dst) && wide && !by_reg && (op == KBPF_ADD || op == KBPF_SUB))
		return offset(op == KBPF_ADD ? (s64)dst + i->imm : (s64)dst - i->imm);
	return AT_ANY;
}

/* The slots of @size bytes at an offset; all of them where it is not known. */
static u64 slots_at(s16 at, s32 off, u32 size)
{
	s64 lo = (s64)at + off, hi = lo + size;
	u64 slots = 0;

	if (!is_offset(at) || lo < -KBPF_STACK_SIZE || hi > 0)
		return ALL_SLOTS;
	for (s64 o = lo; o < hi; o++)
		slots |= BIT_ULL((-o - 1) / KBPF_SLOT_SIZE);
	return slots;
}

/* Stack pointers can be stored, but only in a stack. */
static s16 loaded(const struct places *p, const struct where *w, const struct kbpf_insn *i)
{
	s16 at = at_of(w, i->src_reg);

	if (!maybe_stack(at) || !(p->spilled & slots_at(at, i->off, kbpf_isa_size(i->code))))
		return AT_ELSEWHERE;
	return AT_ANY;
}

static void stored(struct places *p, const struct where *w, const struct kbpf_insn *i)
{
	s16 at = at_of(w, i->dst_reg);

	if (maybe_stack(at) && maybe_stack(at_of(w, i->src_reg)))
		p->spilled |= slots_at(at, i->off, kbpf_isa_size(i->code));
}

static void step_where(struct places *p, struct where *w, const struct kbpf_insn *i)
{
	switch (KBPF_CLASS(i->code)) {
	case KBPF_ALU:
	case KBPF_ALU64:
		w->at[i->dst_reg] = alu_at(w, i);
		break;
	case KBPF_LD:
		w->at[kbpf_isa_is_lddw(i) ? i->dst_reg : KBPF_R0] = AT_ELSEWHERE;
		break;
	case KBPF_LDX:
		w->at[i->dst_reg] = loaded(p, w, i);
		break;
	case KBPF_STX:
		stored(p, w, i);
		if (KBPF_MODE(i->code) == KBPF_ATOMIC && i->imm & KBPF_FETCH)
			w->at[i->imm == KBPF_CMPXCHG ? KBPF_R0 : i->src_reg] = AT_ANY;
		break;
	case KBPF_JMP:
		if (KBPF_OP(i->code) == KBPF_CALL)
			for (u32 r = KBPF_R0; r <= KBPF_R5; r++)
				w->at[r] = AT_ELSEWHERE;
		break;
	}
}

/* Arguments go to the callee, where they are no longer offsets of the own frame. */
static bool enter_callee(struct kbpf_verifier *v, struct where *where, u32 i)
{
	const struct kbpf_insn *insn = &v->insns[i];
	struct where args;

	if (insn->code != (KBPF_JMP | KBPF_CALL) || insn->src_reg != KBPF_PSEUDO_CALL)
		return false;
	for (u32 r = 0; r < KBPF_R10; r++)
		args.at[r] = AT_ELSEWHERE;
	for (u32 r = KBPF_R1; r <= KBPF_R5; r++)
		args.at[r] = maybe_stack(where[i].at[r]) ? AT_ANY : AT_ELSEWHERE;
	return join_where(&where[i + 1 + insn->imm], &args);
}

static bool sweep_where(struct kbpf_verifier *v, struct places *p)
{
	struct where *where = p->at;
	u64 spilled = p->spilled;
	bool changed = false;
	struct where after;
	u32 next[2], n;

	/* reverse post-order: before where control goes, loops apart */
	for (u32 o = v->nr_order; o-- > 0;) {
		u32 i = v->order[o];

		if (where[i].at[KBPF_R0] == AT_UNSET)
			continue;
		changed |= enter_callee(v, where, i);
		after = where[i];
		step_where(p, &after, &v->insns[i]);
		n = kbpf_cfg_successors(v, i, next);
		while (n--)
			changed |= join_where(&where[next[n]], &after);
	}
	return changed || p->spilled != spilled;
}

static void set_where(struct where *w, s16 at)
{
	for (u32 r = 0; r < KBPF_R10; r++)
		w->at[r] = at;
}

static void compute_where(struct kbpf_verifier *v, struct where *where)
{
	struct places p = { .at = where };
	u32 sweeps = 0;

	for (u32 i = 0; i < v->len; i++)
		set_where(&where[i], AT_UNSET);
	set_where(&where[0], AT_ELSEWHERE);
	/* functions that helpers call are entered with pointers of any kind */
	for (u32 f = 1; f < v->nr_subprogs; f++)
		if (v->subprogs[f].is_callback)
			set_where(&where[v->subprogs[f].start], AT_ANY);
	while (sweep_where(v, &p) && v->goes_back) {
		if (++sweeps < MAX_SWEEPS)
			continue;
		for (u32 i = 0; i < v->len; i++)
			set_where(&where[i], AT_ANY);
		return;
	}
}

/* ---- backward: what matters ---------------------------------------------------------- */

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

static void live_load(struct live *l, const struct kbpf_insn *i, const struct where *w)
{
	bool needed = l->need_regs & bit(i->dst_reg);
	s16 at = at_of(w, i->src_reg);

	kill(l, bit(i->dst_reg));
	need(l, i->src_reg);
	if (!maybe_stack(at))
		return;
	l->slots |= slots_at(at, i->off, kbpf_isa_size(i->code));
	if (needed)
		l->need_slots |= slots_at(at, i->off, kbpf_isa_size(i->code));
}

static void live_store(struct live *l, const struct kbpf_insn *i, const struct where *w)
{
	s16 at = at_of(w, i->dst_reg);
	u64 slots = maybe_stack(at) ? slots_at(at, i->off, kbpf_isa_size(i->code)) : 0;
	bool needed = l->need_slots & slots;

	/* into another frame's stack: needed, for all that is known here */
	if (maybe_stack(at) && !is_offset(at))
		needed = true;
	if (is_offset(at) && slots != ALL_SLOTS && KBPF_SIZE(i->code) == KBPF_DW &&
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

static void live_atomic(struct live *l, const struct kbpf_insn *i, const struct where *w)
{
	u16 fetched = i->imm == KBPF_CMPXCHG ? bit(KBPF_R0) : i->imm & KBPF_FETCH ? bit(i->src_reg) : 0;
	bool needed = l->need_regs & fetched;
	s16 at = at_of(w, i->dst_reg);

	kill(l, fetched);
	need(l, i->dst_reg);
	use(l, i->src_reg);
	if (i->imm == KBPF_CMPXCHG)
		use(l, KBPF_R0);
	if (!maybe_stack(at))
		return;
	l->slots |= slots_at(at, i->off, kbpf_isa_size(i->code));
	if (needed)
		l->need_slots |= slots_at(at, i->off, kbpf_isa_size(i->code));
}

/* A helper reads memory upwards from its argument; how far is not followed. */
static u64 slots_from(s16 at)
{
	return is_offset(at) && at < 0 ? slots_at(at, 0, -at) : ALL_SLOTS;
}

static void live_helper(struct kbpf_verifier *v, struct live *l, u32 at, const struct where *w)
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
			l->slots = ALL_SLOTS;
			l->need_slots = ALL_SLOTS;
		} else if (arg != KBPF_ARG_ANY && arg != KBPF_ARG_MEM_OUT &&
			   maybe_stack(w->at[reg])) {
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

static void live_call(struct kbpf_verifier *v, struct live *l, u32 at, const struct where *w)
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
		if (maybe_stack(w->at[r])) {
			l->slots = ALL_SLOTS;
			l->need_slots = ALL_SLOTS;
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

static void live_jump(struct kbpf_verifier *v, struct live *l, u32 at, const struct where *w)
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

static void step_live(struct kbpf_verifier *v, struct live *l, u32 at, const struct where *w)
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

static bool sweep_live(struct kbpf_verifier *v, const struct where *where)
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
		v->info[i].live_slots = ALL_SLOTS;
		v->info[i].need_slots = ALL_SLOTS;
	}
}

int kbpf_live_compute(struct kbpf_verifier *v)
{
	struct where *where = kvmalloc_array(v->len, sizeof(*where), GFP_KERNEL);
	u32 sweeps = 0;

	if (!where)
		return -ENOMEM;
	compute_where(v, where);
	set_returns(v);
	/* successors come first in @order: without a way back one sweep is enough */
	while (sweep_live(v, where) && v->goes_back) {
		if (++sweeps == MAX_SWEEPS) {
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
