/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Private to userspace/engine: what its files know of each other.
 */
#ifndef KBPF_ENGINE_WORLD_H
#define KBPF_ENGINE_WORLD_H

#include "port.h"
#include "port_sync.h"
#include "kbpf.h"
#include "object.h"

struct perf_event_attr;

/* ---- memory.c: this process's memory, where an address may be bad ---------------- */

/* 0 or -EFAULT; at -EFAULT part of @dst may be written. */
int kbpf_mem_read(void *dst, u64 src, size_t size);
int kbpf_mem_write(u64 dst, const void *src, size_t size);

/**
 * kbpf_mem_read_str() - copy a string
 * @dst: out: zero-terminated, cut if need be
 * @size: bytes at @dst, at least 1
 * @src: address
 *
 * Return: bytes copied with the zero, or -EFAULT.
 */
long kbpf_mem_read_str(char *dst, u32 size, u64 src);

/* ---- fd.c: descriptors -------------------------------------------------------------- */

/**
 * kbpf_fd_waker() - the doorbell of an object that can be polled
 * @obj: map or ring
 *
 * Return: its waker, or NULL.
 */
struct kbpf_waker *kbpf_fd_waker(struct kbpf_object *obj);

/* Gives back the objects whose descriptors are all closed. */
void kbpf_fd_sweep(void);

/* ---- ring.c: perf rings -------------------------------------------------------------- */

/**
 * kbpf_ring_create() - a ring for perf_event_output
 * @attr: as perf_event_open(2)
 * @cpu: whose samples
 *
 * Return: the object or ERR_PTR(-errno).
 */
struct kbpf_object *kbpf_ring_create(const struct perf_event_attr *attr, int cpu);

struct kbpf_waker *kbpf_ring_waker(struct kbpf_object *obj);
bool kbpf_ring_readable(struct kbpf_object *obj);
int kbpf_ring_enable(struct kbpf_object *obj, bool on);

/* The memory that a mapping of @size bytes shows; made by the first. 0 or -errno. */
int kbpf_ring_memory(struct kbpf_object *obj, u64 pgoff, size_t size, void **addr);

/**
 * kbpf_ring_output() - a sample
 * @obj: the ring
 * @data: raw bytes
 * @size: bytes
 *
 * Return: 0; -EOPNOTSUPP for another CPU's ring; -ENOSPC full (counted, and told by a
 * PERF_RECORD_LOST); -E2BIG.
 */
long kbpf_ring_output(struct kbpf_object *obj, const void *data, u64 size);

/* ---- attach.c: probes -------------------------------------------------------------- */

int kbpf_probe_ioctl(struct kbpf_object *obj, unsigned long request, unsigned long arg);

/* ---- format.c ------------------------------------------------------------------------- */

/**
 * kbpf_format() - print as bpf_trace_printk does
 * @buf: out, zero-terminated
 * @size: bytes at @buf; may be 0
 * @fmt: format
 * @args: arguments
 * @nr_args: how many
 *
 * Return: characters that the whole takes, or -EINVAL for a format that is not known.
 */
long kbpf_format(char *buf, u32 size, const char *fmt, const u64 *args, u32 nr_args);

/* ---- helpers ---------------------------------------------------------------------------- */

/**
 * struct kbpf_helper_row - a helper of this world
 * @id: number
 * @fn: function
 */
struct kbpf_helper_row {
	u32 id;
	u64 (*fn)(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
};

extern const struct kbpf_helper_row kbpf_helpers_map[], kbpf_helpers_task[], kbpf_helpers_output[];

#endif /* KBPF_ENGINE_WORLD_H */
