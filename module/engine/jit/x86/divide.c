// SPDX-License-Identifier: GPL-2.0
/*
 * Division. The machine's instruction takes fixed registers and traps on two
 * pairs of operands for which BPF has results: by zero the quotient is 0 and
 * the remainder is the dividend, and the most negative number by -1 gives itself
 * and remainder 0. Constants divide by multiplying with a reciprocal, following
 * Granlund and Montgomery, "Division by Invariant Integers using
 * Multiplication" (1994).
 *
 * Needs of the verifier: nothing. Vector: jit_div_reciprocals.
 */
#include "port.h"
#include "jit/x86/tr.h"

static bool is_signed(const struct kbpf_jit_op *op)
{
	return op->code == JIT_SDIV || op->code == JIT_SMOD;
}

static bool is_mod(const struct kbpf_jit_op *op)
{
	return op->code == JIT_MOD || op->code == JIT_SMOD;
}

/* ---- by a constant ------------------------------------------------------------------ */

/**
 * struct magic - n / d == (n * (2^N + m) >> N) >> shift for N-bit n
 * @m: lower N bits of the multiplier
 * @shift: shift after taking the upper half
 * @wide: the multiplier has the bit N; else it is @m alone
 */
struct magic {
	u64 m;
	u32 shift;
	bool wide;
};

/* 2^64 * @hi / @d for @hi < @d, remainder dropped: long division by bits. */
static u64 divide_shifted(u64 hi, u64 d, u64 *rem)
{
	u64 q = 0, r = hi;

	for (u32 i = 0; i < 64; i++) {
		bool carry = r >> 63;

		r <<= 1;
		q <<= 1;
		if (carry || r >= d) {
			r -= d;
			q |= 1;
		}
	}
	*rem = r;
	return q;
}

/* For @d that is no power of two. */
static struct magic magic64(u64 d)
{
	u32 l = fls64(d);	/* 2^(l-1) < d < 2^l */
	u64 rem, m = divide_shifted((l == 64 ? 0 : 1ULL << l) - d, d, &rem) + 1;
	struct magic g = { .m = m, .shift = l, .wide = true };
	u64 q, e;

	/* Try the multiplier one bit smaller: it does if its error is small enough. */
	q = divide_shifted(1ULL << (l - 1), d, &rem);
	e = d - rem;
	if (e <= 1ULL << (l - 1)) {
		g.m = q + 1;
		g.shift = l - 1;
		g.wide = false;
	}
	return g;
}

/* TMP0 = upper half of @n * @m; @n is not TMP0. Loses TMP1. */
static void mul_high(struct kbpf_x86_tr *t, u8 n, u64 m)
{
	bool save = n != X86_RDX;

	kbpf_x86_mov_ri(&t->b, TMP0, m, false);
	if (save) {
		kbpf_x86_mov_rr(&t->b, true, TMP1, X86_RDX);
		kbpf_x86_mov_rr(&t->b, true, X86_RDX, n);
	}
	kbpf_x86_mulx(&t->b, true, TMP0, TMP0, TMP0);
	if (save)
		kbpf_x86_mov_rr(&t->b, true, X86_RDX, TMP1);
}

/* TMP0 = @n / @d, 64 bits */
static void quotient64(struct kbpf_x86_tr *t, u8 n, u64 d)
{
	struct magic g = magic64(d);

	mul_high(t, n, g.m);
	if (g.wide) {
		/* (n - q) / 2 + q is (n + q) / 2 without its carry */
		kbpf_x86_mov_rr(&t->b, true, TMP1, n);
		kbpf_x86_alu_rr(&t->b, X86_SUB, true, TMP1, TMP0);
		kbpf_x86_shift_ri(&t->b, X86_SHR, true, TMP1, 1);
		kbpf_x86_alu_rr(&t->b, X86_ADD, true, TMP0, TMP1);
		g.shift--;
	}
	if (g.shift)
		kbpf_x86_shift_ri(&t->b, X86_SHR, true, TMP0, g.shift);
}

