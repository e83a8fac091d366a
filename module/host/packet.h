/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets as programs see them: struct kbpf_packet_ctx over an sk_buff. Knows
 * sk_buffs, not who has them.
 */
#ifndef KBPF_HOST_PACKET_H
#define KBPF_HOST_PACKET_H

#include <linux/skbuff.h>
#include "prog.h"
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

/*
 * Of a packet on the stack: kernels that zero every local would spend more on it
 * than most filters take. What programs look at is filled, the rest is not read.
 */
#if __has_attribute(__uninitialized__)
#define KBPF_PACKET_UNFILLED __attribute__((__uninitialized__))
#else
#define KBPF_PACKET_UNFILLED
#endif

/**
 * kbpf_packet_open_skb() - the context of a program on struct __sk_buff
 * @p: the packet, uninitialised
 * @skb: the sk_buff; stays the caller's
 * @dev: interface
 * @prog: the program, which says what fields it looks at
 * @push: bytes before skb->data that the packet begins at; they are there
 *
 * Context: RCU read side, bottom halves off.
 */
void kbpf_packet_open_skb(struct kbpf_packet *p, struct sk_buff *skb,
			  const struct net_device *dev, const struct kbpf_prog *prog, u32 push);

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
