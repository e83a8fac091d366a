/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Classic programs on the engine, for tests: translated, then run by the
 * interpreter on a packet, below the verifier or past it.
 */
#ifndef CLASSIC_RUN_H
#define CLASSIC_RUN_H

#include "port.h"
#include "prog.h"
#include "progtype/progtype.h"
#include "reference.h"

/**
 * classic_prog() - translate a legal program and make it ready to run
 * @filter: instructions
 * @len: how many
 * @prog: out: to be freed with classic_free()
 *
 * Return: 0 or -errno.
 */
int classic_prog(const struct sock_filter *filter, u32 len, struct kbpf_prog *prog);

/* The same with @prog->insns, which are taken over, and @prog->len; the rest is zero. */
int classic_ready(struct kbpf_prog *prog);

void classic_free(struct kbpf_prog *prog);

/**
 * classic_run() - run it
 * @prog: the program
 * @pkt: the packet
 * @linear: bytes of it that are linear; the rest is reached by calls only
 */
u32 classic_run(const struct kbpf_prog *prog, const struct ref_packet *pkt, u32 linear);

#endif /* CLASSIC_RUN_H */
