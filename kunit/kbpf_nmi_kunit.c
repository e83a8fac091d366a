// SPDX-License-Identifier: GPL-2.0
/*
 * Maps in NMIs: threads change maps on every CPU while NMIs, sent to all of them, do
 * the same in the middle of it. Nothing waits, nothing is lost that was not counted.
 */
#include <kunit/test.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <asm/apic.h>
#include <asm/nmi.h>
#include "maps/map.h"

#define NMIS	3000
#define KEYS	200
#define RECORD	16

/* What came of it, in either context. */
struct tally {
	atomic64_t inserted;
	atomic64_t deleted;
	atomic64_t busy;
	atomic64_t added;
	atomic64_t written;
	atomic64_t dropped;
};

static struct tally threads, nmis;
static struct kbpf_map *hash, *sums, *ring;
static DEFINE_PER_CPU(atomic_t, sent);
static DEFINE_PER_CPU(u64, dice);
static atomic64_t taken;

static struct kbpf_map *make(u32 type, u32 key, u32 value, u32 entries, u32 flags)
{
	struct kbpf_map_create_attr attr = {
		.map_type = type, .key_size = key, .value_size = value,
		.max_entries = entries, .map_flags = flags,
	};

	return kbpf_map_create(&attr, NULL);
}

static void note_hash(struct tally *t, long err, atomic64_t *done)
{
	if (!err)
		atomic64_inc(done);
	else if (err == -EBUSY)
		atomic64_inc(&t->busy);
}

/* One of each operation; preemption is off. */
static void work(struct tally *t, u64 n)
{
	u64 key = n % KEYS, *sum;
	void *rec;

	rcu_read_lock();
	if (n & 0x10000)
		note_hash(t, kbpf_map_prog_update(hash, &key, &n, KBPF_NOEXIST), &t->inserted);
	else
		note_hash(t, kbpf_map_prog_delete(hash, &key), &t->deleted);
	sum = kbpf_map_prog_lookup(sums, &key);
	if (sum) {
		atomic64_inc((atomic64_t *)sum);
		atomic64_inc(&t->added);
	}
	rec = kbpf_ringbuf_reserve(ring, RECORD);
	if (rec) {
		kbpf_ringbuf_submit(rec, 0);
		atomic64_inc(&t->written);
	} else {
		atomic64_inc(&t->dropped);
	}
	rcu_read_unlock();
}

static u64 throw_dice(void)
{
	return this_cpu_add_return(dice, 0x9e3779b97f4a7c15ULL) >> 24;
}

static int on_nmi(unsigned int cmd, struct pt_regs *regs)
{
	/* Several that were sent may come as one. */
	if (!atomic_xchg(this_cpu_ptr(&sent), 0))
		return NMI_DONE;
	work(&nmis, throw_dice());
	atomic64_inc(&taken);
	return NMI_HANDLED;
}

static int thread(void *unused)
{
	while (!kthread_should_stop()) {
		preempt_disable();
		work(&threads, throw_dice());
		preempt_enable();
		cond_resched();
	}
	return 0;
}

static void send_all(void)
{
	u32 i;
	int cpu;

	for (i = 0; i < NMIS; i++) {
		for_each_online_cpu(cpu) {
			atomic_set(per_cpu_ptr(&sent, cpu), 1);
			apic->send_IPI_mask(cpumask_of(cpu), NMI_VECTOR);
		}
		usleep_range(20, 200);
	}
}

static void run_all(struct kunit *test)
{
	struct task_struct *tasks[8] = {};
	int cpu;

	for_each_online_cpu(cpu) {
		if (cpu >= ARRAY_SIZE(tasks))
			break;
		tasks[cpu] = kthread_create(thread, NULL, "kbpf_nmi/%d", cpu);
		KUNIT_ASSERT_FALSE(test, IS_ERR(tasks[cpu]));
		kthread_bind(tasks[cpu], cpu);
		wake_up_process(tasks[cpu]);
	}
	cpus_read_lock();
	send_all();
	cpus_read_unlock();
	for (cpu = 0; cpu < ARRAY_SIZE(tasks); cpu++)
		if (tasks[cpu])
			kthread_stop(tasks[cpu]);
}

