// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Locks, RCU, simulated CPUs, wakers.
 *
 * RCU: a reader publishes the epoch that it began in; synchronize_rcu() opens a
 * new epoch and waits until no reader is left in an older one. A reader that
 * read the epoch but published late begins after the fence of its publication,
 * so it sees what the writer did before; its old number only makes later
 * writers wait for it. That fence is the writer's, who has membarrier(2) run one
 * in all threads; the reader's own where there is none.
 */
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "port_sync.h"

/* What a thread is doing; linked so that writers can look at all threads. */
struct thread {
	struct thread *next;
	u64 epoch;	/* 0: not reading */
	u32 readers;	/* nesting of rcu_read_lock() */
	u32 spins;	/* spinlocks held */
	int cpu;	/* -1: none yet */
	u32 irqs_off;	/* nesting of local_irq_save() */
	struct kbpf_later *interrupt;	/* to be done when they are on */
	bool nmi;
};

static pthread_mutex_t threads_lock = PTHREAD_MUTEX_INITIALIZER;
static struct thread *threads;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static __thread struct thread *self_ptr;
static bool readers_fence;	/* there is no membarrier(2); set before there is a reader */

static void thread_gone(void *arg)
{
	struct thread *t = arg, **link;

	pthread_mutex_lock(&threads_lock);
	for (link = &threads; *link != t; link = &(*link)->next)
		;
	*link = t->next;
	pthread_mutex_unlock(&threads_lock);
	self_ptr = NULL;
	free(t);
}

static void make_key(void)
{
	WARN_ON(pthread_key_create(&key, thread_gone));
	readers_fence = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
}

static noinline struct thread *thread_new(void)
{
	struct thread *t = calloc(1, sizeof(*t));

	pthread_once(&once, make_key);
	WARN_ON(!t);
	t->cpu = -1;
	pthread_mutex_lock(&threads_lock);
	t->next = threads;
	threads = t;
	pthread_mutex_unlock(&threads_lock);
	WARN_ON(pthread_setspecific(key, t));
	self_ptr = t;
	return t;
}

static struct thread *self(void)
{
	return likely(self_ptr) ? self_ptr : thread_new();
}

void might_sleep(void)
{
	struct thread *t = self();

	WARN_ON(t->spins);
	WARN_ON(t->readers);
	WARN_ON(t->nmi);
}

bool kbpf_port_in_nmi(void)
{
	return self()->nmi;
}

/* ---- interrupts ------------------------------------------------------------------- */

/* One at a time waits: others are done by the thread of later work alone. */
void kbpf_port_interrupt(struct kbpf_later *later)
{
	struct thread *t = self();

	if (t->irqs_off || t->spins || t->nmi)
		t->interrupt = later;
	else
		later->soon(later);
}

static void take_interrupt(struct thread *t)
{
	struct kbpf_later *later = t->interrupt;

	if (likely(!later) || t->irqs_off || t->spins || t->nmi)
		return;
	t->interrupt = NULL;
	later->soon(later);
}

unsigned long kbpf_port_irq_save(void)
{
	return self()->irqs_off++;
}

void kbpf_port_irq_restore(unsigned long flags)
{
	struct thread *t = self();

	t->irqs_off = flags;
	take_interrupt(t);
}

void kbpf_port_set_nmi(bool nmi)
{
	struct thread *t = self();

	t->nmi = nmi;
	take_interrupt(t);
}

/* ---- CPUs ------------------------------------------------------------------------- */

unsigned int kbpf_port_cpus = KBPF_PORT_CPUS;
bool kbpf_port_alone;

void kbpf_port_set_cpus(unsigned int cpus)
{
	kbpf_port_cpus = clamp(cpus, 1U, (unsigned int)KBPF_PORT_MAX_CPUS);
}

