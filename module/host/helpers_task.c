// SPDX-License-Identifier: GPL-2.0
/* Helpers about the current task. */
#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include "env.h"
#include "helpers.h"

u64 kbpf_helper_get_current_pid_tgid(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return (u64)current->tgid << 32 | (u32)current->pid;
}

u64 kbpf_helper_get_current_uid_gid(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	kuid_t uid;
	kgid_t gid;

	current_uid_gid(&uid, &gid);
	return (u64)from_kgid(&init_user_ns, gid) << 32 | from_kuid(&init_user_ns, uid);
}

u64 kbpf_helper_get_current_comm(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	/* The name may change under us; it always ends inside its array. */
	strscpy_pad(kbpf_reg_ptr(r1), current->comm, (u32)r2);
	return 0;
}

u64 kbpf_helper_get_current_task(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return (unsigned long)current;
}

u64 kbpf_helper_get_current_task_btf(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return (unsigned long)current;
}

/* What the task was about when it last entered the kernel; its own to change. */
u64 kbpf_helper_task_pt_regs(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct task_struct *task = kbpf_reg_ptr(r1);

	return kbpf_env_task_alive(task) ? (unsigned long)task_pt_regs(task) : 0;
}
