// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The answers of libkbpf-libbpf: ioctls of /dev/kbpf. It owns one descriptor of
 * the device, opened at the first call, out of the way of the program's own
 * numbers, and opened again when the program closed it (daemons close all they
 * do not know).
 *
 * Safe in threads and after fork(); exec closes it.
 */
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "interpose.h"
#include "kbpf.h"

/* Numbers from here on are not handed out to a program with few descriptors. */
#define HIGH_FD		960
#define NO_FD		(-1)
#define NOT_ASKED	(-2)

static int device_fd = NO_FD;

/* Is this still the device, or did someone close it and get the number for a file of theirs? */
static int is_device(int fd)
{
	struct stat file, device;

	if (kbpf_raw_syscall(SYS_fstat, fd, (long)&file, 0, 0, 0, 0) ||
	    kbpf_raw_syscall(SYS_newfstatat, AT_FDCWD, (long)KBPF_DEVICE_PATH, (long)&device,
			     0, 0, 0))
		return 0;
	return S_ISCHR(file.st_mode) && file.st_rdev == device.st_rdev;
}

static int move_up(int fd)
{
	struct rlimit limit = { 0, 0 };
	long high;

	kbpf_raw_syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit, 0, 0);
	high = limit.rlim_cur > HIGH_FD ? HIGH_FD : (long)limit.rlim_cur / 2;
	high = kbpf_raw_syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, high, 0, 0, 0);
	if (high < 0)
		return fd;
	kbpf_raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
	return (int)high;
}

/* What bpf(2) would have said: there is none, or you may not. */
static int open_error(long err)
{
	switch (err) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		return -ENOSYS;
	case -EACCES:
		return -EPERM;
	default:
		return (int)err;
	}
}

/* The device's descriptor; @gone is one that proved to be closed, or NO_FD. */
static int get_device(int gone)
{
	int old = __atomic_load_n(&device_fd, __ATOMIC_ACQUIRE);
	int fd;

	if (old != gone)
		return old;
	fd = (int)kbpf_raw_syscall(SYS_openat, AT_FDCWD, (long)KBPF_DEVICE_PATH,
				   O_RDWR | O_CLOEXEC, 0, 0, 0);
	if (fd < 0)
		return open_error(fd);
	fd = move_up(fd);
	if (__atomic_compare_exchange_n(&device_fd, &old, fd, 0, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return fd;
	/* another thread was quicker */
	kbpf_raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
	return old;
}

static long device_ioctl(unsigned int cmd, void *attr, unsigned int size)
{
	int fd = get_device(NO_FD);
	int tries;
	long ret;

	for (tries = 0; ; tries++) {
		if (fd < 0)
			return fd;
		ret = kbpf_raw_syscall(SYS_ioctl, fd, KBPF_IOC(cmd, size), (long)attr, 0, 0, 0);
		/*
		 * EBADF may be about a descriptor in @attr, and is only then the
		 * answer when ours is in order.
		 */
		if ((ret != -EBADF && ret != -ENOTTY) || is_device(fd) || tries == 2)
			return ret;
		fd = get_device(fd);
	}
}

long kbpf_backend_bpf(unsigned int cmd, void *attr, unsigned int size)
{
	if (size > _IOC_SIZEMASK)
		return -E2BIG;
	return device_ioctl(cmd, attr, size);
}

/* Is @type the number that the kernel gave to this PMU? It is asked once. */
static int is_pmu(int *known, const char *name, unsigned int type)
{
	int number = __atomic_load_n(known, __ATOMIC_RELAXED);

	if (number == NOT_ASKED) {
		number = kbpf_pmu_type(name);
		__atomic_store_n(known, number, __ATOMIC_RELAXED);
	}
	return number >= 0 && type == (unsigned int)number;
}

/*
 * Events that programs are attached to. Of counters only those that sample: the
 * others cannot run a program, and stay the kernel's.
 */
int kbpf_backend_takes_event(const struct perf_event_attr *attr)
{
	static int kprobe = NOT_ASKED, uprobe = NOT_ASKED;

	if (attr->type == PERF_TYPE_SOFTWARE && attr->config == PERF_COUNT_SW_BPF_OUTPUT)
		return 1;
	if (attr->type == PERF_TYPE_TRACEPOINT)
		return 1;
	if (attr->type < PERF_TYPE_MAX)
		return attr->sample_period != 0;
	return is_pmu(&kprobe, "kprobe", attr->type) || is_pmu(&uprobe, "uprobe", attr->type);
}

long kbpf_backend_perf_open(const struct perf_event_attr *attr, int pid, int cpu, int group_fd,
			    unsigned long flags)
{
	char why[256] = "";
	struct kbpf_perf_open_attr open_attr = {
		.attr = (unsigned long)attr,
		.pid = pid,
		.cpu = cpu,
		.group_fd = group_fd,
		.flags = flags,
		.why = (unsigned long)why,
		.why_size = sizeof(why),
	};
	long ret = device_ioctl(KBPF_PERF_OPEN, &open_attr, sizeof(open_attr));

	if (ret < 0 && why[0])
		kbpf_explain("attach", why);
	return ret;
}
