/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * libkbpf: the commands of /dev/kbpf as C functions.
 *
 * One function is one ioctl; nothing is cached, remembered or printed. Every
 * function takes the device's descriptor first (kbpf_device_open()) and returns
 * 0 or a descriptor, or -errno; errno itself is left alone. kbpf.h says what
 * each command's fields mean and which errors it gives.
 *
 * Functions with many arguments take the command's own structure and its size
 * (sizeof(attr)), so that a program built against an older kbpf.h keeps working
 * with a newer library.
 *
 * ELF objects, BTF and CO-RE are libbpf's: link -lkbpf-libbpf -lbpf for those.
 */
#ifndef LIBKBPF_H
#define LIBKBPF_H

#include <stddef.h>
#include "kbpf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the device ----------------------------------------------------------- */

/**
 * kbpf_device_open() - open /dev/kbpf
 *
 * Return: the device's descriptor (close-on-exec; close(2) it); -ENOENT if the
 * module is not loaded, -EACCES or -EPERM without the right to open it.
 */
int kbpf_device_open(void);

/**
 * kbpf_device_cmd() - carry out any command
 * @dev: the device
 * @cmd: enum kbpf_cmd
 * @attr: the command's structure, in and out
 * @size: bytes at @attr
 *
 * Return: what the command returns, or -errno.
 */
int kbpf_device_cmd(int dev, unsigned int cmd, void *attr, size_t size);

/**
 * kbpf_version_get() - what is on the other side
 * @dev: the device
 * @version: out
 * @size: bytes at @version
 *
 * Return: 0 or -errno.
 */
int kbpf_version_get(int dev, struct kbpf_version_attr *version, size_t size);

/* ---- maps -------------------------------------------------------------------- */

/**
 * kbpf_map_create() - create a map
 * @dev: the device
 * @attr: what kind of map
 * @size: bytes at @attr
 *
 * Return: the map's descriptor or -errno.
 */
int kbpf_map_create(int dev, const struct kbpf_map_create_attr *attr, size_t size);

/**
 * kbpf_map_lookup() - read the value of a key
 * @dev: the device
 * @map: the map's descriptor
 * @key: key_size bytes
 * @value: out: value_size bytes; for per-CPU types round_up(value_size, 8) for
 *	each possible CPU
 * @flags: 0 or KBPF_F_LOCK
 *
 * Return: 0, -ENOENT or another -errno.
 */
int kbpf_map_lookup(int dev, int map, const void *key, void *value, __u64 flags);

/**
 * kbpf_map_lookup_and_delete() - read the value of a key and remove it
 * @dev: the device
 * @map: the map's descriptor
 * @key: key_size bytes; NULL for queues and stacks
 * @value: out, as kbpf_map_lookup()
 * @flags: 0 or KBPF_F_LOCK
 *
 * Return: 0, -ENOENT or another -errno.
 */
int kbpf_map_lookup_and_delete(int dev, int map, const void *key, void *value, __u64 flags);

/**
 * kbpf_map_update() - write the value of a key
 * @dev: the device
 * @map: the map's descriptor
 * @key: key_size bytes
 * @value: the value, laid out as kbpf_map_lookup() does
 * @flags: KBPF_ANY, KBPF_NOEXIST or KBPF_EXIST; KBPF_F_LOCK
 *
 * Return: 0, -EEXIST, -ENOENT, -E2BIG (full) or another -errno.
 */
int kbpf_map_update(int dev, int map, const void *key, const void *value, __u64 flags);

/**
 * kbpf_map_delete() - remove a key
 * @dev: the device
 * @map: the map's descriptor
 * @key: key_size bytes
 *
 * Return: 0, -ENOENT or another -errno.
 */
int kbpf_map_delete(int dev, int map, const void *key);

/**
 * kbpf_map_next_key() - walk the keys
 * @dev: the device
 * @map: the map's descriptor
 * @key: the key before; NULL for the first
 * @next: out: key_size bytes
 *
 * Return: 0, -ENOENT at the end, or another -errno.
 */
int kbpf_map_next_key(int dev, int map, const void *key, void *next);

/**
 * kbpf_map_freeze() - forbid further writes from userspace
 * @dev: the device
 * @map: the map's descriptor
 *
 * Return: 0, -EBUSY while it is mapped writable or frozen already, or another -errno.
 */
int kbpf_map_freeze(int dev, int map);

