/* SPDX-License-Identifier: GPL-2.0 */
/* <linux/mm.h>: before 6.3, vm_flags of a mapping were written directly. */
#ifndef KBPF_COMPAT_MM_H
#define KBPF_COMPAT_MM_H

#include <linux/mm.h>

static inline void kbpf_vm_flags_clear(struct vm_area_struct *vma, unsigned long flags)
{
#ifdef KBPF_HAVE_VM_FLAGS_CLEAR
	vm_flags_clear(vma, flags);
#else
	vma->vm_flags &= ~flags;
#endif
}

#endif /* KBPF_COMPAT_MM_H */
