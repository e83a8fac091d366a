// SPDX-License-Identifier: GPL-2.0
/*
 * The instruction tables in the kernel: finding, checking and printing, and
 * constants over a part of the sweep.
 */
#include <kunit/test.h>
#include "isa/alu.h"
#include "isa/opcode.h"
#include "kbpf_isa_sweep.h"

static struct kbpf_insn isa_insn(const struct kbpf_opcode *row)
{
	struct kbpf_insn insn = { .code = row->code, .imm = row->imm == KBPF_FIELD_N };

	if (row->sel == KBPF_SEL_OFF)
		insn.off = row->val;
	if (row->sel == KBPF_SEL_IMM)
		insn.imm = row->val;
	if (row->sel == KBPF_SEL_SRC)
		insn.src_reg = row->val;
	return insn;
}

static void test_rows_are_found(struct kunit *test)
{
	struct kbpf_insn two[2] = { };
	u32 op;

	for (op = 1; op < KBPF_OPS; op++) {
		two[0] = isa_insn(&kbpf_isa_opcodes[op]);
		KUNIT_EXPECT_EQ(test, kbpf_isa_op(two), op);
		KUNIT_EXPECT_EQ(test, kbpf_isa_check(two, 2, KBPF_ISA_INTERNAL), KBPF_ISA_OK);
	}
}

static void test_reserved_fields(struct kunit *test)
{
	static const struct {
		struct kbpf_insn insn;
		enum kbpf_isa_fault fault;
	} rows[] = {
		{ { .code = 0x07, .src_reg = 1 }, KBPF_ISA_SRC },
		{ { .code = 0x07, .off = 1 }, KBPF_ISA_OFF },
		{ { .code = 0x0f, .imm = 1 }, KBPF_ISA_IMM },
		{ { .code = 0x07, .dst_reg = 10 }, KBPF_ISA_FRAME },
		{ { .code = 0x07, .dst_reg = 11 }, KBPF_ISA_DST },
		{ { .code = 0x64, .imm = 32 }, KBPF_ISA_SHIFT },
		{ { .code = 0x37 }, KBPF_ISA_DIV_ZERO },
		{ { .code = 0x8d }, KBPF_ISA_UNKNOWN },
		{ { .code = 0x18 }, KBPF_ISA_SECOND },
		{ { .code = 0xdb, .imm = 2 }, KBPF_ISA_IMM },
		{ { .code = 0x85, .src_reg = 3 }, KBPF_ISA_SRC },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ(test, kbpf_isa_check(&rows[i].insn, 1, 0), rows[i].fault);
}

static void test_disasm(struct kunit *test)
{
	struct kbpf_insn two[2] = { };
	char text[80];
	u32 op;

	two[0] = KBPF_LDX_MEM(KBPF_W, KBPF_R1, KBPF_R10, -8);
	kbpf_isa_disasm(two, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "r1 = *(u32 *)(r10 - 8)");
	for (op = 1; op < KBPF_OPS; op++) {
		two[0] = isa_insn(&kbpf_isa_opcodes[op]);
		KUNIT_EXPECT_LT(test, kbpf_isa_disasm(two, text, 6), 6);
	}
}

static void test_constants(struct kunit *test)
{
	struct kbpf_sweep s;
	u32 op, n = 0, bad = 0;

	for (op = 1; op < KBPF_OPS; op++) {
		if (!kbpf_sweep_start(&s, op))
			continue;
		while (kbpf_sweep_next(&s)) {
			const struct kbpf_insn *insn = &s.insns[s.at];
			bool taken;
			u64 res;

			s.next += 6;
			if (insn->src_reg == KBPF_R10 || insn->dst_reg == KBPF_R10)
				continue;
			if (kbpf_isa_eval(insn, s.dst, s.src, &res))
				bad += res != s.expect;
			else if (kbpf_isa_taken(insn, s.dst, s.src, &taken))
				bad += (taken ? 6 : 5) != s.expect;
			else
				continue;
			n++;
		}
	}
	KUNIT_EXPECT_EQ(test, bad, 0);
	KUNIT_EXPECT_GT(test, n, 1000);
}

static struct kunit_case isa_cases[] = {
	KUNIT_CASE(test_rows_are_found),
	KUNIT_CASE(test_reserved_fields),
	KUNIT_CASE(test_disasm),
	KUNIT_CASE(test_constants),
	{}
};

static struct kunit_suite isa_suite = {
	.name = "kbpf_isa",
	.test_cases = isa_cases,
};

kunit_test_suite(isa_suite);

MODULE_LICENSE("GPL");
