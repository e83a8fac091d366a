// SPDX-License-Identifier: GPL-2.0
/*
 * Helpers on packets: bytes in and out, checksums, and the loads and ancillary
 * data of classic BPF. Must not know what a host's packet looks like.
 */
#include "packet/packet.h"
#include "helpers/proto.h"
#include "packet/classic.h"

#define F_RECOMPUTE_CSUM	BIT_ULL(0)
#define F_INVALIDATE_HASH	BIT_ULL(1)
#define F_HDR_FIELD_MASK	0xfULL
#define F_PSEUDO_HDR		BIT_ULL(4)
#define F_MARK_MANGLED_0	BIT_ULL(5)
#define F_MARK_ENFORCE		BIT_ULL(6)
#define F_IPV6			BIT_ULL(7)

#define SKB_HASH		68	/* offset in struct __sk_buff: ABI */
#define CSUM_DIFF_MAX		512	/* bytes that csum_diff takes in all, as Linux */
#define CSUM_OFF_MAX		0xffffu
#define MANGLED_0		0xffffu

static struct kbpf_packet_ctx *ctx_of(u64 r1)
{
	return (struct kbpf_packet_ctx *)(unsigned long)r1;
}

static void *ptr_of(u64 r)
{
	return (void *)(unsigned long)r;
}

static s64 linear_len(const struct kbpf_packet_ctx *ctx)
{
	return ctx->data_end - ctx->data;
}

/* First byte that may be read at a negative offset without the host's help. */
static s64 lowest(const struct kbpf_packet_ctx *ctx)
{
	return ctx->ops ? 0 : min3(ctx->mac, ctx->net, 0);
}

int kbpf_packet_load(const struct kbpf_packet_ctx *ctx, s32 off, void *dst, u32 len)
{
	if (off >= lowest(ctx) && (s64)off + len <= linear_len(ctx)) {
		memcpy(dst, ctx->data + off, len);
		return 0;
	}
	return ctx->ops ? ctx->ops->load(ctx, off, dst, len) : -EFAULT;
}

int kbpf_packet_base(const struct kbpf_packet_ctx *ctx, enum kbpf_packet_base base, s32 *off)
{
	if (ctx->ops)
		return ctx->ops->base(ctx, base, off);
	*off = base == KBPF_PACKET_MAC ? ctx->mac : ctx->net;
	return 0;
}

static int pull(struct kbpf_packet_ctx *ctx, u32 len)
{
	if (ctx->ops)
		return ctx->ops->pull(ctx, len);
	return len <= linear_len(ctx) ? 0 : -ENOMEM;
}

/* ---- bytes ------------------------------------------------------------------- */

static u64 load_bytes(u64 r1, u64 off, u64 to, u64 len, u64 r5)
{
	if ((u32)off <= S32_MAX && !kbpf_packet_load(ctx_of(r1), (u32)off, ptr_of(to), (u32)len))
		return 0;
	memset(ptr_of(to), 0, (u32)len);
	return -EFAULT;
}

static u64 load_bytes_relative(u64 r1, u64 off, u64 to, u64 len, u64 start)
{
	s32 base;

	/* Linux: 0 counts from the link-layer header, 1 from the network header. */
	if ((u32)start <= KBPF_PACKET_NET && (u32)off <= CSUM_OFF_MAX &&
	    !kbpf_packet_base(ctx_of(r1), (u32)start, &base) &&
	    !kbpf_packet_load(ctx_of(r1), base + (s32)off, ptr_of(to), (u32)len))
		return 0;
	memset(ptr_of(to), 0, (u32)len);
	return -EFAULT;
}

static u64 store_bytes(u64 r1, u64 off, u64 from, u64 len, u64 flags)
{
	struct kbpf_packet_ctx *ctx = ctx_of(r1);

	if (flags & ~(F_RECOMPUTE_CSUM | F_INVALIDATE_HASH))
		return -EINVAL;
	if ((u32)off > S32_MAX)
		return -EFAULT;
	if (ctx->ops)
		return ctx->ops->store(ctx, (u32)off, ptr_of(from), (u32)len, flags);
	if ((u64)(u32)off + (u32)len > (u64)linear_len(ctx))
		return -EFAULT;
	memcpy(ctx->data + (u32)off, ptr_of(from), (u32)len);
	return 0;
}

