// SPDX-License-Identifier: GPL-2.0
/*
 * Objects as descriptors: anonymous inodes, one set of file operations per
 * kind. A file holds a user reference to its object and, through the owner
 * field, the module. Names are the kernel's, because tools read them.
 */
#include <linux/anon_inodes.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/task.h>
#include "cmd/cmd.h"
#include "env.h"
#include "fd.h"
#include "maps/map.h"

static int release(struct inode *inode, struct file *file)
{
	kbpf_object_put_user(kbpf_fd_object(file));
	return 0;
}

#ifdef CONFIG_PROC_FS
#define FDINFO(fn)	.show_fdinfo = fn,
#else
#define FDINFO(fn)
#endif

#define COMMON	.owner = THIS_MODULE, .release = release, .llseek = noop_llseek

static const struct file_operations kind_fops[KBPF_KINDS] = {
	[KBPF_KIND_MAP] = {
		COMMON,
		FDINFO(kbpf_map_fd_info)
		.mmap = kbpf_map_fd_mmap,
		.poll = kbpf_map_fd_poll,
	},
	[KBPF_KIND_PROG] = { COMMON, FDINFO(kbpf_prog_fd_info) },
	[KBPF_KIND_LINK] = { COMMON, FDINFO(kbpf_link_fd_info) },
	[KBPF_KIND_BTF] = { COMMON, FDINFO(kbpf_btf_fd_info) },
	[KBPF_KIND_PROBE] = { COMMON, .unlocked_ioctl = kbpf_probe_fd_ioctl },
	[KBPF_KIND_RING] = {
		COMMON,
		.mmap = kbpf_ring_fd_mmap,
		.poll = kbpf_ring_fd_poll,
		.unlocked_ioctl = kbpf_ring_fd_ioctl,
	},
	[KBPF_KIND_STATS] = { COMMON },
};

static const char *const kind_names[KBPF_KINDS] = {
	[KBPF_KIND_MAP] = "bpf-map",
	[KBPF_KIND_PROG] = "bpf-prog",
	[KBPF_KIND_LINK] = "bpf_link",
	[KBPF_KIND_BTF] = "btf",
	[KBPF_KIND_PROBE] = "[perf_event]",
	[KBPF_KIND_RING] = "[perf_event]",
	[KBPF_KIND_STATS] = "bpf-stats",
};

static int access_mode(u32 flags)
{
	if (flags & KBPF_F_RDONLY)
		return O_RDONLY;
	return flags & KBPF_F_WRONLY ? O_WRONLY : O_RDWR;
}

static u32 access_flags(const struct file *file)
{
	if (!(file->f_mode & FMODE_WRITE))
		return KBPF_F_RDONLY;
	return file->f_mode & FMODE_READ ? 0 : KBPF_F_WRONLY;
}

int kbpf_world_fd_install(struct kbpf_object *obj, u32 flags)
{
	struct file *file;
	int fd;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = anon_inode_getfile(kind_names[obj->kind], &kind_fops[obj->kind], obj,
				  access_mode(flags) | O_CLOEXEC);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	kbpf_object_get_user(obj);
	fd_install(fd, file);
	return fd;
}

/* A file of another process's, with a reference, or NULL. */
static struct file *get_file_of(struct task_struct *task, u32 fd)
{
	struct file *file = NULL;

	task_lock(task);
	if (task->files) {
		spin_lock(&task->files->file_lock);
		file = files_lookup_fd_locked(task->files, fd);
		if (file)
			get_file(file);
		spin_unlock(&task->files->file_lock);
	}
	task_unlock(task);
	return file;
}

struct kbpf_object *kbpf_fd_of_process(u32 pid, u32 fd)
{
	struct kbpf_object *obj = ERR_PTR(-EOPNOTSUPP);
	struct pid *p = find_get_pid(pid);
	struct task_struct *task = get_pid_task(p, PIDTYPE_PID);
	struct file *file;

	put_pid(p);
	if (!task)
		return ERR_PTR(-ENOENT);
	file = get_file_of(task, fd);
	put_task_struct(task);
	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_op >= kind_fops && file->f_op < kind_fops + KBPF_KINDS) {
		obj = kbpf_fd_object(file);
		kbpf_object_get(obj);
	}
	fput(file);
	return obj;
}

struct kbpf_object *kbpf_world_fd_get(int fd, u32 *flags)
{
	struct kbpf_object *obj = ERR_PTR(-EINVAL);
	struct file *file = fget(fd);

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_op >= kind_fops && file->f_op < kind_fops + KBPF_KINDS) {
		obj = kbpf_fd_object(file);
		kbpf_object_get(obj);
		if (flags)
			*flags = access_flags(file);
	}
	fput(file);
	return obj;
}

struct kbpf_map *kbpf_env_map_get(int fd)
{
	struct kbpf_object *obj = kbpf_env_object_get(fd, KBPF_KIND_MAP);

	return IS_ERR(obj) ? ERR_CAST(obj) : container_of(obj, struct kbpf_map, obj);
}

void kbpf_env_map_put(struct kbpf_map *map)
{
	kbpf_object_put(&map->obj);
}
