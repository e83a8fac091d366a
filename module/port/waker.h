/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waking those who poll, from any context. Programs run where a wait queue's
 * lock may already be held, so the wake-up goes through an irq_work.
 */
#ifndef KBPF_PORT_WAKER_H
#define KBPF_PORT_WAKER_H

#include <linux/irq_work.h>
#include <linux/wait.h>

/**
 * struct kbpf_waker - a wait queue with a safe doorbell
 * @wq: who waits; the host hands it to poll_wait()
 * @work: the doorbell
 */
struct kbpf_waker {
	wait_queue_head_t wq;
	struct irq_work work;
};

/**
 * kbpf_waker_init() - set up a waker
 * @w: the waker
 */
void kbpf_waker_init(struct kbpf_waker *w);

/**
 * kbpf_waker_exit() - wait until no wake-up is under way
 * @w: the waker; nobody calls kbpf_wake() any more
 *
 * Context: process; sleeps.
 */
void kbpf_waker_exit(struct kbpf_waker *w);

/**
 * kbpf_wake() - wake all who wait
 * @w: the waker
 *
 * Context: any, NMI included. Several calls may become one wake-up.
 */
void kbpf_wake(struct kbpf_waker *w);

#endif /* KBPF_PORT_WAKER_H */
