/* SPDX-License-Identifier: GPL-2.0 */
/* Records of trace events that are put together without perf; see record_build.c. */
#ifndef KBPF_HOST_RECORD_BUILD_H
#define KBPF_HOST_RECORD_BUILD_H

struct kbpf_probe;
struct tracepoint;

/**
 * kbpf_record_hit() - what a tracepoint may call for its event
 * @tp: the tracepoint
 *
 * Return: a function of the tracepoint's type whose data is a struct kbpf_probe that
 * kbpf_record_unmade() knows, or NULL: records of this event are perf's to make.
 */
void *kbpf_record_hit(const struct tracepoint *tp);

/**
 * kbpf_record_unmade() - attach_tracepoint.c: a hit that no record was made of
 * @probe: whose
 */
void kbpf_record_unmade(struct kbpf_probe *probe);

/**
 * kbpf_record_room_get() - there is memory for records now: before a function is called
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int kbpf_record_room_get(void);

/* The opposite, once it is called no more. */
void kbpf_record_room_put(void);

#endif /* KBPF_HOST_RECORD_BUILD_H */
