// SPDX-License-Identifier: GPL-2.0
/*
 * Arithmetic operations as x86-64 instructions, two and three operands. 32-bit
 * instructions zero the upper half of their destination, which is what BPF's
 * do, so no extension is ever needed after one.
 */
#include "port.h"
#include "jit/x86/tr.h"

u8 kbpf_x86_home(u8 reg)
{
	static const u8 home[JIT_REGS] = {
		[JIT_R0] = X86_RAX, [JIT_R1] = X86_RDI, [JIT_R2] = X86_RSI, [JIT_R3] = X86_RDX,
		[JIT_R4] = X86_RCX, [JIT_R5] = X86_R8, [JIT_R6] = X86_RBX, [JIT_R7] = X86_R13,
		[JIT_R8] = X86_R14, [JIT_R9] = X86_R15, [JIT_FP] = X86_RBP, [JIT_X0] = X86_R9,
		[JIT_X1] = X86_R12,
	};

	return reg < JIT_REGS ? home[reg] : X86_NONE;
}

/* ---- constants ------------------------------------------------------------------ */

static u64 blinding_key(const struct kbpf_x86_tr *t)
{
	u64 x = t->ir->seed + (u64)(t->op - t->ir->ops) * 0x9e3779b97f4a7c15ULL;

	x ^= x >> 31;
	x *= 0xbf58476d1ce4e5b9ULL;
	return x ^ x >> 29;
}

static void blinded_imm(struct kbpf_x86_tr *t, u8 d)
{
	u64 key = blinding_key(t), imm = t->op->imm;

	if (imm <= U32_MAX) {
		kbpf_x86_mov_ri(&t->b, d, (u32)imm ^ (u32)key, true);
		kbpf_x86_alu_ri(&t->b, X86_XOR, false, d, (u32)key);
		return;
	}
	kbpf_x86_movabs(&t->b, d, imm ^ key);
	kbpf_x86_movabs(&t->b, TMP0, key);
	kbpf_x86_alu_rr(&t->b, X86_XOR, true, d, TMP0);
}

void kbpf_x86_tr_imm(struct kbpf_x86_tr *t)
{
	u8 d = kbpf_x86_home(t->op->dst);

	if (t->op->blind)
		blinded_imm(t, d);
	else
		kbpf_x86_mov_ri(&t->b, d, t->op->imm, false);
}

/* ---- add, subtract, logic --------------------------------------------------------- */

static const u8 simple_op[] = {
	[JIT_ADD] = X86_ADD, [JIT_SUB] = X86_SUB, [JIT_OR] = X86_OR, [JIT_AND] = X86_AND,
	[JIT_XOR] = X86_XOR,
};

static void move(struct kbpf_x86_tr *t, bool w, u8 d, u8 s)
{
	if (d != s)
		kbpf_x86_mov_rr(&t->b, w, d, s);
}

/* Forms of a constant that are shorter or need no move; true if one was used. */
static bool special_imm(struct kbpf_x86_tr *t, u8 d, u8 a, s32 imm)
{
	const struct kbpf_jit_op *op = t->op;
	u8 code = op->code;

	if (code == JIT_AND && !op->flags && (imm == U8_MAX || imm == U16_MAX)) {
		kbpf_x86_zx_rr(&t->b, imm == U8_MAX ? 1 : 2, d, a);
		return true;
	}
	if (code == JIT_SUB && imm != S32_MIN) {
		code = JIT_ADD;
		imm = -imm;
	}
	if (code != JIT_ADD)
		return false;
	if (d != a && !op->flags) {
		kbpf_x86_lea(&t->b, op->w, d, kbpf_x86_at(a, imm));
		return true;
	}
	move(t, op->w, d, a);
	if (imm == 1)
		kbpf_x86_inc(&t->b, op->w, d);
	else if (imm == -1)
		kbpf_x86_dec(&t->b, op->w, d);
	else if (imm == 128)
		kbpf_x86_alu_ri(&t->b, X86_SUB, op->w, d, -128);
	else
		kbpf_x86_alu_ri(&t->b, X86_ADD, op->w, d, imm);
	return true;
}

