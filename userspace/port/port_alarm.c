// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* Alarms: a thread that sleeps until the next one, and a list of those set. */
#include <time.h>
#include <unistd.h>
#include "port_sync.h"

static struct {
	pthread_mutex_t lock;
	pthread_cond_t more;
	pthread_cond_t done;
	struct kbpf_alarm *first;	/* in no order */
	struct kbpf_alarm *running;
	pid_t thread_of;
} q = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.more = PTHREAD_COND_INITIALIZER,
	.done = PTHREAD_COND_INITIALIZER,
};

static u64 now_by(int clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (u64)t.tv_sec * 1000000000ULL + (u64)t.tv_nsec;
}

/* Under q.lock: nanoseconds until the next alarm, which is in *@next. */
static u64 until_next(struct kbpf_alarm **next)
{
	u64 least = 1000000000ULL, now, left;

	*next = NULL;
	for (struct kbpf_alarm *a = q.first; a; a = a->next) {
		now = now_by(a->clock);
		left = a->at > now ? a->at - now : 0;
		if (left < least || !*next) {
			*next = a;
			least = left;
		}
	}
	return least;
}

/* Under q.lock: forget the time that was set. Was one? */
static int unset(struct kbpf_alarm *alarm)
{
	struct kbpf_alarm **link = &q.first;

	while (*link && *link != alarm)
		link = &(*link)->next;
	if (!*link)
		return 0;
	*link = alarm->next;
	return 1;
}

static void *work(void *unused)
{
	struct kbpf_alarm *next;
	struct timespec until;
	u64 left;

	(void)unused;
	pthread_mutex_lock(&q.lock);
	for (;;) {
		left = until_next(&next);
		if (!next || left) {
			left += now_by(CLOCK_REALTIME);
			until.tv_sec = left / 1000000000ULL;
			until.tv_nsec = left % 1000000000ULL;
			pthread_cond_timedwait(&q.more, &q.lock, &until);
			continue;
		}
		unset(next);
		q.running = next;
		pthread_mutex_unlock(&q.lock);
		next->fn(next);
		pthread_mutex_lock(&q.lock);
		q.running = NULL;
		pthread_cond_broadcast(&q.done);
	}
	return NULL;
}

void kbpf_alarm_init(struct kbpf_alarm *alarm, int clock, void (*fn)(struct kbpf_alarm *alarm))
{
	alarm->clock = clock;
	alarm->fn = fn;
}

void kbpf_alarm_start(struct kbpf_alarm *alarm, u64 ns, bool absolute, bool pinned)
{
	pthread_t id;

	(void)pinned;
	pthread_mutex_lock(&q.lock);
	unset(alarm);
	alarm->at = absolute ? ns : now_by(alarm->clock) + ns;
	alarm->next = q.first;
	q.first = alarm;
	/* a forked child has no thread yet and needs its own */
	if (q.thread_of != getpid() && !pthread_create(&id, NULL, work, NULL)) {
		pthread_detach(id);
		q.thread_of = getpid();
	}
	pthread_cond_signal(&q.more);
	pthread_mutex_unlock(&q.lock);
}

int kbpf_alarm_try_cancel(struct kbpf_alarm *alarm)
{
	int was;

	pthread_mutex_lock(&q.lock);
	was = unset(alarm);
	if (q.running == alarm)
		was = -1;
	pthread_mutex_unlock(&q.lock);
	return was;
}

int kbpf_alarm_cancel(struct kbpf_alarm *alarm)
{
	int was;

	pthread_mutex_lock(&q.lock);
	while (q.running == alarm)
		pthread_cond_wait(&q.done, &q.lock);
	was = unset(alarm);
	pthread_mutex_unlock(&q.lock);
	return was;
}
