/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Programs that are hard on verifiers. */
#ifndef SYNTHETIC_H
#define SYNTHETIC_H

#include <linux/bpf.h>

#define SYNTHETIC_MAX	(1U << 16)

/**
 * struct synthetic - a program
 * @name: what it is; NULL ends the table
 * @make: writes it to SYNTHETIC_MAX slots, returns how many it takes
 */
struct synthetic {
	const char *name;
	unsigned int (*make)(struct bpf_insn *to);
};

extern const struct synthetic synthetic[];

#endif /* SYNTHETIC_H */
