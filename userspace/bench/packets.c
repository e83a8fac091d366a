// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * What a filter on an interface costs a packet: kbpf's tap against a packet socket
 * with the same program, each compared with nobody watching. Meant for a guest
 * whose clock counts instructions (guest --icount).
 *
 * packets IF FILE.json: sends frames out of IF, which nobody answers on
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <math.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../tests/classic/generate.h"
#include "libkbpf.h"

#define FRAMES	256	/* different ones */
#define ROUNDS	16	/* times each is sent */

static unsigned char frames[FRAMES][PACKET_MAX + 64];
static uint32_t lens[FRAMES];
static struct sockaddr_ll to;
static int out, dev, ring;

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/* Nanoseconds for a frame to go out. */
static double send_all(void)
{
	double start = now_ns();
	int i, r;

	for (r = 0; r < ROUNDS; r++)
		for (i = 0; i < FRAMES; i++)
			if (sendto(out, frames[i], lens[i], 0, (void *)&to, sizeof(to)) < 0)
				return -1;
	return (now_ns() - start) / FRAMES / ROUNDS;
}

static double best(void)
{
	double t, least = send_all();
	int i;

	for (i = 0; i < 2; i++) {
		t = send_all();
		least = t < least ? t : least;
	}
	return least;
}

/* The kernel's own: a packet socket, as small as can be, that nobody reads. */
static int watch_kernel(const struct sock_filter *filter, uint32_t len)
{
	struct sock_fprog prog = { .len = len, .filter = (struct sock_filter *)filter };
	struct sockaddr_ll at = to;
	int fd = socket(AF_PACKET, SOCK_RAW, 0), size = 1;

	at.sll_protocol = htons(ETH_P_ALL);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ||
	    bind(fd, (void *)&at, sizeof(at))) {
		perror("packet socket");
		exit(1);
	}
	return fd;
}

static int watch_kbpf(const struct sock_filter *filter, uint32_t len, int *prog)
{
	struct kbpf_prog_load_classic_attr load = { .len = len, .filter = (uintptr_t)filter };
	struct kbpf_link_create_attr link = { .target_fd = to.sll_ifindex, .attach_type = KBPF_TAP };
	int fd;

	*prog = kbpf_device_cmd(dev, KBPF_PROG_LOAD_CLASSIC, &load, sizeof(load));
	link.prog_fd = *prog;
	link.tap.map_fd = ring;
	fd = *prog < 0 ? *prog : kbpf_link_create(dev, &link, sizeof(link));
	if (fd < 0) {
		fprintf(stderr, "tap: %s\n", strerror(-fd));
		exit(1);
	}
	return fd;
}

struct bench {
	FILE *json;
	double log_sum;
	int rows;
};

static void try(const char *text, const struct sock_filter *filter, uint32_t len, void *arg)
{
	struct bench *b = arg;
	double none, kernel, kbpf, ratio;
	int fd, prog;
	const char *p;

	none = best();
	fd = watch_kernel(filter, len);
	kernel = best() - none;
	close(fd);
	/* Leaving waits for everybody who could see it. */
	usleep(20000);
	fd = watch_kbpf(filter, len, &prog);
	kbpf = best() - none;
	close(fd);
	close(prog);
	usleep(20000);
	ratio = kbpf / kernel;
	b->log_sum += log(ratio);
	fprintf(b->json, "%s\n    {\"group\": \"packets/kernel-icount\", \"name\": \"", b->rows++ ? "," : "");
	for (p = text; *p; p++)
		fprintf(b->json, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
	fprintf(b->json, "\", \"kbpf\": %.1f, \"peer\": %.1f, \"peer_name\": \"packet socket\", \"unit\": \"ns/packet\", \"ratio\": %.3f}",
		kbpf, kernel, ratio);
	printf("%-70s %8.1f %8.1f %6.3f\n", text, kbpf, kernel, ratio);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct kbpf_map_create_attr map = { .map_type = KBPF_MAP_TYPE_RINGBUF, .max_entries = 4096 };
	struct bench b = { .rows = 0 };
	struct rng r = { 1 };
	int i;

	if (argc != 3)
		return 2;
	to = (struct sockaddr_ll) { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(argv[1]),
				    .sll_halen = 6 };
	out = socket(AF_PACKET, SOCK_RAW, 0);
	dev = kbpf_device_open();
	b.json = fopen(argv[2], "w");
	if (!to.sll_ifindex || out < 0 || dev < 0 || !b.json) {
		perror("packets");
		return 1;
	}
	ring = kbpf_map_create(dev, &map, sizeof(map));
	for (i = 0; i < FRAMES; i++) {
		lens[i] = packet_make(&r, frames[i]);
		if (lens[i] > 1514)
			lens[i] = 1514;
	}
	fprintf(b.json, "{\n  \"rows\": [");
	if (for_each_expression(try, &b) < 1)
		return 1;
	fprintf(b.json, "\n  ],\n  \"geomean\": {\"packets/kernel-icount\": %.3f}\n}\n",
		exp(b.log_sum / b.rows));
	printf("geomean %.3f\n", exp(b.log_sum / b.rows));
	return fclose(b.json) != 0;
}
