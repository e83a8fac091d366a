// SPDX-License-Identifier: GPL-2.0
/*
 * Calls: helpers by their prototypes, functions of the program by entering them.
 */
#include "verifier/call.h"
#include "helpers/kfunc.h"

/* ---- may it be called? ---------------------------------------------------------------------- */

/* What a map holds is known; a map of maps without one inside, or two deep, is not. */
static int check_inner(struct kbpf_verifier *v, const struct kbpf_call *c)
{
	const struct kbpf_map_desc *d = c->map ? kbpf_call_map(v, c) : NULL;

	if (!d || !(d->can & KBPF_MAP_IS_INNER) || c->proto->ret != KBPF_RET_MAP_VALUE_OR_NULL)
		return 0;
	if (d->inner && c->map->index < KBPF_INNER_MAP)
		return 0;
	return refuse(v, map_inner, KBPF_R1);
}

/* What libbpf makes of a call whose CO-RE relocation finds nothing. */
#define POISON	0xbad2310

static int check_may_call(struct kbpf_verifier *v, u32 id, const struct kbpf_proto *p)
{
	const char *name = kbpf_proto_name(id);

	if (id == POISON)
		return refuse(v, func_poisoned, -1, .n = (s32)id);
	if (!name)
		return refuse(v, func_no_number, -1, .n = (s32)id);
	if (!p || (p->ret != KBPF_RET_NEVER && !kbpf_env_helper(id)))
		return refuse(v, func_absent, -1, .name = name, .n = id);
	if (!(p->progs & BIT_ULL(v->prog->type)))
		/* the words by which old and new libbpf know this answer */
		return refuse(v, func_for_type, -1, .name = name, .n = id);
	if (p->flags & KBPF_PROTO_GPL && !v->prog->gpl_compatible)
		return refuse(v, func_gpl, -1, .name = name);
	if (p->ret == KBPF_RET_NEVER && v->cur->nr_refs)
		return refuse(v, tail_call_refs, -1, .where = v->cur->refs[0].insn + 1);
	return kbpf_lock_check_call(v, p);
}

/* ---- what it does ----------------------------------------------------------------------------- */

/* r1-r5 are the helper's to use; r0 is its result. */
static void clobber(struct kbpf_state *st)
{
	for (u32 r = KBPF_R0; r <= KBPF_R5; r++)
		*kbpf_state_reg(st, r) = kbpf_value_none();
}

static void forget_packet_one(struct kbpf_value *val, __always_unused void *arg)
{
	if (val->type == KBPF_V_PACKET || val->type == KBPF_V_PACKET_META ||
	    val->type == KBPF_V_PACKET_END)
		*val = kbpf_value_any();
}

static struct kbpf_value int_result(void)
{
	return kbpf_value_any();
}

/* A negative errno, or up to @most. */
static struct kbpf_value len_result(s64 most)
{
	return kbpf_value_num(kbpf_scalar_sbetween(-MAX_ERRNO, most));
}

/* A pointer, or NULL. */
static int pointer_result(struct kbpf_verifier *v, const struct kbpf_call *c, u32 map,
			  struct kbpf_value *r0)
{
	int err = 0;

	switch (c->proto->ret) {
	case KBPF_RET_MAP_VALUE_OR_NULL:
		r0->type = KBPF_V_MAP_VALUE;
		r0->index = map;
		if (kbpf_map_desc_of(v, map)->spin_lock_off >= 0)
			r0->flags = KBPF_V_NUMBERED;
		if (kbpf_map_desc_of(v, map)->can & KBPF_MAP_IS_INNER) {
			r0->type = KBPF_V_MAP;
			r0->index += KBPF_INNER_MAP;
		}
		break;
	case KBPF_RET_RECORD_OR_NULL:
		r0->size = c->alloc_size;
		err = kbpf_ref_acquire(v, &r0->ref);
		break;
	case KBPF_RET_SLICE_OR_NULL:
		r0->size = c->alloc_size;
		r0->flags = KBPF_V_SLICE;
		r0->ref = c->dynptr;
		break;
	default:
		r0->type = KBPF_V_OBJECT;
		kbpf_typed_task(v, r0);
		err = kbpf_ref_acquire(v, &r0->ref);
	}
	r0->flags |= KBPF_V_OR_NULL;
	r0->id = ++v->next_id;
	return err;
}

