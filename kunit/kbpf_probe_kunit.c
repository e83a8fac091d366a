// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel probes as objects: what is refused and why, programs on them and off
 * again, counts of hits that reached none, and who keeps what alive.
 */
#include <kunit/test.h>
#include <linux/kprobes.h>
#include <linux/perf_event.h>
#include "host_prog.h"
#include "probe.h"
#include "why.h"

#define MAX_PROGS	64	/* at one probe: as probe.c */

static int target_calls;

static noinline long target(long a, long b)
{
	target_calls++;
	barrier();
	return a + b;
}

static noinline long forbidden(long a)
{
	barrier();
	return a;
}
NOKPROBE_SYMBOL(forbidden);

static struct kbpf_why why;

static struct kbpf_object *open_at(unsigned long addr, bool ret)
{
	struct perf_event_attr attr = { .config = ret, .kprobe_addr = addr };

	why.text[0] = '\0';
	return kbpf_kprobe_create(&attr, &why);
}

static struct kbpf_probe *open_target(struct kunit *test, bool ret)
{
	struct kbpf_object *obj = open_at((unsigned long)target, ret);

	KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(test, obj, "%s", why.text);
	return container_of(obj, struct kbpf_probe, obj);
}

static void expect_refused(struct kunit *test, unsigned long addr, int err)
{
	struct kbpf_object *obj = open_at(addr, false);

	KUNIT_EXPECT_EQ_MSG(test, PTR_ERR_OR_ZERO(obj), err, "at %ps: %s", (void *)addr, why.text);
	KUNIT_EXPECT_NE(test, why.text[0], '\0');
	if (!IS_ERR(obj))
		kbpf_object_put(obj);
}

static void test_refusals(struct kunit *test)
{
	struct perf_event_attr attr = { .config = 2, .kprobe_addr = (unsigned long)target };
	struct kbpf_object *obj;

	expect_refused(test, 0, -EINVAL);
	expect_refused(test, (unsigned long)&target_calls, -EINVAL);
	expect_refused(test, (unsigned long)forbidden, -EINVAL);
	obj = kbpf_kprobe_create(&attr, &why);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(obj), -EINVAL);
	if (!IS_ERR(obj))
		kbpf_object_put(obj);
}

static void test_entry(struct kunit *test)
{
	struct kbpf_probe *probe = open_target(test, false);
	struct kbpf_link *link;
	struct host_prog *hp;

	hp = host_prog_create(test, KBPF_PROG_TYPE_KPROBE);
	KUNIT_EXPECT_EQ(test, target(1, 2), 3);
	link = kbpf_probe_link(probe, &hp->prog, 77);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, link);
	KUNIT_EXPECT_EQ(test, target(3, 4), 7);
	KUNIT_EXPECT_EQ(test, hp->runs, 1);
	KUNIT_EXPECT_EQ(test, hp->cookie, 77);
	/* The link keeps the probe, the link's end takes the program off. */
	kbpf_object_put(&probe->obj);
	target(5, 6);
	KUNIT_EXPECT_EQ(test, hp->runs, 2);
	kbpf_object_put(&link->obj);
	target(7, 8);
	KUNIT_EXPECT_EQ(test, hp->runs, 2);
	KUNIT_EXPECT_FALSE(test, hp->freed);
	kbpf_object_put(&hp->prog.obj);
	KUNIT_EXPECT_TRUE(test, hp->freed);
}

static u64 seen_result;

static void read_result(struct host_prog *hp)
{
	seen_result = regs_return_value((struct pt_regs *)hp->ctx);
}

static void test_return(struct kunit *test)
{
	struct kbpf_probe *probe = open_target(test, true);
	struct kbpf_link *link;
	struct host_prog *hp;

	hp = host_prog_create(test, KBPF_PROG_TYPE_KPROBE);
	hp->body = read_result;
	link = kbpf_probe_link(probe, &hp->prog, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, link);
	target(1000, 234);
	KUNIT_EXPECT_EQ(test, hp->runs, 1);
	KUNIT_EXPECT_EQ(test, seen_result, 1234);
	kbpf_object_put(&link->obj);
	kbpf_object_put(&probe->obj);
	kbpf_object_put(&hp->prog.obj);
}

