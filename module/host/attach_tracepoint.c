// SPDX-License-Identifier: GPL-2.0
/*
 * Tracepoints with a record. Some are put together by ourselves (record_build.c). Of the
 * others, only the function that the kernel made of the event's definition can fill a
 * record in, and it makes it for perf. It is told which event by a structure, so it works
 * for us when it gets one of ours: our own list of counters, none of the programs that the
 * kernel's own BPF has there. The function registered with the tracepoint is ours and
 * calls the kernel's.
 *
 * What the kernel's function does at its end is to submit the record. The function that it
 * calls for that calls us first (record_submit.S), and where the list is ours, that is all:
 * the program runs on the record where it is. Where calls cannot be had that way, perf
 * walks the list. The counter in it is ours, too: perf never made it, finds it there, and
 * hands the record to its overflow handler, and the program runs in that.
 *
 * A hit inside the making of another record at its own level has none, as in Linux; it
 * is counted.
 */
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/perf_event.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/trace_events.h>
#include <linux/tracepoint.h>
#include "../compat/ftrace.h"
#include "../compat/perf_hold.h"
#include "kernel_btf.h"
#include "probe.h"
#include "record_build.h"
#include "record_submit.h"
#include "run.h"
#include "symbol.h"
#include "tp_args.h"
#include "trace_record.h"

#ifdef CONFIG_EVENT_TRACING

#define CREATE_TRACE_POINTS
#include "trace_kbpf.h"

/**
 * struct record_probe - a probe on a tracepoint with a record
 * @probe: common part
 * @event: the kernel's event
 * @module: what @event is in, with a reference; NULL: the kernel itself
 * @on_hit: what the tracepoint calls
 * @make: the kernel's function; NULL: the record is put together here
 * @ours: the event to the kernel's function: what it needs to know, and our list
 * @record_len: bytes that all records have
 * @unmade: hits that no record was made of
 */
struct record_probe {
	struct kbpf_probe probe;
	struct trace_event_call *event;
	struct module *module;
	void *on_hit;
	void *make;
	struct trace_event_call ours;
	u32 record_len;
	atomic64_t unmade;
};

/**
 * struct list - a CPU's list of counters, and what is in it
 * @head: the list; first, for that is what perf's structures point to
 * @event: the counter
 */
struct list {
	struct hlist_head head;
	struct perf_event event;
};

/**
 * struct lists - what all probes use whose records the kernel makes. While there is one:
 * by @users, under @lock
 * @lock: serialises setting up and taking down
 * @users: probes
 * @never: a counter of an event of ours, made by perf: it keeps perf's memory for records
 * @list: the lists
 * @submit: who submits records calls us
 * @submits: it does
 */
static struct lists {
	struct mutex lock;
	u32 users;
	struct perf_event *never;
	struct list __percpu *list;
	struct kbpf_direct submit;
	bool submits;
} lists = { .lock = __MUTEX_INITIALIZER(lists.lock) };

DEFINE_PER_CPU(struct hlist_head *, kbpf_record_list);

/**
 * struct want - a record that is being made
 * @probe: whose; NULL: none is
 * @caller: where the tracepoint is
 */
struct want {
	struct record_probe *probe;
	unsigned long caller;
};

/* On this CPU, by level. */
static DEFINE_PER_CPU(struct want, wants[KBPF_LEVELS]);

static struct record_probe *to_record_probe(const struct kbpf_probe *probe)
{
	return container_of(probe, struct record_probe, probe);
}

/* ---- a hit ------------------------------------------------------------------------ */

static noinline notrace void count_unmade(struct record_probe *p)
{
	atomic64_inc(&p->unmade);
	kbpf_probe_charge(&p->probe);
}

/* Functions of record_build.c get the probe as such. */
static_assert(!offsetof(struct record_probe, probe));

void kbpf_record_unmade(struct kbpf_probe *probe)
{
	count_unmade(to_record_probe(probe));
}

/* A record was made at @level. */
static __always_inline void run_on(const void *rec, u32 level)
{
	struct want *want = this_cpu_ptr(&wants[level]);
	struct record_probe *p = want->probe;

	want->probe = NULL;
	if (likely(p))
		kbpf_probe_run(&p->probe, rec, 0, want->caller, NULL);
}

