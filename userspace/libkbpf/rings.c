// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Reading ring buffers that have a ring for each CPU, or one for all: record by
 * record from ring after ring, or, where records carry a time, in its order.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/mman.h>
#include "kbpf.h"
#include "libkbpf.h"
#include "rings_read.h"

int kbpf_rings_consume(struct kbpf_rings *rs)
{
	return consume_round(rs);
}

int kbpf_rings_poll(struct kbpf_rings *rs, int timeout_ms)
{
	struct pollfd p = { .fd = rs->fd, .events = POLLIN };

	if (poll(&p, 1, timeout_ms) < 0)
		return -errno;
	return consume_round(rs);
}

static size_t page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

/* Maps CPU @cpu's ring. */
static int add_ring(struct kbpf_rings *rs, unsigned int cpu)
{
	size_t page = page_size();
	off_t off = (off_t)cpu * (2 * page + 2 * rs->size);
	struct ring *r = &rs->rings[rs->nr];
	void *at;

	r->consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, rs->fd, off);
	if (r->consumer == MAP_FAILED)
		return -errno;
	at = mmap(NULL, page + 2 * rs->size, PROT_READ, MAP_SHARED, rs->fd, off + page);
	if (at == MAP_FAILED) {
		munmap(r->consumer, page);
		return -errno;
	}
	r->producer = at;
	r->data = at + page;
	r->cpu = cpu;
	r->pos = __atomic_load_n(r->consumer, __ATOMIC_ACQUIRE);
	rs->nr++;
	return 0;
}

/* Calls add_ring() for each CPU there may be: "0-3,6". */
static int add_rings(struct kbpf_rings *rs)
{
	unsigned int first, last, max = 0;
	FILE *in = fopen("/sys/devices/system/cpu/possible", "re");
	int err = in ? 0 : -errno;
	struct ring *more;
	char dash;

	while (!err && fscanf(in, "%u", &first) == 1) {
		last = first;
		dash = fgetc(in);
		if (dash == '-' && fscanf(in, "%u", &last) == 1)
			dash = fgetc(in);
		for (; !err && first <= last; first++) {
			if (rs->nr == max) {
				max = max ? 2 * max : 8;
				more = realloc(rs->rings, max * sizeof(*more));
				if (!more) {
					err = -ENOMEM;
					break;
				}
				rs->rings = more;
			}
			err = add_ring(rs, first);
		}
		if (dash != ',')
			break;
	}
	if (in)
		fclose(in);
	return err ? err : rs->nr ? 0 : -ENOENT;
}

struct kbpf_rings *kbpf_rings_open(int dev, int map, kbpf_rings_fn fn, void *ctx)
{
	struct kbpf_rings *rs = calloc(1, sizeof(*rs));
	struct kbpf_map_info info = {};
	__u32 size = sizeof(info);
	int err = -ENOMEM;

	if (!rs)
		goto fail;
	err = kbpf_object_info(dev, map, &info, &size);
	if (!err && info.type != KBPF_MAP_TYPE_RINGBUF)
		err = -EINVAL;
	if (err)
		goto fail;
	rs->fd = map;
	rs->fn = fn;
	rs->ctx = ctx;
	rs->size = info.max_entries;
	rs->ordered = info.map_flags & KBPF_F_RB_ORDERED;
	if (info.map_flags & KBPF_F_RB_PERCPU) {
		err = add_rings(rs);
	} else {
		rs->rings = calloc(1, sizeof(*rs->rings));
		err = rs->rings ? add_ring(rs, 0) : -ENOMEM;
	}
	if (!err)
		return rs;
fail:
	kbpf_rings_close(rs);
	errno = -err;
	return NULL;
}

void kbpf_rings_close(struct kbpf_rings *rs)
{
	struct ring *r;

	if (!rs)
		return;
	for (r = rs->rings; r < rs->rings + rs->nr; r++) {
		munmap(r->consumer, page_size());
		munmap((void *)r->producer, page_size() + 2 * rs->size);
	}
	free(rs->rings);
	free(rs);
}