/**
 * kbpf_map_lookup_batch() - read many elements with one command
 * @dev: the device
 * @attr: in: where from and room for how many; out: how many were done, after an
 *	error too
 * @size: bytes at @attr
 *
 * Return: 0; -ENOENT at the end; -ENOSPC when a bucket does not fit; or another -errno.
 */
int kbpf_map_lookup_batch(int dev, struct kbpf_map_batch_attr *attr, size_t size);

/**
 * kbpf_map_lookup_and_delete_batch() - read many elements and remove them with one command
 * @dev: the device
 * @attr: in: where from and room for how many; out: how many were done, after an
 *	error too
 * @size: bytes at @attr
 *
 * Return: 0; -ENOENT at the end; -ENOSPC when a bucket does not fit; or another -errno.
 */
int kbpf_map_lookup_and_delete_batch(int dev, struct kbpf_map_batch_attr *attr, size_t size);

/**
 * kbpf_map_update_batch() - write many elements with one command
 * @dev: the device
 * @attr: in: where from and room for how many; out: how many were done, after an
 *	error too
 * @size: bytes at @attr
 *
 * Return: 0; or another -errno.
 */
int kbpf_map_update_batch(int dev, struct kbpf_map_batch_attr *attr, size_t size);

/**
 * kbpf_map_delete_batch() - remove many elements with one command
 * @dev: the device
 * @attr: in: where from and room for how many; out: how many were done, after an
 *	error too
 * @size: bytes at @attr
 *
 * Return: 0; -ENOENT for a key that is not there; or another -errno.
 */
int kbpf_map_delete_batch(int dev, struct kbpf_map_batch_attr *attr, size_t size);

/**
 * kbpf_map_stats_get() - what a map holds and what it turned away
 * @dev: the device
 * @map: the map's descriptor
 * @stats: out
 * @size: bytes at @stats
 *
 * Return: 0 or -errno.
 */
int kbpf_map_stats_get(int dev, int map, struct kbpf_map_stats_attr *stats, size_t size);

/* ---- programs ---------------------------------------------------------------- */

/**
 * kbpf_prog_load() - hand a program to the verifier
 * @dev: the device
 * @attr: the program; @attr->log_true_size is set
 * @size: bytes at @attr
 *
 * Return: the program's descriptor; -EACCES when refused (the log says why); or
 * another -errno.
 */
int kbpf_prog_load(int dev, struct kbpf_prog_load_attr *attr, size_t size);

/**
 * kbpf_prog_test_run() - run a program on memory
 * @dev: the device
 * @attr: the program and its input; results are set
 * @size: bytes at @attr
 *
 * Return: 0 or -errno.
 */
int kbpf_prog_test_run(int dev, struct kbpf_test_run_attr *attr, size_t size);

/**
 * kbpf_prog_bind_map() - let a program keep a map alive
 * @dev: the device
 * @prog: the program's descriptor
 * @map: the map's descriptor
 *
 * Return: 0 or -errno.
 */
int kbpf_prog_bind_map(int dev, int prog, int map);

/**
 * kbpf_prog_stats_get() - how often and how long a program ran
 * @dev: the device
 * @prog: the program's descriptor
 * @stats: out
 * @size: bytes at @stats
 *
 * Return: 0 or -errno.
 */
int kbpf_prog_stats_get(int dev, int prog, struct kbpf_prog_stats_attr *stats, size_t size);

/**
 * kbpf_stats_enable() - have the runs of programs timed
 * @dev: the device
 * @type: KBPF_STATS_RUN_TIME
 *
 * Return: a descriptor, as long as which is open runs are timed; or -errno.
 */
int kbpf_stats_enable(int dev, __u32 type);

/* ---- BTF ---------------------------------------------------------------------- */

/**
 * kbpf_btf_load() - hand BTF over
 * @dev: the device
 * @attr: the blob; @attr->btf_log_true_size is set
 * @size: bytes at @attr
 *
 * Return: the BTF's descriptor or -errno.
 */
int kbpf_btf_load(int dev, struct kbpf_btf_load_attr *attr, size_t size);

/* ---- probes, rings and links -------------------------------------------------- */

/**
 * kbpf_perf_open() - open a probe or a ring
 * @dev: the device
 * @attr: what to open
 * @size: bytes at @attr
 *
 * Return: the descriptor or -errno.
 */
int kbpf_perf_open(int dev, const struct kbpf_perf_open_attr *attr, size_t size);

