// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The control of the storm: the kernel's own kprobes, opened, armed, disarmed and
 * closed through perf_event_open(2) under the same load, their owners killed at
 * any moment. kbpf has no part in it: what goes wrong here is not kbpf's.
 *
 *   control [SECONDS]
 */
#include <signal.h>
#include <time.h>
#include "guest.h"

#define OWNERS	3

static const char *const targets[] = {
	"__x64_sys_getppid", "__x64_sys_getpgid", "vfs_read", "do_sys_openat2",
	"__x64_sys_sched_yield", "vfs_write", "mutex_lock", "try_to_wake_up",
};

static u32 kprobe_type(void)
{
	FILE *f = fopen("/sys/bus/event_source/devices/kprobe/type", "r");
	u32 type = 0;

	if (f && fscanf(f, "%u", &type) != 1)
		type = 0;
	if (f)
		fclose(f);
	return type;
}

static void load_of_calls(void)
{
	for (;;) {
		char buf[64];
		int fd = open("/proc/self/stat", O_RDONLY);

		syscall(SYS_getppid);
		syscall(SYS_getpgid, 0);
		syscall(SYS_sched_yield);
		if (fd >= 0) {
			if (read(fd, buf, sizeof(buf)) < 0)
				_exit(1);
			close(fd);
		}
	}
}

static int open_armed(u32 type, const char *symbol, bool ret)
{
	struct perf_event_attr pe = {
		.type = type, .size = sizeof(pe), .config = ret, .config1 = ptr(symbol),
	};

	return syscall(SYS_perf_event_open, &pe, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

static void owner(u32 type, unsigned int seed)
{
	int fds[ARRAY_SIZE(targets)];
	u32 i;

	for (;;) {
		for (i = 0; i < ARRAY_SIZE(targets); i++)
			fds[i] = open_armed(type, targets[i], rand_r(&seed) & 1);
		for (i = 0; i < ARRAY_SIZE(targets); i++)
			ioctl(fds[i], PERF_EVENT_IOC_DISABLE, 0);
		for (i = 0; i < ARRAY_SIZE(targets); i++)
			ioctl(fds[i], PERF_EVENT_IOC_ENABLE, 0);
		for (i = 0; i < ARRAY_SIZE(targets); i++)
			close(fds[i]);
	}
}

static void end(pid_t pid)
{
	if (!pid)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	time_t stop = time(NULL) + (argc > 1 ? atoi(argv[1]) : 60);
	pid_t pids[OWNERS] = {}, load[2];
	u32 type = kprobe_type(), i, kills = 0;
	unsigned int seed = 1;

	tap_begin();
	if (!tap(type, "the kernel has kprobe events # type %u", type))
		return tap_end();
	for (i = 0; i < 2; i++) {
		load[i] = fork();
		if (!load[i])
			load_of_calls();
	}
	while (time(NULL) < stop) {
		i = rand_r(&seed) % OWNERS;
		end(pids[i]);
		kills += !!pids[i];
		pids[i] = fork();
		if (!pids[i])
			owner(type, rand_r(&seed) + kills);
		usleep(rand_r(&seed) % 300000);
	}
	for (i = 0; i < OWNERS; i++)
		end(pids[i]);
	for (i = 0; i < 2; i++)
		end(load[i]);
	tap(kills > 0, "owners were killed # %u", kills);
	return tap_end();
}
