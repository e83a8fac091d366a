// SPDX-License-Identifier: GPL-2.0
/*
 * fentry and fexit: programs at the beginning and at the end of a function that
 * BTF names. A trampoline runs them (func_hook.c); where it cannot be had, because
 * the function has none or somebody else's, kernel probes do, which all kernels
 * offer to modules: a program at the end sees the arguments as they were at the
 * beginning, kept in the return instance, and the result after them. tp_btf programs
 * go to attach_raw_tp.c.
 */
#include <linux/kprobes.h>
#include <linux/slab.h>
#include "cmd/cmd.h"
#include "func_hook.h"
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
 * @at: the program with its cookie, its end of the function and the function's address
 * @by_probe: a kernel probe runs it, not a trampoline
 * @rp: the kernel's probe; only @kp of it is registered for an entry
 * @missed: misses of the kernel's that were charged to the program
 */
struct func_link {
	struct kbpf_link link;
	struct kbpf_attach_point point;
	struct kbpf_hooked at;
	bool by_probe;
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
	u64 now = READ_ONCE(fl->rp.kp.nmissed) + (fl->at.at_exit ? READ_ONCE(fl->rp.nmissed) : 0);
	u64 then = atomic64_read(&fl->missed);

	if (unlikely(now != then) && atomic64_cmpxchg(&fl->missed, then, now) == then)
		kbpf_run_count_misses(fl->link.prog, now - then);
}

static void run(struct func_link *fl, const struct func_args *args, struct pt_regs *regs)
{
	struct kbpf_run record = {
		.cookie = fl->at.cookie,
		.func_ip = fl->at.func_ip,
		.hook_ip = instruction_pointer(regs),
		.nr_args = fl->point.nr_args,
		.has_ret = fl->at.at_exit,
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
	if (fl->at.at_exit)
		unregister_kretprobe(&fl->rp);
	else
		unregister_kprobe(&fl->rp.kp);
}

/* Both ways wait until the program does not run. */
static void detach(struct kbpf_link *link)
{
	struct func_link *fl = to_func(link);

	if (!fl->by_probe) {
		kbpf_func_hook_remove(&fl->at);
		return;
	}
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

static const char *how(const struct kbpf_link *link)
{
	const struct func_link *fl = container_of(link, struct func_link, link);

	return fl->by_probe ? kbpf_symbol_how(&fl->rp.kp) : "trampoline";
}

static void free_link(struct kbpf_link *link)
{
	kfree(to_func(link));
}

static int register_probe(struct func_link *fl)
{
	if (!fl->at.at_exit) {
		fl->rp.kp.pre_handler = on_entry;
		return register_kprobe(&fl->rp.kp);
	}
	fl->rp.entry_handler = on_call;
	fl->rp.handler = on_return;
	fl->rp.data_size = sizeof(struct func_args);
	fl->rp.maxactive = RETURN_INSTANCES;
	return register_kretprobe(&fl->rp);
}

/*
 * Finds the function, by a kernel probe that is never armed. Returns where a
 * trampoline could be called from, 0 for nowhere, or -errno.
 */
static long find_func(struct func_link *fl)
{
	struct kprobe kp = { .symbol_name = fl->point.name, .flags = KPROBE_FLAG_DISABLED };
	unsigned long addr;
	int err = register_kprobe(&kp);

	if (err)
		return err;
	addr = (unsigned long)kp.addr;
	fl->at.func_ip = kbpf_symbol_entry(&kp);
	if (!kprobe_ftrace(&kp))
		addr = 0;
	/* Which of them BTF means cannot be known. */
	err = kbpf_symbol_is_ambiguous(fl->point.name, (unsigned long)kp.addr);
	unregister_kprobe(&kp);
	return err > 0 ? -EADDRNOTAVAIL : addr;
}

/* A trampoline would wait for tasks below it for ever; a return probe is dropped as they go. */
static const char *const never_return[] = {
	"do_exit", "do_group_exit", "make_task_dead", "__x64_sys_exit", "__x64_sys_exit_group",
	"__ia32_sys_exit", "__ia32_sys_exit_group", "__do_sys_exit_group", "kthread_exit",
	"kthread_complete_and_exit", "__module_put_and_kthread_exit",
};

/*
 * A tail call may lead to a program that looks at more arguments than there are: a
 * probe's context has room for all.
 */
static bool may_use_trampoline(const struct func_link *fl)
{
	const struct kbpf_prog *prog = fl->link.prog;
	u32 i;

	if (fl->at.at_exit &&
	    match_string(never_return, ARRAY_SIZE(never_return), fl->point.name) >= 0)
		return false;
	for (i = 0; i < prog->nr_funcs; i++)
		if (prog->funcs[i].has_tail_call)
			return false;
	return true;
}

static int register_func(struct func_link *fl)
{
	long addr = find_func(fl);

	if (IS_ERR_VALUE(addr))
		return addr;
	if (addr && may_use_trampoline(fl) &&
	    !kbpf_func_hook_add(&fl->at, addr, &fl->point))
		return 0;
	fl->by_probe = true;
	fl->rp.kp.symbol_name = fl->point.name;
	return register_probe(fl);
}

static struct kbpf_link *attach_func(struct kbpf_prog *prog,
				     const struct kbpf_attach_point *point, u64 cookie)
{
	struct func_link *fl = kzalloc(sizeof(*fl), GFP_KERNEL_ACCOUNT);
	int err;

	if (!fl)
		return ERR_PTR(-ENOMEM);
	fl->point = *point;
	fl->at.cookie = cookie;
	fl->at.at_exit = prog->expected_attach_type == KBPF_TRACE_FEXIT;
	fl->link.type = KBPF_LINK_TYPE_TRACING;
	fl->link.detach = detach;
	fl->link.fill_info = fill_info;
	fl->link.free = free_link;
	fl->link.how = how;
	fl->at.prog = prog;
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
