/* SPDX-License-Identifier: GPL-2.0 */
/* <linux/uprobes.h>: 6.12 hands out the uprobe; before, inode and offset were the key. */
#ifndef KBPF_COMPAT_UPROBES_H
#define KBPF_COMPAT_UPROBES_H

#include <linux/err.h>
#include <linux/uprobes.h>

/**
 * struct kbpf_uprobe - a registered consumer's place
 * @uprobe: the kernel's, where it hands one out
 * @inode: file
 * @offset: in it
 */
struct kbpf_uprobe {
	struct uprobe *uprobe;
	struct inode *inode;
	loff_t offset;
};

static inline int kbpf_uprobe_register(struct kbpf_uprobe *at, loff_t ref_ctr_offset,
				       struct uprobe_consumer *uc)
{
#ifdef KBPF_HAVE_UPROBE_HANDLE
	at->uprobe = uprobe_register(at->inode, at->offset, ref_ctr_offset, uc);
	return PTR_ERR_OR_ZERO(at->uprobe);
#else
	return uprobe_register_refctr(at->inode, at->offset, ref_ctr_offset, uc);
#endif
}

/* Of many: each, and then once for all. */
static inline void kbpf_uprobe_unregister_nosync(struct kbpf_uprobe *at,
						 struct uprobe_consumer *uc)
{
#ifdef KBPF_HAVE_UPROBE_HANDLE
	uprobe_unregister_nosync(at->uprobe, uc);
#else
	uprobe_unregister(at->inode, at->offset, uc);
#endif
}

static inline void kbpf_uprobe_unregister_sync(void)
{
#ifdef KBPF_HAVE_UPROBE_HANDLE
	uprobe_unregister_sync();
#endif
}

static inline void kbpf_uprobe_unregister(struct kbpf_uprobe *at, struct uprobe_consumer *uc)
{
	kbpf_uprobe_unregister_nosync(at, uc);
	kbpf_uprobe_unregister_sync();
}

#endif /* KBPF_COMPAT_UPROBES_H */
