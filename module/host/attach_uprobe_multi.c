// SPDX-License-Identifier: GPL-2.0
/*
 * One program at many places of a file that processes map, by one link: a consumer
 * of the kernel's for each.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/namei.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "../compat/uprobes.h"
#include "cmd/cmd.h"
#include "multi.h"
#include "probe.h"
#include "run.h"

#define MAX_PLACES	(1U << 20)	/* as Linux */
#define RETURN_PROBES	1		/* the one flag */

struct multi_link;

/**
 * struct place - one of a link's places
 * @of: the link
 * @consumer: the kernel's
 * @at: where
 * @ref_ctr_offset: offset of its semaphore in the file, or 0
 * @cookie: its cookie
 */
struct place {
	struct multi_link *of;
	struct uprobe_consumer consumer;
	struct kbpf_uprobe at;
	u64 ref_ctr_offset;
	u64 cookie;
};

/**
 * struct multi_link - a program at places
 * @link: common part
 * @path: the file, with a reference
 * @tgid: the process it is for, with a reference; NULL for all
 * @pid: as the caller said
 * @is_return: on return from the functions that begin there
 * @nr: places
 * @registered: of these registered
 * @places: each
 */
struct multi_link {
	struct kbpf_link link;
	struct path path;
	struct pid *tgid;
	u32 pid;
	bool is_return;
	u32 nr;
	u32 registered;
	struct place *places;
};

static struct multi_link *to_multi(struct kbpf_link *link)
{
	return container_of(link, struct multi_link, link);
}

static void run(const struct place *place, struct pt_regs *regs, unsigned long func)
{
	const struct multi_link *ml = place->of;
	struct kbpf_run run = { .cookie = place->cookie, .func_ip = func };
	u64 ret;

	if (ml->tgid && task_tgid(current) != ml->tgid)
		return;
	preempt_disable_notrace();
	kbpf_run_here(ml->link.prog, regs, &run, &ret);
	preempt_enable_notrace();
}

static int on_entry(struct uprobe_consumer *uc, struct pt_regs *regs)
{
	run(container_of(uc, struct place, consumer), regs, instruction_pointer(regs));
	return 0;
}

static int on_return(struct uprobe_consumer *uc, unsigned long func, struct pt_regs *regs)
{
	run(container_of(uc, struct place, consumer), regs, func);
	return 0;
}

/* ---- the link -------------------------------------------------------------- */

static void unregister_each(void *data)
{
	struct multi_link *ml = data;

	while (ml->registered) {
		ml->registered--;
		kbpf_uprobe_unregister_nosync(&ml->places[ml->registered].at,
					      &ml->places[ml->registered].consumer);
	}
	kbpf_uprobe_unregister_sync();
}

static void unregister_all(struct multi_link *ml)
{
	if (ml->registered)
		kbpf_undisturbed(unregister_each, ml);
}

static void detach(struct kbpf_link *link)
{
	unregister_all(to_multi(link));
}

static void free_link(struct kbpf_link *link)
{
	struct multi_link *ml = to_multi(link);

	path_put(&ml->path);
	put_pid(ml->tgid);
	kvfree(ml->places);
	kfree(ml);
}

static int put_u64(u64 uarray, u32 i, u64 value)
{
	return uarray ? kbpf_world_copy_out(uarray + (u64)i * sizeof(value), &value,
					    sizeof(value)) : 0;
}

static int fill_path(const struct multi_link *ml, struct kbpf_link_info *info)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL), *name;
	int err = -ENOMEM;

	if (!buf)
		return err;
	name = d_path(&ml->path, buf, PATH_MAX);
	err = PTR_ERR_OR_ZERO(name);
	if (!err)
		err = kbpf_cmd_copy_str(info->uprobe_multi.path, &info->uprobe_multi.path_size,
					name);
	kfree(buf);
	return err;
}

static int fill_places(const struct multi_link *ml, const struct kbpf_link_info *info, u32 room)
{
	u32 i, n = min(room, ml->nr);
	int err = 0;

	for (i = 0; i < n && !err; i++) {
		const struct place *p = &ml->places[i];

		err = put_u64(info->uprobe_multi.offsets, i, p->at.offset);
		if (!err)
			err = put_u64(info->uprobe_multi.ref_ctr_offsets, i, p->ref_ctr_offset);
		if (!err)
			err = put_u64(info->uprobe_multi.cookies, i, p->cookie);
	}
	return !err && room && room < ml->nr ? -ENOSPC : err;
}

