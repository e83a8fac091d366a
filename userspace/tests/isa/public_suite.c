// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The 313 cases of the public bpf_conformance suite, from the file that
 * $CONFORMANCE names: a JSON object a line, of which the fields name, retval,
 * mem, len and insns are read.
 */
#include "suite.h"

/* The value of @key in @line, its quotes taken off; cut to @size. */
static bool field(const char *line, const char *key, char *buf, size_t size)
{
	char quoted[32];
	const char *p, *end;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	p = strstr(line, quoted);
	if (!p)
		return false;
	p += strlen(quoted);
	end = *p == '"' ? strchr(++p, '"') : p + strcspn(p, ",}");
	if (!end || (size_t)(end - p) >= size)
		return false;
	memcpy(buf, p, end - p);
	buf[end - p] = 0;
	return true;
}

static size_t unhex(const char *hex, u8 *out)
{
	size_t n = 0;
	unsigned int byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		out[n++] = byte;
	return n;
}

struct test_case {
	char name[100];
	u8 *mem;
	size_t mem_len;
	struct kbpf_insn *insns;
	u32 len;
	u64 expect;
};

static bool parse(const char *line, struct test_case *c)
{
	size_t size = strlen(line) + 1;
	char *buf = malloc(size);
	bool ok = field(line, "name", c->name, sizeof(c->name));

	c->mem = malloc(size / 2 + 16);
	c->insns = malloc(size / 2 + 16);
	ok = ok && field(line, "mem", buf, size);
	c->mem_len = ok ? unhex(buf, c->mem) : 0;
	ok = ok && field(line, "insns", buf, size);
	c->len = ok ? unhex(buf, (u8 *)c->insns) / sizeof(*c->insns) : 0;
	ok = ok && field(line, "retval", buf, size);
	c->expect = ok ? strtoull(buf, NULL, 10) : 0;
	free(buf);
	return ok && c->len;
}

static void run_case(const struct executor *ex, const struct test_case *c)
{
	/* called through a register: refused when decoded, as Linux does */
	bool refused = !strcmp(c->name, "callx.data");
	u8 *mem = c->mem_len ? malloc(c->mem_len) : NULL;
	struct kbpf_insn *insns = NULL;
	int n, err;
	u64 r0 = 0;

	if (mem)
		memcpy(mem, c->mem, c->mem_len);
	n = conformance_unwind(c->insns, c->len, &insns);
	err = n < 0 ? n : run_below(ex, insns, n, mem, c->mem_len, &r0);
	result(refused ? err == -EINVAL : !err && r0 == c->expect, "%s: conformance %s", ex->name,
	       c->name);
	if (!refused && (err || r0 != c->expect))
		printf("# %d, r0 = %llu, expected %llu\n", err, r0, c->expect);
	free(insns);
	free(mem);
}

void test_conformance(void)
{
	const char *path = getenv("CONFORMANCE");
	FILE *f = path ? fopen(path, "r") : NULL;
	size_t size = 0;
	char *line = NULL;
	u32 n = 0;

	if (!f) {
		skip("the public suite's cases are not here; set CONFORMANCE", "conformance");
		return;
	}
	while (getline(&line, &size, f) > 0) {
		struct test_case c = { .len = 0 };

		if (parse(line, &c)) {
			for (u32 e = 0; e < nr_executors; e++)
				run_case(&executors[e], &c);
			n++;
		} else {
			result(false, "conformance line %u cannot be read", n + 1);
		}
		free(c.mem);
		free(c.insns);
	}
	result(n >= 313, "conformance: %u cases", n);
	free(line);
	fclose(f);
}
