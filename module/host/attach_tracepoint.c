// SPDX-License-Identifier: GPL-2.0
/*
 * Tracepoints with a record. Some are put together by ourselves (record_build.c). Of the
 * others, only the function that the kernel made of the event's definition can fill a
 * record in, and it makes it for perf. It is told which event by a structure, so it works
 * for us when it gets one of ours: our own list of counters, none of the programs that the
 * kernel's own BPF has there. The function registered with the tracepoint is ours and
 * calls the kernel's.
 *
 * The counter in the list is ours, too: perf never made it, and finds it there. Where a
 * record, once made, can be kept (perf_hold.h), it is a stopped one: perf does nothing
 * more, and the program reads the record where perf makes it. While it is not known where
 * that is, and where records cannot be kept, it is one that hands the record to its
 * overflow handler, and the program runs there.
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
#include "../compat/perf_hold.h"
#include "kernel_btf.h"
#include "probe.h"
#include "record_build.h"
#include "run.h"
#include "tp_args.h"
#include "trace_record.h"

#ifdef CONFIG_EVENT_TRACING

#define CREATE_TRACE_POINTS
#include "trace_kbpf.h"

#define MADE	0	/* type of the records made for us: no event has it */
#define UNMADE	0xffff	/* what stands there before: no event has that either */

/**
 * struct record_probe - a probe on a tracepoint with a record
 * @probe: common part
 * @event: the kernel's event
 * @module: what @event is in, with a reference; NULL: the kernel itself
 * @on_hit: what the tracepoint calls
 * @make: the kernel's function; NULL: the record is put together here
 * @quiet: the event to the kernel's function: no counter wants it
 * @handing: the same, and one counter does
 * @record_len: bytes that all records have
 * @unmade: hits that no record was made of
 */
struct record_probe {
	struct kbpf_probe probe;
	struct trace_event_call *event;
	struct module *module;
	void *on_hit;
	void *make;
	struct trace_event_call quiet;
	struct trace_event_call handing;
	u32 record_len;
	atomic64_t unmade;
};

/**
 * struct here - this CPU's records, by level
 * @record: where perf makes them; NULL for not known yet
 * @wants: the probe that waits for the one being made
 */
struct here {
	struct trace_entry *record[KBPF_LEVELS];
	struct record_probe *wants[KBPF_LEVELS];
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
 * struct lists - what all probes use. While there is one: by @users, under @lock
 * @lock: serialises setting up and taking down
 * @users: probes
 * @never: a counter of an event of ours, made by perf: it keeps perf's memory for records
 * @quiet: lists with a counter that perf passes by
 * @handing: lists with one that perf hands records to
 */
static struct lists {
	struct mutex lock;
	u32 users;
	struct perf_event *never;
	struct list __percpu *quiet;
	struct list __percpu *handing;
} lists = { .lock = __MUTEX_INITIALIZER(lists.lock) };

static DEFINE_PER_CPU(struct here, here);

static struct record_probe *to_record_probe(const struct kbpf_probe *probe)
{
	return container_of(probe, struct record_probe, probe);
}

/* ---- a hit ------------------------------------------------------------------------ */

static void on_record(struct perf_event *event, struct perf_sample_data *data,
		      struct pt_regs *regs)
{
	enum kbpf_level level = kbpf_run_level();
	struct here *cpu = this_cpu_ptr(&here);
	struct record_probe *p = cpu->wants[level];

