// SPDX-License-Identifier: GPL-2.0
/*
 * fentry and fexit: programs at the beginning and at the end of a function that
 * BTF names. Built on kernel probes, which all kernels offer to modules: a program
 * at the end sees the arguments as they were at the beginning, kept in the return
 * instance, and the result after them. tp_btf programs go to attach_raw_tp.c.
 */
#include <linux/kprobes.h>
#include <linux/slab.h>
#include "cmd/cmd.h"
#include "kernel_btf.h"
#include "run.h"
#include "symbol.h"
#include "tracing.h"

#define RETURN_INSTANCES	1024	/* as attach_kprobe.c */
#define REG_ARGS		6

/**
 * struct func_link - a program at a function
 * @link: common part
 * @point: the function and its arguments
 * @cookie: its cookie
 * @is_exit: at the end
 * @func_ip: where the function begins
 * @rp: the kernel's probe; only @kp of it is registered for an entry
 * @missed: misses of the kernel's that were charged to the program
 */
struct func_link {
	struct kbpf_link link;
	struct kbpf_attach_point point;
	u64 cookie;
	bool is_exit;
	u64 func_ip;
	struct kretprobe rp;
	atomic64_t missed;
};

/* What a program sees: arguments, then the result. */
struct func_args {
	u64 v[KBPF_MAX_FUNC_ARGS];
};

static struct func_link *to_func(struct kbpf_link *link)
{
	return container_of(link, struct func_link, link);
}

static void read_args(const struct func_link *fl, struct pt_regs *regs, struct func_args *args)
{
	const unsigned long in_regs[REG_ARGS] = {
		regs->di, regs->si, regs->dx, regs->cx, regs->r8, regs->r9,
	};
	u32 i;

	for (i = 0; i < fl->point.nr_args && i < REG_ARGS; i++)
		args->v[i] = in_regs[i] & fl->point.masks[i];
	/* The rest stand above the return address. */
	for (; i < fl->point.nr_args; i++)
		args->v[i] = regs_get_kernel_stack_nth(regs, i - REG_ARGS + 1) &
			     fl->point.masks[i];
	for (; i < KBPF_MAX_FUNC_ARGS; i++)
		args->v[i] = 0;
}

static void charge_missed(struct func_link *fl)
{
	u64 now = READ_ONCE(fl->rp.kp.nmissed) + (fl->is_exit ? READ_ONCE(fl->rp.nmissed) : 0);
	u64 then = atomic64_read(&fl->missed);

	if (unlikely(now != then) && atomic64_cmpxchg(&fl->missed, then, now) == then)
		kbpf_run_count_misses(fl->link.prog, now - then);
}

static void run(struct func_link *fl, const struct func_args *args, struct pt_regs *regs)
{
	struct kbpf_run record = {
		.cookie = fl->cookie,
		.func_ip = fl->func_ip,
		.hook_ip = instruction_pointer(regs),
	};
	u64 ret;

	charge_missed(fl);
	kbpf_run_prog(fl->link.prog, args, &record, &ret);
}

static int on_entry(struct kprobe *kp, struct pt_regs *regs)
{
	struct func_link *fl = container_of(kp, struct func_link, rp.kp);
	struct func_args args;

	read_args(fl, regs, &args);
	run(fl, &args, regs);
	return 0;
}
NOKPROBE_SYMBOL(on_entry);

static int on_call(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = get_kretprobe(ri);

	if (!rp)
		return 1;
	read_args(container_of(rp, struct func_link, rp), regs, (struct func_args *)ri->data);
	return 0;
}
NOKPROBE_SYMBOL(on_call);

static int on_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = get_kretprobe(ri);
	struct func_args *args = (struct func_args *)ri->data;
	struct func_link *fl;

	if (!rp)
		return 0;
	fl = container_of(rp, struct func_link, rp);
	args->v[fl->point.nr_args] = regs_return_value(regs);
	run(fl, args, regs);
	return 0;
}
NOKPROBE_SYMBOL(on_return);

static void unregister(struct func_link *fl)
{
	if (fl->is_exit)
		unregister_kretprobe(&fl->rp);
	else
		unregister_kprobe(&fl->rp.kp);
}

/* Unregistering waits until no handler runs. */
static void detach(struct kbpf_link *link)
{
	struct func_link *fl = to_func(link);

	charge_missed(fl);
	unregister(fl);
}

