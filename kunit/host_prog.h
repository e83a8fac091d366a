/* SPDX-License-Identifier: GPL-2.0 */
/* A program whose code is a C function, for suites of what runs programs. */
#ifndef KBPF_KUNIT_HOST_PROG_H
#define KBPF_KUNIT_HOST_PROG_H

#include <linux/percpu.h>
#include <kunit/test.h>
#include "cmd/cmd.h"
#include "run.h"

/**
 * struct host_prog - a program in C
 * @prog: as hosts see it
 * @body: what a run does beside counting; may be NULL
 * @runs: how often it ran
 * @ctx: the last run's context
 * @cookie: the last run's cookie
 * @freed: the last reference is gone
 */
struct host_prog {
	struct kbpf_prog prog;
	void (*body)(struct host_prog *hp);
	int runs;
	const void *ctx;
	u64 cookie;
	bool freed;
};

static inline u64 host_prog_run(const void *ctx, const struct kbpf_prog *prog)
{
	struct host_prog *hp = container_of((struct kbpf_prog *)prog, struct host_prog, prog);

	hp->runs++;
	hp->ctx = ctx;
	hp->cookie = kbpf_run_current()->cookie;
	if (hp->body)
		hp->body(hp);
	return 42;
}

static inline void host_prog_free(struct kbpf_object *obj)
{
	struct host_prog *hp = container_of(obj, struct host_prog, prog.obj);

	free_percpu(hp->prog.stats);
	hp->freed = true;
}

/* The test's memory: what is left of it after the last put can be looked at. */
static inline struct host_prog *host_prog_create(struct kunit *test, u32 type)
{
	static const struct kbpf_object_ops ops = { .free = host_prog_free };
	struct host_prog *hp = kunit_kzalloc(test, sizeof(*hp), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, hp);
	kbpf_object_init(&hp->prog.obj, KBPF_KIND_PROG, &ops);
	hp->prog.type = type;
	hp->prog.run = host_prog_run;
	hp->prog.stats = alloc_percpu(struct kbpf_prog_stats);
	KUNIT_ASSERT_NOT_NULL(test, hp->prog.stats);
	return hp;
}

static inline u64 host_prog_misses(const struct host_prog *hp)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(hp->prog.stats, cpu)->misses;
	return sum;
}

#endif /* KBPF_KUNIT_HOST_PROG_H */
