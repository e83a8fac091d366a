/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The engine in a process: the device's commands answered without a device.
 * Verdicts, maps and test runs are the module's own code; attaching a program
 * succeeds and nothing ever fires.
 *
 * Objects are real descriptors (ends of pipes), so that close, dup and epoll
 * are the kernel's business. mmap, PERF_EVENT_IOC_* and readiness are not a
 * pipe's: whoever stands between the program and libc asks the functions below
 * first. This is the one header of userspace/engine that others include.
 */
#ifndef KBPF_ENGINE_H
#define KBPF_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * kbpf_engine_cmd() - carry out a command
 * @cmd: enum kbpf_cmd
 * @attr: the command's structure
 * @size: bytes at @attr
 *
 * Return: what the device would: a descriptor or 0, or -errno.
 */
long kbpf_engine_cmd(unsigned int cmd, void *attr, unsigned int size);

/**
 * kbpf_engine_owns() - is this descriptor one of the engine's objects?
 * @fd: any descriptor
 */
bool kbpf_engine_owns(int fd);

/**
 * kbpf_engine_mmap() - map an object of the engine's
 * @addr: as mmap(2)
 * @size: as mmap(2)
 * @prot: as mmap(2)
 * @flags: as mmap(2)
 * @fd: a descriptor that the engine owns
 * @off: as mmap(2)
 *
 * Return: the address, or -errno as a pointer.
 */
void *kbpf_engine_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t off);

/**
 * kbpf_engine_munmap() - note that a mapping is gone
 * @addr: as munmap(2)
 * @size: as munmap(2)
 */
void kbpf_engine_munmap(void *addr, size_t size);

/**
 * kbpf_engine_ioctl() - PERF_EVENT_IOC_* on a probe or ring
 * @fd: a descriptor that the engine owns
 * @request: as ioctl(2)
 * @arg: as ioctl(2)
 *
 * Return: 0 or -errno.
 */
int kbpf_engine_ioctl(int fd, unsigned long request, unsigned long arg);

/**
 * kbpf_engine_refresh() - make descriptors readable that have something to read
 *
 * To be called before the program waits.
 */
void kbpf_engine_refresh(void);

/**
 * struct kbpf_engine_load - a program was judged
 * @name: name it was loaded under, "" for none
 * @type: enum kbpf_prog_type
 * @insn_cnt: slots
 * @err: 0 accepted, or -errno
 * @log: the verifier's explanation of a refusal; "" where there is none
 * @insns: instructions it processed
 * @states: states it made
 * @ns: time it took
 * @peak_bytes: most memory it held at once
 * @hottest_insn: slot it processed most often
 * @hottest_visits: how often
 * @has_btf: the load named BTF; what libraries try out to learn what the kernel can does not
 */
struct kbpf_engine_load {
	const char *name;
	unsigned int type;
	unsigned int insn_cnt;
	int err;
	const char *log;
	unsigned long long insns;
	unsigned long long states;
	unsigned long long ns;
	unsigned long long peak_bytes;
	unsigned int hottest_insn;
	unsigned int hottest_visits;
	bool has_btf;
};

/**
 * kbpf_engine_observe() - be told of each program that is loaded
 * @fn: called in the loading thread; NULL for nobody
 * @arg: for @fn
 */
void kbpf_engine_observe(void (*fn)(const struct kbpf_engine_load *load, void *arg), void *arg);

#endif /* KBPF_ENGINE_H */
