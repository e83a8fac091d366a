// SPDX-License-Identifier: GPL-2.0
/*
 * The tracepoints syscalls/sys_enter_* and sys_exit_*. Their record is so plain that
 * it is put together here, from the two raw tracepoints that all system calls pass:
 * the kernel's own way there leads through a perf event. One function is registered
 * with each of the two, however many programs there are; a table says who wants
 * which system call.
 */
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/trace_events.h>
#include <linux/tracepoint.h>
#include <trace/syscall.h>
#include <asm/syscall.h>
#include "probe.h"
#include "progtype/progtype.h"
#include "run.h"
#include "tracing.h"
#include "why.h"

#ifdef CONFIG_FTRACE_SYSCALLS

#define SYSCALL_ARGS	6

/**
 * struct syscall_probe - a probe on one system call
 * @probe: common part
 * @node: in @wanted
 * @is_exit: at its end
 * @meta: the kernel's description
 * @event: the kernel's event, for its name
 */
struct syscall_probe {
	struct kbpf_probe probe;
	struct list_head node;
	bool is_exit;
	const struct syscall_metadata *meta;
	struct trace_event_call *event;
};

/**
 * struct record - what a program sees: the trace record
 * @common: what all records begin with; not filled here, and not on Linux
 * @nr: system call
 * @args: arguments, or the result
 */
struct record {
	u64 common;
	u32 nr;
	unsigned long args[SYSCALL_ARGS];
};

/**
 * struct room - where records are put together, with preemption off; one system call
 *	at a time is at its beginning or end on a CPU
 * @rec: the record
 * @rest: zeros: what a tail call leads to may look further than the record
 */
struct room {
	struct record rec;
	u8 rest[KBPF_TRACE_RECORD_MAX - sizeof(struct record)];
};

/**
 * struct side - beginnings or ends of all system calls
 * @name: the raw tracepoint
 * @fn: what is registered with it
 * @users: probes that are armed
 * @wanted: those of each system call: RCU, changed under @lock
 */
struct side {
	const char *name;
	void *fn;
	u32 users;
	struct list_head wanted[NR_syscalls];
};

static struct room __percpu *rooms;	/* from the first probe on */
static DEFINE_MUTEX(lock);

static void on_enter(void *data, struct pt_regs *regs, long id);
static void on_exit(void *data, struct pt_regs *regs, long ret);

static struct side sides[2] = {
	{ "sys_enter", on_enter },
	{ "sys_exit", on_exit },
};

static struct syscall_probe *to_syscall_probe(const struct kbpf_probe *probe)
{
	return container_of(probe, struct syscall_probe, probe);
}

/* Who wants this system call; NULL: nobody, or it is not one of the native ones. */
static __always_inline struct list_head *wanted_by(struct side *side, struct pt_regs *regs)
{
	long nr = syscall_get_nr(current, regs);

	if (nr < 0 || nr >= NR_syscalls || in_ia32_syscall())
		return NULL;
	return list_empty(&side->wanted[nr]) ? NULL : &side->wanted[nr];
}

static __always_inline void run_all(struct list_head *list, const struct record *rec,
				    unsigned long caller)
{
	struct syscall_probe *p;

	list_for_each_entry_lockless(p, list, node)
		kbpf_probe_run(&p->probe, rec, 0, caller, NULL);
}

static notrace void on_enter(void *data, struct pt_regs *regs, long id)
{
	struct list_head *list = wanted_by(&sides[0], regs);
	struct record *rec;

	if (!list)
		return;
	preempt_disable_notrace();
	rec = &this_cpu_ptr(rooms)->rec;
	rec->nr = id;
	syscall_get_arguments(current, regs, rec->args);
	run_all(list, rec, (unsigned long)__builtin_return_address(0));
	preempt_enable_notrace();
}

static notrace void on_exit(void *data, struct pt_regs *regs, long ret)
{
	struct list_head *list = wanted_by(&sides[1], regs);
	struct record *rec;

	if (!list)
		return;
	preempt_disable_notrace();
	rec = &this_cpu_ptr(rooms)->rec;
	rec->nr = syscall_get_nr(current, regs);
	rec->args[0] = ret;
	run_all(list, rec, (unsigned long)__builtin_return_address(0));
	preempt_enable_notrace();
}

