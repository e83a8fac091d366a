/* SPDX-License-Identifier: GPL-2.0 */
/* Programs at the beginning and end of a function, by a trampoline; see func_hook.c. */
#ifndef KBPF_HOST_FUNC_HOOK_H
#define KBPF_HOST_FUNC_HOOK_H

#include <linux/list.h>
#include "prog.h"

struct kbpf_attach_point;
struct kbpf_func_hook;

/**
 * struct kbpf_hooked - a program at a function
 * @node: among the function's programs
 * @hook: the function, set by kbpf_func_hook_add()
 * @prog: the program
 * @cookie: its cookie
 * @func_ip: where the function begins
 * @at_exit: at its end
 */
struct kbpf_hooked {
	struct list_head node;
	struct kbpf_func_hook *hook;
	const struct kbpf_prog *prog;
	u64 cookie;
	u64 func_ip;
	bool at_exit;
};

/**
 * kbpf_func_hook_add() - run a program at a function of the kernel proper
 * @h: the program; the caller's until kbpf_func_hook_remove()
 * @addr: where the kernel's tracer has its place in the function
 * @point: the function's arguments
 *
 * Context: process; may sleep.
 * Return: 0; -EBUSY when somebody else's trampoline is there; -EOPNOTSUPP or what the
 * kernel says of functions that cannot have one; -ENOSPC, -ENOMEM.
 */
int kbpf_func_hook_add(struct kbpf_hooked *h, unsigned long addr,
		       const struct kbpf_attach_point *point);

/**
 * kbpf_func_hook_remove() - the opposite
 * @h: the program
 *
 * Context: process; may sleep. When it returns no run of the program is under way.
 */
void kbpf_func_hook_remove(struct kbpf_hooked *h);

/**
 * kbpf_func_hook_exit() - wait until nobody is in a trampoline, and free them
 */
void kbpf_func_hook_exit(void);

#endif /* KBPF_HOST_FUNC_HOOK_H */
