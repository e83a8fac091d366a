/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A trace event that never comes. While perf has one counter of any event, it keeps the
 * memory that records are made in; attach_tracepoint.c holds a counter of this one.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kbpf

#if !defined(KBPF_HOST_TRACE_KBPF_H) || defined(TRACE_HEADER_MULTI_READ)
#define KBPF_HOST_TRACE_KBPF_H

#include <linux/tracepoint.h>

TRACE_EVENT(kbpf_never,
	TP_PROTO(int nothing),
	TP_ARGS(nothing),
	TP_STRUCT__entry(
		__field(int, nothing)
	),
	TP_fast_assign(
		__entry->nothing = nothing;
	),
	TP_printk("%d", __entry->nothing)
);

#endif /* KBPF_HOST_TRACE_KBPF_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace_kbpf
#include <trace/define_trace.h>