/* The first 64 numbers are given out; threads beyond share them. */
static noinline int pick_cpu(struct thread *me)
{
	u64 used = 0;

	pthread_mutex_lock(&threads_lock);
	for (struct thread *t = threads; t; t = t->next)
		if (t->cpu >= 0 && t->cpu < 64)
			used |= BIT(t->cpu);
	me->cpu = (~used ? __builtin_ctzll(~used) : 0) % kbpf_port_cpus;
	pthread_mutex_unlock(&threads_lock);
	return me->cpu;
}

unsigned int kbpf_port_cpu(void)
{
	struct thread *t = self();

	return likely(t->cpu >= 0) ? t->cpu : pick_cpu(t);
}

void kbpf_port_set_cpu(unsigned int cpu)
{
	struct thread *t = self();

	pthread_mutex_lock(&threads_lock);
	t->cpu = cpu % kbpf_port_cpus;
	pthread_mutex_unlock(&threads_lock);
}

/* ---- locks ------------------------------------------------------------------------- */

void kbpf_port_relax(void)
{
	sched_yield();
}

bool kbpf_port_spin_trylock(raw_spinlock_t *lock)
{
	struct thread *t = self();
	void *free = NULL;

	if (!__atomic_compare_exchange_n(&lock->owner, &free, t, false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		return false;
	t->spins++;
	return true;
}

void kbpf_port_spin_lock(raw_spinlock_t *lock)
{
	WARN_ON(READ_ONCE(lock->owner) == self());
	while (!kbpf_port_spin_trylock(lock))
		sched_yield();
}

void kbpf_port_spin_unlock(raw_spinlock_t *lock)
{
	struct thread *t = self();

	WARN_ON(READ_ONCE(lock->owner) != t);
	t->spins--;
	__atomic_store_n(&lock->owner, NULL, __ATOMIC_RELEASE);
}

void mutex_init(struct mutex *m)
{
	pthread_mutex_init(&m->m, NULL);
	m->held = false;
}

void mutex_destroy(struct mutex *m)
{
	pthread_mutex_destroy(&m->m);
}

void mutex_lock(struct mutex *m)
{
	might_sleep();
	pthread_mutex_lock(&m->m);
	WRITE_ONCE(m->held, true);
}

int mutex_trylock(struct mutex *m)
{
	if (pthread_mutex_trylock(&m->m))
		return 0;
	WRITE_ONCE(m->held, true);
	return 1;
}

void mutex_unlock(struct mutex *m)
{
	WRITE_ONCE(m->held, false);
	pthread_mutex_unlock(&m->m);
}

/* ---- RCU --------------------------------------------------------------------------- */

static u64 epoch = 1;
static pthread_mutex_t writers = PTHREAD_MUTEX_INITIALIZER;

static int membarrier(int cmd)
{
	return syscall(SYS_membarrier, cmd, 0, 0);
}

/* A fence in every thread of this process. */
static void fence_all(void)
{
	smp_mb();
	if (readers_fence || !membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED))
		return;
	/* A child of fork() has to say anew that it wants to. */
	WARN_ON(membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) ||
		membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED));
}

