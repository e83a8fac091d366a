/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Printing a program's code.
 */
#ifndef KBPF_CLI_DUMP_H
#define KBPF_CLI_DUMP_H

#include <stdbool.h>

struct btf;
struct json;
struct prog_full;

/**
 * dump_prog() - print instructions
 * @prog: the program
 * @btf: its BTF, or NULL
 * @source: print source lines and functions too
 * @json: where to; NULL: as text on stdout
 */
void dump_prog(const struct prog_full *prog, const struct btf *btf, bool source,
	       struct json *json);

#endif /* KBPF_CLI_DUMP_H */
