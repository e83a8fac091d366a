// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Taps on the device.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli.h"
#include "libkbpf.h"
#include "tap.h"

#define LOG_SIZE	65536

static int load(struct tap *tap, const struct classic *filter)
{
	char *log = calloc(1, LOG_SIZE);
	struct kbpf_prog_load_classic_attr attr = {
		.len = filter->len, .filter = (uintptr_t)filter->insns, .prog_name = "capture",
		.log_level = KBPF_LOG_LEVEL1, .log_size = LOG_SIZE, .log_buf = (uintptr_t)log,
	};

	if (!log)
		return cli_error("out of memory");
	tap->prog = kbpf_device_cmd(tap->dev, KBPF_PROG_LOAD_CLASSIC, &attr, sizeof(attr));
	if (tap->prog < 0)
		cli_error("the filter is refused: %s\n%s", strerror(-tap->prog), log);
	free(log);
	return tap->prog < 0 ? CLI_FAILED : 0;
}

static int make_ring(struct tap *tap, __u32 size)
{
	struct kbpf_map_create_attr attr = {
		.map_type = KBPF_MAP_TYPE_RINGBUF, .max_entries = size, .map_name = "capture",
	};
	long page = sysconf(_SC_PAGESIZE);
	void *at;

	tap->map = kbpf_map_create(tap->dev, &attr, sizeof(attr));
	if (tap->map < 0)
		return cli_error("a ring buffer of %u bytes: %s", size, strerror(-tap->map));
	tap->size = size;
	at = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, tap->map, 0);
	if (at == MAP_FAILED)
		return cli_error("the ring buffer: %s", strerror(errno));
	tap->consumer = at;
	at = mmap(NULL, page + 2 * (size_t)size, PROT_READ, MAP_SHARED, tap->map, page);
	if (at == MAP_FAILED)
		return cli_error("the ring buffer: %s", strerror(errno));
	tap->producer = at;
	return 0;
}

static int hook(struct tap *tap, __u32 ifindex, __u32 snaplen)
{
	struct kbpf_link_create_attr attr = {
		.prog_fd = tap->prog, .target_fd = ifindex, .attach_type = KBPF_TAP,
		.tap = { .map_fd = tap->map, .snaplen = snaplen },
	};

	tap->link = kbpf_link_create(tap->dev, &attr, sizeof(attr));
	if (tap->link < 0)
		return cli_error("cannot tap the interface: %s", strerror(-tap->link));
	return 0;
}

int tap_open(struct tap *tap, const struct classic *filter, __u32 ifindex, __u32 snaplen,
	     __u32 size)
{
	int err;

	*tap = (struct tap) { .dev = -1, .map = -1, .prog = -1, .link = -1 };
	tap->dev = cli_device();
	if (tap->dev < 0)
		return CLI_FAILED;
	err = load(tap, filter);
	if (!err)
		err = make_ring(tap, size);
	if (!err)
		err = hook(tap, ifindex, snaplen);
	if (err)
		tap_close(tap);
	return err;
}

void tap_stop(struct tap *tap)
{
	kbpf_link_detach(tap->dev, tap->link);
}

bool tap_read(struct tap *tap, bool (*fn)(const struct kbpf_tap_record *rec, void *arg), void *arg)
{
	const unsigned char *data = (const unsigned char *)tap->producer + sysconf(_SC_PAGESIZE);
	unsigned long pos = __atomic_load_n(tap->consumer, __ATOMIC_RELAXED);
	bool more = true;

	while (more && pos < __atomic_load_n(tap->producer, __ATOMIC_ACQUIRE)) {
		const unsigned char *rec = data + (pos & (tap->size - 1));
		__u32 head = __atomic_load_n((const __u32 *)rec, __ATOMIC_ACQUIRE);
		__u32 len = head & ~(KBPF_RINGBUF_BUSY_BIT | KBPF_RINGBUF_DISCARD_BIT);

		if (head & KBPF_RINGBUF_BUSY_BIT)
			break;
		if (!(head & KBPF_RINGBUF_DISCARD_BIT))
			more = fn((const void *)(rec + KBPF_RINGBUF_HDR_SZ), arg);
		pos += (len + KBPF_RINGBUF_HDR_SZ + 7) & ~7UL;
		__atomic_store_n(tap->consumer, pos, __ATOMIC_RELEASE);
	}
	return more;
}

void tap_wait(const struct tap *tap, int msec)
{
	struct pollfd p = { .fd = tap->map, .events = POLLIN };

	poll(&p, 1, msec);
}

int tap_stats(const struct tap *tap, struct kbpf_link_stats_attr *stats)
{
	*stats = (struct kbpf_link_stats_attr) { .link_fd = tap->link };
	return kbpf_device_cmd(tap->dev, KBPF_LINK_STATS, stats, sizeof(*stats));
}

void tap_close(struct tap *tap)
{
	long page = sysconf(_SC_PAGESIZE);
	const int fds[] = { tap->link, tap->prog, tap->map, tap->dev };
	size_t i;

	if (tap->producer)
		munmap((void *)tap->producer, page + 2 * (size_t)tap->size);
	if (tap->consumer)
		munmap(tap->consumer, page);
	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	*tap = (struct tap) { .dev = -1, .map = -1, .prog = -1, .link = -1 };
}