static int apply_result(struct kbpf_verifier *v, const struct kbpf_call *c, u32 map)
{
	struct kbpf_value *r0 = kbpf_state_reg(v->cur, KBPF_R0);

	switch (c->proto->ret) {
	case KBPF_RET_VOID:
		return 0;
	case KBPF_RET_ERRNO:
	case KBPF_RET_LEN:
		*r0 = len_result(c->proto->ret == KBPF_RET_LEN ? c->size_max : 0);
		return 0;
	case KBPF_RET_MAP_VALUE_OR_NULL:
	case KBPF_RET_RECORD_OR_NULL:
	case KBPF_RET_SLICE_OR_NULL:
	case KBPF_RET_OBJECT_OR_NULL:
		*r0 = kbpf_value_ptr(KBPF_V_MEM);
		return pointer_result(v, c, map, r0);
	default:
		*r0 = int_result();
	}
	if (c->proto->ret == KBPF_RET_TASK || c->proto->ret == KBPF_RET_KERNEL_PTR)
		r0->flags |= KBPF_V_KADDR;
	if (c->proto->ret == KBPF_RET_TASK)
		kbpf_typed_task(v, r0);
	return 0;
}

/* Dynptrs that begin or end with the call. */
static int apply_dynptrs(struct kbpf_verifier *v, const struct kbpf_call *c)
{
	u32 kind = c->proto->id == KBPF_FUNC_ringbuf_reserve_dynptr ? KBPF_DYNPTR_RINGBUF :
								      KBPF_DYNPTR_LOCAL;
	int err = 0;

	for (u32 a = 0; a < 5 && !err; a++) {
		if (c->proto->args[a] == KBPF_ARG_DYNPTR_OUT)
			err = kbpf_dynptr_create(v, KBPF_R1 + a, kind);
		else if (c->proto->args[a] == KBPF_ARG_DYNPTR_RELEASE)
			kbpf_dynptr_release(v, KBPF_R1 + a);
	}
	return err;
}

/* So do iterators. */
static int apply_iters(struct kbpf_verifier *v, const struct kbpf_call *c)
{
	if (c->proto->args[0] == KBPF_ARG_ITER_NEW)
		return kbpf_iter_create(v, KBPF_R1);
	if (c->proto->args[0] == KBPF_ARG_ITER_DESTROY)
		kbpf_iter_destroy(v, KBPF_R1);
	return 0;
}

/*
 * A function makes a tail call, which may succeed: then the caller goes on with what
 * the other program returned, and that program has done to the packet what it liked.
 * This path goes on behind a call that failed.
 */
static int push_tail_return(struct kbpf_verifier *v)
{
	const struct kbpf_subprog *func = &v->subprogs[kbpf_state_top(v->cur)->func];
	struct kbpf_state *other;

	if (v->cur->nr_frames == 1)
		return 0;
	other = kbpf_state_copy(v->cur);
	if (!other)
		return -ENOMEM;
	other->insn = kbpf_state_top(other)->callsite + 1;
	kbpf_state_pop_frame(other);
	kbpf_state_each(other, forget_packet_one, NULL);
	*kbpf_state_reg(other, KBPF_R0) = func->ret_live ? int_result() : kbpf_value_none();
	return kbpf_push_path(v, other);
}

/*
 * The other program works on the packet and the context that hosts prepare by what
 * this one does: it may do everything.
 */
