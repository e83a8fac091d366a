// SPDX-License-Identifier: GPL-2.0
/*
 * Opcode rows: finding an instruction's, and holding its fields against it.
 * Judges one instruction at a time; what a program does is the verifier's.
 */
#include "isa/opcode.h"

const struct kbpf_opcode kbpf_isa_opcodes[KBPF_OPS] = {
#define KBPF_OPCODE(n, c, s, v, d, r, o, i, ver_, t) \
	[KBPF_OP_##n] = { \
		.name = #n, .text = t, .code = (c), .sel = KBPF_SEL_##s, .val = (v), \
		.dst = KBPF_FIELD_##d, .src = KBPF_FIELD_##r, .off = KBPF_FIELD_##o, \
		.imm = KBPF_FIELD_##i, .ver = (ver_), \
	},
#include "isa/opcode.def"
};

/* First row of each opcode byte; the others follow it. */
static const u16 first_row[256] = {
#define KBPF_OPCODE(n, c, ...) [c] = KBPF_OP_##n,
#define KBPF_OPCODE_ALSO(...)
#include "isa/opcode.def"
};

static bool is_row(const struct kbpf_opcode *row, const struct kbpf_insn *insn)
{
	const s32 value[] = {
		[KBPF_SEL_NONE] = row->val,
		[KBPF_SEL_OFF] = insn->off,
		[KBPF_SEL_IMM] = insn->imm,
		[KBPF_SEL_SRC] = insn->src_reg,
	};

	return value[row->sel] == row->val;
}

enum kbpf_op kbpf_isa_op(const struct kbpf_insn *insn)
{
	u32 op = first_row[insn->code];

	if (!op)
		return KBPF_OP_NONE;
	for (; op < KBPF_OPS && kbpf_isa_opcodes[op].code == insn->code; op++)
		if (is_row(&kbpf_isa_opcodes[op], insn))
			return op;
	return KBPF_OP_NONE;
}

static enum kbpf_isa_fault check_reg(u32 kind, u32 reg, enum kbpf_isa_fault fault)
{
	switch (kind) {
	case KBPF_FIELD_Z:
		return reg ? fault : KBPF_ISA_OK;
	case KBPF_FIELD_R:
		return reg >= KBPF_REGS ? fault : KBPF_ISA_OK;
	case KBPF_FIELD_W:
		if (reg >= KBPF_REGS)
			return fault;
		return reg == KBPF_R10 ? KBPF_ISA_FRAME : KBPF_ISA_OK;
	default:
		return KBPF_ISA_OK;
	}
}

static enum kbpf_isa_fault check_number(u32 kind, s32 v, u32 flags, enum kbpf_isa_fault fault)
{
	bool lax = flags & KBPF_ISA_LAX;

	switch (kind) {
	case KBPF_FIELD_Z:
		return v ? fault : KBPF_ISA_OK;
	case KBPF_FIELD_N:
		return v || lax ? KBPF_ISA_OK : KBPF_ISA_DIV_ZERO;
	case KBPF_FIELD_H5:
		return (u32)v < 32 || lax ? KBPF_ISA_OK : KBPF_ISA_SHIFT;
	case KBPF_FIELD_H6:
		return (u32)v < 64 || lax ? KBPF_ISA_OK : KBPF_ISA_SHIFT;
	default:
		return KBPF_ISA_OK;
	}
}

/* Does the second slot of an lddw carry a number, or must it be zero? */
static bool second_is_number(enum kbpf_op op)
{
	return op == KBPF_OP_LDDW || op == KBPF_OP_LDDW_MAP_VALUE || op == KBPF_OP_LDDW_BTF_ID ||
	       op == KBPF_OP_LDDW_MAP_IDX_VALUE;
}

static enum kbpf_isa_fault check_second(enum kbpf_op op, const struct kbpf_insn *insn, u32 left)
{
	if (left < 2 || insn[1].code || insn[1].dst_reg || insn[1].src_reg || insn[1].off)
		return KBPF_ISA_SECOND;
	if (insn[1].imm && !second_is_number(op))
		return KBPF_ISA_SECOND;
	return KBPF_ISA_OK;
}

/* No row: which field keeps it from being one of its opcode's? */
static enum kbpf_isa_fault why_no_row(const struct kbpf_insn *insn)
{
	static const u8 fault[] = {
		[KBPF_SEL_NONE] = KBPF_ISA_UNKNOWN,
		[KBPF_SEL_OFF] = KBPF_ISA_OFF,
		[KBPF_SEL_IMM] = KBPF_ISA_IMM,
		[KBPF_SEL_SRC] = KBPF_ISA_SRC,
	};
	u32 op = first_row[insn->code];

	return op ? fault[kbpf_isa_opcodes[op].sel] : KBPF_ISA_UNKNOWN;
}

enum kbpf_isa_fault kbpf_isa_check(const struct kbpf_insn *insn, u32 left, u32 flags)
{
	enum kbpf_op op = kbpf_isa_op(insn);
	const struct kbpf_opcode *row = &kbpf_isa_opcodes[op];
	enum kbpf_isa_fault fault;

	if (!op)
		return why_no_row(insn);
	if (!row->ver && !(flags & KBPF_ISA_INTERNAL))
		return KBPF_ISA_UNKNOWN;
	fault = check_reg(row->dst, insn->dst_reg, KBPF_ISA_DST);
	if (!fault)
		fault = check_reg(row->src, insn->src_reg, KBPF_ISA_SRC);
	if (!fault)
		fault = check_number(row->off, insn->off, flags, KBPF_ISA_OFF);
	if (!fault)
		fault = check_number(row->imm, insn->imm, flags, KBPF_ISA_IMM);
	if (!fault && kbpf_isa_is_lddw(insn))
		fault = check_second(op, insn, left);
	return fault;
}

const char *kbpf_isa_fault_text(enum kbpf_isa_fault fault)
{
	static const char *const text[KBPF_ISA_FAULTS] = {
		[KBPF_ISA_OK] = "legal",
		[KBPF_ISA_UNKNOWN] = "there is no such instruction",
		[KBPF_ISA_DST] = "the dst field must be a register (0-10), or zero where unused",
		[KBPF_ISA_SRC] = "the src field must be a register (0-10), or zero where unused",
		[KBPF_ISA_OFF] = "the off field has no meaning here with that value",
		[KBPF_ISA_IMM] = "the imm field has no meaning here with that value",
		[KBPF_ISA_FRAME] = "r10 is the frame pointer and cannot be written",
		[KBPF_ISA_SHIFT] = "the constant shift count is not below the operand's width",
		[KBPF_ISA_DIV_ZERO] = "division by the constant zero",
		[KBPF_ISA_SECOND] = "the second slot of the 64-bit immediate is missing or not empty",
	};

	return fault < KBPF_ISA_FAULTS ? text[fault] : "?";
}
