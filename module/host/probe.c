// SPDX-License-Identifier: GPL-2.0
/*
 * Programs at a probe: the list that a hit walks, attaching and detaching, the
 * ioctls of the probe's own descriptor, and links. Must not know what a hit is.
 *
 * The list is replaced as a whole under RCU. Hits are counted per attachment
 * where they reach no program; what the kernel itself turned away (a probe hit
 * inside a probe, no free return instance) is charged to every program that
 * was attached then, when the next hit or the detaching notices.
 */
#include <linux/perf_event.h>
#include <linux/slab.h>
#include "cmd/cmd.h"
#include "fd.h"
#include "probe.h"
#include "run.h"

#define MAX_PROGS	64	/* at one probe, as in Linux */

/**
 * struct attached - a program at a probe
 * @prog: the program, with a reference
 * @cookie: its cookie
 * @missed: hits that did not run it
 */
struct attached {
	struct kbpf_prog *prog;
	u64 cookie;
	atomic64_t missed;
};

/**
 * struct kbpf_probe_list - what a hit walks
 * @rcu: frees it
 * @len: programs
 * @progs: in the order of attaching
 */
struct kbpf_probe_list {
	struct rcu_head rcu;
	u32 len;
	struct attached *progs[];
};

/**
 * struct perf_link - a link to a probe
 * @link: common part
 * @probe: the probe, with a reference
 * @at: this link's program there; out of the probe's list once detached
 */
struct perf_link {
	struct kbpf_link link;
	struct kbpf_probe *probe;
	struct attached *at;
};

static void free_probe(struct kbpf_object *obj);

static const struct kbpf_object_ops probe_obj_ops = { .free = free_probe };

static struct kbpf_probe *to_probe(struct kbpf_object *obj)
{
	return container_of(obj, struct kbpf_probe, obj);
}

static struct kbpf_probe_list *locked_list(struct kbpf_probe *probe)
{
	return rcu_dereference_protected(probe->list, lockdep_is_held(&probe->lock));
}

static u32 list_len(const struct kbpf_probe_list *list)
{
	return list ? list->len : 0;
}

/* Charges what the kernel turned away since the last time. */
static void charge_missed(struct kbpf_probe *probe, const struct kbpf_probe_list *list)
{
	u64 now = probe->ops->missed ? probe->ops->missed(probe) : 0;
	u64 then = atomic64_read(&probe->missed);
	u32 i;

	if (likely(now == then) || atomic64_cmpxchg(&probe->missed, then, now) != then)
		return;
	for (i = 0; i < list_len(list); i++) {
		atomic64_add(now - then, &list->progs[i]->missed);
		kbpf_run_count_misses(list->progs[i]->prog, now - then);
	}
}

void kbpf_probe_charge(struct kbpf_probe *probe)
{
	preempt_disable_notrace();
	charge_missed(probe, rcu_dereference_sched(probe->list));
	preempt_enable_notrace();
}

notrace void kbpf_probe_run(struct kbpf_probe *probe, const void *ctx, u64 func_ip,
			    unsigned long hook_ip, const struct pt_regs *regs)
{
	const struct kbpf_probe_list *list;
	struct kbpf_run run KBPF_UNFILLED;
	u64 ret;
	u32 i;

	if (unlikely(!READ_ONCE(probe->enabled)))
		return;
	kbpf_run_nowhere(&run);
	run.func_ip = func_ip;
	run.hook_ip = hook_ip;
	run.regs = regs;
	preempt_disable_notrace();
	list = rcu_dereference_raw(probe->list);
	for (i = 0; i < list_len(list); i++) {
		run.cookie = list->progs[i]->cookie;
		if (unlikely(!kbpf_run_here(list->progs[i]->prog, ctx, &run, &ret)))
			atomic64_inc(&list->progs[i]->missed);
	}
	preempt_enable_notrace();
}

/* ---- the list -------------------------------------------------------------- */

static bool is_attached(const struct kbpf_probe_list *list, const struct kbpf_prog *prog,
			u64 cookie)
{
	u32 i;

	for (i = 0; i < list_len(list); i++)
		if (list->progs[i]->prog == prog && list->progs[i]->cookie == cookie)
			return true;
	return false;
}

/* Puts @list in place of the one before, which is freed when no hit walks it. */
static void replace_list(struct kbpf_probe *probe, struct kbpf_probe_list *list)
{
	struct kbpf_probe_list *old = locked_list(probe);

	rcu_assign_pointer(probe->list, list);
	if (old)
		kfree_rcu(old, rcu);
}