static void use_all_of_packet(struct kbpf_verifier *v)
{
	struct kbpf_prog *p = v->prog;

	for (u32 at = 0; v->type->packet && at < v->type->ctx_size; at += 4) {
		const struct kbpf_ctx_part *part = kbpf_progtype_ctx_part(v->type, at);

		if (!part)
			continue;
		p->fields_used |= BIT_ULL(at / 4);
		if (part->access & KBPF_CTX_WRITE)
			p->fields_written |= BIT_ULL(at / 4);
	}
	p->packet_written |= v->type->packet == KBPF_PACKET_WRITE;
}

static int apply_tail_call(struct kbpf_verifier *v)
{
	v->subprogs[kbpf_state_top(v->cur)->func].has_tail_call = true;
	use_all_of_packet(v);
	return push_tail_return(v);
}

/* The helper has done its work: memory, references, registers. */
static int apply_call(struct kbpf_verifier *v, const struct kbpf_call *c)
{
	u32 map = c->map ? c->map->index : 0;
	int err = 0;

	for (u32 i = 0; i < c->nr_written && !err; i++)
		err = kbpf_apply_helper_write(v, c->written[i].reg, c->written[i].size);
	if (!err)
		err = apply_dynptrs(v, c);
	if (!err)
		err = apply_iters(v, c);
	if (!err)
		err = kbpf_rcu_apply(v, c->proto->id);
	if (!err && c->proto->ret == KBPF_RET_NEVER)
		err = apply_tail_call(v);
	if (err)
		return err;
	if (c->release)
		kbpf_ref_release(v->cur, c->release);
	if (c->proto->args[0] == KBPF_ARG_SPIN_LOCK)
		kbpf_lock_apply(v, KBPF_R1, c->proto->id == KBPF_FUNC_spin_lock);
	if (c->proto->flags & KBPF_PROTO_PKT_CHANGE)
		kbpf_state_each(v->cur, forget_packet_one, NULL);
	clobber(v->cur);
	v->cur->insn = v->insn + 1;
	return apply_result(v, c, map);
}

/*
 * A helper that calls a function may call it again, or not at all: the path on
 * which it returns now is for later, this one goes into the function.
 */
static int call_back(struct kbpf_verifier *v, const struct kbpf_call *c)
{
	struct kbpf_state *here = v->cur, *inside = kbpf_state_copy(here);
	int err;

	if (!inside)
		return -ENOMEM;
	err = apply_call(v, c);
	kbpf_state_top(here)->calls = 0;
	v->cur = inside;
	if (err) {
		kbpf_state_free(here);
		return err;
	}
	err = kbpf_push_path(v, here);
	return err ? err : kbpf_callback_enter(v, c->func, c->proto);
}

/* An iterator gave an element (@more) or its end. */
static void apply_next(struct kbpf_verifier *v, struct kbpf_state *st, bool more)
{
	struct kbpf_value ptr = *kbpf_state_reg(st, KBPF_R1);
	struct kbpf_value r0 = kbpf_iter_next(st, &ptr, more);

	clobber(st);
	*kbpf_state_reg(st, KBPF_R0) = r0;
	st->insn = v->insn + 1;
}

/* It may be at its end at any time, for all that is known: that path is for later. */
static int do_next(struct kbpf_verifier *v)
{
	bool more = !kbpf_iter_at_end(v->cur, kbpf_state_reg(v->cur, KBPF_R1));
	struct kbpf_state *end;
	int err;

	if (more) {
		end = kbpf_state_copy(v->cur);
		if (!end)
			return -ENOMEM;
		apply_next(v, end, false);
		err = kbpf_push_path(v, end);
		if (err)
			return err;
	}
	apply_next(v, v->cur, more);
	return KBPF_NEXT_ON;
}

/* ---- the call as a whole ------------------------------------------------------------------------ */

