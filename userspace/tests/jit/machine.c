// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * "kbpf prog dump --jit" on what the JIT makes of a program of three functions: LLVM
 * takes all of it for instructions, and they are those that the program stands for.
 */
#include <unistd.h>
#include "interp/interp.h"
#include "isa/insn.h"
#include "jit/jit.h"
#include "kbpf_raw_prog.h"

#include "json.h"
#include "libkbpf.h"
#include "machine.h"

static struct kbpf_prog *prog;

/* As the device answers. */
int kbpf_object_info(int dev, int fd, void *buf, __u32 *len)
{
	struct kbpf_prog_info *info = buf;
	struct kbpf_jit_code all = kbpf_jit_code(prog, -1);

	(void)dev, (void)fd, (void)len;
	if (info->jited_prog_insns)
		memcpy((void *)info->jited_prog_insns, all.addr, all.len);
	for (u32 f = 0; info->jited_func_lens && f < prog->nr_funcs; f++) {
		struct kbpf_jit_code code = kbpf_jit_code(prog, f);

		((u32 *)info->jited_func_lens)[f] = code.len;
		((u64 *)info->jited_ksyms)[f] = (unsigned long)code.addr;
	}
	info->jited_prog_len = all.len;
	info->nr_jited_func_lens = prog->nr_funcs;
	info->nr_jited_ksyms = prog->nr_funcs;
	return 0;
}

int cli_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	return 1;
}

/* What the command prints, malloc()ed. */
static char *dump(bool as_json)
{
	char *text = calloc(1, 1 << 16);
	FILE *f = tmpfile();
	int out = dup(1);

	fflush(stdout);
	dup2(fileno(f), 1);
	if (as_json) {
		struct json json = { .out = stdout };

		machine_dump(-1, -1, &json);
		json_finish(&json);
	} else {
		machine_dump(-1, -1, NULL);
	}
	fflush(stdout);
	dup2(out, 1);
	close(out);
	rewind(f);
	if (fread(text, 1, (1 << 16) - 1, f) == 0)
		*text = 0;
	fclose(f);
	return text;
}

static u32 nr, failed;

static void result(bool ok, const char *name)
{
	printf("%sok %u - %s\n", ok ? "" : "not ", ++nr, name);
	failed += !ok;
}

static u32 count(const char *text, const char *word)
{
	u32 n = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		n++;
	return n;
}

static bool have_llvm(void)
{
	char *text = dump(false);
	bool have = !strstr(text, ".byte");

	free(text);
	return have;
}

int main(void)
{
	const struct kbpf_insn insns[] = {
		KBPF_MOV64_REG(KBPF_R6, KBPF_R1), KBPF_CALL_REL(3), KBPF_CALL_REL(5),
		KBPF_ALU64_IMM(KBPF_ADD, KBPF_R0, 0x1234567), KBPF_EXIT_INSN(),
		KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R1, -8), KBPF_LDX_MEM(KBPF_W, KBPF_R0, KBPF_R1, 24),
		KBPF_EXIT_INSN(),
		KBPF_MOV64_IMM(KBPF_R1, 3), KBPF_ALU64_REG(KBPF_DIV, KBPF_R0, KBPF_R1), KBPF_EXIT_INSN(),
	};
	char *text, *json;

	puts("KTAP version 1");
	prog = kbpf_raw_prog_create(insns, ARRAY_SIZE(insns));
	kbpf_jit_options.enabled = true;
	kbpf_jit_options.passes = KBPF_JIT_PASS_ALL;
	if (kbpf_interp_prepare(prog) || kbpf_jit_prepare(prog)) {
		puts("not ok 1 - a program is compiled");
		return 1;
	}
	if (!have_llvm()) {
		puts("ok 1 - machine code # SKIP no LLVM library here");
		return 0;
	}
	text = dump(false);
	json = dump(true);
	result(count(text, "function ") == 3 && count(text, " bytes at 0x") == 3, "three functions");
	result(count(text, "ret") >= 3 && count(text, "call") >= 2, "that call and return");
	result(count(text, "$19088743") == 1, "a constant of the program is in it once");
	result(count(text, "div") >= 1 || count(text, "mul") >= 1, "and its division");
	result(!strstr(text, ".byte") && !strstr(json, ".byte") && !strstr(text, "bad"),
	       "all of it are instructions");
	result(count(json, "\"text\"") + 3 <= count(text, "\n") && count(json, "\"text\"") > 15,
	       "as JSON, too");
	if (failed)
		fputs(text, stdout);
	free(text);
	free(json);
	kbpf_jit_free(prog);
	kbpf_interp_free(prog);
	kbpf_raw_prog_free(prog);
	return failed ? 1 : 0;
}
