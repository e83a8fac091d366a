// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks as the engine knows them: by the address of their task_struct. Nothing
 * here believes such an address: it is one only if a pid leads back to it.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/uaccess.h>
#include "env.h"
#include "magic.h"
#include "tracing.h"

static struct tracepoint *free_tp;
static void (*gone)(const void *task);

/* sched_process_free: after the grace period in which others could still find it. */
static void on_free(void *data, struct task_struct *task)
{
	rcu_read_lock();
	gone(task);
	rcu_read_unlock();
}

int kbpf_env_task_watch(void (*fn)(const void *task))
{
	struct tracepoint *tp = kbpf_tracepoint_find("sched_process_free");
	int err;

	if (!tp)
		return -EOPNOTSUPP;
	gone = fn;
	err = tracepoint_probe_register(tp, on_free, NULL);
	if (!err)
		free_tp = tp;
	return err;
}

void kbpf_env_task_unwatch(void)
{
	tracepoint_probe_unregister(free_tp, on_free, NULL);
	tracepoint_synchronize_unregister();
}

bool kbpf_env_task_alive(const void *ptr)
{
	const struct task_struct *task = ptr;
	pid_t nr;

	if (copy_from_kernel_nofault(&nr, &task->pid, sizeof(nr)))
		return false;
	/* The idle tasks share number 0, which leads to none; they stay. */
	if (!nr)
		return task == current;
	return pid_task(find_pid_ns(nr, &init_pid_ns), PIDTYPE_PID) == task;
}

/* The pid behind a pidfd: what it is a file of says where it is kept. */
static struct pid *pidfd_to_pid(const struct file *file)
{
	const struct super_block *sb = file_inode(file)->i_sb;

	if (sb->s_magic == PID_FS_MAGIC)
		return file_inode(file)->i_private;
	if (sb->s_magic == ANON_INODE_FS_MAGIC &&
	    !strcmp(file->f_path.dentry->d_name.name, "[pidfd]"))
		return file->private_data;
	return NULL;
}

void *kbpf_env_task_get(int fd)
{
	struct file *file = fget(fd);
	struct task_struct *task;
	struct pid *pid;

	if (!file)
		return ERR_PTR(-EBADF);
	pid = pidfd_to_pid(file);
	task = pid ? get_pid_task(pid, PIDTYPE_PID) : ERR_PTR(-EBADF);
	fput(file);
	return task ? task : ERR_PTR(-ENOENT);
}

void kbpf_env_task_put(void *task)
{
	put_task_struct(task);
}
