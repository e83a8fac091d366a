// SPDX-License-Identifier: GPL-2.0
/*
 * From classic BPF to eBPF. A program becomes two that follow each other:
 *
 * - direct code: loads read the linear packet after a check of its length. It
 *   calls nothing and touches no callee-saved register. A classic program
 *   changes nothing outside itself, so when a check fails, it starts over in
 * - called code: every load is a call, which also reaches what is not linear
 *   and what negative offsets name. Left out where nothing leads to it.
 *
 * A is r0. Direct code: r1 context, r2 data, r3 data_end, r4 X, r5 the address of
 * the packet's Xth byte. Called code: context, X and, over a call that yields X,
 * A are in the stack. M is in the stack in both.
 */
#include "classic/analyse.h"
#include "classic/classic.h"
#include "isa/insn.h"

#define A	KBPF_R0
#define CTX	KBPF_R1
#define DATA	KBPF_R2
#define END	KBPF_R3
#define X	KBPF_R4
#define BASE	KBPF_R5
#define FP	KBPF_R10

#define SLOT_M(k)	((s32)(k) * 4 - 64)
#define SLOT_X		(-72)
#define SLOT_CTX	(-80)
#define SLOT_A		(-88)

/* Offsets in struct __sk_buff: ABI. */
#define SKB_LEN			0
#define SKB_PKT_TYPE		4
#define SKB_MARK		8
#define SKB_QUEUE		12
#define SKB_PROTOCOL		16
#define SKB_VLAN_PRESENT	20
#define SKB_VLAN_TCI		24
#define SKB_VLAN_PROTO		28
#define SKB_IFINDEX		40
#define SKB_HASH		68
#define SKB_DATA		76
#define SKB_DATA_END		80

enum {
#define KBPF_HELPER(id, name) HELPER_##name = (id),
#include "kbpf_helpers.def"
};

/* Places to jump to that are no classic instruction: offsets from its length. */
enum place {
	PLACE_CALLED,	/* start of the called code */
	PLACE_ZERO,	/* return 0 */
	PLACES,
};

/**
 * struct gen - code being generated
 * @filter: classic instructions
 * @len: how many
 * @facts: what is known of them
 * @called: generating called code
 * @far: jumps may be longer than 16 bits can say
 * @want: places that some jump names, as bits
 * @out: instructions; NULL while they are counted
 * @pos: slots so far
 * @at: where classic instructions are in the code under way, then the places
 * @too_far: some jump did not fit
 */
struct gen {
	const struct kbpf_classic_insn *filter;
	u32 len;
	struct classic_facts facts;
	bool called;
	bool far;
	u32 want;
	struct kbpf_insn *out;
	u32 pos;
	u32 *at;
	bool too_far;
};

static void emit(struct gen *g, struct kbpf_insn insn)
{
	if (g->out)
		g->out[g->pos] = insn;
	g->pos++;
}

static u32 place(const struct gen *g, enum place p)
{
	return g->len + p;
}

/* A jump to @target where @jump holds: an instruction without its offset. */
static void emit_jump(struct gen *g, struct kbpf_insn jump, u32 target)
{
	s64 dist;

	if (target >= g->len)
		g->want |= BIT(target - g->len);
	if (g->far) {
		if (jump.code != (KBPF_JMP | KBPF_JA)) {
			jump.off = 1;
			emit(g, jump);
			emit(g, KBPF_INSN(KBPF_JMP | KBPF_JA, 0, 0, 1, 0));
		}
		emit(g, KBPF_INSN(KBPF_JMP32 | KBPF_JA, 0, 0, 0,
				  (s32)(g->at[target] - g->pos - 1)));
		return;
	}
	dist = (s64)g->at[target] - g->pos - 1;
	if (g->out && dist > S16_MAX)
		g->too_far = true;
	jump.off = dist;
	emit(g, jump);
}

static void emit_ja(struct gen *g, u32 target)
{
	emit_jump(g, KBPF_INSN(KBPF_JMP | KBPF_JA, 0, 0, 0, 0), target);
}

