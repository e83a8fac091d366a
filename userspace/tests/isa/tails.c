// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Tail calls: which executor calls which, callers that wait behind them, and how
 * much of the machine's stack all of it takes.
 */
#include <pthread.h>
#include "isa/insn.h"
#include "interp/interp.h"
#include "kbpf_raw_prog.h"
#include "suite.h"

/* Counts in memory, then tail-calls the other program; r0 says who fell through at the end. */
static struct kbpf_prog *tail_caller(const struct executor *ex, u32 other, s32 id, bool deep)
{
	const struct kbpf_insn insns[] = {
		/* entry: in a function of its own or not */
		KBPF_JMP_A(deep ? 0 : 2),
		KBPF_CALL_REL(1),
		KBPF_EXIT_INSN(),
		KBPF_LDX_MEM(KBPF_DW, KBPF_R4, KBPF_R1, 0),
		KBPF_ALU64_IMM(KBPF_ADD, KBPF_R4, 1),
		KBPF_STX_MEM(KBPF_DW, KBPF_R1, KBPF_R4, 0),
		KBPF_LD_IMM64(KBPF_R2, 0x1000),
		KBPF_MOV64_IMM(KBPF_R3, other),
		KBPF_CALL_HELPER(12),
		KBPF_MOV64_IMM(KBPF_R0, id),
		KBPF_EXIT_INSN(),
	};
	u32 skip = deep ? 1 : 3;
	struct kbpf_prog *prog = kbpf_raw_prog_create(insns + skip, ARRAY_SIZE(insns) - skip);

	return !IS_ERR(prog) && !ex->prepare(prog) ? prog : NULL;
}

static void free_pair(const struct executor *a, struct kbpf_prog *one,
		      const struct executor *b, struct kbpf_prog *two)
{
	test_tail_targets[0] = NULL;
	test_tail_targets[1] = NULL;
	if (one)
		a->release(one);
	if (two)
		b->release(two);
	kbpf_raw_prog_free(one);
	kbpf_raw_prog_free(two);
}

/* Two programs call each other, 33 times in all, whoever runs them. */
static void test_tail_calls(const struct executor *a, const struct executor *b, bool deep)
{
	struct kbpf_prog *one = tail_caller(a, 1, 101, deep), *two = tail_caller(b, 0, 202, false);
	u64 count = 0, r0 = 0;
	bool ok = one && two;

	if (ok) {
		test_tail_targets[0] = one;
		test_tail_targets[1] = two;
		r0 = one->run(&count, one);
		ok = count == 34 && r0 == 202;
		/* a slot that is empty, or not there: the program goes on */
		test_tail_targets[1] = NULL;
		count = 0;
		r0 = one->run(&count, one);
		ok &= count == 1 && r0 == 101;
	}
	result(ok, "%s and %s: tail calls%s", a->name, b->name, deep ? " from a callee" : "");
	if (!ok)
		printf("# r0 = %llu, %llu entered\n", r0, count);
	free_pair(a, one, b, two);
}

/*
 * Tail calls from a function whose caller keeps @hold bytes of stack: that many
 * enter, in every executor, and the caller's stack is as it was.
 */
static void test_tail_stack(const struct executor *ex, s16 hold, u64 enter)
{
	const struct kbpf_insn insns[] = {
		KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R1, -hold),
		KBPF_CALL_REL(4),
		KBPF_LDX_MEM(KBPF_DW, KBPF_R1, KBPF_R10, -hold),
		KBPF_LDX_MEM(KBPF_DW, KBPF_R2, KBPF_R1, 8),
		KBPF_STX_MEM(KBPF_DW, KBPF_R1, KBPF_R2, 16),
		KBPF_EXIT_INSN(),
		KBPF_LDX_MEM(KBPF_DW, KBPF_R4, KBPF_R1, 0),
		KBPF_ALU64_IMM(KBPF_ADD, KBPF_R4, 1),
		KBPF_STX_MEM(KBPF_DW, KBPF_R1, KBPF_R4, 0),
		KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R4, -8),
		KBPF_LD_IMM64(KBPF_R2, 0x1000),
		KBPF_MOV64_IMM(KBPF_R3, 0),
		KBPF_CALL_HELPER(12),
		KBPF_LDX_MEM(KBPF_DW, KBPF_R0, KBPF_R10, -8),
		KBPF_EXIT_INSN(),
	};
	struct kbpf_prog *prog = kbpf_raw_prog_create(insns, ARRAY_SIZE(insns));
	u64 mem[3] = { 0, 5 }, r0 = 0;

	if (!ex->prepare(prog)) {
		test_tail_targets[0] = prog;
		r0 = prog->run(mem, prog);
		ex->release(prog);
	}
	test_tail_targets[0] = NULL;
	result(r0 == enter && mem[0] == enter && mem[2] == 5,
	       "%s: tail calls over callers that keep %d bytes of stack", ex->name, hold);
	if (r0 != enter || mem[0] != enter)
		printf("# r0 = %llu, %llu entered, expected %llu\n", r0, mem[0], enter);
	kbpf_raw_prog_free(prog);
}

/* ---- the machine's stack ---------------------------------------------------------------- */

#define STACK		(256 << 10)
#define PAINT		0xa5
/* what an activation or a stretch of compiled frames takes, and who is called from the last */
#define STRETCH		1100
#define ASKING		700
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED	true
#else
#define SANITIZED	false
#endif

struct job {
	const struct kbpf_prog *prog;
	void *mem;
	u64 r0;
};

