// SPDX-License-Identifier: GPL-2.0
/*
 * One program at many functions of the kernel, by one link. The tracer of functions
 * calls us at their beginning, return probes at their end. Programs see the pt_regs of
 * the function; its address and cookie are looked up when a program asks.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/uaccess.h>
#include "../compat/fprobe.h"
#include "cmd/cmd.h"
#include "multi.h"
#include "run.h"
#include "symbol.h"

#define MAX_FUNCS	(1U << 20)	/* as Linux */
#define RETURN_PROBES	1		/* the one flag */
#define NAMES_AT_ONCE	512

/**
 * struct multi_link - a program at functions
 * @link: common part
 * @is_return: at their ends
 * @entries: the kernel's, for their beginnings
 * @returns: the same for their ends
 * @missed: hits that did not run the program
 * @places: the functions
 */
struct multi_link {
	struct kbpf_link link;
	bool is_return;
#ifdef CONFIG_DYNAMIC_FTRACE_WITH_REGS
	struct ftrace_ops entries;
#endif
	struct kbpf_returns returns;
	atomic64_t missed;
	struct kbpf_places *places;
};

static struct multi_link *to_multi(struct kbpf_link *link)
{
	return container_of(link, struct multi_link, link);
}

static __always_inline void run(struct multi_link *ml, unsigned long ip, struct pt_regs *regs)
{
	struct kbpf_run run = {
		.func_ip = ip,
		.places = ml->places,
		.hook_ip = ml->is_return ? instruction_pointer(regs) : ip,
		.regs = ml->is_return ? NULL : regs,
	};
	u64 ret;

	preempt_disable_notrace();
	if (unlikely(!kbpf_run_here(ml->link.prog, regs, &run, &ret)))
		atomic64_inc(&ml->missed);
	preempt_enable_notrace();
}

static notrace void on_return(struct kbpf_returns *r, unsigned long ip, struct pt_regs *regs)
{
	run(container_of(r, struct multi_link, returns), ip, regs);
}

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_REGS
static notrace void on_entry(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			     struct ftrace_regs *fregs)
{
	struct pt_regs *regs = ftrace_get_regs(fregs);

	if (regs)
		run(container_of(ops, struct multi_link, entries), ip, regs);
}

static int register_entries(struct multi_link *ml, unsigned long *addrs)
{
	int err;

	ml->entries.func = on_entry;
	ml->entries.flags = FTRACE_OPS_FL_SAVE_REGS;
	err = ftrace_set_filter_ips(&ml->entries, addrs, ml->places->nr, 0, 0);
	if (!err)
		err = register_ftrace_function(&ml->entries);
	if (err)
		ftrace_free_filter(&ml->entries);
	return err;
}

static void unregister_entries(struct multi_link *ml)
{
	unregister_ftrace_function(&ml->entries);
	ftrace_free_filter(&ml->entries);
}
#else
static int register_entries(struct multi_link *ml, unsigned long *addrs)
{
	return -EOPNOTSUPP;
}

static void unregister_entries(struct multi_link *ml)
{
}
#endif

static u64 missed(const struct multi_link *ml)
{
	return atomic64_read(&ml->missed) +
	       (ml->is_return ? kbpf_returns_missed(&ml->returns) : 0);
}

/* ---- the link -------------------------------------------------------------- */

static void detach(struct kbpf_link *link)
{
	struct multi_link *ml = to_multi(link);

	if (ml->is_return)
		kbpf_returns_unregister(&ml->returns);
	else
		unregister_entries(ml);
	/* The tracer calls from where only RCU can tell who is still there. */
	synchronize_rcu();
}

static void free_link(struct kbpf_link *link)
{
	struct multi_link *ml = to_multi(link);

	kvfree(ml->places);
	kfree(ml);
}

static int fill_places(const struct multi_link *ml, const struct kbpf_link_info *info, u32 room)
{
	bool show = kbpf_world_show_addresses();
	u32 i, n = min(room, ml->places->nr);
	u64 addr;

	for (i = 0; i < n; i++) {
		addr = show ? ml->places->place[i].addr : 0;
		if (kbpf_world_copy_out(info->kprobe_multi.addrs + i * sizeof(u64), &addr,
					sizeof(addr)))
			return -EFAULT;
		if (info->kprobe_multi.cookies &&
		    kbpf_world_copy_out(info->kprobe_multi.cookies + i * sizeof(u64),
					&ml->places->place[i].cookie, sizeof(u64)))
			return -EFAULT;
	}
	return room < ml->places->nr ? -ENOSPC : 0;
}

static int fill_info(struct kbpf_link *link, struct kbpf_link_info *info)
{
	struct multi_link *ml = to_multi(link);
	u32 room = info->kprobe_multi.count;

	if (!info->kprobe_multi.addrs != !room || (info->kprobe_multi.cookies && !room))
		return -EINVAL;
	info->kprobe_multi.count = ml->places->nr;
	info->kprobe_multi.flags = ml->is_return ? RETURN_PROBES : 0;
	info->kprobe_multi.missed = READ_ONCE(link->detached) ? atomic64_read(&ml->missed) :
								missed(ml);
	return room ? fill_places(ml, info, room) : 0;
}

