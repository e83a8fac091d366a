// SPDX-License-Identifier: GPL-2.0
/* Instructions on constants, by the lines of alu.h. */
#include "isa/alu.h"
#include "isa/opcode.h"

bool kbpf_isa_eval(const struct kbpf_insn *insn, u64 dst, u64 src, u64 *res)
{
	u64 imm = (s64)insn->imm;

	switch (kbpf_isa_op(insn)) {
#define BINARY(name, expr) \
	case KBPF_OP_##name##_K: \
		*res = kbpf_alu_##name(dst, imm); \
		return true; \
	case KBPF_OP_##name##_X: \
		*res = kbpf_alu_##name(dst, src); \
		return true;
#define UNARY(name, expr) \
	case KBPF_OP_##name: \
		*res = kbpf_alu_##name(dst, src); \
		return true;
	KBPF_ALU_BINARY(BINARY)
	KBPF_ALU_UNARY(UNARY)
	default:
		return false;
	}
}

bool kbpf_isa_taken(const struct kbpf_insn *insn, u64 dst, u64 src, bool *taken)
{
	u64 imm = (s64)insn->imm;

	switch (kbpf_isa_op(insn)) {
#define CONDITION(name, expr) \
	case KBPF_OP_##name##_K: \
		*taken = kbpf_jmp_##name(dst, imm); \
		return true; \
	case KBPF_OP_##name##_X: \
		*taken = kbpf_jmp_##name(dst, src); \
		return true;
	KBPF_JMP_CONDITIONS(CONDITION)
	default:
		return false;
	}
}
