// SPDX-License-Identifier: GPL-2.0
/*
 * sk_buffs under programs: the fields of their contexts, filled as far as the
 * program looks at them, and what helpers do to packets. Must not know hooks.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/busy_poll.h>
#include <net/flow_dissector.h>
#include <net/sch_generic.h>
#include "packet.h"

#define AD_HATYPE	28	/* ancillary data of classic BPF: ABI */
#define AD_PAY_OFFSET	52

#define F_RECOMPUTE_CSUM	BIT_ULL(0)
#define F_INVALIDATE_HASH	BIT_ULL(1)

static struct sk_buff *skb_of(const struct kbpf_packet_ctx *ctx)
{
	return ctx->host;
}

static u32 push_of(const struct kbpf_packet_ctx *ctx)
{
	return container_of(ctx, struct kbpf_packet, ctx)->push;
}

/* The packet may have moved. */
static void set_pointers(struct kbpf_packet_ctx *ctx)
{
	kbpf_packet_set_pointers(container_of(ctx, struct kbpf_packet, ctx), skb_of(ctx));
}

/* ---- operations ---------------------------------------------------------------- */

static int op_load(const struct kbpf_packet_ctx *ctx, s32 off, void *dst, u32 len)
{
	struct sk_buff *skb = skb_of(ctx);
	s64 at = (s64)off - push_of(ctx);

	/* skb_copy_bits() checks the end only, and in ints. */
	if (at < -(s64)skb_headroom(skb) || at > skb->len || len > skb->len + push_of(ctx))
		return -EFAULT;
	return skb_copy_bits(skb, (int)at, dst, len);
}

static int op_base(const struct kbpf_packet_ctx *ctx, enum kbpf_packet_base base, s32 *off)
{
	struct sk_buff *skb = skb_of(ctx);

	if (base == KBPF_PACKET_NET) {
		*off = skb_network_offset(skb) + (s32)push_of(ctx);
		return 0;
	}
	if (!skb_mac_header_was_set(skb))
		return -ENOENT;
	*off = skb_mac_offset(skb) + (s32)push_of(ctx);
	return 0;
}

/*
 * Writing: the bytes before skb->data are as linear as those after it, but
 * skb_ensure_writable() counts from skb->data.
 */
static int make_writable(struct kbpf_packet_ctx *ctx, u32 len)
{
	struct sk_buff *skb = skb_of(ctx);
	u32 push = push_of(ctx);
	int err = skb_ensure_writable(skb, len > push ? len - push : 0);

	if (!err && skb_cloned(skb) && len <= push)
		err = pskb_expand_head(skb, 0, 0, GFP_ATOMIC);
	set_pointers(ctx);
	return err;
}

static int op_store(struct kbpf_packet_ctx *ctx, u32 off, const void *src, u32 len, u64 flags)
{
	struct sk_buff *skb = skb_of(ctx);
	u8 *to;

	if ((u64)off + len > (u64)skb->len + push_of(ctx) || make_writable(ctx, off + len))
		return -EFAULT;
	to = ctx->data + off;
	if (flags & F_RECOMPUTE_CSUM)
		__skb_postpull_rcsum(skb, to, len, off);
	memcpy(to, src, len);
	if (flags & F_RECOMPUTE_CSUM)
		__skb_postpush_rcsum(skb, to, len, off);
	if (flags & F_INVALIDATE_HASH)
		skb_clear_hash(skb);
	return 0;
}

static int op_csum_fix(struct kbpf_packet_ctx *ctx, u32 diff)
{
	struct sk_buff *skb = skb_of(ctx);

	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->csum = ~csum_add(~skb->csum, (__force __wsum)diff);
	return 0;
}

static bool op_csum_partial(const struct kbpf_packet_ctx *ctx)
{
	return skb_of(ctx)->ip_summed == CHECKSUM_PARTIAL;
}