static int fill_info(struct kbpf_link *link, struct kbpf_link_info *info)
{
	const struct multi_link *ml = to_multi(link);
	u32 room = info->uprobe_multi.count;
	int err = 0;

	if (!info->uprobe_multi.path != !info->uprobe_multi.path_size ||
	    (!room && (info->uprobe_multi.offsets || info->uprobe_multi.ref_ctr_offsets ||
		       info->uprobe_multi.cookies)))
		return -EINVAL;
	info->uprobe_multi.count = ml->nr;
	info->uprobe_multi.flags = ml->is_return ? RETURN_PROBES : 0;
	info->uprobe_multi.pid = ml->pid;
	if (info->uprobe_multi.path)
		err = fill_path(ml, info);
	return err ? err : fill_places(ml, info, room);
}

/* ---- attaching ------------------------------------------------------------- */

static int find_file(struct multi_link *ml, u64 upath)
{
	char *name = strndup_user(u64_to_user_ptr(upath), PATH_MAX);
	int err;

	if (IS_ERR(name))
		return PTR_ERR(name);
	err = kern_path(name, LOOKUP_FOLLOW, &ml->path);
	kfree(name);
	if (err)
		return err;
	return d_is_reg(ml->path.dentry) ? 0 : -EBADF;
}

static int find_process(struct multi_link *ml)
{
	struct task_struct *task;

	if (!ml->pid)
		return 0;
	rcu_read_lock();
	task = pid_task(find_vpid(ml->pid), PIDTYPE_TGID);
	if (task)
		ml->tgid = get_pid(task_tgid(task));
	rcu_read_unlock();
	return ml->tgid ? 0 : -ESRCH;
}

static int get_u64(u64 uarray, u32 i, u64 *value)
{
	return uarray ? kbpf_world_copy_in(value, uarray + (u64)i * sizeof(*value),
					   sizeof(*value)) : 0;
}

static int read_place(struct multi_link *ml, const struct kbpf_link_create_attr *attr, u32 i)
{
	struct place *p = &ml->places[i];
	u64 offset = 0;
	int err = get_u64(attr->uprobe_multi.offsets, i, &offset);

	if (!err)
		err = get_u64(attr->uprobe_multi.ref_ctr_offsets, i, &p->ref_ctr_offset);
	if (!err)
		err = get_u64(attr->uprobe_multi.cookies, i, &p->cookie);
	if (!err && (s64)offset < 0)
		err = -EINVAL;
	p->of = ml;
	p->at.inode = d_real_inode(ml->path.dentry);
	p->at.offset = offset;
	if (ml->is_return)
		p->consumer.ret_handler = on_return;
	else
		p->consumer.handler = on_entry;
	return err;
}

static int set_up(struct multi_link *ml, const struct kbpf_link_create_attr *attr)
{
	int err = find_file(ml, attr->uprobe_multi.path);
	struct place *p;
	u32 i;

	if (!err)
		err = find_process(ml);
	for (i = 0; i < ml->nr && !err; i++)
		err = read_place(ml, attr, i);
	for (i = 0; i < ml->nr && !err; i++) {
		p = &ml->places[i];
		err = kbpf_uprobe_register(&p->at, p->ref_ctr_offset, &p->consumer);
		ml->registered += !err;
	}
	if (err)
		unregister_all(ml);
	return err;
}

static struct multi_link *alloc_link(const struct kbpf_link_create_attr *attr)
{
	struct multi_link *ml = kzalloc(sizeof(*ml), GFP_KERNEL_ACCOUNT);

	if (!ml)
		return NULL;
	ml->places = kvcalloc(attr->uprobe_multi.cnt, sizeof(*ml->places), GFP_KERNEL_ACCOUNT);
	if (!ml->places) {
		kfree(ml);
		return NULL;
	}
	ml->nr = attr->uprobe_multi.cnt;
	ml->pid = attr->uprobe_multi.pid;
	ml->is_return = attr->uprobe_multi.flags & RETURN_PROBES;
	ml->link.type = KBPF_LINK_TYPE_UPROBE_MULTI;
	ml->link.detach = detach;
	ml->link.fill_info = fill_info;
	ml->link.free = free_link;
	return ml;
}

struct kbpf_link *kbpf_uprobe_multi_link(const struct kbpf_link_create_attr *attr,
					 struct kbpf_prog *prog)
{
	struct multi_link *ml;
	int err;

	if (attr->uprobe_multi.flags & ~RETURN_PROBES || !attr->uprobe_multi.cnt ||
	    !attr->uprobe_multi.path || !attr->uprobe_multi.offsets || attr->uprobe_multi.pad0)
		return ERR_PTR(-EINVAL);
	if (attr->uprobe_multi.cnt > MAX_PLACES)
		return ERR_PTR(-E2BIG);
	ml = alloc_link(attr);
	if (!ml)
		return ERR_PTR(-ENOMEM);
	kbpf_link_init(&ml->link, prog);
	err = set_up(ml, attr);
	if (err) {
		ml->link.detached = true;
		kbpf_object_put(&ml->link.obj);
		return ERR_PTR(err);
	}
	return &ml->link;
}
