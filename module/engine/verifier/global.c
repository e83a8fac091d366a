// SPDX-License-Identifier: GPL-2.0
/*
 * Global functions: judged once, by what BTF says of their arguments, in place of
 * at each call with the caller's values. A call only has to bring what the
 * signature says, and learns nothing but that a number comes back.
 *
 *   a number		some number
 *   the context	the context, as the program got it
 *   any other pointer	memory of the size of what it points to, or NULL; with the
 *			declaration tag "arg:nonnull" not NULL
 *
 * Functions whose signature says other things are walked where they are called, as
 * static ones are. So is what a helper calls. Functions that no path calls are not
 * judged: they are removed.
 */
#include "verifier/verifier.h"
#include "btf/btf.h"

#define LINKAGE_GLOBAL	1
#define MAX_ARGS	5

/* ---- signatures ------------------------------------------------------------------- */

/* Has argument @arg of a function the declaration tag? */
static bool has_tag(const struct kbpf_btf *btf, u32 func_id, u32 arg, const char *tag)
{
	for (u32 id = 1; id < btf->nr_types; id++) {
		const struct kbpf_btf_type *t = kbpf_btf_type(btf, id);

		if (kbpf_btf_kind(t) == KBPF_BTF_DECL_TAG && t->type == func_id &&
		    kbpf_btf_word(t) == arg && !strcmp(kbpf_btf_name(btf, t->name_off), tag))
			return true;
	}
	return false;
}

static bool is_number(const struct kbpf_btf_type *t)
{
	u32 kind = t ? kbpf_btf_kind(t) : 0;

	return kind == KBPF_BTF_INT || kind == KBPF_BTF_ENUM || kind == KBPF_BTF_ENUM64;
}

/* Is it the structure that the program type's context is called in C? */
static bool is_ctx(const struct kbpf_verifier *v, const struct kbpf_btf_type *to)
{
	static const char prefix[] = "struct ";
	const char *name = v->type->ctx_name;

	return to && kbpf_btf_kind(to) == KBPF_BTF_STRUCT &&
	       !strncmp(name, prefix, strlen(prefix)) &&
	       !strcmp(name + strlen(prefix), kbpf_btf_name(v->prog->btf, to->name_off));
}

static bool read_pointer(const struct kbpf_verifier *v, u32 func_id, u32 i, u32 to,
			 struct kbpf_global_arg *arg)
{
	const struct kbpf_btf *btf = v->prog->btf;
	s64 size;

	if (has_tag(btf, func_id, i, "arg:ctx") || is_ctx(v, kbpf_btf_skip(btf, &to))) {
		arg->kind = KBPF_GLOBAL_CTX;
		return true;
	}
	size = kbpf_btf_size(btf, to);
	if (size <= 0 || size >= KBPF_MAX_OFF)
		return false;
	arg->kind = KBPF_GLOBAL_MEM;
	arg->size = size;
	arg->or_null = !has_tag(btf, func_id, i, "arg:nonnull");
	return true;
}

static bool read_arg(const struct kbpf_verifier *v, u32 func_id, u32 i, u32 type,
		     struct kbpf_global_arg *arg)
{
	const struct kbpf_btf_type *t = kbpf_btf_skip(v->prog->btf, &type);

	if (is_number(t)) {
		arg->kind = KBPF_GLOBAL_NUM;
		return true;
	}
	return t && kbpf_btf_kind(t) == KBPF_BTF_PTR && read_pointer(v, func_id, i, t->type, arg);
}

static bool read_signature(const struct kbpf_verifier *v, u32 func_id, struct kbpf_subprog *s)
{
	const struct kbpf_btf *btf = v->prog->btf;
	const struct kbpf_btf_type *func = kbpf_btf_type(btf, func_id), *proto;
	u32 ret;

	if (!func || kbpf_btf_kind(func) != KBPF_BTF_FUNC || kbpf_btf_vlen(func) != LINKAGE_GLOBAL)
		return false;
	proto = kbpf_btf_type(btf, func->type);
	if (!proto || kbpf_btf_kind(proto) != KBPF_BTF_FUNC_PROTO || kbpf_btf_vlen(proto) > MAX_ARGS)
		return false;
	ret = proto->type;
	if (!is_number(kbpf_btf_skip(btf, &ret)))
		return false;
	s->nr_args = kbpf_btf_vlen(proto);
	for (u32 i = 0; i < s->nr_args; i++)
		if (!read_arg(v, func_id, i, kbpf_btf_params(proto)[i].type, &s->args[i]))
			return false;
	return true;
}