static int op_pull(struct kbpf_packet_ctx *ctx, u32 len)
{
	if (len > skb_of(ctx)->len + push_of(ctx))
		return -ENOMEM;
	return make_writable(ctx, len) ? -ENOMEM : 0;
}

static u32 op_hash(struct kbpf_packet_ctx *ctx)
{
	return skb_get_hash(skb_of(ctx));
}

/* Length of a transport header as the kernel counts it for the payload offset. */
static u32 transport_len(const struct sk_buff *skb, u32 off, u8 proto)
{
	static const struct { u8 proto, len; } fixed[] = {
		{ IPPROTO_ICMP, 8 }, { IPPROTO_IGMP, 8 }, { IPPROTO_UDP, 8 }, { IPPROTO_UDPLITE, 8 },
		{ IPPROTO_ICMPV6, 8 }, { IPPROTO_SCTP, 12 },
	};
	u8 b;
	u32 i;

	if (proto == IPPROTO_TCP)
		return skb_copy_bits(skb, off + 12, &b, 1) ? 0 : max(20, (b >> 4) * 4);
	if (proto == IPPROTO_DCCP)
		return skb_copy_bits(skb, off + 4, &b, 1) ? 0 : max(12, b * 4);
	for (i = 0; i < ARRAY_SIZE(fixed); i++)
		if (fixed[i].proto == proto)
			return fixed[i].len;
	return 0;
}

static s64 payload_offset(const struct kbpf_packet_ctx *ctx)
{
	struct sk_buff *skb = skb_of(ctx);
	struct flow_keys_basic keys;
	u32 off;

	if (!skb_flow_dissect_flow_keys_basic(NULL, skb, &keys, NULL, 0, 0, 0, 0))
		return 0;
	off = keys.control.thoff;
	if (!(keys.control.flags & FLOW_DIS_IS_FRAGMENT) ||
	    (keys.control.flags & FLOW_DIS_FIRST_FRAG))
		off += transport_len(skb, off, keys.basic.ip_proto);
	return off + push_of(ctx);
}

static s64 op_ancillary(const struct kbpf_packet_ctx *ctx, u32 kind)
{
	const struct net_device *dev = skb_of(ctx)->dev;

	if (kind == AD_PAY_OFFSET)
		return payload_offset(ctx);
	return kind == AD_HATYPE && dev ? dev->type : -ENOENT;
}

const struct kbpf_packet_ops kbpf_packet_skb_ops = {
	.load = op_load,
	.base = op_base,
	.store = op_store,
	.csum_fix = op_csum_fix,
	.csum_partial = op_csum_partial,
	.pull = op_pull,
	.hash = op_hash,
	.ancillary = op_ancillary,
};

/* ---- fields of struct __sk_buff -------------------------------------------------- */

#define FIELD(n)	KBPF_PACKET_FIELD(n)

static void set32(struct kbpf_packet *p, u32 off, u32 val)
{
	*(u32 *)(p->ctx.user + off) = val;
}

static u32 skb_field(const struct kbpf_packet *p, u32 off)
{
	struct sk_buff *skb = p->ctx.host;

	switch (off) {
	case 0:
		return skb->len + p->push;
	case 4:
		return skb->pkt_type;
	case 8:
		return skb->mark;
	case 12:
		return skb->queue_mapping;
	case 16:
		return (__force u16)skb->protocol;
	case 20:
		return skb_vlan_tag_present(skb);
	case 24:
		return skb->vlan_tci;
	case 28:
		return (__force u16)skb->vlan_proto;
	case 32:
		return skb->priority;
	case 36:
		return skb->skb_iif;
	case 40:
		return skb->dev ? skb->dev->ifindex : 0;
	case 44:
#ifdef CONFIG_NET_SCHED
		return skb->tc_index;
#else
		return 0;
#endif
	case 68:
		return skb->hash;
	case 84:
#ifdef CONFIG_NET_RX_BUSY_POLL
		return skb->napi_id >= MIN_NAPI_ID ? skb->napi_id : 0;
#else
		return 0;
#endif
	case 152:
		return lower_32_bits(ktime_to_ns(skb->tstamp));
	case 156:
		return upper_32_bits(ktime_to_ns(skb->tstamp));
	case 160:
		return skb->len + p->push;
	case 164:
		return skb_shinfo(skb)->gso_segs;
	case 176:
		return skb_shinfo(skb)->gso_size;
	case 184:
		return lower_32_bits(ktime_to_ns(skb_hwtstamps(skb)->hwtstamp));
	case 188:
		return upper_32_bits(ktime_to_ns(skb_hwtstamps(skb)->hwtstamp));
	default:
		return 0;	/* cb and tc_classid begin as zero */
	}
}

