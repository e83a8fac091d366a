// SPDX-License-Identifier: GPL-2.0
/*
 * Where registers point into the stack, all over the program: the first half of
 * live.c's pass, forward along control flow. Offsets from r10 are followed through
 * moves and constants; what comes out of a stack slot may be any stack pointer that
 * was ever stored in one.
 */
#include "verifier/where.h"

/**
 * struct places - where registers point, all over the program
 * @at: by slot
 * @spilled: stack slots, of whatever function, that a stack pointer may be stored in
 */
struct places {
	struct kbpf_where *at;
	u64 spilled;
};

static bool join_at(s16 *to, s16 from)
{
	s16 was = *to;

	if (from == KBPF_AT_UNSET || from == was)
		return false;
	*to = was == KBPF_AT_UNSET ? from : KBPF_AT_ANY;
	return *to != was;
}

static bool join_where(struct kbpf_where *to, const struct kbpf_where *from)
{
	bool changed = false;

	for (u32 r = 0; r < KBPF_R10; r++)
		changed |= join_at(&to->at[r], from->at[r]);
	return changed;
}

static s16 offset(s64 off)
{
	return off >= -KBPF_STACK_SIZE && off <= 0 ? off : KBPF_AT_ANY;
}

/* The result of arithmetic: moves of a stack pointer are followed, the rest is not. */
static s16 alu_at(const struct kbpf_where *w, const struct kbpf_insn *i)
{
	bool by_reg = KBPF_SRC(i->code) == KBPF_X, wide = KBPF_CLASS(i->code) == KBPF_ALU64;
	s16 dst = kbpf_where_of(w, i->dst_reg), src = by_reg ? kbpf_where_of(w, i->src_reg) : KBPF_AT_ELSEWHERE;
	u8 op = KBPF_OP(i->code);

	if (op == KBPF_MOV)
		return wide && !i->off ? src : kbpf_at_maybe_stack(src) ? KBPF_AT_ANY : KBPF_AT_ELSEWHERE;
	if (op == KBPF_NEG || op == KBPF_END)
		src = KBPF_AT_ELSEWHERE;
	if (!kbpf_at_maybe_stack(dst) && !kbpf_at_maybe_stack(src))
		return KBPF_AT_ELSEWHERE;
	if (kbpf_at_is_offset(dst) && wide && !by_reg && (op == KBPF_ADD || op == KBPF_SUB))
		return offset(op == KBPF_ADD ? (s64)dst + i->imm : (s64)dst - i->imm);
	return KBPF_AT_ANY;
}

u64 kbpf_where_slots(s16 at, s32 off, u32 size)
{
	s64 lo = (s64)at + off, hi = lo + size;
	u64 slots = 0;

	if (!kbpf_at_is_offset(at) || lo < -KBPF_STACK_SIZE || hi > 0)
		return KBPF_ALL_SLOTS;
	for (s64 o = lo; o < hi; o++)
		slots |= BIT_ULL((-o - 1) / KBPF_SLOT_SIZE);
	return slots;
}

/* Stack pointers can be stored, but only in a stack. */
static s16 loaded(const struct places *p, const struct kbpf_where *w, const struct kbpf_insn *i)
{
	s16 at = kbpf_where_of(w, i->src_reg);

	if (!kbpf_at_maybe_stack(at) || !(p->spilled & kbpf_where_slots(at, i->off, kbpf_isa_size(i->code))))
		return KBPF_AT_ELSEWHERE;
	return KBPF_AT_ANY;
}

static void stored(struct places *p, const struct kbpf_where *w, const struct kbpf_insn *i)
{
	s16 at = kbpf_where_of(w, i->dst_reg);

	if (kbpf_at_maybe_stack(at) && kbpf_at_maybe_stack(kbpf_where_of(w, i->src_reg)))
		p->spilled |= kbpf_where_slots(at, i->off, kbpf_isa_size(i->code));
}

static void step_where(struct places *p, struct kbpf_where *w, const struct kbpf_insn *i)
{
	switch (KBPF_CLASS(i->code)) {
	case KBPF_ALU:
	case KBPF_ALU64:
		w->at[i->dst_reg] = alu_at(w, i);
		break;
	case KBPF_LD:
		w->at[kbpf_isa_is_lddw(i) ? i->dst_reg : KBPF_R0] = KBPF_AT_ELSEWHERE;
		break;
	case KBPF_LDX:
		w->at[i->dst_reg] = loaded(p, w, i);
		break;
	case KBPF_STX:
		stored(p, w, i);
		if (KBPF_MODE(i->code) == KBPF_ATOMIC && i->imm & KBPF_FETCH)
			w->at[i->imm == KBPF_CMPXCHG ? KBPF_R0 : i->src_reg] = KBPF_AT_ANY;
		break;
	case KBPF_JMP:
		if (KBPF_OP(i->code) == KBPF_CALL)
			for (u32 r = KBPF_R0; r <= KBPF_R5; r++)
				w->at[r] = KBPF_AT_ELSEWHERE;
		break;
	}
}

/* Arguments go to the callee, where they are no longer offsets of the own frame. */
static bool enter_callee(struct kbpf_verifier *v, struct kbpf_where *where, u32 i)
{
	const struct kbpf_insn *insn = &v->insns[i];
	struct kbpf_where args;

	if (insn->code != (KBPF_JMP | KBPF_CALL) || insn->src_reg != KBPF_PSEUDO_CALL)
		return false;
	for (u32 r = 0; r < KBPF_R10; r++)
		args.at[r] = KBPF_AT_ELSEWHERE;
	for (u32 r = KBPF_R1; r <= KBPF_R5; r++)
		args.at[r] = kbpf_at_maybe_stack(where[i].at[r]) ? KBPF_AT_ANY : KBPF_AT_ELSEWHERE;
	return join_where(&where[i + 1 + insn->imm], &args);
}

static bool sweep_where(struct kbpf_verifier *v, struct places *p)
{
	struct kbpf_where *where = p->at;
	u64 spilled = p->spilled;
	bool changed = false;
	struct kbpf_where after;
	u32 next[2], n;

	/* reverse post-order: before where control goes, loops apart */
	for (u32 o = v->nr_order; o-- > 0;) {
		u32 i = v->order[o];

		if (where[i].at[KBPF_R0] == KBPF_AT_UNSET)
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

static void set_where(struct kbpf_where *w, s16 at)
{
	for (u32 r = 0; r < KBPF_R10; r++)
		w->at[r] = at;
}

void kbpf_where_compute(struct kbpf_verifier *v, struct kbpf_where *where)
{
	struct places p = { .at = where };
	u32 sweeps = 0;

	for (u32 i = 0; i < v->len; i++)
		set_where(&where[i], KBPF_AT_UNSET);
	set_where(&where[0], KBPF_AT_ELSEWHERE);
	/* functions that helpers call are entered with pointers of any kind */
	for (u32 f = 1; f < v->nr_subprogs; f++)
		if (v->subprogs[f].is_callback)
			set_where(&where[v->subprogs[f].start], KBPF_AT_ANY);
	while (sweep_where(v, &p) && v->goes_back) {
		if (++sweeps < KBPF_MAX_SWEEPS)
			continue;
		for (u32 i = 0; i < v->len; i++)
			set_where(&where[i], KBPF_AT_ANY);
		return;
	}
}