static void simple_imm(struct kbpf_x86_tr *t, u8 d, u8 a, s32 imm)
{
	const struct kbpf_jit_op *op = t->op;
	bool w = op->w;

	if (special_imm(t, d, a, imm))
		return;
	/* A mask without upper bits zeroes them at either width. */
	if (op->code == JIT_AND && imm >= 0)
		w = false;
	move(t, w, d, a);
	if (op->code == JIT_XOR && imm == -1 && !op->flags)
		kbpf_x86_unary(&t->b, X86_NOT, w, d);
	else
		kbpf_x86_alu_ri(&t->b, simple_op[op->code], w, d, imm);
}

static void simple_reg(struct kbpf_x86_tr *t, u8 d, u8 a, u8 s)
{
	const struct kbpf_jit_op *op = t->op;
	struct kbpf_x86_mem sum = { .base = a, .index = s, .scale = 1 };

	if (d == a) {
		kbpf_x86_alu_rr(&t->b, simple_op[op->code], op->w, d, s);
	} else if (d == s && op->code == JIT_SUB) {
		kbpf_x86_unary(&t->b, X86_NEG, op->w, d);
		kbpf_x86_alu_rr(&t->b, X86_ADD, op->w, d, a);
	} else if (d == s) {
		kbpf_x86_alu_rr(&t->b, simple_op[op->code], op->w, d, a);
	} else if (op->code == JIT_ADD && !op->flags) {
		kbpf_x86_lea(&t->b, op->w, d, sum);
	} else {
		kbpf_x86_mov_rr(&t->b, op->w, d, a);
		kbpf_x86_alu_rr(&t->b, simple_op[op->code], op->w, d, s);
	}
}

static bool in_mem(u8 reg, const struct kbpf_x86_mem *m)
{
	return m->base == reg || m->index == reg;
}

static void simple_mem(struct kbpf_x86_tr *t, u8 d, u8 a)
{
	const struct kbpf_jit_op *op = t->op;
	struct kbpf_x86_mem m = kbpf_x86_mem_of(&op->mem);
	u8 acc = d != a && in_mem(d, &m) ? TMP0 : d;

	move(t, op->w, acc, a);
	kbpf_x86_alu_rm(&t->b, simple_op[op->code], op->w ? 8 : 4, acc, m);
	move(t, op->w, d, acc);
}

static void multiply(struct kbpf_x86_tr *t, u8 d, u8 a)
{
	const struct kbpf_jit_op *op = t->op;
	struct kbpf_x86_mem m = kbpf_x86_mem_of(&op->mem);
	u8 s = kbpf_x86_home(op->b);

	if (op->bk == JIT_B_IMM) {
		kbpf_x86_imul_rri(&t->b, op->w, d, a, op->imm);
	} else if (op->bk == JIT_B_MEM) {
		u8 acc = d != a && in_mem(d, &m) ? TMP0 : d;

		move(t, op->w, acc, a);
		kbpf_x86_imul_rm(&t->b, op->w, acc, m);
		move(t, op->w, d, acc);
	} else if (d == s) {
		kbpf_x86_imul_rr(&t->b, op->w, d, a);
	} else {
		move(t, op->w, d, a);
		kbpf_x86_imul_rr(&t->b, op->w, d, s);
	}
}

/* ---- shifts ----------------------------------------------------------------------- */

static const u8 shift_op[] = {
	[JIT_LSH] = X86_SHL, [JIT_RSH] = X86_SHR, [JIT_ARSH] = X86_SAR, [JIT_ROL] = X86_ROL,
};