static void emit_jump_imm(struct gen *g, u8 code, u8 reg, u32 imm, u32 target)
{
	emit_jump(g, KBPF_INSN(code | KBPF_K, reg, 0, 0, (s32)imm), target);
}

static void emit_exit(struct gen *g)
{
	emit(g, KBPF_INSN(KBPF_JMP | KBPF_EXIT, 0, 0, 0, 0));
}

static void emit_field(struct gen *g, u8 dst, s16 off)
{
	if (g->called)
		emit(g, KBPF_LDX_MEM(KBPF_DW, CTX, FP, SLOT_CTX));
	emit(g, KBPF_LDX_MEM(KBPF_W, dst, CTX, off));
}

/* X as a register: in called code it is fetched first. */
static u8 use_x(struct gen *g)
{
	if (g->called)
		emit(g, KBPF_LDX_MEM(KBPF_W, X, FP, SLOT_X));
	return X;
}

/* X was computed in @reg. */
static void define_x(struct gen *g, u8 reg)
{
	if (g->called)
		emit(g, KBPF_STX_MEM(KBPF_W, FP, reg, SLOT_X));
	else if (reg != X)
		emit(g, KBPF_MOV32_REG(X, reg));
}

static void emit_call(struct gen *g, u32 id)
{
	emit(g, KBPF_INSN(KBPF_JMP | KBPF_CALL, 0, 0, 0, (s32)id));
}

/* ---- packet loads ------------------------------------------------------------ */

static u8 size_bits(u8 size)
{
	return size == 4 ? KBPF_W : size == 2 ? KBPF_H : KBPF_B;
}

/* r0 = the bytes at @f's offset in host order; returns 0 from the program if they are not there. */
static void called_load(struct gen *g, const struct kbpf_classic_insn *f)
{
	const struct classic_op *op = classic_op(f->code);

	emit(g, KBPF_LDX_MEM(KBPF_DW, CTX, FP, SLOT_CTX));
	if (op->kind == CLASSIC_LD_IND) {
		emit(g, KBPF_LDX_MEM(KBPF_W, KBPF_R2, FP, SLOT_X));
		if (f->k)
			emit(g, KBPF_ALU32_IMM(KBPF_ADD, KBPF_R2, (s32)f->k));
	} else {
		emit(g, KBPF_MOV32_IMM(KBPF_R2, (s32)f->k));
	}
	emit(g, KBPF_MOV64_IMM(KBPF_R3, op->size));
	emit_call(g, KBPF_HELPER_PACKET_LOAD);
	emit_jump_imm(g, KBPF_JMP | KBPF_JSLT, A, 0, place(g, PLACE_ZERO));
}

static void to_host(struct gen *g, u8 size)
{
	if (size > 1)
		emit(g, KBPF_ENDIAN(KBPF_TO_BE, A, size * 8));
}

/* Leads to called code unless @bytes follow @from; @temp is lost. */
static void check_packet(struct gen *g, u8 from, u8 temp, u32 bytes)
{
	emit(g, KBPF_MOV64_REG(temp, from));
	emit(g, KBPF_ALU64_IMM(KBPF_ADD, temp, (s32)bytes));
	emit_jump(g, KBPF_INSN(KBPF_JMP | KBPF_JGT | KBPF_X, temp, END, 0, 0),
		  place(g, PLACE_CALLED));
}

static void load_abs(struct gen *g, u32 pc)
{
	const struct kbpf_classic_insn *f = &g->filter[pc];
	const struct classic_info *info = &g->facts.info[pc];
	u8 size = classic_op(f->code)->size;

	if (g->called) {
		called_load(g, f);
		return;
	}
	if (info->check)
		check_packet(g, DATA, A, info->check);
	emit(g, KBPF_LDX_MEM(size_bits(size), A, DATA, f->k));
	if (!info->swapped)
		to_host(g, size);
}

