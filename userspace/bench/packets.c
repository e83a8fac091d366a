// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * What a filter on an interface costs a packet: kbpf's tap against a packet socket
 * with the same program, each compared with nobody watching. Meant for a guest
 * whose clock counts instructions (guest --icount).
 *
 * packets IN OUT FILE.json: frames come in on IN, a tap device that is up, and go out
 * of OUT, which nobody answers on. On the way out the kernel clones a frame for whoever
 * watches, whatever the filter says; on the way in a watcher costs its filter alone.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <math.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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
static int out, in, dev, ring;

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static ssize_t frame_in(const void *frame, uint32_t len)
{
	return write(in, frame, len);
}

static ssize_t frame_out(const void *frame, uint32_t len)
{
	return sendto(out, frame, len, 0, (void *)&to, sizeof(to));
}

/* One way past an interface. */
struct way {
	const char *group;
	const char *name;	/* of the interface */
	int ifindex;
	ssize_t (*frame)(const void *frame, uint32_t len);
	double log_sum;
};

static struct way ways[] = {
	{ .group = "packets/kernel-icount", .frame = frame_in },
	{ .group = "packets-out/kernel-icount", .frame = frame_out },
};
#define WAYS	(sizeof(ways) / sizeof(ways[0]))

/* Nanoseconds that a frame takes. */
static double send_all(const struct way *w)
{
	double start = now_ns();
	int i, r;

	for (r = 0; r < ROUNDS; r++)
		for (i = 0; i < FRAMES; i++)
			if (w->frame(frames[i], lens[i]) < 0) {
				perror(w->name);
				exit(1);
			}
	return (now_ns() - start) / FRAMES / ROUNDS;
}

static double best(const struct way *w)
{
	double t, least = send_all(w);
	int i;

	for (i = 0; i < 2; i++) {
		t = send_all(w);
		least = t < least ? t : least;
	}
	return least;
}

/* The kernel's own: a packet socket, as small as can be, that nobody reads. */
static int watch_kernel(const struct way *w, const struct sock_filter *filter, uint32_t len)
{
	struct sock_fprog prog = { .len = len, .filter = (struct sock_filter *)filter };
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_ifindex = w->ifindex,
				  .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0), size = 1;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ||
	    bind(fd, (void *)&at, sizeof(at))) {
		perror("packet socket");
		exit(1);
	}
	return fd;
}

static int watch_kbpf(const struct way *w, const struct sock_filter *filter, uint32_t len,
		      int *prog)
{
	struct kbpf_prog_load_classic_attr load = { .len = len, .filter = (uintptr_t)filter };
	struct kbpf_link_create_attr link = { .target_fd = w->ifindex, .attach_type = KBPF_TAP };
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
	int rows, expressions;
};

/* What each watcher adds to a frame. */
static void measure(struct way *w, const struct sock_filter *filter, uint32_t len,
		    double *kernel, double *kbpf)
{
	double none = best(w);
	int fd, prog;

	fd = watch_kernel(w, filter, len);
	*kernel = best(w) - none;
	close(fd);
	/* Leaving waits for everybody who could see it. */
	usleep(20000);
	fd = watch_kbpf(w, filter, len, &prog);
	*kbpf = best(w) - none;
	close(fd);
	close(prog);
	usleep(20000);
}

/* The first ones pay for pools that fill and a guest that is still busy with its start. */
static void settle(struct way *w, const struct sock_filter *filter, uint32_t len)
{
	double before[2], now[2] = { 0, 0 };
	int i;

	for (i = 0; i < 20; i++) {
		memcpy(before, now, sizeof(now));
		measure(w, filter, len, &now[0], &now[1]);
		printf("settling: %.1f %.1f\n", now[1], now[0]);
		if (fabs(now[0] / before[0] - 1) < 0.02 && fabs(now[1] / before[1] - 1) < 0.02)
			break;
	}
}

static void row(struct bench *b, struct way *w, const char *text, double kernel, double kbpf)
{
	double ratio = kbpf / kernel;
	const char *p;

	w->log_sum += log(ratio);
	fprintf(b->json, "%s\n    {\"group\": \"%s\", \"name\": \"", b->rows++ ? "," : "", w->group);
	for (p = text; *p; p++)
		fprintf(b->json, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
	fprintf(b->json, "\", \"kbpf\": %.1f, \"peer\": %.1f, \"peer_name\": \"packet socket\", \"unit\": \"ns/packet\", \"ratio\": %.3f}",
		kbpf, kernel, ratio);
	printf("%8.1f %8.1f %6.3f  ", kbpf, kernel, ratio);
}

static void try(const char *text, const struct sock_filter *filter, uint32_t len, void *arg)
{
	struct bench *b = arg;
	double kernel, kbpf;
	size_t i;

	for (i = 0; i < WAYS; i++) {
		if (!b->expressions)
			settle(&ways[i], filter, len);
		measure(&ways[i], filter, len, &kernel, &kbpf);
		row(b, &ways[i], text, kernel, kbpf);
	}
	b->expressions++;
	printf("%s\n", text);
	fflush(stdout);
}

/* The tap device's other end: what is written there comes in on it. */
static int open_tap(const char *name)
{
	struct ifreq req = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR);

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
	return fd < 0 || ioctl(fd, TUNSETIFF, &req) ? -1 : fd;
}

static int open_all(char **argv)
{
	struct kbpf_map_create_attr map = { .map_type = KBPF_MAP_TYPE_RINGBUF, .max_entries = 4096 };
	size_t i;

	in = open_tap(argv[1]);
	for (i = 0; i < WAYS; i++) {
		ways[i].name = argv[1 + i];
		ways[i].ifindex = if_nametoindex(ways[i].name);
	}
	to = (struct sockaddr_ll) { .sll_family = AF_PACKET, .sll_ifindex = ways[1].ifindex,
				    .sll_halen = 6 };
	out = socket(AF_PACKET, SOCK_RAW, 0);
	dev = kbpf_device_open();
	if (in < 0 || out < 0 || dev < 0 || !ways[0].ifindex || !ways[1].ifindex)
		return -1;
	ring = kbpf_map_create(dev, &map, sizeof(map));
	return ring;
}

int main(int argc, char **argv)
{
	struct bench b = { .rows = 0 };
	struct rng r = { 1 };
	size_t i;

	if (argc != 4)
		return 2;
	b.json = fopen(argv[3], "w");
	if (!b.json || open_all(argv) < 0) {
		perror("packets");
		return 1;
	}
	for (i = 0; i < FRAMES; i++) {
		lens[i] = packet_make(&r, frames[i]);
		if (lens[i] > 1514)
			lens[i] = 1514;
	}
	fprintf(b.json, "{\n  \"rows\": [");
	if (for_each_expression(try, &b) < 1)
		return 1;
	fprintf(b.json, "\n  ],\n  \"geomean\": {");
	for (i = 0; i < WAYS; i++) {
		double geomean = exp(ways[i].log_sum / b.expressions);

		fprintf(b.json, "%s\"%s\": %.3f", i ? ", " : "", ways[i].group, geomean);
		printf("geomean %.3f %s\n", geomean, ways[i].group);
	}
	fprintf(b.json, "}\n}\n");
	return fclose(b.json) != 0;
}
