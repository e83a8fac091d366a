// SPDX-License-Identifier: (GPL-2.0 OR LGPL-2.1 OR BSD-2-Clause)
/*
 * Who opens which file: a probe on the way in remembers the name, one on the way
 * out reports the result.
 *
 * All of open(2) and its kin meet in do_sys_openat2(). Where the compiler inlined
 * that, the system calls' own entries are probed instead.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "opensnoop.h"

/* Set before loading. */
const volatile __u32 only_pid = 0;
const volatile __u32 own_pid = 0;
const volatile bool only_failed = false;

/* Read by the program: events and calls that there was no room for. */
__u64 lost_events = 0;
__u64 lost_calls = 0;

/**
 * struct call - an open under way
 * @when_ns: when it began
 * @path: where the caller has the name
 * @flags: O_* flags
 * @name_len: bytes of @name; negative: its page was not there on the way in
 * @name: the name
 */
struct call {
	__u64 when_ns;
	const char *path;
	__u32 flags;
	int name_len;
	char name[NAME_LEN];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct call);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024);
} events SEC(".maps");

static int begin(const char *path, __u64 flags)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 pid = id >> 32;
	struct call call = {};

	if (pid == own_pid || (only_pid && pid != only_pid))
		return 0;
	call.when_ns = bpf_ktime_get_ns();
	call.path = path;
	call.flags = (__u32)flags;
	call.name_len = bpf_probe_read_user_str(call.name, sizeof(call.name), path);
	if (bpf_map_update_elem(&calls, &id, &call, BPF_ANY))
		__sync_fetch_and_add(&lost_calls, 1);
	return 0;
}

static int end(long ret)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct call *call = bpf_map_lookup_elem(&calls, &id);
	struct event *event;

	if (!call)
		return 0;
	if (only_failed && ret >= 0)
		goto done;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&lost_events, 1);
		goto done;
	}
	event->when_ns = call->when_ns;
	event->latency_ns = bpf_ktime_get_ns() - call->when_ns;
	event->pid = id >> 32;
	event->tid = (__u32)id;
	event->uid = (__u32)bpf_get_current_uid_gid();
	event->ret = (int)ret;
	event->flags = call->flags;
	event->name_len = call->name_len;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	if (call->name_len >= 0)
		__builtin_memcpy(event->name, call->name, sizeof(event->name));
	else
		/* the kernel has read the name by now, so that its page is here */
		event->name_len = bpf_probe_read_user_str(event->name, sizeof(event->name),
							  call->path);
	bpf_ringbuf_submit(event, 0);
done:
	bpf_map_delete_elem(&calls, &id);
	return 0;
}

SEC("kprobe/do_sys_openat2")
int BPF_KPROBE(do_open, int dirfd, const char *path, struct open_how *how)
{
	return begin(path, BPF_CORE_READ(how, flags));
}

SEC("kretprobe/do_sys_openat2")
int BPF_KRETPROBE(do_open_ret, long ret)
{
	return end(ret);
}

/* ---- the system calls' entries: their one argument is the caller's registers ---- */

SEC("kprobe/__x64_sys_open")
int BPF_KPROBE(sys_open, struct pt_regs *regs)
{
	return begin((const char *)PT_REGS_PARM1_CORE_SYSCALL(regs),
		     PT_REGS_PARM2_CORE_SYSCALL(regs));
}

SEC("kprobe/__x64_sys_openat")
int BPF_KPROBE(sys_openat, struct pt_regs *regs)
{
	return begin((const char *)PT_REGS_PARM2_CORE_SYSCALL(regs),
		     PT_REGS_PARM3_CORE_SYSCALL(regs));
}

SEC("kprobe/__x64_sys_openat2")
int BPF_KPROBE(sys_openat2, struct pt_regs *regs)
{
	struct open_how *how = (struct open_how *)PT_REGS_PARM3_CORE_SYSCALL(regs);
	__u64 flags = 0;

	bpf_probe_read_user(&flags, sizeof(flags), &how->flags);
	return begin((const char *)PT_REGS_PARM2_CORE_SYSCALL(regs), flags);
}

SEC("kretprobe/__x64_sys_open")
int BPF_KRETPROBE(sys_open_ret, long ret)
{
	return end(ret);
}

SEC("kretprobe/__x64_sys_openat")
int BPF_KRETPROBE(sys_openat_ret, long ret)
{
	return end(ret);
}

SEC("kretprobe/__x64_sys_openat2")
int BPF_KRETPROBE(sys_openat2_ret, long ret)
{
	return end(ret);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
