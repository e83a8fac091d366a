/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Work that a program's context asks for and process context does.
 */
#ifndef KBPF_PORT_LATER_H
#define KBPF_PORT_LATER_H

#include <linux/irq_work.h>
#include <linux/workqueue.h>

struct mem_cgroup;

/**
 * struct kbpf_later - a piece of work that can be asked for again and again
 * @irq: takes the request out of the context it was made in
 * @work: does it
 * @fn: what to do; process context, may sleep, may free the structure it is in
 * @soon: what to do of it before, as soon as interrupts are on where it was asked for;
 *	interrupt context; or NULL
 * @memcg: whom the memory is charged to that both allocate, with a reference, or NULL
 */
struct kbpf_later {
	struct irq_work irq;
	struct work_struct work;
	void (*fn)(struct kbpf_later *later);
	void (*soon)(struct kbpf_later *later);
	struct mem_cgroup *memcg;
};

/**
 * kbpf_later_start() - have someone to do the work
 *
 * Context: process; sleeps. Called once before any other, until kbpf_later_stop().
 * Return: 0 or -ENOMEM.
 */
int kbpf_later_start(void);

/**
 * kbpf_later_stop() - do what is asked for and stop
 *
 * Context: process; sleeps. Nobody asks any more.
 */
void kbpf_later_stop(void);

/**
 * kbpf_later_flush() - wait until what was asked for is done
 *
 * Context: process; sleeps.
 */
void kbpf_later_flush(void);

/**
 * kbpf_later_init() - set up a piece of work
 * @later: the work
 * @fn: what to do; where something has to be done sooner, the caller sets @soon
 */
#define kbpf_later_init(later, fn) do { \
	/* Here, so that lockdep tells apart what waits for what: freeing a map cancels work. */ \
	INIT_WORK(&(later)->work, kbpf_later_work); \
	kbpf_later_set(later, fn); \
} while (0)

/* For kbpf_later_init(). */
void kbpf_later_work(struct work_struct *work);
void kbpf_later_set(struct kbpf_later *later, void (*fn)(struct kbpf_later *later));

/**
 * kbpf_later_bill() - charge the memory that the work allocates to the caller's cgroup
 * @later: the work, set up and not asked for yet; kbpf_later_cancel() ends it
 *
 * Context: process.
 */
void kbpf_later_bill(struct kbpf_later *later);

/**
 * kbpf_later_queue() - ask for it; several requests may become one
 * @later: the work
 *
 * Context: any, NMI included.
 */
void kbpf_later_queue(struct kbpf_later *later);

/**
 * kbpf_later_cancel() - wait until it is neither asked for nor being done
 * @later: the work; nobody asks any more
 *
 * Context: process; sleeps.
 */
void kbpf_later_cancel(struct kbpf_later *later);

#endif /* KBPF_PORT_LATER_H */