static int add_attached(struct kbpf_probe *probe, struct attached *at)
{
	struct kbpf_probe_list *old = locked_list(probe), *list;
	u32 len = list_len(old);
	int err;

	if (is_attached(old, at->prog, at->cookie))
		return -EEXIST;
	if (len >= MAX_PROGS)
		return -E2BIG;
	err = probe->ops->check ? probe->ops->check(probe, at->prog) : 0;
	if (err)
		return err;
	list = kmalloc(struct_size(list, progs, len + 1), GFP_KERNEL_ACCOUNT);
	if (!list)
		return -ENOMEM;
	if (!len) {
		atomic64_set(&probe->missed, probe->ops->missed ? probe->ops->missed(probe) : 0);
		err = probe->ops->arm(probe);
		if (err) {
			kfree(list);
			return err;
		}
	}
	if (len)
		memcpy(list->progs, old->progs, len * sizeof(*list->progs));
	list->progs[len] = at;
	list->len = len + 1;
	replace_list(probe, list);
	return 0;
}

static struct attached *attach(struct kbpf_probe *probe, struct kbpf_prog *prog, u64 cookie)
{
	struct attached *at;
	int err;

	if (prog->type != probe->ops->prog_type)
		return ERR_PTR(-EINVAL);
	at = kzalloc(sizeof(*at), GFP_KERNEL_ACCOUNT);
	if (!at)
		return ERR_PTR(-ENOMEM);
	at->prog = prog;
	at->cookie = cookie;
	mutex_lock(&probe->lock);
	err = add_attached(probe, at);
	mutex_unlock(&probe->lock);
	if (err) {
		kfree(at);
		return ERR_PTR(err);
	}
	kbpf_object_get(&prog->obj);
	return at;
}

static void remove_attached(struct kbpf_probe *probe, struct attached *at)
{
	struct kbpf_probe_list *old = locked_list(probe), *list = NULL;
	u32 i, len = 0;

	charge_missed(probe, old);
	if (old->len == 1) {
		probe->ops->disarm(probe);
		replace_list(probe, NULL);
		return;
	}
	list = kmalloc(struct_size(list, progs, old->len - 1), GFP_KERNEL_ACCOUNT | __GFP_NOFAIL);
	for (i = 0; i < old->len; i++)
		if (old->progs[i] != at)
			list->progs[len++] = old->progs[i];
	list->len = len;
	replace_list(probe, list);
}

/* When it returns no run of @at is under way; @at is the caller's to free. */
static void detach(struct kbpf_probe *probe, struct attached *at)
{
	mutex_lock(&probe->lock);
	remove_attached(probe, at);
	mutex_unlock(&probe->lock);
	synchronize_rcu();
	kbpf_object_put(&at->prog->obj);
}

/* ---- the probe ----------------------------------------------------------- */

void kbpf_probe_init(struct kbpf_probe *probe, const struct kbpf_probe_ops *ops,
		     u32 event_type)
{
	kbpf_object_init(&probe->obj, KBPF_KIND_PROBE, &probe_obj_ops);
	probe->ops = ops;
	probe->event_type = event_type;
	/*
	 * Whatever attr.disabled says: programs on perf_event_open(2)'s probes run
	 * from their attaching on, and clients count on it.
	 */
	probe->enabled = true;
	mutex_init(&probe->lock);
	RCU_INIT_POINTER(probe->list, NULL);
	atomic64_set(&probe->missed, 0);
}

/* Programs that PERF_EVENT_IOC_SET_BPF attached stay as long as the probe. */
static void free_probe(struct kbpf_object *obj)
{
	struct kbpf_probe *probe = to_probe(obj);
	struct kbpf_probe_list *list = rcu_dereference_protected(probe->list, true);
	u32 i;

	if (list) {
		probe->ops->disarm(probe);
		charge_missed(probe, list);
		RCU_INIT_POINTER(probe->list, NULL);
		synchronize_rcu();
		for (i = 0; i < list->len; i++) {
			kbpf_object_put(&list->progs[i]->prog->obj);
			kfree(list->progs[i]);
		}
		kfree(list);
	}
	mutex_destroy(&probe->lock);
	probe->ops->free(probe);
}

static long set_bpf(struct kbpf_probe *probe, int fd)
{
	struct kbpf_object *obj;
	struct attached *at;

	if (!kbpf_world_capable(KBPF_CAP_PERFMON))
		return -EPERM;
	obj = kbpf_world_fd_get(fd, NULL);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	at = ERR_PTR(-EINVAL);
	if (obj->kind == KBPF_KIND_PROG)
		at = attach(probe, container_of(obj, struct kbpf_prog, obj), 0);
	kbpf_object_put(obj);
	return PTR_ERR_OR_ZERO(at);
}

