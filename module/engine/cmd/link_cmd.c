// SPDX-License-Identifier: GPL-2.0
/*
 * Commands on links: which program may be attached to what, and a link's life.
 * How a program is attached is the world's.
 */
#include "cmd/call.h"

static void free_link(struct kbpf_object *obj)
{
	struct kbpf_link *link = container_of(obj, struct kbpf_link, obj);
	struct kbpf_prog *prog = link->prog;

	if (!link->detached)
		link->detach(link);
	mutex_destroy(&link->lock);
	link->free(link);
	kbpf_object_put(&prog->obj);
}

static const struct kbpf_object_ops link_ops = { .free = free_link };

void kbpf_link_init(struct kbpf_link *link, struct kbpf_prog *prog)
{
	kbpf_object_init(&link->obj, KBPF_KIND_LINK, &link_ops);
	mutex_init(&link->lock);
	link->detached = false;
	link->prog = prog;
	kbpf_object_get(&prog->obj);
}

/* Which programs a kind of attachment takes. */
static const struct attach_row {
	u32 attach_type;
	u32 prog_type;
	bool as_expected;	/* the program was loaded with this expected_attach_type */
} attach_rows[] = {
	{ KBPF_PERF_EVENT, KBPF_PROG_TYPE_KPROBE },
	{ KBPF_PERF_EVENT, KBPF_PROG_TYPE_TRACEPOINT },
	{ KBPF_PERF_EVENT, KBPF_PROG_TYPE_PERF_EVENT },
	{ KBPF_TRACE_RAW_TP, KBPF_PROG_TYPE_TRACING, true },
	{ KBPF_TRACE_FENTRY, KBPF_PROG_TYPE_TRACING, true },
	{ KBPF_TRACE_FEXIT, KBPF_PROG_TYPE_TRACING, true },
	{ KBPF_TRACE_KPROBE_MULTI, KBPF_PROG_TYPE_KPROBE, true },
	{ KBPF_TRACE_UPROBE_MULTI, KBPF_PROG_TYPE_KPROBE, true },
	{ KBPF_NETFILTER, KBPF_PROG_TYPE_NETFILTER, true },
	{ KBPF_TCX_INGRESS, KBPF_PROG_TYPE_SCHED_CLS },
	{ KBPF_TCX_EGRESS, KBPF_PROG_TYPE_SCHED_CLS },
	{ KBPF_TAP, KBPF_PROG_TYPE_SOCKET_FILTER },
};

static bool may_attach(const struct kbpf_prog *prog, u32 attach_type)
{
	const struct attach_row *row;

	for (row = attach_rows; row < attach_rows + ARRAY_SIZE(attach_rows); row++)
		if (row->attach_type == attach_type && row->prog_type == prog->type)
			return !row->as_expected || prog->expected_attach_type == attach_type;
	return false;
}

static struct kbpf_link *attach(const struct kbpf_link_create_attr *attr)
{
	struct kbpf_prog *prog = kbpf_call_prog(attr->prog_fd);
	struct kbpf_link *link = ERR_PTR(-EINVAL);

	if (IS_ERR(prog))
		return ERR_CAST(prog);
	if (may_attach(prog, attr->attach_type))
		link = kbpf_world_link_create(attr, prog);
	kbpf_object_put(&prog->obj);
	return link;
}

/* A new link's id and descriptor; takes @link over, which may be an ERR_PTR. */
static long install(struct kbpf_link *link)
{
	int err;

	if (IS_ERR(link))
		return PTR_ERR(link);
	err = kbpf_object_publish(&link->obj);
	if (err) {
		kbpf_object_put(&link->obj);
		return err;
	}
	return kbpf_call_install(&link->obj, 0);
}

long kbpf_call_link_create(struct kbpf_call *call)
{
	if (call->attr.link_create.flags)
		return -EINVAL;
	return install(attach(&call->attr.link_create));
}

#define TRACEPOINT_NAME_LEN	128	/* as Linux reads */

static bool is_raw_tracepoint(const struct kbpf_prog *prog)
{
	return prog->type == KBPF_PROG_TYPE_RAW_TRACEPOINT ||
	       prog->type == KBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE;
}

static struct kbpf_link *open_raw_tracepoint(const struct kbpf_raw_tracepoint_attr *attr,
					     struct kbpf_prog *prog)
{
	char name[TRACEPOINT_NAME_LEN];
	int err;

	/* A TRACING program knows where it goes, the others are told. */
	if (prog->type == KBPF_PROG_TYPE_TRACING && !attr->name)
		return kbpf_world_raw_tp_open(NULL, prog, attr->cookie);
	if (!is_raw_tracepoint(prog) || !attr->name)
		return ERR_PTR(-EINVAL);
	err = kbpf_call_copy_str_in(name, attr->name, sizeof(name));
	return err ? ERR_PTR(err) : kbpf_world_raw_tp_open(name, prog, attr->cookie);
}

long kbpf_call_raw_tracepoint_open(struct kbpf_call *call)
{
	const struct kbpf_raw_tracepoint_attr *attr = &call->attr.raw_tracepoint;
	struct kbpf_prog *prog;
	struct kbpf_link *link;

	if (attr->pad0)
		return -EINVAL;
	prog = kbpf_call_prog(attr->prog_fd);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	link = open_raw_tracepoint(attr, prog);
	kbpf_object_put(&prog->obj);
	return install(link);
}

long kbpf_call_link_detach(struct kbpf_call *call)
{
	struct kbpf_object *obj = kbpf_call_fd(call->attr.link_detach.link_fd, KBPF_KIND_LINK, NULL);
	struct kbpf_link *link;

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	link = container_of(obj, struct kbpf_link, obj);
	mutex_lock(&link->lock);
	if (!link->detached)
		link->detach(link);
	link->detached = true;
	mutex_unlock(&link->lock);
	kbpf_object_put(obj);
	return 0;
}

long kbpf_call_link_stats(struct kbpf_call *call)
{
	struct kbpf_link_stats_attr *attr = &call->attr.link_stats;
	struct kbpf_object *obj;
	struct kbpf_link *link;

	if (attr->pad0)
		return -EINVAL;
	obj = kbpf_call_fd(attr->link_fd, KBPF_KIND_LINK, NULL);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	link = container_of(obj, struct kbpf_link, obj);
	if (!link->stats) {
		kbpf_object_put(obj);
		return -EOPNOTSUPP;
	}
	link->stats(link, attr);
	kbpf_object_put(obj);
	return kbpf_world_copy_out(call->uattr, attr, min_t(u32, call->size, sizeof(*attr)));
}
