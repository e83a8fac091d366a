/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Programs for the verifier's tests, from a seed or from a fuzzer's bytes. */
#ifndef GENERATE_H
#define GENERATE_H

#include "isa/insn.h"

#define PROGRAM_MAX	224

struct program {
	struct kbpf_insn insns[PROGRAM_MAX];
	u32 len;
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
