// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* Deferred work: a thread and a list of what it is asked to do. */
#include <unistd.h>
#include "port_sync.h"

static struct {
	pthread_mutex_t lock;
	pthread_cond_t more;
	pthread_cond_t done;
	struct kbpf_later *first;
	struct kbpf_later **tail;
	struct kbpf_later *running;
	pid_t thread_of;
} q = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.more = PTHREAD_COND_INITIALIZER,
	.done = PTHREAD_COND_INITIALIZER,
	.tail = &q.first,
};

static void *work(void *unused)
{
	struct kbpf_later *later;

	(void)unused;
	pthread_mutex_lock(&q.lock);
	for (;;) {
		later = q.first;
		if (!later) {
			pthread_cond_wait(&q.more, &q.lock);
			continue;
		}
		q.first = later->next;
		if (!q.first)
			q.tail = &q.first;
		later->queued = false;
		q.running = later;
		pthread_mutex_unlock(&q.lock);
		later->fn(later);
		pthread_mutex_lock(&q.lock);
		q.running = NULL;
		pthread_cond_broadcast(&q.done);
	}
	return NULL;
}

int kbpf_later_start(void)
{
	return 0;
}

void kbpf_later_stop(void)
{
	kbpf_later_flush();
}

/* Under q.lock. A forked child has no thread yet and needs its own. */
static void start_thread(void)
{
	pthread_t id;

	if (q.thread_of == getpid())
		return;
	q.thread_of = getpid();
	q.running = NULL;
	WARN_ON(pthread_create(&id, NULL, work, NULL));
	pthread_detach(id);
}

void kbpf_later_flush(void)
{
	pthread_mutex_lock(&q.lock);
	while (q.first || (q.running && q.thread_of == getpid()))
		pthread_cond_wait(&q.done, &q.lock);
	pthread_mutex_unlock(&q.lock);
}

void kbpf_later_init(struct kbpf_later *later, void (*fn)(struct kbpf_later *later))
{
	later->fn = fn;
	later->soon = NULL;
	later->next = NULL;
	later->queued = false;
}

void kbpf_later_queue(struct kbpf_later *later)
{
	if (later->soon)
		kbpf_port_interrupt(later);
	pthread_mutex_lock(&q.lock);
	start_thread();
	if (!later->queued) {
		later->queued = true;
		later->next = NULL;
		*q.tail = later;
		q.tail = &later->next;
		pthread_cond_signal(&q.more);
	}
	pthread_mutex_unlock(&q.lock);
}

void kbpf_later_cancel(struct kbpf_later *later)
{
	struct kbpf_later **p;

	pthread_mutex_lock(&q.lock);
	for (p = &q.first; *p && *p != later; p = &(*p)->next)
		;
	if (*p) {
		*p = later->next;
		if (!*p)
			q.tail = p;
		later->queued = false;
	}
	while (q.running == later)
		pthread_cond_wait(&q.done, &q.lock);
	pthread_mutex_unlock(&q.lock);
}
