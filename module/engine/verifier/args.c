// SPDX-License-Identifier: GPL-2.0
/*
 * Arguments of helpers and kernel functions: a check for each kind. Each may
 * refuse; none changes the state.
 */
#include "verifier/call.h"

static int wrong_type(struct kbpf_verifier *v, const struct kbpf_call *c, const char *expected)
{
	int err = 0;

	if (!kbpf_read_reg(v, c->reg, &err))
		return err;
	return refuse(v, arg_type, c->reg, .what = expected, .n = c->reg);
}

static int check_any(struct kbpf_verifier *v, struct kbpf_call *c)
{
	int err = 0;

	kbpf_read_reg(v, c->reg, &err);
	return err;
}

static int check_ctx(struct kbpf_verifier *v, struct kbpf_call *c)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, c->reg);

	if (val->type != KBPF_V_CTX)
		return wrong_type(v, c, "the context");
	if (val->off || !kbpf_scalar_is(&val->num, 0))
		return refuse(v, arg_ctx_moved, c->reg, .at = val->off);
	return 0;
}

static int check_ctx_or_null(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return kbpf_value_is_zero(kbpf_state_reg(v->cur, c->reg)) ? 0 : check_ctx(v, c);
}

static int check_map(struct kbpf_verifier *v, struct kbpf_call *c)
{
	const u32 writes = KBPF_MAP_CAN_UPDATE | KBPF_MAP_CAN_DELETE | KBPF_MAP_CAN_PUSH;
	const struct kbpf_value *val = kbpf_state_reg(v->cur, c->reg);
	const struct kbpf_proto *p = c->proto;

	if (val->type != KBPF_V_MAP)
		return wrong_type(v, c, "a map");
	if (val->flags & KBPF_V_OR_NULL)
		return refuse(v, arg_null_map, c->reg);
	c->map = val;
	if (p->map_can && !(p->map_can & kbpf_call_map(v, c)->can))
		return refuse(v, map_func, c->reg, .name = kbpf_call_map(v, c)->name,
			      .what = kbpf_proto_name(p->id), .limit = kbpf_call_map(v, c)->type,
			      .n = p->id);
	if (p->map_can & writes && kbpf_call_map(v, c)->flags & KBPF_F_RDONLY_PROG)
		return refuse(v, map_rdonly, c->reg, .name = kbpf_call_map(v, c)->name);
	return 0;
}

/* Memory for a helper: @size bytes of it. */
static int check_memory(struct kbpf_verifier *v, struct kbpf_call *c, u32 size, u32 how)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, c->reg);

	if (kbpf_value_is_num(val))
		return refuse(v, arg_number, c->reg, .n = c->reg);
	if (!kbpf_value_is_ptr(val))
		return wrong_type(v, c, "a pointer to memory");
	if (val->type == KBPF_V_CTX || val->type == KBPF_V_MAP || val->type == KBPF_V_FUNC)
		return wrong_type(v, c, "a pointer to memory");
	if (!size)
		return val->flags & KBPF_V_OR_NULL ? wrong_type(v, c, "a pointer to memory") : 0;
	if (how & KBPF_ACCESS_WRITE) {
		c->written[c->nr_written].reg = c->reg;
		c->written[c->nr_written++].size = size;
	}
	return kbpf_check_mem(v, c->reg, 0, size, how | KBPF_ACCESS_HELPER);
}

static int check_map_key(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return check_memory(v, c, kbpf_call_map(v, c)->key_size, KBPF_ACCESS_READ);
}

static int check_map_value(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return check_memory(v, c, kbpf_call_map(v, c)->value_size, KBPF_ACCESS_READ);
}

static int check_map_value_out(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return check_memory(v, c, kbpf_call_map(v, c)->value_size, KBPF_ACCESS_WRITE);
}

static int check_long_out(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return check_memory(v, c, 8, KBPF_ACCESS_WRITE);
}

static int refuse_unbounded(struct kbpf_verifier *v, const struct kbpf_call *c)
{
	s64 room = kbpf_mem_room(v, c->reg - 1);

	if (room <= 0)
		return refuse(v, arg_size_unbounded, c->reg);
	return refuse(v, arg_size_room, c->reg, .limit = room, .mem = c->reg);
}

