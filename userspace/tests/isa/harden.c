// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Hardened images: for every opcode that carries an immediate, the immediate is
 * nowhere in the image; without hardening it is, so that the search finds it.
 */
#include "isa/opcode.h"
#include "interp/interp.h"
#include "jit/jit.h"
#include "kbpf_raw_prog.h"
#include "suite.h"

#define MAGIC 0x5a17c3e9
#define TRIES 50	/* each with keys of its own */

static bool carries(const struct kbpf_opcode *row)
{
	/* a helper's number selects code, it is not in it */
	if (KBPF_OP(row->code) == KBPF_CALL && KBPF_CLASS(row->code) == KBPF_JMP)
		return false;
	/* packet loads become calls, and maps and functions addresses, before there is code */
	if (KBPF_CLASS(row->code) == KBPF_LD)
		return row->code == KBPF_LDDW && !row->val;
	return row->imm == KBPF_FIELD_I || row->imm == KBPF_FIELD_N ||
	       row->imm == KBPF_FIELD_H5 || row->imm == KBPF_FIELD_H6;
}

/* Is the immediate one that plain code has whole? Counts are taken modulo the width. */
static bool is_whole(const struct kbpf_opcode *row)
{
	bool narrow = KBPF_CLASS(row->code) == KBPF_ST && kbpf_isa_size(row->code) < 4;

	return row->imm != KBPF_FIELD_H5 && row->imm != KBPF_FIELD_H6 && !narrow;
}

/* As it is or, as a subtraction becomes an addition, negated. */
static bool contains_magic(const u8 *code, u32 len)
{
	for (u32 i = 0; i + 4 <= len; i++) {
		s32 found = get_unaligned((const s32 *)(code + i));

		if (found == MAGIC || found == -MAGIC)
			return true;
	}
	return false;
}

/* Is the immediate in the image? -errno where there is none. */
static int shows(const struct executor *ex, const struct kbpf_opcode *row)
{
	struct kbpf_insn insns[4] = {
		KBPF_INSN(row->code, KBPF_R1, 0, row->sel == KBPF_SEL_OFF ? row->val : 0, MAGIC),
		KBPF_EXIT_INSN(), KBPF_EXIT_INSN(), KBPF_EXIT_INSN(),
	};
	struct kbpf_jit_code code;
	struct kbpf_prog *prog;
	int ret;

	if (row->code == KBPF_LDDW)
		insns[1] = KBPF_INSN(0, 0, 0, 0, MAGIC);
	prog = kbpf_raw_prog_create(insns, ARRAY_SIZE(insns));
	ret = ex->prepare(prog);
	if (!ret) {
		code = kbpf_jit_code(prog, -1);
		ret = code.len ? contains_magic(code.addr, code.len) : -ENOENT;
		ex->release(prog);
	}
	kbpf_raw_prog_free(prog);
	return ret;
}

void test_harden(const struct executor *plain, const struct executor *hardened)
{
	u32 n = 0;

	for (u32 op = 1; op < KBPF_OPS; op++) {
		const struct kbpf_opcode *row = &kbpf_isa_opcodes[op];
		int seen = 0;

		if (!carries(row))
			continue;
		n++;
		for (u32 i = 0; i < TRIES && !seen; i++)
			seen = shows(hardened, row);
		result(!seen && (!is_whole(row) || shows(plain, row) == 1),
		       "%s: the immediate of %s is not to be seen", hardened->name, row->name);
	}
	result(n > 50, "%u opcodes with an immediate", n);
}
