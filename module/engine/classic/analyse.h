/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to engine/classic: what can be known of a classic program before a
 * word of eBPF is written. Jumps go forward only, so each fact takes one pass.
 */
#ifndef KBPF_CLASSIC_ANALYSE_H
#define KBPF_CLASSIC_ANALYSE_H

#include "classic/opcode.h"

/* Packet bytes that a program checks for at its start: Ethernet and IPv4 headers. */
#define CLASSIC_FIRST_CHECK	34u
/* Most that a load's offset may be to be made directly. */
#define CLASSIC_DIRECT_MAX	0x7000u

/* live registers, as bits */
#define CLASSIC_LIVE_A		(1U << 0)
#define CLASSIC_LIVE_X		(1U << 1)

/**
 * struct classic_info - what is known of an instruction
 * @reached: some path leads here
 * @direct: some path leads here on which every load so far could be made directly
 * @live: CLASSIC_LIVE_*: registers whose value on entry may be used
 * @swapped: the load leaves A in network order; the jump compares in that order
 * @swapped_size: jump: bytes that A then is
 * @check: direct load: bytes from the start of the packet (LD_IND: from its
 *	Xth byte) to check for first; 0: known to be there
 * @check_x: LD_IND: X may be large, and is checked first
 * @use_base: LD_IND: the address of the packet's Xth byte is there already
 */
struct classic_info {
	bool reached;
	bool direct;
	u8 live;
	bool swapped;
	u8 swapped_size;
	u32 check;
	bool check_x;
	bool use_base;
};

/**
 * struct classic_facts - what is known of a program
 * @info: by instruction
 * @first_check: bytes of packet to check for at the start of direct code, or 0
 * @loads: direct code loads from the packet
 * @calls: ancillary data is asked for that only a call yields: there is no
 *	direct code
 */
struct classic_facts {
	struct classic_info *info;
	u32 first_check;
	bool loads;
	bool calls;
};

/* Is ancillary data @k had by calling a helper? */
bool classic_ad_calls(u32 k);

/**
 * kbpf_classic_analyse() - find the facts
 * @filter: legal instructions
 * @len: how many
 * @facts: out: @info to be freed with kvfree()
 *
 * Return: 0 or -ENOMEM.
 */
int kbpf_classic_analyse(const struct kbpf_classic_insn *filter, u32 len,
			 struct classic_facts *facts);

#endif /* KBPF_CLASSIC_ANALYSE_H */