static void *run_job(void *arg)
{
	struct job *job = arg;

	job->r0 = job->prog->run(job->mem, job->prog);
	return NULL;
}

/* Bytes of a thread's stack that a run touches. */
static u32 stack_used(const struct kbpf_prog *prog, void *mem, u64 *r0)
{
	struct job job = { .prog = prog, .mem = mem };
	pthread_attr_t attr;
	pthread_t thread;
	u8 *stack = aligned_alloc(PAGE_SIZE, STACK);
	u32 left = 0;

	memset(stack, PAINT, STACK);
	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, stack, STACK);
	if (!pthread_create(&thread, &attr, run_job, &job))
		pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
	while (left < STACK && stack[left] == PAINT)
		left++;
	free(stack);
	*r0 = job.r0;
	return STACK - left;
}

/*
 * The entry and @links functions call one another, each with @hold bytes of stack and
 * all registers in use; the last counts and tail-calls the program anew.
 */
static struct kbpf_prog *nest(u32 links, s16 hold)
{
	struct kbpf_insn insns[12 * KBPF_MAX_FRAMES], *i = insns;

	for (u32 f = 0; f < links; f++) {
		for (u32 r = KBPF_R6; r <= KBPF_R9; r++)
			*i++ = KBPF_MOV64_REG(r, KBPF_R1);
		*i++ = KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R1, -hold);
		*i++ = KBPF_CALL_REL(2);
		*i++ = KBPF_ALU64_IMM(KBPF_ADD, KBPF_R0, 1);
		*i++ = KBPF_EXIT_INSN();
	}
	*i++ = KBPF_LDX_MEM(KBPF_DW, KBPF_R4, KBPF_R1, 0);
	*i++ = KBPF_ALU64_IMM(KBPF_ADD, KBPF_R4, 1);
	*i++ = KBPF_STX_MEM(KBPF_DW, KBPF_R1, KBPF_R4, 0);
	*i++ = (struct kbpf_insn) { KBPF_LDDW, KBPF_R2, 0, 0, 0x1000 };
	*i++ = (struct kbpf_insn) { 0 };
	*i++ = KBPF_MOV64_IMM(KBPF_R3, 0);
	*i++ = KBPF_CALL_HELPER(12);
	*i++ = KBPF_MOV64_IMM(KBPF_R0, 0);
	*i++ = KBPF_EXIT_INSN();
	return kbpf_raw_prog_create(insns, i - insns);
}

/* Stack of a run, less what a program that does nothing takes; what it did is added to @did. */
static u32 nest_uses(const struct executor *ex, u32 links, s16 hold, u32 nothing, u64 *did)
{
	struct kbpf_prog *prog = nest(links, hold);
	u64 mem = 0, r0 = 0;
	u32 used = 0;

	if (!ex->prepare(prog)) {
		test_tail_targets[0] = prog;
		used = stack_used(prog, &mem, &r0) - nothing;
		ex->release(prog);
	}
	test_tail_targets[0] = NULL;
	kbpf_raw_prog_free(prog);
	*did = *did * 31 + mem * 1000 + r0;
	return used;
}

static u32 nothing_uses(const struct executor *ex)
{
	const struct kbpf_insn insns[] = { KBPF_MOV64_IMM(KBPF_R0, 0), KBPF_EXIT_INSN() };
	struct kbpf_prog *prog = kbpf_raw_prog_create(insns, 2);
	u32 used = 0;
	u64 r0;

	if (!ex->prepare(prog)) {
		used = stack_used(prog, NULL, &r0);
		ex->release(prog);
	}
	kbpf_raw_prog_free(prog);
	return used;
}

/*
 * Whatever waits behind 33 tail calls, it is no more than the stretches of interp/tail.c
 * hold, and executors stop at the same call. Sanitizers make an activation bigger.
 */
static u64 test_bound(const struct executor *ex)
{
	static const s16 holds[] = { 8, 24, 32, 64, 120, 240, 480 };
	u32 nothing = nothing_uses(ex), most = 0, links_of = 0, hold_of = 0, bound;
	u64 did = 0;

	for (u32 links = 1; links < KBPF_MAX_FRAMES; links++) {
		for (u32 h = 0; h < ARRAY_SIZE(holds); h++) {
			u32 used;

			if (links * holds[h] > KBPF_STACK_SIZE - 8)
				continue;
			used = nest_uses(ex, links, holds[h], nothing, &did);
			if (used > most) {
				most = used;
				links_of = links;
				hold_of = holds[h];
			}
		}
	}
	bound = KBPF_TAIL_STRETCHES * STRETCH + ASKING;
	if (SANITIZED && ex == executors)
		bound *= 2;
	result(most && most < bound, "%s: tail calls from functions take at most %u bytes of stack",
	       ex->name, bound);
	printf("# %u, with %u callers of %u bytes each\n", most, links_of, hold_of);
	return did;
}

void test_tails(void)
{
	u64 did[8];

	for (u32 e = 0; e < nr_executors; e++) {
		/* all 33; and as many as interp/tail.c has stretches for */
		test_tail_stack(&executors[e], 64, 34);
		test_tail_stack(&executors[e], 200, 16);
		test_tail_stack(&executors[e], 480, 8);
		did[e] = test_bound(&executors[e]);
		result(did[e] == did[0], "%s: stops where the others do", executors[e].name);
		for (u32 b = 0; b < nr_executors; b++) {
			test_tail_calls(&executors[e], &executors[b], false);
			test_tail_calls(&executors[e], &executors[b], true);
		}
	}
}
