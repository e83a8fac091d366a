// SPDX-License-Identifier: GPL-2.0
/* Helpers about the current task's place in the hierarchies of cgroups and pid namespaces. */
#include <linux/cgroup.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "env.h"
#include "helpers.h"
#include "maps/map.h"

/* Device number of nsfs, by which clients name a namespace; 0 while unknown. */
static dev_t nsfs_dev;

void kbpf_cgroup_init(void)
{
	struct path path;

	if (kern_path("/proc/self/ns/pid", LOOKUP_FOLLOW, &path))
		return;
	nsfs_dev = path.dentry->d_sb->s_dev;
	path_put(&path);
}

/**
 * struct pidns_info - struct bpf_pidns_info of Linux
 * @pid: thread id in the namespace
 * @tgid: process id there
 */
struct pidns_info {
	u32 pid;
	u32 tgid;
};

static int ns_pids(u64 dev, u64 ino, struct pidns_info *info)
{
	struct pid_namespace *ns = task_active_pid_ns(current);

	if (!ns)
		return -ENOENT;
	if (ns->ns.inum != ino || (nsfs_dev && nsfs_dev != dev))
		return -EINVAL;
	info->pid = task_pid_nr_ns(current, ns);
	info->tgid = task_tgid_nr_ns(current, ns);
	return 0;
}

u64 kbpf_helper_get_ns_current_pid_tgid(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct pidns_info *info = kbpf_reg_ptr(r3);
	int err = -EINVAL;

	if (r4 == sizeof(*info) && (u64)(dev_t)r1 == r1)
		err = ns_pids(r1, r2, info);
	if (err)
		memset(info, 0, (u32)r4);
	return err;
}

u64 kbpf_helper_get_current_cgroup_id(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
#ifdef CONFIG_CGROUPS
	return cgroup_id(task_dfl_cgroup(current));
#else
	return 0;
#endif
}

u64 kbpf_helper_get_current_ancestor_cgroup_id(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
#ifdef CONFIG_CGROUPS
	struct cgroup *cgroup = cgroup_ancestor(task_dfl_cgroup(current), (int)r1);

	return cgroup ? cgroup_id(cgroup) : 0;
#else
	return 0;
#endif
}

#ifdef CONFIG_CGROUPS
void *kbpf_env_cgroup_get(int fd)
{
	return cgroup_get_from_fd(fd);
}

/* The cgroup itself is freed only after a grace period. */
void kbpf_env_cgroup_put(void *cgroup)
{
	cgroup_put(cgroup);
}

u64 kbpf_helper_current_task_under_cgroup(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_map *map = kbpf_reg_ptr(r1);
	struct cgroup *cgroup;

	if (r2 >= map->desc.max_entries)
		return -E2BIG;
	cgroup = kbpf_cgroup_array_get(map, r2);
	return cgroup ? task_under_cgroup_hierarchy(current, cgroup) : -EAGAIN;
}
#else
void *kbpf_env_cgroup_get(int fd)
{
	return ERR_PTR(-EOPNOTSUPP);
}

void kbpf_env_cgroup_put(void *cgroup)
{
}

u64 kbpf_helper_current_task_under_cgroup(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return -EAGAIN;
}
#endif
