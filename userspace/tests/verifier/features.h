/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the programs of features.def have in common. A program's name says what
 * must become of it: NAME_gives_N is accepted and returns N, NAME_accepted is
 * accepted, NAME_refused is refused. features.c loads and runs them on whatever
 * answers bpf(2): the engine in the process, the module, or the running kernel,
 * which is the judge of what is written here.
 */
#ifndef FEATURES_H
#define FEATURES_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* The compiler knows nothing of it from here on. */
#define forget(x)	asm volatile("" : "+r"(x))

/* Numbers that no verifier knows: the program's variables may be written. */
unsigned long seven = 7;
unsigned char bytes[16];

/* An index into @bytes: any but 0 .. 15 is refused. */
static __always_inline int touch(unsigned long i)
{
	bytes[i] = 1;
	return 1;
}

#endif /* FEATURES_H */
