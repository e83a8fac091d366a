// SPDX-License-Identifier: GPL-2.0
/*
 * Netfilter links, as Linux has had them from 6.4 on: a program at a hook of
 * IPv4 or IPv6 whose return value is the verdict.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include "net_link.h"
#include "packet.h"

/**
 * struct netfilter_link - a netfilter link
 * @nl: common part
 * @ops: the kernel's hook
 */
struct netfilter_link {
	struct kbpf_net_link nl;
	struct nf_hook_ops ops;
};

static struct netfilter_link *to_netfilter(struct kbpf_net_link *nl)
{
	return container_of(nl, struct netfilter_link, nl);
}

static unsigned int on_packet(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct kbpf_net_link *nl = priv;
	struct kbpf_packet p KBPF_UNFILLED;
	u64 verdict;

	kbpf_packet_open_nf(&p, skb, state, nl->link.prog);
	/* A filter that cannot run lets nothing through. */
	if (!kbpf_net_run(nl, &p.ctx, skb->len, &verdict) || (u32)verdict != NF_ACCEPT)
		return NF_DROP;
	this_cpu_inc(nl->counts->passed);
	return NF_ACCEPT;
}

static int hook(struct kbpf_net_link *nl)
{
	return nf_register_net_hook(nl->net, &to_netfilter(nl)->ops);
}

static void unhook(struct kbpf_net_link *nl)
{
	nf_unregister_net_hook(nl->net, &to_netfilter(nl)->ops);
	synchronize_rcu();
}

static void fill_info(struct kbpf_net_link *nl, u32 ifindex, struct kbpf_link_info *info)
{
	const struct netfilter_link *nf = to_netfilter(nl);

	info->netfilter.pf = nf->ops.pf;
	info->netfilter.hooknum = nf->ops.hooknum;
	info->netfilter.priority = nf->ops.priority;
	info->netfilter.flags = 0;
}

static const struct kbpf_net_ops netfilter_ops = {
	.hook = hook,
	.unhook = unhook,
	.fill_info = fill_info,
};

/* Linux's rules and errnos. */
static int check(const struct kbpf_link_create_attr *attr)
{
	if (attr->netfilter.pf != NFPROTO_IPV4 && attr->netfilter.pf != NFPROTO_IPV6)
		return -EAFNOSUPPORT;
	if (attr->netfilter.hooknum >= NF_INET_NUMHOOKS)
		return -EPROTO;
	/* Reassembly before the program (BPF_F_NETFILTER_IP_DEFRAG) is not exported to modules. */
	if (attr->netfilter.flags)
		return -EOPNOTSUPP;
	/* These two are connection tracking's, which must be first and last. */
	if (attr->netfilter.priority == NF_IP_PRI_FIRST || attr->netfilter.priority == NF_IP_PRI_LAST)
		return -ERANGE;
	return 0;
}

struct kbpf_link *kbpf_netfilter_link(const struct kbpf_link_create_attr *attr,
				      struct kbpf_prog *prog)
{
	struct kbpf_net_link *nl;
	struct nf_hook_ops *ops;
	int err = check(attr);

	if (err)
		return ERR_PTR(err);
	if (attr->target_fd)
		return ERR_PTR(-EINVAL);
	nl = kbpf_net_link_create(sizeof(struct netfilter_link), KBPF_LINK_TYPE_NETFILTER, prog,
				  &netfilter_ops);
	if (IS_ERR(nl))
		return ERR_CAST(nl);
	ops = &to_netfilter(nl)->ops;
	ops->hook = on_packet;
	ops->priv = nl;
	ops->pf = attr->netfilter.pf;
	ops->hooknum = attr->netfilter.hooknum;
	ops->priority = attr->netfilter.priority;
	return kbpf_net_link_hook(nl, 0);
}
