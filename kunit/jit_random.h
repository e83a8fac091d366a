/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random programs that are valid below the verifier: they end, touch only their
 * memory and stack, and read only what they wrote. Made of what the JIT's
 * passes look for, and of what must keep them from acting.
 */
#ifndef KBPF_JIT_RANDOM_H
#define KBPF_JIT_RANDOM_H

#include "isa/insn.h"

#define KBPF_JIT_RANDOM_MAX_INSNS	700
#define KBPF_JIT_RANDOM_MEM		256

/**
 * kbpf_jit_random() - generate a program
 * @seed: same seed, same program
 * @insns: out, room for KBPF_JIT_RANDOM_MAX_INSNS
 * @helpers: numbers of two helpers that take any arguments, harm nothing and
 *	return the same for the same
 *
 * The program takes the address of KBPF_JIT_RANDOM_MEM bytes in r1 and returns a
 * mixture of all that it computed.
 *
 * Return: slots.
 */
u32 kbpf_jit_random(u64 seed, struct kbpf_insn *insns, const u32 *helpers);

/* The next number of a sequence. */
u32 kbpf_jit_random_next(u64 *state);

#endif /* KBPF_JIT_RANDOM_H */
