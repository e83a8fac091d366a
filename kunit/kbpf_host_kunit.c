// SPDX-License-Identifier: GPL-2.0
/*
 * The host's objects: references and ids, descriptors, runs and what they guard,
 * deferred frees, names of addresses, perf rings, and what fdinfo says.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/perf_event.h>
#include <linux/seq_file.h>
#include "fd.h"
#include "host_prog.h"
#include "kernel_btf.h"
#include "maps/map.h"
#include "pmu.h"
#include "ring.h"
#include "symbol.h"
#include "tracing.h"
#include "why.h"

/* ---- objects and descriptors ----------------------------------------------- */

struct thing {
	struct kbpf_object obj;
	int frees;
	int releases;
};

static void free_thing(struct kbpf_object *obj)
{
	container_of(obj, struct thing, obj)->frees++;
}

static void release_thing(struct kbpf_object *obj)
{
	container_of(obj, struct thing, obj)->releases++;
}

static const struct kbpf_object_ops thing_ops = {
	.free = free_thing,
	.release_user = release_thing,
};

static void init_thing(struct thing *t, enum kbpf_kind kind)
{
	memset(t, 0, sizeof(*t));
	kbpf_object_init(&t->obj, kind, &thing_ops);
}

#define THINGS	40

static void test_ids(struct kunit *test)
{
	struct thing *t = kunit_kcalloc(test, THINGS, sizeof(*t), GFP_KERNEL);
	struct kbpf_object *found;
	u32 i, id = 0, seen = 0;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (i = 0; i < THINGS; i++) {
		init_thing(&t[i], KBPF_KIND_BTF);
		KUNIT_ASSERT_EQ(test, kbpf_object_publish(&t[i].obj), 0);
		KUNIT_EXPECT_TRUE(test, !i || t[i].obj.id > t[i - 1].obj.id);
	}
	/* Every other goes; those left are listed in order, the others are not found. */
	for (i = 0; i < THINGS; i += 2)
		kbpf_object_put(&t[i].obj);
	while (!kbpf_object_next_id(KBPF_KIND_BTF, id, &id)) {
		KUNIT_EXPECT_EQ(test, id, t[2 * seen + 1].obj.id);
		seen++;
	}
	KUNIT_EXPECT_EQ(test, seen, THINGS / 2);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kbpf_object_find_id(KBPF_KIND_BTF, t[0].obj.id)), -ENOENT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kbpf_object_find_id(KBPF_KIND_MAP, t[1].obj.id)), -ENOENT);
	found = kbpf_object_find_id(KBPF_KIND_BTF, t[1].obj.id);
	KUNIT_EXPECT_PTR_EQ(test, found, &t[1].obj);
	kbpf_object_put(&t[1].obj);
	KUNIT_EXPECT_EQ(test, t[1].frees, 0);
	for (i = 1; i < THINGS; i += 2)
		kbpf_object_put(&t[i].obj);
	for (i = 0; i < THINGS; i++)
		KUNIT_EXPECT_EQ(test, t[i].frees, 1);
	KUNIT_EXPECT_EQ(test, kbpf_object_count(KBPF_KIND_BTF), 0);
}

/* Files are put by a work of the kernel's where a kernel thread closes them. */
static bool comes_true(const int *value, int want)
{
	int try;

	for (try = 0; try < 100 && READ_ONCE(*value) != want; try++)
		msleep(20);
	return READ_ONCE(*value) == want;
}

static void test_descriptors(struct kunit *test)
{
	struct kbpf_object *obj;
	struct thing t;
	u32 flags = 99;
	int fd, other;

	init_thing(&t, KBPF_KIND_MAP);
	kbpf_object_get(&t.obj);
	fd = kbpf_world_fd_install(&t.obj, KBPF_F_RDONLY);
	kbpf_object_get(&t.obj);
	other = kbpf_world_fd_install(&t.obj, 0);
	KUNIT_ASSERT_TRUE(test, fd >= 0 && other >= 0);
	obj = kbpf_world_fd_get(fd, &flags);
	KUNIT_EXPECT_PTR_EQ(test, obj, &t.obj);
	KUNIT_EXPECT_EQ(test, flags, KBPF_F_RDONLY);
	kbpf_object_put(obj);
	KUNIT_EXPECT_PTR_EQ(test, kbpf_world_fd_get(other, &flags), &t.obj);
	KUNIT_EXPECT_EQ(test, flags, 0);
	kbpf_object_put(&t.obj);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kbpf_world_fd_get(-1, NULL)), -EBADF);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kbpf_world_fd_get(1 << 20, NULL)), -EBADF);
	/* The last descriptor is the last user; another reference keeps the object. */
	close_fd(fd);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kbpf_world_fd_get(fd, NULL)), -EBADF);
	KUNIT_EXPECT_EQ(test, t.releases, 0);
	close_fd(other);
	KUNIT_EXPECT_TRUE(test, comes_true(&t.releases, 1));
	KUNIT_EXPECT_EQ(test, t.frees, 0);
	kbpf_object_put(&t.obj);
	KUNIT_EXPECT_TRUE(test, comes_true(&t.frees, 1));
}