static u64 pull_data(u64 r1, u64 len, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_packet_ctx *ctx = ctx_of(r1);

	return pull(ctx, (u32)len ? (u32)len : (u32)linear_len(ctx));
}

static u64 get_hash_recalc(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_packet_ctx *ctx = ctx_of(r1);
	u32 hash;

	if (ctx->ops)
		return ctx->ops->hash(ctx);
	memcpy(&hash, ctx->user + SKB_HASH, sizeof(hash));
	return hash;
}

/* ---- checksums --------------------------------------------------------------- */

/* Ones' complement sums, in whatever byte order the operands have. */
static u32 sum_add(u32 a, u32 b)
{
	u64 sum = (u64)a + b;

	return (u32)sum + (u32)(sum >> 32);
}

static u16 sum_fold(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (u16)(sum + (sum >> 16));
}

static u32 sum_words(u32 sum, const u8 *p, u32 len, u32 flip)
{
	u32 i, word;

	for (i = 0; i < len; i += 4) {
		memcpy(&word, p + i, sizeof(word));
		sum = sum_add(sum, word ^ flip);
	}
	return sum;
}

static u64 csum_diff(u64 from, u64 from_size, u64 to, u64 to_size, u64 seed)
{
	u32 sum = (u32)seed;

	if (((u32)from_size | (u32)to_size) & 3 || (u64)(u32)from_size + (u32)to_size > CSUM_DIFF_MAX)
		return -EINVAL;
	sum = sum_words(sum, ptr_of(from), (u32)from_size, U32_MAX);
	return sum_words(sum, ptr_of(to), (u32)to_size, 0);
}

/* What a field's change adds to a sum; -EINVAL for arguments that make no sense. */
static int change(u64 from, u64 to, u64 flags, u32 *diff)
{
	switch (flags & F_HDR_FIELD_MASK) {
	case 0:
		if (from)
			return -EINVAL;
		*diff = (u32)to;
		return 0;
	case 2:
		*diff = sum_add(~(u32)(u16)from, (u16)to);
		return 0;
	case 4:
		*diff = sum_add(~(u32)from, (u32)to);
		return 0;
	default:
		return -EINVAL;
	}
}

/* The checksum at @off, writable; NULL where there is none. */
static u8 *checksum_at(struct kbpf_packet_ctx *ctx, u32 off)
{
	if (off > CSUM_OFF_MAX || off & 1 || pull(ctx, off + 2))
		return NULL;
	return ctx->data + off;
}

static u16 sum_replace(u16 old, u32 diff)
{
	return ~sum_fold(sum_add((u16)~old, diff));
}

static u64 l3_csum_replace(u64 r1, u64 off, u64 from, u64 to, u64 flags)
{
	u32 diff;
	u16 sum;
	u8 *at;

	if (flags & ~F_HDR_FIELD_MASK)
		return -EINVAL;
	at = checksum_at(ctx_of(r1), (u32)off);
	if (!at)
		return -EFAULT;
	if (change(from, to, flags, &diff))
		return -EINVAL;
	memcpy(&sum, at, sizeof(sum));
	sum = sum_replace(sum, diff);
	memcpy(at, &sum, sizeof(sum));
	return 0;
}

/* A transport checksum; one that hardware finishes covers the pseudo header only. */
static u16 l4_replace(struct kbpf_packet_ctx *ctx, u16 sum, u32 diff, u64 flags)
{
	if (ctx->ops && ctx->ops->csum_partial(ctx))
		return flags & F_PSEUDO_HDR ? sum_fold(sum_add(sum, diff)) : sum;
	/* IPv6 addresses are summed by hardware too: their change cancels out there. */
	if (ctx->ops && (flags & F_PSEUDO_HDR) && !(flags & F_IPV6))
		ctx->ops->csum_fix(ctx, diff);
	return sum_replace(sum, diff);
}

