// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Taking the verifier's explanations apart.
 */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "refusal.h"

#define RED	"\033[1;31m"
#define BOLD	"\033[1m"
#define DIM	"\033[2m"
#define PLAIN	"\033[0m"

static const struct {
	const char *text;	/* as it stands in the log */
	const char *key;	/* in JSON */
} labels[REFUSAL_LABELS] = {
	[REFUSAL_NEEDED] = { "needed", "needed" },
	[REFUSAL_KNOWN] = { "known", "known" },
	[REFUSAL_PATH] = { "path", "path" },
	[REFUSAL_FIX] = { "to pass", "to_pass" },
	[REFUSAL_LINUX] = { "linux", "linux" },
	[REFUSAL_INSN] = { "insn", "insn" },
};

#define LABEL_INDENT	2
#define LABEL_WIDTH	11	/* the label with what is before and behind it */

/* The part from @from up to @to; nothing where one of them was not found. */
static struct refusal_part part(const char *from, const char *to)
{
	struct refusal_part none = { NULL, 0 };

	return from && to && to > from ? (struct refusal_part){ from, (size_t)(to - from) } : none;
}

/* Where @what is in the line; NULL for nowhere. */
static const char *in_line(const char *line, size_t len, const char *what)
{
	return memmem(line, len, what, strlen(what));
}

/* The label that a line has, or REFUSAL_LABELS. */
static int label_of(const char *line, size_t len)
{
	int i;

	for (i = 0; i < REFUSAL_LABELS; i++) {
		size_t n = strlen(labels[i].text);

		if (len > LABEL_WIDTH && !strncmp(line, "  ", LABEL_INDENT) &&
		    !strncmp(line + LABEL_INDENT, labels[i].text, n) &&
		    line[LABEL_INDENT + n] == ' ')
			break;
	}
	return i;
}

static bool is_header(const char *line, size_t len)
{
	return in_line(line, len, ": refused, ") && in_line(line, len, " (KBPF-R");
}

static void parse_header(const char *line, size_t len, struct refusal *r)
{
	const char *rule = in_line(line, len, ": refused, ") + strlen(": refused, ");
	const char *id = in_line(line, len, " (KBPF-R");

	memset(r, 0, sizeof(*r));
	r->column = -1;
	r->rule = part(rule, id);
	r->id = part(id + strlen(" (KBPF-"), memchr(id, ';', len - (size_t)(id - line)));
}

/* "  FILE:LINE   SOURCE" */
static void parse_source(const char *line, size_t len, struct refusal *r)
{
	const char *end = line + len, *colon = memchr(line, ':', len);
	const char *gap = colon ? memmem(colon, (size_t)(end - colon), "   ", 3) : NULL;

	if (!gap)
		return;
	r->file = part(line + LABEL_INDENT, colon);
	r->line = part(colon + 1, gap);
	r->source = part(gap + 3, end);
}

/* "             ^ R2 `len`" */
static void parse_caret(const char *line, size_t len, struct refusal *r)
{
	const char *caret = memchr(line, '^', len), *end = line + len, *tick;
	long before = r->source.len ? r->source.at - (r->file.at - LABEL_INDENT) : 0;

	if (!r->source.len || !caret)
		return;
	r->column = (int)(caret - line - before);
	tick = memchr(caret, '`', (size_t)(end - caret));
	if (caret + 2 < end)
		r->reg = part(caret + 2, tick ? tick - 1 : end);
	if (tick)
		r->operand = part(tick + 1, end - 1);
}

static void parse_line(const char *line, size_t len, struct refusal *r)
{
	int label = label_of(line, len);

	if (label < REFUSAL_LABELS)
		r->text[label] = part(line + LABEL_WIDTH, line + len);
	else if (!r->text[REFUSAL_NEEDED].len && !r->source.len)
		parse_source(line, len, r);
	else if (!r->text[REFUSAL_NEEDED].len)
		parse_caret(line, len, r);
}

bool refusal_parse(const char *log, struct refusal *r)
{
	bool found = false;
	const char *end;

	for (; log && *log; log = *end ? end + 1 : end) {
		size_t len;

		end = strchrnul(log, '\n');
		len = (size_t)(end - log);
		if (is_header(log, len)) {
			parse_header(log, len, r);
			found = true;
		} else if (found && !strncmp(log, "  ", LABEL_INDENT)) {
			parse_line(log, len, r);
		}
	}
	return found;
}

static void put(struct json *json, const char *key, const struct refusal_part *p)
{
	char *text = p->len ? strndup(p->at, p->len) : NULL;

	if (text)
		json_string(json, key, text);
	free(text);
}

void refusal_json(const char *log, struct json *json)
{
	struct refusal r;
	int i;

	if (!refusal_parse(log, &r))
		return;
	json_object(json, "refusal");
	put(json, "id", &r.id);
	put(json, "rule", &r.rule);
	put(json, "file", &r.file);
	if (r.line.len)
		json_uint(json, "line", strtoul(r.line.at, NULL, 10));
	put(json, "source", &r.source);
	if (r.column >= 0)
		json_int(json, "column", r.column);
	put(json, "register", &r.reg);
	put(json, "operand", &r.operand);
	for (i = 0; i < REFUSAL_LABELS; i++)
		put(json, labels[i].key, &r.text[i]);
	json_object_end(json);
}

void refusal_print_line(const char *line, size_t len, FILE *out)
{
	const char *caret = len ? line + strspn(line, " ") : line;
	const char *colour = label_of(line, len) == REFUSAL_FIX ? BOLD : "";

	if (is_header(line, len)) {
		const char *rule = in_line(line, len, "refused");

		fprintf(out, BOLD "%.*s" RED "refused" PLAIN "%.*s\n", (int)(rule - line), line,
			(int)(len - (size_t)(rule - line) - strlen("refused")), rule + strlen("refused"));
	} else if (label_of(line, len) < REFUSAL_LABELS) {
		fprintf(out, DIM "%.*s" PLAIN "%s%.*s" PLAIN "\n", LABEL_WIDTH, line, colour,
			(int)(len - LABEL_WIDTH), line + LABEL_WIDTH);
	} else if (caret < line + len && *caret == '^') {
		fprintf(out, RED "%.*s" PLAIN "\n", (int)len, line);
	} else {
		fprintf(out, "%.*s\n", (int)len, line);
	}
}
