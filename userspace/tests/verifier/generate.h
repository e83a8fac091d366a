/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Programs for the verifier's tests, from a seed or from a fuzzer's bytes. */
#ifndef GENERATE_H
#define GENERATE_H

#include "isa/insn.h"

#define PROGRAM_MAX	224

/* Maps that programs name, by their descriptors: values of numbers; with a lock and a timer. */
#define MAP_NUMBERS	0
#define MAP_OBJECTS	1

#define LOCK_AT		0
#define TIMER_AT	8
#define DATA_AT		24	/* what there is besides, and is the program's */
#define OBJECT_SIZE	32

/* What a global function takes a pointer to. */
#define PASSED_SIZE	16

/**
 * struct program - a program
 * @insns: instructions
 * @len: slots
 * @type: enum kbpf_prog_type
 * @funcs: where functions begin, in order; and whether BTF says f(struct passed *, int) of it
 * @nr_funcs: how many; 0: there is no BTF
 */
struct program {
	struct kbpf_insn insns[PROGRAM_MAX];
	u32 len;
	u32 type;
	struct {
		u32 start;
		bool is_global;
	} funcs[6];
	u32 nr_funcs;
};

/**
 * struct draw - what decides
 * @data: bytes that are used up one by one; NULL: @rng
 * @left: how many
 * @rng: state of the generator of random numbers, not 0
 */
struct draw {
	const u8 *data;
	size_t left;
	u64 rng;
};

/* An instruction of any bytes becomes one that can be run. */
void program_tame(struct kbpf_insn *i);
void generate(const struct draw *from, struct program *to);

#endif /* GENERATE_H */
