// SPDX-License-Identifier: GPL-2.0
/*
 * KBPF_PERF_OPEN and KBPF_LINK_CREATE: from perf_event_open(2)'s attributes to
 * a ring or a probe, and from a target descriptor to a link.
 */
#include <linux/perf_event.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "cmd/cmd.h"
#include "fd.h"
#include "pmu.h"
#include "multi.h"
#include "net_link.h"
#include "probe.h"
#include "ring.h"
#include "tracing.h"
#include "why.h"

/* perf_event_open(2)'s rule for sizes; a tail that this kernel does not know must be zero. */
static int read_attr(struct perf_event_attr *attr, u64 uaddr, struct kbpf_why *why)
{
	struct perf_event_attr __user *u = u64_to_user_ptr(uaddr);
	u32 size;
	int err;

	if (get_user(size, &u->size))
		return kbpf_why(why, -EFAULT, "perf_event_attr cannot be read");
	if (!size)
		size = PERF_ATTR_SIZE_VER0;
	if (size < PERF_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		return kbpf_why(why, -E2BIG, "perf_event_attr of %u bytes", size);
	err = copy_struct_from_user(attr, sizeof(*attr), u, size);
	if (err)
		return kbpf_why(why, err, "perf_event_attr of %u bytes has unknown fields or cannot be read",
				size);
	attr->size = size;
	if (attr->__reserved_1 || attr->__reserved_2 || attr->__reserved_3)
		return kbpf_why(why, -EINVAL, "reserved fields of perf_event_attr are not zero");
	return 0;
}

static struct kbpf_object *open_event(const struct kbpf_perf_open_attr *open,
				      const struct perf_event_attr *attr, struct kbpf_why *why)
{
	if (attr->type == PERF_TYPE_SOFTWARE && attr->config == PERF_COUNT_SW_BPF_OUTPUT)
		return kbpf_ring_create(attr, open->pid, open->cpu, why);
	if (kbpf_pmu_is(KBPF_PMU_KPROBE, attr->type)) {
		if (security_locked_down(LOCKDOWN_KPROBES))
			return ERR_PTR(kbpf_why(why, -EPERM, "the kernel is locked down"));
		return kbpf_kprobe_create(attr, why);
	}
	if (kbpf_pmu_is(KBPF_PMU_UPROBE, attr->type))
		return kbpf_uprobe_create(attr, open->pid, why);
	if (attr->type == PERF_TYPE_TRACEPOINT)
		return kbpf_tracepoint_create(attr, why);
	if (attr->type < PERF_TYPE_MAX)
		return kbpf_sample_create(attr, open->pid, open->cpu, why);
	return ERR_PTR(kbpf_why(why, -ENOENT, "events of type %u, config %#llx are not there",
				attr->type, attr->config));
}

static int install(const struct kbpf_perf_open_attr *open, struct kbpf_why *why)
{
	struct perf_event_attr attr;
	struct kbpf_object *obj;
	int err;

	if (open->group_fd != -1)
		return kbpf_why(why, -EINVAL, "group_fd must be -1");
	if (open->flags & ~(u64)PERF_FLAG_FD_CLOEXEC)
		return kbpf_why(why, -EINVAL, "flags %#llx", open->flags);
	err = read_attr(&attr, open->attr, why);
	if (err)
		return err;
	obj = open_event(open, &attr, why);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	err = kbpf_world_fd_install(obj, 0);
	if (err < 0)
		kbpf_object_put(obj);
	return err;
}

int kbpf_world_perf_open(const struct kbpf_perf_open_attr *attr)
{
	struct kbpf_why *why;
	u32 len;
	int fd;

	if (!attr->why != !attr->why_size)
		return -EINVAL;
	why = kzalloc(sizeof(*why), GFP_KERNEL);
	if (!why)
		return -ENOMEM;
	fd = install(attr, why);
	/* The verdict matters more than whether its reason could be told. */
	len = attr->why_size;
	if (fd < 0 && len)
		kbpf_cmd_copy_str(attr->why, &len, why->text);
	kfree(why);
	return fd;
}

static int query_link(struct kbpf_link *link, struct kbpf_task_fd_query_attr *attr)
{
	struct kbpf_link_info info = {};
	int err;

	if (link->type != KBPF_LINK_TYPE_RAW_TRACEPOINT)
		return -EOPNOTSUPP;
	info.raw_tracepoint.tp_name = attr->buf;
	info.raw_tracepoint.tp_name_len = attr->buf_len;
	err = link->fill_info(link, &info);
	if (err && err != -ENOSPC)
		return err;
	attr->prog_id = link->prog->obj.id;
	attr->fd_type = KBPF_FD_TYPE_RAW_TRACEPOINT;
	attr->buf_len = info.raw_tracepoint.tp_name_len ? info.raw_tracepoint.tp_name_len - 1 : 0;
	return err;
}

int kbpf_world_task_fd_query(struct kbpf_task_fd_query_attr *attr)
{
	struct kbpf_object *obj = kbpf_fd_of_process(attr->pid, attr->fd);
	int err = -EOPNOTSUPP;

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	if (obj->kind == KBPF_KIND_PROBE)
		err = kbpf_probe_query(container_of(obj, struct kbpf_probe, obj), attr);
	else if (obj->kind == KBPF_KIND_LINK)
		err = query_link(container_of(obj, struct kbpf_link, obj), attr);
	kbpf_object_put(obj);
	return err;
}

static struct kbpf_link *link_perf(const struct kbpf_link_create_attr *attr,
				   struct kbpf_prog *prog)
{
	struct kbpf_object *obj = kbpf_world_fd_get(attr->target_fd, NULL);
	struct kbpf_link *link = ERR_PTR(-EBADF);

	/* As in Linux: whatever is not a probe is a bad descriptor, and clients ask so. */
	if (IS_ERR(obj))
		return ERR_PTR(-EBADF);
	if (obj->kind == KBPF_KIND_PROBE)
		link = kbpf_probe_link(container_of(obj, struct kbpf_probe, obj), prog,
				       attr->perf_event.bpf_cookie);
	kbpf_object_put(obj);
	return link;
}

static struct kbpf_link *link_tracing(const struct kbpf_link_create_attr *attr,
				      struct kbpf_prog *prog)
{
	if (attr->target_fd || attr->tracing.target_btf_id || attr->tracing.pad0)
		return ERR_PTR(-EINVAL);
	return kbpf_tracing_attach(prog, attr->tracing.cookie);
}

struct link_row {
	u32 attach_type;
	enum kbpf_cap cap;
	struct kbpf_link *(*create)(const struct kbpf_link_create_attr *attr,
				    struct kbpf_prog *prog);
};

static const struct link_row link_rows[] = {
	{ KBPF_PERF_EVENT, KBPF_CAP_PERFMON, link_perf },
	{ KBPF_TRACE_RAW_TP, KBPF_CAP_PERFMON, link_tracing },
	{ KBPF_TRACE_FENTRY, KBPF_CAP_PERFMON, link_tracing },
	{ KBPF_TRACE_FEXIT, KBPF_CAP_PERFMON, link_tracing },
	{ KBPF_TRACE_KPROBE_MULTI, KBPF_CAP_PERFMON, kbpf_kprobe_multi_link },
	{ KBPF_TRACE_UPROBE_MULTI, KBPF_CAP_PERFMON, kbpf_uprobe_multi_link },
	{ KBPF_TAP, KBPF_CAP_NET_ADMIN, kbpf_tap_link },
	{ KBPF_NETFILTER, KBPF_CAP_NET_ADMIN, kbpf_netfilter_link },
	{ KBPF_TCX_INGRESS, KBPF_CAP_NET_ADMIN, kbpf_netdev_link },
	{ KBPF_TCX_EGRESS, KBPF_CAP_NET_ADMIN, kbpf_netdev_link },
};

struct kbpf_link *kbpf_world_link_create(const struct kbpf_link_create_attr *attr,
					 struct kbpf_prog *prog)
{
	const struct link_row *row;

	for (row = link_rows; row < link_rows + ARRAY_SIZE(link_rows); row++) {
		if (row->attach_type != attr->attach_type)
			continue;
		return kbpf_world_capable(row->cap) ? row->create(attr, prog) : ERR_PTR(-EPERM);
	}
	return ERR_PTR(-EINVAL);
}
