// SPDX-License-Identifier: GPL-2.0
/*
 * User probes: at an offset in a file, on entry or on return, for all processes
 * or one, with or without a semaphore that says somebody listens. Registered when
 * the probe is opened. Programs see the process's registers.
 */
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/perf_event.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>
#include "../compat/uprobes.h"
#include "probe.h"
#include "why.h"

#define REF_CTR_SHIFT	32	/* in attr.config, as sysfs tells */

/**
 * struct user_probe - a uprobe or uretprobe
 * @probe: common part
 * @consumer: the kernel's
 * @at: where it is registered
 * @path: the file, with a reference
 * @ref_ctr_offset: offset of the semaphore in the file, or 0
 * @tgid: the process it is for, with a reference; NULL for all
 */
struct user_probe {
	struct kbpf_probe probe;
	struct uprobe_consumer consumer;
	struct kbpf_uprobe at;
	struct path path;
	loff_t ref_ctr_offset;
	struct pid *tgid;
};

static struct user_probe *to_user_probe(const struct kbpf_probe *probe)
{
	return container_of(probe, struct user_probe, probe);
}

static bool wanted(const struct user_probe *p)
{
	return !p->tgid || task_tgid(current) == p->tgid;
}

static int on_entry(struct uprobe_consumer *uc, struct pt_regs *regs)
{
	struct user_probe *p = container_of(uc, struct user_probe, consumer);

	if (wanted(p))
		kbpf_probe_run(&p->probe, regs, instruction_pointer(regs), 0, NULL);
	return 0;
}

static int on_return(struct uprobe_consumer *uc, unsigned long func, struct pt_regs *regs)
{
	struct user_probe *p = container_of(uc, struct user_probe, consumer);

	if (wanted(p))
		kbpf_probe_run(&p->probe, regs, func, 0, NULL);
	return 0;
}

static int arm(struct kbpf_probe *probe)
{
	return 0;
}

static void disarm(struct kbpf_probe *probe)
{
}

static void free_parts(struct user_probe *p)
{
	path_put(&p->path);
	put_pid(p->tgid);
	kfree(p);
}

/**
 * struct errand - something that a worker does for us
 * @work: the worker's
 * @fn: what
 * @data: for @fn
 */
struct errand {
	struct work_struct work;
	void (*fn)(void *data);
	void *data;
};

static void run_errand(struct work_struct *work)
{
	struct errand *errand = container_of(work, struct errand, work);

	errand->fn(errand->data);
}

void kbpf_undisturbed(void (*fn)(void *data), void *data)
{
	struct errand errand = { .fn = fn, .data = data };

	/* nobody kills those */
	if (current->flags & PF_KTHREAD) {
		fn(data);
		return;
	}
	INIT_WORK_ONSTACK(&errand.work, run_errand);
	queue_work(system_unbound_wq, &errand.work);
	flush_work(&errand.work);
	destroy_work_on_stack(&errand.work);
}

static void unregister(void *data)
{
	struct user_probe *p = data;

	kbpf_uprobe_unregister(&p->at, &p->consumer);
}

static void free_user_probe(struct kbpf_probe *probe)
{
	struct user_probe *p = to_user_probe(probe);

	kbpf_undisturbed(unregister, p);
	free_parts(p);
}

static int fill_info(const struct kbpf_probe *probe, struct kbpf_link_info *info,
		     u64 cookie, u64 missed_here)
{
	const struct user_probe *p = to_user_probe(probe);
	char *buf, *name;
	int err;

	info->perf_event.uprobe.offset = p->at.offset;
	info->perf_event.uprobe.cookie = cookie;
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	name = d_path(&p->path, buf, PATH_MAX);
	err = PTR_ERR_OR_ZERO(name);
	if (!err)
		err = kbpf_cmd_copy_str(info->perf_event.uprobe.file_name,
					&info->perf_event.uprobe.name_len, name);
	kfree(buf);
	return err;
}

static const struct kbpf_probe_ops user_probe_ops = {
	.prog_type = KBPF_PROG_TYPE_KPROBE,
	.arm = arm,
	.disarm = disarm,
	.free = free_user_probe,
	.fill_info = fill_info,
};

static int find_process(struct user_probe *p, s32 pid, struct kbpf_why *why)
{
	struct task_struct *task;

	if (pid == -1)
		return 0;
	rcu_read_lock();
	task = pid ? pid_task(find_vpid(pid), PIDTYPE_PID) : current;
	if (task)
		p->tgid = get_pid(task_tgid(task));
	rcu_read_unlock();
	return p->tgid ? 0 : kbpf_why(why, -ESRCH, "there is no process %d", pid);
}

static int find_file(struct user_probe *p, u64 upath, struct kbpf_why *why)
{
	char *name = strndup_user(u64_to_user_ptr(upath), PATH_MAX);
	int err;

	if (IS_ERR(name))
		return kbpf_why(why, PTR_ERR(name), "the path cannot be read");
	err = kern_path(name, LOOKUP_FOLLOW, &p->path);
	if (err) {
		kbpf_why(why, err, "%s: error %d", name, err);
	} else if (!d_is_reg(p->path.dentry)) {
		path_put(&p->path);
		p->path = (struct path) {};
		err = kbpf_why(why, -EINVAL, "%s is not a regular file", name);
	}
	kfree(name);
	return err;
}

static int set_up(struct user_probe *p, const struct perf_event_attr *attr, s32 pid,
		  struct kbpf_why *why)
{
	bool is_return = attr->config & 1;
	int err;

	if (attr->config & ~(1ULL | ~0ULL << REF_CTR_SHIFT))
		return kbpf_why(why, -EINVAL, "config %#llx: unknown bits", attr->config);
	err = find_process(p, pid, why);
	if (!err)
		err = find_file(p, attr->uprobe_path, why);
	if (err)
		return err;
	p->at.inode = d_real_inode(p->path.dentry);
	p->at.offset = attr->probe_offset;
	p->ref_ctr_offset = attr->config >> REF_CTR_SHIFT;
	if (is_return)
		p->consumer.ret_handler = on_return;
	else
		p->consumer.handler = on_entry;
	/* A process may hit it from here on. */
	kbpf_probe_init(&p->probe, &user_probe_ops,
			is_return ? KBPF_PERF_EVENT_URETPROBE : KBPF_PERF_EVENT_UPROBE);
	err = kbpf_uprobe_register(&p->at, p->ref_ctr_offset, &p->consumer);
	if (err)
		return kbpf_why(why, err, "a probe at offset %#llx: error %d (not an instruction that can be probed, or past the end)",
				attr->probe_offset, err);
	return 0;
}

struct kbpf_object *kbpf_uprobe_create(const struct perf_event_attr *attr, s32 pid,
				       struct kbpf_why *why)
{
	struct user_probe *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	int err;

	if (!p)
		return ERR_PTR(-ENOMEM);
	err = set_up(p, attr, pid, why);
	if (err) {
		free_parts(p);
		return ERR_PTR(err);
	}
	return &p->probe.obj;
}
