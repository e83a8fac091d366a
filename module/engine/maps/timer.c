// SPDX-License-Identifier: GPL-2.0
/*
 * Timers in map values, and the helpers on them. A timer keeps its program, the
 * program keeps the map; that ends when the last client lets go of the map.
 *
 * What a program, the alarm and a value that goes may do at once is settled under
 * the timer's lock; what may wait (an alarm under way, the program's last
 * reference) is left to process context.
 */
#include "maps/helpers.h"
#include "maps/lock.h"
#include "maps/timer.h"
#include "maps/value.h"

#define START_ABS	(1ULL << 0)
#define START_PINNED	(1ULL << 1)
#define SPARE		64U	/* timers that are on their way back to the pool */

/**
 * struct kbpf_timer - a timer
 * @elem: the pool's
 * @alarm: when it goes off
 * @bury: brings it back to the pool, or lets go of @old
 * @map: the map
 * @value: the value it is in; NULL while in the pool
 * @lock: protects what follows
 * @func: what to call, a function of @prog; NULL: none was set since it was cancelled
 * @prog: with a reference, or NULL
 * @old: the program before that, on its way out; or NULL
 * @gone: the value is gone: it does not go off any more
 * @once: @bury and @lock were set up
 */
struct kbpf_timer {
	struct kbpf_elem elem;
	struct kbpf_alarm alarm;
	struct kbpf_later bury;
	struct kbpf_map *map;
	void *value;
	raw_spinlock_t lock;
	const struct kbpf_func *func;
	struct kbpf_prog *prog;
	struct kbpf_prog *old;
	bool gone;
	bool once;
};

struct kbpf_timers {
	struct kbpf_pool pool;
};

static struct kbpf_timer **slot_of(const struct kbpf_map *map, void *value)
{
	return value + map->desc.timer_off;
}

/* ---- going off ---------------------------------------------------------------------- */

static void go_off(struct kbpf_alarm *alarm)
{
	struct kbpf_timer *t = container_of(alarm, struct kbpf_timer, alarm);
	const struct kbpf_func *func = NULL;
	unsigned long irq;
	const void *key;
	u32 index;

	/* The program is freed after a grace period. */
	rcu_read_lock();
	preempt_disable();
	if (kbpf_map_lock(&t->lock, &irq)) {
		func = t->gone ? NULL : t->func;
		kbpf_map_unlock(&t->lock, irq);
	}
	if (func) {
		key = t->map->ops->timer_key(t->map, t->value, &index);
		this_cpu_write(kbpf_map_cpu->in_timer, true);
		kbpf_env_call_func(func, (unsigned long)t->map, (unsigned long)key,
				   (unsigned long)t->value);
		this_cpu_write(kbpf_map_cpu->in_timer, false);
	}
	preempt_enable();
	rcu_read_unlock();
}

/* ---- the end -------------------------------------------------------------------------- */

static void bury(struct kbpf_later *later)
{
	struct kbpf_timer *t = container_of(later, struct kbpf_timer, bury);
	struct kbpf_map *map = t->map;
	struct kbpf_prog *old, *prog = NULL;
	unsigned long irq;
	bool gone;

	raw_spin_lock_irqsave(&t->lock, irq);
	gone = t->gone && t->value;
	raw_spin_unlock_irqrestore(&t->lock, irq);
	if (gone)
		kbpf_alarm_cancel(&t->alarm);
	raw_spin_lock_irqsave(&t->lock, irq);
	old = t->old;
	t->old = NULL;
	if (gone) {
		prog = t->prog;
		t->prog = NULL;
		t->value = NULL;
	}
	raw_spin_unlock_irqrestore(&t->lock, irq);
	if (gone) {
		kbpf_map_enter(&irq);
		kbpf_pool_put(&map->timers->pool, &t->elem);
		kbpf_map_leave(irq);
	}
	/* Last: with the program the map may go. */
	if (old)
		kbpf_object_put(&old->obj);
	if (prog)
		kbpf_object_put(&prog->obj);
}

/* Let it go off no more, whatever its value is now; was it in use? */
static void drop(struct kbpf_timer *t)
{
	unsigned long irq;
	bool was;

	raw_spin_lock_irqsave(&t->lock, irq);
	was = !t->gone;
	t->gone = true;
	t->func = NULL;
	raw_spin_unlock_irqrestore(&t->lock, irq);
	if (was)
		kbpf_later_queue(&t->bury);
}

void kbpf_timer_drop(struct kbpf_map *map, void *value)
{
	struct kbpf_timer *t = xchg(slot_of(map, value), NULL);

	if (t)
		drop(t);
}

/* Each timer that was ever in use. */
static struct kbpf_timer *timer_at(const struct kbpf_map *map, u32 i)
{
	struct kbpf_timer *t = (void *)kbpf_pool_at(&map->timers->pool, i);

	/* Pairs with set_up(). */
	return smp_load_acquire(&t->once) ? t : NULL;
}

void kbpf_timers_release(struct kbpf_map *map)
{
	struct kbpf_timer *t;
	void *value;

	for (u32 i = 0; i < kbpf_pool_used(&map->timers->pool); i++) {
		t = timer_at(map, i);
		value = t ? READ_ONCE(t->value) : NULL;
		if (!value || READ_ONCE(t->gone))
			continue;
		cmpxchg(slot_of(map, value), t, NULL);
		drop(t);
	}
}