static void load_ind(struct gen *g, u32 pc)
{
	const struct kbpf_classic_insn *f = &g->filter[pc];
	const struct classic_info *info = &g->facts.info[pc];
	u8 size = classic_op(f->code)->size;

	if (g->called) {
		called_load(g, f);
		return;
	}
	if (info->check_x)
		emit_jump_imm(g, KBPF_JMP | KBPF_JGT, X, S16_MAX, place(g, PLACE_CALLED));
	if (!info->use_base) {
		emit(g, KBPF_MOV64_REG(BASE, DATA));
		emit(g, KBPF_ALU64_REG(KBPF_ADD, BASE, X));
	}
	if (info->check)
		check_packet(g, BASE, A, info->check);
	emit(g, KBPF_LDX_MEM(size_bits(size), A, BASE, f->k));
	if (!info->swapped)
		to_host(g, size);
}

/* X = length of the IPv4 header at k, in bytes. A stays as it is. */
static void load_msh(struct gen *g, u32 pc)
{
	const struct kbpf_classic_insn *f = &g->filter[pc];
	const struct classic_info *info = &g->facts.info[pc];
	u8 reg = g->called ? A : X;
	bool keep = g->called && (info[1].live & CLASSIC_LIVE_A);

	if (keep)
		emit(g, KBPF_STX_MEM(KBPF_W, FP, A, SLOT_A));
	if (g->called) {
		called_load(g, f);
	} else {
		if (info->check)
			check_packet(g, DATA, BASE, info->check);
		emit(g, KBPF_LDX_MEM(KBPF_B, X, DATA, f->k));
	}
	emit(g, KBPF_ALU32_IMM(KBPF_AND, reg, 15));
	emit(g, KBPF_ALU32_IMM(KBPF_LSH, reg, 2));
	define_x(g, reg);
	if (keep)
		emit(g, KBPF_LDX_MEM(KBPF_W, A, FP, SLOT_A));
}

/* ---- ancillary data ------------------------------------------------------------- */

enum ad_how { AD_FIELD, AD_FIELD_NET16, AD_FIELD_NONZERO, AD_CALL, AD_CALL_OR_ZERO, AD_XOR };

/* How ancillary data is had: a field of the context, or a helper. */
static const struct ad_row {
	u8 how;
	u32 arg;	/* offset of the field, or the helper */
} ad_rows[CLASSIC_AD_MAX / 4] = {
	[CLASSIC_AD_PROTOCOL / 4]	  = { AD_FIELD_NET16, SKB_PROTOCOL },
	[CLASSIC_AD_PKTTYPE / 4]	  = { AD_FIELD, SKB_PKT_TYPE },
	[CLASSIC_AD_IFINDEX / 4]	  = { AD_FIELD_NONZERO, SKB_IFINDEX },
	[CLASSIC_AD_NLATTR / 4]		  = { AD_CALL, KBPF_HELPER_PACKET_ANCILLARY },
	[CLASSIC_AD_NLATTR_NEST / 4]	  = { AD_CALL, KBPF_HELPER_PACKET_ANCILLARY },
	[CLASSIC_AD_MARK / 4]		  = { AD_FIELD, SKB_MARK },
	[CLASSIC_AD_QUEUE / 4]		  = { AD_FIELD, SKB_QUEUE },
	[CLASSIC_AD_HATYPE / 4]		  = { AD_CALL_OR_ZERO, KBPF_HELPER_PACKET_ANCILLARY },
	[CLASSIC_AD_RXHASH / 4]		  = { AD_FIELD, SKB_HASH },
	[CLASSIC_AD_CPU / 4]		  = { AD_CALL, HELPER_get_smp_processor_id },
	[CLASSIC_AD_ALU_XOR_X / 4]	  = { AD_XOR, 0 },
	[CLASSIC_AD_VLAN_TAG / 4]	  = { AD_FIELD, SKB_VLAN_TCI },
	[CLASSIC_AD_VLAN_TAG_PRESENT / 4] = { AD_FIELD, SKB_VLAN_PRESENT },
	[CLASSIC_AD_PAY_OFFSET / 4]	  = { AD_CALL, KBPF_HELPER_PACKET_ANCILLARY },
	[CLASSIC_AD_RANDOM / 4]		  = { AD_CALL, HELPER_get_prandom_u32 },
	[CLASSIC_AD_VLAN_TPID / 4]	  = { AD_FIELD_NET16, SKB_VLAN_PROTO },
};

