// SPDX-License-Identifier: GPL-2.0
/*
 * Perf events as hooks: tracepoints, and sampling by clock or hardware counter.
 * Both are kernel counters with an overflow handler. A tracepoint's counter
 * overflows on every event and hands over the trace record, which is the
 * program's context; there is one for each CPU, because programs on a tracepoint
 * see the events of all of them. Most tracepoints have a cheaper way (attach_syscall.c,
 * attach_tracepoint.c); events that somebody made at run time have not. A sampling event is for the CPU or process that
 * was asked for, and its program sees registers, period and address.
 */
#include <linux/cpumask.h>
#include <linux/perf_event.h>
#include <linux/pid.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/trace_events.h>
#include "probe.h"
#include "run.h"
#include "trace_record.h"
#include "why.h"

/**
 * struct event_probe - a probe on perf events
 * @probe: common part
 * @attr: what the counters are created with
 * @record_len: bytes that all of a tracepoint's records have; 0 for not known
 * @need: bytes that the programs attached so far look at
 * @too_short: records shorter than that, which ran nothing
 * @nr: how many
 * @counters: the kernel's events
 */
struct event_probe {
	struct kbpf_probe probe;
	struct perf_event_attr attr;
	u32 record_len;
	u32 need;
	atomic64_t too_short;
	u32 nr;
	struct perf_event *counters[];
};

/**
 * struct sample_ctx - struct bpf_perf_event_data of Linux: what programs of type
 *	perf_event see
 * @regs: registers at the sample
 * @sample_period: period
 * @addr: address sampled, or 0
 */
struct sample_ctx {
	struct pt_regs regs;
	u64 sample_period;
	u64 addr;
};

static struct event_probe *to_event_probe(const struct kbpf_probe *probe)
{
	return container_of(probe, struct event_probe, probe);
}

static void on_trace_record(struct perf_event *event, struct perf_sample_data *data,
			    struct pt_regs *regs)
{
	struct event_probe *p = event->overflow_handler_context;

	if (unlikely(!data->raw || data->raw->frag.size < READ_ONCE(p->need))) {
		atomic64_inc(&p->too_short);
		kbpf_probe_charge(&p->probe);
		return;
	}
	kbpf_probe_run(&p->probe, data->raw->frag.data, 0, instruction_pointer(regs), NULL);
}

static void on_sample(struct perf_event *event, struct perf_sample_data *data,
		      struct pt_regs *regs)
{
	struct event_probe *p = event->overflow_handler_context;
	struct sample_ctx ctx = {
		.regs = *regs,
		.sample_period = data->period,
		.addr = data->sample_flags & PERF_SAMPLE_ADDR ? data->addr : 0,
	};

	if (user_mode(regs))
		kbpf_probe_run(&p->probe, &ctx, 0, 0, NULL);
	else
		kbpf_probe_run(&p->probe, &ctx, 0, instruction_pointer(regs), regs);
}

static int arm(struct kbpf_probe *probe)
{
	struct event_probe *p = to_event_probe(probe);
	u32 i;

	for (i = 0; i < p->nr; i++)
		perf_event_enable(p->counters[i]);
	return 0;
}

static void disarm(struct kbpf_probe *probe)
{
	struct event_probe *p = to_event_probe(probe);
	u32 i;

	for (i = 0; i < p->nr; i++)
		perf_event_disable(p->counters[i]);
}

static void release_counters(struct event_probe *p)
{
	while (p->nr)
		perf_event_release_kernel(p->counters[--p->nr]);
}

static void free_event_probe(struct kbpf_probe *probe)
{
	struct event_probe *p = to_event_probe(probe);

	release_counters(p);
	kfree(p);
}

static u64 missed(const struct kbpf_probe *probe)
{
	return atomic64_read(&to_event_probe(probe)->too_short);
}

/* As in Linux: a program may not look past what all records have. */
static int check_record(struct kbpf_probe *probe, const struct kbpf_prog *prog)
{
	struct event_probe *p = to_event_probe(probe);

	if (p->record_len && prog->ctx_used > p->record_len)
		return -EACCES;
	WRITE_ONCE(p->need, max(p->need, prog->ctx_used));
	return 0;
}

static int fill_tracepoint_info(const struct kbpf_probe *probe, struct kbpf_link_info *info,
				u64 cookie, u64 missed_here)
{
	const struct event_probe *p = to_event_probe(probe);
	const char *name = "";

#ifdef CONFIG_EVENT_TRACING
	name = trace_event_name(p->counters[0]->tp_event);
#endif
	info->perf_event.tracepoint.cookie = cookie;
	return kbpf_cmd_copy_str(info->perf_event.tracepoint.tp_name,
				 &info->perf_event.tracepoint.name_len, name);
}

static int fill_sample_info(const struct kbpf_probe *probe, struct kbpf_link_info *info,
			    u64 cookie, u64 missed_here)
{
	const struct event_probe *p = to_event_probe(probe);

	info->perf_event.event.type = p->attr.type;
	info->perf_event.event.config = p->attr.config;
	info->perf_event.event.cookie = cookie;
	return 0;
}

static const struct kbpf_probe_ops tracepoint_ops = {
	.prog_type = KBPF_PROG_TYPE_TRACEPOINT,
	.check = check_record,
	.arm = arm,
	.disarm = disarm,
	.free = free_event_probe,
	.missed = missed,
	.fill_info = fill_tracepoint_info,
};

static const struct kbpf_probe_ops sample_ops = {
	.prog_type = KBPF_PROG_TYPE_PERF_EVENT,
	.arm = arm,
	.disarm = disarm,
	.free = free_event_probe,
	.fill_info = fill_sample_info,
};

