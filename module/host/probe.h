/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Probes: places that programs are attached to, and the programs attached
 * there. A hook family embeds struct kbpf_probe, calls kbpf_probe_run() on each
 * hit and answers the operations; probe.c keeps the list of programs, the
 * descriptor's ioctls and the links.
 */
#ifndef KBPF_HOST_PROBE_H
#define KBPF_HOST_PROBE_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include "cmd/cmd.h"
#include "object.h"

struct perf_event_attr;
struct trace_event_call;
struct kbpf_probe;
struct kbpf_probe_list;
struct kbpf_why;

/**
 * struct kbpf_probe_ops - what a hook family does
 * @prog_type: enum kbpf_prog_type that fits
 * @check: may a program of that type be attached? 0 or -errno; under the probe's
 *	lock; NULL: any may
 * @arm: hits are wanted from now on; process context. 0 or -errno
 * @disarm: no more hits are wanted; process context
 * @free: unregisters and frees; no program is attached any more
 * @missed: hits of the place so far that reached no program, by the kernel's count;
 *	NULL: the kernel turns none away
 * @fill_info: the part of the link info that is the place's; @cookie and @missed
 *	are the link's own
 * @how: in a word, by which of several ways hits come about; NULL where there is one
 */
struct kbpf_probe_ops {
	u32 prog_type;
	int (*check)(struct kbpf_probe *probe, const struct kbpf_prog *prog);
	int (*arm)(struct kbpf_probe *probe);
	void (*disarm)(struct kbpf_probe *probe);
	void (*free)(struct kbpf_probe *probe);
	u64 (*missed)(const struct kbpf_probe *probe);
	int (*fill_info)(const struct kbpf_probe *probe, struct kbpf_link_info *info,
			 u64 cookie, u64 missed);
	const char *(*how)(const struct kbpf_probe *probe);
};

/**
 * struct kbpf_probe - a place that programs are attached to
 * @obj: object header, KBPF_KIND_PROBE
 * @ops: its family
 * @event_type: enum kbpf_perf_event_type
 * @enabled: PERF_EVENT_IOC_DISABLE clears it: hits are ignored
 * @lock: serialises changes of the list
 * @list: programs attached; NULL for none
 * @missed: @ops->missed as far as it was charged to programs
 */
struct kbpf_probe {
	struct kbpf_object obj;
	const struct kbpf_probe_ops *ops;
	u32 event_type;
	bool enabled;
	struct mutex lock;
	struct kbpf_probe_list __rcu *list;
	atomic64_t missed;
};

/**
 * kbpf_probe_init() - set up the common part
 * @probe: the probe
 * @ops: its family
 * @event_type: enum kbpf_perf_event_type
 */
void kbpf_probe_init(struct kbpf_probe *probe, const struct kbpf_probe_ops *ops,
		     u32 event_type);

/**
 * kbpf_probe_run() - a hit: run the programs
 * @probe: the probe
 * @ctx: their context
 * @func_ip: what get_func_ip returns
 * @hook_ip: see struct kbpf_run
 * @regs: see struct kbpf_run
 *
 * Context: any.
 */
void kbpf_probe_run(struct kbpf_probe *probe, const void *ctx, u64 func_ip,
		    unsigned long hook_ip, const struct pt_regs *regs);

/**
 * kbpf_probe_missed() - what the kernel turned away so far, as charged to programs
 * @probe: the probe
 */
static inline u64 kbpf_probe_missed(const struct kbpf_probe *probe)
{
	return atomic64_read(&probe->missed);
}

/**
 * kbpf_probe_charge() - charge what the kernel turned away to the programs
 * @probe: the probe; its family saw that there is more than kbpf_probe_missed()
 *
 * Context: any.
 */
void kbpf_probe_charge(struct kbpf_probe *probe);

