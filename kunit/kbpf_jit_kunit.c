// SPDX-License-Identifier: GPL-2.0
/*
 * The JIT in the kernel: vectors and a part of the sweep with passes, without
 * and hardened; random programs against the interpreter; loads from where
 * nothing is; the arena: never writable, full, and under a storm of programs.
 */
#include <kunit/test.h>
#include <asm/pgtable.h>
#include "interp/interp.h"
#include "jit/image.h"
#include "jit/jit.h"
#include "jit_image.h"
#include "jit_random.h"
#include "kbpf_isa_sweep.h"
#include "kbpf_raw_prog.h"
#include "kbpf_write_fault.h"
#include "vectors/rows.h"

static const struct mode {
	const char *name;
	u32 passes;
	bool harden;
} modes[] = {
	{ "passes", KBPF_JIT_PASS_ALL, false },
	{ "no passes", 0, false },
	{ "hardened", KBPF_JIT_PASS_ALL, true },
};

static int prepare(struct kbpf_prog *prog, u32 passes, bool harden)
{
	struct kbpf_jit_options were = kbpf_jit_options;
	int err;

	kbpf_jit_options.enabled = true;
	kbpf_jit_options.passes = passes;
	kbpf_jit_options.harden = harden;
	err = kbpf_jit_prepare(prog);
	kbpf_jit_options = were;
	return err;
}

static struct kbpf_prog *create(const struct kbpf_insn *insns, u32 len)
{
	struct kbpf_prog *prog = kbpf_raw_prog_create(insns, len);
	int err;

	if (IS_ERR(prog))
		return prog;
	err = kbpf_interp_prepare(prog);
	if (!err)
		return prog;
	kbpf_raw_prog_free(prog);
	return ERR_PTR(err);
}

static void destroy(struct kbpf_prog *prog)
{
	kbpf_jit_free(prog);
	kbpf_interp_free(prog);
	kbpf_raw_prog_free(prog);
}

static int run_below(const struct mode *mode, const struct kbpf_insn *insns, u32 len, void *mem,
		     u64 mem_len, u64 *r0)
{
	struct kbpf_prog *prog = create(insns, len);
	int err;

	if (IS_ERR(prog))
		return PTR_ERR(prog);
	err = prepare(prog, mode->passes, mode->harden);
	if (!err)
		*r0 = kbpf_raw_prog_run(prog, mem, mem_len);
	destroy(prog);
	return err;
}

/* ---- meaning ------------------------------------------------------------------- */

static void vectors_in(struct kunit *test, const struct mode *mode)
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
		err = run_below(mode, v->insns, v->len, mem, v->ctx_len, &r0);
		if (err || r0 != v->retval)
			KUNIT_FAIL(test, "%s, %s: %d, r0 = %llx, expected %llx", v->name,
				   mode->name, err, r0, v->retval);
		n++;
	}
	KUNIT_EXPECT_GT(test, n, 100);
}

static void test_vectors(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		vectors_in(test, &modes[i]);
}

/* Every 307th case: machines here are emulated, and each case is compiled. */
static void test_sweep(struct kunit *test)
{
	struct kbpf_sweep s;
	u32 op, n = 0, skip = 0;

	for (op = 1; op < KBPF_OPS; op++) {
		if (!kbpf_sweep_start(&s, op))
			continue;
		while (kbpf_sweep_next(&s)) {
			u64 r0 = 0;
			int err;

			if (skip++ % 307)
				continue;
			err = run_below(&modes[n % ARRAY_SIZE(modes)], s.insns, s.len, NULL, 0,
					&r0);
			if (err || r0 != s.expect)
				KUNIT_FAIL(test, "%s %llx %llx: %d, r0 = %llx, expected %llx",
					   kbpf_isa_opcodes[op].name, s.dst, s.src, err, r0,
					   s.expect);
			n++;
		}
		cond_resched();
	}
	KUNIT_EXPECT_GT(test, n, 20);
}

static void fill(u8 *mem, u64 seed)
{
	u32 i;

	for (i = 0; i < KBPF_JIT_RANDOM_MEM; i++)
		mem[i] = kbpf_jit_random_next(&seed);
}

