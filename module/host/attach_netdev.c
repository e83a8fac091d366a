// SPDX-License-Identifier: GPL-2.0
/*
 * Classifier programs on what an interface takes in and gives out, through
 * netfilter's hooks there: the place, and the verdicts, are those of tcx.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_netdev.h>
#include <net/pkt_cls.h>
#include "net_link.h"
#include "packet.h"

/**
 * struct netdev_link - a program on an interface
 * @nl: common part
 * @ops: the kernel's hook
 * @attach_type: KBPF_TCX_*
 */
struct netdev_link {
	struct kbpf_net_link nl;
	struct nf_hook_ops ops;
	u32 attach_type;
};

static struct netdev_link *to_netdev(struct kbpf_net_link *nl)
{
	return container_of(nl, struct netdev_link, nl);
}

static unsigned int on_packet(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct kbpf_net_link *nl = priv;
	const struct kbpf_prog *prog = nl->link.prog;
	struct kbpf_packet p KBPF_UNFILLED;
	u32 push = 0;
	u64 action = TC_ACT_UNSPEC;
	bool ran;

	/* Programs see the link-layer header, which what comes in has left behind. */
	if (state->hook == NF_NETDEV_INGRESS && skb_mac_header_was_set(skb))
		push = skb->mac_len;
	if (push)
		__skb_push(skb, push);
	if (likely(!kbpf_packet_writable(skb, prog))) {
		kbpf_packet_open_skb(&p, skb, prog, 0);
		ran = kbpf_net_run(nl, &p.ctx, skb->len, &action);
		if (ran)
			kbpf_packet_close(&p, prog);
	} else {
		this_cpu_inc(nl->counts->missed);
		ran = false;
	}
	if (push)
		__skb_pull(skb, push);
	if (ran && (u32)action == TC_ACT_SHOT)
		return NF_DROP;
	if (ran)
		this_cpu_inc(nl->counts->passed);
	return NF_ACCEPT;
}

static int hook(struct kbpf_net_link *nl)
{
	struct netdev_link *nd = to_netdev(nl);

	nd->ops.dev = nl->dev;
	return nf_register_net_hook(nl->net, &nd->ops);
}

static void unhook(struct kbpf_net_link *nl)
{
	nf_unregister_net_hook(nl->net, &to_netdev(nl)->ops);
	synchronize_rcu();
}

static void fill_info(struct kbpf_net_link *nl, u32 ifindex, struct kbpf_link_info *info)
{
	info->tcx.ifindex = ifindex;
	info->tcx.attach_type = to_netdev(nl)->attach_type;
}

static const struct kbpf_net_ops netdev_ops = {
	.hook = hook,
	.unhook = unhook,
	.fill_info = fill_info,
};

u32 kbpf_net_features(void)
{
	u32 features = KBPF_FEATURE_TAP;

	if (IS_ENABLED(CONFIG_NETFILTER))
		features |= KBPF_FEATURE_NETFILTER;
	if (IS_ENABLED(CONFIG_NETFILTER_INGRESS))
		features |= KBPF_FEATURE_TCX_INGRESS;
	if (IS_ENABLED(CONFIG_NETFILTER_EGRESS))
		features |= KBPF_FEATURE_TCX_EGRESS;
	return features;
}

struct kbpf_link *kbpf_netdev_link(const struct kbpf_link_create_attr *attr,
				   struct kbpf_prog *prog)
{
	bool egress = attr->attach_type == KBPF_TCX_EGRESS;
	/* The kernel puts later hooks of one priority first: later ones get a later priority. */
	static atomic_t priority = ATOMIC_INIT(0);
	struct kbpf_net_link *nl;
	struct netdev_link *nd;

	if (attr->tcx.relative_fd || attr->tcx.pad0 || attr->tcx.expected_revision)
		return ERR_PTR(-EINVAL);
	if (!attr->target_fd)
		return ERR_PTR(-ENODEV);
	if (!(kbpf_net_features() & (egress ? KBPF_FEATURE_TCX_EGRESS : KBPF_FEATURE_TCX_INGRESS)))
		return ERR_PTR(-EOPNOTSUPP);
	nl = kbpf_net_link_create(sizeof(*nd), KBPF_LINK_TYPE_TCX, prog, &netdev_ops);
	if (IS_ERR(nl))
		return ERR_CAST(nl);
	nd = to_netdev(nl);
	nd->attach_type = attr->attach_type;
	nd->ops.hook = on_packet;
	nd->ops.priv = nl;
	nd->ops.pf = NFPROTO_NETDEV;
	nd->ops.hooknum = egress ? NF_NETDEV_EGRESS : NF_NETDEV_INGRESS;
	nd->ops.priority = atomic_inc_return(&priority) & INT_MAX;
	return kbpf_net_link_hook(nl, attr->target_fd);
}