static int fill_info(struct kbpf_link *link, struct kbpf_link_info *info)
{
	info->tracing.attach_type = link->prog->expected_attach_type;
	info->tracing.target_obj_id = 0;
	info->tracing.target_btf_id = link->prog->attach_btf_id;
	return 0;
}

static void free_link(struct kbpf_link *link)
{
	kfree(to_func(link));
}

static int register_func(struct func_link *fl)
{
	int err;

	fl->rp.kp.symbol_name = fl->point.name;
	if (fl->is_exit) {
		fl->rp.entry_handler = on_call;
		fl->rp.handler = on_return;
		fl->rp.data_size = sizeof(struct func_args);
		fl->rp.maxactive = RETURN_INSTANCES;
		err = register_kretprobe(&fl->rp);
	} else {
		fl->rp.kp.pre_handler = on_entry;
		err = register_kprobe(&fl->rp.kp);
	}
	if (err)
		return err;
	fl->func_ip = kbpf_symbol_entry(&fl->rp.kp);
	if (kbpf_symbol_is_ambiguous(fl->point.name, (unsigned long)fl->rp.kp.addr) <= 0)
		return 0;
	/* Which of them BTF means cannot be known. */
	unregister(fl);
	return -EADDRNOTAVAIL;
}

static struct kbpf_link *attach_func(struct kbpf_prog *prog,
				     const struct kbpf_attach_point *point, u64 cookie)
{
	struct func_link *fl = kzalloc(sizeof(*fl), GFP_KERNEL_ACCOUNT);
	int err;

	if (!fl)
		return ERR_PTR(-ENOMEM);
	fl->point = *point;
	fl->cookie = cookie;
	fl->is_exit = prog->expected_attach_type == KBPF_TRACE_FEXIT;
	fl->link.type = KBPF_LINK_TYPE_TRACING;
	fl->link.detach = detach;
	fl->link.fill_info = fill_info;
	fl->link.free = free_link;
	kbpf_link_init(&fl->link, prog);
	err = register_func(fl);
	if (err) {
		fl->link.detached = true;
		kbpf_object_put(&fl->link.obj);
		return ERR_PTR(err);
	}
	return &fl->link;
}

static int find_point(const struct kbpf_prog *prog, struct kbpf_attach_point *point)
{
	bool tracepoint = prog->expected_attach_type == KBPF_TRACE_RAW_TP;
	int err;

	if (!tracepoint && prog->expected_attach_type != KBPF_TRACE_FENTRY &&
	    prog->expected_attach_type != KBPF_TRACE_FEXIT)
		return -EINVAL;
	err = kbpf_attach_point_by_id(prog->attach_btf_id, point);
	if (err)
		return err;
	return point->is_tracepoint == tracepoint ? 0 : -EINVAL;
}

/* What a program may look at: the arguments, and behind them the result. */
static u32 ctx_len(const struct kbpf_prog *prog, const struct kbpf_attach_point *point)
{
	u32 results = prog->expected_attach_type == KBPF_TRACE_FEXIT;

	return (point->nr_args + results) * sizeof(u64);
}

int kbpf_tracing_check(const struct kbpf_prog *prog)
{
	struct kbpf_attach_point *point;
	int err;

	if (prog->type != KBPF_PROG_TYPE_TRACING)
		return 0;
	point = kmalloc(sizeof(*point), GFP_KERNEL);
	if (!point)
		return -ENOMEM;
	err = find_point(prog, point);
	if (!err && prog->ctx_used > ctx_len(prog, point))
		err = -EACCES;
	kfree(point);
	return err;
}

struct kbpf_link *kbpf_tracing_attach(struct kbpf_prog *prog, u64 cookie)
{
	struct kbpf_attach_point *point;
	struct kbpf_link *link;
	int err;

	if (prog->type != KBPF_PROG_TYPE_TRACING)
		return ERR_PTR(-EINVAL);
	point = kmalloc(sizeof(*point), GFP_KERNEL);
	if (!point)
		return ERR_PTR(-ENOMEM);
	err = find_point(prog, point);
	if (err)
		link = ERR_PTR(err);
	else if (point->is_tracepoint)
		link = kbpf_tracepoint_attach(point->name, prog, cookie);
	else
		link = attach_func(prog, point, cookie);
	kfree(point);
	return link;
}