static int compare(const struct kbpf_insn *insns, u32 len, u8 *mem, u8 *want, u64 seed)
{
	struct kbpf_prog *prog = create(insns, len);
	u64 r0, expect;
	int err;

	if (IS_ERR(prog))
		return PTR_ERR(prog);
	fill(mem, seed);
	expect = kbpf_raw_prog_run(prog, mem, KBPF_JIT_RANDOM_MEM);
	memcpy(want, mem, KBPF_JIT_RANDOM_MEM);
	err = prepare(prog, seed % 3 ? KBPF_JIT_PASS_ALL : (u32)(seed * 2654435761U),
		      seed % 8 == 7);
	if (!err) {
		fill(mem, seed);
		r0 = kbpf_raw_prog_run(prog, mem, KBPF_JIT_RANDOM_MEM);
		err = r0 != expect || memcmp(want, mem, KBPF_JIT_RANDOM_MEM);
	}
	destroy(prog);
	return err;
}

static void test_random(struct kunit *test)
{
	/* get_current_pid_tgid, get_current_task */
	static const u32 helpers[] = { 14, 35 };
	struct kbpf_insn *insns = kunit_kcalloc(test, KBPF_JIT_RANDOM_MAX_INSNS, sizeof(*insns),
						GFP_KERNEL);
	u8 *mem = kunit_kzalloc(test, 2 * KBPF_JIT_RANDOM_MEM + 64, GFP_KERNEL);
	u64 seed;

	KUNIT_ASSERT_NOT_NULL(test, insns);
	KUNIT_ASSERT_NOT_NULL(test, mem);
	for (seed = 1; seed <= 80; seed++) {
		u32 len = kbpf_jit_random(seed, insns, helpers);
		int err = compare(insns, len, mem, mem + KBPF_JIT_RANDOM_MEM + 32, seed);

		if (err)
			KUNIT_FAIL(test, "seed %llu: %d", seed, err);
		cond_resched();
	}
}

/* Loads of every size from addresses that are none, and from one that is. */
static void test_probe(struct kunit *test)
{
	static const u8 loads[] = { 0x30, 0x28, 0x20, 0x38, 0x50, 0x48, 0x40 };
	static const u64 nowhere[] = {
		0, 0x1000, 0x7fffffffe000, 0x800000000000, 0xdead000000000100,
		0xffff000000000000, 0xffffffffff600000, 0xfffffffffffffffd,
	};
	static const u64 somewhere = 0xf1f2f3f4f5f6f7f8ULL;
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		const struct kbpf_insn insns[] = {
			KBPF_MOV64_IMM(KBPF_R0, -1),
			KBPF_INSN(KBPF_LDX | loads[i], KBPF_R0, KBPF_R1, 0, 0),
			KBPF_EXIT_INSN(),
		};
		struct kbpf_prog *prog = create(insns, ARRAY_SIZE(insns));
		u64 expect;

		KUNIT_ASSERT_FALSE(test, IS_ERR(prog));
		expect = kbpf_raw_prog_run(prog, (void *)(unsigned long)&somewhere, 8);
		KUNIT_EXPECT_EQ(test, prepare(prog, KBPF_JIT_PASS_ALL, false), 0);
		KUNIT_EXPECT_EQ(test, expect,
				kbpf_raw_prog_run(prog, (void *)(unsigned long)&somewhere, 8));
		for (k = 0; k < ARRAY_SIZE(nowhere); k++)
			KUNIT_EXPECT_EQ(test, 0ULL,
					kbpf_raw_prog_run(prog, (void *)(unsigned long)nowhere[k], 8));
		destroy(prog);
	}
}

/* ---- the arena ------------------------------------------------------------------- */

static const struct kbpf_insn return_42[] = {
	KBPF_MOV64_IMM(KBPF_R0, 42), KBPF_EXIT_INSN(),
};

static void test_never_writable(struct kunit *test)
{
	struct kbpf_prog *prog = create(return_42, ARRAY_SIZE(return_42));
	struct kbpf_jit_code code;
	unsigned int level;
	pte_t *pte;

	KUNIT_ASSERT_FALSE(test, IS_ERR(prog));
	KUNIT_ASSERT_EQ(test, prepare(prog, KBPF_JIT_PASS_ALL, false), 0);
	code = kbpf_jit_code(prog, -1);
	pte = lookup_address((unsigned long)code.addr, &level);
	KUNIT_ASSERT_NOT_NULL(test, pte);
	KUNIT_EXPECT_TRUE(test, pte_flags(*pte) & _PAGE_PRESENT);
	KUNIT_EXPECT_FALSE(test, pte_flags(*pte) & _PAGE_RW);
	KUNIT_EXPECT_FALSE(test, pte_flags(*pte) & _PAGE_NX);
	/* code and the traps around it */
	KUNIT_EXPECT_TRUE(test, kbpf_write_faults(code.addr, 0x90));
	KUNIT_EXPECT_TRUE(test, kbpf_write_faults(kbpf_jit_world()->arena, 0x90));
	KUNIT_EXPECT_TRUE(test, kbpf_write_faults(kbpf_jit_world()->arena +
						  kbpf_jit_world()->arena_size - 1, 0x90));
	KUNIT_EXPECT_EQ(test, kbpf_raw_prog_run(prog, NULL, 0), 42ULL);
	destroy(prog);
	/* what is freed is traps again */
	KUNIT_EXPECT_EQ(test, *(const u8 *)code.addr, 0xcc);
}

