/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Packets for tests: Ethernet frames that look like traffic, and what random
 * changes make of them. Deterministic by seed.
 */
#ifndef CLASSIC_PACKETS_H
#define CLASSIC_PACKETS_H

#include <stdint.h>

#define PACKET_MAX 1600

/* A stream of numbers; seeded with anything. */
struct rng {
	uint64_t s;
};

uint32_t rng_u32(struct rng *r);
/* 0 .. n - 1 */
uint32_t rng_below(struct rng *r, uint32_t n);

/**
 * packet_make() - a frame
 * @r: randomness
 * @buf: PACKET_MAX bytes
 *
 * ARP, IPv4 or IPv6 with TCP, UDP, ICMP or something else, now and then a VLAN
 * tag, IP options, a fragment; addresses and ports out of a small set, so that
 * filters match often; then, in half of the frames, changed bytes or a cut.
 *
 * Return: its length, at least 14.
 */
uint32_t packet_make(struct rng *r, uint8_t *buf);

#endif /* CLASSIC_PACKETS_H */
