/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the engine may use of concurrency: locks, atomics, RCU, lists, per-CPU
 * memory, and memory that clients may map. The userspace twin of
 * module/port/port_sync.h.
 *
 * CPUs are simulated: a thread gets the lowest number that no live thread has
 * and keeps it (kbpf_port_set_cpu() overrides), so that up to kbpf_port_cpus
 * threads never share one. Spinlocks abort on self-deadlock, and
 * what would sleep aborts inside a spinlock or an RCU read side.
 */
#ifndef KBPF_PORT_SYNC_H
#define KBPF_PORT_SYNC_H

#include <pthread.h>
#include "port.h"
#include "port_list.h"

/* ---- ordering --------------------------------------------------------------- */

#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#define mb()			smp_mb()
#define smp_mb__before_atomic()	barrier()
#define smp_mb__after_atomic()	barrier()
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_store_mb(v, x)	__atomic_store_n(&(v), x, __ATOMIC_SEQ_CST)
#define cpu_relax()		kbpf_port_relax()
void kbpf_port_relax(void);

#define xchg(p, v)		__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define xchg_relaxed(p, v)	__atomic_exchange_n(p, v, __ATOMIC_RELAXED)
#define cmpxchg(p, o, n) ({ \
	__typeof__(*(p)) __old = (o); \
	__atomic_compare_exchange_n(p, &__old, n, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
	__old; })
