/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A packet as a line of text.
 */
#ifndef KBPF_CLI_PACKET_LINE_H
#define KBPF_CLI_PACKET_LINE_H

#include <stddef.h>

/**
 * packet_line() - who sends what to whom
 * @data: from the link-layer header
 * @caplen: bytes there
 * @len: bytes of the whole packet
 * @ethernet: that header is Ethernet's; else the packet begins with IP
 * @buf: out
 * @size: bytes at @buf; 256 are enough
 *
 * Return: @buf.
 */
const char *packet_line(const unsigned char *data, size_t caplen, size_t len, int ethernet,
			char *buf, size_t size);

#endif /* KBPF_CLI_PACKET_LINE_H */
