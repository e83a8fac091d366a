// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * syscall() in the place of libc's: bpf(2), and the perf_event_open(2) calls by
 * which programs are attached, go to kbpf; everything else to the kernel. It
 * keeps no table of descriptors: every object is a real one.
 *
 * libbpf reaches both system calls through this symbol alone, so a preloaded
 * definition and one that is linked before -lbpf see all of them.
 */
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "interpose.h"
#include "kbpf.h"

int kbpf_pmu_type(const char *name)
{
	char buf[96];
	long fd, len;

	snprintf(buf, sizeof(buf), "/sys/bus/event_source/devices/%s/type", name);
	fd = kbpf_raw_syscall(SYS_openat, AT_FDCWD, (long)buf, O_RDONLY | O_CLOEXEC, 0, 0, 0);
	if (fd < 0)
		return -1;
	len = kbpf_raw_syscall(SYS_read, fd, (long)buf, sizeof(buf) - 1, 0, 0, 0);
	kbpf_raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
	if (len <= 0)
		return -1;
	buf[len] = '\0';
	return atoi(buf);
}

void kbpf_explain(const char *what, const char *why)
{
	const char *wanted = getenv("KBPF_EXPLAIN");
	char line[512];
	int len;

	if (!wanted || !*wanted || !strcmp(wanted, "0"))
		return;
	len = snprintf(line, sizeof(line), "kbpf: %s: %s\n", what, why);
	if (len >= (int)sizeof(line))
		len = sizeof(line) - 1;
	kbpf_raw_syscall(SYS_write, 2, (long)line, len, 0, 0, 0);
}

/* What kind of event is asked for. The address is the caller's and may be bad. */
static int peek_event(const void *attr, struct perf_event_attr *head)
{
	struct iovec to = { head, PERF_ATTR_SIZE_VER0 };
	struct iovec from = { (void *)attr, PERF_ATTR_SIZE_VER0 };
	long pid = kbpf_raw_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0);
	long len = kbpf_raw_syscall(SYS_process_vm_readv, pid, (long)&to, 1, (long)&from, 1, 0);

	if (len == PERF_ATTR_SIZE_VER0)
		return 0;
	if (len != -ENOSYS && len != -EPERM)
		return -EFAULT;
	/* no such call in this sandbox: the caller's address is as good as its word */
	memcpy(head, attr, PERF_ATTR_SIZE_VER0);
	return 0;
}

static long do_bpf(long cmd, long attr, long size)
{
	/* as the kernel takes its arguments: an int and an unsigned int */
	unsigned int number = (unsigned int)cmd;

	/* kbpf's own commands have no number in bpf(2) */
	if (number >= KBPF_PERF_OPEN)
		return -EINVAL;
	if (number == BPF_OBJ_PIN || number == BPF_OBJ_GET) {
		kbpf_explain("pin", "there is no file system for objects of kbpf: they live as long as "
			     "a descriptor or a link of theirs");
		return -EOPNOTSUPP;
	}
	return kbpf_backend_bpf(number, (void *)attr, (unsigned int)size);
}

static long do_perf_event_open(long attr, long pid, long cpu, long group_fd, long flags)
{
	struct perf_event_attr head;

	memset(&head, 0, sizeof(head));
	if (!peek_event((void *)attr, &head) && kbpf_backend_takes_event(&head))
		return kbpf_backend_perf_open((void *)attr, (int)pid, (int)cpu, (int)group_fd,
					      (unsigned long)flags);
	return kbpf_raw_syscall(SYS_perf_event_open, attr, pid, cpu, group_fd, flags, 0);
}

__attribute__((visibility("default")))
long syscall(long nr, ...)
{
	long a, b, c, d, e, f, ret;
	va_list args;

	/* a call has six arguments at most; reading those that are not there is harmless */
	va_start(args, nr);
	a = va_arg(args, long);
	b = va_arg(args, long);
	c = va_arg(args, long);
	d = va_arg(args, long);
	e = va_arg(args, long);
	f = va_arg(args, long);
	va_end(args);

	switch (nr) {
	case SYS_bpf:
		ret = do_bpf(a, b, c);
		break;
	case SYS_perf_event_open:
		ret = do_perf_event_open(a, b, c, d, e);
		break;
	default:
		ret = kbpf_raw_syscall(nr, a, b, c, d, e, f);
		break;
	}
	return kbpf_libc_result(ret);
}
