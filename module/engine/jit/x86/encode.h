/* SPDX-License-Identifier: GPL-2.0 */
/*
 * x86-64 machine code as typed emitters: one function per shape of instruction,
 * enumerations for what varies in it. Knows nothing of BPF. Bytes and prefixes
 * are spelled in encode.c and nowhere else.
 *
 * A buffer without memory only counts: the same calls size an image and write it.
 */
#ifndef KBPF_X86_ENCODE_H
#define KBPF_X86_ENCODE_H

#include "port.h"

enum kbpf_x86_reg {
	X86_RAX, X86_RCX, X86_RDX, X86_RBX, X86_RSP, X86_RBP, X86_RSI, X86_RDI,
	X86_R8, X86_R9, X86_R10, X86_R11, X86_R12, X86_R13, X86_R14, X86_R15,
	X86_NONE,
};

/* two-operand arithmetic, in the order of their encoding */
enum kbpf_x86_alu {
	X86_ADD, X86_OR, X86_ADC, X86_SBB, X86_AND, X86_SUB, X86_XOR, X86_CMP,
};

/* shifts and rotates, in the order of their encoding */
enum kbpf_x86_shift {
	X86_ROL, X86_ROR, X86_RCL, X86_RCR, X86_SHL, X86_SHR, X86_SAL, X86_SAR,
};

/* one-operand arithmetic, in the order of their encoding; MUL and on use rdx:rax */
enum kbpf_x86_unary {
	X86_NOT = 2, X86_NEG, X86_MUL, X86_IMUL, X86_DIV, X86_IDIV,
};

/* conditions, in the order of their encoding: an odd one negates the even one before */
enum kbpf_x86_cond {
	X86_CC_O, X86_CC_NO, X86_CC_B, X86_CC_AE, X86_CC_E, X86_CC_NE, X86_CC_BE, X86_CC_A,
	X86_CC_S, X86_CC_NS, X86_CC_P, X86_CC_NP, X86_CC_L, X86_CC_GE, X86_CC_LE, X86_CC_G,
};

/**
 * struct kbpf_x86_buf - where code goes
 * @code: memory, or NULL to count only
 * @room: bytes at @code; what would go beyond is counted and not written
 * @len: bytes emitted
 */
struct kbpf_x86_buf {
	u8 *code;
	u32 room;
	u32 len;
};

/**
 * struct kbpf_x86_mem - a memory operand: [base + index * scale + disp]
 * @base: register, or X86_NONE for an absolute 32-bit address
 * @index: register other than rsp, or X86_NONE
 * @scale: 1, 2, 4 or 8
 * @gs: relative to the gs segment
 * @disp: displacement
 */
struct kbpf_x86_mem {
	u8 base;
	u8 index;
	u8 scale;
	bool gs;
	s32 disp;
};

static inline struct kbpf_x86_mem kbpf_x86_at(u8 base, s32 disp)
{
	struct kbpf_x86_mem m = { .base = base, .index = X86_NONE, .scale = 1, .disp = disp };

	return m;
}

/*
 * In all below: @w selects 64-bit operands, else 32 bits with the upper half of
 * a destination register zeroed; @size is an operand's bytes: 1, 2, 4 or 8;
 * r is a register, m memory, i an immediate, in the order destination, source.
 */
void kbpf_x86_alu_rr(struct kbpf_x86_buf *b, u8 op, bool w, u8 dst, u8 src);
void kbpf_x86_alu_ri(struct kbpf_x86_buf *b, u8 op, bool w, u8 dst, s32 imm);
void kbpf_x86_alu_rm(struct kbpf_x86_buf *b, u8 op, u8 size, u8 dst, struct kbpf_x86_mem m);
void kbpf_x86_alu_mr(struct kbpf_x86_buf *b, u8 op, u8 size, struct kbpf_x86_mem m, u8 src);
void kbpf_x86_alu_mi(struct kbpf_x86_buf *b, u8 op, u8 size, struct kbpf_x86_mem m, s32 imm);
void kbpf_x86_test_rr(struct kbpf_x86_buf *b, bool w, u8 a, u8 c);
void kbpf_x86_test_ri(struct kbpf_x86_buf *b, bool w, u8 a, s32 imm);
void kbpf_x86_test_mi(struct kbpf_x86_buf *b, u8 size, struct kbpf_x86_mem m, s32 imm);
void kbpf_x86_inc(struct kbpf_x86_buf *b, bool w, u8 reg);
void kbpf_x86_dec(struct kbpf_x86_buf *b, bool w, u8 reg);

