// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Writing JSON.
 */
#include <math.h>
#include <string.h>

#include "json.h"

/* Bytes of the valid UTF-8 sequence at @s, 0 if it is none. */
static int utf8_length(const unsigned char *s)
{
	int len, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;
	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* over-long forms, surrogates, and what is past the last code point */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static void put_string(FILE *out, const char *value)
{
	const unsigned char *s = (const unsigned char *)value;
	int len;

	fputc('"', out);
	while (*s) {
		len = utf8_length(s);
		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if (*s == '\n')
			fputs("\\n", out);
		else if (*s == '\t')
			fputs("\\t", out);
		else if (*s < 0x20 || *s == 0x7f || !len)
			/* a byte that is no text is shown as the code point of its value */
			fprintf(out, "\\u%04x", *s);
		else
			fwrite(s, 1, len, out);
		s += len ? len : 1;
	}
	fputc('"', out);
}

static void new_line(struct json *json)
{
	int i;

	if (json->flat) {
		if (json->some)
			fputc(' ', json->out);
		return;
	}
	fputc('\n', json->out);
	for (i = 0; i < json->depth; i++)
		fputs("  ", json->out);
}

static void member(struct json *json, const char *name)
{
	if (json->some)
		fputc(',', json->out);
	if (json->depth)
		new_line(json);
	json->some = true;
	if (name) {
		put_string(json->out, name);
		fputs(": ", json->out);
	}
}

static void begin(struct json *json, const char *name, char bracket)
{
	member(json, name);
	fputc(bracket, json->out);
	json->depth++;
	json->some = false;
}

static void end(struct json *json, char bracket)
{
	json->depth--;
	if (json->some && !json->flat)
		new_line(json);
	json->some = true;
	fputc(bracket, json->out);
}

void json_object(struct json *json, const char *name)
{
	begin(json, name, '{');
}

void json_object_end(struct json *json)
{
	end(json, '}');
}

void json_array(struct json *json, const char *name)
{
	begin(json, name, '[');
}

void json_array_end(struct json *json)
{
	end(json, ']');
}

void json_string(struct json *json, const char *name, const char *value)
{
	member(json, name);
	put_string(json->out, value);
}

void json_uint(struct json *json, const char *name, unsigned long long value)
{
	member(json, name);
	fprintf(json->out, "%llu", value);
}

void json_int(struct json *json, const char *name, long long value)
{
	member(json, name);
	fprintf(json->out, "%lld", value);
}

void json_bool(struct json *json, const char *name, bool value)
{
	member(json, name);
	fputs(value ? "true" : "false", json->out);
}

void json_double(struct json *json, const char *name, double value)
{
	if (!isfinite(value)) {
		json_null(json, name);
		return;
	}
	member(json, name);
	fprintf(json->out, "%.3f", value);
}

void json_null(struct json *json, const char *name)
{
	member(json, name);
	fputs("null", json->out);
}

void json_hex(struct json *json, const char *name, const void *bytes, size_t size)
{
	const unsigned char *b = bytes;
	size_t i;

	member(json, name);
	fputc('"', json->out);
	for (i = 0; i < size; i++)
		fprintf(json->out, "%02x", b[i]);
	fputc('"', json->out);
}

void json_finish(struct json *json)
{
	fputc('\n', json->out);
	fflush(json->out);
	json->some = false;
}
