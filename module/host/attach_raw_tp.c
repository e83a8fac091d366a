// SPDX-License-Identifier: GPL-2.0
/*
 * Raw tracepoints: a program sees the tracepoint's own arguments, as 64-bit
 * registers. The probe is registered with the tracepoint itself, which calls it
 * with its arguments; one function that takes as many as any tracepoint may have
 * serves all, since those that were not passed are only read from the caller's
 * frame, and a program sees no more than the tracepoint has.
 */
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include "cmd/cmd.h"
#include "kernel_btf.h"
#include "progtype/progtype.h"
#include "run.h"
#include "tracing.h"

/**
 * struct raw_tp_link - a program at a tracepoint
 * @link: common part
 * @tp: the tracepoint
 * @cookie: its cookie
 * @masks: of each argument the bits that its type has
 */
struct raw_tp_link {
	struct kbpf_link link;
	struct tracepoint *tp;
	u64 cookie;
	u64 masks[KBPF_MAX_FUNC_ARGS];
};

static void on_hit(void *data, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 a6, u64 a7,
		   u64 a8, u64 a9, u64 a10, u64 a11, u64 a12)
{
	u64 args[KBPF_MAX_FUNC_ARGS] = {
		a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12,
	};
	struct raw_tp_link *rl = data;
	struct kbpf_run run = {
		.cookie = rl->cookie,
		.hook_ip = (unsigned long)__builtin_return_address(0),
	};
	u64 ret;
	u32 i;

	/* What was not passed is what the stack holds: not for programs to see. */
	for (i = 0; i < KBPF_MAX_FUNC_ARGS; i++)
		args[i] &= rl->masks[i];
	kbpf_run_prog(rl->link.prog, args, &run, &ret);
}

static struct raw_tp_link *to_raw_tp(struct kbpf_link *link)
{
	return container_of(link, struct raw_tp_link, link);
}

static void detach(struct kbpf_link *link)
{
	struct raw_tp_link *rl = to_raw_tp(link);

	tracepoint_probe_unregister(rl->tp, on_hit, rl);
	tracepoint_synchronize_unregister();
}

static int fill_info(struct kbpf_link *link, struct kbpf_link_info *info)
{
	struct raw_tp_link *rl = to_raw_tp(link);

	if (link->type == KBPF_LINK_TYPE_TRACING) {
		info->tracing.attach_type = link->prog->expected_attach_type;
		info->tracing.target_obj_id = 0;
		info->tracing.target_btf_id = link->prog->attach_btf_id;
		return 0;
	}
	return kbpf_cmd_copy_str(info->raw_tracepoint.tp_name, &info->raw_tracepoint.tp_name_len,
				 rl->tp->name);
}

static void free_link(struct kbpf_link *link)
{
	kfree(to_raw_tp(link));
}

struct search {
	const char *name;
	struct tracepoint *found;
};

static void match(struct tracepoint *tp, void *priv)
{
	struct search *s = priv;

	if (!s->found && !strcmp(tp->name, s->name))
		s->found = tp;
}

/*
 * Which bits of which arguments there are; without BTF all of all. A program that
 * looks past the last is refused, as in Linux.
 */
static int find_masks(struct raw_tp_link *rl)
{
	struct kbpf_attach_point *point = kmalloc(sizeof(*point), GFP_KERNEL);
	int err = 0;

	if (!point)
		return -ENOMEM;
	kbpf_attach_point_by_tracepoint(rl->tp->name, point);
	memcpy(rl->masks, point->masks, sizeof(rl->masks));
	if (rl->link.prog->ctx_used > point->nr_args * sizeof(u64))
		err = -EINVAL;
	kfree(point);
	return err;
}

struct kbpf_link *kbpf_tracepoint_attach(const char *name, struct kbpf_prog *prog, u64 cookie)
{
	struct search s = { .name = name };
	struct raw_tp_link *rl;
	int err;

	/* on_hit() has no tracepoint's type, which kernels that check calls by type do not forgive. */
	if (IS_ENABLED(CONFIG_CFI_CLANG))
		return ERR_PTR(-EOPNOTSUPP);
	for_each_kernel_tracepoint(match, &s);
	if (!s.found)
		return ERR_PTR(-ENOENT);
	rl = kzalloc(sizeof(*rl), GFP_KERNEL_ACCOUNT);
	if (!rl)
		return ERR_PTR(-ENOMEM);
	rl->tp = s.found;
	rl->cookie = cookie;
	rl->link.type = prog->type == KBPF_PROG_TYPE_TRACING ? KBPF_LINK_TYPE_TRACING :
							       KBPF_LINK_TYPE_RAW_TRACEPOINT;
	rl->link.detach = detach;
	rl->link.fill_info = fill_info;
	rl->link.free = free_link;
	kbpf_link_init(&rl->link, prog);
	err = find_masks(rl);
	if (!err)
		err = tracepoint_probe_register(rl->tp, on_hit, rl);
	if (err) {
		rl->link.detached = true;
		kbpf_object_put(&rl->link.obj);
		return ERR_PTR(err);
	}
	return &rl->link;
}

struct kbpf_link *kbpf_world_raw_tp_open(const char *name, struct kbpf_prog *prog, u64 cookie)
{
	/* Without a name: a TRACING program, which knows its own. */
	return name ? kbpf_tracepoint_attach(name, prog, cookie) :
		      kbpf_tracing_attach(prog, cookie);
}
