/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to engine/classic: what classic opcodes mean, as a table, and the
 * ancillary data that loads at negative offsets yield.
 */
#ifndef KBPF_CLASSIC_OPCODE_H
#define KBPF_CLASSIC_OPCODE_H

#include "port.h"
#include "kbpf.h"

#define CLASSIC_MEMWORDS	16

/* Bases of the negative offsets of packet loads: ABI. */
#define CLASSIC_AD_OFF		((u32)-0x1000)
#define CLASSIC_NET_OFF		((u32)-0x100000)
#define CLASSIC_LL_OFF		((u32)-0x200000)

/* Ancillary data by offset from CLASSIC_AD_OFF: ABI. */
enum classic_ad {
	CLASSIC_AD_PROTOCOL	= 0,
	CLASSIC_AD_PKTTYPE	= 4,
	CLASSIC_AD_IFINDEX	= 8,
	CLASSIC_AD_NLATTR	= 12,
	CLASSIC_AD_NLATTR_NEST	= 16,
	CLASSIC_AD_MARK		= 20,
	CLASSIC_AD_QUEUE	= 24,
	CLASSIC_AD_HATYPE	= 28,
	CLASSIC_AD_RXHASH	= 32,
	CLASSIC_AD_CPU		= 36,
	CLASSIC_AD_ALU_XOR_X	= 40,
	CLASSIC_AD_VLAN_TAG	= 44,
	CLASSIC_AD_VLAN_TAG_PRESENT = 48,
	CLASSIC_AD_PAY_OFFSET	= 52,
	CLASSIC_AD_RANDOM	= 56,
	CLASSIC_AD_VLAN_TPID	= 60,
	CLASSIC_AD_MAX		= 64,
};

/**
 * enum classic_kind - what an instruction does
 * @CLASSIC_ILLEGAL: there is no such opcode
 * @CLASSIC_LD_ABS: A = packet[k], or ancillary data
 * @CLASSIC_LD_IND: A = packet[X + k]
 * @CLASSIC_LDX_MSH: X = 4 * (packet[k] & 15)
 * @CLASSIC_LD_LEN: A = length of the packet
 * @CLASSIC_LDX_LEN: X = length of the packet
 * @CLASSIC_LD_IMM: A = k
 * @CLASSIC_LDX_IMM: X = k
 * @CLASSIC_LD_MEM: A = M[k]
 * @CLASSIC_LDX_MEM: X = M[k]
 * @CLASSIC_ST: M[k] = A
 * @CLASSIC_STX: M[k] = X
 * @CLASSIC_ALU: A = A op operand
 * @CLASSIC_TAX: X = A
 * @CLASSIC_TXA: A = X
 * @CLASSIC_JA: go to k further
 * @CLASSIC_JCOND: go jt or jf further
 * @CLASSIC_RET_K: return k
 * @CLASSIC_RET_A: return A
 */
enum classic_kind {
	CLASSIC_ILLEGAL,
	CLASSIC_LD_ABS,
	CLASSIC_LD_IND,
	CLASSIC_LDX_MSH,
	CLASSIC_LD_LEN,
	CLASSIC_LDX_LEN,
	CLASSIC_LD_IMM,
	CLASSIC_LDX_IMM,
	CLASSIC_LD_MEM,
	CLASSIC_LDX_MEM,
	CLASSIC_ST,
	CLASSIC_STX,
	CLASSIC_ALU,
	CLASSIC_TAX,
	CLASSIC_TXA,
	CLASSIC_JA,
	CLASSIC_JCOND,
	CLASSIC_RET_K,
	CLASSIC_RET_A,
};

/**
 * struct classic_op - an opcode
 * @kind: enum classic_kind
 * @size: bytes that a packet load takes
 * @x: the operand is X, not k
 * @op: operation bits of an ALU or jump opcode, the same as eBPF's
 */
struct classic_op {
	u8 kind;
	u8 size;
	bool x;
	u8 op;
};

/* The opcode's row; kind CLASSIC_ILLEGAL where there is none. */
const struct classic_op *classic_op(u16 code);

/* Is a load at @k of ancillary data? Such a load is legal only if classic_ad_known(). */
static inline bool classic_is_ad(const struct classic_op *op, u32 k)
{
	return op->kind == CLASSIC_LD_ABS && k >= CLASSIC_AD_OFF;
}

static inline bool classic_ad_known(u32 k)
{
	u32 ad = k - CLASSIC_AD_OFF;

	return ad < CLASSIC_AD_MAX && ad % 4 == 0;
}

/* Operation bits, shared with eBPF */
#define OP_ADD	0x00
#define OP_SUB	0x10
#define OP_MUL	0x20
#define OP_DIV	0x30
#define OP_OR	0x40
#define OP_AND	0x50
#define OP_LSH	0x60
#define OP_RSH	0x70
#define OP_NEG	0x80
#define OP_MOD	0x90
#define OP_XOR	0xa0
#define OP_JEQ	0x10
#define OP_JGT	0x20
#define OP_JGE	0x30
#define OP_JSET	0x40

#endif /* KBPF_CLASSIC_OPCODE_H */
