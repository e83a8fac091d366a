/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Perf rings: kbpf's own, in the layout of perf_event_open(2)'s, so that
 * clients' readers work unchanged. See ring.c.
 */
#ifndef KBPF_HOST_RING_H
#define KBPF_HOST_RING_H

#include "object.h"

struct perf_event_attr;
struct kbpf_why;

/**
 * kbpf_ring_create() - a ring of KBPF_PERF_OPEN
 * @attr: PERF_TYPE_SOFTWARE, PERF_COUNT_SW_BPF_OUTPUT
 * @pid: must be -1
 * @cpu: CPU that writes to it
 * @why: where a refusal is explained
 *
 * Return: the object with one reference, or ERR_PTR: -EINVAL, -EOPNOTSUPP
 * (sample types that it does not fill in), -ENODEV (no such CPU), -ENOMEM.
 */
struct kbpf_object *kbpf_ring_create(const struct perf_event_attr *attr, s32 pid, s32 cpu,
				     struct kbpf_why *why);

/**
 * kbpf_ring_output() - write a sample
 * @obj: a KBPF_KIND_RING object
 * @data: raw data
 * @size: bytes, at most 64 KiB with what goes around them
 *
 * Context: any, in a program on the ring's CPU.
 * Return: 0; -EOPNOTSUPP another CPU's ring, or one that is disabled; -E2BIG;
 * -ENOSPC full or not mapped yet: counted, and reported in the ring as a
 * PERF_RECORD_LOST before the next sample.
 */
long kbpf_ring_output(struct kbpf_object *obj, const void *data, u64 size);

#endif /* KBPF_HOST_RING_H */
