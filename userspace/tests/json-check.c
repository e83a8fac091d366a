// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * json-check [--lines]: exit 0 if standard input is one JSON document (or one
 * document a line), else say where it is not.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 64

static const char *at;

static bool value(int depth);

static void space(void)
{
	while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')
		at++;
}

static bool take(char c)
{
	space();
	if (*at != c)
		return false;
	at++;
	return true;
}

static bool escape(void)
{
	int i;

	if (*at && strchr("\"\\/bfnrt", *at)) {
		at++;
		return true;
	}
	if (*at++ != 'u')
		return false;
	for (i = 0; i < 4; i++)
		if (!isxdigit((unsigned char)*at++))
			return false;
	return true;
}

static bool string(void)
{
	if (!take('"'))
		return false;
	while (*at != '"') {
		if ((unsigned char)*at < 0x20)
			return false;
		if (*at++ == '\\' && !escape())
			return false;
	}
	at++;
	return true;
}

static bool digits(void)
{
	const char *from = at;

	while (isdigit((unsigned char)*at))
		at++;
	return at > from;
}

static bool number(void)
{
	if (*at == '-')
		at++;
	if (*at == '0')
		at++;
	else if (!digits())
		return false;
	if (*at == '.' && (at++, !digits()))
		return false;
	if (*at == 'e' || *at == 'E') {
		at++;
		if (*at == '+' || *at == '-')
			at++;
		return digits();
	}
	return true;
}

static bool word(const char *text)
{
	size_t len = strlen(text);

	if (strncmp(at, text, len))
		return false;
	at += len;
	return true;
}

static bool object(int depth)
{
	if (take('}'))
		return true;
	do {
		if (!string() || !take(':') || !value(depth + 1))
			return false;
	} while (take(','));
	return take('}');
}

static bool array(int depth)
{
	if (take(']'))
		return true;
	do {
		if (!value(depth + 1))
			return false;
	} while (take(','));
	return take(']');
}

static bool value(int depth)
{
	space();
	if (depth > MAX_DEPTH)
		return false;
	switch (*at) {
	case '{':
		at++;
		return object(depth);
	case '[':
		at++;
		return array(depth);
	case '"':
		return string();
	case 't':
		return word("true");
	case 'f':
		return word("false");
	case 'n':
		return word("null");
	default:
		return number();
	}
}

static bool document(const char *text, const char *what)
{
	at = text;
	if (value(0)) {
		space();
		if (!*at)
			return true;
	}
	fprintf(stderr, "json-check: %s: at byte %td: %.40s\n", what, at - text, *at ? at : "(end)");
	return false;
}

int main(int argc, char **argv)
{
	bool lines = argc > 1 && !strcmp(argv[1], "--lines"), ok = true;
	char *text = NULL;
	size_t size = 0;
	unsigned int count = 0;

	while (getdelim(&text, &size, lines ? '\n' : '\0', stdin) > 0) {
		ok = document(text, lines ? "a line" : "input") && ok;
		count++;
	}
	free(text);
	if (!count)
		fprintf(stderr, "json-check: nothing to check\n");
	return ok && count ? 0 : 1;
}
