// SPDX-License-Identifier: GPL-2.0
/* Kernel functions that programs may call and that ask the kernel something. */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include "helpers.h"
#include "helpers/kfunc.h"

/*
 * The task is not counted: it stays for as long as the RCU read side lasts that
 * the program runs in, and the program cannot keep it longer.
 */
static u64 task_from_pid(u64 pid, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct pid *found = find_pid_ns((s32)pid, &init_pid_ns);

	return (unsigned long)pid_task(found, PIDTYPE_PID);
}

kbpf_helper_fn kbpf_kfunc_address(u32 id)
{
	return id == KBPF_KFUNC_task_from_pid ? task_from_pid : kbpf_kfunc_builtin(id);
}
