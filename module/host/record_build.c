// SPDX-License-Identifier: GPL-2.0
/*
 * Records of trace events, put together by the kernel's own definitions: headers of this
 * kernel say what an event's record has and how it is filled in, and what they say is made
 * into functions that tracepoints call. Nothing of perf has a part in that. Events that are
 * not in record.def are perf's to fill in (attach_tracepoint.c).
 */
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/trace_events.h>
#include <linux/tracepoint.h>
#include "probe.h"
#include "record_build.h"
#include "run.h"

#if defined(CONFIG_EVENT_TRACING) && !defined(CONFIG_CFI_CLANG)

/* What the definitions need for themselves. */
#include "record_def.h"

/* sched_switch's definition calls this, which its header has for the kernel alone: why a task leaves its CPU. */
static inline long __trace_sched_switch_state(bool preempt, unsigned int prev_state,
					      struct task_struct *task)
{
	unsigned int index = __task_state_index(prev_state, task->exit_state);

	if (preempt)
		return TASK_REPORT_MAX;
	return index ? 1 << (index - 1) : 0;
}

#define ROOM	8192	/* for a record, as perf has */

/**
 * struct room - where records are put together
 * @lock: serialises the first user and the last
 * @users: probes
 * @level: on each CPU a record at each level of context
 */
static struct room {
	struct mutex lock;
	u32 users;
	u8 __percpu *level[KBPF_LEVELS];
} room = { .lock = __MUTEX_INITIALIZER(room.lock) };

/**
 * record_begin() - may there be a record here, of @size bytes?
 * @probe: whose hit this is
 * @size: bytes
 *
 * A program under way at this level would not let another run, and may be reading the
 * record that is there.
 */
static __always_inline void *record_begin(struct kbpf_probe *probe, u32 size)
{
	enum kbpf_level level = kbpf_run_level();

	if (unlikely(this_cpu_read(kbpf_run_cpu.active[level]) || size > ROOM)) {
		kbpf_record_unmade(probe);
		return NULL;
	}
	return this_cpu_ptr(room.level[level]);
}

/* Definitions name what they take, so that names of ours must not be theirs. */
#define _KBPF_HIT(call, proto, args, tstruct, assign)					\
static notrace void __maybe_unused kbpf_on_##call(void *__data, proto)			\
{											\
	struct trace_event_data_offsets_##call __maybe_unused __data_offsets;		\
	struct trace_event_raw_##call *entry;						\
	u32 __data_size;								\
	u64 __maybe_unused __count;							\
	struct task_struct __maybe_unused *__task;					\
											\
	preempt_disable_notrace();							\
	__data_size = trace_event_get_offsets_##call(&__data_offsets, args);		\
	entry = record_begin(__data, sizeof(*entry) + __data_size);			\
	if (entry) {									\
		tstruct									\
		{ assign; }								\
		kbpf_probe_run(__data, entry, 0, (unsigned long)__builtin_return_address(0), NULL); \
	}										\
	preempt_enable_notrace();							\
}

/* ---- reading the definitions -------------------------------------------------------- */

#define TRACE_HEADER_MULTI_READ
#define KBPF_NOTHING(...)

#undef TRACE_DEFINE_ENUM
#define TRACE_DEFINE_ENUM KBPF_NOTHING
#undef TRACE_DEFINE_SIZEOF
#define TRACE_DEFINE_SIZEOF KBPF_NOTHING
#undef TRACE_EVENT_FLAGS
#define TRACE_EVENT_FLAGS KBPF_NOTHING
#undef TRACE_EVENT_PERF_PERM
#define TRACE_EVENT_PERF_PERM KBPF_NOTHING
#undef DECLARE_TRACE
#define DECLARE_TRACE KBPF_NOTHING
#undef DECLARE_TRACE_CONDITION
#define DECLARE_TRACE_CONDITION KBPF_NOTHING
#undef DECLARE_EVENT_NOP
#define DECLARE_EVENT_NOP KBPF_NOTHING
#undef TRACE_EVENT_NOP
#define TRACE_EVENT_NOP KBPF_NOTHING
#undef DECLARE_EVENT_CLASS_NOP
#define DECLARE_EVENT_CLASS_NOP KBPF_NOTHING
#undef DEFINE_EVENT_NOP
#define DEFINE_EVENT_NOP KBPF_NOTHING
#undef __perf_count
#define __perf_count(c) (c)
#undef __perf_task
#define __perf_task(t) (t)

/* All ways to define an event come down to a class and an event of it. */
#undef TRACE_EVENT
#define TRACE_EVENT(name, proto, args, tstruct, assign, print)				\
	DECLARE_EVENT_CLASS(name, PARAMS(proto), PARAMS(args), PARAMS(tstruct), PARAMS(assign), \
			    PARAMS(print))						\
	DEFINE_EVENT(name, name, PARAMS(proto), PARAMS(args))
#undef TRACE_EVENT_CONDITION
#define TRACE_EVENT_CONDITION(name, proto, args, cond, tstruct, assign, print)		\
	TRACE_EVENT(name, PARAMS(proto), PARAMS(args), PARAMS(tstruct), PARAMS(assign), PARAMS(print))
