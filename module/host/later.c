// SPDX-License-Identifier: GPL-2.0
/* Deferred work: an irq_work in front of a workqueue of the module's own. */
#include <linux/memcontrol.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include "port_sync.h"

/* Valid between kbpf_later_start() and kbpf_later_stop(). */
static struct workqueue_struct *queue;

static void to_queue(struct irq_work *irq)
{
	struct kbpf_later *later = container_of(irq, struct kbpf_later, irq);
	struct mem_cgroup *before;

	if (later->soon) {
		before = set_active_memcg(later->memcg);
		later->soon(later);
		set_active_memcg(before);
	}
	queue_work(queue, &later->work);
}

void kbpf_later_work(struct work_struct *work)
{
	struct kbpf_later *later = container_of(work, struct kbpf_later, work);
	struct mem_cgroup *before;

	/* The doorbell writes to itself once more after ringing; @fn may free it. */
	irq_work_sync(&later->irq);
	before = set_active_memcg(later->memcg);
	later->fn(later);
	set_active_memcg(before);
}

int kbpf_later_start(void)
{
	queue = alloc_workqueue("kbpf", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return queue ? 0 : -ENOMEM;
}

void kbpf_later_stop(void)
{
	destroy_workqueue(queue);
	queue = NULL;
}

void kbpf_later_flush(void)
{
	if (queue)
		flush_workqueue(queue);
}

void kbpf_later_set(struct kbpf_later *later, void (*fn)(struct kbpf_later *later))
{
	init_irq_work(&later->irq, to_queue);
	later->fn = fn;
	later->soon = NULL;
	later->memcg = NULL;
}

void kbpf_later_bill(struct kbpf_later *later)
{
	later->memcg = get_mem_cgroup_from_mm(current->mm);
}

void kbpf_later_queue(struct kbpf_later *later)
{
	irq_work_queue(&later->irq);
}

void kbpf_later_cancel(struct kbpf_later *later)
{
	irq_work_sync(&later->irq);
	cancel_work_sync(&later->work);
	mem_cgroup_put(later->memcg);
	later->memcg = NULL;
}
