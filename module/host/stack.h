/* SPDX-License-Identifier: GPL-2.0 */
/* Call stacks of the current task, kernel and user; see stack.c. */
#ifndef KBPF_HOST_STACK_H
#define KBPF_HOST_STACK_H

#include <linux/types.h>

struct task_struct;

#define KBPF_STACK_MAX_DEPTH	127

/**
 * kbpf_stack_kernel() - the kernel's call stack at the place the run was hooked to
 * @ips: out: instruction pointers, innermost first
 * @max: room at @ips
 * @skip: innermost entries to leave out
 *
 * Context: inside a program, any level.
 * Return: entries written.
 */
u32 kbpf_stack_kernel(u64 *ips, u32 max, u32 skip);

/**
 * kbpf_stack_task() - another task's kernel stack
 * @task: it; stays for the call
 * @ips: out: instruction pointers, innermost first
 * @max: room at @ips
 * @skip: innermost entries to leave out
 *
 * Context: any. A task that runs meanwhile may give a stack that is half of one call's and
 * half of another's.
 * Return: entries written; -EOPNOTSUPP: this kernel walks no other task's stack for a module.
 */
long kbpf_stack_task(struct task_struct *task, u64 *ips, u32 max, u32 skip);

/**
 * kbpf_stack_user() - the current task's user stack, by frame pointers
 * @ips: out: instruction pointers, innermost first
 * @max: room at @ips
 * @skip: innermost entries to leave out
 *
 * Context: inside a program, any level.
 * Return: entries written; 0 for a kernel thread.
 */
u32 kbpf_stack_user(u64 *ips, u32 max, u32 skip);

/**
 * kbpf_stack_room() - room for KBPF_STACK_MAX_DEPTH entries, this run's own
 *
 * Context: inside a program, any level.
 */
u64 *kbpf_stack_room(void);

/**
 * kbpf_stack_init() - set up room for walks
 *
 * Return: 0 or -ENOMEM.
 */
int kbpf_stack_init(void);

/**
 * kbpf_stack_exit() - free it
 */
void kbpf_stack_exit(void);

#endif /* KBPF_HOST_STACK_H */
