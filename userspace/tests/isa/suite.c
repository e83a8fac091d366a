// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* Executors, running below the verifier, and result lines. */
#include "interp/interp.h"
#include "raw_prog.h"
#include "suite.h"

static int count, failures;

static void print(const char *what, const char *tail, const char *fmt, va_list args)
{
	printf("%s %d - ", what, ++count);
	vprintf(fmt, args);
	printf("%s\n", tail);
}

void result(bool ok, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print(ok ? "ok" : "not ok", "", fmt, args);
	va_end(args);
	failures += !ok;
}

void skip(const char *why, const char *fmt, ...)
{
	char tail[200];
	va_list args;

	snprintf(tail, sizeof(tail), " # SKIP %s", why);
	va_start(args, fmt);
	print("ok", tail, fmt, args);
	va_end(args);
}

int results_failed(void)
{
	return failures;
}

const struct executor executors[] = {
	{ "interp", kbpf_interp_prepare, kbpf_interp_free },
};
const unsigned int nr_executors = ARRAY_SIZE(executors);

int run_below(const struct executor *ex, const struct kbpf_insn *insns, u32 len, void *mem,
	      u64 mem_len, u64 *r0)
{
	struct kbpf_prog *prog = kbpf_raw_prog_create(insns, len);
	int err;

	if (IS_ERR(prog))
		return PTR_ERR(prog);
	err = ex->prepare(prog);
	if (!err) {
		*r0 = kbpf_raw_prog_run(prog, mem, mem_len);
		ex->release(prog);
	}
	kbpf_raw_prog_free(prog);
	return err;
}
