/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to engine/packet: the helpers that classic BPF's loads become.
 */
#ifndef KBPF_PACKET_CLASSIC_H
#define KBPF_PACKET_CLASSIC_H

#include "packet/packet.h"

/* Offset of a header from the context's data: 0 or -ENOENT. */
int kbpf_packet_base(const struct kbpf_packet_ctx *ctx, enum kbpf_packet_base base, s32 *off);

/* KBPF_HELPER_PACKET_LOAD and KBPF_HELPER_PACKET_ANCILLARY */
u64 kbpf_packet_classic_load(u64 ctx, u64 off, u64 size, u64 r4, u64 r5);
u64 kbpf_packet_classic_ancillary(u64 ctx, u64 kind, u64 a, u64 x, u64 r5);

/* Offset of the payload behind the transport header of a linear packet, as far as it is known. */
u32 kbpf_packet_payload(const struct kbpf_packet_ctx *ctx);

#endif /* KBPF_PACKET_CLASSIC_H */