int kbpf_global_find(struct kbpf_verifier *v)
{
	if (!v->prog->btf || v->prog->nr_func_info != v->nr_subprogs)
		return 0;
	for (u32 f = 1; f < v->nr_subprogs; f++)
		if (!v->subprogs[f].is_callback)
			v->subprogs[f].is_global = read_signature(v, v->prog->func_info[f].type_id,
								  &v->subprogs[f]);
	return 0;
}

/* ---- calls --------------------------------------------------------------------------- */

static int check_memory(struct kbpf_verifier *v, u32 reg, const struct kbpf_global_arg *arg)
{
	struct kbpf_value *val = kbpf_state_reg(v->cur, reg), was = *val;
	int err;

	if (arg->or_null && kbpf_value_is_zero(val))
		return 0;
	/* what may be NULL may be passed where NULL may; the rest is the same */
	if (arg->or_null)
		val->flags &= ~KBPF_V_OR_NULL;
	err = kbpf_check_mem(v, reg, 0, arg->size,
			     KBPF_ACCESS_READ | KBPF_ACCESS_WRITE | KBPF_ACCESS_HELPER);
	*val = was;
	return err;
}

static int check_arg(struct kbpf_verifier *v, u32 reg, const struct kbpf_global_arg *arg)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, reg);
	int err = 0;

	if (!kbpf_read_reg(v, reg, &err))
		return err;
	if (arg->kind == KBPF_GLOBAL_NUM && !kbpf_value_is_num(val))
		return refuse(v, global_num, reg, .n = reg);
	if (arg->kind == KBPF_GLOBAL_CTX && (val->type != KBPF_V_CTX || val->off ||
					     !kbpf_scalar_is(&val->num, 0)))
		return refuse(v, global_ctx, reg, .n = reg, .at = reg - KBPF_R1);
	return arg->kind == KBPF_GLOBAL_MEM ? check_memory(v, reg, arg) : 0;
}

int kbpf_global_check_call(struct kbpf_verifier *v, u32 func)
{
	const struct kbpf_subprog *s = &v->subprogs[func];
	int err = 0;

	if (v->cur->lock_map)
		return refuse(v, lock_call, -1, .where = v->cur->lock_insn + 1);
	for (u32 i = 0; i < s->nr_args && !err; i++)
		err = check_arg(v, KBPF_R1 + i, &s->args[i]);
	return err;
}

int kbpf_global_apply_call(struct kbpf_verifier *v, u32 func)
{
	struct kbpf_subprog *s = &v->subprogs[func];
	int err = 0;

	s->called = true;
	for (u32 i = 0; i < s->nr_args && !err; i++)
		if (s->args[i].kind == KBPF_GLOBAL_MEM)
			err = kbpf_apply_helper_write(v, KBPF_R1 + i, s->args[i].size);
	return err;
}

/* ---- the function itself ---------------------------------------------------------------- */

void kbpf_global_enter(struct kbpf_verifier *v, u32 func, struct kbpf_frame *f)
{
	const struct kbpf_subprog *s = &v->subprogs[func];

	for (u32 i = 0; i < s->nr_args; i++) {
		struct kbpf_value *val = &f->regs[KBPF_R1 + i];

		switch (s->args[i].kind) {
		case KBPF_GLOBAL_CTX:
			*val = kbpf_value_ptr(KBPF_V_CTX);
			break;
		case KBPF_GLOBAL_MEM:
			*val = kbpf_value_ptr(KBPF_V_MEM);
			val->size = s->args[i].size;
			if (!s->args[i].or_null)
				break;
			val->flags |= KBPF_V_OR_NULL;
			val->id = ++v->next_id;
			break;
		default:
			*val = kbpf_value_any();
		}
	}
}

int kbpf_global_check_return(struct kbpf_verifier *v)
{
	const struct kbpf_value *r0 = kbpf_state_reg(v->cur, KBPF_R0);

	if (kbpf_value_is_num(r0))
		return 0;
	return refuse(v, global_ret, KBPF_R0);
}
