// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel functions: from the BTF id that a program has to the number of what kbpf
 * provides, once, before the walk. What they ask of arguments and leave behind is
 * in their prototypes, as with helpers; kernel objects and RCU read sides are
 * judged here.
 */
#include "verifier/verifier.h"
#include "btf/btf.h"
#include "helpers/kfunc.h"
#include "helpers/proto.h"

/* Name of the kernel's function with a BTF id, or NULL. */
static const char *name_of(u32 btf_id)
{
	const struct kbpf_btf *btf = kbpf_env_kernel_btf();
	const struct kbpf_btf_type *t = btf ? kbpf_btf_type(btf, btf_id) : NULL;

	if (!t || kbpf_btf_kind(t) != KBPF_BTF_FUNC)
		return NULL;
	return kbpf_btf_name(btf, t->name_off);
}

/* The number of the function with a BTF id, or 0 where there is none to be had. */
static u32 number_of(const struct kbpf_verifier *v, u32 btf_id)
{
	const char *name;

	if (v->opts->kfunc_find)
		return v->opts->kfunc_find(v->opts->map_arg, btf_id);
	name = name_of(btf_id);
	return name ? kbpf_kfunc_find(name) : 0;
}

bool kbpf_kfunc_exists(const struct kbpf_verifier *v, u32 btf_id)
{
	return v->opts->kfunc_find || name_of(btf_id);
}

static bool is_kfunc_call(const struct kbpf_insn *i)
{
	return i->code == (KBPF_JMP | KBPF_CALL) && i->src_reg == KBPF_PSEUDO_KFUNC_CALL;
}

bool kbpf_kfunc_is_addr(const struct kbpf_insn *insn)
{
	return kbpf_isa_is_lddw(insn) && insn->src_reg == KBPF_PSEUDO_BTF_ID;
}

/*
 * A function that is not provided is none to bpf_ksym_exists(), so that the call
 * that this guards is never judged.
 */
int kbpf_kfunc_resolve(struct kbpf_verifier *v)
{
	for (u32 i = 0; i < v->len; i++) {
		const struct kbpf_insn *insn = &v->insns[i];

		if (v->info[i].flags & KBPF_INFO_SECOND)
			continue;
		if (!is_kfunc_call(insn) && !kbpf_kfunc_is_addr(insn))
			continue;
		/* an offset means that the BTF is a module's */
		v->info[i].index = insn->off ? 0 : number_of(v, insn->imm);
		if (is_kfunc_call(insn) && v->info[i].index == KBPF_KFUNC_iter_num_next)
			v->info[i].flags |= KBPF_INFO_JOIN | KBPF_INFO_ROUNDS;
	}
	return 0;
}

u32 kbpf_call_id(const struct kbpf_verifier *v, u32 at)
{
	const struct kbpf_insn *insn = &v->insns[at];

	return is_kfunc_call(insn) ? v->info[at].index : (u32)insn->imm;
}

/* ---- kernel objects -------------------------------------------------------------------- */

int kbpf_object_check(struct kbpf_verifier *v, u32 reg)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, reg);
	int err = 0;

	if (!kbpf_read_reg(v, reg, &err))
		return err;
	if (val->flags & KBPF_V_OR_NULL)
		return refuse(v, arg_null_object, reg, .at = reg - KBPF_R1);
	if (val->type == KBPF_V_OBJECT || (kbpf_value_is_num(val) && val->flags & KBPF_V_KADDR))
		return 0;
	return refuse(v, arg_type, reg, .what = "a pointer to a kernel object", .n = reg);
}

int kbpf_object_check_release(struct kbpf_verifier *v, u32 reg)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, reg);
	int err = kbpf_object_check(v, reg);

	if (!err && val->type != KBPF_V_OBJECT)
		err = refuse(v, not_an_object, reg);
	return err;
}

/* ---- RCU read sides ---------------------------------------------------------------------- */

/* Where the read side was begun that is under way. */
static u32 begun_at(const struct kbpf_state *st)
{
	u32 i = 0;

	while (st->refs[i].id != st->rcu)
		i++;
	return st->refs[i].insn;
}

int kbpf_rcu_check(struct kbpf_verifier *v, u32 id)
{
	if (id == KBPF_KFUNC_rcu_read_lock && v->cur->rcu)
		return refuse(v, rcu_twice, -1, .where = begun_at(v->cur) + 1);
	if (id == KBPF_KFUNC_rcu_read_unlock && !v->cur->rcu)
		return refuse(v, rcu_none, -1);
	return 0;
}

int kbpf_rcu_apply(struct kbpf_verifier *v, u32 id)
{
	if (id == KBPF_KFUNC_rcu_read_lock)
		return kbpf_ref_acquire(v, &v->cur->rcu);
	if (id == KBPF_KFUNC_rcu_read_unlock) {
		kbpf_ref_release(v->cur, v->cur->rcu);
		v->cur->rcu = 0;
	}
	return 0;
}
