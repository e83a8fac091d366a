/* SPDX-License-Identifier: GPL-2.0 */
/*
 * <linux/fprobe.h>: return probes of many functions at once. Kernels that do not
 * export it get a kretprobe a function.
 */
#ifndef KBPF_COMPAT_FPROBE_H
#define KBPF_COMPAT_FPROBE_H

#include <linux/errno.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/slab.h>
#ifdef KBPF_HAVE_FPROBE
#include <linux/fprobe.h>
#endif

struct kbpf_returns;

/**
 * struct kbpf_return_probe - the kretprobe of one function
 * @rp: the kernel's
 * @of: what it belongs to
 */
struct kbpf_return_probe {
	struct kretprobe rp;
	struct kbpf_returns *of;
};

/**
 * struct kbpf_returns - return probes
 * @hit: called on each return, with the function's address and its registers; inline
 *	code of this header hands over directly
 * @fp: the kernel's, where it is exported
 * @nr: functions
 * @probes: one each, where it is not
 */
struct kbpf_returns {
	void (*hit)(struct kbpf_returns *r, unsigned long ip, struct pt_regs *regs);
#ifdef KBPF_HAVE_FPROBE
	struct fprobe fp;
#endif
	u32 nr;
	struct kbpf_return_probe **probes;
};

#ifdef KBPF_HAVE_FPROBE

static void kbpf_returns_exit(struct fprobe *fp, unsigned long entry_ip, unsigned long ret_ip,
			      struct pt_regs *regs, void *data)
{
	struct kbpf_returns *r = container_of(fp, struct kbpf_returns, fp);

	r->hit(r, entry_ip, regs);
}

static inline int kbpf_returns_register(struct kbpf_returns *r, unsigned long *addrs, u32 nr)
{
	r->fp.exit_handler = kbpf_returns_exit;
	return register_fprobe_ips(&r->fp, addrs, nr);
}

static inline void kbpf_returns_unregister(struct kbpf_returns *r)
{
	unregister_fprobe(&r->fp);
}

static inline u64 kbpf_returns_missed(const struct kbpf_returns *r)
{
	return READ_ONCE(r->fp.nmissed);
}

#else

static int kbpf_returns_exit(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = get_kretprobe(ri);
	struct kbpf_return_probe *p;

	if (!rp)
		return 0;
	p = container_of(rp, struct kbpf_return_probe, rp);
	p->of->hit(p->of, (unsigned long)rp->kp.addr, regs);
	return 0;
}

static inline void kbpf_returns_free(struct kbpf_returns *r)
{
	u32 i;

	for (i = 0; i < r->nr && r->probes; i++)
		kfree(r->probes[i]);
	kvfree(r->probes);
}

static inline int kbpf_returns_alloc(struct kbpf_returns *r, unsigned long *addrs, u32 nr)
{
	u32 i;

	r->nr = nr;
	r->probes = kvcalloc(nr, sizeof(*r->probes), GFP_KERNEL_ACCOUNT);
	for (i = 0; i < nr && r->probes; i++) {
		r->probes[i] = kzalloc(sizeof(*r->probes[i]), GFP_KERNEL_ACCOUNT);
		if (!r->probes[i])
			return -ENOMEM;
		r->probes[i]->of = r;
		r->probes[i]->rp.kp.addr = (kprobe_opcode_t *)addrs[i];
		r->probes[i]->rp.handler = kbpf_returns_exit;
	}
	return r->probes ? 0 : -ENOMEM;
}

/* The kretprobe is the first member of each: an array of these is one of those. */
static inline int kbpf_returns_register(struct kbpf_returns *r, unsigned long *addrs, u32 nr)
{
	int err = kbpf_returns_alloc(r, addrs, nr);

	if (!err)
		err = register_kretprobes((struct kretprobe **)r->probes, nr);
	if (err)
		kbpf_returns_free(r);
	return err;
}

static inline void kbpf_returns_unregister(struct kbpf_returns *r)
{
	unregister_kretprobes((struct kretprobe **)r->probes, r->nr);
	kbpf_returns_free(r);
}

static inline u64 kbpf_returns_missed(const struct kbpf_returns *r)
{
	u64 n = 0;
	u32 i;

	for (i = 0; i < r->nr; i++)
		n += READ_ONCE(r->probes[i]->rp.nmissed) + READ_ONCE(r->probes[i]->rp.kp.nmissed);
	return n;
}

#endif /* KBPF_HAVE_FPROBE */

#endif /* KBPF_COMPAT_FPROBE_H */
