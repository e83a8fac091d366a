/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The verifier's explanation of a refusal, as it stands at the end of a log:
 *
 *   NAME: refused, RULE (KBPF-ID; `kbpf explain ID`)
 *     FILE:LINE   SOURCE
 *                 ^ REGISTER `OPERAND`
 *     LABEL    TEXT
 *
 * with lines of the labels needed, known, path, to pass, linux and insn, of which
 * some may be missing. Programs read it by these forms, wherever the log is from.
 */
#ifndef KBPF_CLI_REFUSAL_H
#define KBPF_CLI_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct json;

/* A part of the log; @len 0 where it has none. */
struct refusal_part {
	const char *at;
	size_t len;
};

enum refusal_label {
	REFUSAL_NEEDED,
	REFUSAL_KNOWN,
	REFUSAL_PATH,
	REFUSAL_FIX,
	REFUSAL_LINUX,
	REFUSAL_INSN,
	REFUSAL_LABELS,
};

/**
 * struct refusal - an explanation, taken apart
 * @id: as "R044"
 * @rule: the rule's name
 * @file: source file, without directories
 * @line: its line
 * @source: that line
 * @column: where in @source the caret points, from 0; -1: nowhere
 * @reg: register that is pointed at
 * @operand: what C calls it
 * @text: of each label
 */
struct refusal {
	struct refusal_part id, rule, file, line, source, reg, operand;
	int column;
	struct refusal_part text[REFUSAL_LABELS];
};

/* The last explanation in a log; false where there is none. */
bool refusal_parse(const char *log, struct refusal *r);
/* Its parts, as member "refusal" of the object under way. */
void refusal_json(const char *log, struct json *json);
/* A line of it in colour, and a newline. */
void refusal_print_line(const char *line, size_t len, FILE *out);

#endif /* KBPF_CLI_REFUSAL_H */
