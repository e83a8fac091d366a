// SPDX-License-Identifier: GPL-2.0
/*
 * How long the records of trace events are, by the tables that events are defined
 * with. The list of fields that the kernel makes of them is not for modules.
 */
#include <linux/align.h>
#include <linux/string.h>
#include <linux/trace_events.h>
#include <trace/syscall.h>
#include "trace_record.h"

#ifdef CONFIG_EVENT_TRACING
/* A call's arguments stand behind the table's one field, a word each. */
static u32 syscall_args_len(const struct trace_event_call *call)
{
	const struct syscall_metadata *meta = call->data;

	if (strcmp(call->class->system, "syscalls") || !meta || meta->enter_event != call)
		return 0;
	return meta->nb_args * sizeof(unsigned long);
}

u32 kbpf_trace_record_len(const struct trace_event_call *call)
{
	const struct trace_event_fields *field = call->class->fields_array;
	u32 len = sizeof(struct trace_entry), args;

	if (!field)
		return 0;
	for (; field->type && field->type != TRACE_FUNCTION_TYPE; field++)
		len = ALIGN(len, field->align) + field->size;
	if (!field->type)
		return len;
	args = syscall_args_len(call);
	return args ? ALIGN(len, sizeof(unsigned long)) + args : 0;
}
#else
u32 kbpf_trace_record_len(const struct trace_event_call *call)
{
	return 0;
}
#endif