void kbpf_packet_fill_skb(struct kbpf_packet *p, u64 fields)
{
	for (; fields; fields &= fields - 1) {
		u32 off = __ffs64(fields) * 4;

		set32(p, off, skb_field(p, off));
	}
}

/* ---- fields of struct kbpf_nf_ctx -------------------------------------------------- */

static u32 nf_field(const struct sk_buff *skb, const struct nf_hook_state *state, u32 off)
{
	switch (off) {
	case offsetof(struct kbpf_nf_ctx, len):
		return skb->len;
	case offsetof(struct kbpf_nf_ctx, protocol):
		return (__force u16)skb->protocol;
	case offsetof(struct kbpf_nf_ctx, mark):
		return skb->mark;
	case offsetof(struct kbpf_nf_ctx, in_ifindex):
		return state->in ? state->in->ifindex : 0;
	case offsetof(struct kbpf_nf_ctx, out_ifindex):
		return state->out ? state->out->ifindex : 0;
	case offsetof(struct kbpf_nf_ctx, hook):
		return state->hook;
	case offsetof(struct kbpf_nf_ctx, pf):
		return state->pf;
	case offsetof(struct kbpf_nf_ctx, hash):
		return skb->hash;
	default:
		return 0;
	}
}

void kbpf_packet_open_nf(struct kbpf_packet *p, struct sk_buff *skb,
			 const struct nf_hook_state *state, const struct kbpf_prog *prog)
{
	struct kbpf_nf_ctx *user = (struct kbpf_nf_ctx *)p->ctx.user;
	const u64 own = FIELD(0) | FIELD(4) | FIELD(8) | FIELD(12) | FIELD(16) | FIELD(20);
	u64 left = prog->fields_used & ~own;

	kbpf_packet_open(p, skb, 0);
	user->state = (unsigned long)state;
	user->skb = (unsigned long)skb;
	for (; left; left &= left - 1) {
		u32 off = __ffs64(left) * 4;

		set32(p, off, nf_field(skb, state, off));
	}
}

/* ---- after the run ------------------------------------------------------------------ */

void kbpf_packet_close(struct kbpf_packet *p, const struct kbpf_prog *prog)
{
	const u64 wrote = prog->fields_written;
	const u32 *user = (const u32 *)p->ctx.user;
	struct sk_buff *skb = p->ctx.host;

	if (likely(!wrote))
		return;
	if (wrote & FIELD(8))
		skb->mark = user[8 / 4];
	if (wrote & FIELD(12) && user[12 / 4] < U16_MAX)
		skb_set_queue_mapping(skb, user[12 / 4]);
	if (wrote & FIELD(32))
		skb->priority = user[32 / 4];
#ifdef CONFIG_NET_SCHED
	if (wrote & FIELD(44))
		skb->tc_index = user[44 / 4];
#endif
	if (wrote & FIELD(152))
		skb->tstamp = ns_to_ktime(user[152 / 4] | (u64)user[156 / 4] << 32);
}

int kbpf_packet_writable(struct sk_buff *skb, const struct kbpf_prog *prog)
{
	if (likely(!prog->packet_written))
		return 0;
	return skb_ensure_writable(skb, skb_headlen(skb));
}