static u64 l4_csum_replace(u64 r1, u64 off, u64 from, u64 to, u64 flags)
{
	struct kbpf_packet_ctx *ctx = ctx_of(r1);
	u32 diff;
	u16 sum;
	u8 *at;

	if (flags & ~(F_MARK_MANGLED_0 | F_MARK_ENFORCE | F_PSEUDO_HDR | F_HDR_FIELD_MASK | F_IPV6))
		return -EINVAL;
	at = checksum_at(ctx, (u32)off);
	if (!at)
		return -EFAULT;
	memcpy(&sum, at, sizeof(sum));
	if ((flags & F_MARK_MANGLED_0) && !(flags & F_MARK_ENFORCE) && !sum)
		return 0;
	if (change(from, to, flags, &diff))
		return -EINVAL;
	sum = l4_replace(ctx, sum, diff, flags);
	if ((flags & F_MARK_MANGLED_0) && !sum)
		sum = MANGLED_0;
	memcpy(at, &sum, sizeof(sum));
	return 0;
}

/* ---- moving the packet's ends (test runs of XDP programs) ------------------------- */

#define XDP_META_MAX	252

static u64 xdp_adjust_head(u64 r1, u64 delta, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_packet_ctx *ctx = ctx_of(r1);
	s64 meta = ctx->data - ctx->data_meta, by = (s32)delta;

	/* The metadata moves along with the head. */
	if (by < ctx->room - ctx->data_meta || by > linear_len(ctx) - 14)
		return -EINVAL;
	memmove(ctx->data_meta + by, ctx->data_meta, meta);
	ctx->data_meta += by;
	ctx->data += by;
	return 0;
}

static u64 xdp_adjust_meta(u64 r1, u64 delta, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_packet_ctx *ctx = ctx_of(r1);
	s64 by = (s32)delta, len = ctx->data - ctx->data_meta - by;

	if (by < ctx->room - ctx->data_meta || len < 0 || len % 4)
		return -EINVAL;
	if (len > XDP_META_MAX)
		return -EACCES;
	ctx->data_meta += by;
	return 0;
}

static u64 xdp_adjust_tail(u64 r1, u64 delta, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_packet_ctx *ctx = ctx_of(r1);
	s64 by = (s32)delta;

	if (by > ctx->room_end - ctx->data_end || linear_len(ctx) + by < 14)
		return -EINVAL;
	if (by > 0)
		memset(ctx->data_end, 0, by);
	ctx->data_end += by;
	return 0;
}

static u64 xdp_get_buff_len(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return linear_len(ctx_of(r1));
}

static u64 xdp_store_bytes(u64 r1, u64 off, u64 from, u64 len, u64 r5)
{
	return store_bytes(r1, off, from, len, 0);
}

/* ---- the table ----------------------------------------------------------------- */

static const struct {
	u32 id;
	kbpf_helper_fn fn;
} helpers[] = {
	{ KBPF_FUNC_packet_load, kbpf_packet_classic_load },
	{ KBPF_FUNC_packet_ancillary, kbpf_packet_classic_ancillary },
	{ KBPF_FUNC_skb_load_bytes, load_bytes },
	{ KBPF_FUNC_skb_load_bytes_relative, load_bytes_relative },
	{ KBPF_FUNC_skb_store_bytes, store_bytes },
	{ KBPF_FUNC_skb_pull_data, pull_data },
	{ KBPF_FUNC_get_hash_recalc, get_hash_recalc },
	{ KBPF_FUNC_csum_diff, csum_diff },
	{ KBPF_FUNC_l3_csum_replace, l3_csum_replace },
	{ KBPF_FUNC_l4_csum_replace, l4_csum_replace },
	{ KBPF_FUNC_xdp_adjust_head, xdp_adjust_head },
	{ KBPF_FUNC_xdp_adjust_meta, xdp_adjust_meta },
	{ KBPF_FUNC_xdp_adjust_tail, xdp_adjust_tail },
	{ KBPF_FUNC_xdp_get_buff_len, xdp_get_buff_len },
	{ KBPF_FUNC_xdp_load_bytes, load_bytes },
	{ KBPF_FUNC_xdp_store_bytes, xdp_store_bytes },
};

kbpf_helper_fn kbpf_packet_helper(u32 id)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(helpers); i++)
		if (helpers[i].id == id)
			return helpers[i].fn;
	return NULL;
}
