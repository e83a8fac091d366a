/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entering a program: what every hook goes through, and what helpers may ask
 * about the run that called them.
 */
#ifndef KBPF_HOST_RUN_H
#define KBPF_HOST_RUN_H

#include <linux/jump_label.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>
#include "prog.h"

/**
 * enum kbpf_level - contexts that may interrupt each other on one CPU
 * @KBPF_LEVEL_TASK: process context
 * @KBPF_LEVEL_SOFTIRQ: softirq
 * @KBPF_LEVEL_HARDIRQ: hardirq
 * @KBPF_LEVEL_NMI: NMI, and what the kernel treats alike: breakpoint handlers
 * @KBPF_LEVELS: how many
 *
 * In the order of interrupt_context_level().
 */
enum kbpf_level {
	KBPF_LEVEL_TASK,
	KBPF_LEVEL_SOFTIRQ,
	KBPF_LEVEL_HARDIRQ,
	KBPF_LEVEL_NMI,
	KBPF_LEVELS,
};

/**
 * struct kbpf_places - functions that one link is at, in the order of their addresses
 * @nr: how many
 * @place: each
 * @place.addr: where it begins
 * @place.cookie: what get_attach_cookie returns there
 */
struct kbpf_places {
	u32 nr;
	struct {
		unsigned long addr;
		u64 cookie;
	} place[];
};

/**
 * struct kbpf_run - one run of a program, on the stack of who enters it
 * @cookie: what get_attach_cookie returns
 * @func_ip: what get_func_ip returns
 * @places: of a link at many functions: where to look @cookie and @func_ip up, which is
 *	near the beginning of the function meanwhile; else NULL
 * @hook_ip: address near the hooked place by which a stack walk knows where to
 *	begin: a kernel instruction or return address there, or 0
 * @regs: the kernel's registers at the hooked place, where a stack walk can begin; or NULL
 * @nr_args: at a function's beginning or end: how many arguments @ctx begins with
 * @has_ret: the function's result follows them
 * @ctx: the context, set by kbpf_run_prog()
 * @prog: the program, set by kbpf_run_prog()
 * @prev: the run that this one interrupted, or NULL
 */
struct kbpf_run {
	u64 cookie;
	u64 func_ip;
	const struct kbpf_places *places;
	unsigned long hook_ip;
	const struct pt_regs *regs;
	u32 nr_args;
	bool has_ret;
	const void *ctx;
	const struct kbpf_prog *prog;
	struct kbpf_run *prev;
};

/**
 * kbpf_run_prog() - enter a program
 * @prog: the program; the caller knows that it stays for the call
 * @ctx: its context
 * @run: @cookie and @func_ip set
 * @ret: out: r0; 0 when it was turned away
 *
 * Runs with preemption off inside an RCU read side. One run per CPU and level
 * (enum kbpf_level): a program that would start inside another of its own level
 * is turned away and counted in its misses; one that interrupts a lower level
 * runs. So no chain of programs grows longer than the levels. A program that takes
 * locks is turned away at level NMI: it could have interrupted who holds one.
 *
 * Context: any.
 * Return: did it run?
 */
bool kbpf_run_prog(const struct kbpf_prog *prog, const void *ctx, struct kbpf_run *run,
		   u64 *ret);

/**
 * kbpf_run_current() - the run that called the helper that asks
 *
 * Context: inside a program.
 */
const struct kbpf_run *kbpf_run_current(void);

/**
 * kbpf_run_level() - the level that the caller runs at
 */
static __always_inline enum kbpf_level kbpf_run_level(void)
{
	return interrupt_context_level();
}

/*
 * Of a local that is filled by hand as far as anybody looks: kernels that zero every
 * local would spend more on it than most programs take.
 */
#if __has_attribute(__uninitialized__)
#define KBPF_UNFILLED __attribute__((__uninitialized__))
#else
#define KBPF_UNFILLED
#endif

/**
 * kbpf_run_nowhere() - a run that is at no function and has no cookie
 * @run: the run, KBPF_UNFILLED: what kbpf_run_enter() sets stays so
 */