/* TMP0 = (u32)@n / @d: the reciprocal of 32 bits has 33 at most, so 64-bit products hold it */
static void quotient32(struct kbpf_x86_tr *t, u8 n, u32 d)
{
	u32 l = fls(d);
	u64 m = div64_u64(1ULL << (31 + l), d) + 1;
	u64 e = m * d - (1ULL << (31 + l));
	struct magic g;

	if (e <= 1ULL << (l - 1)) {
		kbpf_x86_mov_rr(&t->b, false, TMP1, n);
		kbpf_x86_mov_ri(&t->b, TMP0, m, false);
		kbpf_x86_imul_rr(&t->b, true, TMP0, TMP1);
		kbpf_x86_shift_ri(&t->b, X86_SHR, true, TMP0, 31 + l);
		return;
	}
	/* 2^64 / d rounded up is exact for every 32-bit dividend */
	g.m = div64_u64(U64_MAX, d) + 1;
	kbpf_x86_mov_ri(&t->b, TMP0, g.m, false);
	kbpf_x86_mov_rr(&t->b, true, TMP1, X86_RDX);
	kbpf_x86_mov_rr(&t->b, false, X86_RDX, n);
	kbpf_x86_mulx(&t->b, true, TMP0, TMP0, TMP0);
	kbpf_x86_mov_rr(&t->b, true, X86_RDX, TMP1);
}

static void by_power_of_two(struct kbpf_x86_tr *t, u8 d, u8 a, u64 divisor)
{
	const struct kbpf_jit_op *op = t->op;
	u32 n = fls64(divisor) - 1;

	if (!is_mod(op)) {
		if (d != a || !op->w)
			kbpf_x86_mov_rr(&t->b, op->w, d, a);
		if (n)
			kbpf_x86_shift_ri(&t->b, X86_SHR, op->w, d, n);
	} else if (n < 32) {
		if (d != a)
			kbpf_x86_mov_rr(&t->b, false, d, a);
		kbpf_x86_alu_ri(&t->b, X86_AND, false, d, (u32)divisor - 1);
	} else {
		if (d != a)
			kbpf_x86_mov_rr(&t->b, true, d, a);
		kbpf_x86_shift_ri(&t->b, X86_SHL, true, d, 64 - n);
		kbpf_x86_shift_ri(&t->b, X86_SHR, true, d, 64 - n);
	}
}

/* Unsigned, by a constant; false where the instruction does better. */
static bool by_constant(struct kbpf_x86_tr *t, u8 d, u8 a)
{
	const struct kbpf_jit_op *op = t->op;
	u64 n = op->w ? (u64)op->imm : (u32)op->imm;

	if (op->bk != JIT_B_IMM || is_signed(op) || !n || !t->out->div)
		return false;
	if (!(n & (n - 1))) {
		by_power_of_two(t, d, a, n);
		return true;
	}
	if (!t->ir->world->bmi)
		return false;
	if (op->w)
		quotient64(t, a, n);
	else
		quotient32(t, a, n);
	if (!is_mod(op)) {
		kbpf_x86_mov_rr(&t->b, op->w, d, TMP0);
		return true;
	}
	kbpf_x86_imul_rri(&t->b, op->w, TMP0, TMP0, op->imm);
	if (d != a)
		kbpf_x86_mov_rr(&t->b, op->w, d, a);
	kbpf_x86_alu_rr(&t->b, X86_SUB, op->w, d, TMP0);
	return true;
}

/* ---- by a register ------------------------------------------------------------------- */

/* The dividend is in rax and the divisor in TMP0: the result to TMP0. */
static void divide_rax(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_op *op = t->op;

	if (is_signed(op)) {
		kbpf_x86_cqo(&t->b, op->w);
		kbpf_x86_unary(&t->b, X86_IDIV, op->w, TMP0);
	} else {
		kbpf_x86_alu_rr(&t->b, X86_XOR, false, X86_RDX, X86_RDX);
		kbpf_x86_unary(&t->b, X86_DIV, op->w, TMP0);
	}
	kbpf_x86_mov_rr(&t->b, op->w, TMP0, is_mod(op) ? X86_RDX : X86_RAX);
}

