// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Random programs in the interpreter and in the JIT, each with some choice of
 * passes; every register, the memory and the stack go into the result. What
 * differs is made smaller and printed.
 *
 *	random [PROGRAMS [FIRST-SEED]]
 */
#include <sys/wait.h>
#include "isa/opcode.h"
#include "interp/interp.h"
#include "jit/jit.h"
#include "jit_random.h"
#include "kbpf_raw_prog.h"

static u8 memory[KBPF_JIT_RANDOM_MEM + 64];

/* A choice of passes that a seed stands for: all, none, one alone, all but one, hardened. */
static u32 choose(u64 seed, bool *harden)
{
	u32 one = 1U << (seed / 8 % 14);

	*harden = seed % 8 == 7;
	switch (seed % 8) {
	case 0:
	case 1:
	case 2:
		return KBPF_JIT_PASS_ALL;
	case 3:
		return one;
	case 4:
	case 5:
		return KBPF_JIT_PASS_ALL & ~one;
	case 6:
		return (u32)(seed * 2654435761U) & KBPF_JIT_PASS_ALL;
	default:
		return 0;
	}
}

static void fill(u64 seed)
{
	u64 state = seed;

	for (u32 i = 0; i < sizeof(memory); i++)
		memory[i] = kbpf_jit_random_next(&state);
}

static u64 hash(u64 h)
{
	for (u32 i = 0; i < sizeof(memory); i++)
		h = (h ^ memory[i]) * 0x100000001b3ULL;
	return h;
}

/* 0: the same; 1: different; -errno: not run */
static int compare(const struct kbpf_insn *insns, u32 len, u64 seed, u32 passes, bool harden,
		   u64 results[2])
{
	struct kbpf_prog *prog = kbpf_raw_prog_create(insns, len);
	int err;

	if (IS_ERR(prog))
		return PTR_ERR(prog);
	err = kbpf_interp_prepare(prog);
	if (!err) {
		fill(seed);
		results[0] = hash(kbpf_raw_prog_run(prog, memory, KBPF_JIT_RANDOM_MEM));
		kbpf_jit_options.enabled = true;
		kbpf_jit_options.passes = passes;
		kbpf_jit_options.harden = harden;
		err = kbpf_jit_prepare(prog);
	}
	if (!err) {
		fill(seed);
		results[1] = hash(kbpf_raw_prog_run(prog, memory, KBPF_JIT_RANDOM_MEM));
		err = results[0] != results[1];
		kbpf_jit_free(prog);
	}
	kbpf_interp_free(prog);
	kbpf_raw_prog_free(prog);
	return err;
}

/* Are results different? In a process of its own: what is left of a program may reach anywhere. */
static bool still_differs(const struct kbpf_insn *insns, u32 len, u64 seed, u32 passes, bool harden)
{
	u64 results[2];
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(compare(insns, len, seed, passes, harden, results) == 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 1;
}

/* Takes out what the difference does not need, an instruction at a time. */
static void shrink(struct kbpf_insn *insns, u32 len, u64 seed, u32 passes, bool harden)
{
	const struct kbpf_insn nop = KBPF_JMP_A(0);

	for (u32 i = 0; i < len; i++) {
		struct kbpf_insn was = insns[i];

		/* the frame of the program, its memory and its loops stay, and first values */
		if (was.code == nop.code || was.code == (KBPF_ALU64 | KBPF_MOV | KBPF_K) ||
		    was.code == (KBPF_ALU64 | KBPF_MOV | KBPF_X) || KBPF_CLASS(was.code) == KBPF_JMP ||
		    was.dst_reg >= KBPF_R8 || kbpf_isa_is_lddw(&was) || !was.code ||
		    (i && kbpf_isa_is_lddw(&insns[i - 1])))
			continue;
		insns[i] = nop;
		if (!still_differs(insns, len, seed, passes, harden))
			insns[i] = was;
	}
}

static void print(const struct kbpf_insn *insns, u32 len)
{
	char text[100];

	for (u32 i = 0; i < len; i++) {
		if (insns[i].code == (KBPF_JMP | KBPF_JA) && !insns[i].off)
			continue;
		kbpf_isa_disasm(&insns[i], text, sizeof(text));
		printf("#   %u: %s\n", i, text);
		if (kbpf_isa_is_lddw(&insns[i]))
			i++;
	}
}

static bool test(u64 seed)
{
	static struct kbpf_insn insns[KBPF_JIT_RANDOM_MAX_INSNS];
	/* of tests/isa/env.c */
	static const u32 helpers[] = { 0, 2 };
	u32 len = kbpf_jit_random(seed, insns, helpers), passes;
	u64 results[2] = { 0 };
	bool harden;
	int err;

	passes = choose(seed, &harden);
	err = compare(insns, len, seed, passes, harden, results);
	if (!err)
		return true;
	printf("# seed %llu, passes 0x%x%s: %d, 0x%llx interpreted, 0x%llx compiled\n", seed, passes,
	       harden ? ", hardened" : "", err, results[0], results[1]);
	if (err > 0) {
		/* the passes it takes */
		for (u32 bit = 1; bit <= KBPF_JIT_PASS_ALL; bit <<= 1)
			if ((passes & bit) &&
			    compare(insns, len, seed, passes & ~bit, harden, results) == 1)
				passes &= ~bit;
		printf("# with passes 0x%x:\n", passes);
		shrink(insns, len, seed, passes, harden);
		print(insns, len);
	}
	return false;
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000;
	u64 first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	u32 bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1\n1..1");
	for (u64 seed = first; seed < first + n && bad < 5; seed++)
		bad += !test(seed);
	printf("%s 1 - %llu random programs, interpreted and compiled\n", bad ? "not ok" : "ok", n);
	return bad ? 1 : 0;
}
