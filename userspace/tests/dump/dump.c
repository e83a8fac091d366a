// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * How `kbpf map dump` prints a value by its type: structures in structures, arrays,
 * enumerations, bit fields, unions, text, pointers; whole and cut short.
 *
 *	dump SHAPES.bpf.o
 */
#include <bpf/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "json.h"
#include "shapes.h"
#include "value.h"

static const struct shapes value = {
	.name = "a\"b", .color = RED, .unnamed = (enum color)-5, .last = BLUE,
	.yes = 1, .small = -3, .low = 5, .high = -7, .bit = BLUE,
	.pair = { { 1, 80 }, { -2, 65535 } }, .whole = 0x0000000200000001ULL,
	.next = (void *)0x1234, .grid = { { 1, 2 }, { 3, 4 } }, .letters = { 'x', 'y', 'z' },
};

#define SHAPES \
	"{\"name\": \"a\\\"b\", \"color\": \"RED\", \"unnamed\": -5, \"last\": \"BLUE\", " \
	"\"yes\": true, \"small\": -3, \"low\": 5, \"high\": -7, \"bit\": \"BLUE\", " \
	"\"pair\": [{\"x\": 1, \"port\": 80}, {\"x\": -2, \"port\": 65535}], " \
	"\"(anon10)\": {\"whole\": 8589934593, \"half\": [1, 2]}, \"next\": \"0x1234\", " \
	"\"grid\": [[1, 2], [3, 4]], \"letters\": [120, 121, 122]}"

static int number, failed;

static void same(const char *name, const char *got, const char *want)
{
	int ok = !strcmp(got, want);

	failed += !ok;
	printf("%sok %d - dump: %s\n", ok ? "" : "not ", ++number, name);
	if (!ok)
		printf("    # got  %s\n    # want %s\n", got, want);
}

static void check_json(const char *name, const struct btf *btf, __u32 id, const void *data,
		       size_t size, const char *want)
{
	struct json json = { .flat = true };
	size_t len;
	char *text;

	json.out = open_memstream(&text, &len);
	value_json(&json, NULL, btf, id, data, size);
	fclose(json.out);
	same(name, text, want);
	free(text);
}

/* What value_text() puts on stdout. */
static void check_text(const char *name, const struct btf *btf, __u32 id, const void *data,
		       size_t size, const char *want)
{
	int out = dup(STDOUT_FILENO);
	FILE *file = tmpfile();
	char text[1024];
	size_t n;

	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	value_text(btf, id, data, size);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	rewind(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = 0;
	fclose(file);
	same(name, text, want);
}

/* Enumerations of 64 bits, which clang 14 does not write. */
static void check_wide(void)
{
	const __u64 known = 0x123456789aULL, unknown = 0x1234567890ULL;
	struct btf *btf = btf__new_empty();
	int id = btf__add_enum64(btf, "wide", sizeof(known), false);

	btf__add_enum64_value(btf, "WIDE", known);
	check_json("64 bits and a name", btf, id, &known, sizeof(known), "\"WIDE\"");
	check_json("64 bits without one", btf, id, &unknown, sizeof(unknown), "78187493520");
	btf__free(btf);
}

int main(int argc, char **argv)
{
	struct btf *btf = argc == 2 ? btf__parse(argv[1], NULL) : NULL;
	const __u32 one = 1;
	int id;

	if (!btf)
		return 2;
	id = btf__find_by_name_kind(btf, "shapes", BTF_KIND_STRUCT);
	printf("KTAP version 1\n1..7\n");
	check_json("a structure", btf, id, &value, sizeof(value), SHAPES);
	check_json("one that is cut short", btf, id, &value, 12, "\"6122620000000000ffffffff\"");
	check_json("no type", NULL, 0, &one, sizeof(one), "\"01000000\"");
	check_text("no type as text", NULL, 0, &one, sizeof(one), "01 00 00 00");
	check_text("a structure as text", btf, id, &value, sizeof(value), SHAPES);
	check_wide();
	btf__free(btf);
	return !!failed;
}
