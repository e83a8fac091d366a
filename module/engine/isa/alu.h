/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What arithmetic and comparisons mean (RFC 9669 sections 4.1 and 4.3), a line
 * an operation. Everybody who computes with values uses these lines: the
 * interpreter, the verifier's constants, the tests.
 *
 * In an expression, a is the destination and b the second operand, both u64; an
 * immediate is sign-extended to 64 bits first. 32-bit operations look at the
 * low halves only, and the u32 result is zero-extended.
 */
#ifndef KBPF_ISA_ALU_H
#define KBPF_ISA_ALU_H

#include "port.h"
#include "kbpf.h"

/* Operations that come with an immediate (_K) and with a register (_X). */
#define KBPF_ALU_BINARY(X) \
X(ADD32, (u32)a + (u32)b) \
X(ADD64, a + b) \
X(SUB32, (u32)a - (u32)b) \
X(SUB64, a - b) \
X(MUL32, (u32)a * (u32)b) \
X(MUL64, a * b) \
X(OR32, (u32)(a | b)) \
X(OR64, a | b) \
X(AND32, (u32)(a & b)) \
X(AND64, a & b) \
X(XOR32, (u32)(a ^ b)) \
X(XOR64, a ^ b) \
X(LSH32, (u32)a << (b & 31)) \
X(LSH64, a << (b & 63)) \
X(RSH32, (u32)a >> (b & 31)) \
X(RSH64, a >> (b & 63)) \
X(ARSH32, (u32)((s32)a >> (b & 31))) \
X(ARSH64, (u64)((s64)a >> (b & 63))) \
X(DIV32, (u32)b ? (u32)a / (u32)b : 0) \
X(DIV64, b ? a / b : 0) \
X(MOD32, (u32)b ? (u32)a % (u32)b : (u32)a) \
X(MOD64, b ? a % b : a) \
X(SDIV32, (u32)kbpf_isa_sdiv32((s32)a, (s32)b)) \
X(SDIV64, (u64)kbpf_isa_sdiv64((s64)a, (s64)b)) \
X(SMOD32, (u32)kbpf_isa_smod32((s32)a, (s32)b)) \
X(SMOD64, (u64)kbpf_isa_smod64((s64)a, (s64)b)) \
X(MOV32, (u32)b) \
X(MOV64, b)

/* Operations that come in one form. */
#define KBPF_ALU_UNARY(X) \
X(NEG32, 0 - (u32)a) \
X(NEG64, 0 - a) \
X(MOVSX32_8, (u32)(s8)b) \
X(MOVSX32_16, (u32)(s16)b) \
X(MOVSX64_8, (u64)(s8)b) \
X(MOVSX64_16, (u64)(s16)b) \
X(MOVSX64_32, (u64)(s32)b) \
X(LE16, (u16)a) \
X(LE32, (u32)a) \
X(LE64, a) \
X(BE16, swab16((u16)a)) \
X(BE32, swab32((u32)a)) \
X(BE64, swab64(a)) \
X(BSWAP16, swab16((u16)a)) \
X(BSWAP32, swab32((u32)a)) \
X(BSWAP64, swab64(a))

/* Conditions of jumps, with _K and _X. */
#define KBPF_JMP_CONDITIONS(X) \
X(JEQ64, a == b) \
X(JEQ32, (u32)a == (u32)b) \
X(JNE64, a != b) \
X(JNE32, (u32)a != (u32)b) \
X(JSET64, a & b) \
X(JSET32, (u32)(a & b)) \
X(JGT64, a > b) \
X(JGT32, (u32)a > (u32)b) \
X(JGE64, a >= b) \
X(JGE32, (u32)a >= (u32)b) \
X(JLT64, a < b) \
X(JLT32, (u32)a < (u32)b) \
X(JLE64, a <= b) \
X(JLE32, (u32)a <= (u32)b) \
X(JSGT64, (s64)a > (s64)b) \
X(JSGT32, (s32)a > (s32)b) \
X(JSGE64, (s64)a >= (s64)b) \
X(JSGE32, (s32)a >= (s32)b) \
X(JSLT64, (s64)a < (s64)b) \
X(JSLT32, (s32)a < (s32)b) \
X(JSLE64, (s64)a <= (s64)b) \
X(JSLE32, (s32)a <= (s32)b)

/* Signed division truncates; by zero it gives 0, and the smallest number by -1 itself. */
static inline s64 kbpf_isa_sdiv64(s64 a, s64 b)
{
	return !b ? 0 : b == -1 ? (s64)(0 - (u64)a) : a / b;
}

static inline s32 kbpf_isa_sdiv32(s32 a, s32 b)
{
	return !b ? 0 : b == -1 ? (s32)(0 - (u32)a) : a / b;
}

/* The remainder has the dividend's sign; by zero it is the dividend. */
static inline s64 kbpf_isa_smod64(s64 a, s64 b)
{
	return !b ? a : b == -1 ? 0 : a % b;
}

static inline s32 kbpf_isa_smod32(s32 a, s32 b)
{
	return !b ? a : b == -1 ? 0 : a % b;
}

/* kbpf_alu_ADD64(a, b) and so on: what the operation leaves in its destination. */
#define KBPF_ALU_FUNCTION(name, expr) \
static inline u64 kbpf_alu_##name(u64 a __always_unused, u64 b __always_unused) \
{ \
	return (expr); \
}
KBPF_ALU_BINARY(KBPF_ALU_FUNCTION)
KBPF_ALU_UNARY(KBPF_ALU_FUNCTION)
#undef KBPF_ALU_FUNCTION

/* kbpf_jmp_JEQ64(a, b) and so on: is the jump taken? */
#define KBPF_JMP_FUNCTION(name, expr) \
static inline bool kbpf_jmp_##name(u64 a, u64 b) \
{ \
	return (expr); \
}
KBPF_JMP_CONDITIONS(KBPF_JMP_FUNCTION)
#undef KBPF_JMP_FUNCTION

/**
 * kbpf_isa_eval() - the result of an arithmetic operation on constants
 * @insn: an arithmetic instruction
 * @dst: value of its destination before
 * @src: value of its source register; ignored where it has an immediate
 * @res: out: value of its destination after
 *
 * Return: false if @insn is not arithmetic.
 */
bool kbpf_isa_eval(const struct kbpf_insn *insn, u64 dst, u64 src, u64 *res);

/**
 * kbpf_isa_taken() - does a conditional jump on constants jump?
 * @insn: a conditional jump
 * @dst: value of its first operand
 * @src: value of its source register; ignored where it has an immediate
 * @taken: out
 *
 * Return: false if @insn is not a conditional jump.
 */
bool kbpf_isa_taken(const struct kbpf_insn *insn, u64 dst, u64 src, bool *taken);

#endif /* KBPF_ISA_ALU_H */
