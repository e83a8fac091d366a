/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Descriptors of objects: what the files of the host that know a kind's
 * memory, readiness or ioctls offer to fd.c, which makes the descriptors.
 */
#ifndef KBPF_HOST_FD_H
#define KBPF_HOST_FD_H

#include <linux/fs.h>
#include <linux/poll.h>
#include "object.h"

/* Where open descriptors keep their object. */
static inline struct kbpf_object *kbpf_fd_object(struct file *file)
{
	return file->private_data;
}

/**
 * kbpf_fd_of_process() - the object behind another process's descriptor
 * @pid: the process, as the caller sees it
 * @fd: its descriptor
 *
 * Context: process.
 * Return: the object with a reference; ERR_PTR: -ENOENT no such process, -EBADF no
 * such descriptor, -EOPNOTSUPP not one of this module's.
 */
struct kbpf_object *kbpf_fd_of_process(u32 pid, u32 fd);

/* map_fd.c */
int kbpf_map_fd_mmap(struct file *file, struct vm_area_struct *vma);
__poll_t kbpf_map_fd_poll(struct file *file, struct poll_table_struct *pts);
/* ring.c */
int kbpf_ring_fd_mmap(struct file *file, struct vm_area_struct *vma);
__poll_t kbpf_ring_fd_poll(struct file *file, struct poll_table_struct *pts);
long kbpf_ring_fd_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
/* probe.c */
long kbpf_probe_fd_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
/* fdinfo.c: what /proc/PID/fdinfo says, in the kernel's words */
void kbpf_map_fd_info(struct seq_file *m, struct file *file);
void kbpf_prog_fd_info(struct seq_file *m, struct file *file);
void kbpf_link_fd_info(struct seq_file *m, struct file *file);
void kbpf_btf_fd_info(struct seq_file *m, struct file *file);

#endif /* KBPF_HOST_FD_H */