static void on_record(struct perf_event *event, struct perf_sample_data *data,
		      struct pt_regs *regs)
{
	run_on(data->raw->frag.data, kbpf_run_level());
}

/* In place of the kernel's function, which would end by taking the mark away. */
notrace void kbpf_record_submitted(void *rec, int size, int level)
{
	run_on(rec, level);
	barrier();
	kbpf_perf_unmark(level);
}

/* The kernel's functions, which take so many words and look at as many as there are. */
typedef void (*make5_fn)(void *event, PARAMS5);
typedef void (*make12_fn)(void *event, PARAMS12);

#define HIT(n)										\
static notrace void on_hit##n(void *data, PARAMS##n)					\
{											\
	make##n##_fn make;								\
	struct record_probe *p = data;							\
	struct want *want, outer;							\
											\
	preempt_disable_notrace();							\
	want = this_cpu_ptr(&wants[kbpf_run_level()]);					\
	outer = *want;									\
	want->caller = (unsigned long)__builtin_return_address(0);			\
	want->probe = p;								\
	make = (make##n##_fn)p->make;							\
	make(&p->ours, WORDS##n);							\
	if (unlikely(want->probe))							\
		count_unmade(p);							\
	*want = outer;									\
	preempt_enable_notrace();							\
}

/*
 * Those that fit into registers, and all that there may be. What the tracepoint does not
 * pass is read from its frame, and the kernel's function does not look at it.
 */
#define WORDS5	a1, a2, a3, a4, a5
#define WORDS12	WORDS5, a6, a7, a8, a9, a10, a11, a12

HIT(5) HIT(12)

/* ---- the counters that perf sees -------------------------------------------------- */

/* Takes every event for one overflow. Nobody adds to the list or takes from it. */
static void make_list(struct list *list)
{
	struct perf_event *event = &list->event;

	event->state = PERF_EVENT_STATE_ACTIVE;
	event->attr.sample_period = 1;
	event->attr.sample_type = PERF_SAMPLE_RAW | PERF_SAMPLE_PERIOD;
	event->hw.sample_period = 1;
	event->hw.last_period = 1;
	event->overflow_handler = on_record;
	list->head.first = &event->hlist_entry;
}

static struct list __percpu *make_lists(void)
{
	struct list __percpu *list = alloc_percpu(struct list);
	int cpu;

	if (!list)
		return NULL;
	for_each_possible_cpu(cpu) {
		make_list(per_cpu_ptr(list, cpu));
		per_cpu(kbpf_record_list, cpu) = &per_cpu_ptr(list, cpu)->head;
	}
	return list;
}

static struct perf_event *make_counter_of_never(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = event_kbpf_never.event.type,
		.sample_period = 1,
		.disabled = 1,
	};

	return perf_event_create_kernel_counter(&attr, cpumask_first(cpu_online_mask), NULL,
						on_record, NULL);
}

/* Where it cannot be done, perf's way is gone to its end. */
static void hook_submit(void)
{
	unsigned long addr;

	/* Who gives a record back without perf has to take the mark away. */
	if (!KBPF_PERF_MARKS)
		return;
	addr = kbpf_symbol_trace_call("perf_trace_run_bpf_submit");
	memset(&lists.submit, 0, sizeof(lists.submit));
	lists.submits = addr && !kbpf_direct_register(&lists.submit, addr, kbpf_record_submit);
}

static void locked_take_down(void)
{
	if (lists.submits)
		kbpf_direct_unregister(&lists.submit, kbpf_record_submit);
	lists.submits = false;
	free_percpu(lists.list);
	lists.list = NULL;
	if (!IS_ERR_OR_NULL(lists.never))
		perf_event_release_kernel(lists.never);
	lists.never = NULL;
}

static int locked_set_up(void)
{
	lists.never = make_counter_of_never();
	if (IS_ERR(lists.never))
		return PTR_ERR(lists.never);
	lists.list = make_lists();
	if (!lists.list)
		return -ENOMEM;
	hook_submit();
	return 0;
}

static int use_lists(void)
{
	int err = 0;

	mutex_lock(&lists.lock);
	if (!lists.users)
		err = locked_set_up();
	if (err)
		locked_take_down();
	else
		lists.users++;
	mutex_unlock(&lists.lock);
	return err;
}

static void unuse_lists(void)
{
	mutex_lock(&lists.lock);
	if (!--lists.users)
		locked_take_down();
	mutex_unlock(&lists.lock);
}

/* ---- the probe -------------------------------------------------------------------- */

static int arm(struct kbpf_probe *probe)
{
	struct record_probe *p = to_record_probe(probe);

	return tracepoint_probe_register(p->event->tp, p->on_hit, p);
}

static void disarm(struct kbpf_probe *probe)
{
	struct record_probe *p = to_record_probe(probe);

	tracepoint_probe_unregister(p->event->tp, p->on_hit, p);
	tracepoint_synchronize_unregister();
}

static void free_record_probe(struct kbpf_probe *probe)
{
	struct record_probe *p = to_record_probe(probe);

	if (p->make)
		unuse_lists();
	else
		kbpf_record_room_put();
	module_put(p->module);
	kfree(p);
}

static u64 missed(const struct kbpf_probe *probe)
{
	return atomic64_read(&to_record_probe(probe)->unmade);
}

/* As in Linux: a program may not look past what all records have. */
static int check_record(struct kbpf_probe *probe, const struct kbpf_prog *prog)
{
	return prog->ctx_used <= to_record_probe(probe)->record_len ? 0 : -EACCES;
}

static int fill_info(const struct kbpf_probe *probe, struct kbpf_link_info *info, u64 cookie,
		     u64 missed_here)
{
	info->perf_event.tracepoint.cookie = cookie;
	return kbpf_cmd_copy_str(info->perf_event.tracepoint.tp_name,
				 &info->perf_event.tracepoint.name_len,
				 trace_event_name(to_record_probe(probe)->event));
}

static const char *how(const struct kbpf_probe *probe)
{
	if (!to_record_probe(probe)->make)
		return "own record";
	return READ_ONCE(lists.submits) ? "kernel's record" : "perf's record";
}

static const struct kbpf_probe_ops record_ops = {
	.prog_type = KBPF_PROG_TYPE_TRACEPOINT,
	.check = check_record,
	.arm = arm,
	.disarm = disarm,
	.free = free_record_probe,
	.missed = missed,
	.fill_info = fill_info,
	.how = how,
};

static void *hit_function(const struct tracepoint *tp)
{
	struct kbpf_attach_point *point = kmalloc(sizeof(*point), GFP_KERNEL);
	bool in_registers = false;

	if (point) {
		kbpf_attach_point_by_tracepoint(tp->name, point);
		in_registers = point->nr_args <= 5;
	}
	kfree(point);
	return in_registers ? (void *)on_hit5 : (void *)on_hit12;
}

/* Who makes the record? */
static int find_maker(struct record_probe *p)
{
	int err;

	p->on_hit = kbpf_record_hit(p->event->tp);
	if (p->on_hit)
		return kbpf_record_room_get();
	err = use_lists();
	if (err)
		return err;
	p->on_hit = hit_function(p->event->tp);
	p->make = p->event->class->perf_probe;
	p->ours.class = p->event->class;
	p->ours.tp = p->event->tp;
	p->ours.flags = p->event->flags;
	p->ours.perf_events = &lists.list->head;
	return 0;
}

struct kbpf_object *kbpf_record_event_create(struct trace_event_call *event)
{
	u32 len = kbpf_trace_record_len(event);
	struct record_probe *p;
	int err = -ENODEV;

	/* on_hit() has no tracepoint's type, which kernels that check calls by type do not forgive. */
	if (IS_ENABLED(CONFIG_CFI_CLANG) || !len || !(event->flags & TRACE_EVENT_FL_TRACEPOINT) ||
	    event->class->reg != trace_event_reg)
		return NULL;
	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return ERR_PTR(-ENOMEM);
	p->module = event->module;
	if (!try_module_get(p->module))
		goto free;
	p->event = event;
	p->record_len = len;
	err = find_maker(p);
	if (err)
		goto put_module;
	kbpf_probe_init(&p->probe, &record_ops, KBPF_PERF_EVENT_TRACEPOINT);
	return &p->probe.obj;
put_module:
	module_put(p->module);
free:
	kfree(p);
	return err == -ENOMEM ? ERR_PTR(err) : NULL;
}

#else

struct kbpf_object *kbpf_record_event_create(struct trace_event_call *event)
{
	return NULL;
}

#endif /* CONFIG_EVENT_TRACING */
