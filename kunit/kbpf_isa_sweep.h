/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every operation over boundary values and pairs of registers: programs that
 * are generated, with results from a reference of their own that shares no line
 * with isa/alu.h.
 */
#ifndef KBPF_ISA_SWEEP_H
#define KBPF_ISA_SWEEP_H

#include "isa/opcode.h"

#define KBPF_SWEEP_MAX_INSNS 24

/**
 * struct kbpf_sweep - where the sweep of one operation stands
 * @op: the operation
 * @next: number of the next case
 * @insns: out: program of the current case; runs without memory
 * @len: out: slots
 * @at: out: slot of the instruction that the case is about
 * @expect: out: r0
 * @dst: out: value of the first operand, for messages
 * @src: out: value of the second operand
 */
struct kbpf_sweep {
	enum kbpf_op op;
	u32 next;
	struct kbpf_insn insns[KBPF_SWEEP_MAX_INSNS];
	u32 len;
	u32 at;
	u64 expect;
	u64 dst;
	u64 src;
};

/**
 * kbpf_sweep_start() - begin with an operation
 * @sweep: the sweep
 * @op: the operation
 *
 * Return: true if the sweep covers such an operation (arithmetic, conditional
 * jumps, memory, atomics).
 */
bool kbpf_sweep_start(struct kbpf_sweep *sweep, enum kbpf_op op);

/**
 * kbpf_sweep_next() - the next case
 * @sweep: the sweep
 *
 * Return: false after the last.
 */
bool kbpf_sweep_next(struct kbpf_sweep *sweep);

#endif /* KBPF_ISA_SWEEP_H */
