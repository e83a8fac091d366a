// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Attaching, pretended: a probe takes programs and never fires. What a caller
 * can do wrong is still refused as the device refuses it.
 */
#include <linux/perf_event.h>
#include <sys/ioctl.h>

#include "cmd/cmd.h"
#include "world.h"

#define MAX_NAME	256

/**
 * struct probe - a place that a program can be attached to
 * @obj: object header
 * @type: enum kbpf_perf_event_type
 * @name: symbol or path; "" where there is none
 * @offset: in the symbol or file; an address where there is no name
 * @lock: guards @prog
 * @prog: attached through PERF_EVENT_IOC_SET_BPF, or NULL
 */
struct probe {
	struct kbpf_object obj;
	u32 type;
	char name[MAX_NAME];
	u64 offset;
	pthread_mutex_t lock;
	struct kbpf_object *prog;
};

/**
 * struct probe_link - a program attached to a probe
 * @link: link header
 * @probe: the probe, a reference
 * @cookie: as attached
 */
struct probe_link {
	struct kbpf_link link;
	struct probe *probe;
	u64 cookie;
};

static void free_probe(struct kbpf_object *obj)
{
	struct probe *probe = container_of(obj, struct probe, obj);

	kbpf_object_put(probe->prog);
	pthread_mutex_destroy(&probe->lock);
	kfree(probe);
}

static const struct kbpf_object_ops probe_ops = { .free = free_probe };

static struct probe *to_probe(struct kbpf_object *obj)
{
	return container_of(obj, struct probe, obj);
}

/* ---- opening ------------------------------------------------------------------------------ */

