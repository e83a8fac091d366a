// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that helpers call, any number of times. The call is a place where
 * control flow meets: each round comes back to it, and the walk ends once a
 * round brings nothing new (prune.c). Knows which arguments the helpers pass.
 */
#include "verifier/verifier.h"
#include "helpers/proto.h"

int kbpf_callback_arg(const struct kbpf_proto *p)
{
	/* what a timer calls is not called now; see timer.c */
	for (int a = 0; p && p->args[0] != KBPF_ARG_TIMER && a < 5; a++)
		if (p->args[a] == KBPF_ARG_FUNC)
			return a;
	return -1;
}

/* bpf_loop(rounds, function, ctx, flags) calls function(round, ctx). */
static void pass_loop(struct kbpf_verifier *v, const struct kbpf_value *caller,
		      struct kbpf_value *args)
{
	u64 most = caller[KBPF_R1].type == KBPF_V_SCALAR ?
		   caller[KBPF_R1].num.half.umax : U32_MAX;

	(void)v;
	args[KBPF_R1] = kbpf_value_num(kbpf_scalar_between(0, most ? most - 1 : 0));
	args[KBPF_R2] = caller[KBPF_R3];
}

/* bpf_for_each_map_elem(map, function, ctx, flags) calls function(map, key, value, ctx). */
static void pass_elem(struct kbpf_verifier *v, const struct kbpf_value *caller,
		      struct kbpf_value *args)
{
	args[KBPF_R1] = caller[KBPF_R1];
	args[KBPF_R2] = kbpf_value_ptr(KBPF_V_MEM);
	args[KBPF_R2].flags = KBPF_V_RDONLY;
	args[KBPF_R2].size = kbpf_map_desc_of(v, caller[KBPF_R1].index)->key_size;
	args[KBPF_R3] = kbpf_value_ptr(KBPF_V_MAP_VALUE);
	args[KBPF_R3].index = caller[KBPF_R1].index;
	if (kbpf_map_desc_of(v, caller[KBPF_R1].index)->spin_lock_off >= 0) {
		args[KBPF_R3].flags = KBPF_V_NUMBERED;
		args[KBPF_R3].id = ++v->next_id;
	}
	args[KBPF_R4] = caller[KBPF_R3];
}

/* bpf_user_ringbuf_drain(map, function, ctx, flags) calls function(dynptr, ctx). */
static void pass_sample(struct kbpf_verifier *v, const struct kbpf_value *caller,
			struct kbpf_frame *f)
{
	f->lent = ++v->next_id;
	f->regs[KBPF_R1] = kbpf_value_ptr(KBPF_V_DYNPTR);
	f->regs[KBPF_R1].index = KBPF_DYNPTR_LOCAL;
	f->regs[KBPF_R1].ref = f->lent;
	f->regs[KBPF_R2] = caller[KBPF_R3];
}

/* bpf_find_vma(task, address, function, ctx, flags) calls function(task, vma, ctx). */
static void pass_vma(const struct kbpf_value *caller, struct kbpf_value *args)
{
	args[KBPF_R1] = caller[KBPF_R1];
	args[KBPF_R2] = kbpf_value_any();
	args[KBPF_R2].flags |= KBPF_V_KADDR;
	args[KBPF_R3] = caller[KBPF_R4];
}

int kbpf_callback_enter(struct kbpf_verifier *v, u32 func, const struct kbpf_proto *p)
{
	struct kbpf_state *st = v->cur;
	const struct kbpf_frame *caller = kbpf_state_top(st);
	struct kbpf_frame *f;

	if (st->nr_frames == KBPF_MAX_FRAMES)
		return refuse(v, call_depth, -1, .limit = KBPF_MAX_FRAMES, .n = st->nr_frames + 1);
	f = kbpf_state_push_frame(st, func, v->insn);
	if (!f)
		return -ENOMEM;
	f->callback = true;
	f->run = ++v->next_id;
	st->frames[st->nr_frames - 2]->calls++;
	f->nr_refs = st->nr_refs;
	/* the caller keeps its arguments: the next round starts from them */
	if (p->id == KBPF_FUNC_loop)
		pass_loop(v, caller->regs, f->regs);
	else if (p->id == KBPF_FUNC_user_ringbuf_drain)
		pass_sample(v, caller->regs, f);
	else if (p->id == KBPF_FUNC_find_vma)
		pass_vma(caller->regs, f->regs);
	else
		pass_elem(v, caller->regs, f->regs);
	st->insn = v->subprogs[func].start;
	return KBPF_NEXT_ON;
}

/* Where the newest of the references was taken that the function leaves, plus 1; 0: it took none. */
static u32 taken_inside(const struct kbpf_state *st, const struct kbpf_frame *f)
{
	return st->nr_refs > f->nr_refs ? st->refs[st->nr_refs - 1].insn + 1 : 0;
}

int kbpf_callback_leave(struct kbpf_verifier *v)
{
	const struct kbpf_frame *f = kbpf_state_top(v->cur);
	const struct kbpf_value *r0 = &f->regs[KBPF_R0];

	if (r0->type == KBPF_V_NONE)
		return refuse(v, ret_uninit, KBPF_R0);
	if (!kbpf_value_is_num(r0) || r0->num.full.range.umax > 1)
		return refuse(v, ret_callback, KBPF_R0);
	if (v->cur->lock_map)
		return kbpf_lock_check_end(v);
	if (v->cur->nr_refs != f->nr_refs)
		return refuse(v, ref_callback, -1, .where = taken_inside(v->cur, f));
	v->cur->insn = f->callsite;
	if (f->lent)
		kbpf_dynptr_end(v->cur, f->lent);
	kbpf_state_pop_frame(v->cur);
	return KBPF_NEXT_ON;
}
