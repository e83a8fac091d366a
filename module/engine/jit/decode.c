// SPDX-License-Identifier: GPL-2.0
/*
 * From instruction slots to operations: what an opcode means, which address a
 * constant stands for, where jumps go. With hardening, constants of the user's
 * choice become operations of their own here, so that no later stage has one
 * in its operands. Must not know the machine.
 */
#include "port.h"
#include "env.h"
#include "isa/insn.h"
#include "jit/ir.h"

struct decoder {
	struct kbpf_jit_ir *ir;
	const struct kbpf_insn *insn;
	u32 slot;
	u32 room;
	u32 *op_of;		/* by slot: its first operation */
};

static const u8 alus[16] = {
	[KBPF_ADD >> 4] = JIT_ADD, [KBPF_SUB >> 4] = JIT_SUB, [KBPF_MUL >> 4] = JIT_MUL,
	[KBPF_DIV >> 4] = JIT_DIV, [KBPF_OR >> 4] = JIT_OR, [KBPF_AND >> 4] = JIT_AND,
	[KBPF_LSH >> 4] = JIT_LSH, [KBPF_RSH >> 4] = JIT_RSH, [KBPF_MOD >> 4] = JIT_MOD,
	[KBPF_XOR >> 4] = JIT_XOR, [KBPF_ARSH >> 4] = JIT_ARSH,
};

static const u8 conds[16] = {
	[KBPF_JEQ >> 4] = JIT_EQ, [KBPF_JGT >> 4] = JIT_GT, [KBPF_JGE >> 4] = JIT_GE,
	[KBPF_JSET >> 4] = JIT_SET, [KBPF_JNE >> 4] = JIT_NE, [KBPF_JSGT >> 4] = JIT_SGT,
	[KBPF_JSGE >> 4] = JIT_SGE, [KBPF_JLT >> 4] = JIT_LT, [KBPF_JLE >> 4] = JIT_LE,
	[KBPF_JSLT >> 4] = JIT_SLT, [KBPF_JSLE >> 4] = JIT_SLE,
};

/* The next operation, blank. The room was counted before: two a slot at most. */
static struct kbpf_jit_op *add(struct decoder *d, u8 kind)
{
	struct kbpf_jit_op *op = &d->ir->ops[d->ir->nr++];

	WARN_ON_ONCE(d->ir->nr > d->room);
	*op = (struct kbpf_jit_op) {
		.kind = kind, .dst = JIT_NONE, .a = JIT_NONE, .b = JIT_NONE, .c = JIT_NONE,
		.mem = { .base = JIT_NONE, .index = JIT_NONE, .scale = 1 }, .slot = d->slot,
	};
	return op;
}

/* With hardening, a constant operand is a register that was just loaded. */
static bool blind(struct decoder *d, s64 imm)
{
	struct kbpf_jit_op *op;

	if (!d->ir->harden)
		return false;
	op = add(d, JIT_IMM);
	op->dst = JIT_X0;
	op->imm = imm;
	op->w = true;
	op->blind = true;
	return true;
}

static void set_reg(struct kbpf_jit_op *op, u8 reg)
{
	op->bk = JIT_B_REG;
	op->b = reg;
}

static void set_const(struct kbpf_jit_op *op, s64 imm, bool blinded)
{
	op->bk = blinded ? JIT_B_REG : JIT_B_IMM;
	op->b = blinded ? JIT_X0 : JIT_NONE;
	op->imm = blinded ? 0 : imm;
}

static int decode_mov(struct decoder *d, bool w)
{
	const struct kbpf_insn *in = d->insn;
	struct kbpf_jit_op *op;

	if (KBPF_SRC(in->code) == KBPF_K) {
		op = add(d, JIT_IMM);
		op->imm = w ? (s64)in->imm : (s64)(u32)in->imm;
		op->blind = d->ir->harden;
	} else {
		op = add(d, in->off ? JIT_SX : w ? JIT_MOV : JIT_ZX);
		op->size = in->off ? in->off / 8 : 4;
		set_reg(op, in->src_reg);
	}
	op->dst = in->dst_reg;
	op->w = w;
	return 0;
}

