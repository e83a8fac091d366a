// SPDX-License-Identifier: GPL-2.0
/*
 * Entering a program and knowing when none runs: the nesting guard, the record
 * of the current run, the counts, test runs, and the deferred freeing of
 * programs. Must not know how a program is attached.
 */
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include "cmd/cmd.h"
#include "env.h"
#include "interp/interp.h"
#include "jit/jit.h"
#include "port_sync.h"
#include "run.h"
#include "tracing.h"

/**
 * struct free_work - a program on its way out
 * @work: runs a grace period after it was queued
 * @prog: the program
 */
struct free_work {
	struct rcu_work work;
	struct kbpf_prog *prog;
};

DEFINE_PER_CPU(struct kbpf_run_cpu, kbpf_run_cpu);
DEFINE_STATIC_KEY_FALSE(kbpf_run_timing);
static struct workqueue_struct *free_wq;
static atomic_t deferrals;	/* how often kbpf_run_defer() was asked, ever */

const struct kbpf_run *kbpf_run_current(void)
{
	return this_cpu_read(kbpf_run_cpu.cur);
}

void kbpf_run_count_misses(const struct kbpf_prog *prog, u64 n)
{
	this_cpu_add(prog->stats->misses, n);
}

u64 kbpf_run_timed(const struct kbpf_prog *prog, const void *ctx)
{
	u64 start = sched_clock(), ret, end;

	ret = prog->run(ctx, prog);
	end = sched_clock();
	this_cpu_inc(prog->stats->timed);
	/* Clocks may step back a little across a clock update in an interrupt. */
	if (end > start)
		this_cpu_add(prog->stats->ns, end - start);
	return ret;
}

bool kbpf_run_prog(const struct kbpf_prog *prog, const void *ctx, struct kbpf_run *run,
		   u64 *ret)
{
	bool ran;

	*ret = 0;
	preempt_disable_notrace();
	ran = kbpf_run_here(prog, ctx, run, ret);
	preempt_enable_notrace();
	return ran;
}

bool kbpf_env_call_func(const struct kbpf_func *func, u64 r1, u64 r2, u64 r3)
{
	struct kbpf_run run = {};
	bool *active, entered;

	preempt_disable_notrace();
	entered = kbpf_run_enter(func->prog, NULL, &run, &active);
	if (entered) {
		this_cpu_inc(func->prog->stats->runs);
		func->call(func, r1, r2, r3, 0, 0);
		kbpf_run_leave(&run, active);
	}
	preempt_enable_notrace();
	return entered;
}

/**
 * struct test_run - a test run under way
 * @prog: the program
 * @ctx: its context
 * @repeat: runs
 * @caller: who asked; a signal to it ends the runs
 * @retval: out: r0 of the last
 * @ns: out: time of all
 */
struct test_run {
	struct kbpf_prog *prog;
	void *ctx;
	u32 repeat;
	struct task_struct *caller;
	u64 *retval;
	u64 *ns;
};

static int test_runs(void *arg)
{
	struct test_run *t = arg;
	u64 start = ktime_get_ns();
	struct kbpf_run run = {};
	u32 i;

	*t->ns = 0;
	for (i = 0; i < t->repeat; i++) {
		kbpf_run_prog(t->prog, t->ctx, &run, t->retval);
		if (likely(!need_resched() && !signal_pending(t->caller)))
			continue;
		*t->ns += ktime_get_ns() - start;
		if (signal_pending(t->caller))
			return -EINTR;
		cond_resched();
		start = ktime_get_ns();
	}
	*t->ns += ktime_get_ns() - start;
	return 0;
}

int kbpf_world_test_run(struct kbpf_prog *prog, void *ctx, u32 repeat, int cpu,
			u64 *retval, u64 *ns)
{
	struct test_run t = {
		.prog = prog, .ctx = ctx, .repeat = repeat, .caller = current,
		.retval = retval, .ns = ns,
	};

	if (cpu < 0)
		return test_runs(&t);
	if (cpu >= nr_cpu_ids)
		return -ENXIO;
	return smp_call_on_cpu(cpu, test_runs, &t, false);
}

int kbpf_world_prog_ready(struct kbpf_prog *prog)
{
	int err = kbpf_tracing_check(prog);

	if (!err)
		err = kbpf_interp_prepare(prog);
	/* What cannot be compiled is interpreted. */
	if (!err)
		kbpf_jit_prepare(prog);
	return err;
}

void kbpf_world_prog_unready(struct kbpf_prog *prog)
{
	kbpf_jit_free(prog);
	kbpf_interp_free(prog);
}

void kbpf_world_stats_enable(int delta)
{
	if (delta > 0)
		static_branch_inc(&kbpf_run_timing);
	else
		static_branch_dec(&kbpf_run_timing);
}

void kbpf_run_defer(struct rcu_work *work, work_func_t fn)
{
	atomic_inc(&deferrals);
	INIT_RCU_WORK(work, fn);
	queue_rcu_work(free_wq, work);
}

static void free_after_runs(struct work_struct *work)
{
	struct free_work *fw = container_of(to_rcu_work(work), struct free_work, work);

	kbpf_prog_free_now(fw->prog);
	kfree(fw);
}

void kbpf_world_free_after_runs(struct kbpf_prog *prog)
{
	struct free_work *fw = kmalloc(sizeof(*fw), GFP_KERNEL | __GFP_NOWARN);

	if (!fw) {
		synchronize_rcu();
		kbpf_prog_free_now(prog);
		return;
	}
	fw->prog = prog;
	kbpf_run_defer(&fw->work, free_after_runs);
}

int kbpf_run_init(void)
{
	free_wq = alloc_workqueue("kbpf_free", WQ_UNBOUND, 0);
	return free_wq ? 0 : -ENOMEM;
}

static void flush_once(void)
{
	rcu_barrier();
	flush_workqueue(free_wq);
	rcu_barrier();
	kbpf_later_flush();
}

void kbpf_run_exit(void)
{
	int before;

	/*
	 * Freeing a program gives its maps back, freeing a map what is in it:
	 * programs, rings, maps. Each may be put off by a grace period again.
	 */
	do {
		before = atomic_read(&deferrals);
		flush_once();
	} while (before != atomic_read(&deferrals));
	flush_once();
	destroy_workqueue(free_wq);
}