	if (kbpf_perf_mark(level))
		cpu->record[level] = (struct trace_entry *)data->raw->frag.data;
	cpu->wants[level] = NULL;
	if (p)
		kbpf_probe_run(&p->probe, data->raw->frag.data, 0, instruction_pointer(regs), NULL);
}

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

/* A record may have been made where @p's hit is to have it: runs its programs. */
static __always_inline void run_on(struct record_probe *p, const struct trace_entry *rec, u8 *mark,
				   unsigned long caller)
{
	/* The kernel's function may have written there. */
	barrier();
	if (unlikely(rec->type != MADE)) {
		count_unmade(p);
		return;
	}
	++*mark;
	barrier();
	kbpf_probe_run(&p->probe, rec, 0, caller, NULL);
	barrier();
	--*mark;
}

/* A record was to be handed over: was it made? */
static __always_inline void check_handed(struct record_probe *p, enum kbpf_level level)
{
	if (likely(!this_cpu_read(here.wants[level])))
		return;
	this_cpu_write(here.wants[level], NULL);
	count_unmade(p);
}

/* The kernel's functions, which take so many words and look at as many as there are. */
typedef void (*make5_fn)(void *event, PARAMS5);
typedef void (*make12_fn)(void *event, PARAMS12);

#define HIT(n)										\
static notrace void on_hit##n(void *data, PARAMS##n)					\
{											\
	make##n##_fn make;								\
	struct record_probe *p = data;							\
	struct trace_entry *rec = NULL;							\
	enum kbpf_level level;								\
	u8 *mark;									\
											\
	preempt_disable_notrace();							\
	level = kbpf_run_level();							\
	mark = kbpf_perf_mark(level);							\
	make = (make##n##_fn)p->make;							\
	if (mark)									\
		rec = this_cpu_read(here.record[level]);				\
	if (unlikely(mark && *mark)) {							\
		count_unmade(p);							\
	} else if (likely(rec)) {							\
		rec->type = UNMADE;							\
		make(&p->quiet, WORDS##n);						\
		run_on(p, rec, mark, (unsigned long)__builtin_return_address(0));	\
	} else {									\
		this_cpu_write(here.wants[level], p);					\
		make(&p->handing, WORDS##n);						\
		check_handed(p, level);							\
	}										\
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
static void make_list(struct list *list, int state)
{
	struct perf_event *event = &list->event;

	event->state = PERF_EVENT_STATE_ACTIVE;
	event->attr.sample_period = 1;
	event->attr.sample_type = PERF_SAMPLE_RAW | PERF_SAMPLE_PERIOD;
	event->hw.sample_period = 1;
	event->hw.last_period = 1;
	event->hw.state = state;
	event->overflow_handler = on_record;
	list->head.first = &event->hlist_entry;
}

static struct list __percpu *make_lists(int state)
{
	struct list __percpu *list = alloc_percpu(struct list);
	int cpu;

	if (list)
		for_each_possible_cpu(cpu)
			make_list(per_cpu_ptr(list, cpu), state);
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

static void locked_take_down(void)
{
	int cpu;

	kbpf_record_room_exit();
	free_percpu(lists.quiet);
	free_percpu(lists.handing);
	lists.quiet = NULL;
	lists.handing = NULL;
	if (!IS_ERR_OR_NULL(lists.never))
		perf_event_release_kernel(lists.never);
	lists.never = NULL;
	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&here, cpu), 0, sizeof(struct here));
}

static int locked_set_up(void)
{
	lists.never = make_counter_of_never();
	lists.quiet = make_lists(PERF_HES_STOPPED);
	lists.handing = make_lists(0);
	if (IS_ERR(lists.never))
		return PTR_ERR(lists.never);
	return lists.quiet && lists.handing ? kbpf_record_room_init() : -ENOMEM;
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

	unuse_lists();
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
	return to_record_probe(probe)->make ? "perf's record" : "own record";
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

static void make_event(struct trace_event_call *ours, const struct trace_event_call *event,
		       struct hlist_head __percpu *list)
{
	ours->class = event->class;
	ours->tp = event->tp;
	ours->flags = event->flags;
	ours->event.type = MADE;
	ours->perf_events = list;
}

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
	err = use_lists();
	if (err)
		goto put_module;
	p->event = event;
	p->record_len = len;
	p->on_hit = kbpf_record_hit(event->tp);
	if (!p->on_hit) {
		p->on_hit = hit_function(event->tp);
		p->make = event->class->perf_probe;
	}
	make_event(&p->quiet, event, &lists.quiet->head);
	make_event(&p->handing, event, &lists.handing->head);
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