/* The memory in the argument before has as many bytes as this one says. */
static int check_sized(struct kbpf_verifier *v, struct kbpf_call *c, bool may_be_zero)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, c->reg);
	const struct kbpf_range *r = &val->num.full.range;
	u8 mem = c->proto->args[c->reg - KBPF_R1 - 1];
	bool out = mem == KBPF_ARG_MEM_OUT || mem == KBPF_ARG_MEM_OUT_OR_NULL;
	bool or_null = mem == KBPF_ARG_MEM_OR_NULL || mem == KBPF_ARG_MEM_OUT_OR_NULL;
	int err;

	if (!kbpf_value_is_num(val))
		return wrong_type(v, c, "a number");
	if (r->smin < 0)
		return refuse(v, arg_size_negative, c->reg);
	if (r->umax >= KBPF_MAX_OFF)
		return refuse_unbounded(v, c);
	if (!r->umin && !may_be_zero)
		return refuse(v, arg_size_zero, c->reg, .limit = r->umax);
	c->size_max = r->umax;
	if (or_null && !r->umax && kbpf_value_is_zero(kbpf_state_reg(v->cur, c->reg - 1)))
		return 0;
	v->size_reg = c->reg-- + 1;
	err = check_memory(v, c, r->umax, out ? KBPF_ACCESS_WRITE : KBPF_ACCESS_READ);
	v->size_reg = 0;
	c->reg++;
	return err;
}

static int check_size(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return check_sized(v, c, false);
}

static int check_size_or_zero(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return check_sized(v, c, true);
}

static int check_alloc_size(struct kbpf_verifier *v, struct kbpf_call *c)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, c->reg);

	if (!kbpf_value_is_num(val) || !kbpf_scalar_is_const(&val->num))
		return refuse(v, arg_const, c->reg);
	c->alloc_size = kbpf_scalar_value(&val->num);
	if (c->alloc_size >= KBPF_MAX_OFF)
		return refuse(v, arg_alloc_size, c->reg, .limit = KBPF_MAX_OFF);
	return 0;
}

static int check_record(struct kbpf_verifier *v, struct kbpf_call *c)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, c->reg);

	if (val->flags & KBPF_V_OR_NULL)
		return refuse(v, arg_null_record, c->reg);
	if (val->type != KBPF_V_MEM || !val->ref || val->flags & KBPF_V_SLICE || val->off || !kbpf_scalar_is(&val->num, 0))
		return refuse(v, not_a_record, c->reg);
	c->release = val->ref;
	return 0;
}

static int check_str(struct kbpf_verifier *v, struct kbpf_call *c)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, c->reg);
	u64 byte = 1;
	s64 off;

	if (val->type != KBPF_V_MAP_VALUE || val->flags & KBPF_V_OR_NULL ||
	    !kbpf_value_off_known(val))
		return wrong_type(v, c, "a constant string");
	for (off = val->off + (s64)kbpf_scalar_value(&val->num); byte; off++) {
		if (off < 0 || off > U32_MAX || val->index >= KBPF_INNER_MAP ||
		    !kbpf_env_map_read_const(v->maps[val->index], off, 1, &byte))
			return refuse(v, arg_str, c->reg, .name = kbpf_map_desc_of(v,
				      val->index)->name);
	}
	return 0;
}

static int check_func(struct kbpf_verifier *v, struct kbpf_call *c)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, c->reg);

	if (val->type != KBPF_V_FUNC)
		return wrong_type(v, c, "a function of this program");
	c->func = val->index;
	return 0;
}

static int check_callback_ctx(struct kbpf_verifier *v, struct kbpf_call *c)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, c->reg);

	if (val->type != KBPF_V_STACK && !kbpf_value_is_zero(val))
		return wrong_type(v, c, "a pointer to the stack or NULL");
	return 0;
}

static int check_spin_lock(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return kbpf_lock_check_arg(v, c->reg, c->proto->id == KBPF_FUNC_spin_lock);
}

static int check_timer(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return kbpf_timer_check_arg(v, c->reg);
}

static int check_dynptr_out(struct kbpf_verifier *v, struct kbpf_call *c)
{
	int err = kbpf_dynptr_check_out(v, c->reg);

	if (!err && c->proto->id == KBPF_FUNC_dynptr_from_mem)
		err = kbpf_dynptr_check_mem(v, KBPF_R1);
	return err;
}

static int check_dynptr(struct kbpf_verifier *v, struct kbpf_call *c)
{
	int err = kbpf_dynptr_check_arg(v, c->reg, false);

	if (!err)
		c->dynptr = kbpf_dynptr_of(v->cur, kbpf_state_reg(v->cur, c->reg))->ref;
	return err;
}

