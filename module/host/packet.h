/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets as programs see them: struct kbpf_packet_ctx over an sk_buff. Knows
 * sk_buffs, not who has them.
 */
#ifndef KBPF_HOST_PACKET_H
#define KBPF_HOST_PACKET_H

#include <linux/skbuff.h>
#include "packet/packet.h"
#include "prog.h"
#include "run.h"
#include "progtype/progtype.h"

struct nf_hook_state;

/**
 * struct kbpf_packet - an sk_buff under a program
 * @ctx: the program's context; @ctx.host is the sk_buff
 * @push: bytes before skb->data that the program's packet begins at
 */
struct kbpf_packet {
	struct kbpf_packet_ctx ctx;
	u32 push;
};

extern const struct kbpf_packet_ops kbpf_packet_skb_ops;

/**
 * kbpf_packet_set_pointers() - say where the packet's linear bytes are
 * @p: the packet; @p.push is set
 * @skb: the sk_buff
 */
static __always_inline void kbpf_packet_set_pointers(struct kbpf_packet *p,
						     const struct sk_buff *skb)
{
	p->ctx.data = skb->data - p->push;
	p->ctx.data_meta = p->ctx.data;
	p->ctx.data_end = skb->data + skb_headlen(skb);
}

/**
 * kbpf_packet_open() - a context without fields
 * @p: the packet, uninitialised
 * @skb: the sk_buff; stays the caller's
 * @push: bytes before skb->data that the packet begins at; they are there
 */
static __always_inline void kbpf_packet_open(struct kbpf_packet *p, struct sk_buff *skb, u32 push)
{
	p->push = push;
	p->ctx.host = skb;
	p->ctx.ops = &kbpf_packet_skb_ops;
	kbpf_packet_set_pointers(p, skb);
}

/* packet.c: fields of struct __sk_buff, as KBPF_PACKET_FIELD() bits */
void kbpf_packet_fill_skb(struct kbpf_packet *p, u64 fields);

/* Bit of the field at an offset of a context, in struct kbpf_prog's fields_used. */
#define KBPF_PACKET_FIELD(off)	BIT_ULL((off) / 4)
/* data, data_end and data_meta are the context's own. */
#define KBPF_PACKET_POINTERS	(KBPF_PACKET_FIELD(76) | KBPF_PACKET_FIELD(80) | \
				 KBPF_PACKET_FIELD(140))

/**
 * kbpf_packet_open_skb() - the context of a program on struct __sk_buff
 * @p: the packet, uninitialised
 * @skb: the sk_buff; stays the caller's
 * @prog: the program, which says what fields it looks at
 * @push: bytes before skb->data that the packet begins at; they are there
 *
 * Most filters look at no field.
 *
 * Context: RCU read side, bottom halves off.
 */
static __always_inline void kbpf_packet_open_skb(struct kbpf_packet *p, struct sk_buff *skb,
						 const struct kbpf_prog *prog, u32 push)
{
	u64 fields = prog->fields_used & ~KBPF_PACKET_POINTERS;

	kbpf_packet_open(p, skb, push);
	if (unlikely(fields))
		kbpf_packet_fill_skb(p, fields);
}

/**
 * kbpf_packet_open_nf() - the context of a program on struct kbpf_nf_ctx
 * @p: the packet, uninitialised
 * @skb: the sk_buff
 * @state: of the hook
 * @prog: the program
 *
 * Context: as kbpf_packet_open_skb().
 */
void kbpf_packet_open_nf(struct kbpf_packet *p, struct sk_buff *skb,
			 const struct nf_hook_state *state, const struct kbpf_prog *prog);

/**
 * kbpf_packet_close() - give the sk_buff the fields that the program wrote
 * @p: the packet, after the run
 * @prog: the program
 */
void kbpf_packet_close(struct kbpf_packet *p, const struct kbpf_prog *prog);

/**
 * kbpf_packet_writable() - prepare a packet for a program that writes to it directly
 * @skb: the sk_buff
 * @prog: the program
 *
 * Return: 0 or -ENOMEM.
 */
int kbpf_packet_writable(struct sk_buff *skb, const struct kbpf_prog *prog);

#endif /* KBPF_HOST_PACKET_H */