long kbpf_probe_fd_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct kbpf_probe *probe = to_probe(kbpf_fd_object(file));

	switch (cmd) {
	case PERF_EVENT_IOC_ENABLE:
		WRITE_ONCE(probe->enabled, true);
		return 0;
	case PERF_EVENT_IOC_DISABLE:
		WRITE_ONCE(probe->enabled, false);
		return 0;
	case PERF_EVENT_IOC_SET_BPF:
		return set_bpf(probe, arg);
	default:
		return -ENOTTY;
	}
}

int kbpf_probe_query(struct kbpf_probe *probe, struct kbpf_task_fd_query_attr *attr)
{
	static const u8 fd_types[] = {
		[KBPF_PERF_EVENT_TRACEPOINT] = KBPF_FD_TYPE_TRACEPOINT,
		[KBPF_PERF_EVENT_KPROBE] = KBPF_FD_TYPE_KPROBE,
		[KBPF_PERF_EVENT_KRETPROBE] = KBPF_FD_TYPE_KRETPROBE,
		[KBPF_PERF_EVENT_UPROBE] = KBPF_FD_TYPE_UPROBE,
		[KBPF_PERF_EVENT_URETPROBE] = KBPF_FD_TYPE_URETPROBE,
	};
	struct kbpf_link_info info = {};
	const struct kbpf_probe_list *list;
	int err;

	/* Names and their rooms are at the same place in all that have one. */
	info.perf_event.kprobe.func_name = attr->buf;
	info.perf_event.kprobe.name_len = attr->buf_len;
	mutex_lock(&probe->lock);
	list = locked_list(probe);
	if (list)
		attr->prog_id = list->progs[0]->prog->obj.id;
	mutex_unlock(&probe->lock);
	if (!list)
		return -ENOENT;
	if (probe->event_type >= ARRAY_SIZE(fd_types) || !fd_types[probe->event_type])
		return -EOPNOTSUPP;
	attr->fd_type = fd_types[probe->event_type];
	err = probe->ops->fill_info(probe, &info, 0, 0);
	if (err && err != -ENOSPC)
		return err;
	attr->buf_len = info.perf_event.kprobe.name_len ? info.perf_event.kprobe.name_len - 1 : 0;
	if (attr->fd_type == KBPF_FD_TYPE_TRACEPOINT)
		return err;
	attr->probe_offset = info.perf_event.kprobe.offset;
	if (attr->fd_type == KBPF_FD_TYPE_KPROBE || attr->fd_type == KBPF_FD_TYPE_KRETPROBE)
		attr->probe_addr = info.perf_event.kprobe.addr;
	return err;
}

/* ---- links ----------------------------------------------------------------- */

static struct perf_link *to_link(struct kbpf_link *link)
{
	return container_of(link, struct perf_link, link);
}

static void detach_link(struct kbpf_link *link)
{
	struct perf_link *pl = to_link(link);

	detach(pl->probe, pl->at);
}

static void free_link(struct kbpf_link *link)
{
	struct perf_link *pl = to_link(link);

	kbpf_object_put(&pl->probe->obj);
	kfree(pl->at);
	kfree(pl);
}

static int fill_link_info(struct kbpf_link *link, struct kbpf_link_info *info)
{
	struct perf_link *pl = to_link(link);

	info->perf_event.type = pl->probe->event_type;
	return pl->probe->ops->fill_info(pl->probe, info, pl->at->cookie,
					 atomic64_read(&pl->at->missed));
}

static const char *how(const struct kbpf_link *link)
{
	const struct kbpf_probe *probe = container_of(link, struct perf_link, link)->probe;

	return probe->ops->how(probe);
}

struct kbpf_link *kbpf_probe_link(struct kbpf_probe *probe, struct kbpf_prog *prog,
				  u64 cookie)
{
	struct perf_link *pl = kzalloc(sizeof(*pl), GFP_KERNEL_ACCOUNT);
	struct attached *at;

	if (!pl)
		return ERR_PTR(-ENOMEM);
	at = attach(probe, prog, cookie);
	if (IS_ERR(at)) {
		kfree(pl);
		return ERR_CAST(at);
	}
	pl->link.type = KBPF_LINK_TYPE_PERF_EVENT;
	pl->link.detach = detach_link;
	pl->link.fill_info = fill_link_info;
	pl->link.free = free_link;
	pl->link.how = probe->ops->how ? how : NULL;
	pl->probe = probe;
	pl->at = at;
	kbpf_object_get(&probe->obj);
	kbpf_link_init(&pl->link, prog);
	return &pl->link;
}