static void call_ancillary(struct gen *g, u32 pc, u32 ad, const struct ad_row *row)
{
	u8 live = g->facts.info[pc].live;

	if (row->arg == KBPF_HELPER_PACKET_ANCILLARY) {
		/* What a path never defined is not used either: say 0. */
		if (ad == CLASSIC_AD_NLATTR || ad == CLASSIC_AD_NLATTR_NEST)
			emit(g, KBPF_MOV32_REG(KBPF_R3, A));
		else
			emit(g, KBPF_MOV32_IMM(KBPF_R3, 0));
		if (live & CLASSIC_LIVE_X)
			use_x(g);
		else
			emit(g, KBPF_MOV32_IMM(KBPF_R4, 0));
		emit(g, KBPF_LDX_MEM(KBPF_DW, CTX, FP, SLOT_CTX));
		emit(g, KBPF_MOV32_IMM(KBPF_R2, (s32)ad));
	}
	emit_call(g, row->arg);
	if (row->how == AD_CALL_OR_ZERO)
		emit_jump_imm(g, KBPF_JMP | KBPF_JSLT, A, 0, place(g, PLACE_ZERO));
	emit(g, KBPF_MOV32_REG(A, A));
}

static void load_ancillary(struct gen *g, u32 pc)
{
	u32 ad = g->filter[pc].k - CLASSIC_AD_OFF;
	const struct ad_row *row = &ad_rows[ad / 4];

	switch (row->how) {
	case AD_CALL:
	case AD_CALL_OR_ZERO:
		call_ancillary(g, pc, ad, row);
		return;
	case AD_XOR:
		emit(g, KBPF_ALU32_REG(KBPF_XOR, A, use_x(g)));
		return;
	}
	emit_field(g, A, row->arg);
	if (row->how == AD_FIELD_NET16)
		emit(g, KBPF_ENDIAN(KBPF_TO_BE, A, 16));
	else if (row->how == AD_FIELD_NONZERO)
		emit_jump_imm(g, KBPF_JMP32 | KBPF_JEQ, A, 0, place(g, PLACE_ZERO));
}

/* ---- the other instructions -------------------------------------------------------- */

static void alu(struct gen *g, const struct kbpf_classic_insn *f)
{
	const struct classic_op *op = classic_op(f->code);

	if (op->op == OP_NEG || !op->x) {
		emit(g, KBPF_ALU32_IMM(op->op, A, op->op == OP_NEG ? 0 : (s32)f->k));
		return;
	}
	use_x(g);
	if (op->op == OP_DIV || op->op == OP_MOD)
		emit_jump_imm(g, KBPF_JMP32 | KBPF_JEQ, X, 0, place(g, PLACE_ZERO));
	emit(g, KBPF_ALU32_REG(op->op, A, X));
}

static u8 inverse(u8 op)
{
	return op == OP_JEQ ? KBPF_JNE : op == OP_JGT ? KBPF_JLE : KBPF_JLT;
}

/* A's size where the comparison is made in network order. */
static u32 compare_with(const struct gen *g, u32 pc)
{
	const struct classic_info *info = &g->facts.info[pc];
	u32 k = g->filter[pc].k;

	if (g->called || !info->swapped)
		return k;
	return info->swapped_size == 2 ? swab16(k) : swab32(k);
}

