// SPDX-License-Identifier: GPL-2.0
/*
 * Links on network hooks and the ends of what they are hooked into: namespaces
 * and interfaces. RTNL protects the list, since that is what interfaces and
 * namespaces come and go under. Must not know any hook.
 */
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include "net_link.h"

static LIST_HEAD(hooked);

static struct kbpf_net_link *to_net_link(struct kbpf_link *link)
{
	return container_of(link, struct kbpf_net_link, link);
}

static void take_out(struct kbpf_net_link *nl)
{
	ASSERT_RTNL();
	list_del(&nl->node);
	nl->ops->unhook(nl);
	nl->hooked = false;
	nl->dev = NULL;
	nl->net = NULL;
}

static void detach(struct kbpf_link *link)
{
	struct kbpf_net_link *nl = to_net_link(link);

	rtnl_lock();
	if (nl->hooked)
		take_out(nl);
	rtnl_unlock();
}

static int fill_info(struct kbpf_link *link, struct kbpf_link_info *info)
{
	struct kbpf_net_link *nl = to_net_link(link);

	rtnl_lock();
	nl->ops->fill_info(nl, nl->dev ? nl->dev->ifindex : 0, info);
	rtnl_unlock();
	return 0;
}

static void fill_stats(struct kbpf_link *link, struct kbpf_link_stats_attr *stats)
{
	const struct kbpf_net_link *nl = to_net_link(link);
	int cpu;

	stats->packets = 0;
	stats->bytes = 0;
	stats->passed = 0;
	stats->lost = 0;
	stats->missed = 0;
	for_each_possible_cpu(cpu) {
		const struct kbpf_net_counts *c = per_cpu_ptr(nl->counts, cpu);

		stats->packets += READ_ONCE(c->packets);
		stats->bytes += READ_ONCE(c->bytes);
		stats->passed += READ_ONCE(c->passed);
		stats->lost += READ_ONCE(c->lost);
		stats->missed += READ_ONCE(c->missed);
	}
	stats->dropped = stats->packets - min(stats->packets, stats->passed);
}

static void free_link(struct kbpf_link *link)
{
	struct kbpf_net_link *nl = to_net_link(link);

	if (nl->ops->free)
		nl->ops->free(nl);
	free_percpu(nl->counts);
	kfree(nl);
}

struct kbpf_net_link *kbpf_net_link_create(size_t size, u32 type, struct kbpf_prog *prog,
					   const struct kbpf_net_ops *ops)
{
	struct kbpf_net_link *nl = kzalloc(size, GFP_KERNEL_ACCOUNT);

	if (!nl)
		return ERR_PTR(-ENOMEM);
	nl->counts = alloc_percpu(struct kbpf_net_counts);
	if (!nl->counts) {
		kfree(nl);
		return ERR_PTR(-ENOMEM);
	}
	nl->ops = ops;
	nl->link.type = type;
	nl->link.detach = detach;
	nl->link.fill_info = fill_info;
	nl->link.stats = fill_stats;
	nl->link.free = free_link;
	kbpf_link_init(&nl->link, prog);
	return nl;
}

static int put_in(struct kbpf_net_link *nl, u32 ifindex)
{
	int err;

	nl->net = current->nsproxy->net_ns;
	if (ifindex) {
		nl->dev = __dev_get_by_index(nl->net, ifindex);
		/* An interface on its way out has told its listeners already. */
		if (!nl->dev || nl->dev->reg_state != NETREG_REGISTERED)
			return -ENODEV;
	}
	err = nl->ops->hook(nl);
	if (err)
		return err;
	nl->hooked = true;
	list_add_tail(&nl->node, &hooked);
	return 0;
}

struct kbpf_link *kbpf_net_link_hook(struct kbpf_net_link *nl, u32 ifindex)
{
	int err;

	rtnl_lock();
	err = put_in(nl, ifindex);
	rtnl_unlock();
	if (!err)
		return &nl->link;
	kbpf_object_put(&nl->link.obj);
	return ERR_PTR(err);
}

/* ---- the ends of interfaces and namespaces ------------------------------------------ */

static int on_netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct kbpf_net_link *nl, *next;

	/* An interface that moves to another namespace leaves this one for good. */
	if (event != NETDEV_UNREGISTER)
		return NOTIFY_DONE;
	list_for_each_entry_safe(nl, next, &hooked, node)
		if (nl->dev == dev)
			take_out(nl);
	return NOTIFY_DONE;
}

static struct notifier_block netdev_notifier = { .notifier_call = on_netdev_event };

static void __net_exit on_net_exit(struct net *net)
{
	struct kbpf_net_link *nl, *next;

	rtnl_lock();
	list_for_each_entry_safe(nl, next, &hooked, node)
		if (nl->net == net)
			take_out(nl);
	rtnl_unlock();
}

static struct pernet_operations net_ops = { .pre_exit = on_net_exit };

int kbpf_net_link_init(void)
{
	int err = register_pernet_subsys(&net_ops);

	if (err)
		return err;
	err = register_netdevice_notifier(&netdev_notifier);
	if (err)
		unregister_pernet_subsys(&net_ops);
	return err;
}

void kbpf_net_link_exit(void)
{
	unregister_netdevice_notifier(&netdev_notifier);
	unregister_pernet_subsys(&net_ops);
}