static u64 both(const atomic64_t *a, const atomic64_t *b)
{
	return atomic64_read(a) + atomic64_read(b);
}

static u64 sum_of_sums(void)
{
	u64 *values = kcalloc(num_possible_cpus(), sizeof(*values), GFP_KERNEL), sum = 0, key;
	int i;

	for (key = 0; values && key < KEYS; key++)
		if (!kbpf_map_lookup_user(sums, &key, values, 0))
			for (i = 0; i < num_possible_cpus(); i++)
				sum += values[i];
	kfree(values);
	return sum;
}

static void check(struct kunit *test)
{
	struct kbpf_map_stats_attr stats;

	kbpf_map_stats(hash, &stats);
	KUNIT_EXPECT_EQ(test, stats.entries, both(&threads.inserted, &nmis.inserted) -
			both(&threads.deleted, &nmis.deleted));
	KUNIT_EXPECT_EQ(test, stats.refused_busy, both(&threads.busy, &nmis.busy));
	KUNIT_EXPECT_EQ(test, stats.refused_nomem, 0);
	KUNIT_EXPECT_EQ(test, sum_of_sums(), both(&threads.added, &nmis.added));
	kbpf_map_stats(ring, &stats);
	KUNIT_EXPECT_EQ(test, stats.written, both(&threads.written, &nmis.written));
	KUNIT_EXPECT_EQ(test, stats.refused_full + stats.refused_busy,
			both(&threads.dropped, &nmis.dropped));
	/* A thread never has to give up: whoever interrupts it is done before it goes on. */
	KUNIT_EXPECT_EQ(test, atomic64_read(&threads.busy), 0);
	KUNIT_EXPECT_GT(test, atomic64_read(&taken), NMIS / 2);
	kunit_info(test, "%lld NMIs, %lld turned away at the hash, %lld runs of threads",
		   atomic64_read(&taken), atomic64_read(&nmis.busy),
		   atomic64_read(&threads.written) + atomic64_read(&threads.dropped));
}

static void test_maps_in_nmi(struct kunit *test)
{
	u64 *zero = kcalloc(num_possible_cpus(), sizeof(*zero), GFP_KERNEL), key;

	hash = make(KBPF_MAP_TYPE_HASH, 8, 8, KEYS, KBPF_F_NO_PREALLOC);
	sums = make(KBPF_MAP_TYPE_PERCPU_HASH, 8, 8, KEYS, 0);
	/* nobody reads it: it fills, and then refuses */
	ring = make(KBPF_MAP_TYPE_RINGBUF, 0, 0, 256 << 10, 0);
	KUNIT_ASSERT_TRUE(test, zero && !IS_ERR(hash) && !IS_ERR(sums) && !IS_ERR(ring));
	for (key = 0; key < KEYS; key++)
		KUNIT_EXPECT_EQ(test, kbpf_map_update_user(sums, &key, zero, 0), 0);
	KUNIT_ASSERT_EQ(test, register_nmi_handler(NMI_LOCAL, on_nmi, 0, "kbpf_nmi_kunit"), 0);
	run_all(test);
	unregister_nmi_handler(NMI_LOCAL, "kbpf_nmi_kunit");
	check(test);
	kfree(zero);
	kbpf_object_put(&hash->obj);
	kbpf_object_put(&sums->obj);
	kbpf_object_put(&ring->obj);
}

static void exit_suite(struct kunit_suite *suite)
{
	kbpf_map_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_maps_in_nmi),
	{}
};

static struct kunit_suite suite = {
	.name = "kbpf_nmi",
	.suite_exit = exit_suite,
	.test_cases = cases,
};
kunit_test_suite(suite);
