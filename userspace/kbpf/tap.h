/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A tap: a filter on an interface and the ring buffer that it fills.
 */
#ifndef KBPF_CLI_TAP_H
#define KBPF_CLI_TAP_H

#include "classic.h"
#include "kbpf.h"

/**
 * struct tap - a tap
 * @dev: the device
 * @map: the ring buffer
 * @prog: the filter
 * @link: the tap itself
 * @size: bytes of the ring
 * @consumer: the ring's consumer position; mapped
 * @producer: the ring's producer position, then its data twice; mapped
 */
struct tap {
	int dev;
	int map;
	int prog;
	int link;
	__u32 size;
	unsigned long *consumer;
	const unsigned long *producer;
};

/**
 * tap_open() - filter an interface
 * @tap: out
 * @filter: the program; its return value is how many bytes to keep
 * @ifindex: interface, 0 for all
 * @snaplen: most bytes to keep of a packet
 * @size: bytes of ring, a power of two and a multiple of the page size
 *
 * Return: 0, or an exit code after a message.
 */
int tap_open(struct tap *tap, const struct classic *filter, __u32 ifindex, __u32 snaplen,
	     __u32 size);

/* Lets no further packets in; what is in the ring stays. */
void tap_stop(struct tap *tap);

/**
 * tap_read() - hand over what is in the ring
 * @tap: the tap
 * @fn: called with each packet; returns false to stop after it
 * @arg: for @fn
 *
 * Return: did @fn let all pass?
 */
bool tap_read(struct tap *tap, bool (*fn)(const struct kbpf_tap_record *rec, void *arg), void *arg);

/* Waits for packets, for a signal, or so long. */
void tap_wait(const struct tap *tap, int msec);

/* 0 or -errno. */
int tap_stats(const struct tap *tap, struct kbpf_link_stats_attr *stats);

void tap_close(struct tap *tap);

#endif /* KBPF_CLI_TAP_H */