static void jump_cond(struct gen *g, u32 pc)
{
	const struct kbpf_classic_insn *f = &g->filter[pc];
	const struct classic_op *op = classic_op(f->code);
	u32 t = pc + 1 + f->jt, e = pc + 1 + f->jf;
	struct kbpf_insn jump;

	if (t == e) {
		if (f->jt)
			emit_ja(g, t);
		return;
	}
	jump = op->x ? KBPF_INSN(KBPF_JMP32 | op->op | KBPF_X, A, use_x(g), 0, 0) :
		       KBPF_INSN(KBPF_JMP32 | op->op, A, 0, 0, (s32)compare_with(g, pc));
	if (!f->jt && op->op != OP_JSET) {
		jump.code = (jump.code & 0x0f) | inverse(op->op);
		emit_jump(g, jump, e);
		return;
	}
	emit_jump(g, jump, t);
	if (f->jf)
		emit_ja(g, e);
}

static void instruction(struct gen *g, u32 pc)
{
	const struct kbpf_classic_insn *f = &g->filter[pc];
	const struct classic_op *op = classic_op(f->code);

	switch (op->kind) {
	case CLASSIC_LD_ABS:
		if (classic_is_ad(op, f->k))
			load_ancillary(g, pc);
		else
			load_abs(g, pc);
		break;
	case CLASSIC_LD_IND:
		load_ind(g, pc);
		break;
	case CLASSIC_LDX_MSH:
		load_msh(g, pc);
		break;
	case CLASSIC_LD_LEN:
		emit_field(g, A, SKB_LEN);
		break;
	case CLASSIC_LDX_LEN:
		emit_field(g, X, SKB_LEN);
		define_x(g, X);
		break;
	case CLASSIC_LD_IMM:
		emit(g, KBPF_MOV32_IMM(A, (s32)f->k));
		break;
	case CLASSIC_LDX_IMM:
		emit(g, KBPF_MOV32_IMM(X, (s32)f->k));
		define_x(g, X);
		break;
	case CLASSIC_LD_MEM:
		emit(g, KBPF_LDX_MEM(KBPF_W, A, FP, SLOT_M(f->k)));
		break;
	case CLASSIC_LDX_MEM:
		emit(g, KBPF_LDX_MEM(KBPF_W, X, FP, SLOT_M(f->k)));
		define_x(g, X);
		break;
	case CLASSIC_ST:
		emit(g, KBPF_STX_MEM(KBPF_W, FP, A, SLOT_M(f->k)));
		break;
	case CLASSIC_STX:
		emit(g, KBPF_STX_MEM(KBPF_W, FP, use_x(g), SLOT_M(f->k)));
		break;
	case CLASSIC_ALU:
		alu(g, f);
		break;
	case CLASSIC_TAX:
		define_x(g, A);
		break;
	case CLASSIC_TXA:
		emit(g, KBPF_MOV32_REG(A, use_x(g)));
		break;
	case CLASSIC_JA:
		if (f->k)
			emit_ja(g, pc + 1 + f->k);
		break;
	case CLASSIC_JCOND:
		jump_cond(g, pc);
		break;
	case CLASSIC_RET_K:
		emit(g, KBPF_MOV32_IMM(A, (s32)f->k));
		emit_exit(g);
		break;
	case CLASSIC_RET_A:
		emit_exit(g);
		break;
	}
}

/* ---- the two programs ------------------------------------------------------------- */

/* Does direct code end at this instruction, which only a call can carry out? */
static bool gives_up(const struct gen *g, u32 pc)
{
	const struct kbpf_classic_insn *f = &g->filter[pc];
	const struct classic_op *op = classic_op(f->code);

	return op->size && !classic_is_ad(op, f->k) && f->k > CLASSIC_DIRECT_MAX;
}

