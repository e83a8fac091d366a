// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * traffic serve | talk [ROUNDS] | raw IF COUNT SEED | list N | spoof IF COUNT N: real
 * TCP and UDP between 10.9.0.1 and .2, fd09::1 and ::2, and raw frames, for tests of
 * what watches them. list prints N addresses; spoof sends UDP from as many of those as
 * of others, and says how many of each.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../classic/packets.h"

static const int tcp_ports[] = { 80, 443, 22, 5001 };
static const int udp_ports[] = { 53, 5001, 5353, 9 };

#define N(a) (sizeof(a) / sizeof((a)[0]))

static int make_socket(int type, int port)
{
	int fd = socket(AF_INET6, type, 0), on = 1, off = 0;
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&any, sizeof(any))) {
		perror("bind");
		exit(1);
	}
	if (type == SOCK_STREAM)
		listen(fd, 16);
	return fd;
}

/* Echoes everything, one client at a time. */
static void serve(void)
{
	struct pollfd p[N(tcp_ports) + N(udp_ports)];
	char buf[65536];
	size_t i, n = 0;

	for (i = 0; i < N(tcp_ports); i++)
		p[n++] = (struct pollfd) { make_socket(SOCK_STREAM, tcp_ports[i]), POLLIN, 0 };
	for (i = 0; i < N(udp_ports); i++)
		p[n++] = (struct pollfd) { make_socket(SOCK_DGRAM, udp_ports[i]), POLLIN, 0 };
	puts("serving");
	fflush(stdout);
	while (poll(p, n, -1) > 0) {
		for (i = 0; i < n; i++) {
			struct sockaddr_in6 from;
			socklen_t len = sizeof(from);
			ssize_t got;
			int fd;

			if (!(p[i].revents & POLLIN))
				continue;
			if (i >= N(tcp_ports)) {
				got = recvfrom(p[i].fd, buf, sizeof(buf), 0, (void *)&from, &len);
				if (got >= 0)
					sendto(p[i].fd, buf, got, 0, (void *)&from, len);
				continue;
			}
			fd = accept(p[i].fd, NULL, NULL);
			while ((got = read(fd, buf, sizeof(buf))) > 0)
				if (write(fd, buf, got) < 0)
					break;
			close(fd);
		}
	}
}

static int reach(int type, const char *addr, int port)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct timeval tv = { .tv_sec = 5 };
	char mapped[64];
	int fd = socket(AF_INET6, type, 0);

	snprintf(mapped, sizeof(mapped), strchr(addr, ':') ? "%s" : "::ffff:%s", addr);
	inet_pton(AF_INET6, mapped, &to.sin6_addr);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to))) {
		close(fd);
		return -1;
	}
	return fd;
}

static int exchange(int type, const char *addr, int port, size_t size)
{
	static char buf[65536];
	int fd = reach(type, addr, port);
	size_t back = 0;
	ssize_t n;

	if (fd < 0)
		return 0;
	if (write(fd, buf, size) < 0)
		n = 0;
	if (type == SOCK_STREAM)
		shutdown(fd, SHUT_WR);
	do {
		n = read(fd, buf, sizeof(buf));
		back += n > 0 ? n : 0;
	} while (n > 0 && back < size);
	close(fd);
	return back == size;
}

static void talk(int rounds)
{
	static const char *const addrs[] = { "10.9.0.2", "fd09::2", "10.9.7.2" };
	static const size_t sizes[] = { 1, 60, 400, 1400, 9000, 40000 };
	int i, good = 0, all = 0;
	size_t a, p;

	for (i = 0; i < rounds; i++)
		for (a = 0; a < N(addrs); a++) {
			for (p = 0; p < N(tcp_ports); p++, all++)
				good += exchange(SOCK_STREAM, addrs[a], tcp_ports[p],
						 sizes[(i + p) % 6]);
			for (p = 0; p < N(udp_ports); p++, all++)
				good += exchange(SOCK_DGRAM, addrs[a], udp_ports[p],
						 sizes[(i + p) % 4]);
		}
	printf("%d of %d exchanges\n", good, all);
}

/* Frames as tests make them, and now and then a very long one. */
static int raw(const char *iface, int count, unsigned int seed)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(iface),
				  .sll_halen = 6 };
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), sent = 0, i;
	static unsigned char buf[PACKET_MAX + 64];
	struct rng r = { seed };

	if (fd < 0 || !to.sll_ifindex) {
		perror(iface);
		return 1;
	}
	for (i = 0; i < count; i++) {
		uint32_t len = packet_make(&r, buf);

		/* First the shortest there are: a link-layer header and next to nothing. */
		if (i < 16)
			len = ETH_HLEN + i / 4;
		if (len > 1514)
			len = 1514;
		sent += sendto(fd, buf, len, 0, (struct sockaddr *)&to, sizeof(to)) == (ssize_t)len;
	}
	printf("%d of %d frames\n", sent, count);
	return 0;
}

/* Every other address from 11.0.0.0 on is listed. */
static int list(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		printf("11.%u.%u.%u\n", 2 * i >> 16, 2 * i >> 8 & 255, 2 * i & 255);
	return 0;
}

static int spoof(const char *iface, unsigned int count, unsigned int n)
{
	unsigned char frame[60] = {
		2, 0, 0, 0, 9, 2, 2, 0, 0, 0, 9, 1, 8, 0,
		0x45, 0, 0, 46, 0, 0, 0x40, 0, 64, 17, 0, 0, 11, 0, 0, 0, 10, 9, 0, 2,
		0, 99, 0x27, 0x10, 0, 26, 0, 0,
	};
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(iface),
				  .sll_halen = 6 };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	unsigned int i, j, which, sent[2] = { 0, 0 };
	struct rng r = { 7 };

	for (i = 0; i < count; i++) {
		unsigned int sum = 0;

		which = rng_below(&r, 2 * n);
		frame[27] = which >> 16;
		frame[28] = which >> 8;
		frame[29] = which;
		frame[24] = frame[25] = 0;
		for (j = 14; j < 34; j += 2)
			sum += frame[j] << 8 | frame[j + 1];
		sum = (sum & 0xffff) + (sum >> 16);
		sum = ~(sum + (sum >> 16));
		frame[24] = sum >> 8;
		frame[25] = sum;
		if (sendto(fd, frame, sizeof(frame), 0, (void *)&to, sizeof(to)) != sizeof(frame))
			return 1;
		sent[which & 1]++;
	}
	printf("%u %u\n", sent[0], sent[1]);
	return 0;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (argc == 2 && !strcmp(argv[1], "serve"))
		serve();
	else if (argc >= 2 && !strcmp(argv[1], "talk"))
		talk(argc > 2 ? atoi(argv[2]) : 1);
	else if (argc == 5 && !strcmp(argv[1], "raw"))
		return raw(argv[2], atoi(argv[3]), atoi(argv[4]));
	else if (argc == 3 && !strcmp(argv[1], "list"))
		return list(atoi(argv[2]));
	else if (argc == 5 && !strcmp(argv[1], "spoof"))
		return spoof(argv[2], atoi(argv[3]), atoi(argv[4]));
	else
		return 2;
	return 0;
}