/* ---- attaching ------------------------------------------------------------- */

static int by_addr(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;

	return x < y ? -1 : x > y;
}

/* Asks for @n names at a time, because every answer waits for a grace period. */
static int resolve_some(struct kbpf_places *p, u32 first, u32 n, u64 usyms)
{
	char **names = kvcalloc(n, sizeof(*names), GFP_KERNEL);
	unsigned long *addrs = kvcalloc(n, sizeof(*addrs), GFP_KERNEL);
	int err = names && addrs ? 0 : -ENOMEM;
	u64 uname;
	u32 i;

	for (i = 0; i < n && !err; i++) {
		err = kbpf_world_copy_in(&uname, usyms + (u64)(first + i) * sizeof(u64),
					 sizeof(uname));
		if (err)
			break;
		names[i] = strndup_user(u64_to_user_ptr(uname), KSYM_NAME_LEN);
		if (IS_ERR(names[i])) {
			err = PTR_ERR(names[i]);
			names[i] = NULL;
		}
	}
	if (!err)
		err = kbpf_symbol_find_many(names, n, addrs);
	for (i = 0; i < n && !err; i++)
		p->place[first + i].addr = addrs[i];
	for (i = 0; i < n && names; i++)
		kfree(names[i]);
	kvfree(addrs);
	kvfree(names);
	return err;
}

static int read_places(struct kbpf_places *p, const struct kbpf_link_create_attr *attr)
{
	u32 i, n;
	u64 addr;
	int err = 0;

	for (i = 0; i < p->nr && attr->kprobe_multi.addrs && !err; i++) {
		err = kbpf_world_copy_in(&addr, attr->kprobe_multi.addrs + (u64)i * sizeof(addr),
					 sizeof(addr));
		p->place[i].addr = addr;
	}
	for (i = 0; i < p->nr && attr->kprobe_multi.syms && !err; i += n) {
		n = min_t(u32, p->nr - i, NAMES_AT_ONCE);
		err = resolve_some(p, i, n, attr->kprobe_multi.syms);
	}
	for (i = 0; i < p->nr && attr->kprobe_multi.cookies && !err; i++)
		err = kbpf_world_copy_in(&p->place[i].cookie,
					 attr->kprobe_multi.cookies + (u64)i * sizeof(u64),
					 sizeof(u64));
	if (!err)
		sort(p->place, p->nr, sizeof(*p->place), by_addr, NULL);
	return err;
}

static struct multi_link *alloc_link(const struct kbpf_link_create_attr *attr)
{
	struct multi_link *ml = kzalloc(sizeof(*ml), GFP_KERNEL_ACCOUNT);

	if (!ml)
		return NULL;
	ml->places = kvzalloc(struct_size(ml->places, place, attr->kprobe_multi.cnt),
			      GFP_KERNEL_ACCOUNT);
	if (!ml->places) {
		kfree(ml);
		return NULL;
	}
	ml->places->nr = attr->kprobe_multi.cnt;
	ml->is_return = attr->kprobe_multi.flags & RETURN_PROBES;
	ml->returns.hit = on_return;
	ml->link.type = KBPF_LINK_TYPE_KPROBE_MULTI;
	ml->link.detach = detach;
	ml->link.fill_info = fill_info;
	ml->link.free = free_link;
	return ml;
}

static int register_all(struct multi_link *ml)
{
	unsigned long *addrs = kvmalloc_array(ml->places->nr, sizeof(*addrs), GFP_KERNEL);
	int err = -ENOMEM;
	u32 i;

	if (!addrs)
		return err;
	for (i = 0; i < ml->places->nr; i++)
		addrs[i] = ml->places->place[i].addr;
	err = ml->is_return ? kbpf_returns_register(&ml->returns, addrs, ml->places->nr) :
			      register_entries(ml, addrs);
	kvfree(addrs);
	return err;
}

struct kbpf_link *kbpf_kprobe_multi_link(const struct kbpf_link_create_attr *attr,
					 struct kbpf_prog *prog)
{
	struct multi_link *ml;
	int err;

	if (attr->kprobe_multi.flags & ~RETURN_PROBES || !attr->kprobe_multi.cnt ||
	    !attr->kprobe_multi.syms == !attr->kprobe_multi.addrs)
		return ERR_PTR(-EINVAL);
	if (attr->kprobe_multi.cnt > MAX_FUNCS)
		return ERR_PTR(-E2BIG);
	if (security_locked_down(LOCKDOWN_KPROBES))
		return ERR_PTR(-EPERM);
	ml = alloc_link(attr);
	if (!ml)
		return ERR_PTR(-ENOMEM);
	kbpf_link_init(&ml->link, prog);
	err = read_places(ml->places, attr);
	if (!err)
		err = register_all(ml);
	if (err) {
		ml->link.detached = true;
		kbpf_object_put(&ml->link.obj);
		return ERR_PTR(err);
	}
	return &ml->link;
}
