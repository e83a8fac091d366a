// SPDX-License-Identifier: GPL-2.0
/*
 * Raw tracepoints: a program sees the tracepoint's own arguments, as 64-bit
 * registers. The probe is registered with the tracepoint itself, which calls it
 * with its arguments; there is one for each number of arguments that a program may
 * look at. Such a function may take more than the tracepoint passes: the rest is
 * read from the caller's frame, and no program gets to see it.
 */
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include "cmd/cmd.h"
#include "kernel_btf.h"
#include "progtype/progtype.h"
#include "run.h"
#include "tp_args.h"
#include "tracing.h"

/**
 * struct raw_tp_link - a program at a tracepoint
 * @link: common part
 * @tp: the tracepoint
 * @on_hit: what the tracepoint calls
 * @cookie: its cookie
 * @masks: of each argument the bits that its type has
 */
struct raw_tp_link {
	struct kbpf_link link;
	struct tracepoint *tp;
	void *on_hit;
	u64 cookie;
	u64 masks[KBPF_MAX_FUNC_ARGS];
};

static __always_inline void run(const struct raw_tp_link *rl, const u64 *args,
				unsigned long caller)
{
	struct kbpf_run run KBPF_UNFILLED;
	u64 ret;

	kbpf_run_nowhere(&run);
	run.cookie = rl->cookie;
	run.hook_ip = caller;
	preempt_disable_notrace();
	kbpf_run_here(rl->link.prog, args, &run, &ret);
	preempt_enable_notrace();
}

/* What was not passed is what the stack holds: its mask is 0. */
#define ARG(n) (a##n & rl->masks[(n) - 1])
#define ARGS1 ARG(1)
#define ARGS2 ARGS1, ARG(2)
#define ARGS3 ARGS2, ARG(3)
#define ARGS4 ARGS3, ARG(4)
#define ARGS5 ARGS4, ARG(5)
#define ARGS6 ARGS5, ARG(6)
#define ARGS7 ARGS6, ARG(7)
#define ARGS8 ARGS7, ARG(8)
#define ARGS9 ARGS8, ARG(9)
#define ARGS10 ARGS9, ARG(10)
#define ARGS11 ARGS10, ARG(11)
#define ARGS12 ARGS11, ARG(12)

#define HIT(n)									\
static notrace void on_hit##n(void *data, PARAMS##n)				\
{										\
	const struct raw_tp_link *rl = data;					\
	const u64 args[] = { ARGS##n };						\
										\
	run(rl, args, (unsigned long)__builtin_return_address(0));		\
}

HIT(1) HIT(2) HIT(3) HIT(4) HIT(5) HIT(6) HIT(7) HIT(8) HIT(9) HIT(10) HIT(11) HIT(12)

static void *const on_hit[KBPF_MAX_FUNC_ARGS + 1] = {
	on_hit1, on_hit1, on_hit2, on_hit3, on_hit4, on_hit5, on_hit6, on_hit7, on_hit8,
	on_hit9, on_hit10, on_hit11, on_hit12,
};

/* How many arguments the program may look at, or one that it calls and leaves to. */
static u32 args_seen(const struct kbpf_prog *prog)
{
	u32 i;

	for (i = 0; i < prog->nr_funcs; i++)
		if (prog->funcs[i].has_tail_call)
			return KBPF_MAX_FUNC_ARGS;
	return DIV_ROUND_UP(prog->ctx_used, sizeof(u64));
}

static struct raw_tp_link *to_raw_tp(struct kbpf_link *link)
{
	return container_of(link, struct raw_tp_link, link);
}

static void detach(struct kbpf_link *link)
{
	struct raw_tp_link *rl = to_raw_tp(link);

	tracepoint_probe_unregister(rl->tp, rl->on_hit, rl);
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

struct tracepoint *kbpf_tracepoint_find(const char *name)
{
	struct search s = { .name = name };

	for_each_kernel_tracepoint(match, &s);
	return s.found;
}

/*
 * Which bits of which arguments there are; without BTF all of all. A program that looks
 * at others is refused here, when it is known where it goes.
 */
static int fit_args(struct raw_tp_link *rl, const struct kbpf_prog *prog)
{
	struct kbpf_attach_point *point = kmalloc(sizeof(*point), GFP_KERNEL);
	int err = 0;

	if (!point)
		return -ENOMEM;
	kbpf_attach_point_by_tracepoint(rl->tp->name, point);
	memcpy(rl->masks, point->masks, sizeof(rl->masks));
	if (prog->ctx_used > point->nr_args * sizeof(u64))
		err = -EINVAL;
	kfree(point);
	rl->on_hit = on_hit[args_seen(prog)];
	return err;
}

struct kbpf_link *kbpf_tracepoint_attach(const char *name, struct kbpf_prog *prog, u64 cookie)
{
	struct tracepoint *tp = kbpf_tracepoint_find(name);
	struct raw_tp_link *rl;
	int err;

	/* on_hit() has no tracepoint's type, which kernels that check calls by type do not forgive. */
	if (IS_ENABLED(CONFIG_CFI_CLANG))
		return ERR_PTR(-EOPNOTSUPP);
	if (!tp)
		return ERR_PTR(-ENOENT);
	rl = kzalloc(sizeof(*rl), GFP_KERNEL_ACCOUNT);
	if (!rl)
		return ERR_PTR(-ENOMEM);
	rl->tp = tp;
	rl->cookie = cookie;
	rl->link.type = prog->type == KBPF_PROG_TYPE_TRACING ? KBPF_LINK_TYPE_TRACING :
							       KBPF_LINK_TYPE_RAW_TRACEPOINT;
	rl->link.detach = detach;
	rl->link.fill_info = fill_info;
	rl->link.free = free_link;
	kbpf_link_init(&rl->link, prog);
	err = fit_args(rl, prog);
	if (!err)
		err = tracepoint_probe_register(rl->tp, rl->on_hit, rl);
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
