/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entering a program: what every hook goes through, and what helpers may ask
 * about the run that called them.
 */
#ifndef KBPF_HOST_RUN_H
#define KBPF_HOST_RUN_H

#include <linux/workqueue.h>
#include "prog.h"

/**
 * enum kbpf_level - contexts that may interrupt each other on one CPU
 * @KBPF_LEVEL_TASK: process context
 * @KBPF_LEVEL_SOFTIRQ: softirq
 * @KBPF_LEVEL_HARDIRQ: hardirq
 * @KBPF_LEVEL_NMI: NMI, and what the kernel treats alike: breakpoint handlers
 * @KBPF_LEVELS: how many
 */
enum kbpf_level {
	KBPF_LEVEL_TASK,
	KBPF_LEVEL_SOFTIRQ,
	KBPF_LEVEL_HARDIRQ,
	KBPF_LEVEL_NMI,
	KBPF_LEVELS,
};

/**
 * struct kbpf_run - one run of a program, on the stack of who enters it
 * @cookie: what get_attach_cookie returns
 * @func_ip: what get_func_ip returns
 * @hook_ip: address near the hooked place by which a stack walk knows where to
 *	begin: a kernel instruction or return address there, or 0
 * @ctx: the context, set by kbpf_run_prog()
 * @prog: the program, set by kbpf_run_prog()
 * @prev: the run that this one interrupted, or NULL
 */
struct kbpf_run {
	u64 cookie;
	u64 func_ip;
	unsigned long hook_ip;
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
enum kbpf_level kbpf_run_level(void);

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
