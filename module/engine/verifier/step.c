// SPDX-License-Identifier: GPL-2.0
/*
 * One instruction: who judges it. The judges are in do_*.c, each as checks that
 * may refuse and leave the state alone, followed by effects that cannot fail but
 * for memory.
 */
#include "verifier/verifier.h"

const struct kbpf_value *kbpf_read_reg(struct kbpf_verifier *v, u32 reg, int *err)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, reg);

	if (val->type != KBPF_V_NONE)
		return val;
	*err = refuse(v, reg_uninit, reg);
	return NULL;
}

static int do_lddw(struct kbpf_verifier *v, const struct kbpf_insn *insn)
{
	struct kbpf_value *dst = kbpf_state_reg(v->cur, insn->dst_reg);
	struct kbpf_value val;

	switch (insn->src_reg) {
	case 0:
		val = kbpf_value_const(kbpf_isa_imm64(insn));
		break;
	case KBPF_PSEUDO_MAP_FD:
	case KBPF_PSEUDO_MAP_IDX:
		val = kbpf_value_ptr(KBPF_V_MAP);
		val.index = v->info[v->insn].index;
		break;
	case KBPF_PSEUDO_MAP_VALUE:
	case KBPF_PSEUDO_MAP_IDX_VALUE:
		val = kbpf_value_ptr(KBPF_V_MAP_VALUE);
		val.index = v->info[v->insn].index;
		val.off = insn[1].imm;
		break;
	case KBPF_PSEUDO_FUNC:
		val = kbpf_value_ptr(KBPF_V_FUNC);
		val.index = kbpf_cfg_find(v, v->insn + 1 + insn->imm);
		break;
	case KBPF_PSEUDO_BTF_ID:
		if (insn[1].imm || !kbpf_kfunc_exists(v, insn->imm))
			return refuse(v, lddw_ksym, -1, .n = insn->imm);
		val = kbpf_value_const(!!v->info[v->insn].index);
		break;
	default:
		return refuse(v, lddw_kind, -1);
	}
	*dst = val;
	v->cur->insn = v->insn + 2;
	return KBPF_NEXT_ON;
}

static int do_jump(struct kbpf_verifier *v, const struct kbpf_insn *insn)
{
	switch (KBPF_OP(insn->code)) {
	case KBPF_CALL:
		if (insn->src_reg == KBPF_PSEUDO_CALL)
			return kbpf_do_subprog_call(v, insn);
		return kbpf_do_call(v, insn);
	case KBPF_EXIT:
		return kbpf_do_exit(v);
	default:
		return kbpf_do_branch(v, insn);
	}
}

/* The instruction does not jump: the path goes on behind it. */
static int on(struct kbpf_verifier *v, int err)
{
	if (err)
		return err;
	v->cur->insn = v->insn + 1;
	return KBPF_NEXT_ON;
}

int kbpf_step(struct kbpf_verifier *v)
{
	const struct kbpf_insn *insn = &v->insns[v->insn];

	switch (KBPF_CLASS(insn->code)) {
	case KBPF_ALU:
	case KBPF_ALU64:
		return on(v, kbpf_do_alu(v, insn));
	case KBPF_LDX:
		return on(v, kbpf_do_load(v, insn));
	case KBPF_ST:
		return on(v, kbpf_do_store(v, insn));
	case KBPF_STX:
		if (KBPF_MODE(insn->code) == KBPF_ATOMIC)
			return on(v, kbpf_do_atomic(v, insn));
		return on(v, kbpf_do_store(v, insn));
	case KBPF_LD:
		if (kbpf_isa_is_lddw(insn))
			return do_lddw(v, insn);
		return refuse(v, no_packet_loads, -1);
	default:
		return do_jump(v, insn);
	}
}