/* ---- opening ------------------------------------------------------------- */

static int add_counter(struct event_probe *p, int cpu, struct task_struct *task,
		       perf_overflow_handler_t handler)
{
	struct perf_event *event;

	event = perf_event_create_kernel_counter(&p->attr, cpu, task, handler, p);
	if (IS_ERR(event))
		return PTR_ERR(event);
	p->counters[p->nr++] = event;
	return 0;
}

static struct event_probe *alloc_probe(u32 max_counters)
{
	struct event_probe *p;

	p = kzalloc(struct_size(p, counters, max_counters), GFP_KERNEL_ACCOUNT);
	if (p)
		p->attr.size = sizeof(p->attr);
	return p;
}

/*
 * CPUs may come and go meanwhile: creating a counter may itself take the lock that
 * would keep them. One that went has no events to miss.
 */
static int add_cpu_counters(struct event_probe *p)
{
	int cpu, err;

	for_each_online_cpu(cpu) {
		err = add_counter(p, cpu, NULL, on_trace_record);
		if (err && err != -ENODEV)
			return err;
	}
	return p->nr ? 0 : -ENODEV;
}

#ifdef CONFIG_EVENT_TRACING
static u32 record_len(const struct event_probe *p)
{
	return kbpf_trace_record_len(p->counters[0]->tp_event);
}

/* What does without counters, or NULL: whose event this is, the counters tell. */
static struct kbpf_object *cheaper_probe(const struct event_probe *p)
{
	struct trace_event_call *event = p->counters[0]->tp_event;

	return kbpf_syscall_event_create(event) ?: kbpf_record_event_create(event);
}
#else
static u32 record_len(const struct event_probe *p)
{
	return 0;
}

static struct kbpf_object *cheaper_probe(const struct event_probe *p)
{
	return NULL;
}
#endif

struct kbpf_object *kbpf_tracepoint_create(const struct perf_event_attr *attr,
					   struct kbpf_why *why)
{
	struct event_probe *p = alloc_probe(nr_cpu_ids);
	struct kbpf_object *obj = NULL;
	int err;

	if (!p)
		return ERR_PTR(-ENOMEM);
	p->attr.type = PERF_TYPE_TRACEPOINT;
	p->attr.config = attr->config;
	p->attr.sample_period = 1;
	/* With the period: or an event that counts by more than one would come as often. */
	p->attr.sample_type = PERF_SAMPLE_RAW | PERF_SAMPLE_PERIOD;
	p->attr.disabled = 1;
	err = add_cpu_counters(p);
	if (!err)
		obj = cheaper_probe(p);
	if (err || obj) {
		release_counters(p);
		kfree(p);
		if (obj)
			return obj;
		if (err == -EINVAL || err == -ENOENT)
			return ERR_PTR(kbpf_why(why, err, "no tracepoint has the id %llu",
						attr->config));
		return ERR_PTR(kbpf_why(why, err, "tracepoint %llu: error %d", attr->config, err));
	}
	p->record_len = record_len(p);
	kbpf_probe_init(&p->probe, &tracepoint_ops, KBPF_PERF_EVENT_TRACEPOINT);
	return &p->probe.obj;
}

/* The process a sampling event is for, with a reference; NULL for a CPU's. */
static struct task_struct *find_task(s32 pid)
{
	struct task_struct *task = NULL;

	if (pid == -1)
		return NULL;
	rcu_read_lock();
	task = pid ? pid_task(find_vpid(pid), PIDTYPE_PID) : current;
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task ?: ERR_PTR(-ESRCH);
}

/* Of the caller's attributes only those that say what to count and when. */
static void copy_attr(struct perf_event_attr *to, const struct perf_event_attr *from)
{
	to->type = from->type;
	to->config = from->config;
	to->config1 = from->config1;
	to->config2 = from->config2;
	to->sample_period = from->sample_period;
	to->freq = from->freq;
	to->sample_type = PERF_SAMPLE_ADDR | PERF_SAMPLE_PERIOD;
	to->pinned = from->pinned;
	to->exclusive = from->exclusive;
	to->exclude_user = from->exclude_user;
	to->exclude_kernel = from->exclude_kernel;
	to->exclude_hv = from->exclude_hv;
	to->exclude_idle = from->exclude_idle;
	to->precise_ip = from->precise_ip;
	to->disabled = 1;
}

struct kbpf_object *kbpf_sample_create(const struct perf_event_attr *attr, s32 pid, s32 cpu,
				       struct kbpf_why *why)
{
	struct task_struct *task = find_task(pid);
	struct event_probe *p;
	int err;

	if (IS_ERR(task))
		return ERR_PTR(kbpf_why(why, -ESRCH, "there is no process %d", pid));
	p = alloc_probe(1);
	err = -ENOMEM;
	if (!p)
		goto out;
	err = kbpf_why(why, -EINVAL, "neither CPU nor process, or no such CPU");
	if ((!task && cpu < 0) || cpu < -1 || cpu >= (s32)nr_cpu_ids)
		goto free;
	err = kbpf_why(why, -EINVAL, "a sampling event needs a period or a frequency");
	if (!attr->sample_period)
		goto free;
	copy_attr(&p->attr, attr);
	err = add_counter(p, cpu, task, on_sample);
	if (err) {
		kbpf_why(why, err, "the kernel has no event of type %u, config %#llx here",
			 attr->type, attr->config);
		goto free;
	}
	kbpf_probe_init(&p->probe, &sample_ops, KBPF_PERF_EVENT_EVENT);
	goto out;
free:
	kfree(p);
out:
	if (task)
		put_task_struct(task);
	return err ? ERR_PTR(err) : &p->probe.obj;
}
