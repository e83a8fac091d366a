/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The JIT's one public header: machine code for programs that the verifier
 * accepted. What it cannot do the interpreter does, with the same results.
 */
#ifndef KBPF_JIT_H
#define KBPF_JIT_H

#include "port.h"
#include "prog.h"

/* Passes that may be switched off, each correct without the others. */
#define KBPF_JIT_PASS_ZEXT	(1U << 0)	/* redundant extensions of width */
#define KBPF_JIT_PASS_BYTES	(1U << 1)	/* byte loads that make up a word */
#define KBPF_JIT_PASS_COPY	(1U << 2)	/* moves into three-operand forms and rotates */
#define KBPF_JIT_PASS_ADDR	(1U << 3)	/* address arithmetic into operands */
#define KBPF_JIT_PASS_MEM	(1U << 4)	/* loads and stores into operands */
#define KBPF_JIT_PASS_DIAMOND	(1U << 5)	/* short branches into conditional moves */
#define KBPF_JIT_PASS_FUSE	(1U << 6)	/* flags of arithmetic into branches */
#define KBPF_JIT_PASS_INLINE	(1U << 7)	/* helpers as instructions */
#define KBPF_JIT_PASS_RESULT	(1U << 8)	/* results where moves take them */
#define KBPF_JIT_PASS_DIV	(1U << 9)	/* division by a constant as multiplication */
#define KBPF_JIT_PASS_DEAD	(1U << 10)	/* results that nobody reads */
#define KBPF_JIT_PASS_BRANCH	(1U << 11)	/* branches around branches */
#define KBPF_JIT_PASS_HOIST	(1U << 12)	/* constants of loops in spare registers */
#define KBPF_JIT_PASS_CONSTANT	(1U << 13)	/* constants in registers into operands */
#define KBPF_JIT_PASS_ALL	((1U << 14) - 1)

/**
 * struct kbpf_jit_options - how programs are compiled from now on
 * @enabled: compile at all
 * @harden: blind constants and move the entry by a random distance
 * @passes: KBPF_JIT_PASS_* bits
 *
 * Defined and written by the world, each field on its own at any time.
 */
struct kbpf_jit_options {
	bool enabled;
	bool harden;
	u32 passes;
};

extern struct kbpf_jit_options kbpf_jit_options;

/**
 * kbpf_jit_prepare() - compile an accepted program
 * @prog: the program, xlated and ready for the interpreter; sets @jit, @run,
 *	@tail, and @call of the functions that C enters. On failure nothing of
 *	@prog has changed, and the interpreter runs it
 *
 * Context: process; allocates.
 * Return: 0; -EOPNOTSUPP where the JIT is off, absent or lacks an instruction
 * of the program; -ENOSPC when the arena is full; -ENOMEM.
 */
int kbpf_jit_prepare(struct kbpf_prog *prog);

/**
 * kbpf_jit_free() - free what kbpf_jit_prepare() made
 * @prog: the program; no run of it is under way
 */
void kbpf_jit_free(struct kbpf_prog *prog);

/**
 * struct kbpf_jit_code - where a function's machine code is
 * @addr: address
 * @len: bytes
 */
struct kbpf_jit_code {
	const void *addr;
	u32 len;
};

/**
 * kbpf_jit_code() - a program's machine code
 * @prog: the program
 * @func: index of a function, or -1 for all of the program
 *
 * Return: address and length, both zero where @prog is interpreted.
 */
struct kbpf_jit_code kbpf_jit_code(const struct kbpf_prog *prog, int func);

#endif /* KBPF_JIT_H */
