// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Programs that are hard on verifiers (bench/synthetic.c): each is accepted or met by
 * a budget within a second of the processor's time.
 */
#include <time.h>
#include "verifier/verify.h"
#include "bench/synthetic.h"

#define MOST_MS	1000

static struct kbpf_insn insns[SYNTHETIC_MAX];

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* 0 or -errno. */
static int judge(u32 len, struct kbpf_verify_stats *stats)
{
	struct kbpf_prog *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int err;

	p->type = KBPF_PROG_TYPE_KPROBE;
	p->len = len;
	p->insns = kvmalloc_array(len, sizeof(*insns), GFP_KERNEL);
	memcpy(p->insns, insns, len * sizeof(*insns));
	err = kbpf_verify(p, NULL, NULL);
	*stats = p->verify;
	kfree(p->maps);
	kvfree(p->funcs);
	kvfree(p->insns);
	kfree(p);
	return err;
}

int main(void)
{
	int n = 0, failed = 0;

	printf("KTAP version 1\n");
	for (const struct synthetic *s = synthetic; s->name; s++) {
		struct kbpf_verify_stats stats;
		double begin = cpu_ms(), ms;
		int err = judge(s->make((struct bpf_insn *)insns), &stats);
		bool ok;

		ms = cpu_ms() - begin;
		ok = ms <= MOST_MS && (!err || err == -E2BIG);
		printf("%s %d %s: %s, %.1f ms, %llu instructions, %llu states, %llu KiB\n",
		       ok ? "ok" : "not ok", ++n, s->name, err ? strerror(-err) : "accepted", ms,
		       (unsigned long long)stats.insns, (unsigned long long)stats.states,
		       (unsigned long long)stats.peak_bytes >> 10);
		failed += !ok;
	}
	printf("1..%d\n", n);
	return failed != 0;
}
