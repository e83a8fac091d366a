/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Writing JSON: commas, indentation and escapes. It does not check that begins
 * and ends match; its callers are few.
 */
#ifndef KBPF_CLI_JSON_H
#define KBPF_CLI_JSON_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct json - a document that is being written
 * @out: where to
 * @depth: open objects and arrays
 * @some: the innermost one has a member already
 * @flat: no line breaks inside (one record a line)
 */
struct json {
	FILE *out;
	int depth;
	bool some;
	bool flat;
};

/* @name is NULL for elements of arrays and for the document itself. */
void json_object(struct json *json, const char *name);
void json_object_end(struct json *json);
void json_array(struct json *json, const char *name);
void json_array_end(struct json *json);
void json_string(struct json *json, const char *name, const char *value);
void json_uint(struct json *json, const char *name, unsigned long long value);
void json_int(struct json *json, const char *name, long long value);
void json_bool(struct json *json, const char *name, bool value);
void json_double(struct json *json, const char *name, double value);
void json_null(struct json *json, const char *name);
/* Bytes as a string of hexadecimal digits. */
void json_hex(struct json *json, const char *name, const void *bytes, size_t size);
/* The newline after the document. */
void json_finish(struct json *json);

#endif /* KBPF_CLI_JSON_H */