#define cmpxchg64(p, o, n)	cmpxchg(p, o, n)
#define try_cmpxchg(p, po, n) \
	__atomic_compare_exchange_n(p, po, n, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

/* ---- atomics ------------------------------------------------------------------ */

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
typedef struct { long counter; } atomic_long_t;
#define ATOMIC_INIT(i)		{ (i) }
#define ATOMIC64_INIT(i)	{ (i) }

#define KBPF_PORT_ATOMIC(pfx, type, num) \
static inline num pfx##_read(const type *v) \
{ return __atomic_load_n(&v->counter, __ATOMIC_RELAXED); } \
static inline num pfx##_read_acquire(const type *v) \
{ return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE); } \
static inline void pfx##_set(type *v, num i) \
{ __atomic_store_n(&v->counter, i, __ATOMIC_RELAXED); } \
static inline void pfx##_set_release(type *v, num i) \
{ __atomic_store_n(&v->counter, i, __ATOMIC_RELEASE); } \
static inline void pfx##_add(num i, type *v) \
{ __atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED); } \
static inline void pfx##_sub(num i, type *v) \
{ __atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED); } \
static inline void pfx##_or(num i, type *v) \
{ __atomic_fetch_or(&v->counter, i, __ATOMIC_RELAXED); } \
static inline void pfx##_and(num i, type *v) \
{ __atomic_fetch_and(&v->counter, i, __ATOMIC_RELAXED); } \
static inline void pfx##_xor(num i, type *v) \
{ __atomic_fetch_xor(&v->counter, i, __ATOMIC_RELAXED); } \
static inline num pfx##_add_return(num i, type *v) \
{ return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST); } \
static inline num pfx##_sub_return(num i, type *v) \
{ return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST); } \
static inline num pfx##_fetch_add(num i, type *v) \
{ return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST); } \
static inline num pfx##_fetch_or(num i, type *v) \
{ return __atomic_fetch_or(&v->counter, i, __ATOMIC_SEQ_CST); } \
static inline num pfx##_fetch_and(num i, type *v) \
{ return __atomic_fetch_and(&v->counter, i, __ATOMIC_SEQ_CST); } \
static inline num pfx##_fetch_xor(num i, type *v) \
{ return __atomic_fetch_xor(&v->counter, i, __ATOMIC_SEQ_CST); } \
static inline void pfx##_inc(type *v) { pfx##_add(1, v); } \
static inline void pfx##_dec(type *v) { pfx##_sub(1, v); } \
static inline num pfx##_inc_return(type *v) { return pfx##_add_return(1, v); } \
static inline num pfx##_dec_return(type *v) { return pfx##_sub_return(1, v); } \
static inline bool pfx##_dec_and_test(type *v) { return !pfx##_sub_return(1, v); } \
static inline num pfx##_xchg(type *v, num n) { return xchg(&v->counter, n); } \
static inline num pfx##_cmpxchg(type *v, num o, num n) { return cmpxchg(&v->counter, o, n); } \
static inline bool pfx##_try_cmpxchg(type *v, num *o, num n) \
{ return try_cmpxchg(&v->counter, o, n); } \
static inline bool pfx##_add_unless(type *v, num a, num u) \
{ \
	num c = pfx##_read(v); \
	do { \
		if (c == u) \
			return false; \
	} while (!pfx##_try_cmpxchg(v, &c, c + a)); \
	return true; \
} \
static inline bool pfx##_inc_not_zero(type *v) { return pfx##_add_unless(v, 1, 0); } \
static inline num pfx##_dec_if_positive(type *v) \
{ \
	num c = pfx##_read(v); \
	do { \
		if (c <= 0) \
			break; \
	} while (!pfx##_try_cmpxchg(v, &c, c - 1)); \
	return c - 1; \
}

KBPF_PORT_ATOMIC(atomic, atomic_t, int)
KBPF_PORT_ATOMIC(atomic64, atomic64_t, s64)
KBPF_PORT_ATOMIC(atomic_long, atomic_long_t, long)

/* Aborts on use after zero and on underflow. */
typedef struct { atomic_t refs; } refcount_t;
#define REFCOUNT_INIT(n)	{ ATOMIC_INIT(n) }
static inline void refcount_set(refcount_t *r, int n) { atomic_set(&r->refs, n); }
static inline unsigned int refcount_read(const refcount_t *r) { return atomic_read(&r->refs); }
static inline bool refcount_inc_not_zero(refcount_t *r) { return atomic_inc_not_zero(&r->refs); }
static inline void refcount_inc(refcount_t *r) { WARN_ON(atomic_fetch_add(1, &r->refs) <= 0); }
static inline bool refcount_dec_and_test(refcount_t *r)
{
	int was = atomic_fetch_add(-1, &r->refs);

	WARN_ON(was <= 0);
	return was == 1;
}

/* ---- locks ---------------------------------------------------------------------- */

typedef struct {
	void *owner;
} raw_spinlock_t;
typedef raw_spinlock_t spinlock_t;

#define __RAW_SPIN_LOCK_UNLOCKED(name)	{ NULL }
#define DEFINE_RAW_SPINLOCK(name)	raw_spinlock_t name = { NULL }
#define DEFINE_SPINLOCK(name)		spinlock_t name = { NULL }
void kbpf_port_spin_lock(raw_spinlock_t *lock);
bool kbpf_port_spin_trylock(raw_spinlock_t *lock);
void kbpf_port_spin_unlock(raw_spinlock_t *lock);
#define raw_spin_lock_init(l)		((l)->owner = NULL)
#define raw_spin_lock(l)		kbpf_port_spin_lock(l)
#define raw_spin_trylock(l)		kbpf_port_spin_trylock(l)
#define raw_spin_unlock(l)		kbpf_port_spin_unlock(l)
#define raw_spin_lock_irqsave(l, f)	do { (f) = 0; kbpf_port_spin_lock(l); } while (0)
#define raw_spin_trylock_irqsave(l, f)	({ (f) = 0; kbpf_port_spin_trylock(l); })
#define raw_spin_unlock_irqrestore(l, f) do { (void)(f); kbpf_port_spin_unlock(l); } while (0)
#define raw_spin_lock_irq(l)		kbpf_port_spin_lock(l)
#define raw_spin_unlock_irq(l)		kbpf_port_spin_unlock(l)
#define raw_spin_is_locked(l)		(READ_ONCE((l)->owner) != NULL)
#define spin_lock_init(l)		raw_spin_lock_init(l)
#define spin_lock(l)			raw_spin_lock(l)
#define spin_trylock(l)			raw_spin_trylock(l)
#define spin_unlock(l)			raw_spin_unlock(l)
#define spin_lock_bh(l)			raw_spin_lock(l)
#define spin_unlock_bh(l)		raw_spin_unlock(l)
#define spin_lock_irqsave(l, f)		raw_spin_lock_irqsave(l, f)
#define spin_unlock_irqrestore(l, f)	raw_spin_unlock_irqrestore(l, f)

struct mutex {
	pthread_mutex_t m;
	bool held;
};

#define __MUTEX_INITIALIZER(name)	{ .m = PTHREAD_MUTEX_INITIALIZER }
#define DEFINE_MUTEX(name)	struct mutex name = __MUTEX_INITIALIZER(name)
void mutex_init(struct mutex *m);
void mutex_destroy(struct mutex *m);
void mutex_lock(struct mutex *m);
int mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);
static inline int mutex_lock_interruptible(struct mutex *m) { mutex_lock(m); return 0; }
static inline int mutex_lock_killable(struct mutex *m) { mutex_lock(m); return 0; }
static inline bool mutex_is_locked(struct mutex *m) { return READ_ONCE(m->held); }
#define lockdep_assert_held(l)		do { (void)(l); } while (0)
#define lockdep_is_held(l)		1
struct lock_class_key { char unused; };
#define lockdep_set_class(l, k)		do { (void)(l); (void)(k); } while (0)

/* ---- contexts -------------------------------------------------------------------- */

static inline void preempt_disable(void) { }
static inline void preempt_enable(void) { }
static inline void preempt_disable_notrace(void) { }
static inline void preempt_enable_notrace(void) { }
static inline void migrate_disable(void) { }
static inline void migrate_enable(void) { }
/* Nobody interrupts a thread; what asked to be done soon is done when it lets them. */
unsigned long kbpf_port_irq_save(void);
void kbpf_port_irq_restore(unsigned long flags);
#define local_irq_save(f)	((void)((f) = kbpf_port_irq_save()))
#define local_irq_restore(f)	kbpf_port_irq_restore(f)
#define irqs_disabled()		0

/* What in_nmi() answers in this thread: tests set it. */
void kbpf_port_set_nmi(bool nmi);
bool kbpf_port_in_nmi(void);
#define in_nmi()	kbpf_port_in_nmi()
#define in_task()	(!kbpf_port_in_nmi())
#define in_hardirq()	0

/* ---- RCU: epochs, all fences on the reader's side; callbacks run in a thread ------- */

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

void rcu_read_lock(void);
void rcu_read_unlock(void);
bool rcu_read_lock_held(void);
void synchronize_rcu(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
/* Waits until all callbacks queued before have run. */
void rcu_barrier(void);
void kbpf_port_kfree_rcu(struct rcu_head *head, size_t off);
#define kfree_rcu(p, m)		kbpf_port_kfree_rcu(&(p)->m, offsetof(__typeof__(*(p)), m))
#define kvfree_rcu(p, m)	kfree_rcu(p, m)
#define rcu_dereference(p)	__atomic_load_n(&(p), __ATOMIC_CONSUME)
#define rcu_dereference_raw(p)	rcu_dereference(p)
#define rcu_dereference_sched(p) rcu_dereference(p)
#define rcu_dereference_check(p, c) ({ (void)(c); rcu_dereference(p); })
#define rcu_dereference_protected(p, c) ({ (void)(c); (p); })
#define rcu_access_pointer(p)	READ_ONCE(p)
#define rcu_assign_pointer(p, v) __atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define RCU_INIT_POINTER(p, v)	__atomic_store_n(&(p), v, __ATOMIC_RELAXED)
#define rcu_replace_pointer(p, v, c) \
	({ (void)(c); __atomic_exchange_n(&(p), v, __ATOMIC_ACQ_REL); })

/* ---- CPUs and per-CPU memory ------------------------------------------------------- */

#define KBPF_PORT_CPUS		8	/* unless kbpf_port_set_cpus() said otherwise */
#define KBPF_PORT_MAX_CPUS	1024
#define KBPF_PORT_PCPU_STRIDE	(1UL << 26)
extern unsigned int kbpf_port_cpus;
/* To be called before anything else: how many CPUs to simulate, at most the maximum. */
void kbpf_port_set_cpus(unsigned int cpus);
#define NR_CPUS			KBPF_PORT_MAX_CPUS
#define nr_cpu_ids		kbpf_port_cpus
#define cpu_to_node(cpu)		((void)(cpu), NUMA_NO_NODE)
#define num_possible_cpus()	kbpf_port_cpus
#define num_online_cpus()	kbpf_port_cpus
#define for_each_possible_cpu(cpu) \
	for ((cpu) = 0; (unsigned int)(cpu) < kbpf_port_cpus; (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)
#define cpu_possible(cpu)	((unsigned int)(cpu) < kbpf_port_cpus)
#define cpu_online(cpu)		cpu_possible(cpu)
/* A program's promise that each of its threads has a CPU alone: then nothing per CPU needs a lock. */
extern bool kbpf_port_alone;
unsigned int kbpf_port_cpu(void);
void kbpf_port_set_cpu(unsigned int cpu);
#define smp_processor_id()	kbpf_port_cpu()
#define raw_smp_processor_id()	kbpf_port_cpu()
#define get_cpu()		kbpf_port_cpu()
#define put_cpu()		((void)0)

void *__alloc_percpu(size_t size, size_t align);
void free_percpu(void *p);
#define __alloc_percpu_gfp(s, a, g)	((void)(g), __alloc_percpu(s, a))
#define alloc_percpu(type)	((type *)__alloc_percpu(sizeof(type), _Alignof(type)))
#define alloc_percpu_gfp(type, gfp)	((void)(gfp), alloc_percpu(type))
#define per_cpu_ptr(p, cpu) \
	((__typeof__(p))((char *)(p) + (unsigned long)(cpu) * KBPF_PORT_PCPU_STRIDE))
#define this_cpu_ptr(p)		per_cpu_ptr(p, kbpf_port_cpu())
#define raw_cpu_ptr(p)		this_cpu_ptr(p)
#define get_cpu_ptr(p)		this_cpu_ptr(p)
#define put_cpu_ptr(p)		((void)(p))
#define this_cpu_read(x)	__atomic_load_n(this_cpu_ptr(&(x)), __ATOMIC_RELAXED)
#define this_cpu_write(x, v)	__atomic_store_n(this_cpu_ptr(&(x)), v, __ATOMIC_RELAXED)
#define this_cpu_add(x, v)	((void)this_cpu_add_return(x, v))
#define this_cpu_add_return(x, v) ({ \
	__typeof__(&(x)) __at = this_cpu_ptr(&(x)); \
	__typeof__(x) __sum; \
	if (kbpf_port_alone) { \
		__sum = __atomic_load_n(__at, __ATOMIC_RELAXED) + (v); \
		__atomic_store_n(__at, __sum, __ATOMIC_RELAXED); \
	} else { \
		__sum = __atomic_add_fetch(__at, v, __ATOMIC_RELAXED); \
	} \
	__sum; })
#define this_cpu_xchg(x, v) ({ \
	__typeof__(&(x)) __at = this_cpu_ptr(&(x)); \
	__typeof__(x) __was; \
	if (kbpf_port_alone) { \
		__was = __atomic_load_n(__at, __ATOMIC_RELAXED); \
		__atomic_store_n(__at, v, __ATOMIC_RELAXED); \
	} else { \
		__was = __atomic_exchange_n(__at, v, __ATOMIC_RELAXED); \
	} \
	__was; })