static void test_foreign_descriptor(struct kunit *test)
{
	struct file *file = filp_open("/", O_RDONLY | O_DIRECTORY, 0);
	int fd;

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	fd = get_unused_fd_flags(O_CLOEXEC);
	KUNIT_ASSERT_GE(test, fd, 0);
	fd_install(fd, file);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kbpf_world_fd_get(fd, NULL)), -EINVAL);
	close_fd(fd);
}

static void test_fdinfo(struct kunit *test)
{
	struct kbpf_map_create_attr attr = {
		.map_type = KBPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 24,
		.max_entries = 77, .map_name = "m",
	};
	struct kbpf_map *map = kbpf_map_create(&attr, NULL);
	struct seq_file m = { .size = PAGE_SIZE };
	struct file *file = kunit_kzalloc(test, sizeof(*file), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, map);
	m.buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, file && m.buf);
	file->private_data = &map->obj;
	kbpf_map_fd_info(&m, file);
	KUNIT_EXPECT_NOT_NULL(test, strstr(m.buf, "map_type:\t1\nkey_size:\t4\nvalue_size:\t24\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(m.buf, "max_entries:\t77\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(m.buf, "frozen:\t0\n"));
	kbpf_object_put(&map->obj);
}

/* ---- runs ------------------------------------------------------------------- */

static bool run_once(struct host_prog *hp, u64 *ret)
{
	struct kbpf_run run = { .cookie = 5 };

	return kbpf_run_prog(&hp->prog, hp, &run, ret);
}

static struct nesting {
	struct host_prog *task, *irq, *softirq;
	const struct kbpf_run *task_run;
	enum kbpf_level levels[3];
	bool refused[3], task_intact;
} nest;

/* What each level does: a second run of its own level is turned away. */
static void nested(u32 at, struct host_prog *other)
{
	u64 ret = 1;

	nest.levels[at] = kbpf_run_level();
	nest.refused[at] = !run_once(other, &ret) && ret == 0;
}

static struct host_prog *never;	/* what is turned away */

static void from_softirq(struct host_prog *hp)
{
	nested(2, never);
}

static void from_irq(struct host_prog *hp)
{
	nested(1, never);
}

static void softirq_fn(struct tasklet_struct *t)
{
	u64 ret;

	run_once(nest.softirq, &ret);
}

static DECLARE_TASKLET(softirq_tasklet, softirq_fn);

static void irq_fn(struct irq_work *work)
{
	u64 ret;

	run_once(nest.irq, &ret);
	tasklet_schedule(&softirq_tasklet);
}

static struct irq_work irq = IRQ_WORK_INIT_HARD(irq_fn);

static void from_task(struct host_prog *hp)
{
	int spin;

	nest.task_run = kbpf_run_current();
	nested(0, never);
	irq_work_queue(&irq);
	for (spin = 0; spin < 1000000 && !READ_ONCE(nest.softirq->runs); spin++)
		cpu_relax();
	nest.task_intact = kbpf_run_current() == nest.task_run;
}

static void test_levels(struct kunit *test)
{
	u64 ret = 0;
	u32 i;

	memset(&nest, 0, sizeof(nest));
	nest.task = host_prog_create(test, KBPF_PROG_TYPE_KPROBE);
	nest.irq = host_prog_create(test, KBPF_PROG_TYPE_KPROBE);
	nest.softirq = host_prog_create(test, KBPF_PROG_TYPE_KPROBE);
	never = host_prog_create(test, KBPF_PROG_TYPE_KPROBE);
	nest.task->body = from_task;
	nest.irq->body = from_irq;
	nest.softirq->body = from_softirq;
	KUNIT_EXPECT_TRUE(test, run_once(nest.task, &ret));
	KUNIT_EXPECT_EQ(test, ret, 42);
	KUNIT_EXPECT_EQ(test, nest.levels[0], KBPF_LEVEL_TASK);
	KUNIT_EXPECT_EQ(test, nest.levels[1], KBPF_LEVEL_HARDIRQ);
	KUNIT_EXPECT_EQ(test, nest.levels[2], KBPF_LEVEL_SOFTIRQ);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE_MSG(test, nest.refused[i], "level %u", i);
	KUNIT_EXPECT_TRUE(test, nest.task_intact);
	KUNIT_EXPECT_EQ(test, never->runs, 0);
	KUNIT_EXPECT_EQ(test, host_prog_misses(never), 3);
	KUNIT_EXPECT_NULL(test, kbpf_run_current());
	tasklet_kill(&softirq_tasklet);
	kbpf_object_put(&nest.task->prog.obj);
	kbpf_object_put(&nest.irq->prog.obj);
	kbpf_object_put(&nest.softirq->prog.obj);
	kbpf_object_put(&never->prog.obj);
}

