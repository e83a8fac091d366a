/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* How mapped rings are read; here so that a test can do so over the engine's memory. */
#ifndef KBPF_RINGS_READ_H
#define KBPF_RINGS_READ_H

#include <limits.h>
#include <stdbool.h>
#include <time.h>
#include "kbpf.h"

/* The kernel's fast clock and clock_gettime() may be apart while one is being set right. */
#define CLOCK_MARGIN	1000ULL
#define FLAGS		(KBPF_RINGBUF_BUSY_BIT | KBPF_RINGBUF_DISCARD_BIT)

/*
 * struct ring - a CPU's ring
 * @consumer: our position, as it is published
 * @producer: how far records were begun
 * @data: the data, twice
 * @cpu: whose
 * @pos: our position
 * @end: the producer's, when this round began
 */
struct ring {
	__u64 *consumer;
	const __u64 *producer;
	const unsigned char *data;
	unsigned int cpu;
	__u64 pos;
	__u64 end;
};

struct kbpf_rings {
	int fd;
	bool ordered;
	__u64 size;
	int (*fn)(void *ctx, unsigned int cpu, __u64 time, const void *data, __u32 size);
	void *ctx;
	unsigned int nr;
	struct ring *rings;
};

enum head { HEAD_NONE, HEAD_BUSY, HEAD_READY };

/* Between two rings' positions, where a test lets others write. */
#ifndef rings_pause
#define rings_pause()	do { } while (0)
#endif

static __u64 round8(__u64 n)
{
	return (n + 7) & ~7ULL;
}

static const __u32 *header(const struct kbpf_rings *rs, const struct ring *r)
{
	return (const void *)(r->data + (r->pos & (rs->size - 1)));
}

static __u64 record_time(const __u32 *hdr, __u32 len)
{
	return *(const __u64 *)((const char *)hdr + KBPF_RINGBUF_HDR_SZ + round8(len));
}

static void step(const struct kbpf_rings *rs, struct ring *r, __u32 len)
{
	r->pos += KBPF_RINGBUF_HDR_SZ + round8(len) + (rs->ordered ? sizeof(__u64) : 0);
	/* What was read is read before the kernel writes there again. */
	__atomic_store_n(r->consumer, r->pos, __ATOMIC_RELEASE);
}

/* The ring's next record: discarded ones are passed. */
static enum head next_record(const struct kbpf_rings *rs, struct ring *r, __u32 *len)
{
	while (r->pos != r->end) {
		*len = __atomic_load_n(header(rs, r), __ATOMIC_ACQUIRE);
		if (*len & KBPF_RINGBUF_BUSY_BIT)
			return HEAD_BUSY;
		if (!(*len & KBPF_RINGBUF_DISCARD_BIT))
			return HEAD_READY;
		step(rs, r, *len & ~FLAGS);
	}
	return HEAD_NONE;
}

static int hand_over(const struct kbpf_rings *rs, struct ring *r, __u32 len)
{
	const __u32 *hdr = header(rs, r);
	int err = rs->fn(rs->ctx, r->cpu, rs->ordered ? record_time(hdr, len) : 0, hdr + 2, len);

	step(rs, r, len);
	return err < 0 ? err : 0;
}

/* The oldest of the rings' next records; NULL: none, or one is still being written that may be older. */
static struct ring *oldest(const struct kbpf_rings *rs, __u64 until, __u32 *len)
{
	struct ring *r, *best = NULL;
	__u64 time;
	__u32 l;

	for (r = rs->rings; r < rs->rings + rs->nr; r++) {
		switch (next_record(rs, r, &l)) {
		case HEAD_BUSY:
			return NULL;
		case HEAD_NONE:
			break;
		case HEAD_READY:
			time = record_time(header(rs, r), l);
			if (time > until)
				break;
			until = time;
			best = r;
			*len = l;
		}
	}
	return best;
}

static __u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static int consume_ordered(const struct kbpf_rings *rs, __u64 until)
{
	int n = 0, err = 0;
	struct ring *r;
	__u32 len;

	while (!err && n < INT_MAX && (r = oldest(rs, until, &len))) {
		err = hand_over(rs, r, len);
		n++;
	}
	return err ? err : n;
}

static int consume_round(struct kbpf_rings *rs)
{
	__u64 until = rs->ordered ? now() - CLOCK_MARGIN : 0;
	int n = 0, err = 0;
	struct ring *r;
	__u32 len;

	/* A record not seen below had its time taken after ours: the kernel does this the other way round. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (r = rs->rings; r < rs->rings + rs->nr; r++) {
		r->end = __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);
		rings_pause();
	}
	if (rs->ordered)
		return consume_ordered(rs, until);
	for (r = rs->rings; r < rs->rings + rs->nr; r++) {
		while (!err && n < INT_MAX && next_record(rs, r, &len) == HEAD_READY) {
			err = hand_over(rs, r, len);
			n++;
		}
	}
	return err ? err : n;
}

#endif /* KBPF_RINGS_READ_H */