static __always_inline void kbpf_run_nowhere(struct kbpf_run *run)
{
	run->cookie = 0;
	run->func_ip = 0;
	run->places = NULL;
	run->hook_ip = 0;
	run->regs = NULL;
	run->nr_args = 0;
	run->has_ret = false;
}

/**
 * struct kbpf_run_cpu - what runs on a CPU
 * @cur: the innermost run; interrupted ones follow by @prev
 * @active: is a run under way at this level?
 */
struct kbpf_run_cpu {
	struct kbpf_run *cur;
	bool active[KBPF_LEVELS];
};

DECLARE_PER_CPU(struct kbpf_run_cpu, kbpf_run_cpu);
DECLARE_STATIC_KEY_FALSE(kbpf_run_timing);

/* run.c: a run of which the time is taken */
u64 kbpf_run_timed(const struct kbpf_prog *prog, const void *ctx);

/**
 * kbpf_run_enter() - is there room for a run here? It begins then
 * @prog: the program
 * @ctx: its context
 * @run: the run
 * @active: out: for kbpf_run_leave()
 *
 * Context: any, preemption off.
 * Return: is there? Else it was turned away, and counted.
 */
static __always_inline bool kbpf_run_enter(const struct kbpf_prog *prog, const void *ctx,
					   struct kbpf_run *run, bool **active)
{
	struct kbpf_run_cpu *cpu = this_cpu_ptr(&kbpf_run_cpu);
	enum kbpf_level level = kbpf_run_level();

	*active = &cpu->active[level];
	if (unlikely(**active || (prog->takes_locks && level == KBPF_LEVEL_NMI))) {
		this_cpu_inc(prog->stats->misses);
		return false;
	}
	**active = true;
	run->ctx = ctx;
	run->prog = prog;
	run->prev = cpu->cur;
	/* An interrupt from here on finds the record whole and leaves it as it was. */
	barrier();
	cpu->cur = run;
	/* Preemption off is a read side; lockdep wants to hear of it. */
	if (IS_ENABLED(CONFIG_PROVE_RCU))
		rcu_read_lock();
	return true;
}

static __always_inline void kbpf_run_leave(struct kbpf_run *run, bool *active)
{
	if (IS_ENABLED(CONFIG_PROVE_RCU))
		rcu_read_unlock();
	this_cpu_write(kbpf_run_cpu.cur, run->prev);
	barrier();
	*active = false;
}

/**
 * kbpf_run_here() - kbpf_run_prog(), for a caller that has preemption off
 * @prog: as there
 * @ctx: as there
 * @run: as there
 * @ret: out, as there; untouched when it was turned away
 *
 * Calls nothing that a program could be attached to until it knows that it may run:
 * hooks on functions come here from anywhere.
 */
static __always_inline bool kbpf_run_here(const struct kbpf_prog *prog, const void *ctx,
					  struct kbpf_run *run, u64 *ret)
{
	bool *active;

	if (unlikely(!kbpf_run_enter(prog, ctx, run, &active)))
		return false;
	this_cpu_inc(prog->stats->runs);
	if (static_branch_unlikely(&kbpf_run_timing))
		*ret = kbpf_run_timed(prog, ctx);
	else
		*ret = prog->run(ctx, prog);
	kbpf_run_leave(run, active);
	return true;
}

/**
 * kbpf_run_count_misses() - count runs of a program that never started
 * @prog: the program
 * @n: how many
 */
void kbpf_run_count_misses(const struct kbpf_prog *prog, u64 n);

/**
 * kbpf_run_defer() - do something in process context once no run is under way
 * @work: embedded in what it is about; must not be pending
 * @fn: what to do
 *
 * Context: any that may queue work; the module waits for it before it goes.
 */
void kbpf_run_defer(struct rcu_work *work, work_func_t fn);

/**
 * kbpf_run_init() - set up what freeing of programs needs
 *
 * Return: 0 or -ENOMEM.
 */
int kbpf_run_init(void);

/**
 * kbpf_run_exit() - wait until everything that was deferred is freed
 *
 * Context: process; nobody holds a descriptor any more.
 */
void kbpf_run_exit(void);

#endif /* KBPF_HOST_RUN_H */