static void test_test_run(struct kunit *test)
{
	struct host_prog *hp;
	u64 ret = 0, ns = 0;

	hp = host_prog_create(test, KBPF_PROG_TYPE_KPROBE);
	KUNIT_EXPECT_EQ(test, kbpf_world_test_run(&hp->prog, NULL, 1000, -1, &ret, &ns), 0);
	KUNIT_EXPECT_EQ(test, hp->runs, 1000);
	KUNIT_EXPECT_EQ(test, ret, 42);
	KUNIT_EXPECT_GT(test, ns, 0);
	KUNIT_EXPECT_EQ(test, kbpf_world_test_run(&hp->prog, NULL, 1, nr_cpu_ids, &ret, &ns), -ENXIO);
	KUNIT_EXPECT_EQ(test, kbpf_world_test_run(&hp->prog, NULL, 10, 0, &ret, &ns), 0);
	KUNIT_EXPECT_EQ(test, hp->runs, 1010);
	kbpf_object_put(&hp->prog.obj);
}

struct link_of_chain {
	struct rcu_work work;
	int left;
};

static int deferred;

static void next_in_chain(struct work_struct *work)
{
	struct link_of_chain *l = container_of(to_rcu_work(work), struct link_of_chain, work);

	deferred++;
	if (l->left-- > 0)
		kbpf_run_defer(&l->work, next_in_chain);
}

/* Going down waits for what is put off, and for what that puts off in turn. */
static void test_exit_waits(struct kunit *test)
{
	struct link_of_chain *chain = kunit_kzalloc(test, sizeof(*chain), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, chain);
	KUNIT_ASSERT_EQ(test, kbpf_run_init(), 0);
	chain->left = 4;
	deferred = 0;
	kbpf_run_defer(&chain->work, next_in_chain);
	kbpf_run_exit();
	KUNIT_EXPECT_EQ(test, deferred, 5);
}

/* ---- names and types ---------------------------------------------------------- */

static noinline void here(void)
{
	barrier();
}

static void test_symbols(struct kunit *test)
{
	struct kbpf_symbol *sym = kunit_kzalloc(test, sizeof(*sym), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sym);
	KUNIT_ASSERT_TRUE(test, kbpf_symbol_at((unsigned long)here + 1, sym));
	KUNIT_EXPECT_STREQ(test, sym->name, "here");
	KUNIT_EXPECT_STREQ(test, sym->module, "kbpf_kunit");
	KUNIT_EXPECT_EQ(test, sym->start, (unsigned long)here);
	KUNIT_ASSERT_TRUE(test, kbpf_symbol_at((unsigned long)kfree, sym));
	KUNIT_EXPECT_STREQ(test, sym->name, "kfree");
	KUNIT_EXPECT_STREQ(test, sym->module, "");
	KUNIT_EXPECT_FALSE(test, kbpf_symbol_at(8, sym));
	KUNIT_EXPECT_EQ(test, kbpf_symbol_is_ambiguous("kfree", (unsigned long)kfree), 0);
	/* Every file with a mount table or a memory map of its own has one. */
	KUNIT_EXPECT_EQ(test, kbpf_symbol_is_ambiguous("m_next", (unsigned long)kfree), 1);
}

