/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The instruction format: parts of an opcode, registers, and macros that build
 * instructions so that tests and rewrites read like assembly. Numbers are RFC
 * 9669's. Which combinations exist is opcode.def's.
 */
#ifndef KBPF_ISA_INSN_H
#define KBPF_ISA_INSN_H

#include "port.h"
#include "kbpf.h"

/* class */
#define KBPF_CLASS(code)	((code) & 0x07)
#define KBPF_LD			0x00
#define KBPF_LDX		0x01
#define KBPF_ST			0x02
#define KBPF_STX		0x03
#define KBPF_ALU		0x04
#define KBPF_JMP		0x05
#define KBPF_JMP32		0x06
#define KBPF_ALU64		0x07

/* loads and stores: size and mode */
#define KBPF_SIZE(code)		((code) & 0x18)
#define KBPF_W			0x00
#define KBPF_H			0x08
#define KBPF_B			0x10
#define KBPF_DW			0x18
#define KBPF_MODE(code)		((code) & 0xe0)
#define KBPF_IMM		0x00
#define KBPF_ABS		0x20
#define KBPF_IND		0x40
#define KBPF_MEM		0x60
#define KBPF_MEMSX		0x80
#define KBPF_ATOMIC		0xc0

/* arithmetic and jumps: operation, and whether the second operand is a register */
#define KBPF_OP(code)		((code) & 0xf0)
#define KBPF_SRC(code)		((code) & 0x08)
#define KBPF_K			0x00
#define KBPF_X			0x08

#define KBPF_ADD		0x00
#define KBPF_SUB		0x10
#define KBPF_MUL		0x20
#define KBPF_DIV		0x30
#define KBPF_OR			0x40
#define KBPF_AND		0x50
#define KBPF_LSH		0x60
#define KBPF_RSH		0x70
#define KBPF_NEG		0x80
#define KBPF_MOD		0x90
#define KBPF_XOR		0xa0
#define KBPF_MOV		0xb0
#define KBPF_ARSH		0xc0
#define KBPF_END		0xd0
#define KBPF_TO_LE		0x00
#define KBPF_TO_BE		0x08

#define KBPF_JA			0x00
#define KBPF_JEQ		0x10
#define KBPF_JGT		0x20
#define KBPF_JGE		0x30
#define KBPF_JSET		0x40
#define KBPF_JNE		0x50
#define KBPF_JSGT		0x60
#define KBPF_JSGE		0x70
#define KBPF_CALL		0x80
#define KBPF_EXIT		0x90
#define KBPF_JLT		0xa0
#define KBPF_JLE		0xb0
#define KBPF_JSLT		0xc0
#define KBPF_JSLE		0xd0
#define KBPF_JCOND		0xe0

/* immediates of atomics; the first four also with KBPF_FETCH */
#define KBPF_ATOMIC_ADD		0x00
#define KBPF_ATOMIC_OR		0x40
#define KBPF_ATOMIC_AND		0x50
#define KBPF_ATOMIC_XOR		0xa0
#define KBPF_FETCH		0x01
#define KBPF_XCHG		0xe1
#define KBPF_CMPXCHG		0xf1
#define KBPF_LOAD_ACQ		0x100
#define KBPF_STORE_REL		0x110

/* the opcode of a two-slot 64-bit immediate */
#define KBPF_LDDW		(KBPF_LD | KBPF_IMM | KBPF_DW)

enum kbpf_reg {
	KBPF_R0, KBPF_R1, KBPF_R2, KBPF_R3, KBPF_R4, KBPF_R5,
	KBPF_R6, KBPF_R7, KBPF_R8, KBPF_R9, KBPF_R10,
	KBPF_REGS,
};

/**
 * kbpf_isa_is_lddw() - does this instruction take two slots?
 * @insn: first slot
 */
static inline bool kbpf_isa_is_lddw(const struct kbpf_insn *insn)
{
	return insn->code == KBPF_LDDW;
}

/**
 * kbpf_isa_imm64() - the immediate of a two-slot instruction
 * @insn: first slot
 */
static inline u64 kbpf_isa_imm64(const struct kbpf_insn *insn)
{
	return (u32)insn[0].imm | (u64)(u32)insn[1].imm << 32;
}

/**
 * kbpf_isa_size() - bytes that a load or store accesses
 * @code: opcode
 */
static inline u32 kbpf_isa_size(u8 code)
{
	return KBPF_SIZE(code) == KBPF_W ? 4 : KBPF_SIZE(code) == KBPF_H ? 2 :
	       KBPF_SIZE(code) == KBPF_B ? 1 : 8;
}

/* ---- building instructions ------------------------------------------------------ */

#define KBPF_INSN_INIT(c, d, s, o, i) \
	{ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }
#define KBPF_INSN(c, d, s, o, i) \
	((struct kbpf_insn) KBPF_INSN_INIT(c, d, s, o, i))

