/* SPDX-License-Identifier: GPL-2.0 */
/* How long the records of trace events are; see trace_record.c. */
#ifndef KBPF_HOST_TRACE_RECORD_H
#define KBPF_HOST_TRACE_RECORD_H

#include <linux/types.h>

struct trace_event_call;

/**
 * kbpf_trace_record_len() - the part of an event's record that all of them have
 * @call: the event
 *
 * Return: bytes from the record's start to the end of its last field; 0 for an
 * event whose fields only the kernel's own structures list (a dynamic event).
 */
u32 kbpf_trace_record_len(const struct trace_event_call *call);

#endif /* KBPF_HOST_TRACE_RECORD_H */
