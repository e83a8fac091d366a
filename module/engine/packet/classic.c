// SPDX-License-Identifier: GPL-2.0
/*
 * What loads of classic BPF mean: bytes at offsets that may count from a header,
 * and ancillary data that is not in the context. Must not know the translator.
 */
#include "packet/classic.h"

#define NET_OFF		(-0x100000)
#define LL_OFF		(-0x200000)

#define AD_NLATTR	12
#define AD_NLATTR_NEST	16
#define AD_HATYPE	28
#define AD_PAY_OFFSET	52

#define NLA_HDRLEN	4
#define NLA_TYPE_MASK	0x3fff
#define HATYPE_LOOPBACK	772	/* what Linux's test runs have for a device */

/* Where a classic offset is, counted from the context's data. */
static int resolve(const struct kbpf_packet_ctx *ctx, s32 off, s32 *at)
{
	s32 base;
	int err;

	if (off >= 0) {
		*at = off;
		return 0;
	}
	if (off < LL_OFF)
		return -EFAULT;
	if (off >= NET_OFF) {
		err = kbpf_packet_base(ctx, KBPF_PACKET_NET, &base);
		off -= NET_OFF;
	} else {
		err = kbpf_packet_base(ctx, KBPF_PACKET_MAC, &base);
		off -= LL_OFF;
	}
	*at = base + off;
	return err;
}

u64 kbpf_packet_classic_load(u64 r1, u64 off, u64 size, u64 r4, u64 r5)
{
	const struct kbpf_packet_ctx *ctx = (const void *)(unsigned long)r1;
	u8 b[4];
	s32 at;

	if (size != 1 && size != 2 && size != 4)
		return -EINVAL;
	if (resolve(ctx, (s32)off, &at) || kbpf_packet_load(ctx, at, b, size))
		return -EFAULT;
	return size == 4 ? get_unaligned_be32(b) : size == 2 ? get_unaligned_be16(b) : b[0];
}

/* ---- netlink attributes --------------------------------------------------------- */

/* Offset of the first attribute of @type among those in @from .. @end, or 0. */
static u32 find_attr(const u8 *data, u32 from, u32 end, u16 type)
{
	u16 len, got;

	while (end - from >= NLA_HDRLEN) {
		memcpy(&len, data + from, sizeof(len));
		memcpy(&got, data + from + 2, sizeof(got));
		if (len < NLA_HDRLEN || len > end - from)
			break;
		if ((got & NLA_TYPE_MASK) == type)
			return from;
		if (ALIGN((u32)len, 4) > end - from)
			break;
		from += ALIGN((u32)len, 4);
	}
	return 0;
}

static bool is_linear(const struct kbpf_packet_ctx *ctx)
{
	u8 b;

	return !ctx->ops || ctx->ops->load(ctx, ctx->data_end - ctx->data, &b, 1);
}

static u32 netlink_attr(const struct kbpf_packet_ctx *ctx, u32 kind, u32 a, u32 x)
{
	u32 len = ctx->data_end - ctx->data, end = len;
	u16 size;

	if (!is_linear(ctx) || len < NLA_HDRLEN || a > len - NLA_HDRLEN || x > U16_MAX)
		return 0;
	if (kind == AD_NLATTR_NEST) {
		memcpy(&size, ctx->data + a, sizeof(size));
		if (size < NLA_HDRLEN || size > len - a)
			return 0;
		end = a + size;
		a += NLA_HDRLEN;
	}
	return find_attr(ctx->data, a, end, x);
}

/* ---- where the payload begins ------------------------------------------------------ */

#define ETH_P_IP	0x0800
#define ETH_P_IPV6	0x86dd
#define ETH_P_8021Q	0x8100
#define ETH_P_8021AD	0x88a8
#define SKB_PROTOCOL	16	/* offset in struct __sk_buff: ABI */

static bool read_at(const struct kbpf_packet_ctx *ctx, u32 off, void *dst, u32 len)
{
	return !kbpf_packet_load(ctx, off, dst, len);
}

/* Length of a transport header, by protocol; 0 where unknown. */
static u32 transport_len(const struct kbpf_packet_ctx *ctx, u32 off, u8 proto)
{
	static const struct { u8 proto, len; } fixed[] = {
		{ 1, 8 }, { 2, 8 }, { 17, 8 }, { 58, 8 }, { 132, 12 }, { 136, 8 },
	};
	u32 i;
	u8 b;

	if (proto == 6)
		return read_at(ctx, off + 12, &b, 1) ? max_t(u32, 20, (b >> 4) * 4) : 0;
	if (proto == 33)
		return read_at(ctx, off + 4, &b, 1) ? max_t(u32, 12, b * 4) : 0;
	for (i = 0; i < ARRAY_SIZE(fixed); i++)
		if (fixed[i].proto == proto)
			return fixed[i].len;
	return 0;
}

static u32 payload_ipv4(const struct kbpf_packet_ctx *ctx, u32 off)
{
	u8 h[20];

	if (!read_at(ctx, off, h, sizeof(h)) || (h[0] & 15) < 5)
		return 0;
	off += (h[0] & 15) * 4;
	/* No transport header in a later fragment. */
	if (get_unaligned_be16(h + 6) & 0x1fff)
		return off;
	return off + transport_len(ctx, off, h[9]);
}

static u32 payload_ipv6(const struct kbpf_packet_ctx *ctx, u32 off)
{
	u8 h[40], proto, ext[4];
	u32 hops;

	if (!read_at(ctx, off, h, sizeof(h)))
		return 0;
	proto = h[6];
	off += sizeof(h);
	for (hops = 0; hops < 15; hops++) {
		if (proto != 0 && proto != 43 && proto != 44 && proto != 60)
			return off + transport_len(ctx, off, proto);
		if (!read_at(ctx, off, ext, sizeof(ext)))
			return off;
		off += proto == 44 ? 8 : (ext[1] + 1) * 8;
		if (proto == 44 && (get_unaligned_be16(ext + 2) & 0xfff8))
			return off;
		proto = ext[0];
	}
	return off;
}

u32 kbpf_packet_payload(const struct kbpf_packet_ctx *ctx)
{
	u32 off = max_t(s32, ctx->net, 0), hops;
	u16 proto;
	u8 tag[4];

	memcpy(&proto, ctx->user + SKB_PROTOCOL, sizeof(proto));
	proto = be16_to_cpu(proto);
	for (hops = 0; hops < 2 && (proto == ETH_P_8021Q || proto == ETH_P_8021AD); hops++) {
		if (!read_at(ctx, off, tag, sizeof(tag)))
			return 0;
		proto = get_unaligned_be16(tag + 2);
		off += sizeof(tag);
	}
	return proto == ETH_P_IP ? payload_ipv4(ctx, off) :
	       proto == ETH_P_IPV6 ? payload_ipv6(ctx, off) : 0;
}

u64 kbpf_packet_classic_ancillary(u64 r1, u64 kind, u64 a, u64 x, u64 r5)
{
	const struct kbpf_packet_ctx *ctx = (const void *)(unsigned long)r1;

	switch ((u32)kind) {
	case AD_NLATTR:
	case AD_NLATTR_NEST:
		return netlink_attr(ctx, (u32)kind, (u32)a, (u32)x);
	case AD_HATYPE:
		return ctx->ops ? ctx->ops->ancillary(ctx, (u32)kind) : HATYPE_LOOPBACK;
	case AD_PAY_OFFSET:
		return ctx->ops ? ctx->ops->ancillary(ctx, (u32)kind) : kbpf_packet_payload(ctx);
	default:
		return -EINVAL;
	}
}
