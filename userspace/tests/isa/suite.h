/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the parts of this program share. */
#ifndef KBPF_TESTS_ISA_SUITE_H
#define KBPF_TESTS_ISA_SUITE_H

#include "port.h"
#include "prog.h"

/**
 * struct executor - a way to run a program
 * @name: as "interp"
 * @prepare: makes a program of kbpf_raw_prog_create() runnable; 0 or -errno
 * @release: undoes @prepare
 */
struct executor {
	const char *name;
	int (*prepare)(struct kbpf_prog *prog);
	void (*release)(struct kbpf_prog *prog);
};

extern const struct executor executors[];
extern const unsigned int nr_executors;

/* The programs that tail calls find, by index. */
extern const struct kbpf_prog *test_tail_targets[2];

/* Print a KTAP result line. */
void result(bool ok, const char *fmt, ...) __printf(2, 3);
void skip(const char *why, const char *fmt, ...) __printf(2, 3);
int results_failed(void);

/**
 * run_below() - run instructions below the verifier
 * @ex: executor
 * @insns: instructions
 * @len: slots
 * @mem: memory, or NULL
 * @mem_len: bytes
 * @r0: out
 *
 * Return: 0 or -errno where the executor refuses them.
 */
int run_below(const struct executor *ex, const struct kbpf_insn *insns, u32 len, void *mem,
	      u64 mem_len, u64 *r0);

/* Tail calls of all executors. */
void test_tails(void);

/* Images of @plain show immediates; those of @hardened do not. */
void test_harden(const struct executor *plain, const struct executor *hardened);

/* The public suite's cases, from the file that $CONFORMANCE names. */
void test_conformance(void);

/*
 * Prints them, for the kernel's executors: a line a case, of name, memory and
 * instructions in hexadecimal digits, and what is expected in r0, or "refused".
 */
void print_conformance(void);

/**
 * conformance_unwind() - make the suite's helper 5 of calls to it
 * @insns: instructions
 * @len: slots
 * @out: out: malloc()ed instructions with each "call 5" followed by an exit
 *	where it returned 0; jumps are kept in step
 *
 * Return: slots at @out, or -errno: -EINVAL where a function other than the
 * first calls it.
 */
int conformance_unwind(const struct kbpf_insn *insns, u32 len, struct kbpf_insn **out);

#endif /* KBPF_TESTS_ISA_SUITE_H */
