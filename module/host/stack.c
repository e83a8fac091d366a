// SPDX-License-Identifier: GPL-2.0
/*
 * Call stacks. Where the hook knows the registers (struct kbpf_run, @regs), a walk
 * begins there. Elsewhere it begins at its own caller, and the frames between that
 * and the place a program is hooked to are cut off by looking for the address that
 * the hook noted (@hook_ip).
 */
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/stacktrace.h>
#include <linux/uaccess.h>
#include <asm/ptrace.h>
#include <asm/unwind.h>
#include "../compat/stacktrace.h"
#include "run.h"
#include "stack.h"

#define OWN_FRAMES	32	/* at most, between the unwinder's caller and the hook */
#define HOOK_SPAN	16	/* a probe's address and the one unwinding shows differ by less */

struct walk_room {
	unsigned long ips[KBPF_STACK_MAX_DEPTH + OWN_FRAMES];
	u64 out[KBPF_STACK_MAX_DEPTH];
};

struct walk_rooms {
	struct walk_room level[KBPF_LEVELS];
};

static struct walk_rooms __percpu *rooms;

int kbpf_stack_init(void)
{
	rooms = alloc_percpu(struct walk_rooms);
	return rooms ? 0 : -ENOMEM;
}

void kbpf_stack_exit(void)
{
	free_percpu(rooms);
}

/* Index of the hook's own entry; 0 where it is not found: then too much is better. */
static u32 find_hook(const unsigned long *ips, u32 nr, unsigned long hook)
{
	u32 i;

	for (i = 0; hook && i < nr; i++)
		if (ips[i] + 1 - hook < HOOK_SPAN)
			return i;
	return 0;
}

u64 *kbpf_stack_room(void)
{
	return this_cpu_ptr(rooms)->level[kbpf_run_level()].out;
}

static u32 walk_from(const struct pt_regs *regs, u64 *ips, u32 max, u32 skip)
{
	struct unwind_state state;
	unsigned long ip = regs->ip;
	u32 nr = 0;

	unwind_start(&state, current, (struct pt_regs *)regs, NULL);
	while (ip && nr < max) {
		if (skip)
			skip--;
		else
			ips[nr++] = ip;
		if (unwind_done(&state))
			break;
		ip = unwind_get_return_address(&state);
		unwind_next_frame(&state);
	}
	return nr;
}

u32 kbpf_stack_kernel(u64 *ips, u32 max, u32 skip)
{
	const struct pt_regs *regs = kbpf_run_current()->regs;
	struct walk_room *room = &this_cpu_ptr(rooms)->level[kbpf_run_level()];
	u32 nr, from, i;

	if (regs)
		return walk_from(regs, ips, max, skip);
	nr = stack_trace_save(room->ips, ARRAY_SIZE(room->ips), 0);
	from = find_hook(room->ips, nr, kbpf_run_current()->hook_ip) + skip;
	for (i = 0; i < max && from + i < nr; i++)
		ips[i] = room->ips[from + i];
	return i;
}

long kbpf_stack_task(struct task_struct *task, u64 *ips, u32 max, u32 skip)
{
	return kbpf_stack_trace_of(task, (unsigned long *)ips, max, skip);
}

u32 kbpf_stack_user(u64 *ips, u32 max, u32 skip)
{
	struct frame {
		unsigned long next;
		unsigned long ret;
	} frame;
	const struct pt_regs *regs;
	unsigned long fp, ip;
	u32 nr = 0;

	if (!current->mm || (current->flags & PF_KTHREAD))
		return 0;
	regs = task_pt_regs(current);
	if (!user_64bit_mode((struct pt_regs *)regs))
		return 0;
	ip = regs->ip;
	fp = regs->bp;
	while (ip && nr < max) {
		if (skip)
			skip--;
		else
			ips[nr++] = ip;
		if (!fp || fp % sizeof(long) ||
		    copy_from_user_nofault(&frame, (void __user *)fp, sizeof(frame)))
			break;
		/* Frames grow downwards: one that does not is no frame, or a loop. */
		if (frame.next && frame.next <= fp)
			frame.next = 0;
		ip = frame.ret;
		fp = frame.next;
	}
	return nr;
}