int kbpf_timers_init(struct kbpf_map *map)
{
	struct kbpf_pool *pool;

	map->timers = kzalloc(sizeof(*map->timers), GFP_KERNEL_ACCOUNT);
	if (!map->timers)
		return -ENOMEM;
	pool = &map->timers->pool;
	pool->elem_size = round_up(sizeof(struct kbpf_timer), 8);
	pool->capacity = min_t(u64, (u64)map->desc.max_entries + SPARE, U32_MAX);
	pool->node = NUMA_NO_NODE;
	pool->memory = &map->memory;
	return kbpf_pool_init(pool, true);
}

void kbpf_timers_exit(struct kbpf_map *map)
{
	struct kbpf_timer *t;

	if (!map->timers)
		return;
	for (u32 i = 0; map->timers->pool.cpu && i < kbpf_pool_used(&map->timers->pool); i++) {
		t = timer_at(map, i);
		if (!t)
			continue;
		kbpf_later_cancel(&t->bury);
		kbpf_alarm_cancel(&t->alarm);
	}
	kbpf_pool_exit(&map->timers->pool);
	kfree(map->timers);
}

/* ---- helpers ------------------------------------------------------------------------------ */

static bool has_users(const struct kbpf_map *map)
{
	return atomic_read(&map->obj.user_ref);
}

static struct kbpf_timer *take(struct kbpf_map *map)
{
	struct kbpf_elem *e;
	unsigned long irq;

	kbpf_map_enter(&irq);
	e = kbpf_pool_get(&map->timers->pool);
	kbpf_map_leave(irq);
	if (IS_ERR(e)) {
		kbpf_map_count(map, refused_nomem);
		return NULL;
	}
	return (void *)e;
}

static void set_up(struct kbpf_timer *t, struct kbpf_map *map, void *value, int clock)
{
	kbpf_alarm_init(&t->alarm, clock, go_off);
	t->map = map;
	t->gone = false;
	WRITE_ONCE(t->value, value);
	if (t->once)
		return;
	raw_spin_lock_init(&t->lock);
	kbpf_later_init(&t->bury, bury);
	/* Who walks the pool finds it whole. */
	smp_store_release(&t->once, true);
}

u64 kbpf_helper_timer_init(u64 timer, u64 map_reg, u64 flags, u64 r4, u64 r5)
{
	struct kbpf_map *map = (void *)(unsigned long)map_reg;
	void *value = (void *)(unsigned long)timer - map->desc.timer_off;
	struct kbpf_timer **slot = slot_of(map, value), *t;

	if (flags != CLOCK_MONOTONIC && flags != CLOCK_REALTIME && flags != CLOCK_BOOTTIME)
		return -EINVAL;
	if (READ_ONCE(*slot))
		return -EBUSY;
	if (!has_users(map))
		return -EPERM;
	t = take(map);
	if (!t)
		return -ENOMEM;
	set_up(t, map, value, flags);
	if (cmpxchg(slot, NULL, t)) {
		drop(t);
		return -EBUSY;
	}
	/* The last client may have gone between: kbpf_timers_release() saw it, or we do. */
	smp_mb();
	if (has_users(map))
		return 0;
	kbpf_timer_drop(map, value);
	return -EPERM;
}

static struct kbpf_timer *timer_of(u64 timer)
{
	return READ_ONCE(*(struct kbpf_timer **)(unsigned long)timer);
}

/* Under the lock. A program on its way out may still run, but is kept no more. */
static int change_prog(struct kbpf_timer *t, struct kbpf_prog *prog)
{
	if (t->old)
		return -EBUSY;
	if (!refcount_inc_not_zero(&prog->obj.ref))
		return -ENOENT;
	t->old = t->prog;
	t->prog = prog;
	if (t->old)
		kbpf_later_queue(&t->bury);
	return 0;
}

u64 kbpf_helper_timer_set_callback(u64 timer, u64 func_reg, u64 r3, u64 r4, u64 r5)
{
	const struct kbpf_func *func = (void *)(unsigned long)func_reg;
	struct kbpf_timer *t = timer_of(timer);
	unsigned long irq;
	long err = 0;

	if (!t)
		return -EINVAL;
	if (!has_users(t->map))
		return -EPERM;
	if (!kbpf_map_lock(&t->lock, &irq))
		return -EBUSY;
	if (t->gone)
		err = -EINVAL;
	else if (t->prog != func->prog)
		err = change_prog(t, func->prog);
	if (!err)
		t->func = func;
	kbpf_map_unlock(&t->lock, irq);
	return err;
}

u64 kbpf_helper_timer_start(u64 timer, u64 ns, u64 flags, u64 r4, u64 r5)
{
	struct kbpf_timer *t = timer_of(timer);
	unsigned long irq;
	long err = 0;

	if (flags & ~(START_ABS | START_PINNED) || !t)
		return -EINVAL;
	if (!kbpf_map_lock(&t->lock, &irq))
		return -EBUSY;
	if (t->gone || !t->func)
		err = -EINVAL;
	else
		kbpf_alarm_start(&t->alarm, ns, flags & START_ABS, flags & START_PINNED);
	kbpf_map_unlock(&t->lock, irq);
	return err;
}

u64 kbpf_helper_timer_cancel(u64 timer, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_timer *t = timer_of(timer);
	unsigned long irq;
	int was;

	if (!t)
		return -EINVAL;
	was = kbpf_alarm_try_cancel(&t->alarm);
	/* Two functions that wait for each other's end would wait for ever. */
	if (was < 0 && this_cpu_read(kbpf_map_cpu->in_timer))
		return -EDEADLK;
	if (was < 0)
		was = kbpf_alarm_cancel(&t->alarm);
	if (!kbpf_map_lock(&t->lock, &irq))
		return -EBUSY;
	t->func = NULL;
	kbpf_map_unlock(&t->lock, irq);
	return was;
}
