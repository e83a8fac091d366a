/* SPDX-License-Identifier: GPL-2.0 */
/* Records that the kernel makes for us, as they are submitted; see attach_tracepoint.c. */
#ifndef KBPF_HOST_RECORD_SUBMIT_H
#define KBPF_HOST_RECORD_SUBMIT_H

#include <linux/percpu-defs.h>

struct hlist_head;

/* This CPU's list of counters in events of ours. */
DECLARE_PER_CPU(struct hlist_head *, kbpf_record_list);

/* What the kernel's function calls that submits records; not for C to call. */
void kbpf_record_submit(void);

/**
 * kbpf_record_submitted() - what it does when the list is ours, with the kernel's arguments
 * @rec: the record
 * @size: of it
 * @level: enum kbpf_level
 */
void kbpf_record_submitted(void *rec, int size, int level);

#endif /* KBPF_HOST_RECORD_SUBMIT_H */
