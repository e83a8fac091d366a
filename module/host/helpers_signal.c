// SPDX-License-Identifier: GPL-2.0
/*
 * Signals to the current process or thread. A program may be hooked inside the code
 * that sends signals, with its locks held: so the sending is put off to an interrupt
 * of this CPU's own (a thread on PREEMPT_RT), which comes when interrupts are on. There is room for one at a
 * time and CPU; a program is told when there is none.
 */
#include <linux/atomic.h>
#include <linux/irq_work.h>
#include <linux/percpu.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/signal.h>
#include "helpers.h"

/**
 * struct pending - a signal on its way
 * @work: sends it
 * @taken: the room is taken: a program may be interrupted by another here
 * @task: to whom, with a reference
 * @sig: number
 * @to_thread: to that thread, not to its process
 */
struct pending {
	struct irq_work work;
	atomic_t taken;
	struct task_struct *task;
	int sig;
	bool to_thread;
};

static void send(struct irq_work *work)
{
	struct pending *p = container_of(work, struct pending, work);

	if (p->to_thread)
		send_sig(p->sig, p->task, 1);
	else
		kill_pid(task_tgid(p->task), p->sig, 1);
	put_task_struct(p->task);
	atomic_set_release(&p->taken, 0);
}

static DEFINE_PER_CPU(struct pending, pending);

static u64 put_off(u64 sig, bool to_thread)
{
	struct pending *p = this_cpu_ptr(&pending);

	if (!valid_signal(sig))
		return -EINVAL;
	/* As in Linux: not to kernel threads, to who leaves, or to init. */
	if (current->flags & (PF_KTHREAD | PF_EXITING) || !current->mm || is_global_init(current))
		return -EPERM;
	if (atomic_cmpxchg(&p->taken, 0, 1))
		return -EBUSY;
	p->task = get_task_struct(current);
	p->sig = sig;
	p->to_thread = to_thread;
	irq_work_queue(&p->work);
	return 0;
}

u64 kbpf_helper_send_signal(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return put_off((u32)r1, false);
}

u64 kbpf_helper_send_signal_thread(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return put_off((u32)r1, true);
}

/* A module's per-CPU variables cannot begin with addresses. */
void kbpf_signal_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		init_irq_work(&per_cpu_ptr(&pending, cpu)->work, send);
}

void kbpf_signal_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(&pending, cpu)->work);
}
