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

struct kbpf_packet_ops;

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
 * @ops: how to reach what of the packet is not linear, and to change it; see
 *	packet/packet.h; NULL where @data to @data_end is all there is
 * @room: without @ops: first byte of the buffer that @data is in
 * @room_end: without @ops: byte after its last
 * @mac: without @ops: offset of the link-layer header from @data
 * @net: without @ops: offset of the network header from @data
 * @user: the user-visible structure's plain fields, by its own offsets
 *	(such as __sk_buff: len at 0, pkt_type at 4, mark at 8, ...); up to 256
 *	bytes, of which the host fills those that @fields_used of struct kbpf_prog names
 */
struct kbpf_packet_ctx {
	u8 *data;
	u8 *data_end;
	u8 *data_meta;
	void *host;
	const struct kbpf_packet_ops *ops;
	u8 *room;
	u8 *room_end;
	s32 mac;
	s32 net;
	u8 user[256] __aligned(8);
};

/**
 * enum kbpf_ctx_kind - what a program gets when it loads from a part of its context
 * @KBPF_CTX_PLAIN: a number
 * @KBPF_CTX_PACKET: pointer to the packet's data; the field is 4 bytes wide
 * @KBPF_CTX_PACKET_META: pointer to the metadata before it; 4 bytes wide
 * @KBPF_CTX_PACKET_END: pointer to the packet's end; 4 bytes wide
 * @KBPF_CTX_BTF_ARG: argument of the attach point, typed by its BTF; 8 bytes wide
 */
enum kbpf_ctx_kind {
	KBPF_CTX_PLAIN,
	KBPF_CTX_PACKET,
	KBPF_CTX_PACKET_META,
	KBPF_CTX_PACKET_END,
	KBPF_CTX_BTF_ARG,
};

/* access to a part of a context, as bits */
#define KBPF_CTX_READ	(1U << 0)
#define KBPF_CTX_WRITE	(1U << 1)

/* May programs of the type get at a packet's bytes through pointers? */
#define KBPF_PACKET_READ	1	/* they may read them */
#define KBPF_PACKET_WRITE	2	/* and write them */

/* sizes that a part may be accessed in, as bits: bit n is n bytes */
#define KBPF_CTX_SIZE_4		BIT(4)
#define KBPF_CTX_SIZE_8		BIT(8)
#define KBPF_CTX_SIZE_1TO4	(BIT(1) | BIT(2) | BIT(4))
#define KBPF_CTX_SIZE_ANY	(BIT(1) | BIT(2) | BIT(4) | BIT(8))

/**
 * struct kbpf_ctx_part - bytes of a context that are alike
 * @name: name of the field, or NULL
 * @start: first byte
 * @end: byte after the last; an access lies wholly inside, at a multiple of its
 *	size
 * @sizes: KBPF_CTX_SIZE_* bits
 * @access: KBPF_CTX_READ, KBPF_CTX_WRITE
 * @kind: enum kbpf_ctx_kind
 * @real: where byte @start is in the context as it runs. A pointer kind is 8
 *	bytes there, a plain part as wide as here
 */
struct kbpf_ctx_part {
	const char *name;
	u16 start;
	u16 end;
	u16 sizes;
	u8 access;
	u8 kind;
	u16 real;
};

/**
 * struct kbpf_progtype - a program type
 * @type: enum kbpf_prog_type
 * @name: lower-case name, as "kprobe"
 * @needs: KBPF_NEEDS_* bits
 * @ctx_size: bytes of context as userspace sees it, and as a test run takes it;
 *	0: as many as a test run gives, of which struct kbpf_prog says how many
 *	the program touches
 * @packet: KBPF_PACKET_*; where not 0 the context is struct kbpf_packet_ctx, and a
 *	test run takes data
 * @layout: which layout of progtype.def the context has
 * @ctx_name: what its structure is called in C, for explanations
 */
struct kbpf_progtype {
	u32 type;
	const char *name;
	u32 needs;
	u32 ctx_size;
	u8 packet;
	u8 layout;
	const char *ctx_name;
};

/* Most bytes of context that a SYSCALL program may touch. */
#define KBPF_SYSCALL_CTX_MAX	65535
/* Most bytes of a trace record. */
#define KBPF_TRACE_RECORD_MAX	8192
/* Most arguments of an attach point, 8 bytes each. */
#define KBPF_MAX_FUNC_ARGS	12

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

/**
 * kbpf_progtype_may_sleep() - may a load of this kind have KBPF_F_SLEEPABLE?
 * @type: enum kbpf_prog_type
 * @attach_type: its expected_attach_type
 */
bool kbpf_progtype_may_sleep(u32 type, u32 attach_type);

/**
 * kbpf_progtype_ret_range() - what a program may return
 * @type: enum kbpf_prog_type
 * @attach_type: expected_attach_type of its load
 * @min: out: least value
 * @max: out: greatest value
 *
 * Return: false if it may return anything.
 */
bool kbpf_progtype_ret_range(u32 type, u32 attach_type, s32 *min, s32 *max);

/**
 * kbpf_progtype_ctx_part() - the part of a context that an access touches
 * @pt: program type
 * @off: its first byte
 *
 * Return: the part that holds that byte, whether or not it allows the access;
 * NULL if no part does.
 */
const struct kbpf_ctx_part *kbpf_progtype_ctx_part(const struct kbpf_progtype *pt, u32 off);

#endif /* KBPF_PROGTYPE_H */