/**
 * kbpf_kprobe_open() - open a probe on a kernel function
 * @dev: the device
 * @symbol: name of the function
 * @offset: bytes from its start; 0 for a return probe
 * @is_return: fire when the function returns
 * @why: out: a line that says why it failed; may be NULL
 * @why_size: bytes at @why
 *
 * Return: the probe's descriptor; -ENOENT no such symbol, -EADDRNOTAVAIL several
 * of that name, -EINVAL may not be probed, -EILSEQ not the start of an
 * instruction; -EOPNOTSUPP the running kernel has no kprobes; or another -errno.
 */
int kbpf_kprobe_open(int dev, const char *symbol, __u64 offset, int is_return,
		     char *why, size_t why_size);

/**
 * kbpf_kprobe_open_addr() - open a probe on an address
 * @dev: the device
 * @addr: kernel address
 * @is_return: as kbpf_kprobe_open()
 * @why: as kbpf_kprobe_open()
 * @why_size: bytes at @why
 *
 * Return: as kbpf_kprobe_open().
 */
int kbpf_kprobe_open_addr(int dev, __u64 addr, int is_return, char *why, size_t why_size);

/**
 * kbpf_ring_open() - open a perf ring for perf_event_output
 * @dev: the device
 * @cpu: whose samples; put the descriptor into slot @cpu of a perf-event array
 * @wakeup_events: samples until a reader is woken
 *
 * Map it as perf_event_open(2) says: a control page and 2^n pages of data.
 *
 * Return: the ring's descriptor or -errno.
 */
int kbpf_ring_open(int dev, int cpu, __u32 wakeup_events);

struct kbpf_rings;

/**
 * typedef kbpf_rings_fn - called for each record
 * @ctx: as given to kbpf_rings_open()
 * @cpu: whose ring it was in; 0 where there is one ring for all
 * @time: CLOCK_MONOTONIC nanoseconds, with KBPF_F_RB_ORDERED; else 0
 * @data: the record, as long as the call lasts
 * @size: its bytes
 *
 * Return: less than 0 to stop after this record; the reader's caller gets it.
 */
typedef int (*kbpf_rings_fn)(void *ctx, unsigned int cpu, __u64 time, const void *data, __u32 size);

/**
 * kbpf_rings_open() - read a ring buffer, whether it has one ring or one a CPU
 * @dev: the device
 * @map: the ring buffer; stays the caller's, and open as long as it is read
 * @fn: called for each record
 * @ctx: for @fn
 *
 * Records of one CPU come in their order. With KBPF_F_RB_ORDERED all come in the order of their
 * times: one that is still being written then holds up all that may be later.
 *
 * Return: the reader, for kbpf_rings_close(); or NULL with errno set.
 */
struct kbpf_rings *kbpf_rings_open(int dev, int map, kbpf_rings_fn fn, void *ctx);

/**
 * kbpf_rings_consume() - hand over what there is
 * @rings: the reader
 *
 * Return: records handed over, or what the function said that was less than 0.
 */
int kbpf_rings_consume(struct kbpf_rings *rings);

/**
 * kbpf_rings_poll() - wait until there is something, and hand it over
 * @rings: the reader
 * @timeout_ms: how long to wait at most; -1 is for ever
 *
 * Return: as kbpf_rings_consume(), or -errno of poll(2).
 */
int kbpf_rings_poll(struct kbpf_rings *rings, int timeout_ms);

/**
 * kbpf_rings_close() - stop reading
 * @rings: the reader, or NULL
 */
void kbpf_rings_close(struct kbpf_rings *rings);

/**
 * kbpf_probe_enable() - let a probe fire, or a ring take samples
 * @probe: descriptor of the probe or ring
 *
 * Return: 0 or -errno.
 */
int kbpf_probe_enable(int probe);

/**
 * kbpf_probe_disable() - stop a probe from firing, or a ring from taking samples
 * @probe: descriptor of the probe or ring
 *
 * Return: 0 or -errno.
 */
int kbpf_probe_disable(int probe);

/**
 * kbpf_link_create() - attach a program
 * @dev: the device
 * @attr: program and target
 * @size: bytes at @attr
 *
 * Return: the link's descriptor or -errno.
 */
int kbpf_link_create(int dev, const struct kbpf_link_create_attr *attr, size_t size);