static void direct_code(struct gen *g)
{
	u8 live = g->facts.info[0].live;
	u32 pc;

	g->called = false;
	if (g->facts.loads) {
		emit(g, KBPF_LDX_MEM(KBPF_W, DATA, CTX, SKB_DATA));
		emit(g, KBPF_LDX_MEM(KBPF_W, END, CTX, SKB_DATA_END));
	}
	if (g->facts.first_check)
		check_packet(g, DATA, A, g->facts.first_check);
	if (live & CLASSIC_LIVE_A)
		emit(g, KBPF_MOV32_IMM(A, 0));
	if (live & CLASSIC_LIVE_X)
		emit(g, KBPF_MOV32_IMM(X, 0));
	for (pc = 0; pc < g->len; pc++) {
		g->at[pc] = g->pos;
		if (!g->facts.info[pc].direct)
			continue;
		if (gives_up(g, pc))
			emit_ja(g, place(g, PLACE_CALLED));
		else
			instruction(g, pc);
	}
}

static void called_code(struct gen *g)
{
	u8 live = g->facts.info[0].live;
	u32 pc;

	g->called = true;
	g->at[place(g, PLACE_CALLED)] = g->pos;
	emit(g, KBPF_STX_MEM(KBPF_DW, FP, CTX, SLOT_CTX));
	if (live & CLASSIC_LIVE_A)
		emit(g, KBPF_MOV32_IMM(A, 0));
	if (live & CLASSIC_LIVE_X)
		emit(g, KBPF_INSN(KBPF_ST | KBPF_MEM | KBPF_W, FP, 0, SLOT_X, 0));
	for (pc = 0; pc < g->len; pc++) {
		g->at[pc] = g->pos;
		if (g->facts.info[pc].reached)
			instruction(g, pc);
	}
}

static void zero_code(struct gen *g)
{
	g->at[place(g, PLACE_ZERO)] = g->pos;
	emit(g, KBPF_MOV32_IMM(A, 0));
	emit_exit(g);
}

/*
 * One pass over everything. Where things are is known from the pass before; both
 * programs share @at, so each has its own.
 */
static void generate(struct gen *g, u32 *direct_at, u32 *called_at)
{
	const u32 called = place(g, PLACE_CALLED), zero = place(g, PLACE_ZERO);

	g->pos = 0;
	g->want = 0;
	if (!g->facts.calls) {
		g->at = direct_at;
		direct_code(g);
	}
	if (g->facts.calls || (g->want & BIT(PLACE_CALLED))) {
		g->at = called_at;
		called_code(g);
		direct_at[called] = called_at[called];
	}
	if (g->want & BIT(PLACE_ZERO)) {
		g->at = called_at;
		zero_code(g);
		direct_at[zero] = called_at[zero];
	}
}

static int build(struct gen *g, u32 *direct_at, u32 *called_at)
{
	u32 count;

	/* Lengths do not depend on where things are: one pass places, one writes. */
	do {
		g->out = NULL;
		generate(g, direct_at, called_at);
		count = g->pos;
		g->out = kvcalloc(count, sizeof(*g->out), GFP_KERNEL_ACCOUNT);
		if (!g->out)
			return -ENOMEM;
		generate(g, direct_at, called_at);
		if (!g->too_far)
			return 0;
		kvfree(g->out);
		g->too_far = false;
		if (g->far)
			return -E2BIG;
		g->far = true;
	} while (true);
}

int kbpf_classic_translate(const struct kbpf_classic_insn *filter, u32 len,
			   struct kbpf_insn **out, u32 *out_len)
{
	struct gen g = { .filter = filter, .len = len };
	u32 *direct_at, *called_at;
	int err;

	err = kbpf_classic_analyse(filter, len, &g.facts);
	if (err)
		return err;
	direct_at = kvcalloc(len + PLACES, sizeof(*direct_at), GFP_KERNEL);
	called_at = kvcalloc(len + PLACES, sizeof(*called_at), GFP_KERNEL);
	err = direct_at && called_at ? build(&g, direct_at, called_at) : -ENOMEM;
	kvfree(direct_at);
	kvfree(called_at);
	kvfree(g.facts.info);
	if (err)
		return err;
	*out = g.out;
	*out_len = g.pos;
	return 0;
}