/* As perf_event_open(2): any version of the structure, unknown bits must be zero. */
static int read_attr(u64 uattr, struct perf_event_attr *attr)
{
	u32 size;

	memset(attr, 0, sizeof(*attr));
	if (kbpf_mem_read(attr, uattr, PERF_ATTR_SIZE_VER0))
		return -EFAULT;
	size = attr->size ? attr->size : PERF_ATTR_SIZE_VER0;
	if (size < PERF_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		return -E2BIG;
	size = min_t(u32, size, sizeof(*attr));
	if (kbpf_mem_read(attr, uattr, size))
		return -EFAULT;
	attr->size = size;
	return 0;
}

/* What kind of place; PMUs beyond the fixed ones are kprobe's and uprobe's. */
static u32 event_type(const struct perf_event_attr *attr)
{
	bool ret = attr->config & 1;

	switch (attr->type) {
	case PERF_TYPE_HARDWARE:
	case PERF_TYPE_SOFTWARE:
	case PERF_TYPE_HW_CACHE:
	case PERF_TYPE_RAW:
	case PERF_TYPE_BREAKPOINT:
		return KBPF_PERF_EVENT_EVENT;
	case PERF_TYPE_TRACEPOINT:
		return KBPF_PERF_EVENT_TRACEPOINT;
	}
	/* a path begins with a slash, and no symbol does */
	if (attr->config1) {
		char first = 0;

		if (!kbpf_mem_read(&first, attr->config1, 1) && first == '/')
			return ret ? KBPF_PERF_EVENT_URETPROBE : KBPF_PERF_EVENT_UPROBE;
	}
	return ret ? KBPF_PERF_EVENT_KRETPROBE : KBPF_PERF_EVENT_KPROBE;
}

static struct kbpf_object *open_probe(const struct perf_event_attr *attr)
{
	u32 type = event_type(attr);
	struct probe *probe;

	probe = kzalloc(sizeof(*probe), GFP_KERNEL);
	if (!probe)
		return ERR_PTR(-ENOMEM);
	if (type != KBPF_PERF_EVENT_EVENT && type != KBPF_PERF_EVENT_TRACEPOINT &&
	    attr->config1) {
		long len = kbpf_mem_read_str(probe->name, sizeof(probe->name), attr->config1);

		if (len < 0 || len == 1) {
			kfree(probe);
			return ERR_PTR(len < 0 ? len : -EINVAL);
		}
	}
	probe->type = type;
	probe->offset = attr->config2;
	pthread_mutex_init(&probe->lock, NULL);
	kbpf_object_init(&probe->obj, KBPF_KIND_PROBE, &probe_ops);
	return &probe->obj;
}

int kbpf_world_perf_open(const struct kbpf_perf_open_attr *attr)
{
	struct perf_event_attr perf;
	struct kbpf_object *obj;
	int err;

	if (attr->group_fd != -1 || (attr->flags & ~(u64)PERF_FLAG_FD_CLOEXEC))
		return -EINVAL;
	err = read_attr(attr->attr, &perf);
	if (err)
		return err;
	if (perf.type == PERF_TYPE_SOFTWARE && perf.config == PERF_COUNT_SW_BPF_OUTPUT)
		obj = kbpf_ring_create(&perf, attr->cpu);
	else
		obj = open_probe(&perf);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	err = kbpf_world_fd_install(obj, 0);
	if (err < 0)
		kbpf_object_put(obj);
	return err;
}

/* This world has one process, and nothing of another's to look at. */
int kbpf_world_task_fd_query(struct kbpf_task_fd_query_attr *attr)
{
	(void)attr;
	return -EOPNOTSUPP;
}

/* ---- attaching ------------------------------------------------------------------------------ */

static int set_bpf(struct probe *probe, int fd)
{
	struct kbpf_object *prog = kbpf_world_fd_get(fd, NULL);
	int err = -EEXIST;

	if (IS_ERR(prog))
		return PTR_ERR(prog);
	if (prog->kind != KBPF_KIND_PROG) {
		kbpf_object_put(prog);
		return -EINVAL;
	}
	pthread_mutex_lock(&probe->lock);
	if (!probe->prog) {
		probe->prog = prog;
		err = 0;
	}
	pthread_mutex_unlock(&probe->lock);
	if (err)
		kbpf_object_put(prog);
	return err;
}

int kbpf_probe_ioctl(struct kbpf_object *obj, unsigned long request, unsigned long arg)
{
	switch (request) {
	case PERF_EVENT_IOC_ENABLE:
	case PERF_EVENT_IOC_DISABLE:
		if (obj->kind == KBPF_KIND_RING)
			return kbpf_ring_enable(obj, request == PERF_EVENT_IOC_ENABLE);
		return 0;
	case PERF_EVENT_IOC_SET_BPF:
		return obj->kind == KBPF_KIND_PROBE ? set_bpf(to_probe(obj), arg) : -EINVAL;
	default:
		return -ENOTTY;
	}
}

static void detach(struct kbpf_link *link)
{
	(void)link;
}

static int fill_info(struct kbpf_link *link, struct kbpf_link_info *info)
{
	struct probe_link *pl = container_of(link, struct probe_link, link);
	struct probe *probe = pl->probe;

	info->perf_event.type = probe->type;
	switch (probe->type) {
	case KBPF_PERF_EVENT_UPROBE:
	case KBPF_PERF_EVENT_URETPROBE:
		info->perf_event.uprobe.offset = probe->offset;
		info->perf_event.uprobe.cookie = pl->cookie;
		return kbpf_cmd_copy_str(info->perf_event.uprobe.file_name,
					 &info->perf_event.uprobe.name_len, probe->name);
	case KBPF_PERF_EVENT_KPROBE:
	case KBPF_PERF_EVENT_KRETPROBE:
		if (probe->name[0])
			info->perf_event.kprobe.offset = probe->offset;
		else
			info->perf_event.kprobe.addr = probe->offset;
		info->perf_event.kprobe.cookie = pl->cookie;
		return kbpf_cmd_copy_str(info->perf_event.kprobe.func_name,
					 &info->perf_event.kprobe.name_len, probe->name);
	default:
		info->perf_event.event.cookie = pl->cookie;
		return 0;
	}
}

static void free_link(struct kbpf_link *link)
{
	struct probe_link *pl = container_of(link, struct probe_link, link);

	kbpf_object_put(&pl->probe->obj);
	kfree(pl);
}

struct kbpf_link *kbpf_world_link_create(const struct kbpf_link_create_attr *attr,
					 struct kbpf_prog *prog)
{
	struct kbpf_object *target;
	struct probe_link *pl;

	if (attr->attach_type != KBPF_PERF_EVENT)
		return ERR_PTR(-EINVAL);
	target = kbpf_world_fd_get(attr->target_fd, NULL);
	if (IS_ERR(target))
		return ERR_PTR(-EBADF);
	if (target->kind != KBPF_KIND_PROBE) {
		kbpf_object_put(target);
		return ERR_PTR(-EBADF);
	}
	pl = kzalloc(sizeof(*pl), GFP_KERNEL);
	if (!pl) {
		kbpf_object_put(target);
		return ERR_PTR(-ENOMEM);
	}
	pl->probe = to_probe(target);
	pl->cookie = attr->perf_event.bpf_cookie;
	pl->link.type = KBPF_LINK_TYPE_PERF_EVENT;
	pl->link.detach = detach;
	pl->link.fill_info = fill_info;
	pl->link.free = free_link;
	kbpf_link_init(&pl->link, prog);
	return &pl->link;
}

/* A link to a tracepoint that nothing ever hits: any name will do. */
static int fill_raw_tp_info(struct kbpf_link *link, struct kbpf_link_info *info)
{
	if (link->type == KBPF_LINK_TYPE_TRACING) {
		info->tracing.attach_type = link->prog->expected_attach_type;
		info->tracing.target_btf_id = link->prog->attach_btf_id;
		return 0;
	}
	return kbpf_cmd_copy_str(info->raw_tracepoint.tp_name,
				 &info->raw_tracepoint.tp_name_len, "");
}

static void free_raw_tp(struct kbpf_link *link)
{
	kfree(link);
}

struct kbpf_link *kbpf_world_raw_tp_open(const char *name, struct kbpf_prog *prog, u64 cookie)
{
	struct kbpf_link *link;

	(void)cookie;
	if (name && !name[0])
		return ERR_PTR(-ENOENT);
	link = kzalloc(sizeof(*link), GFP_KERNEL);
	if (!link)
		return ERR_PTR(-ENOMEM);
	link->type = name ? KBPF_LINK_TYPE_RAW_TRACEPOINT : KBPF_LINK_TYPE_TRACING;
	link->detach = detach;
	link->fill_info = fill_raw_tp_info;
	link->free = free_raw_tp;
	kbpf_link_init(link, prog);
	return link;
}
