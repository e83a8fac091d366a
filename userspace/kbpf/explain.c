// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * kbpf explain: what a reject ID means, from the verifier's own table.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "example.h"
#include "json.h"

struct refusal {
	const char *id;
	int err;
	const char *slug;
	const char *rule;
	const char *why;
	const char *fix;
};


static const struct refusal refusals[] = {
#define KBPF_REJECT(id, err, slug, rule, why, fix) { #id, err, #slug, rule, why, fix },
#include "reject.def"
	{ NULL, 0, NULL, NULL, NULL, NULL },
};

static void print_example(const struct refusal *r)
{
	const struct example *e;

	for (e = examples; e->id; e++) {
		if (strcmp(e->id, r->id))
			continue;
		printf("\nA program that is refused, and the same repaired:\n\n%s", e->source);
		printf("\nWhat kbpf check says of it:\n\n%s", e->answer);
	}
}

static void print_one(const struct refusal *r, bool list, struct json *json)
{
	const char *err = cli_errno_name(r->err < 0 ? -r->err : r->err);

	if (json) {
		json_object(json, NULL);
		json_string(json, "id", r->id);
		json_string(json, "rule", r->slug);
		json_string(json, "errno", err);
		json_string(json, "rule_text", r->rule);
		json_string(json, "why", r->why);
		json_string(json, "fix", r->fix);
		json_object_end(json);
	} else if (list) {
		printf("%s  %-20s  %s\n", r->id, r->slug, r->rule);
	} else {
		printf("%s %s (-%s)\n\n  rule     %s\n  why      %s\n", r->id, r->slug, err, r->rule, r->why);
		print_example(r);
	}
}

static bool matches(const struct refusal *r, const char *what)
{
	return !what || !strcasecmp(r->id, what) || !strcmp(r->slug, what) ||
	       (!strncasecmp(what, "KBPF-", 5) && !strcasecmp(r->id, what + 5));
}

static int run(int argc, char **argv)
{
	const char *what = NULL;
	struct json json = { .out = stdout };
	bool use_json = false;
	const struct refusal *r;
	int i, found = 0;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json")) {
			use_json = true;
			continue;
		}
		if (argv[i][0] == '-' || what)
			return cli_usage(&cli_explain, "what is '%s'?", argv[i]);
		what = argv[i];
	}
	if (use_json)
		json_array(&json, NULL);
	for (r = refusals; r->id; r++) {
		if (!matches(r, what))
			continue;
		print_one(r, !what, use_json ? &json : NULL);
		found++;
	}
	if (use_json) {
		json_array_end(&json);
		json_finish(&json);
	}
	if (!found && what) {
		cli_error("no reject ID '%s'; kbpf explain without one lists all", what);
		return CLI_NO;
	}
	return CLI_OK;
}

const struct cli_command cli_explain = {
	.name = "explain",
	.summary = "what a reject ID of the verifier means",
	.help =
"kbpf explain [--json] [ID]\n"
"\n"
"Prints the rule behind a reject ID (as R041, or by its name) with which the verifier\n"
"refuses a program, why there is such a rule, and an example with its repair. Lists\n"
"all rules without an ID.\n"
"\n"
"Exit status: 0; 1 when there is no such ID; 2 for wrong usage.\n",
	.run = run,
};