#define KBPF_ALU64_REG(op, d, s)	KBPF_INSN(KBPF_ALU64 | (op) | KBPF_X, d, s, 0, 0)
#define KBPF_ALU64_IMM(op, d, i)	KBPF_INSN(KBPF_ALU64 | (op) | KBPF_K, d, 0, 0, i)
#define KBPF_ALU32_REG(op, d, s)	KBPF_INSN(KBPF_ALU | (op) | KBPF_X, d, s, 0, 0)
#define KBPF_ALU32_IMM(op, d, i)	KBPF_INSN(KBPF_ALU | (op) | KBPF_K, d, 0, 0, i)
/* the same with off: 1 makes division signed */
#define KBPF_ALU64_REG_OFF(op, d, s, o)	KBPF_INSN(KBPF_ALU64 | (op) | KBPF_X, d, s, o, 0)
#define KBPF_ALU64_IMM_OFF(op, d, i, o)	KBPF_INSN(KBPF_ALU64 | (op) | KBPF_K, d, 0, o, i)
#define KBPF_ALU32_REG_OFF(op, d, s, o)	KBPF_INSN(KBPF_ALU | (op) | KBPF_X, d, s, o, 0)
#define KBPF_ALU32_IMM_OFF(op, d, i, o)	KBPF_INSN(KBPF_ALU | (op) | KBPF_K, d, 0, o, i)
#define KBPF_MOV64_REG(d, s)		KBPF_ALU64_REG(KBPF_MOV, d, s)
#define KBPF_MOV64_IMM(d, i)		KBPF_ALU64_IMM(KBPF_MOV, d, i)
#define KBPF_MOV32_REG(d, s)		KBPF_ALU32_REG(KBPF_MOV, d, s)
#define KBPF_MOV32_IMM(d, i)		KBPF_ALU32_IMM(KBPF_MOV, d, i)
#define KBPF_MOVSX64_REG(d, s, bits)	KBPF_ALU64_REG_OFF(KBPF_MOV, d, s, bits)
#define KBPF_MOVSX32_REG(d, s, bits)	KBPF_ALU32_REG_OFF(KBPF_MOV, d, s, bits)
#define KBPF_ENDIAN(to, d, bits)	KBPF_INSN(KBPF_ALU | KBPF_END | (to), d, 0, 0, bits)
#define KBPF_BSWAP(d, bits)		KBPF_INSN(KBPF_ALU64 | KBPF_END, d, 0, 0, bits)

#define KBPF_LDX_MEM(size, d, s, o)	KBPF_INSN(KBPF_LDX | KBPF_MEM | (size), d, s, o, 0)
#define KBPF_LDX_MEMSX(size, d, s, o)	KBPF_INSN(KBPF_LDX | KBPF_MEMSX | (size), d, s, o, 0)
#define KBPF_STX_MEM(size, d, s, o)	KBPF_INSN(KBPF_STX | KBPF_MEM | (size), d, s, o, 0)
#define KBPF_ST_MEM(size, d, o, i)	KBPF_INSN(KBPF_ST | KBPF_MEM | (size), d, 0, o, i)
#define KBPF_ATOMIC_OP(size, op, d, s, o) KBPF_INSN(KBPF_STX | KBPF_ATOMIC | (size), d, s, o, op)
#define KBPF_LD_ABS(size, i)		KBPF_INSN(KBPF_LD | KBPF_ABS | (size), 0, 0, 0, i)
#define KBPF_LD_IND(size, s, i)		KBPF_INSN(KBPF_LD | KBPF_IND | (size), 0, s, 0, i)

/* two slots */
#define KBPF_LD_IMM64_RAW(d, s, lo, hi) \
	KBPF_INSN(KBPF_LDDW, d, s, 0, (s32)(lo)), KBPF_INSN(0, 0, 0, 0, (s32)(hi))
#define KBPF_LD_IMM64(d, v) \
	KBPF_LD_IMM64_RAW(d, 0, (u32)(u64)(v), (u32)((u64)(v) >> 32))
#define KBPF_LD_MAP_FD(d, fd)		KBPF_LD_IMM64_RAW(d, KBPF_PSEUDO_MAP_FD, fd, 0)
#define KBPF_LD_MAP_VALUE(d, fd, o)	KBPF_LD_IMM64_RAW(d, KBPF_PSEUDO_MAP_VALUE, fd, o)
#define KBPF_LD_FUNC(d, dist)		KBPF_LD_IMM64_RAW(d, KBPF_PSEUDO_FUNC, dist, 0)

#define KBPF_JMP_REG(op, d, s, o)	KBPF_INSN(KBPF_JMP | (op) | KBPF_X, d, s, o, 0)
#define KBPF_JMP_IMM(op, d, i, o)	KBPF_INSN(KBPF_JMP | (op) | KBPF_K, d, 0, o, i)
#define KBPF_JMP32_REG(op, d, s, o)	KBPF_INSN(KBPF_JMP32 | (op) | KBPF_X, d, s, o, 0)
#define KBPF_JMP32_IMM(op, d, i, o)	KBPF_INSN(KBPF_JMP32 | (op) | KBPF_K, d, 0, o, i)
#define KBPF_JMP_A(o)			KBPF_INSN(KBPF_JMP | KBPF_JA, 0, 0, o, 0)
#define KBPF_JMP32_A(i)			KBPF_INSN(KBPF_JMP32 | KBPF_JA, 0, 0, 0, i)
#define KBPF_MAY_GOTO(o)		KBPF_INSN(KBPF_JMP | KBPF_JCOND, 0, 0, o, 0)
#define KBPF_CALL_HELPER(id)		KBPF_INSN(KBPF_JMP | KBPF_CALL, 0, 0, 0, id)
#define KBPF_CALL_REL(dist) \
	KBPF_INSN(KBPF_JMP | KBPF_CALL, 0, KBPF_PSEUDO_CALL, 0, dist)
#define KBPF_CALL_KFUNC(id) \
	KBPF_INSN(KBPF_JMP | KBPF_CALL, 0, KBPF_PSEUDO_KFUNC_CALL, 0, id)
#define KBPF_EXIT_INSN()		KBPF_INSN(KBPF_JMP | KBPF_EXIT, 0, 0, 0, 0)

#endif /* KBPF_ISA_INSN_H */
