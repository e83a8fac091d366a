/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Examples of refusals, which the build makes from userspace/tests/rejects.
 */
#ifndef KBPF_CLI_EXAMPLE_H
#define KBPF_CLI_EXAMPLE_H

/**
 * struct example - of one reject ID
 * @id: the ID
 * @source: a program that is refused, and its repaired twin
 * @answer: what kbpf check says of it
 */
struct example {
	const char *id;
	const char *source;
	const char *answer;
};

/* The last has no ID. */
extern const struct example examples[];

#endif /* KBPF_CLI_EXAMPLE_H */