static void test_full(struct kunit *test)
{
	u32 size = kbpf_jit_world()->arena_size;
	void *all = kbpf_jit_image_alloc(size);
	struct kbpf_prog *prog = create(return_42, ARRAY_SIZE(return_42));

	KUNIT_ASSERT_FALSE(test, IS_ERR(prog));
	KUNIT_ASSERT_NOT_NULL(test, all);
	KUNIT_EXPECT_EQ(test, prepare(prog, KBPF_JIT_PASS_ALL, false), -ENOSPC);
	KUNIT_EXPECT_NULL(test, prog->jit);
	KUNIT_EXPECT_EQ(test, kbpf_raw_prog_run(prog, NULL, 0), 42ULL);
	kbpf_jit_image_free(all, size);
	KUNIT_EXPECT_EQ(test, prepare(prog, KBPF_JIT_PASS_ALL, false), 0);
	KUNIT_EXPECT_EQ(test, kbpf_raw_prog_run(prog, NULL, 0), 42ULL);
	destroy(prog);
}

#define STORM_LIVE	16
#define STORM_LOADS	80
#define STORM_INSNS	400

static struct kbpf_prog *storm_prog(struct kbpf_insn *insns, u64 *state)
{
	u32 len = 2 + kbpf_jit_random_next(state) % (STORM_INSNS - 2), i;
	struct kbpf_prog *prog;

	insns[0] = KBPF_MOV64_IMM(KBPF_R0, len);
	for (i = 1; i < len - 1; i++)
		insns[i] = KBPF_ALU64_IMM(KBPF_XOR, KBPF_R0, i * 12345);
	insns[len - 1] = KBPF_EXIT_INSN();
	prog = create(insns, len);
	if (!IS_ERR(prog) && prepare(prog, KBPF_JIT_PASS_ALL, false)) {
		destroy(prog);
		return ERR_PTR(-ENOSPC);
	}
	return prog;
}

/* Programs of all sizes come and go in no order; then the arena is whole again. */
static void test_storm(struct kunit *test)
{
	struct kbpf_insn *insns = kunit_kcalloc(test, STORM_INSNS, sizeof(*insns), GFP_KERNEL);
	struct kbpf_prog **live = kunit_kcalloc(test, STORM_LIVE, sizeof(*live), GFP_KERNEL);
	u32 size = kbpf_jit_world()->arena_size, i;
	u64 state = 1;
	void *all;

	KUNIT_ASSERT_NOT_NULL(test, insns);
	KUNIT_ASSERT_NOT_NULL(test, live);
	for (i = 0; i < STORM_LOADS; i++) {
		u32 at = kbpf_jit_random_next(&state) % STORM_LIVE;

		if (live[at])
			destroy(live[at]);
		live[at] = storm_prog(insns, &state);
		if (IS_ERR(live[at])) {
			KUNIT_FAIL(test, "load %u: %ld", i, PTR_ERR(live[at]));
			live[at] = NULL;
		}
		cond_resched();
	}
	for (i = 0; i < STORM_LIVE; i++)
		if (live[i])
			destroy(live[i]);
	all = kbpf_jit_image_alloc(size);
	KUNIT_EXPECT_NOT_NULL(test, all);
	if (all)
		kbpf_jit_image_free(all, size);
}

static int suite_init(struct kunit_suite *suite)
{
	kbpf_jit_image_init();
	return kbpf_jit_world() ? 0 : -ENOMEM;
}

static void suite_exit(struct kunit_suite *suite)
{
	kbpf_jit_image_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_vectors),
	KUNIT_CASE(test_sweep),
	KUNIT_CASE(test_random),
	KUNIT_CASE(test_probe),
	KUNIT_CASE(test_never_writable),
	KUNIT_CASE(test_full),
	KUNIT_CASE(test_storm),
	{}
};

static struct kunit_suite suite = {
	.name = "kbpf_jit",
	.suite_init = suite_init,
	.suite_exit = suite_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
