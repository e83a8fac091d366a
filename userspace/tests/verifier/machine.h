/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Running programs inside the states that the verifier claims. */
#ifndef MACHINE_H
#define MACHINE_H

#include "verifier/generate.h"

#define VALUE_SIZE	64

/* How to verify. */
#define MACHINE_NO_PRUNING	(1U << 0)
#define MACHINE_CLAIM		(1U << 1)	/* remember the states */
#define MACHINE_KEEP_OFTEN	(1U << 2)	/* BPF_F_TEST_STATE_FREQ */

/**
 * struct machine_result - what came of a program
 * @err: the verdict
 * @runs: how often it was run
 */
struct machine_result {
	int err;
	u32 runs;
};

/* Before anything else; @max_insns: what a verification may take. */
void machine_init(u32 max_insns);
/* The verdict; @level: print the log at that level; @insns: instructions processed, or NULL. */
int machine_verify(const struct program *p, u32 how, u32 level, u64 *insns);
/* Verify with and without pruning and run, if accepted: NULL or what was violated. */
const char *machine_check(const struct program *p, u64 seed, u32 inputs,
			  struct machine_result *res);
/* The program and how it was judged. */
void machine_print(const struct program *p, const char *what);

#endif /* MACHINE_H */
