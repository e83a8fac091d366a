// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The answers of libkbpf-check and of `kbpf check`: the engine in this process.
 *
 * Its objects are pipes to the kernel, so what a pipe cannot do is interposed
 * too: mmap and the ioctls of perf events go to the engine for descriptors that
 * are its own, and before the program waits, descriptors are made readable.
 */
#include <linux/perf_event.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "engine.h"
#include "interpose.h"
#include "kbpf.h"

#define EXPORT __attribute__((visibility("default")))

long kbpf_backend_bpf(unsigned int cmd, void *attr, unsigned int size)
{
	return kbpf_engine_cmd(cmd, attr, size);
}

/* Whatever a program wants to attach to, it is given something that takes programs. */
int kbpf_backend_takes_event(const struct perf_event_attr *attr)
{
	(void)attr;
	return 1;
}

long kbpf_backend_perf_open(const struct perf_event_attr *attr, int pid, int cpu, int group_fd,
			    unsigned long flags)
{
	struct kbpf_perf_open_attr open_attr = {
		.attr = (unsigned long)attr,
		.pid = pid,
		.cpu = cpu,
		.group_fd = group_fd,
		.flags = flags,
	};

	return kbpf_engine_cmd(KBPF_PERF_OPEN, &open_attr, sizeof(open_attr));
}

static void *do_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t off)
{
	long ret;

	if (!(flags & MAP_ANONYMOUS) && kbpf_engine_owns(fd))
		ret = (long)kbpf_engine_mmap(addr, size, prot, flags, fd, off);
	else
		ret = kbpf_raw_syscall(SYS_mmap, (long)addr, (long)size, prot, flags, fd, off);
	return (void *)kbpf_libc_result(ret);
}

EXPORT void *mmap(void *addr, size_t size, int prot, int flags, int fd, off_t off)
{
	return do_mmap(addr, size, prot, flags, fd, off);
}

EXPORT void *mmap64(void *addr, size_t size, int prot, int flags, int fd, off_t off)
{
	return do_mmap(addr, size, prot, flags, fd, off);
}

EXPORT int munmap(void *addr, size_t size)
{
	long ret = kbpf_raw_syscall(SYS_munmap, (long)addr, (long)size, 0, 0, 0, 0);

	if (!ret)
		kbpf_engine_munmap(addr, size);
	return (int)kbpf_libc_result(ret);
}

static bool is_perf_request(unsigned long request)
{
	return _IOC_TYPE(request) == '$';
}

EXPORT int ioctl(int fd, unsigned long request, ...)
{
	unsigned long arg;
	va_list args;
	long ret;

	va_start(args, request);
	arg = va_arg(args, unsigned long);
	va_end(args);
	if (is_perf_request(request) && kbpf_engine_owns(fd))
		ret = kbpf_engine_ioctl(fd, request, arg);
	else
		ret = kbpf_raw_syscall(SYS_ioctl, fd, (long)request, (long)arg, 0, 0, 0);
	return (int)kbpf_libc_result(ret);
}

EXPORT int epoll_wait(int epfd, struct epoll_event *events, int count, int timeout)
{
	kbpf_engine_refresh();
	return (int)kbpf_libc_result(kbpf_raw_syscall(SYS_epoll_wait, epfd, (long)events, count,
						      timeout, 0, 0));
}

EXPORT int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	kbpf_engine_refresh();
	return (int)kbpf_libc_result(kbpf_raw_syscall(SYS_poll, (long)fds, (long)count, timeout,
						      0, 0, 0));
}
