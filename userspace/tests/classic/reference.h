/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Classic BPF as it is defined, one instruction after the other: what the
 * translated programs are compared with. Shares nothing with the engine.
 */
#ifndef CLASSIC_REFERENCE_H
#define CLASSIC_REFERENCE_H

#include <linux/filter.h>
#include <stdint.h>

/**
 * struct ref_packet - a packet and what the kernel knows about it
 * @data: from the offset that programs count as 0
 * @len: bytes there
 * @mac: link-layer header, counted from @data; not above 0: @data may be read from there
 * @net: network header, counted from @data
 * @protocol: of the Ethernet header, host order
 */
struct ref_packet {
	const uint8_t *data;
	uint32_t len;
	int32_t mac;
	int32_t net;
	uint32_t protocol, pkt_type, ifindex, mark, queue, hatype, hash, cpu;
	uint32_t vlan_tci, vlan_present, vlan_proto;
};

/* What a legal program returns. */
uint32_t ref_run(const struct sock_filter *filter, uint32_t len, const struct ref_packet *pkt);

#endif /* CLASSIC_REFERENCE_H */
