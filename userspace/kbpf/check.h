/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The two halves of kbpf check.
 */
#ifndef KBPF_CLI_CHECK_H
#define KBPF_CLI_CHECK_H

#include <stdbool.h>

/**
 * struct check_opts - command line
 * @btf: file with the kernel's BTF; NULL: libbpf finds the running kernel's
 * @report: file for the report; NULL: stdout, for a tool stderr
 * @program: judge only this program; NULL: all
 * @json: report as JSON
 * @log_level: 2: the log of every program too, with the state at each instruction
 * @verbose: libbpf's messages, and logs of accepted programs too
 * @trials: also what libraries load to find out what the kernel has
 * @seconds: interrupt the tool after so many; 0: never
 */
struct check_opts {
	const char *btf;
	const char *report;
	const char *program;
	bool json;
	bool verbose;
	bool trials;
	unsigned int seconds;
	unsigned int log_level;
};

/* Exit codes. */
int check_file(const char *path, const struct check_opts *opts);
int check_tool(char **argv, const struct check_opts *opts);

#endif /* KBPF_CLI_CHECK_H */
