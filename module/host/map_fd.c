// SPDX-License-Identifier: GPL-2.0
/*
 * Maps as files: mapping their memory and polling them. Which memory a mapping
 * shows, and whether it may be written, is the map's own decision.
 */
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include "../compat/mm.h"
#include "fd.h"
#include "maps/map.h"

static struct kbpf_map *fd_map(struct file *file)
{
	return container_of(kbpf_fd_object(file), struct kbpf_map, obj);
}

/*
 * A mapping counts as a writer as long as it is writable or could become so;
 * mmap leaves VM_MAYWRITE to those alone that were made writable.
 */
static void open_vma(struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_MAYWRITE)
		kbpf_map_mmap_write_get(vma->vm_private_data);
}

static void close_vma(struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_MAYWRITE)
		kbpf_map_munmap_write(vma->vm_private_data);
}

static const struct vm_operations_struct map_vm_ops = {
	.open = open_vma,
	.close = close_vma,
};

int kbpf_map_fd_mmap(struct file *file, struct vm_area_struct *vma)
{
	size_t size = vma->vm_end - vma->vm_start;
	bool write = vma->vm_flags & VM_WRITE;
	struct kbpf_map *map = fd_map(file);
	struct kbpf_map_mem mem;
	int err;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	err = kbpf_map_mmap(map, vma->vm_pgoff, size, write, &mem);
	if (err)
		return err;
	err = remap_vmalloc_range(vma, mem.base, (mem.addr - mem.base) >> PAGE_SHIFT);
	if (err) {
		if (write)
			kbpf_map_munmap_write(map);
		return err;
	}
	kbpf_vm_flags_clear(vma, write ? VM_MAYEXEC : VM_MAYEXEC | VM_MAYWRITE);
	vma->vm_private_data = map;
	vma->vm_ops = &map_vm_ops;
	return 0;
}

__poll_t kbpf_map_fd_poll(struct file *file, struct poll_table_struct *pts)
{
	struct kbpf_map *map = fd_map(file);

	if (!map->ops->poll)
		return EPOLLERR;
	poll_wait(file, &map->ops->waker(map)->wq, pts);
	return (__force __poll_t)map->ops->poll(map);
}