static int decode_end(struct decoder *d, bool w)
{
	const struct kbpf_insn *in = d->insn;
	bool swap = w || KBPF_SRC(in->code) == KBPF_TO_BE;
	struct kbpf_jit_op *op;

	if (!swap && in->imm == 64)
		return 0;
	op = add(d, swap ? JIT_SWAP : JIT_ZX);
	op->size = in->imm / 8;
	op->dst = in->dst_reg;
	set_reg(op, in->dst_reg);
	return 0;
}

static int decode_alu(struct decoder *d)
{
	const struct kbpf_insn *in = d->insn;
	bool w = KBPF_CLASS(in->code) == KBPF_ALU64, blinded = false;
	u8 code = KBPF_OP(in->code);
	struct kbpf_jit_op *op;

	if (code == KBPF_MOV)
		return decode_mov(d, w);
	if (code == KBPF_END)
		return decode_end(d, w);
	if (code == KBPF_NEG) {
		op = add(d, JIT_NEG);
	} else {
		if (KBPF_SRC(in->code) == KBPF_K)
			blinded = blind(d, in->imm);
		op = add(d, JIT_ALU);
		op->code = alus[code >> 4];
		if (in->off && (code == KBPF_DIV || code == KBPF_MOD))
			op->code += JIT_SDIV - JIT_DIV;
		if (KBPF_SRC(in->code) == KBPF_X)
			set_reg(op, in->src_reg);
		else
			set_const(op, in->imm, blinded);
		/* counts as the machine takes them */
		if (op->bk == JIT_B_IMM &&
		    (code == KBPF_LSH || code == KBPF_RSH || code == KBPF_ARSH))
			op->imm &= w ? 63 : 31;
	}
	op->dst = in->dst_reg;
	op->a = in->dst_reg;
	op->w = w;
	return 0;
}

