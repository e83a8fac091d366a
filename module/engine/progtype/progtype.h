/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Program types as policy: what the context looks like, who may load one, and
 * how a test run builds its context. Tables only; nobody switches over the
 * numbers.
 */
#ifndef KBPF_PROGTYPE_H
#define KBPF_PROGTYPE_H

#include "port.h"
#include "kbpf.h"

/* What a program type needs of the caller, as bits. */
#define KBPF_NEEDS_PERFMON	(1U << 0)
#define KBPF_NEEDS_NET_ADMIN	(1U << 1)

/**
 * struct kbpf_packet_ctx - context of packet programs as they run
 *
 * The user-visible structures (__sk_buff, xdp_md) are converted to loads from
 * this one, so that the engine does not depend on how a kernel lays out an skb.
 *
 * @data: first byte of the linear packet data
 * @data_end: byte after the last
 * @data_meta: start of the metadata before @data; @data where there is none
 * @host: the host's own packet (struct sk_buff), NULL in test runs
 * @user: the user-visible structure's plain fields, by its own offsets
 *	(such as __sk_buff: len at 0, pkt_type at 4, mark at 8, ...); up to 256 bytes
 */
struct kbpf_packet_ctx {
	u8 *data;
	u8 *data_end;
	u8 *data_meta;
	void *host;
	u8 user[256];
};

/**
 * struct kbpf_progtype - a program type
 * @type: enum kbpf_prog_type
 * @name: lower-case name, as "kprobe"
 * @needs: KBPF_NEEDS_* bits
 * @ctx_size: bytes of context as userspace sees it, and as a test run takes it
 * @packet: runs on packets: the context is struct kbpf_packet_ctx, a test run
 *	takes data
 */
struct kbpf_progtype {
	u32 type;
	const char *name;
	u32 needs;
	u32 ctx_size;
	bool packet;
};

/**
 * kbpf_progtype_find() - a program type by number
 * @type: enum kbpf_prog_type
 *
 * Return: the row, or NULL for a type that kbpf does not have.
 */
const struct kbpf_progtype *kbpf_progtype_find(u32 type);

/**
 * kbpf_progtype_attach_ok() - does an attach type belong to a program type?
 * @type: enum kbpf_prog_type
 * @attach_type: expected_attach_type of a load
 */
bool kbpf_progtype_attach_ok(u32 type, u32 attach_type);

#endif /* KBPF_PROGTYPE_H */