void rcu_read_lock(void)
{
	struct thread *t = self();

	if (t->readers++)
		return;
	__atomic_store_n(&t->epoch, __atomic_load_n(&epoch, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
	if (readers_fence)
		smp_mb();
	else
		barrier();
}

void rcu_read_unlock(void)
{
	struct thread *t = self();

	WARN_ON(!t->readers);
	if (!--t->readers)
		__atomic_store_n(&t->epoch, 0, __ATOMIC_RELEASE);
}

bool rcu_read_lock_held(void)
{
	return self()->readers;
}

static bool readers_before(u64 limit)
{
	bool found = false;

	pthread_mutex_lock(&threads_lock);
	for (struct thread *t = threads; t && !found; t = t->next) {
		u64 e = __atomic_load_n(&t->epoch, __ATOMIC_ACQUIRE);

		found = e && e < limit;
	}
	pthread_mutex_unlock(&threads_lock);
	return found;
}

void synchronize_rcu(void)
{
	u64 limit;

	might_sleep();
	smp_mb();
	pthread_mutex_lock(&writers);
	limit = __atomic_add_fetch(&epoch, 1, __ATOMIC_SEQ_CST);
	fence_all();
	while (readers_before(limit))
		sched_yield();
	smp_mb();
	pthread_mutex_unlock(&writers);
}

static struct {
	pthread_mutex_t lock;
	pthread_cond_t more, done;
	struct rcu_head *head, **tail;
	u64 queued, ran;
	pid_t thread_of;
} callbacks = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.more = PTHREAD_COND_INITIALIZER,
	.done = PTHREAD_COND_INITIALIZER,
	.tail = &callbacks.head,
};

static u64 run_all(struct rcu_head *h)
{
	u64 n = 0;

	while (h) {
		struct rcu_head *next = h->next;
		void (*func)(struct rcu_head *head) = h->func;

		/* kfree_rcu() marks its own by a small number: the offset of the head */
		if ((unsigned long)func < 4096)
			kfree((char *)h - (unsigned long)func);
		else
			func(h);
		h = next;
		n++;
	}
	return n;
}

static void *callback_thread(void *arg)
{
	(void)arg;
	for (;;) {
		struct rcu_head *h;
		u64 n;

		pthread_mutex_lock(&callbacks.lock);
		while (!callbacks.head)
			pthread_cond_wait(&callbacks.more, &callbacks.lock);
		h = callbacks.head;
		callbacks.head = NULL;
		callbacks.tail = &callbacks.head;
		pthread_mutex_unlock(&callbacks.lock);

		synchronize_rcu();
		n = run_all(h);

		pthread_mutex_lock(&callbacks.lock);
		callbacks.ran += n;
		pthread_cond_broadcast(&callbacks.done);
		pthread_mutex_unlock(&callbacks.lock);
	}
	return NULL;
}

/* Under callbacks.lock. A forked child has no thread yet and needs its own. */
static void start_thread(void)
{
	pthread_t id;

	if (callbacks.thread_of == getpid())
		return;
	callbacks.thread_of = getpid();
	WARN_ON(pthread_create(&id, NULL, callback_thread, NULL));
	pthread_detach(id);
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	head->next = NULL;
	head->func = func;
	pthread_mutex_lock(&callbacks.lock);
	start_thread();
	*callbacks.tail = head;
	callbacks.tail = &head->next;
	callbacks.queued++;
	pthread_cond_signal(&callbacks.more);
	pthread_mutex_unlock(&callbacks.lock);
}

void kbpf_port_kfree_rcu(struct rcu_head *head, size_t off)
{
	WARN_ON(off >= 4096);
	call_rcu(head, (void (*)(struct rcu_head *))off);
}

void rcu_barrier(void)
{
	u64 until;

	might_sleep();
	pthread_mutex_lock(&callbacks.lock);
	until = callbacks.queued;
	while (callbacks.ran < until)
		pthread_cond_wait(&callbacks.done, &callbacks.lock);
	pthread_mutex_unlock(&callbacks.lock);
}

/* ---- wakers --------------------------------------------------------------------------- */

void kbpf_waker_init(struct kbpf_waker *w)
{
	w->efd = -1;
}

void kbpf_waker_exit(struct kbpf_waker *w)
{
	if (w->efd >= 0)
		close(w->efd);
	w->efd = -1;
}

void kbpf_wake(struct kbpf_waker *w)
{
	int fd = __atomic_load_n(&w->efd, __ATOMIC_ACQUIRE);

	if (fd >= 0)
		eventfd_write(fd, 1);
}

int kbpf_waker_fd(struct kbpf_waker *w)
{
	int fd = __atomic_load_n(&w->efd, __ATOMIC_ACQUIRE), old = -1;

	if (fd >= 0)
		return fd;
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (__atomic_compare_exchange_n(&w->efd, &old, fd, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return fd;
	close(fd);
	return old;
}