#define this_cpu_inc(x)		this_cpu_add(x, 1)
#define this_cpu_dec(x)		this_cpu_add(x, -1)
#define this_cpu_inc_return(x)	this_cpu_add_return(x, 1)
#define this_cpu_dec_return(x)	this_cpu_add_return(x, -1)
#define __this_cpu_read(x)	this_cpu_read(x)
#define __this_cpu_write(x, v)	this_cpu_write(x, v)
#define __this_cpu_inc(x)	this_cpu_inc(x)
#define __this_cpu_dec(x)	this_cpu_dec(x)
#define __this_cpu_inc_return(x) this_cpu_inc_return(x)

/* ---- memory that clients map ---------------------------------------------------------- */

/* As module/port/shm.h. */
void *kbpf_shm_alloc(size_t size, int node);
void *kbpf_shm_alloc_ring(size_t head, size_t data, int node);
void kbpf_shm_free(void *addr);

/**
 * kbpf_shm_fd() - the descriptor to mmap() to share the memory
 * @addr: from kbpf_shm_alloc() or kbpf_shm_alloc_ring(); of a ring the file
 *	holds head and data once
 *
 * Return: a descriptor that stays the memory's, or -ENOENT.
 */
int kbpf_shm_fd(const void *addr);

/* ---- waking those who poll --------------------------------------------------------------- */

