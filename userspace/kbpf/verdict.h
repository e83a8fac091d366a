/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Verdicts on programs, collected and printed; whether they come from an object
 * file or from a tool that was run.
 */
#ifndef KBPF_CLI_VERDICT_H
#define KBPF_CLI_VERDICT_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct verdict - on one program
 * @name: the program
 * @section: its section in the object file, or NULL
 * @type: enum kbpf_prog_type
 * @err: 0 accepted, or -errno
 * @judged: the verifier saw it; else it failed before (libbpf could not prepare it)
 * @insn_cnt: slots
 * @insns: instructions processed
 * @states: states made
 * @ns: time of the verification
 * @peak_bytes: most memory that it held at once; 0: not known
 * @hottest_insn: slot it processed most often
 * @hottest_visits: how often; 0: not known
 * @log: explanation, or NULL
 */
struct verdict {
	char *name;
	char *section;
	unsigned int type;
	int err;
	bool judged;
	unsigned int insn_cnt;
	unsigned long long insns;
	unsigned long long states;
	unsigned long long ns;
	unsigned long long peak_bytes;
	unsigned int hottest_insn;
	unsigned int hottest_visits;
	char *log;
};

/**
 * struct verdicts - all of them
 * @all: array
 * @count: how many
 * @refused: how many of them were not accepted
 */
struct verdicts {
	struct verdict *all;
	size_t count;
	size_t refused;
};

/**
 * verdicts_add() - add one; its strings belong to the list from now on
 * @list: the list
 * @verdict: the verdict
 *
 * Return: false when out of memory.
 */
bool verdicts_add(struct verdicts *list, const struct verdict *verdict);
void verdicts_free(struct verdicts *list);

/* The last line of a report says who judged what: @subject is a file or a tool. */
void verdicts_print_text(const struct verdicts *list, const char *subject, bool all_logs,
			 FILE *out);
void verdicts_print_json(const struct verdicts *list, const char *subject, FILE *out);

#endif /* KBPF_CLI_VERDICT_H */
