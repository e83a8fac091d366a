/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Helpers on packets, the same in every world. They work on struct
 * kbpf_packet_ctx alone where that is the whole packet (test runs); a host with
 * packets of its own says through struct kbpf_packet_ops how to reach them.
 */
#ifndef KBPF_PACKET_H
#define KBPF_PACKET_H

#include "port.h"
#include "prog.h"
#include "progtype/progtype.h"

/* A header to count offsets from. */
enum kbpf_packet_base {
	KBPF_PACKET_MAC,
	KBPF_PACKET_NET,
};

/**
 * struct kbpf_packet_ops - what a host can do with its packets; all are set
 * @load: copies @len bytes at @off from the context's data, which may lie before
 *	it; 0 or -EFAULT
 * @base: offset of a header from the context's data; 0 or -ENOENT
 * @store: replaces @len bytes at @off; flags are KBPF_F_RECOMPUTE_CSUM and
 *	KBPF_F_INVALIDATE_HASH; 0, -EFAULT, -ENOMEM
 * @csum_fix: @diff was added to the checksummed bytes of a protocol whose
 *	checksum is not in them: keeps the host's own sum right; 0 or -errno
 * @csum_partial: does hardware still have to finish the packet's checksum?
 * @pull: makes the first @len bytes linear and writable; 0, -ENOMEM
 * @hash: the packet's flow hash, computed if need be
 * @ancillary: classic BPF's ancillary data that is no field of the context:
 *	a value, or negative
 *
 * Any of them may move the packet; they keep the context's pointers right.
 *
 * Context: any that packet programs run in: softirq or with bottom halves off.
 */
struct kbpf_packet_ops {
	int (*load)(const struct kbpf_packet_ctx *ctx, s32 off, void *dst, u32 len);
	int (*base)(const struct kbpf_packet_ctx *ctx, enum kbpf_packet_base base, s32 *off);
	int (*store)(struct kbpf_packet_ctx *ctx, u32 off, const void *src, u32 len, u64 flags);
	int (*csum_fix)(struct kbpf_packet_ctx *ctx, u32 diff);
	bool (*csum_partial)(const struct kbpf_packet_ctx *ctx);
	int (*pull)(struct kbpf_packet_ctx *ctx, u32 len);
	u32 (*hash)(struct kbpf_packet_ctx *ctx);
	s64 (*ancillary)(const struct kbpf_packet_ctx *ctx, u32 kind);
};

/**
 * kbpf_packet_helper() - a helper of this room
 * @id: helper number
 *
 * Worlds' kbpf_env_helper() asks here for what it does not have itself.
 *
 * Return: the function, or NULL.
 */
kbpf_helper_fn kbpf_packet_helper(u32 id);

/**
 * kbpf_packet_load() - bytes of a packet
 * @ctx: the packet
 * @off: offset from its data; negative: before it
 * @dst: where to
 * @len: bytes
 *
 * Return: 0 or -EFAULT.
 */
int kbpf_packet_load(const struct kbpf_packet_ctx *ctx, s32 off, void *dst, u32 len);

#endif /* KBPF_PACKET_H */
