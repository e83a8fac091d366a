// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * bpf_conformance_plugin: answers the public bpf_conformance runner. The
 * program comes as hex bytes on standard input, memory as hex bytes in the
 * first argument that is not an option; r0 goes to standard output in hex. It
 * runs below the verifier.
 */
#include <getopt.h>
#include "interp/interp.h"
#include "jit/jit.h"
#include "kbpf_raw_prog.h"
#include "suite.h"

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' :
	       isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

static u8 *parse_hex(const char *s, size_t *len)
{
	u8 *out = malloc(strlen(s) / 2 + 8);
	size_t n = 0;

	for (;;) {
		s += strspn(s, " \t\r\n");
		if (!*s)
			break;
		if (digit(s[0]) < 0 || digit(s[1]) < 0) {
			free(out);
			return NULL;
		}
		out[n++] = digit(s[0]) << 4 | digit(s[1]);
		s += 2;
	}
	*len = n;
	return out;
}

static char *read_all(FILE *f)
{
	size_t size = 1 << 16, n = 0, got;
	char *buf = malloc(size);

	while ((got = fread(buf + n, 1, size - n - 1, f)) > 0) {
		n += got;
		if (n + 1 == size)
			buf = realloc(buf, size *= 2);
	}
	buf[n] = 0;
	return buf;
}

static int fail(const char *what, int err)
{
	fprintf(stderr, "bpf_conformance_plugin: %s%s%s\n", what, err ? ": " : "",
		err ? strerror(-err) : "");
	return 1;
}

static int run(const u8 *code, size_t bytes, u8 *mem, size_t mem_len, bool jit)
{
	struct kbpf_insn *insns = NULL;
	struct kbpf_prog *prog;
	int n, err;

	if (!bytes || bytes % sizeof(*insns))
		return fail("the program is not a whole number of instructions", 0);
	if (bytes / sizeof(*insns) > KBPF_MAX_INSNS)
		return fail("the program is too long", 0);
	n = conformance_unwind((const void *)code, bytes / sizeof(*insns), &insns);
	prog = n < 0 ? ERR_PTR(n) : kbpf_raw_prog_create(insns, n);
	free(insns);
	if (IS_ERR(prog))
		return fail("refused", PTR_ERR(prog));
	err = kbpf_interp_prepare(prog);
	if (!err && jit) {
		kbpf_jit_options.enabled = true;
		err = kbpf_jit_prepare(prog);
	}
	if (!err)
		printf("%llx\n", kbpf_raw_prog_run(prog, mem_len ? mem : NULL, mem_len));
	kbpf_jit_free(prog);
	kbpf_interp_free(prog);
	kbpf_raw_prog_free(prog);
	return err ? fail("refused", err) : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "interpret", no_argument, NULL, 'i' },
		{ "jit", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	char *text;
	u8 *mem = NULL, *code;
	size_t mem_len = 0, bytes = 0;
	bool jit = false;
	int opt, rc;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'h') {
			puts("usage: bpf_conformance_plugin [--interpret|--jit] [MEMORY-HEX] < PROGRAM-HEX");
			return 0;
		}
		jit = opt == 'j';
		if (opt != 'i' && opt != 'j')
			return 2;
	}
	if (optind < argc) {
		mem = parse_hex(argv[optind], &mem_len);
		if (!mem)
			return fail("the memory is not hex", 0);
	}
	text = read_all(stdin);
	code = parse_hex(text, &bytes);
	rc = code ? run(code, bytes, mem, mem_len, jit) : fail("the program is not hex", 0);
	free(text);
	free(code);
	free(mem);
	return rc;
}