/* The debug kernel shows no BTF: nothing is known of tracepoints, and no function is found. */
static void test_without_btf(struct kunit *test)
{
	struct kbpf_attach_point *point = kunit_kzalloc(test, sizeof(*point), GFP_KERNEL);
	struct host_prog *hp;

	KUNIT_ASSERT_NOT_NULL(test, point);
	if (kbpf_attach_point_by_id(1, point) != -ENOENT)
		kunit_skip(test, "this kernel has BTF");
	kbpf_attach_point_by_tracepoint("sched_switch", point);
	KUNIT_EXPECT_TRUE(test, point->is_tracepoint);
	KUNIT_EXPECT_EQ(test, point->nr_args, KBPF_MAX_FUNC_ARGS);
	KUNIT_EXPECT_EQ(test, point->masks[KBPF_MAX_FUNC_ARGS - 1], ~0ULL);
	hp = host_prog_create(test, KBPF_PROG_TYPE_KPROBE);
	KUNIT_EXPECT_EQ(test, kbpf_tracing_check(&hp->prog), 0);
	hp->prog.type = KBPF_PROG_TYPE_TRACING;
	hp->prog.expected_attach_type = KBPF_TRACE_FENTRY;
	hp->prog.attach_btf_id = 1;
	KUNIT_EXPECT_EQ(test, kbpf_tracing_check(&hp->prog), -ENOENT);
	hp->prog.expected_attach_type = KBPF_NETFILTER;
	KUNIT_EXPECT_EQ(test, kbpf_tracing_check(&hp->prog), -EINVAL);
	kbpf_object_put(&hp->prog.obj);
}

static void test_pmu(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, kbpf_pmu_is(KBPF_PMU_KPROBE, KBPF_PERF_TYPE_KPROBE));
	KUNIT_EXPECT_TRUE(test, kbpf_pmu_is(KBPF_PMU_UPROBE, KBPF_PERF_TYPE_UPROBE));
	KUNIT_EXPECT_FALSE(test, kbpf_pmu_is(KBPF_PMU_KPROBE, PERF_TYPE_SOFTWARE));
	KUNIT_EXPECT_FALSE(test, kbpf_pmu_is(KBPF_PMU_KPROBE, KBPF_PERF_TYPE_UPROBE));
}

/* ---- perf rings ------------------------------------------------------------------ */

static struct kbpf_why why;

static long ring_error(u64 sample_type, s32 pid, s32 cpu)
{
	struct perf_event_attr attr = { .sample_type = sample_type };
	struct kbpf_object *obj = kbpf_ring_create(&attr, pid, cpu, &why);

	if (!IS_ERR(obj))
		kbpf_object_put(obj);
	return PTR_ERR_OR_ZERO(obj);
}

static void test_ring(struct kunit *test)
{
	struct perf_event_attr attr = { .sample_type = PERF_SAMPLE_RAW };
	struct kbpf_object *mine, *others;
	int cpu;

	KUNIT_ASSERT_EQ(test, kbpf_run_init(), 0);
	KUNIT_EXPECT_EQ(test, ring_error(PERF_SAMPLE_RAW, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, ring_error(PERF_SAMPLE_RAW, -1, -1), -EINVAL);
	KUNIT_EXPECT_EQ(test, ring_error(PERF_SAMPLE_RAW, -1, nr_cpu_ids), -ENODEV);
	KUNIT_EXPECT_EQ(test, ring_error(PERF_SAMPLE_CALLCHAIN, -1, 0), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, ring_error(PERF_SAMPLE_RAW, -1, 0), 0);
	cpu = get_cpu();
	put_cpu();
	mine = kbpf_ring_create(&attr, -1, cpu, &why);
	others = kbpf_ring_create(&attr, -1, (cpu + 1) % nr_cpu_ids, &why);
	KUNIT_ASSERT_FALSE(test, IS_ERR(mine) || IS_ERR(others));
	/* Nobody has mapped it: counted as lost. The test may have moved meanwhile. */
	preempt_disable();
	if (smp_processor_id() == cpu) {
		KUNIT_EXPECT_EQ(test, kbpf_ring_output(mine, "x", 1), -ENOSPC);
		if (nr_cpu_ids > 1)
			KUNIT_EXPECT_EQ(test, kbpf_ring_output(others, "x", 1), -EOPNOTSUPP);
	}
	preempt_enable();
	kbpf_object_put(mine);
	kbpf_object_put(others);
	kbpf_run_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_ids),
	KUNIT_CASE(test_descriptors),
	KUNIT_CASE(test_foreign_descriptor),
	KUNIT_CASE(test_fdinfo),
	KUNIT_CASE(test_levels),
	KUNIT_CASE(test_test_run),
	KUNIT_CASE(test_exit_waits),
	KUNIT_CASE(test_symbols),
	KUNIT_CASE(test_without_btf),
	KUNIT_CASE(test_pmu),
	KUNIT_CASE(test_ring),
	{}
};

static void exit_suite(struct kunit_suite *suite)
{
	kbpf_symbol_exit();
	kbpf_map_exit();
}

static struct kunit_suite suite = {
	.name = "kbpf_host",
	.suite_exit = exit_suite,
	.test_cases = cases,
};

kunit_test_suite(suite);
