/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which operation an instruction is, whether its fields are legal, and how it
 * reads. The facts are opcode.def's.
 */
#ifndef KBPF_ISA_OPCODE_H
#define KBPF_ISA_OPCODE_H

#include "port.h"
#include "isa/insn.h"

/* Operations; 0 is none. */
enum kbpf_op {
	KBPF_OP_NONE,
#define KBPF_OPCODE(name, ...) KBPF_OP_##name,
#include "isa/opcode.def"
	KBPF_OPS,
};

/* Fields by which rows of one opcode are told apart. */
enum kbpf_isa_sel {
	KBPF_SEL_NONE,
	KBPF_SEL_OFF,
	KBPF_SEL_IMM,
	KBPF_SEL_SRC,
};

/* What a field may hold; see opcode.def. */
enum kbpf_isa_field {
	KBPF_FIELD_Z,
	KBPF_FIELD_R,
	KBPF_FIELD_W,
	KBPF_FIELD_I,
	KBPF_FIELD_V,
	KBPF_FIELD_J,
	KBPF_FIELD_M,
	KBPF_FIELD_N,
	KBPF_FIELD_H5,
	KBPF_FIELD_H6,
};

/* What is wrong with an instruction. */
enum kbpf_isa_fault {
	KBPF_ISA_OK,
	KBPF_ISA_UNKNOWN,	/* no such operation */
	KBPF_ISA_DST,		/* dst field: no such register, or reserved and not zero */
	KBPF_ISA_SRC,		/* src field: likewise */
	KBPF_ISA_OFF,		/* off field reserved and not zero */
	KBPF_ISA_IMM,		/* imm field reserved and not zero */
	KBPF_ISA_FRAME,		/* writes r10 */
	KBPF_ISA_SHIFT,		/* constant shift count not below the width */
	KBPF_ISA_DIV_ZERO,	/* division by constant zero */
	KBPF_ISA_SECOND,	/* second slot of an lddw missing or not empty */
	KBPF_ISA_FAULTS,
};

/**
 * struct kbpf_opcode - a row of opcode.def
 * @name: the operation, as "ADD64_K"
 * @text: syntax
 * @code: opcode byte
 * @sel: enum kbpf_isa_sel
 * @val: value of the field that @sel names
 * @dst: enum kbpf_isa_field
 * @src: enum kbpf_isa_field
 * @off: enum kbpf_isa_field
 * @imm: enum kbpf_isa_field
 * @ver: lowest version of the instruction set; 0: internal
 */
struct kbpf_opcode {
	const char *name;
	const char *text;
	u8 code;
	u8 sel;
	u16 val;
	u8 dst;
	u8 src;
	u8 off;
	u8 imm;
	u8 ver;
};

extern const struct kbpf_opcode kbpf_isa_opcodes[KBPF_OPS];

/**
 * kbpf_isa_op() - which operation an instruction is
 * @insn: the instruction
 *
 * Return: the operation, KBPF_OP_NONE for none.
 */
enum kbpf_op kbpf_isa_op(const struct kbpf_insn *insn);

/* kbpf_isa_check(): also what only verified programs may hold (probing loads), */
#define KBPF_ISA_INTERNAL	(1U << 0)
/* and constants that the instruction set gives a meaning to but users may not load. */
#define KBPF_ISA_LAX		(1U << 1)

/**
 * kbpf_isa_check() - is an instruction legal by itself?
 * @insn: first slot
 * @left: slots from @insn to the end of the program, at least 1
 * @flags: KBPF_ISA_* bits
 *
 * Return: KBPF_ISA_OK or what is wrong.
 */
enum kbpf_isa_fault kbpf_isa_check(const struct kbpf_insn *insn, u32 left, u32 flags);

/**
 * kbpf_isa_fault_text() - what a fault means, for logs
 * @fault: the fault
 */
const char *kbpf_isa_fault_text(enum kbpf_isa_fault fault);

/**
 * kbpf_isa_disasm() - an instruction as text, as llvm-objdump and bpftool write it
 * @insn: first slot; the second must be there for an lddw
 * @buf: out, zero-terminated
 * @size: bytes at @buf; 80 are enough
 *
 * An instruction that does not exist reads "unknown (code ...)".
 *
 * Return: bytes without the zero.
 */
u32 kbpf_isa_disasm(const struct kbpf_insn *insn, char *buf, u32 size);

#endif /* KBPF_ISA_OPCODE_H */
