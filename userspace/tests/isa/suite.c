// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* Executors, running below the verifier, and result lines. */
#include "interp/interp.h"
#include "jit/jit.h"
#include "kbpf_raw_prog.h"
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

static int compile(struct kbpf_prog *prog, u32 passes, bool harden)
{
	int err = kbpf_interp_prepare(prog);

	if (err)
		return err;
	kbpf_jit_options.enabled = true;
	kbpf_jit_options.passes = passes;
	kbpf_jit_options.harden = harden;
	err = kbpf_jit_prepare(prog);
	if (err)
		kbpf_interp_free(prog);
	return err;
}

static int prepare_jit(struct kbpf_prog *prog)
{
	return compile(prog, KBPF_JIT_PASS_ALL, false);
}

static int prepare_jit_plain(struct kbpf_prog *prog)
{
	return compile(prog, 0, false);
}

static int prepare_jit_harden(struct kbpf_prog *prog)
{
	return compile(prog, KBPF_JIT_PASS_ALL, true);
}

static void release_jit(struct kbpf_prog *prog)
{
	kbpf_jit_free(prog);
	kbpf_interp_free(prog);
}

const struct executor executors[] = {
	{ "interp", kbpf_interp_prepare, kbpf_interp_free },
	{ "jit", prepare_jit, release_jit },
	{ "jit without passes", prepare_jit_plain, release_jit },
	{ "jit, hardened", prepare_jit_harden, release_jit },
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
