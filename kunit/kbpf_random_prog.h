/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random programs that are valid below the verifier: they end, read only what
 * they wrote, stay in their memory, and compute the same in every executor.
 */
#ifndef KBPF_RANDOM_PROG_H
#define KBPF_RANDOM_PROG_H

#include "isa/opcode.h"

#define KBPF_RANDOM_MAX_INSNS	4096
/* Bytes of memory that a program gets in r1, aligned to 8. */
#define KBPF_RANDOM_MEM		256

/* What may occur. */
#define KBPF_RANDOM_V4		(1U << 0)	/* operations of version 4 that Linux 6.12 has */
#define KBPF_RANDOM_ORDERED	(1U << 1)	/* load-acquire, store-release */
#define KBPF_RANDOM_CALLS	(1U << 2)	/* bpf-to-bpf calls */
/* what Linux patches when it verifies: division by 0 (or -1, signed), r0 of a 32-bit cmpxchg */
#define KBPF_RANDOM_UNPATCHED	(1U << 3)
#define KBPF_RANDOM_ALL		(~0U)

/**
 * struct kbpf_random_prog - a program
 * @insns: instructions, from kbpf_random_prog_make()
 * @len: slots
 */
struct kbpf_random_prog {
	struct kbpf_insn insns[KBPF_RANDOM_MAX_INSNS];
	u32 len;
};

/**
 * kbpf_random_prog_make() - the program of a seed
 * @prog: out
 * @seed: seed; the same gives the same program everywhere
 * @flags: KBPF_RANDOM_* bits
 */
void kbpf_random_prog_make(struct kbpf_random_prog *prog, u64 seed, u32 flags);

/**
 * kbpf_random_mem() - the memory that a seed's program starts with
 * @mem: out, KBPF_RANDOM_MEM bytes
 * @seed: seed
 */
void kbpf_random_mem(u8 *mem, u64 seed);

#endif /* KBPF_RANDOM_PROG_H */