void kbpf_x86_mov_rr(struct kbpf_x86_buf *b, bool w, u8 dst, u8 src);
/* The shortest move of @imm; a zero is an xor unless @keep_flags. */
void kbpf_x86_mov_ri(struct kbpf_x86_buf *b, u8 dst, u64 imm, bool keep_flags);
/* A move of @imm whose length does not depend on it. */
void kbpf_x86_movabs(struct kbpf_x86_buf *b, u8 dst, u64 imm);
void kbpf_x86_zx_rr(struct kbpf_x86_buf *b, u8 size, u8 dst, u8 src);
void kbpf_x86_sx_rr(struct kbpf_x86_buf *b, u8 size, bool w, u8 dst, u8 src);
void kbpf_x86_load(struct kbpf_x86_buf *b, u8 size, u8 dst, struct kbpf_x86_mem m);
void kbpf_x86_load_sx(struct kbpf_x86_buf *b, u8 size, bool w, u8 dst, struct kbpf_x86_mem m);
void kbpf_x86_store(struct kbpf_x86_buf *b, u8 size, struct kbpf_x86_mem m, u8 src);
void kbpf_x86_store_i(struct kbpf_x86_buf *b, u8 size, struct kbpf_x86_mem m, s32 imm);
/* Byte-swapping load and store: sizes 2, 4, 8; a load of 2 leaves the rest of @dst. */
void kbpf_x86_movbe_load(struct kbpf_x86_buf *b, u8 size, u8 dst, struct kbpf_x86_mem m);
void kbpf_x86_movbe_store(struct kbpf_x86_buf *b, u8 size, struct kbpf_x86_mem m, u8 src);
void kbpf_x86_lea(struct kbpf_x86_buf *b, bool w, u8 dst, struct kbpf_x86_mem m);
void kbpf_x86_xchg_rr(struct kbpf_x86_buf *b, bool w, u8 a, u8 c);
void kbpf_x86_push(struct kbpf_x86_buf *b, u8 reg);
void kbpf_x86_pop(struct kbpf_x86_buf *b, u8 reg);

void kbpf_x86_shift_ri(struct kbpf_x86_buf *b, u8 op, bool w, u8 reg, u8 count);
void kbpf_x86_shift_cl(struct kbpf_x86_buf *b, u8 op, bool w, u8 reg);
void kbpf_x86_rol16(struct kbpf_x86_buf *b, u8 reg, u8 count);
/* BMI2: @dst = @src shifted by @count (X86_SHL, X86_SHR, X86_SAR); flags untouched */
void kbpf_x86_shiftx(struct kbpf_x86_buf *b, u8 op, bool w, u8 dst, u8 src, u8 count);
/* BMI2: @dst = @src rotated right by @count; flags untouched */
void kbpf_x86_rorx(struct kbpf_x86_buf *b, bool w, u8 dst, u8 src, u8 count);
/* BMI2: @hi:@lo = rdx * @src; flags untouched */
void kbpf_x86_mulx(struct kbpf_x86_buf *b, bool w, u8 hi, u8 lo, u8 src);
/* BMI1: @dst = ~@a & @c */
void kbpf_x86_andn(struct kbpf_x86_buf *b, bool w, u8 dst, u8 a, u8 c);

void kbpf_x86_imul_rr(struct kbpf_x86_buf *b, bool w, u8 dst, u8 src);
void kbpf_x86_imul_rm(struct kbpf_x86_buf *b, bool w, u8 dst, struct kbpf_x86_mem m);
void kbpf_x86_imul_rri(struct kbpf_x86_buf *b, bool w, u8 dst, u8 src, s32 imm);
void kbpf_x86_unary(struct kbpf_x86_buf *b, u8 op, bool w, u8 reg);
/* rdx:rax (edx:eax) = sign extension of rax (eax) */
void kbpf_x86_cqo(struct kbpf_x86_buf *b, bool w);
void kbpf_x86_bswap(struct kbpf_x86_buf *b, bool w, u8 reg);

void kbpf_x86_cmov(struct kbpf_x86_buf *b, u8 cc, bool w, u8 dst, u8 src);
void kbpf_x86_setcc(struct kbpf_x86_buf *b, u8 cc, u8 reg);

/* Locked: sizes 4 and 8. */
void kbpf_x86_lock_alu(struct kbpf_x86_buf *b, u8 op, u8 size, struct kbpf_x86_mem m, u8 src);
void kbpf_x86_lock_xadd(struct kbpf_x86_buf *b, u8 size, struct kbpf_x86_mem m, u8 src);
void kbpf_x86_lock_cmpxchg(struct kbpf_x86_buf *b, u8 size, struct kbpf_x86_mem m, u8 src);
void kbpf_x86_xchg_mr(struct kbpf_x86_buf *b, u8 size, struct kbpf_x86_mem m, u8 src);

void kbpf_x86_jmp8(struct kbpf_x86_buf *b, s8 rel);
void kbpf_x86_jmp32(struct kbpf_x86_buf *b, s32 rel);
void kbpf_x86_jcc8(struct kbpf_x86_buf *b, u8 cc, s8 rel);
void kbpf_x86_jcc32(struct kbpf_x86_buf *b, u8 cc, s32 rel);
void kbpf_x86_call32(struct kbpf_x86_buf *b, s32 rel);
void kbpf_x86_call_r(struct kbpf_x86_buf *b, u8 reg);
void kbpf_x86_jmp_r(struct kbpf_x86_buf *b, u8 reg);
/* Makes the 8-bit branch that ends at offset @at go to where the buffer is now. */
void kbpf_x86_land8(struct kbpf_x86_buf *b, u32 at);
void kbpf_x86_ret(struct kbpf_x86_buf *b);
void kbpf_x86_leave(struct kbpf_x86_buf *b);
void kbpf_x86_endbr(struct kbpf_x86_buf *b);
void kbpf_x86_int3(struct kbpf_x86_buf *b);
/* A byte that was encoded elsewhere. */
void kbpf_x86_byte(struct kbpf_x86_buf *b, u8 byte);
void kbpf_x86_nop(struct kbpf_x86_buf *b, u32 bytes);

/* What fills memory that is no code. */
#define KBPF_X86_TRAP_BYTE 0xcc

#endif /* KBPF_X86_ENCODE_H */