/* The instruction between saving and restoring what it destroys: rax in TMP1, rdx pushed. */
static void divide_saved(struct kbpf_x86_tr *t, u8 d, u8 a)
{
	u16 live = t->op->live;
	bool save_rax = d != X86_RAX && (live & JIT_BIT(JIT_R0));
	bool save_rdx = d != X86_RDX && (live & JIT_BIT(JIT_R3));

	if (save_rax)
		kbpf_x86_mov_rr(&t->b, true, TMP1, X86_RAX);
	if (save_rdx)
		kbpf_x86_push(&t->b, X86_RDX);
	if (a != X86_RAX)
		kbpf_x86_mov_rr(&t->b, t->op->w, X86_RAX, a);
	divide_rax(t);
	if (save_rdx)
		kbpf_x86_pop(&t->b, X86_RDX);
	if (save_rax)
		kbpf_x86_mov_rr(&t->b, true, X86_RAX, TMP1);
}

/* @imm is no zero */
static void by_known(struct kbpf_x86_tr *t, u8 d, u8 a, s32 imm)
{
	const struct kbpf_jit_op *op = t->op;

	if (is_signed(op) && imm == -1) {
		if (is_mod(op)) {
			kbpf_x86_mov_ri(&t->b, d, 0, false);
			return;
		}
		if (d != a)
			kbpf_x86_mov_rr(&t->b, op->w, d, a);
		kbpf_x86_unary(&t->b, X86_NEG, op->w, d);
		return;
	}
	kbpf_x86_mov_ri(&t->b, TMP0, op->w ? (u64)(s64)imm : (u32)imm, false);
	divide_saved(t, d, a);
	kbpf_x86_mov_rr(&t->b, op->w, d, TMP0);
}

/* TMP0 = @a when the remainder of a division by zero is asked for, else 0 */
static void by_zero(struct kbpf_x86_tr *t, u8 a)
{
	if (is_mod(t->op))
		kbpf_x86_mov_rr(&t->b, t->op->w, TMP0, a);
	else
		kbpf_x86_mov_ri(&t->b, TMP0, 0, false);
}

static void by_minus_one(struct kbpf_x86_tr *t, u8 a)
{
	if (is_mod(t->op)) {
		kbpf_x86_mov_ri(&t->b, TMP0, 0, false);
		return;
	}
	kbpf_x86_mov_rr(&t->b, t->op->w, TMP0, a);
	kbpf_x86_unary(&t->b, X86_NEG, t->op->w, TMP0);
}

static void by_register(struct kbpf_x86_tr *t, u8 d, u8 a, u8 n)
{
	const struct kbpf_jit_op *op = t->op;
	u32 zero, minus = 0, done, done2 = 0;

	kbpf_x86_mov_rr(&t->b, op->w, TMP0, n);
	kbpf_x86_test_rr(&t->b, op->w, TMP0, TMP0);
	kbpf_x86_jcc8(&t->b, X86_CC_E, 0);
	zero = t->b.len;
	if (is_signed(op)) {
		kbpf_x86_alu_ri(&t->b, X86_CMP, op->w, TMP0, -1);
		kbpf_x86_jcc8(&t->b, X86_CC_E, 0);
		minus = t->b.len;
	}
	divide_saved(t, d, a);
	kbpf_x86_jmp8(&t->b, 0);
	done = t->b.len;
	if (is_signed(op)) {
		kbpf_x86_land8(&t->b, minus);
		by_minus_one(t, a);
		kbpf_x86_jmp8(&t->b, 0);
		done2 = t->b.len;
	}
	kbpf_x86_land8(&t->b, zero);
	by_zero(t, a);
	kbpf_x86_land8(&t->b, done);
	if (done2)
		kbpf_x86_land8(&t->b, done2);
	kbpf_x86_mov_rr(&t->b, op->w, d, TMP0);
}

void kbpf_x86_tr_divide(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_op *op = t->op;
	u8 d = kbpf_x86_home(op->dst), a = kbpf_x86_home(op->a);

	if (by_constant(t, d, a))
		return;
	if (op->bk == JIT_B_REG) {
		by_register(t, d, a, kbpf_x86_home(op->b));
	} else if (op->imm) {
		by_known(t, d, a, op->imm);
	} else {
		by_zero(t, a);
		kbpf_x86_mov_rr(&t->b, op->w, d, TMP0);
	}
}
