// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The 313 cases of the public bpf_conformance suite, from the file that
 * $CONFORMANCE names: a JSON object a line, of which the fields name, retval,
 * mem, len and insns are read.
 */
#include "isa/insn.h"
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

/* Called through a register: refused when decoded, as Linux does. */
static bool is_refused(const struct test_case *c)
{
	return !strcmp(c->name, "callx.data");
}

static void run_case(const struct executor *ex, const struct test_case *c)
{
	bool refused = is_refused(c);
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

/* Calls @each for every case of the file; how many there were, or 0 without one. */
static u32 each_case(void (*each)(const struct test_case *c))
{
	const char *path = getenv("CONFORMANCE");
	FILE *f = path ? fopen(path, "r") : NULL;
	size_t size = 0;
	char *line = NULL;
	u32 n = 0;

	while (f && getline(&line, &size, f) > 0) {
		struct test_case c = { .len = 0 };

		if (parse(line, &c))
			each(&c);
		else
			result(false, "conformance line %u cannot be read", n + 1);
		n++;
		free(c.mem);
		free(c.insns);
	}
	free(line);
	if (f)
		fclose(f);
	return n;
}

static void run_everywhere(const struct test_case *c)
{
	for (u32 e = 0; e < nr_executors; e++)
		run_case(&executors[e], c);
}

void test_conformance(void)
{
	u32 n = each_case(run_everywhere);

	if (n)
		result(n >= 313, "conformance: %u cases", n);
	else
		skip("the public suite's cases are not here; set CONFORMANCE", "conformance");
}

static void print_hex(const void *bytes, size_t len)
{
	const u8 *p = bytes;

	if (!len)
		putchar('-');
	while (len--)
		printf("%02x", *p++);
	putchar(' ');
}

static void print_case(const struct test_case *c)
{
	struct kbpf_insn *insns = NULL;
	int n = conformance_unwind(c->insns, c->len, &insns), i;

	/* the suite's helpers are not there; the one that is called returns its argument */
	for (i = 0; i < n; i++)
		if (insns[i].code == (KBPF_JMP | KBPF_CALL) && !insns[i].src_reg)
			insns[i] = KBPF_MOV64_REG(KBPF_R0, KBPF_R1);
	printf("%s ", c->name);
	print_hex(c->mem, c->mem_len);
	print_hex(insns, n * sizeof(*insns));
	if (is_refused(c))
		puts("refused");
	else
		printf("%llu\n", c->expect);
	free(insns);
}

void print_conformance(void)
{
	each_case(print_case);
}