/**
 * kbpf_link_attach_probe() - attach a program to a probe
 * @dev: the device
 * @prog: the program's descriptor
 * @probe: the probe's descriptor
 * @cookie: what the program's get_attach_cookie returns
 *
 * Return: the link's descriptor or -errno.
 */
int kbpf_link_attach_probe(int dev, int prog, int probe, __u64 cookie);

/**
 * kbpf_link_update() - put another program in a link's place
 * @dev: the device
 * @attr: the link and its new program
 * @size: bytes at @attr
 *
 * Return: 0 or -errno.
 */
int kbpf_link_update(int dev, const struct kbpf_link_update_attr *attr, size_t size);

/**
 * kbpf_link_detach() - take a link's program off its target for good
 * @dev: the device
 * @link: the link's descriptor
 *
 * Return: 0 or -errno.
 */
int kbpf_link_detach(int dev, int link);

/**
 * kbpf_raw_tracepoint_open() - attach a program to a raw tracepoint
 * @dev: the device
 * @name: the tracepoint; NULL for a tracing program, which names its own
 * @prog: the program's descriptor
 * @cookie: what the program's get_attach_cookie returns
 *
 * Return: the link's descriptor or -errno.
 */
int kbpf_raw_tracepoint_open(int dev, const char *name, int prog, __u64 cookie);

/* ---- finding objects ----------------------------------------------------------- */

/**
 * kbpf_prog_next_id() - walk the ids of programs
 * @dev: the device
 * @id: the id before; 0 to begin
 * @next: out: the smallest id above @id that is in use
 *
 * Return: 0, -ENOENT when there is none, or another -errno.
 */
int kbpf_prog_next_id(int dev, __u32 id, __u32 *next);

/**
 * kbpf_map_next_id() - walk the ids of maps
 * @dev: the device
 * @id: the id before; 0 to begin
 * @next: out: the smallest id above @id that is in use
 *
 * Return: 0, -ENOENT when there is none, or another -errno.
 */
int kbpf_map_next_id(int dev, __u32 id, __u32 *next);

/**
 * kbpf_link_next_id() - walk the ids of links
 * @dev: the device
 * @id: the id before; 0 to begin
 * @next: out: the smallest id above @id that is in use
 *
 * Return: 0, -ENOENT when there is none, or another -errno.
 */
int kbpf_link_next_id(int dev, __u32 id, __u32 *next);

/**
 * kbpf_btf_next_id() - walk the ids of BTF
 * @dev: the device
 * @id: the id before; 0 to begin
 * @next: out: the smallest id above @id that is in use
 *
 * Return: 0, -ENOENT when there is none, or another -errno.
 */
int kbpf_btf_next_id(int dev, __u32 id, __u32 *next);

/**
 * kbpf_prog_fd_by_id() - a descriptor for a program that has an id
 * @dev: the device
 * @id: id
 *
 * Return: the descriptor, -ENOENT when there is no such id, or another -errno.
 */
int kbpf_prog_fd_by_id(int dev, __u32 id);

/**
 * kbpf_map_fd_by_id() - a descriptor for a map that has an id
 * @dev: the device
 * @id: id
 * @open_flags: 0, KBPF_F_RDONLY or KBPF_F_WRONLY
 *
 * Return: the descriptor, -ENOENT when there is no such id, or another -errno.
 */
int kbpf_map_fd_by_id(int dev, __u32 id, __u32 open_flags);

/**
 * kbpf_link_fd_by_id() - a descriptor for a link that has an id
 * @dev: the device
 * @id: id
 *
 * Return: the descriptor, -ENOENT when there is no such id, or another -errno.
 */
int kbpf_link_fd_by_id(int dev, __u32 id);

/**
 * kbpf_btf_fd_by_id() - a descriptor for BTF that has an id
 * @dev: the device
 * @id: id
 *
 * Return: the descriptor, -ENOENT when there is no such id, or another -errno.
 */
int kbpf_btf_fd_by_id(int dev, __u32 id);

/**
 * kbpf_object_info() - what an object says of itself
 * @dev: the device
 * @fd: map, program, link or BTF
 * @info: in and out: the structure for that kind of object
 * @info_len: in: bytes at @info; out: bytes written
 *
 * Return: 0 or -errno.
 */
int kbpf_object_info(int dev, int fd, void *info, __u32 *info_len);

#ifdef __cplusplus
}
#endif

#endif /* LIBKBPF_H */
