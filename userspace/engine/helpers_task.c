// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Helpers about who runs, where and when, and about memory: "current" is the
 * thread that made the test run, and kernel and user memory are both the
 * process's own. What a process has no counterpart of (task_struct, cgroups,
 * the probed function, kernel stacks) answers as the kernel does where there is
 * none.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "env.h"
#include "helpers/proto.h"
#include "maps/map.h"
#include "world.h"

#define TASK_COMM_LEN	16

/* ---- memory ---- */

static u64 probe_read(u64 dst, u64 size, u64 src, u64 r4, u64 r5)
{
	return kbpf_env_probe_read((void *)dst, size, (void *)src);
}

static u64 probe_read_str(u64 dst, u64 size, u64 src, u64 r4, u64 r5)
{
	long ret;

	if (!(u32)size)
		return 0;
	ret = kbpf_mem_read_str((char *)dst, size, src);
	if (ret < 0)
		memset((void *)dst, 0, (u32)size);
	return ret;
}

/* ---- time, chance, place ---- */

static u64 clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (u64)now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static u64 ktime_get_ns_helper(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static u64 ktime_get_boot_ns(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return clock_ns(CLOCK_BOOTTIME);
}

static u64 ktime_get_coarse_ns_helper(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return clock_ns(CLOCK_MONOTONIC_COARSE);
}

static u64 ktime_get_tai_ns(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return clock_ns(CLOCK_TAI);
}

static u64 jiffies64(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	/* 250 of them a second, as Debian's kernels count */
	return clock_ns(CLOCK_BOOTTIME) / 4000000;
}

static u64 get_prandom_u32(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return get_random_u32();
}

static u64 get_smp_processor_id(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return smp_processor_id();
}

/* ---- who runs ---- */

static u64 get_current_pid_tgid(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return (u64)getpid() << 32 | (u32)gettid();
}

static u64 get_current_uid_gid(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return (u64)getgid() << 32 | getuid();
}

static u64 get_current_comm(u64 buf, u64 size, u64 r3, u64 r4, u64 r5)
{
	char comm[TASK_COMM_LEN] = "";

	prctl(PR_GET_NAME, comm);
	memset((void *)buf, 0, (u32)size);
	strscpy((char *)buf, comm, min_t(u32, size, sizeof(comm)));
	return 0;
}

static u64 get_ns_current_pid_tgid(u64 dev, u64 ino, u64 out, u64 size, u64 r5)
{
	struct {
		u32 pid;
		u32 tgid;
	} info = { gettid(), getpid() };
	struct stat st;

	if (size == sizeof(info) && !stat("/proc/self/ns/pid", &st) && st.st_dev == dev &&
	    st.st_ino == ino) {
		memcpy((void *)out, &info, sizeof(info));
		return 0;
	}
	memset((void *)out, 0, (u32)size);
	return -EINVAL;
}

static u64 get_current_cgroup_id(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	/* the root's */
	return 1;
}

static u64 current_task_under_cgroup(u64 map, u64 index, u64 r3, u64 r4, u64 r5)
{
	if ((u32)index >= ((struct kbpf_map *)map)->desc.max_entries)
		return -E2BIG;
	return -EAGAIN;
}

/* ---- tasks: threads, by their number; a read through one gives zeros ---- */

static u64 current_task(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return gettid();
}

void *kbpf_env_task_get(int fd)
{
	char path[48], line[64];
	FILE *in;
	long pid = 0;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	in = fopen(path, "re");
	if (!in)
		return ERR_PTR(-EBADF);
	while (!pid && fgets(line, sizeof(line), in))
		sscanf(line, "Pid: %ld", &pid);
	fclose(in);
	return pid ? pid < 0 ? ERR_PTR(-ENOENT) : (void *)pid : ERR_PTR(-EBADF);
}

void kbpf_env_task_put(void *task) { }

bool kbpf_env_task_alive(const void *task)
{
	return !kill((long)task, 0) || errno == EPERM;
}

/* Nobody tells: what threads leave goes with the map. */
int kbpf_env_task_watch(void (*gone)(const void *task))
{
	return 0;
}

void kbpf_env_task_unwatch(void) { }

static u64 answer_zero(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return 0;
}

static u64 answer_fault(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return -EFAULT;
}

/* No function was hooked. */
static u64 no_argument(u64 ctx, u64 n, u64 value, u64 r4, u64 r5)
{
	*(u64 *)value = 0;
	return -EINVAL;
}

static u64 no_result(u64 ctx, u64 value, u64 r3, u64 r4, u64 r5)
{
	*(u64 *)value = 0;
	return -EOPNOTSUPP;
}

static u64 get_stack(u64 ctx, u64 buf, u64 size, u64 flags, u64 r5)
{
	if (buf)
		memset((void *)buf, 0, (u32)size);
	return -EFAULT;
}

static u64 no_stack_of_task(u64 task, u64 buf, u64 size, u64 flags, u64 r5)
{
	return get_stack(0, buf, size, flags, 0);
}

static u64 no_path(u64 path, u64 buf, u64 size, u64 r4, u64 r5)
{
	memset((void *)buf, 0, (u32)size);
	return -EFAULT;
}

static u64 no_vma(u64 task, u64 addr, u64 func, u64 ctx, u64 flags)
{
	return flags ? -EINVAL : -ENOENT;
}

const struct kbpf_helper_row kbpf_helpers_task[] = {
	{ KBPF_FUNC_probe_read, probe_read },
	{ KBPF_FUNC_probe_read_user, probe_read },
	{ KBPF_FUNC_probe_read_kernel, probe_read },
	{ KBPF_FUNC_probe_read_str, probe_read_str },
	{ KBPF_FUNC_probe_read_user_str, probe_read_str },
	{ KBPF_FUNC_probe_read_kernel_str, probe_read_str },
	{ KBPF_FUNC_ktime_get_ns, ktime_get_ns_helper },
	{ KBPF_FUNC_ktime_get_boot_ns, ktime_get_boot_ns },
	{ KBPF_FUNC_ktime_get_coarse_ns, ktime_get_coarse_ns_helper },
	{ KBPF_FUNC_ktime_get_tai_ns, ktime_get_tai_ns },
	{ KBPF_FUNC_jiffies64, jiffies64 },
	{ KBPF_FUNC_get_prandom_u32, get_prandom_u32 },
	{ KBPF_FUNC_get_smp_processor_id, get_smp_processor_id },
	{ KBPF_FUNC_get_numa_node_id, answer_zero },
	{ KBPF_FUNC_get_current_pid_tgid, get_current_pid_tgid },
	{ KBPF_FUNC_get_current_uid_gid, get_current_uid_gid },
	{ KBPF_FUNC_get_current_comm, get_current_comm },
	{ KBPF_FUNC_get_ns_current_pid_tgid, get_ns_current_pid_tgid },
	{ KBPF_FUNC_get_current_task, current_task },
	{ KBPF_FUNC_get_current_task_btf, current_task },
	{ KBPF_FUNC_task_pt_regs, answer_zero },
	{ KBPF_FUNC_get_current_cgroup_id, get_current_cgroup_id },
	{ KBPF_FUNC_get_current_ancestor_cgroup_id, answer_zero },
	{ KBPF_FUNC_current_task_under_cgroup, current_task_under_cgroup },
	{ KBPF_FUNC_get_stackid, answer_fault },
	{ KBPF_FUNC_get_stack, get_stack },
	{ KBPF_FUNC_get_task_stack, no_stack_of_task },
	{ KBPF_FUNC_find_vma, no_vma },
	{ KBPF_FUNC_d_path, no_path },
	{ KBPF_FUNC_sock_from_file, answer_zero },
	{ KBPF_FUNC_skc_to_tcp_sock, answer_zero },
	{ KBPF_FUNC_skc_to_tcp6_sock, answer_zero },
	{ KBPF_FUNC_skc_to_tcp_timewait_sock, answer_zero },
	{ KBPF_FUNC_skc_to_tcp_request_sock, answer_zero },
	{ KBPF_FUNC_skc_to_udp6_sock, answer_zero },
	{ KBPF_FUNC_skc_to_unix_sock, answer_zero },
	{ KBPF_FUNC_get_attach_cookie, answer_zero },
	{ KBPF_FUNC_get_func_ip, answer_zero },
	{ KBPF_FUNC_get_func_arg, no_argument },
	{ KBPF_FUNC_get_func_ret, no_result },
	{ KBPF_FUNC_get_func_arg_cnt, answer_zero },
	{ KBPF_FUNC_send_signal, answer_zero },
	{ KBPF_FUNC_send_signal_thread, answer_zero },
	{ KBPF_FUNC_probe_write_user, answer_fault },
	{ },
};
