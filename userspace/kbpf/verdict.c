// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Verdicts on programs, collected and printed.
 */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "json.h"
#include "refusal.h"
#include "verdict.h"

bool verdicts_add(struct verdicts *list, const struct verdict *verdict)
{
	struct verdict *all = realloc(list->all, (list->count + 1) * sizeof(*all));

	if (!all)
		return false;
	list->all = all;
	all[list->count++] = *verdict;
	if (verdict->err)
		list->refused++;
	return true;
}

void verdicts_free(struct verdicts *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		free(list->all[i].name);
		free(list->all[i].section);
		free(list->all[i].log);
	}
	free(list->all);
}

/* The log's lines; @indent under a line of ours, where they are somebody else's. */
static void print_log(const char *log, const char *indent, bool colour, FILE *out)
{
	const char *end;

	while (log && *log) {
		end = strchrnul(log, '\n');
		if (end > log && colour)
			refusal_print_line(log, (size_t)(end - log), out);
		else if (end > log)
			fprintf(out, "%s%.*s\n", indent, (int)(end - log), log);
		log = *end ? end + 1 : end;
	}
}

static void print_one(const struct verdict *v, bool all_logs, FILE *out)
{
	struct refusal refusal;
	char time[32];

	if (!v->err)
		fprintf(out, "%s: accepted, %s; %u slots, %llu processed in %llu states, %s\n", v->name,
			cli_prog_type(v->type), v->insn_cnt, v->insns, v->states,
			cli_format_ns(v->ns, time, sizeof(time)));
	else if (!v->judged)
		fprintf(out, "%s: not judged, %s; libbpf could not prepare it (-%s)\n", v->name,
			cli_prog_type(v->type), cli_errno_name(-v->err));
	else if (!refusal_parse(v->log, &refusal))
		fprintf(out, "%s: refused, %s (-%s)\n", v->name, cli_prog_type(v->type),
			cli_errno_name(-v->err));
	if (v->err || all_logs)
		print_log(v->log, v->err && v->judged ? "" : "  ", cli_colour(out), out);
}

void verdicts_print_text(const struct verdicts *list, const char *subject, bool all_logs,
			 FILE *out)
{
	unsigned long long insns = 0, states = 0, ns = 0;
	char time[32];
	size_t i;

	for (i = 0; i < list->count; i++) {
		print_one(&list->all[i], all_logs, out);
		insns += list->all[i].insns;
		states += list->all[i].states;
		ns += list->all[i].ns;
	}
	fprintf(out, "%s: %zu of %zu programs refused; %llu instructions processed, %llu states, %s\n",
		subject, list->refused, list->count, insns, states,
		cli_format_ns(ns, time, sizeof(time)));
}

void verdicts_print_json(const struct verdicts *list, const char *subject, FILE *out)
{
	struct json json = { .out = out };
	size_t i;

	json_object(&json, NULL);
	json_string(&json, "subject", subject);
	json_uint(&json, "accepted", list->count - list->refused);
	json_uint(&json, "refused", list->refused);
	json_array(&json, "programs");
	for (i = 0; i < list->count; i++) {
		const struct verdict *v = &list->all[i];

		json_object(&json, NULL);
		json_string(&json, "name", v->name);
		if (v->section)
			json_string(&json, "section", v->section);
		json_string(&json, "type", cli_prog_type(v->type));
		json_string(&json, "verdict", !v->err ? "accepted" : v->judged ? "refused" :
			    "unjudged");
		if (v->err)
			json_string(&json, "errno", cli_errno_name(-v->err));
		json_uint(&json, "slots", v->insn_cnt);
		json_uint(&json, "processed", v->insns);
		json_uint(&json, "states", v->states);
		json_uint(&json, "verify_ns", v->ns);
		json_uint(&json, "peak_bytes", v->peak_bytes);
		json_uint(&json, "hottest_insn", v->hottest_insn);
		json_uint(&json, "hottest_visits", v->hottest_visits);
		if (v->err && v->judged)
			refusal_json(v->log, &json);
		if (v->log && *v->log)
			json_string(&json, "log", v->log);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
	json_finish(&json);
}
