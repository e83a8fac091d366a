// SPDX-License-Identifier: GPL-2.0
/*
 * Timers in map values, and the functions that they call. Such a function runs by
 * itself, some time or never: it is walked as a path of its own, which begins with
 * nothing but its arguments and ends with its exit. One walk for each map whose
 * timer may call it is enough, for it always begins the same.
 */
#include "verifier/verifier.h"
#include "helpers/proto.h"

int kbpf_timer_check_arg(struct kbpf_verifier *v, u32 reg)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, reg);
	const struct kbpf_map_desc *d;
	s64 off;
	int err = 0;

	if (!kbpf_read_reg(v, reg, &err))
		return err;
	if (val->type != KBPF_V_MAP_VALUE || val->flags & KBPF_V_OR_NULL)
		return refuse(v, timer_arg, reg);
	d = kbpf_map_desc_of(v, val->index);
	/* two maps that came out of one map of maps cannot be told apart */
	if (d->timer_off < 0 || val->index >= KBPF_INNER_MAP)
		return refuse(v, timer_no_timer, reg, .name = d->name);
	if (!kbpf_value_off_known(val))
		return refuse(v, timer_var, reg);
	off = val->off + (s64)kbpf_scalar_value(&val->num);
	if (off != d->timer_off)
		return refuse(v, timer_off, reg, .name = d->name, .at = off, .limit = d->timer_off);
	return 0;
}

int kbpf_timer_check_map(struct kbpf_verifier *v, u32 timer, u32 map)
{
	if (kbpf_state_reg(v->cur, timer)->index == kbpf_state_reg(v->cur, map)->index)
		return 0;
	return refuse(v, timer_map, map, .name = kbpf_map_desc_of(v, kbpf_state_reg(v->cur,
		      timer)->index)->name);
}

int kbpf_timer_push(struct kbpf_verifier *v, u32 func, u32 map)
{
	struct kbpf_state *st;
	struct kbpf_frame *f;

	if (v->subprogs[func].timer_maps & BIT_ULL(map))
		return 0;
	v->subprogs[func].timer_maps |= BIT_ULL(map);
	st = kbpf_state_create();
	if (!st)
		return -ENOMEM;
	f = kbpf_state_push_frame(st, func, v->insn);
	if (!f) {
		kbpf_state_free(st);
		return -ENOMEM;
	}
	f->timer = true;
	f->run = ++v->next_id;
	f->regs[KBPF_R1] = kbpf_value_ptr(KBPF_V_MAP);
	f->regs[KBPF_R1].index = map;
	f->regs[KBPF_R2] = kbpf_value_ptr(KBPF_V_MEM);
	f->regs[KBPF_R2].flags = KBPF_V_RDONLY;
	f->regs[KBPF_R2].size = kbpf_map_desc_of(v, map)->key_size;
	f->regs[KBPF_R3] = kbpf_value_ptr(KBPF_V_MAP_VALUE);
	f->regs[KBPF_R3].index = map;
	if (kbpf_map_desc_of(v, map)->spin_lock_off >= 0) {
		f->regs[KBPF_R3].flags = KBPF_V_NUMBERED;
		f->regs[KBPF_R3].id = ++v->next_id;
	}
	st->insn = v->subprogs[func].start;
	return kbpf_push_path(v, st);
}

int kbpf_timer_leave(struct kbpf_verifier *v)
{
	const struct kbpf_value *r0 = kbpf_state_reg(v->cur, KBPF_R0);

	if (r0->type == KBPF_V_NONE)
		return refuse(v, ret_uninit, KBPF_R0);
	if (!kbpf_value_is_zero(r0))
		return refuse(v, ret_timer, KBPF_R0);
	if (v->cur->nr_refs)
		return refuse(v, ref_leak, -1, .where = v->cur->refs[0].insn + 1,
			      .n = v->cur->refs[0].id, .at = v->cur->refs[0].insn);
	if (v->cur->lock_map)
		return kbpf_lock_check_end(v);
	return KBPF_NEXT_END;
}