/* Does the instruction name something by a number that is a program's to use? */
static int check_number_used(struct kbpf_verifier *v, const struct kbpf_insn *insn, u32 id)
{
	if (insn->src_reg == KBPF_PSEUDO_KFUNC_CALL && !id)
		return refuse(v, kfunc, -1, .n = insn->imm);
	if (!insn->src_reg && id >= KBPF_KFUNC_BASE)
		return refuse(v, func_no_number, -1, .n = (s32)id);
	return 0;
}

int kbpf_do_call(struct kbpf_verifier *v, const struct kbpf_insn *insn)
{
	u32 id = kbpf_call_id(v, v->insn);
	struct kbpf_call c = { .proto = kbpf_proto_find(id) };
	int err = check_number_used(v, insn, id);

	if (!err)
		err = check_may_call(v, id, c.proto);
	if (!err)
		err = kbpf_rcu_check(v, id);
	if (!err)
		err = kbpf_args_check(v, &c);
	if (!err)
		err = check_inner(v, &c);
	if (err)
		return err;
	if (c.proto->id == KBPF_FUNC_timer_init)
		err = kbpf_timer_check_map(v, KBPF_R1, KBPF_R2);
	else if (c.proto->id == KBPF_FUNC_timer_set_callback)
		err = kbpf_timer_push(v, c.func, kbpf_state_reg(v->cur, KBPF_R1)->index);
	else if (kbpf_callback_arg(c.proto) >= 0)
		return call_back(v, &c);
	if (err)
		return err;
	if (c.proto->ret == KBPF_RET_ITER_ELEM)
		return do_next(v);
	err = apply_call(v, &c);
	return err ? err : KBPF_NEXT_ON;
}

/* ---- functions of the program -------------------------------------------------------------------- */

/* Any helper that moves packets will do, or a tail call: which function calls it is not followed. */
static bool changes_packets(const struct kbpf_verifier *v)
{
	for (u32 i = 0; i < v->len; i++) {
		const struct kbpf_insn *insn = &v->insns[i];
		const struct kbpf_proto *p;

		if (insn->code != (KBPF_JMP | KBPF_CALL) || insn->src_reg)
			continue;
		p = kbpf_proto_find(insn->imm);
		if (p && (p->flags & KBPF_PROTO_PKT_CHANGE || p->ret == KBPF_RET_NEVER))
			return true;
	}
	return false;
}

static int call_global(struct kbpf_verifier *v, u32 func)
{
	int err = kbpf_global_check_call(v, func);

	if (!err)
		err = kbpf_global_apply_call(v, func);
	if (err)
		return err;
	if (v->type->packet && changes_packets(v))
		kbpf_state_each(v->cur, forget_packet_one, NULL);
	clobber(v->cur);
	*kbpf_state_reg(v->cur, KBPF_R0) = int_result();
	v->cur->insn = v->insn + 1;
	return KBPF_NEXT_ON;
}

int kbpf_do_subprog_call(struct kbpf_verifier *v, const struct kbpf_insn *insn)
{
	u32 target = v->insn + 1 + insn->imm, func = kbpf_cfg_find(v, target);
	struct kbpf_state *st = v->cur;
	const struct kbpf_frame *caller = kbpf_state_top(st);
	struct kbpf_frame *callee;

	v->jumps_since_checkpoint++;
	if (v->subprogs[func].is_global)
		return call_global(v, func);
	if (st->nr_frames == KBPF_MAX_FRAMES)
		return refuse(v, call_depth, -1, .limit = KBPF_MAX_FRAMES, .n = st->nr_frames + 1);
	callee = kbpf_state_push_frame(st, func, v->insn);
	if (!callee)
		return -ENOMEM;
	callee->run = ++v->next_id;
	for (u32 r = KBPF_R1; r <= KBPF_R5; r++)
		callee->regs[r] = caller->regs[r];
	for (u32 r = KBPF_R0; r <= KBPF_R5; r++)
		st->frames[st->nr_frames - 2]->regs[r] = kbpf_value_none();
	st->insn = target;
	return KBPF_NEXT_ON;
}