/* ---- the probe ----------------------------------------------------------------- */

static int locked_use(struct side *side)
{
	struct tracepoint *tp = kbpf_tracepoint_find(side->name);
	int err = 0;

	if (!tp)
		return -ENOENT;
	if (!side->users)
		err = tracepoint_probe_register(tp, side->fn, NULL);
	side->users += !err;
	return err;
}

static void locked_unuse(struct side *side)
{
	if (--side->users)
		return;
	tracepoint_probe_unregister(kbpf_tracepoint_find(side->name), side->fn, NULL);
	tracepoint_synchronize_unregister();
}

static int arm(struct kbpf_probe *probe)
{
	struct syscall_probe *p = to_syscall_probe(probe);
	struct side *side = &sides[p->is_exit];
	int err;

	mutex_lock(&lock);
	err = locked_use(side);
	if (!err)
		list_add_tail_rcu(&p->node, &side->wanted[p->meta->syscall_nr]);
	mutex_unlock(&lock);
	return err;
}

static void disarm(struct kbpf_probe *probe)
{
	struct syscall_probe *p = to_syscall_probe(probe);

	mutex_lock(&lock);
	list_del_rcu(&p->node);
	locked_unuse(&sides[p->is_exit]);
	mutex_unlock(&lock);
	synchronize_rcu();
}

static void free_syscall_probe(struct kbpf_probe *probe)
{
	kfree(to_syscall_probe(probe));
}

/* As in Linux: no further than the record of this call. */
static int check_record(struct kbpf_probe *probe, const struct kbpf_prog *prog)
{
	const struct syscall_probe *p = to_syscall_probe(probe);
	u32 args = p->is_exit ? 1 : p->meta->nb_args;

	return prog->ctx_used <= offsetof(struct record, args[args]) ? 0 : -EACCES;
}

static int fill_info(const struct kbpf_probe *probe, struct kbpf_link_info *info, u64 cookie,
		     u64 missed)
{
	info->perf_event.tracepoint.cookie = cookie;
	return kbpf_cmd_copy_str(info->perf_event.tracepoint.tp_name,
				 &info->perf_event.tracepoint.name_len,
				 trace_event_name(to_syscall_probe(probe)->event));
}

static const struct kbpf_probe_ops syscall_ops = {
	.prog_type = KBPF_PROG_TYPE_TRACEPOINT,
	.check = check_record,
	.arm = arm,
	.disarm = disarm,
	.free = free_syscall_probe,
	.fill_info = fill_info,
};

static int set_up(void)
{
	u32 i;

	mutex_lock(&lock);
	if (!rooms)
		rooms = alloc_percpu(struct room);
	for (i = 0; i < NR_syscalls && !sides[0].wanted[i].next; i++) {
		INIT_LIST_HEAD(&sides[0].wanted[i]);
		INIT_LIST_HEAD(&sides[1].wanted[i]);
	}
	mutex_unlock(&lock);
	return rooms ? 0 : -ENOMEM;
}

void kbpf_syscall_event_exit(void)
{
	free_percpu(rooms);
}

struct kbpf_object *kbpf_syscall_event_create(struct trace_event_call *event)
{
	const struct syscall_metadata *meta = event->data;
	struct syscall_probe *p;

	if (strcmp(event->class->system, "syscalls") || !meta ||
	    (event != meta->enter_event && event != meta->exit_event) ||
	    meta->syscall_nr < 0 || meta->syscall_nr >= NR_syscalls)
		return NULL;
	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p || set_up()) {
		kfree(p);
		return ERR_PTR(-ENOMEM);
	}
	p->meta = meta;
	p->event = event;
	p->is_exit = event == meta->exit_event;
	kbpf_probe_init(&p->probe, &syscall_ops, KBPF_PERF_EVENT_TRACEPOINT);
	return &p->probe.obj;
}

#else

void kbpf_syscall_event_exit(void)
{
}

struct kbpf_object *kbpf_syscall_event_create(struct trace_event_call *event)
{
	return NULL;
}

#endif /* CONFIG_FTRACE_SYSCALLS */
