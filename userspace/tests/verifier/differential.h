/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The kernel's side of the differential; knows libbpf, not the engine's headers. */
#ifndef VERIFIER_DIFFERENTIAL_H
#define VERIFIER_DIFFERENTIAL_H

#include <stdbool.h>
#include "kbpf.h"

/* The kernel's map for descriptor -(n+1) of a vector: 0 or -errno. */
int differential_map(unsigned int n, const struct kbpf_map_create_attr *attr);
void differential_unmap(unsigned int n);

/**
 * differential_load() - ask the kernel about a program
 * @type: enum kbpf_prog_type
 * @attach_type: expected_attach_type
 * @gpl: the licence is the GPL
 * @insns: instructions, with a vector's map descriptors and the engine's numbers of
 *	kernel functions
 * @len: slots
 * @why: out: the last line of the verifier's log that says something, or NULL
 * @size: bytes there
 *
 * Return: 0 or -errno.
 */
int differential_load(unsigned int type, unsigned int attach_type, bool gpl,
		      const struct kbpf_insn *insns, unsigned int len, char *why, unsigned int size);

#endif /* VERIFIER_DIFFERENTIAL_H */
