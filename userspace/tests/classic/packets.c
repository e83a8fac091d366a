// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Random frames.
 */
#include <string.h>

#include "packets.h"

uint32_t rng_u32(struct rng *r)
{
	uint64_t z = (r->s += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (z ^ (z >> 31)) >> 16;
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
	return ((uint64_t)rng_u32(r) * n) >> 32;
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void address(struct rng *r, uint8_t *p, int v6)
{
	static const uint8_t nets[][4] = {
		{ 10, 9, 0, 1 }, { 10, 9, 0, 2 }, { 10, 9, 0, 77 }, { 192, 168, 1, 1 },
		{ 224, 0, 0, 251 }, { 255, 255, 255, 255 }, { 8, 8, 8, 8 },
	};

	if (!v6) {
		memcpy(p, nets[rng_below(r, 7)], 4);
		return;
	}
	memset(p, 0, 16);
	if (!rng_below(r, 6)) {
		p[0] = 0xff;
		p[1] = 2;
	} else {
		p[0] = 0xfd;
		p[1] = rng_below(r, 4) ? 9 : 8;
	}
	p[15] = 1 + rng_below(r, 3);
}

static uint32_t port(struct rng *r)
{
	static const uint16_t ports[] = { 80, 443, 22, 53, 5001, 5002, 6000, 20, 100, 33000 };

	return rng_below(r, 12) < 10 ? ports[rng_below(r, 10)] : rng_u32(r) & 0xffff;
}

static uint32_t transport(struct rng *r, uint8_t *p, uint8_t proto)
{
	uint32_t i, len = rng_below(r, 4) ? rng_below(r, 64) : rng_below(r, 1400);

	for (i = 0; i < len + 24; i++)
		p[i] = rng_below(r, 8) ? i : rng_u32(r);
	switch (proto) {
	case 6:
		put16(p, port(r));
		put16(p + 2, port(r));
		p[12] = (5 + (rng_below(r, 5) ? 0 : rng_below(r, 4))) << 4;
		p[13] = rng_below(r, 3) ? 0x10 : rng_u32(r) & 0x3f;
		return 20 + len;
	case 17:
		put16(p, port(r));
		put16(p + 2, port(r));
		put16(p + 4, 8 + len);
		return 8 + len;
	default:
		p[0] = rng_below(r, 3) ? (rng_below(r, 2) ? 8 : 129) : rng_u32(r);
		return 8 + len;
	}
}

static uint32_t ipv4(struct rng *r, uint8_t *p)
{
	static const uint8_t protos[] = { 6, 6, 6, 17, 17, 1, 1, 2, 47 };
	uint32_t hlen = rng_below(r, 8) ? 20 : 20 + 4 * rng_below(r, 11), len;

	memset(p, 1, hlen);
	p[0] = 0x40 | hlen / 4;
	p[1] = 0;
	put16(p + 4, rng_u32(r));
	put16(p + 6, rng_below(r, 8) ? 0x4000 : rng_u32(r));
	p[8] = rng_below(r, 2) ? 64 : 1 + rng_below(r, 128);
	p[9] = protos[rng_below(r, sizeof(protos))];
	address(r, p + 12, 0);
	address(r, p + 16, 0);
	len = hlen + transport(r, p + hlen, p[9]);
	put16(p + 2, rng_below(r, 16) ? len : rng_u32(r));
	return len;
}

static uint32_t ipv6(struct rng *r, uint8_t *p)
{
	static const uint8_t protos[] = { 6, 6, 17, 17, 58, 58, 44, 0 };
	uint32_t len;

	memset(p, 0, 40);
	p[0] = 0x60;
	p[6] = protos[rng_below(r, sizeof(protos))];
	p[7] = 64;
	address(r, p + 8, 1);
	address(r, p + 24, 1);
	len = transport(r, p + 40, p[6]);
	put16(p + 4, len);
	return 40 + len;
}

static uint32_t arp(struct rng *r, uint8_t *p)
{
	static const uint8_t head[8] = { 0, 1, 8, 0, 6, 4, 0, 1 };

	memcpy(p, head, sizeof(head));
	memset(p + 8, 2, 20);
	address(r, p + 14, 0);
	address(r, p + 24, 0);
	return 28;
}

uint32_t packet_make(struct rng *r, uint8_t *buf)
{
	uint32_t len = 14, kind = rng_below(r, 10), i, n;
	uint8_t *type = buf + 12;

	memset(buf, 0, 12);
	buf[0] = buf[6] = 2;
	buf[4] = buf[10] = 9;
	buf[5] = 1 + rng_below(r, 2);
	buf[11] = 3 - buf[5];
	if (!rng_below(r, 8))
		memset(buf, rng_below(r, 2) ? 0xff : 0x33, 6);
	if (!rng_below(r, 8)) {
		put16(type, 0x8100);
		put16(type + 2, rng_below(r, 2) ? 7 : rng_u32(r));
		type += 4;
		len += 4;
	}
	if (kind < 5) {
		put16(type, 0x0800);
		len += ipv4(r, buf + len);
	} else if (kind < 8) {
		put16(type, 0x86dd);
		len += ipv6(r, buf + len);
	} else if (kind < 9) {
		put16(type, 0x0806);
		len += arp(r, buf + len);
	} else {
		put16(type, rng_u32(r));
		for (n = rng_below(r, 100); n; n--)
			buf[len++] = rng_u32(r);
	}
	if (rng_below(r, 2))
		return len;
	for (n = rng_below(r, 4), i = 0; i < n; i++)
		buf[rng_below(r, len < 80 ? len : 80)] = rng_u32(r);
	if (!rng_below(r, 2))
		len = 14 + rng_below(r, len < 100 ? len - 13 : 86);
	return len;
}
