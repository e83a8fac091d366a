/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* kbpf map stats, for map.c. */
#ifndef KBPF_CLI_MAP_STATS_H
#define KBPF_CLI_MAP_STATS_H

#include <linux/types.h>
#include <stdbool.h>

/**
 * struct map_stats_opts - what the command line asks for
 * @json: as JSON
 * @watch: what changes, again and again
 * @seconds: between looks, at least 1
 * @count: looks
 */
struct map_stats_opts {
	bool json;
	bool watch;
	__u32 seconds;
	__u32 count;
};

/**
 * map_stats() - print the counters of all maps
 * @dev: the device
 * @opts: how
 *
 * Return: an exit status.
 */
int map_stats(int dev, const struct map_stats_opts *opts);

#endif /* KBPF_CLI_MAP_STATS_H */