/**
 * kbpf_probe_link() - attach a program by a link
 * @probe: the probe; the link takes a reference
 * @prog: the program
 * @cookie: its cookie
 *
 * Return: the link with one reference and no id, or ERR_PTR: -EINVAL wrong type
 * of program, -EACCES it looks past the event's record, -EEXIST attached here with
 * this cookie, -E2BIG, -ENOMEM.
 */
struct kbpf_link *kbpf_probe_link(struct kbpf_probe *probe, struct kbpf_prog *prog,
				  u64 cookie);

/**
 * kbpf_probe_query() - what is attached here, for KBPF_TASK_FD_QUERY
 * @probe: the probe
 * @attr: in and out
 *
 * Return: 0; -ENOENT no program is; -EOPNOTSUPP not for a sampling event; -ENOSPC.
 */
int kbpf_probe_query(struct kbpf_probe *probe, struct kbpf_task_fd_query_attr *attr);

/**
 * kbpf_kprobe_create() - a kernel probe of KBPF_PERF_OPEN
 * @attr: where; bit 0 of config asks for a return probe
 * @why: where a refusal is explained
 *
 * Return: the probe with one reference, or ERR_PTR: see struct kbpf_perf_open_attr.
 */
struct kbpf_object *kbpf_kprobe_create(const struct perf_event_attr *attr,
				       struct kbpf_why *why);

/**
 * kbpf_tracepoint_create() - a tracepoint of KBPF_PERF_OPEN, on all CPUs
 * @attr: config is the id that tracefs tells
 * @why: where a refusal is explained
 *
 * Return: the probe with one reference, or ERR_PTR: -EINVAL or -ENOENT no such
 * id, -ENOMEM.
 */
struct kbpf_object *kbpf_tracepoint_create(const struct perf_event_attr *attr,
					   struct kbpf_why *why);

/**
 * kbpf_syscall_event_create() - the same for a system call's
 * @event: the kernel's event; nothing of it is used but what stays as long as the kernel
 *
 * Return: the probe with one reference; NULL: it is not a system call's; or ERR_PTR(-ENOMEM).
 */
struct kbpf_object *kbpf_syscall_event_create(struct trace_event_call *event);

/**
 * kbpf_record_event_create() - the same for an event of the kernel's own tracepoints
 * @event: the kernel's event, which stays for the call
 *
 * Return: the probe with one reference; NULL: not such an event, or nothing can be had
 * of it this way; or ERR_PTR(-ENOMEM).
 */
struct kbpf_object *kbpf_record_event_create(struct trace_event_call *event);

/**
 * kbpf_undisturbed() - do something where no signal can cut it short, and wait for it
 * @fn: what
 * @data: for @fn
 *
 * The kernel gives up taking a user probe out of a process when who asks is being killed,
 * and the probe stays.
 *
 * Context: process.
 */
void kbpf_undisturbed(void (*fn)(void *data), void *data);

/* At the end of the module. */
void kbpf_syscall_event_exit(void);

/**
 * kbpf_sample_create() - a sampling event of KBPF_PERF_OPEN
 * @attr: what to count and when to sample
 * @pid: process, or -1
 * @cpu: CPU, or -1
 * @why: where a refusal is explained
 *
 * Return: the probe with one reference, or ERR_PTR: -ESRCH, -EINVAL, -ENOENT and
 * what else the kernel says of events it does not have.
 */
struct kbpf_object *kbpf_sample_create(const struct perf_event_attr *attr, s32 pid, s32 cpu,
				       struct kbpf_why *why);

/**
 * kbpf_uprobe_create() - a user probe of KBPF_PERF_OPEN
 * @attr: where; bit 0 of config asks for a return probe, bits 32 up are the
 *	semaphore's offset
 * @pid: process, or -1 for all
 * @why: where a refusal is explained
 *
 * Return: the probe with one reference, or ERR_PTR: -ESRCH, -ENOENT no such file,
 * -EINVAL.
 */
struct kbpf_object *kbpf_uprobe_create(const struct perf_event_attr *attr, s32 pid,
				       struct kbpf_why *why);

#endif /* KBPF_HOST_PROBE_H */
