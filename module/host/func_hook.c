// SPDX-License-Identifier: GPL-2.0
/*
 * Trampolines of functions: the function's own call of the tracer goes to code of
 * ours (engine/jit/trampoline.h), which runs the programs that are attached there. A
 * function has at most one trampoline, whoever made it. Must not know what a link is.
 *
 * A trampoline outlives its use: tasks may be preempted in it, or, where it calls
 * the function's body, sleep below it. The former are waited for by RCU-tasks, the
 * latter are counted; while there are any, the module stays.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "../compat/ftrace.h"
#include "func_hook.h"
#include "jit/trampoline.h"
#include "kernel_btf.h"
#include "run.h"

#define CALL_LEN	5	/* bytes of a function's call of the tracer */
#define REAP_AGAIN	(HZ / 5)

/**
 * struct image - a trampoline
 * @node: in @dying once it is out of use
 * @hook: the function, with a reference
 * @code: the code
 * @inside: counts tasks below it
 * @pinned: it keeps the module
 */
struct image {
	struct list_head node;
	struct kbpf_func_hook *hook;
	struct kbpf_jit_trampoline code;
	u64 __percpu *inside;
	bool pinned;
};

/**
 * struct kbpf_func_hook - a function with programs
 * @node: in @hooks
 * @refs: images, and one while it is in @hooks
 * @addr: of its call of the tracer
 * @nr_args: its arguments
 * @size: bytes of each
 * @progs: struct kbpf_hooked, at the beginning and at the end; RCU, changed under @lock
 * @direct: the kernel's record of the call
 * @image: the trampoline in use; NULL: none yet
 * @kinds: where that runs programs: bits 0 and 1
 */
struct kbpf_func_hook {
	struct list_head node;
	refcount_t refs;
	unsigned long addr;
	u32 nr_args;
	u8 size[KBPF_JIT_HOOK_ARGS];
	struct list_head progs[2];
	struct kbpf_direct direct;
	struct image *image;
	u32 kinds;
};

static void reap(struct work_struct *work);

static DEFINE_MUTEX(lock);
static LIST_HEAD(hooks);	/* under @lock */
static DEFINE_MUTEX(dying_lock);
static LIST_HEAD(dying);	/* under @dying_lock */
static DECLARE_DELAYED_WORK(reaper, reap);

/* ---- a hit: nothing here may be hooked itself ---------------------------------- */

static __always_inline void run_all(const struct image *im, const u64 *args, bool at_exit)
{
	const struct kbpf_func_hook *hook = im->hook;
	struct kbpf_hooked *h;
	u64 ret;

	preempt_disable_notrace();
	list_for_each_entry_lockless(h, &hook->progs[at_exit], node) {
		struct kbpf_run run = {
			.cookie = h->cookie,
			.func_ip = h->func_ip,
			.hook_ip = hook->addr + CALL_LEN,
			.nr_args = hook->nr_args,
			.has_ret = at_exit,
		};

		kbpf_run_here(h->prog, args, &run, &ret);
	}
	preempt_enable_notrace();
}

static notrace void on_enter(const struct image *im, const u64 *args)
{
	run_all(im, args, false);
}

static notrace void on_leave(const struct image *im, const u64 *args)
{
	run_all(im, args, true);
}

/* ---- images ------------------------------------------------------------------------ */

static void put_hook(struct kbpf_func_hook *hook)
{
	if (refcount_dec_and_test(&hook->refs))
		kfree(hook);
}

static void free_image(struct image *im)
{
	bool pinned = im->pinned;

	if (im->code.code)
		kbpf_jit_trampoline_free(&im->code);
	free_percpu(im->inside);
	put_hook(im->hook);
	kfree(im);
	/* Leaving waits for the work that we are in. */
	if (pinned)
		module_put(THIS_MODULE);
}

static struct image *create_image(struct kbpf_func_hook *hook, u32 kinds)
{
	struct image *im = kzalloc(sizeof(*im), GFP_KERNEL_ACCOUNT);
	struct kbpf_jit_hook what = {
		.owner = im,
		.enter = kinds & BIT(0) ? on_enter : NULL,
		.leave = kinds & BIT(1) ? on_leave : NULL,
		.body = (void *)(hook->addr + CALL_LEN),
		.nr_args = hook->nr_args,
	};
	int err = -ENOMEM;

	if (!im)
		return ERR_PTR(-ENOMEM);
	refcount_inc(&hook->refs);
	im->hook = hook;
	im->inside = alloc_percpu(u64);
	if (im->inside) {
		what.inside = (unsigned long)im->inside;
		memcpy(what.size, hook->size, sizeof(what.size));
		err = kbpf_jit_trampoline_create(&what, &im->code);
	}
	if (err) {
		im->code.code = NULL;
		free_image(im);
		return ERR_PTR(err);
	}
	return im;
}