static void test_attach_rules(struct kunit *test)
{
	struct kbpf_probe *probe = open_target(test, false);
	struct kbpf_link **links;
	struct host_prog *hp, *other;
	int i;

	links = kunit_kcalloc(test, MAX_PROGS, sizeof(*links), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, links);
	hp = host_prog_create(test, KBPF_PROG_TYPE_KPROBE);
	other = host_prog_create(test, KBPF_PROG_TYPE_TRACEPOINT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kbpf_probe_link(probe, &other->prog, 0)), -EINVAL);
	for (i = 0; i < MAX_PROGS; i++) {
		links[i] = kbpf_probe_link(probe, &hp->prog, i);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, links[i]);
	}
	KUNIT_EXPECT_EQ(test, PTR_ERR(kbpf_probe_link(probe, &hp->prog, 5)), -EEXIST);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kbpf_probe_link(probe, &hp->prog, MAX_PROGS)), -E2BIG);
	target(1, 1);
	KUNIT_EXPECT_EQ(test, hp->runs, MAX_PROGS);
	/* From the middle, then the rest: what is left runs, in its order. */
	kbpf_object_put(&links[MAX_PROGS / 2]->obj);
	links[MAX_PROGS / 2] = NULL;
	target(1, 1);
	KUNIT_EXPECT_EQ(test, hp->runs, 2 * MAX_PROGS - 1);
	KUNIT_EXPECT_EQ(test, hp->cookie, MAX_PROGS - 1);
	for (i = 0; i < MAX_PROGS; i++)
		if (links[i])
			kbpf_object_put(&links[i]->obj);
	target(1, 1);
	KUNIT_EXPECT_EQ(test, hp->runs, 2 * MAX_PROGS - 1);
	kbpf_object_put(&probe->obj);
	kbpf_object_put(&hp->prog.obj);
	kbpf_object_put(&other->prog.obj);
	KUNIT_EXPECT_TRUE(test, hp->freed && other->freed);
}

static void call_target(struct host_prog *hp)
{
	target(0, 0);
}

/* A probe that is hit inside its own program: the kernel skips it, kbpf counts that. */
static void test_misses(struct kunit *test)
{
	struct kbpf_probe *probe = open_target(test, false);
	struct kbpf_link *link;
	struct host_prog *hp;

	hp = host_prog_create(test, KBPF_PROG_TYPE_KPROBE);
	hp->body = call_target;
	link = kbpf_probe_link(probe, &hp->prog, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, link);
	target(1, 1);
	target(1, 1);
	KUNIT_EXPECT_EQ(test, hp->runs, 2);
	kbpf_object_put(&link->obj);
	KUNIT_EXPECT_EQ(test, host_prog_misses(hp), 2);
	kbpf_object_put(&probe->obj);
	kbpf_object_put(&hp->prog.obj);
}

/* Two probes at one place are two objects: one may go while the other stays. */
static void test_two_at_one_place(struct kunit *test)
{
	struct kbpf_probe *one = open_target(test, false), *two = open_target(test, true);
	struct kbpf_link *at_one, *at_two;
	struct host_prog *hp;
	int i;

	hp = host_prog_create(test, KBPF_PROG_TYPE_KPROBE);
	for (i = 0; i < 20; i++) {
		at_one = kbpf_probe_link(one, &hp->prog, 1);
		at_two = kbpf_probe_link(two, &hp->prog, 2);
		KUNIT_ASSERT_FALSE(test, IS_ERR(at_one) || IS_ERR(at_two));
		hp->runs = 0;
		target(1, 1);
		KUNIT_EXPECT_EQ(test, hp->runs, 2);
		kbpf_object_put(i & 1 ? &at_one->obj : &at_two->obj);
		target(1, 1);
		KUNIT_EXPECT_EQ(test, hp->runs, 3);
		KUNIT_EXPECT_EQ(test, hp->cookie, i & 1 ? 2 : 1);
		kbpf_object_put(i & 1 ? &at_two->obj : &at_one->obj);
	}
	kbpf_object_put(&one->obj);
	kbpf_object_put(&two->obj);
	kbpf_object_put(&hp->prog.obj);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_refusals),
	KUNIT_CASE(test_entry),
	KUNIT_CASE(test_return),
	KUNIT_CASE(test_attach_rules),
	KUNIT_CASE(test_misses),
	KUNIT_CASE(test_two_at_one_place),
	{}
};

static struct kunit_suite suite = {
	.name = "kbpf_probe",
	.test_cases = cases,
};

kunit_test_suite(suite);
