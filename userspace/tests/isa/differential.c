// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Random programs in every executor of userspace against the interpreter: r0
 * and memory must agree. A mismatch is made small by taking out instructions as
 * long as it stays one, and printed with its seed.
 *
 *	differential [PROGRAMS [FIRST-SEED]]
 */
#include "isa/opcode.h"
#include "kbpf_random_prog.h"
#include "suite.h"

/**
 * struct run - what one executor made of a program
 * @err: 0, or -errno where it was refused
 * @r0: returned
 * @mem: memory afterwards
 */
struct run {
	int err;
	u64 r0;
	u8 mem[KBPF_RANDOM_MEM] __aligned(8);
};

static void run(const struct executor *ex, const struct kbpf_random_prog *p, u64 seed,
		struct run *out)
{
	out->r0 = 0;
	kbpf_random_mem(out->mem, seed);
	out->err = run_below(ex, p->insns, p->len, out->mem, sizeof(out->mem), &out->r0);
}

static bool same(const struct run *a, const struct run *b)
{
	return a->err == b->err && a->r0 == b->r0 && !memcmp(a->mem, b->mem, sizeof(a->mem));
}

static bool differs(const struct executor *ex, const struct kbpf_random_prog *p, u64 seed)
{
	struct run want, got;

	run(&executors[0], p, seed, &want);
	run(ex, p, seed, &got);
	return !same(&want, &got);
}

/*
 * May the instruction go? What ends loops, leaves functions or calls stays, and
 * what gives a register or a stack word its first value.
 */
static bool may_drop(const struct kbpf_insn *insn)
{
	u8 class = KBPF_CLASS(insn->code);

	/* a register's value, and the slot that such an instruction goes on in */
	if (kbpf_isa_is_lddw(insn) || !insn->code)
		return false;
	if (class == KBPF_JMP || class == KBPF_JMP32)
		return insn->off >= 0 && insn->code != (KBPF_JMP | KBPF_CALL) &&
		       insn->code != (KBPF_JMP | KBPF_EXIT);
	if (class == KBPF_STX && insn->dst_reg == KBPF_R10 && KBPF_SIZE(insn->code) == KBPF_DW)
		return false;
	if ((class == KBPF_ALU64 || class == KBPF_ALU) && KBPF_OP(insn->code) == KBPF_MOV)
		return false;
	/* loop counters live below -64 */
	return !((class == KBPF_STX || class == KBPF_ST || class == KBPF_LDX) && insn->off < -64);
}

/* "goto +0" in place of @slots instructions from @at; false if one may not go. */
static bool blank(struct kbpf_random_prog *p, u32 at, u32 slots)
{
	for (u32 i = at; i < at + slots && i < p->len; i++) {
		if (!may_drop(&p->insns[i]))
			return false;
		p->insns[i] = KBPF_JMP_A(0);
	}
	return true;
}

/* Without the "goto +0"s. */
static void print_small(const struct kbpf_random_prog *p)
{
	char text[100];

	for (u32 i = 0; i < p->len; i++) {
		const struct kbpf_insn *insn = &p->insns[i];

		if (insn->code == (KBPF_JMP | KBPF_JA) && !insn->off)
			continue;
		kbpf_isa_disasm(insn, text, sizeof(text));
		printf("#   %4u: %016llx  %s\n", i, get_unaligned((const u64 *)insn), text);
		if (kbpf_isa_is_lddw(insn))
			i++;
	}
}

static void minimise(const struct executor *ex, struct kbpf_random_prog *p, u64 seed)
{
	static struct kbpf_random_prog trial;

	for (u32 step = 64; step; step /= 2) {
		for (u32 at = 0; at < p->len; at += step) {
			trial = *p;
			if (blank(&trial, at, step) && memcmp(&trial, p, sizeof(trial)) &&
			    differs(ex, &trial, seed))
				*p = trial;
		}
	}
}

static void report(const struct executor *ex, struct kbpf_random_prog *p, u64 seed)
{
	struct run want, got;

	printf("# seed %llu, %s: mismatch; the program made small:\n", seed, ex->name);
	minimise(ex, p, seed);
	print_small(p);
	run(&executors[0], p, seed, &want);
	run(ex, p, seed, &got);
	printf("# %s: %d, r0 = 0x%llx\n# %s: %d, r0 = 0x%llx\n", executors[0].name, want.err,
	       want.r0, ex->name, got.err, got.r0);
	for (u32 i = 0; i < sizeof(want.mem); i++)
		if (want.mem[i] != got.mem[i])
			printf("# memory at %u: 0x%02x, 0x%02x\n", i, want.mem[i], got.mem[i]);
}

/* The generator's own promise: what it makes is accepted, and not always the same. */
static bool test_one(u64 seed, u64 *executed)
{
	static struct kbpf_random_prog p;
	struct run want, got;

	kbpf_random_prog_make(&p, seed, KBPF_RANDOM_ALL);
	run(&executors[0], &p, seed, &want);
	if (want.err) {
		printf("# seed %llu: refused by %s: %d\n", seed, executors[0].name, want.err);
		return false;
	}
	*executed += p.len;
	for (u32 e = 1; e < nr_executors; e++) {
		run(&executors[e], &p, seed, &got);
		if (!same(&want, &got)) {
			report(&executors[e], &p, seed);
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	u64 programs = argc > 1 ? strtoull(argv[1], NULL, 0) : 2000;
	u64 first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	u64 insns = 0, bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1");
	for (u64 seed = first; seed < first + programs && bad < 3; seed++)
		bad += !test_one(seed, &insns);
	result(!bad, "%llu random programs of %llu instructions in %u executors", programs, insns,
	       nr_executors);
	return results_failed() ? 1 : 0;
}