static int check_dynptr_release(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return kbpf_dynptr_check_arg(v, c->reg, true);
}

static int check_kernel_ptr(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return kbpf_value_is_zero(kbpf_state_reg(v->cur, c->reg)) ? 0 :
	       kbpf_object_check(v, c->reg);
}

static int check_map_value_or_null(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return kbpf_value_is_zero(kbpf_state_reg(v->cur, c->reg)) ? 0 : check_map_value(v, c);
}

static int check_number(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return kbpf_value_is_num(kbpf_state_reg(v->cur, c->reg)) ? 0 : wrong_type(v, c, "a number");
}

static int check_iter_new(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return kbpf_iter_check_new(v, c->reg);
}

static int check_iter(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return kbpf_iter_check(v, c->reg);
}

static int check_object(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return kbpf_object_check(v, c->reg);
}

static int check_typed(struct kbpf_verifier *v, struct kbpf_call *c)
{
	return kbpf_typed_check(v, c->reg, c->proto->args[c->reg - KBPF_R1]);
}

static int check_object_release(struct kbpf_verifier *v, struct kbpf_call *c)
{
	c->release = kbpf_state_reg(v->cur, c->reg)->ref;
	return kbpf_object_check_release(v, c->reg);
}

static int (* const checks[KBPF_ARGS])(struct kbpf_verifier *v, struct kbpf_call *c) = {
	[KBPF_ARG_ANY] = check_any,
	[KBPF_ARG_CTX] = check_ctx,
	[KBPF_ARG_CTX_OR_NULL] = check_ctx_or_null,
	[KBPF_ARG_MAP] = check_map,
	[KBPF_ARG_MAP_KEY] = check_map_key,
	[KBPF_ARG_MAP_VALUE] = check_map_value,
	[KBPF_ARG_MAP_VALUE_OUT] = check_map_value_out,
	[KBPF_ARG_MEM] = check_any,		/* judged with its size */
	[KBPF_ARG_MEM_OR_NULL] = check_any,
	[KBPF_ARG_MEM_OUT] = check_any,
	[KBPF_ARG_MEM_OUT_OR_NULL] = check_any,
	[KBPF_ARG_SIZE] = check_size,
	[KBPF_ARG_SIZE_OR_ZERO] = check_size_or_zero,
	[KBPF_ARG_ALLOC_SIZE] = check_alloc_size,
	[KBPF_ARG_RECORD] = check_record,
	[KBPF_ARG_LONG_OUT] = check_long_out,
	[KBPF_ARG_CONST_STR] = check_str,
	[KBPF_ARG_FUNC] = check_func,
	[KBPF_ARG_CALLBACK_CTX] = check_callback_ctx,
	[KBPF_ARG_SPIN_LOCK] = check_spin_lock,
	[KBPF_ARG_NUM] = check_number,
	[KBPF_ARG_ITER_NEW] = check_iter_new,
	[KBPF_ARG_ITER] = check_iter,
	[KBPF_ARG_ITER_DESTROY] = check_iter,
	[KBPF_ARG_OBJECT] = check_object,
	[KBPF_ARG_OBJECT_RELEASE] = check_object_release,
	[KBPF_ARG_MAP_VALUE_OR_NULL] = check_map_value_or_null,
	[KBPF_ARG_KERNEL_PTR] = check_kernel_ptr,
	[KBPF_ARG_TIMER] = check_timer,
	[KBPF_ARG_DYNPTR] = check_dynptr,
	[KBPF_ARG_DYNPTR_OUT] = check_dynptr_out,
	[KBPF_ARG_DYNPTR_RELEASE] = check_dynptr_release,
	[KBPF_ARG_BTF_TASK] = check_typed,
	[KBPF_ARG_BTF_SOCK] = check_typed,
	[KBPF_ARG_BTF_FILE] = check_typed,
	[KBPF_ARG_BTF_PATH] = check_typed,
};

int kbpf_args_check(struct kbpf_verifier *v, struct kbpf_call *c)
{
	int err = 0;

	for (u32 a = 0; a < 5 && !err; a++) {
		c->reg = KBPF_R1 + a;
		if (checks[c->proto->args[a]])
			err = checks[c->proto->args[a]](v, c);
	}
	return err;
}