static u64 tasks_inside(const struct image *im)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(im->inside, cpu));
	return sum;
}

/* Images that tasks sleep below wait for another time, and keep the module meanwhile. */
static void put_back(struct image *im)
{
	if (!im->pinned)
		im->pinned = try_module_get(THIS_MODULE);
	mutex_lock(&dying_lock);
	list_move(&im->node, &dying);
	mutex_unlock(&dying_lock);
	schedule_delayed_work(&reaper, REAP_AGAIN);
}

static void reap(struct work_struct *work)
{
	struct image *im, *next;
	LIST_HEAD(batch);

	mutex_lock(&dying_lock);
	list_splice_init(&dying, &batch);
	mutex_unlock(&dying_lock);
	if (list_empty(&batch))
		return;
	/* Whoever was on the way in has counted itself since, or is through. */
	synchronize_rcu_tasks();
	list_for_each_entry_safe(im, next, &batch, node)
		if (tasks_inside(im))
			put_back(im);
	/* Whoever was on the way out is out. */
	synchronize_rcu_tasks();
	list_for_each_entry_safe(im, next, &batch, node)
		free_image(im);
}

static void retire(struct image *im)
{
	mutex_lock(&dying_lock);
	list_add(&im->node, &dying);
	mutex_unlock(&dying_lock);
	schedule_delayed_work(&reaper, 0);
}

void kbpf_func_hook_exit(void)
{
	bool more;

	do {
		flush_delayed_work(&reaper);
		mutex_lock(&dying_lock);
		more = !list_empty(&dying);
		mutex_unlock(&dying_lock);
	} while (more);
	cancel_delayed_work_sync(&reaper);
}

/* ---- functions ------------------------------------------------------------------- */

static struct kbpf_func_hook *find(unsigned long addr)
{
	struct kbpf_func_hook *hook;

	list_for_each_entry(hook, &hooks, node)
		if (hook->addr == addr)
			return hook;
	return NULL;
}

static struct kbpf_func_hook *create(unsigned long addr, const struct kbpf_attach_point *point)
{
	struct kbpf_func_hook *hook = kzalloc(sizeof(*hook), GFP_KERNEL_ACCOUNT);
	u32 i;

	if (!hook)
		return NULL;
	refcount_set(&hook->refs, 1);
	hook->addr = addr;
	hook->nr_args = point->nr_args;
	for (i = 0; i < point->nr_args; i++)
		hook->size[i] = DIV_ROUND_UP(fls64(point->masks[i]), 8);
	INIT_LIST_HEAD(&hook->progs[0]);
	INIT_LIST_HEAD(&hook->progs[1]);
	list_add(&hook->node, &hooks);
	return hook;
}

/* Sees to it that the trampoline runs programs at @kinds, and where it did before. */
static int provide(struct kbpf_func_hook *hook, u32 kinds)
{
	struct image *old = hook->image, *im;
	int err;

	if (old && !(kinds & ~hook->kinds))
		return 0;
	kinds |= hook->kinds;
	im = create_image(hook, kinds);
	if (IS_ERR(im))
		return PTR_ERR(im);
	err = old ? kbpf_direct_modify(&hook->direct, im->code.code) :
		    kbpf_direct_register(&hook->direct, hook->addr, im->code.code);
	if (err) {
		/* The kernel may have begun to let functions call it. */
		retire(im);
		return err;
	}
	if (old)
		retire(old);
	hook->image = im;
	hook->kinds = kinds;
	return 0;
}

static void drop_unused(struct kbpf_func_hook *hook)
{
	if (!list_empty(&hook->progs[0]) || !list_empty(&hook->progs[1]))
		return;
	list_del(&hook->node);
	if (hook->image) {
		kbpf_direct_unregister(&hook->direct, hook->image->code.code);
		retire(hook->image);
		hook->image = NULL;
	}
	put_hook(hook);
}

int kbpf_func_hook_add(struct kbpf_hooked *h, unsigned long addr,
		       const struct kbpf_attach_point *point)
{
	struct kbpf_func_hook *hook;
	int err = -ENOMEM;

	mutex_lock(&lock);
	hook = find(addr) ?: create(addr, point);
	if (hook) {
		h->hook = hook;
		err = provide(hook, BIT(h->at_exit));
		if (!err)
			list_add_tail_rcu(&h->node, &hook->progs[h->at_exit]);
		drop_unused(hook);
	}
	mutex_unlock(&lock);
	return err;
}

void kbpf_func_hook_remove(struct kbpf_hooked *h)
{
	mutex_lock(&lock);
	list_del_rcu(&h->node);
	drop_unused(h->hook);
	mutex_unlock(&lock);
	synchronize_rcu();
}
