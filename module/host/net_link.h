/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Links on network hooks: what they have in common. Such a link belongs to a
 * network namespace, maybe to an interface, and is detached when that goes away.
 */
#ifndef KBPF_HOST_NET_LINK_H
#define KBPF_HOST_NET_LINK_H

#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/u64_stats_sync.h>
#include "cmd/cmd.h"
#include "run.h"

/**
 * struct kbpf_net_counts - per-CPU counts of a link, see struct kbpf_link_stats_attr
 * @packets: ran on
 * @bytes: their bytes
 * @passed: let through, or kept
 * @lost: kept, but there was no room
 * @missed: not run on
 */
struct kbpf_net_counts {
	u64 packets;
	u64 bytes;
	u64 passed;
	u64 lost;
	u64 missed;
};

struct kbpf_net_link;

/**
 * struct kbpf_net_ops - a hook family
 * @hook: puts the link's hook in; under RTNL. 0 or -errno
 * @unhook: takes it out and waits until no run is under way; under RTNL, once
 * @fill_info: the part of the link's info that is its type's; @ifindex is 0 when
 *	the interface is gone
 * @free: frees what the family added, or NULL
 */
struct kbpf_net_ops {
	int (*hook)(struct kbpf_net_link *nl);
	void (*unhook)(struct kbpf_net_link *nl);
	void (*fill_info)(struct kbpf_net_link *nl, u32 ifindex, struct kbpf_link_info *info);
	void (*free)(struct kbpf_net_link *nl);
};

/**
 * struct kbpf_net_link - common part of a link on a network hook
 * @link: the link
 * @ops: its family
 * @node: in the list of hooked links; protected by RTNL
 * @hooked: the hook is in; protected by RTNL
 * @net: namespace; borrowed, valid while @hooked
 * @dev: interface, or NULL; borrowed, valid while @hooked
 * @counts: per CPU
 */
struct kbpf_net_link {
	struct kbpf_link link;
	const struct kbpf_net_ops *ops;
	struct list_head node;
	bool hooked;
	struct net *net;
	struct net_device *dev;
	struct kbpf_net_counts __percpu *counts;
};

/**
 * kbpf_net_link_create() - a link in the caller's network namespace
 * @size: bytes of the family's structure, which begins with struct kbpf_net_link
 * @type: enum kbpf_link_type
 * @prog: the program; the link takes a reference
 * @ops: the family
 *
 * Return: the link, not hooked, to be handed to kbpf_net_link_hook(); ERR_PTR:
 * -ENOMEM.
 */
struct kbpf_net_link *kbpf_net_link_create(size_t size, u32 type, struct kbpf_prog *prog,
					   const struct kbpf_net_ops *ops);

/**
 * kbpf_net_link_hook() - put a new link's hook in
 * @nl: the link; taken in every case
 * @ifindex: interface, or 0 for none
 *
 * Return: the link; ERR_PTR: -ENODEV, or what the family's hook says.
 */
struct kbpf_link *kbpf_net_link_hook(struct kbpf_net_link *nl, u32 ifindex);

/**
 * kbpf_net_run() - run a link's program and count
 * @nl: the link
 * @ctx: context
 * @len: bytes of the packet
 * @ret: out: what it returned
 *
 * Context: bottom halves off, RCU read side.
 * Return: did it run?
 */
static __always_inline bool kbpf_net_run(struct kbpf_net_link *nl, const void *ctx, u32 len,
					 u64 *ret)
{
	struct kbpf_run run KBPF_UNFILLED;
	bool ran;

	kbpf_run_nowhere(&run);
	preempt_disable_notrace();
	ran = kbpf_run_here(nl->link.prog, ctx, &run, ret);
	preempt_enable_notrace();
	if (unlikely(!ran)) {
		this_cpu_inc(nl->counts->missed);
		return false;
	}
	this_cpu_inc(nl->counts->packets);
	this_cpu_add(nl->counts->bytes, len);
	return true;
}

/* Creation by family, from the link's attributes; errnos as struct kbpf_link_create_attr says. */
struct kbpf_link *kbpf_tap_link(const struct kbpf_link_create_attr *attr, struct kbpf_prog *prog);
struct kbpf_link *kbpf_netfilter_link(const struct kbpf_link_create_attr *attr,
				      struct kbpf_prog *prog);
struct kbpf_link *kbpf_netdev_link(const struct kbpf_link_create_attr *attr,
				   struct kbpf_prog *prog);

/* What of the hooks this kernel has: KBPF_FEATURE_* bits. */
u32 kbpf_net_features(void);

int kbpf_net_link_init(void);
void kbpf_net_link_exit(void);

#endif /* KBPF_HOST_NET_LINK_H */