#undef TRACE_EVENT_FN
#define TRACE_EVENT_FN(name, proto, args, tstruct, assign, print, reg, unreg)		\
	TRACE_EVENT(name, PARAMS(proto), PARAMS(args), PARAMS(tstruct), PARAMS(assign), PARAMS(print))
#undef TRACE_EVENT_FN_COND
#define TRACE_EVENT_FN_COND(name, proto, args, cond, tstruct, assign, print, reg, unreg) \
	TRACE_EVENT(name, PARAMS(proto), PARAMS(args), PARAMS(tstruct), PARAMS(assign), PARAMS(print))
#undef TRACE_EVENT_SYSCALL
#define TRACE_EVENT_SYSCALL TRACE_EVENT_FN
#undef DEFINE_EVENT_FN
#define DEFINE_EVENT_FN(template, name, proto, args, reg, unreg)			\
	DEFINE_EVENT(template, name, PARAMS(proto), PARAMS(args))
#undef DEFINE_EVENT_PRINT
#define DEFINE_EVENT_PRINT(template, name, proto, args, print)				\
	DEFINE_EVENT(template, name, PARAMS(proto), PARAMS(args))
#undef DEFINE_EVENT_CONDITION
#define DEFINE_EVENT_CONDITION(template, name, proto, args, cond)			\
	DEFINE_EVENT(template, name, PARAMS(proto), PARAMS(args))

/* First pass: the record. */
#include <trace/stages/stage1_struct_define.h>
#undef DECLARE_EVENT_CLASS
#define DECLARE_EVENT_CLASS(call, proto, args, tstruct, assign, print)			\
	struct trace_event_raw_##call {							\
		struct trace_entry ent;							\
		tstruct									\
		char __data[];								\
	}
/* It ends what a class begins to declare, and has nothing to say itself. */
#undef DEFINE_EVENT
#define DEFINE_EVENT(template, name, proto, args) ; struct kbpf_event_##name
#include "record_def.h"

/* Second: where strings and such begin in it. */
#include <trace/stages/stage2_data_offsets.h>
#undef DECLARE_EVENT_CLASS
#define DECLARE_EVENT_CLASS(call, proto, args, tstruct, assign, print)			\
	struct trace_event_data_offsets_##call {					\
		tstruct									\
	}
#include "record_def.h"

/* Third: how long it is. */
#include <trace/stages/stage5_get_offsets.h>
#undef DECLARE_EVENT_CLASS
#define DECLARE_EVENT_CLASS(call, proto, args, tstruct, assign, print)			\
static __always_inline notrace int							\
trace_event_get_offsets_##call(struct trace_event_data_offsets_##call *__data_offsets, proto) \
{											\
	int __data_size = 0;								\
	int __maybe_unused __item_length;						\
	struct trace_event_raw_##call __maybe_unused *entry;				\
											\
	tstruct;									\
	return __data_size;								\
}
#include "record_def.h"

/* Last: filling it in, and which event is of which class. */
#include <trace/stages/stage3_trace_output.h>
#include <trace/stages/stage6_event_callback.h>
#undef DECLARE_EVENT_CLASS
#define DECLARE_EVENT_CLASS(call, proto, args, tstruct, assign, print)			\
	_KBPF_HIT(call, PARAMS(proto), PARAMS(args), PARAMS(tstruct), PARAMS(assign))
#undef DEFINE_EVENT
#define DEFINE_EVENT(template, name, proto, args)					\
static __maybe_unused void *kbpf_hit_of_##name(void)					\
{											\
	return kbpf_on_##template;							\
}
#include "record_def.h"

/* ---- who asks ------------------------------------------------------------------------ */

static const struct {
	const char *event;
	void *(*hit)(void);
} records[] = {
#define KBPF_RECORD(name) { #name, kbpf_hit_of_##name },
#include "record.def"
};

void *kbpf_record_hit(const struct tracepoint *tp)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(records); i++)
		if (!strcmp(tp->name, records[i].event))
			return records[i].hit();
	return NULL;
}

static void locked_free(void)
{
	u32 i;

	for (i = 0; i < KBPF_LEVELS; i++) {
		free_percpu(room.level[i]);
		room.level[i] = NULL;
	}
}

static int locked_alloc(void)
{
	u32 i;

	for (i = 0; i < KBPF_LEVELS; i++) {
		room.level[i] = __alloc_percpu(ROOM, sizeof(u64));
		if (!room.level[i]) {
			locked_free();
			return -ENOMEM;
		}
	}
	return 0;
}

int kbpf_record_room_get(void)
{
	int err = 0;

	mutex_lock(&room.lock);
	if (!room.users)
		err = locked_alloc();
	if (!err)
		room.users++;
	mutex_unlock(&room.lock);
	return err;
}

void kbpf_record_room_put(void)
{
	mutex_lock(&room.lock);
	if (!--room.users)
		locked_free();
	mutex_unlock(&room.lock);
}

#else

void *kbpf_record_hit(const struct tracepoint *tp)
{
	return NULL;
}

int kbpf_record_room_get(void)
{
	return 0;
}

void kbpf_record_room_put(void)
{
}

#endif
