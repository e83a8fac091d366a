/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs below the verifier: instructions as an assembler leaves them, made
 * into what executors take. For tests, benchmarks and the conformance plug-in;
 * never for programs that a user loads.
 */
#ifndef KBPF_RAW_PROG_H
#define KBPF_RAW_PROG_H

#include "port.h"
#include "prog.h"

/**
 * kbpf_raw_prog_create() - a program from bare instructions
 * @insns: instructions; copied. bpf-to-bpf calls and function addresses by
 *	distance, as in an object file
 * @len: slots
 *
 * A single function gets the whole stack, each of several what it reaches from
 * r10 (at least an eighth where it copies r10). The program has no maps, no id and
 * no reference count.
 *
 * Return: the program or ERR_PTR: -EINVAL a call to nowhere, -E2BIG, -ENOMEM.
 */
struct kbpf_prog *kbpf_raw_prog_create(const struct kbpf_insn *insns, u32 len);

/**
 * kbpf_raw_prog_free() - free a program of kbpf_raw_prog_create()
 * @prog: the program; what an executor attached to it is gone. NULL is allowed
 */
void kbpf_raw_prog_free(struct kbpf_prog *prog);

/**
 * kbpf_raw_prog_run() - run as the vectors want it: r1 memory, r2 its length
 * @prog: a program with an executor
 * @mem: memory, or NULL
 * @len: bytes
 *
 * Return: r0.
 */
u64 kbpf_raw_prog_run(const struct kbpf_prog *prog, void *mem, u64 len);

#endif /* KBPF_RAW_PROG_H */