/**
 * struct kbpf_waker - a doorbell
 * @efd: eventfd, made by kbpf_waker_fd(); -1 before
 */
struct kbpf_waker {
	int efd;
};

void kbpf_waker_init(struct kbpf_waker *w);
void kbpf_waker_exit(struct kbpf_waker *w);
void kbpf_wake(struct kbpf_waker *w);

/**
 * kbpf_waker_fd() - an eventfd that kbpf_wake() makes readable
 * @w: the waker
 *
 * Return: the descriptor, still the waker's; or -errno.
 */
int kbpf_waker_fd(struct kbpf_waker *w);

/* ---- work for later, as module/port/later.h ---------------------------------------------- */

struct kbpf_alarm {
	void (*fn)(struct kbpf_alarm *alarm);
	struct kbpf_alarm *next;
	u64 at;
	int clock;
};

void kbpf_alarm_init(struct kbpf_alarm *alarm, int clock, void (*fn)(struct kbpf_alarm *alarm));
void kbpf_alarm_start(struct kbpf_alarm *alarm, u64 ns, bool absolute, bool pinned);
int kbpf_alarm_try_cancel(struct kbpf_alarm *alarm);
int kbpf_alarm_cancel(struct kbpf_alarm *alarm);

struct kbpf_later {
	void (*fn)(struct kbpf_later *later);
	void (*soon)(struct kbpf_later *later);
	struct kbpf_later *next;
	bool queued;
};

int kbpf_later_start(void);
void kbpf_later_stop(void);
void kbpf_later_flush(void);
void kbpf_later_init(struct kbpf_later *later, void (*fn)(struct kbpf_later *later));
static inline void kbpf_later_bill(struct kbpf_later *later)
{
	(void)later;
}
void kbpf_later_queue(struct kbpf_later *later);
/* The interrupt of it: now, or when this thread next lets interrupts come. */
void kbpf_port_interrupt(struct kbpf_later *later);
void kbpf_later_cancel(struct kbpf_later *later);

#endif /* KBPF_PORT_SYNC_H */
