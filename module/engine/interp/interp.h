/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interpreter's one public header. It runs what the verifier accepted and
 * checks nothing at run time.
 */
#ifndef KBPF_INTERP_H
#define KBPF_INTERP_H

#include "port.h"
#include "prog.h"

/**
 * kbpf_interp_prepare() - decode an accepted program for the interpreter
 * @prog: the program, xlated; sets @icode, @run and the @call of its callbacks
 *
 * Context: process; allocates.
 * Return: 0; -ENOMEM; -EINVAL where an instruction has no meaning here (a
 * helper that this world lacks).
 */
int kbpf_interp_prepare(struct kbpf_prog *prog);

/**
 * kbpf_interp_free() - free what kbpf_interp_prepare() made
 * @prog: the program; no run of it is under way
 */
void kbpf_interp_free(struct kbpf_prog *prog);

#endif /* KBPF_INTERP_H */
