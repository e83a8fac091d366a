// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The public suite's cases as a user's programs: loaded past a verifier and run, as
 * its runner's plug-in for libbpf does it, by bpf(2) of whoever answers it. A line a
 * case, fields separated by tabs: name, verdict, what the verifier said.
 *
 *	load VECTORS
 *
 * Verdicts: ok, refused, and wrong, with the result, where it ran to another one.
 * The case's memory is an XDP program's packet; results are 32 bits wide.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROLOG	8
#define PACKET	64

/* The value of @key in @line, its quotes taken off: malloc()ed. */
static char *field(const char *line, const char *key)
{
	char quoted[32];
	const char *p;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	p = strstr(line, quoted);
	if (!p)
		return strdup("");
	p += strlen(quoted);
	p += strspn(p, " ");
	if (*p == '"')
		return strndup(p + 1, strcspn(p + 1, "\""));
	return strndup(p, strcspn(p, ",}"));
}

static size_t unhex(const char *hex, unsigned char *out)
{
	unsigned int byte;
	size_t n = 0;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		out[n++] = byte;
	return n;
}

static struct bpf_insn insn(__u8 code, __u8 dst, __u8 src, __s16 off, __s32 imm)
{
	return (struct bpf_insn) { .code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm };
}

/* r1 = the packet, of which @len bytes may be read, and r2 = @len. */
static void prolog(struct bpf_insn *to, __s32 len)
{
	*to++ = insn(BPF_LDX | BPF_MEM | BPF_W, 2, 1, 4, 0);
	*to++ = insn(BPF_LDX | BPF_MEM | BPF_W, 1, 1, 0, 0);
	*to++ = insn(BPF_ALU64 | BPF_MOV | BPF_X, 3, 1, 0, 0);
	*to++ = insn(BPF_ALU64 | BPF_ADD | BPF_K, 3, 0, 0, len);
	*to++ = insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, -1);
	*to++ = insn(BPF_JMP | BPF_JLE | BPF_X, 3, 2, 1, 0);
	*to++ = insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	*to++ = insn(BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0, len);
}

/* Of a log of this engine: the refusal's ID and what was needed. Of another's: the last line that says something. */
static const char *reason(char *log)
{
	static char text[200];
	char *id = strstr(log, "(KBPF-"), *needed = strstr(log, "needed "), *last = "";

	if (id && needed) {
		needed += strlen("needed ");
		needed += strspn(needed, " ");
		snprintf(text, sizeof(text), "%.11s %.*s", id, (int)strcspn(needed, "\n"), needed);
		return text;
	}
	for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
		if (strncmp(line, "processed ", 10) && (*line < '0' || *line > '9'))
			last = line;
	return last;
}

static void run(const char *name, int fd, const unsigned char *mem, size_t mem_len, __u32 expect)
{
	unsigned char in[PACKET + 4096] = { 0 }, out[sizeof(in)];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in, .data_out = out,
		    .data_size_out = sizeof(out), .repeat = 1);

	memcpy(in, mem, mem_len);
	opts.data_size_in = mem_len > PACKET ? mem_len : PACKET;
	if (bpf_prog_test_run_opts(fd, &opts))
		printf("%s\tnot run\t%s\n", name, strerror(errno));
	else if (opts.retval != expect)
		printf("%s\twrong\tr0 = 0x%x, not 0x%x\n", name, opts.retval, expect);
	else
		printf("%s\tok\t\n", name);
}

static void one_case(const char *line)
{
	static char log[1 << 20];
	size_t size = strlen(line);
	unsigned char *mem = calloc(1, size);
	struct bpf_insn *insns = calloc(size, 1);
	char *name = field(line, "name"), *hex = field(line, "mem"), *code = field(line, "insns");
	char *retval = field(line, "retval");
	size_t mem_len = unhex(hex, mem), skip = mem_len ? PROLOG : 0, len;
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .log_buf = log, .log_size = sizeof(log), .log_level = 1);
	int fd;

	if (mem_len)
		prolog(insns, mem_len);
	len = skip + unhex(code, (unsigned char *)(insns + skip)) / sizeof(*insns);
	log[0] = 0;
	fd = bpf_prog_load(BPF_PROG_TYPE_XDP, NULL, "GPL", insns, len, &opts);
	if (fd < 0) {
		printf("%s\trefused\t%s\n", name, reason(log));
	} else {
		run(name, fd, mem, mem_len, strtoull(retval, NULL, 10));
		close(fd);
	}
	free(retval);
	free(code);
	free(hex);
	free(name);
	free(insns);
	free(mem);
}

int main(int argc, char **argv)
{
	FILE *f = argc > 1 ? fopen(argv[1], "r") : NULL;
	size_t size = 0;
	char *line = NULL;

	if (!f) {
		fprintf(stderr, "usage: load VECTORS\n");
		return 2;
	}
	while (getline(&line, &size, f) > 0)
		one_case(line);
	free(line);
	fclose(f);
	return 0;
}