static void shift_imm(struct kbpf_x86_tr *t, u8 d, u8 a)
{
	const struct kbpf_jit_op *op = t->op;
	u8 bits = op->w ? 64 : 32, n = op->imm & (bits - 1);
	struct kbpf_x86_mem twice = { .base = a, .index = a, .scale = 1 };
	struct kbpf_x86_mem scaled = { .base = X86_NONE, .index = a, .scale = n <= 3 ? 1 << n : 1 };

	if (!n) {
		/* 32 bits wide, this still zeroes the upper half */
		if (d != a || !op->w)
			kbpf_x86_mov_rr(&t->b, op->w, d, a);
	} else if (op->code == JIT_ROL && d != a && t->ir->world->bmi) {
		kbpf_x86_rorx(&t->b, op->w, d, a, bits - n);
	} else if (op->code == JIT_LSH && d != a && n == 1) {
		kbpf_x86_lea(&t->b, op->w, d, twice);
	} else if (op->code == JIT_LSH && d != a && n <= 3) {
		kbpf_x86_lea(&t->b, op->w, d, scaled);
	} else {
		move(t, op->w, d, a);
		kbpf_x86_shift_ri(&t->b, shift_op[op->code], op->w, d, n);
	}
}

/* Without BMI2 the count must be in cl. */
static void shift_by_cl(struct kbpf_x86_tr *t, u8 d, u8 a, u8 n)
{
	const struct kbpf_jit_op *op = t->op;
	u8 xop = shift_op[op->code];

	kbpf_x86_mov_rr(&t->b, op->w, TMP0, a);
	if (n != X86_RCX) {
		kbpf_x86_mov_rr(&t->b, true, TMP1, X86_RCX);
		kbpf_x86_mov_rr(&t->b, false, X86_RCX, n);
	}
	kbpf_x86_shift_cl(&t->b, xop, op->w, TMP0);
	if (n != X86_RCX)
		kbpf_x86_mov_rr(&t->b, true, X86_RCX, TMP1);
	kbpf_x86_mov_rr(&t->b, op->w, d, TMP0);
}

static void shift(struct kbpf_x86_tr *t, u8 d, u8 a)
{
	const struct kbpf_jit_op *op = t->op;

	if (op->bk == JIT_B_IMM)
		shift_imm(t, d, a);
	else if (t->ir->world->bmi)
		kbpf_x86_shiftx(&t->b, shift_op[op->code], op->w, d, a, kbpf_x86_home(op->b));
	else
		shift_by_cl(t, d, a, kbpf_x86_home(op->b));
}

void kbpf_x86_tr_alu(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_op *op = t->op;
	u8 d = kbpf_x86_home(op->dst), a = kbpf_x86_home(op->a);

	if (op->code >= JIT_DIV)
		kbpf_x86_tr_divide(t);
	else if (op->code == JIT_MUL)
		multiply(t, d, a);
	else if (op->code >= JIT_LSH)
		shift(t, d, a);
	else if (op->bk == JIT_B_IMM)
		simple_imm(t, d, a, op->imm);
	else if (op->bk == JIT_B_MEM)
		simple_mem(t, d, a);
	else
		simple_reg(t, d, a, kbpf_x86_home(op->b));
}

/* ---- one operand -------------------------------------------------------------------- */

void kbpf_x86_tr_unary(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_op *op = t->op;
	u8 d = kbpf_x86_home(op->dst);

	if (op->kind == JIT_NEG) {
		kbpf_x86_unary(&t->b, X86_NEG, op->w, d);
	} else if (op->size == 2) {
		kbpf_x86_rol16(&t->b, d, 8);
		kbpf_x86_zx_rr(&t->b, 2, d, d);
	} else {
		kbpf_x86_bswap(&t->b, op->size == 8, d);
	}
}

void kbpf_x86_tr_extend(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_op *op = t->op;
	u8 d = kbpf_x86_home(op->dst), s = kbpf_x86_home(op->b);

	if (op->kind == JIT_MOV)
		move(t, true, d, s);
	else if (op->kind == JIT_ZX)
		kbpf_x86_zx_rr(&t->b, op->size, d, s);
	else
		kbpf_x86_sx_rr(&t->b, op->size, op->w, d, s);
}

void kbpf_x86_tr_lea(struct kbpf_x86_tr *t)
{
	kbpf_x86_lea(&t->b, t->op->w, kbpf_x86_home(t->op->dst), kbpf_x86_mem_of(&t->op->mem));
}
