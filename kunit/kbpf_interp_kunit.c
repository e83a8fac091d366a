// SPDX-License-Identifier: GPL-2.0
/*
 * The interpreter in the kernel: the vectors that run below the verifier, the
 * sweep (a part of it: machines here are emulated), refusals and callbacks.
 */
#include <kunit/test.h>
#include "interp/interp.h"
#include "kbpf_isa_sweep.h"
#include "kbpf_raw_prog.h"
#include "vectors/rows.h"

static int run_below(const struct kbpf_insn *insns, u32 len, void *mem, u64 mem_len, u64 *r0)
{
	struct kbpf_prog *prog = kbpf_raw_prog_create(insns, len);
	int err;

	if (IS_ERR(prog))
		return PTR_ERR(prog);
	err = kbpf_interp_prepare(prog);
	if (!err) {
		*r0 = kbpf_raw_prog_run(prog, mem, mem_len);
		kbpf_interp_free(prog);
	}
	kbpf_raw_prog_free(prog);
	return err;
}

static void test_vectors(struct kunit *test)
{
	u8 mem[64];
	u32 i, n = 0;

	for (i = 0; i < ARRAY_SIZE(kbpf_vectors); i++) {
		const struct kbpf_vector *v = &kbpf_vectors[i];
		u64 r0 = 0;
		int err;

		if (v->type || v->expect != KBPF_EXPECT_RETVAL || v->ctx_len > sizeof(mem))
			continue;
		memset(mem, 0, sizeof(mem));
		if (v->ctx)
			memcpy(mem, v->ctx, v->ctx_len);
		err = run_below(v->insns, v->len, mem, v->ctx_len, &r0);
		if (err || r0 != v->retval)
			KUNIT_FAIL(test, "%s: %d, r0 = %llx, expected %llx", v->name, err, r0,
				   v->retval);
		n++;
	}
	KUNIT_EXPECT_GT(test, n, 100);
}

static void test_sweep(struct kunit *test)
{
	struct kbpf_sweep s;
	u32 op, n = 0;

	for (op = 1; op < KBPF_OPS; op++) {
		if (!kbpf_sweep_start(&s, op))
			continue;
		while (kbpf_sweep_next(&s)) {
			u64 r0 = 0;
			int err = run_below(s.insns, s.len, NULL, 0, &r0);

			if (err || r0 != s.expect) {
				KUNIT_FAIL(test, "%s: dst %llx src %llx: %d, r0 = %llx, expected %llx",
					   kbpf_isa_opcodes[op].name, s.dst, s.src, err, r0,
					   s.expect);
				return;
			}
			s.next += 22;
			n++;
		}
	}
	KUNIT_EXPECT_GT(test, n, 2000);
}

static void test_refusals(struct kunit *test)
{
	const struct kbpf_insn rows[][2] = {
		{ KBPF_MOV64_IMM(0, 0), KBPF_MOV64_IMM(0, 0) },
		{ KBPF_JMP_A(5), KBPF_EXIT_INSN() },
		{ KBPF_JMP_A(-2), KBPF_EXIT_INSN() },
		{ KBPF_CALL_REL(-1), KBPF_EXIT_INSN() },
		{ KBPF_CALL_REL(7), KBPF_EXIT_INSN() },
		{ KBPF_INSN(0x8d, 0, 0, 0, 0), KBPF_EXIT_INSN() },
		{ KBPF_LD_ABS(KBPF_W, 0), KBPF_EXIT_INSN() },
	};
	u64 r0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ(test, run_below(rows[i], 2, NULL, 0, &r0), -EINVAL);
}

static void test_callback(struct kunit *test)
{
	const struct kbpf_insn insns[] = {
		KBPF_LD_FUNC(KBPF_R0, 2), KBPF_EXIT_INSN(),
		KBPF_MOV64_REG(KBPF_R0, KBPF_R1), KBPF_ALU64_REG(KBPF_SUB, KBPF_R0, KBPF_R5),
		KBPF_EXIT_INSN(),
	};
	struct kbpf_prog *prog = kbpf_raw_prog_create(insns, ARRAY_SIZE(insns));
	const struct kbpf_func *func;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, prog);
	KUNIT_ASSERT_EQ(test, kbpf_interp_prepare(prog), 0);
	func = (const void *)(unsigned long)kbpf_raw_prog_run(prog, NULL, 0);
	KUNIT_EXPECT_PTR_EQ(test, (void *)func, (void *)&prog->funcs[1]);
	KUNIT_EXPECT_EQ(test, func->call(func, 50, 0, 0, 0, 8), 42);
	kbpf_interp_free(prog);
	kbpf_raw_prog_free(prog);
}

/* Memory that is not there reads as zero, in every width. */
static void test_probe(struct kunit *test)
{
	static const u8 codes[] = { 0x39, 0x31, 0x29, 0x21, 0x51, 0x49, 0x41 };
	u64 mem[2] = { 0, 0xf1f2f3f4f5f6f7f8ULL }, r0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		const struct kbpf_insn insns[] = {
			KBPF_MOV64_IMM(KBPF_R0, -1),
			KBPF_INSN(codes[i], KBPF_R0, KBPF_R1, 8, 0),
			KBPF_EXIT_INSN(),
		};
		u32 shift = 64 - 8 * kbpf_isa_size(codes[i]);
		u64 expect = codes[i] & KBPF_PROBE_MEMSX ? (s64)(mem[1] << shift) >> shift :
			     mem[1] << shift >> shift;

		r0 = 1;
		KUNIT_EXPECT_EQ(test, run_below(insns, 3, mem, 16, &r0), 0);
		KUNIT_EXPECT_EQ(test, r0, expect);
		KUNIT_EXPECT_EQ(test, run_below(insns, 3, NULL, 0, &r0), 0);
		KUNIT_EXPECT_EQ(test, r0, 0);
	}
}

static struct kunit_case interp_cases[] = {
	KUNIT_CASE(test_vectors),
	KUNIT_CASE(test_sweep),
	KUNIT_CASE(test_refusals),
	KUNIT_CASE(test_callback),
	KUNIT_CASE(test_probe),
	{}
};

static struct kunit_suite interp_suite = {
	.name = "kbpf_interp",
	.test_cases = interp_cases,
};

kunit_test_suite(interp_suite);

MODULE_LICENSE("GPL");