static int decode_lddw(struct decoder *d)
{
	const struct kbpf_insn *in = d->insn;
	struct kbpf_prog *prog = d->ir->prog;
	struct kbpf_jit_op *op = add(d, JIT_IMM);
	u64 addr;

	op->dst = in->dst_reg;
	op->w = true;
	switch (in->src_reg) {
	case 0:
		op->imm = kbpf_isa_imm64(in);
		op->blind = d->ir->harden;
		return 0;
	case KBPF_PSEUDO_MAP_FD:
		op->imm = (s64)(unsigned long)prog->maps[in->imm];
		op->code = in->imm + 1;
		return 0;
	case KBPF_PSEUDO_MAP_VALUE:
		if (kbpf_env_map_direct_addr(prog->maps[in->imm], in[1].imm, &addr))
			return -EOPNOTSUPP;
		op->imm = addr;
		return 0;
	case KBPF_PSEUDO_FUNC:
		op->imm = (s64)(unsigned long)&prog->funcs[in->imm];
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static void set_mem(struct kbpf_jit_op *op, u8 base, s16 off, u32 size)
{
	op->mem.base = base;
	op->mem.disp = off;
	op->size = size;
}

static int decode_load(struct decoder *d)
{
	const struct kbpf_insn *in = d->insn;
	u8 mode = KBPF_MODE(in->code);
	struct kbpf_jit_op *op = add(d, JIT_LOAD);

	op->dst = in->dst_reg;
	op->w = true;
	set_mem(op, in->src_reg, in->off, kbpf_isa_size(in->code));
	op->sx = mode == KBPF_MEMSX || mode == KBPF_PROBE_MEMSX;
	op->probe = mode == KBPF_PROBE_MEM || mode == KBPF_PROBE_MEMSX;
	return op->probe || op->sx || mode == KBPF_MEM ? 0 : -EOPNOTSUPP;
}

static int decode_store(struct decoder *d)
{
	const struct kbpf_insn *in = d->insn;
	bool is_reg = KBPF_CLASS(in->code) == KBPF_STX;
	bool blinded = is_reg ? false : blind(d, in->imm);
	struct kbpf_jit_op *op = add(d, JIT_STORE);

	set_mem(op, in->dst_reg, in->off, kbpf_isa_size(in->code));
	if (is_reg)
		set_reg(op, in->src_reg);
	else
		set_const(op, in->imm, blinded);
	return 0;
}

static int decode_atomic(struct decoder *d)
{
	const struct kbpf_insn *in = d->insn;
	u32 size = kbpf_isa_size(in->code);
	struct kbpf_jit_op *op;

	/* This machine's plain loads acquire and its plain stores release. */
	if (in->imm == KBPF_LOAD_ACQ) {
		op = add(d, JIT_LOAD);
		op->dst = in->dst_reg;
		op->w = true;
		set_mem(op, in->src_reg, in->off, size);
		return 0;
	}
	op = add(d, in->imm == KBPF_STORE_REL ? JIT_STORE : JIT_ATOMIC);
	set_mem(op, in->dst_reg, in->off, size);
	set_reg(op, in->src_reg);
	op->code = in->imm;
	op->w = size == 8;
	if (op->kind == JIT_STORE)
		return 0;
	if (in->imm == KBPF_CMPXCHG)
		op->dst = JIT_R0;
	else if (in->imm & KBPF_FETCH)
		op->dst = in->src_reg;
	return size >= 4 ? 0 : -EOPNOTSUPP;
}

static int find_func(const struct kbpf_prog *prog, u32 slot, u32 *index)
{
	u32 lo = 0, hi = prog->nr_funcs;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (prog->funcs[mid].start < slot)
			lo = mid + 1;
		else
			hi = mid;
	}
	*index = lo;
	return lo < prog->nr_funcs && prog->funcs[lo].start == slot ? 0 : -EOPNOTSUPP;
}

#define HELPER_TAIL_CALL 12

static int decode_call(struct decoder *d)
{
	const struct kbpf_insn *in = d->insn;
	struct kbpf_jit_op *op;
	kbpf_helper_fn fn;

	if (KBPF_SRC(in->code) == KBPF_X)
		return -EOPNOTSUPP;
	if (in->src_reg == KBPF_PSEUDO_CALL) {
		op = add(d, JIT_CALLF);
		op->dst = JIT_R0;
		return find_func(d->ir->prog, d->slot + 1 + in->imm, &op->target);
	}
	if (in->src_reg && in->src_reg != KBPF_PSEUDO_KFUNC_CALL)
		return -EOPNOTSUPP;
	if (in->imm == HELPER_TAIL_CALL) {
		d->ir->tails = true;
		add(d, JIT_TAIL)->dst = JIT_R0;
		return 0;
	}
	fn = kbpf_env_helper(in->imm);
	if (!fn)
		return -EOPNOTSUPP;
	op = add(d, JIT_CALL);
	op->dst = JIT_R0;
	op->code = in->imm;
	op->imm = (s64)(unsigned long)fn;
	return 0;
}

static int decode_jump(struct decoder *d)
{
	const struct kbpf_insn *in = d->insn;
	u8 code = KBPF_OP(in->code);
	bool w = KBPF_CLASS(in->code) == KBPF_JMP, blinded = false;
	struct kbpf_jit_op *op;

	if (code == KBPF_CALL)
		return w ? decode_call(d) : -EOPNOTSUPP;
	if (code == KBPF_EXIT) {
		add(d, JIT_EXIT);
		return 0;
	}
	if (code == KBPF_JA) {
		/* Targets are slots until all operations exist. */
		add(d, JIT_JMP)->target = d->slot + 1 + (w ? in->off : in->imm);
		return 0;
	}
	if (code == KBPF_JCOND)
		return -EOPNOTSUPP;	/* the verifier writes it out */
	if (KBPF_SRC(in->code) == KBPF_K)
		blinded = blind(d, in->imm);
	op = add(d, JIT_JCC);
	op->code = conds[code >> 4];
	op->a = in->dst_reg;
	op->w = w;
	op->target = d->slot + 1 + in->off;
	if (KBPF_SRC(in->code) == KBPF_X)
		set_reg(op, in->src_reg);
	else
		set_const(op, in->imm, blinded);
	return 0;
}

static int decode_ld(struct decoder *d)
{
	return kbpf_isa_is_lddw(d->insn) ? decode_lddw(d) : -EOPNOTSUPP;
}

static int decode_stx(struct decoder *d)
{
	return KBPF_MODE(d->insn->code) == KBPF_ATOMIC ? decode_atomic(d) : decode_store(d);
}

static int (*const by_class[8])(struct decoder *d) = {
	[KBPF_LD] = decode_ld, [KBPF_LDX] = decode_load, [KBPF_ST] = decode_store,
	[KBPF_STX] = decode_stx, [KBPF_ALU] = decode_alu, [KBPF_JMP] = decode_jump,
	[KBPF_JMP32] = decode_jump, [KBPF_ALU64] = decode_alu,
};

static int decode_slots(struct decoder *d)
{
	const struct kbpf_prog *prog = d->ir->prog;
	int err;

	for (d->slot = 0; d->slot < prog->len; d->slot++) {
		d->insn = &prog->insns[d->slot];
		d->op_of[d->slot] = d->ir->nr;
		err = by_class[KBPF_CLASS(d->insn->code)](d);
		if (err)
			return err;
		if (kbpf_isa_is_lddw(d->insn))
			d->op_of[++d->slot] = d->ir->nr;
		if (!(d->slot & 4095))
			cond_resched();
	}
	d->op_of[prog->len] = d->ir->nr;
	return 0;
}

/* Jumps from slots to operations; false for one that leaves the program. */
static bool resolve_jumps(struct decoder *d)
{
	struct kbpf_jit_ir *ir = d->ir;

	for (u32 i = 0; i < ir->nr; i++) {
		struct kbpf_jit_op *op = &ir->ops[i];

		if (op->kind != JIT_JMP && op->kind != JIT_JCC)
			continue;
		if (op->target >= ir->prog->len || d->op_of[op->target] >= ir->nr)
			return false;
		op->target = d->op_of[op->target];
		ir->ops[op->target].leader = true;
	}
	return true;
}

static void set_fns(struct decoder *d)
{
	const struct kbpf_func *funcs = d->ir->prog->funcs;

	for (u32 i = 0; i < d->ir->nr_fns; i++) {
		struct kbpf_jit_fn *fn = &d->ir->fns[i];

		fn->first = d->op_of[funcs[i].start];
		fn->end = d->op_of[funcs[i].end];
		fn->stack = round_up(funcs[i].stack_depth, 8);
		fn->outside = !i || funcs[i].is_callback;
		if (fn->first < d->ir->nr)
			d->ir->ops[fn->first].leader = true;
	}
}

int kbpf_jit_decode(struct kbpf_jit_ir *ir)
{
	const struct kbpf_prog *prog = ir->prog;
	struct decoder d = { .ir = ir };
	int err = -ENOMEM;

	d.room = ir->harden ? 2 * prog->len : prog->len;
	ir->nr_fns = prog->nr_funcs;
	ir->ops = kvcalloc(d.room, sizeof(*ir->ops), GFP_KERNEL);
	ir->flow = kvmalloc_array(d.room, sizeof(*ir->flow), GFP_KERNEL);
	ir->stale = true;
	ir->fns = kvcalloc(ir->nr_fns, sizeof(*ir->fns), GFP_KERNEL);
	d.op_of = kvcalloc(prog->len + 1, sizeof(*d.op_of), GFP_KERNEL);
	if (ir->ops && ir->flow && ir->fns && d.op_of)
		err = decode_slots(&d);
	if (!err && !resolve_jumps(&d))
		err = -EOPNOTSUPP;
	if (!err)
		set_fns(&d);
	kvfree(d.op_of);
	if (err)
		kbpf_jit_release(ir);
	return err;
}

void kbpf_jit_release(struct kbpf_jit_ir *ir)
{
	kvfree(ir->lookups);
	kvfree(ir->fns);
	kvfree(ir->flow);
	kvfree(ir->ops);
	ir->ops = NULL;
	ir->flow = NULL;
	ir->fns = NULL;
	ir->lookups = NULL;
}
