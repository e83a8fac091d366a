// SPDX-License-Identifier: GPL-2.0
/*
 * Operands that need not be read: what a step made is still in a register of the
 * machine when the next one runs. Knows which BPF register that is at each step.
 */
#include "isa/insn.h"
#include "interp/step.h"

enum { FORM_D, FORM_S, FORM_O, FORM_OPERANDS };

static const u16 forms[KBPF_OPS][FORM_OPERANDS] = {
#define FORM(op, operand) [KBPF_OP_##op][FORM_##operand] = KBPF_STEP_##op##_##operand,
	KBPF_STEP_FORMS
#undef FORM
};

#define NO_REG KBPF_REGS

/* The register that was written last, after a step, @last being that before it. */
static u8 written_last(const struct kbpf_step *step, u8 last)
{
	u8 code = kbpf_isa_opcodes[step->op].code;

	switch (KBPF_CLASS(code)) {
	case KBPF_ALU:
	case KBPF_ALU64:
	case KBPF_LD:
	case KBPF_LDX:
		return step->dst;
	case KBPF_ST:
		return last;
	case KBPF_STX:
		return KBPF_MODE(code) == KBPF_MEM ? last : NO_REG;
	default:
		if (step->op == KBPF_OP_CALL)
			return KBPF_R0;
		return kbpf_isa_opcodes[step->op].off == KBPF_FIELD_J ? last : NO_REG;
	}
}

/* A move only writes its destination. */
static bool reads_dst(const struct kbpf_step *step)
{
	u8 code = kbpf_isa_opcodes[step->op].code;

	return (KBPF_CLASS(code) != KBPF_ALU && KBPF_CLASS(code) != KBPF_ALU64) ||
	       KBPF_OP(code) != KBPF_MOV;
}

static u16 form(const struct kbpf_step *step, u8 last)
{
	if (step->src == last && step->dst == last && forms[step->op][FORM_O])
		return forms[step->op][FORM_O];
	if (step->src == last && forms[step->op][FORM_S])
		return forms[step->op][FORM_S];
	if (step->dst == last && reads_dst(step) && forms[step->op][FORM_D])
		return forms[step->op][FORM_D];
	return step->op;
}

void kbpf_interp_cache(struct kbpf_icode *code, const bool *leader)
{
	u8 last = NO_REG, before;
	u32 i;

	for (i = 0; i < code->nr_steps; i++) {
		struct kbpf_step *step = &code->steps[i];

		before = leader[i] ? NO_REG : last;
		if (step->op >= KBPF_OPS) {
			last = NO_REG;
			continue;
		}
		last = written_last(step, before);
		step->op = form(step, before);
	}
}
