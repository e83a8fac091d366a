// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Packets as lines: Ethernet, ARP, IPv4, IPv6, and the ports and flags above
 * them. What is cut off is left out.
 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>

#include "packet_line.h"

/**
 * struct line - a line being written
 * @p: what is left of the packet
 * @left: bytes there
 * @buf: the line
 * @size: room
 * @at: written
 */
struct line {
	const unsigned char *p;
	size_t left;
	char *buf;
	size_t size;
	size_t at;
};

static void __attribute__((format(printf, 2, 3))) put(struct line *l, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(l->buf + l->at, l->size - l->at, fmt, args);
	va_end(args);
	if (n > 0)
		l->at = l->at + n < l->size ? l->at + n : l->size - 1;
}

static unsigned int be16(const unsigned char *p)
{
	return p[0] << 8 | p[1];
}

static void skip(struct line *l, size_t n)
{
	n = n < l->left ? n : l->left;
	l->p += n;
	l->left -= n;
}

static void tcp_flags(struct line *l, unsigned char flags)
{
	static const char letters[] = "FSRP.UEW";
	int i;

	put(l, " Flags [");
	for (i = 0; i < 8; i++)
		if (flags & 1 << i)
			put(l, "%c", letters[i]);
	put(l, "]");
}

static void transport(struct line *l, int family, const void *src, const void *dst,
		      unsigned int proto, int first)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
	int ports = first && (proto == 6 || proto == 17) && l->left >= 4;

	inet_ntop(family, src, from, sizeof(from));
	inet_ntop(family, dst, to, sizeof(to));
	if (ports)
		put(l, "%s.%u > %s.%u:", from, be16(l->p), to, be16(l->p + 2));
	else
		put(l, "%s > %s:", from, to);
	if (!first)
		put(l, " fragment");
	else if (proto == 6 && l->left >= 14)
		tcp_flags(l, l->p[13]);
	else if (proto == 17)
		put(l, " UDP");
	else if (proto == 1 || proto == 58)
		put(l, l->left >= 2 ? " ICMP type %u code %u" : " ICMP", l->p[0], l->p[1]);
	else
		put(l, " protocol %u", proto);
}

static void ipv4(struct line *l)
{
	const unsigned char *h = l->p;

	if (l->left < 20) {
		put(l, "IP cut off");
		return;
	}
	put(l, "IP ");
	skip(l, (h[0] & 15) * 4);
	transport(l, AF_INET, h + 12, h + 16, h[9], !(be16(h + 6) & 0x1fff));
}

static void ipv6(struct line *l)
{
	const unsigned char *h = l->p;

	if (l->left < 40) {
		put(l, "IP6 cut off");
		return;
	}
	put(l, "IP6 ");
	skip(l, 40);
	transport(l, AF_INET6, h + 8, h + 24, h[6], 1);
}

static void arp(struct line *l)
{
	char from[INET_ADDRSTRLEN], to[INET_ADDRSTRLEN];

	if (l->left < 28) {
		put(l, "ARP");
		return;
	}
	inet_ntop(AF_INET, l->p + 14, from, sizeof(from));
	inet_ntop(AF_INET, l->p + 24, to, sizeof(to));
	if (be16(l->p + 6) == 1)
		put(l, "ARP, who has %s, tell %s", to, from);
	else
		put(l, "ARP, %s is at %02x:%02x:%02x:%02x:%02x:%02x", from, l->p[8], l->p[9],
		    l->p[10], l->p[11], l->p[12], l->p[13]);
}

static void by_type(struct line *l, unsigned int type)
{
	while ((type == 0x8100 || type == 0x88a8) && l->left >= 4) {
		put(l, "vlan %u, ", be16(l->p) & 0xfff);
		type = be16(l->p + 2);
		skip(l, 4);
	}
	if (type == 0x0800)
		ipv4(l);
	else if (type == 0x86dd)
		ipv6(l);
	else if (type == 0x0806)
		arp(l);
	else
		put(l, "ethertype 0x%04x", type);
}

const char *packet_line(const unsigned char *data, size_t caplen, size_t len, int ethernet,
			char *buf, size_t size)
{
	struct line l = { .p = data, .left = caplen, .buf = buf, .size = size };
	unsigned int type;

	buf[0] = 0;
	if (ethernet && caplen >= 14) {
		type = be16(data + 12);
		skip(&l, 14);
		by_type(&l, type);
	} else if (!ethernet && caplen) {
		by_type(&l, data[0] >> 4 == 6 ? 0x86dd : 0x0800);
	}
	put(&l, ", length %zu", len);
	return buf;
}
