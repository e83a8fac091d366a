// SPDX-License-Identifier: GPL-2.0
/*
 * Taps: every packet of an interface, or of all in a namespace, seen by a
 * socket-filter program, and what it keeps put into a ring buffer.
 */
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include "maps/map.h"
#include "net_link.h"
#include "packet.h"

/**
 * struct tap - a tap
 * @nl: common part
 * @type: the kernel's hook
 * @ring: the ring buffer, with a reference
 * @snaplen: most bytes to keep
 */
struct tap {
	struct kbpf_net_link nl;
	struct packet_type type;
	struct kbpf_map *ring;
	u32 snaplen;
};

static struct tap *to_tap(struct kbpf_net_link *nl)
{
	return container_of(nl, struct tap, nl);
}

static void fill_record(struct kbpf_tap_record *rec, const struct sk_buff *skb,
			const struct net_device *dev, u32 len, u32 caplen)
{
	rec->time = ktime_get_real_ns();
	rec->len = len;
	rec->caplen = caplen;
	rec->ifindex = dev->ifindex;
	rec->protocol = ntohs(skb->protocol);
	rec->vlan_tci = skb_vlan_tag_present(skb) ? skb_vlan_tag_get(skb) : 0;
	rec->vlan_proto = skb_vlan_tag_present(skb) ? ntohs(skb->vlan_proto) : 0;
	rec->pkt_type = skb->pkt_type;
	rec->header = dev_has_header(dev);
	rec->hatype = dev->type;
}

/* Out of the way of packets that nobody wants. */
static noinline void keep(struct tap *tap, const struct kbpf_packet *p, u32 caplen)
{
	const struct sk_buff *skb = p->ctx.host;
	u32 len = skb->len + p->push;
	struct kbpf_tap_record *rec;

	this_cpu_inc(tap->nl.counts->passed);
	caplen = min3(len, caplen, tap->snaplen);
	rec = kbpf_ringbuf_reserve(tap->ring, sizeof(*rec) + caplen);
	if (!rec)
		goto lost;
	fill_record(rec, skb, skb->dev, len, caplen);
	/* Within the packet, so it cannot fail but for pages that are not the CPU's to read. */
	if (skb_copy_bits(skb, -(int)p->push, rec + 1, caplen)) {
		kbpf_ringbuf_discard(rec, KBPF_RB_NO_WAKEUP);
		goto lost;
	}
	kbpf_ringbuf_submit(rec, 0);
	return;
lost:
	this_cpu_inc(tap->nl.counts->lost);
}

static __always_inline void tap_packet(struct tap *tap, struct sk_buff *skb,
				       const struct net_device *dev)
{
	struct kbpf_packet p KBPF_UNFILLED;
	u32 push = 0;
	u64 ret;

	/* Offsets count from the link-layer header, where there is one. */
	if (dev_has_header(dev) && skb_mac_header_was_set(skb) &&
	    skb->data > skb_mac_header(skb))
		push = skb->data - skb_mac_header(skb);
	kbpf_packet_open_skb(&p, skb, tap->nl.link.prog, push);
	if (kbpf_net_run(&tap->nl, &p.ctx, skb->len + push, &ret) && (u32)ret)
		keep(tap, &p, ret);
}

static int on_packet(struct sk_buff *skb, struct net_device *dev, struct packet_type *type,
		     struct net_device *orig_dev)
{
	struct tap *tap = container_of(type, struct tap, type);

	/* The kernel calls with @dev being @skb's own. */
	if (skb->pkt_type != PACKET_LOOPBACK && net_eq(dev_net(dev), tap->nl.net))
		tap_packet(tap, skb, dev);
	consume_skb(skb);
	return 0;
}

static int hook(struct kbpf_net_link *nl)
{
	struct tap *tap = to_tap(nl);

	tap->type.type = htons(ETH_P_ALL);
	tap->type.dev = nl->dev;
	tap->type.func = on_packet;
	tap->type.af_packet_net = nl->net;
	dev_add_pack(&tap->type);
	return 0;
}

static void unhook(struct kbpf_net_link *nl)
{
	dev_remove_pack(&to_tap(nl)->type);
}

static void fill_info(struct kbpf_net_link *nl, u32 ifindex, struct kbpf_link_info *info)
{
	const struct tap *tap = to_tap(nl);

	info->tap.ifindex = ifindex;
	info->tap.map_id = tap->ring->obj.id;
	info->tap.snaplen = tap->snaplen == U32_MAX ? 0 : tap->snaplen;
}

static void free_tap(struct kbpf_net_link *nl)
{
	struct tap *tap = to_tap(nl);

	if (tap->ring)
		kbpf_env_map_put(tap->ring);
}

static const struct kbpf_net_ops tap_ops = {
	.hook = hook,
	.unhook = unhook,
	.fill_info = fill_info,
	.free = free_tap,
};

struct kbpf_link *kbpf_tap_link(const struct kbpf_link_create_attr *attr, struct kbpf_prog *prog)
{
	struct kbpf_net_link *nl;
	struct kbpf_map *ring = kbpf_env_map_get(attr->tap.map_fd);

	if (IS_ERR(ring))
		return ERR_CAST(ring);
	if (!(kbpf_env_map_desc(ring)->can & KBPF_MAP_CAN_RINGBUF)) {
		kbpf_env_map_put(ring);
		return ERR_PTR(-EINVAL);
	}
	nl = kbpf_net_link_create(sizeof(struct tap), KBPF_LINK_TYPE_TAP, prog, &tap_ops);
	if (IS_ERR(nl)) {
		kbpf_env_map_put(ring);
		return ERR_CAST(nl);
	}
	to_tap(nl)->ring = ring;
	to_tap(nl)->snaplen = attr->tap.snaplen ? attr->tap.snaplen : U32_MAX;
	return kbpf_net_link_hook(nl, attr->target_fd);
}
