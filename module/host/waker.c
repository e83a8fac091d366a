// SPDX-License-Identifier: GPL-2.0
/* Wakers: an irq_work in front of a wait queue. */
#include "port_sync.h"

static void ring(struct irq_work *work)
{
	struct kbpf_waker *w = container_of(work, struct kbpf_waker, work);

	wake_up_all(&w->wq);
}

void kbpf_waker_init(struct kbpf_waker *w)
{
	init_waitqueue_head(&w->wq);
	init_irq_work(&w->work, ring);
}

void kbpf_waker_exit(struct kbpf_waker *w)
{
	irq_work_sync(&w->work);
}

void kbpf_wake(struct kbpf_waker *w)
{
	irq_work_queue(&w->work);
}
