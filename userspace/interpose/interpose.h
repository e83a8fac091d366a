/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Between the interposed syscall() and who answers: the device in
 * libkbpf-libbpf, the in-process engine in libkbpf-check. One of the two is
 * linked in.
 */
#ifndef KBPF_INTERPOSE_H
#define KBPF_INTERPOSE_H

#include <errno.h>

struct perf_event_attr;

/**
 * kbpf_backend_bpf() - answer bpf(2)
 * @cmd: command, below KBPF_PERF_OPEN
 * @attr: union bpf_attr, unchecked address
 * @size: bytes at @attr
 *
 * Return: as the system call, or -errno.
 */
long kbpf_backend_bpf(unsigned int cmd, void *attr, unsigned int size);

/**
 * kbpf_backend_takes_event() - is this event opened here, or by the kernel?
 * @attr: first 64 bytes of the perf_event_attr, the rest zero
 */
int kbpf_backend_takes_event(const struct perf_event_attr *attr);

/**
 * kbpf_backend_perf_open() - answer perf_event_open(2)
 * @attr: address of the struct perf_event_attr
 * @pid: as the system call
 * @cpu: as the system call
 * @group_fd: as the system call
 * @flags: as the system call
 *
 * Return: a descriptor or -errno.
 */
long kbpf_backend_perf_open(const struct perf_event_attr *attr, int pid, int cpu, int group_fd,
			    unsigned long flags);

/**
 * kbpf_pmu_type() - number of a dynamic PMU
 * @name: "kprobe" or "uprobe"
 *
 * Return: the number, or -1 where the running kernel has no such PMU.
 */
int kbpf_pmu_type(const char *name);

/**
 * kbpf_explain() - tell the user about a failure, if KBPF_EXPLAIN asks for it
 * @what: what was tried
 * @why: why it failed
 */
void kbpf_explain(const char *what, const char *why);

/*
 * The system call itself, past any definition of syscall(). Returns -errno and
 * leaves errno alone. x86-64 only, like the module.
 */
static inline long kbpf_raw_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

/* How libc reports: -1 and errno. */
static inline long kbpf_libc_result(long ret)
{
	if (ret < 0 && ret > -4096) {
		errno = (int)-ret;
		return -1;
	}
	return ret;
}

#endif /* KBPF_INTERPOSE_H */
