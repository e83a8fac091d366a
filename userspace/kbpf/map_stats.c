// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * kbpf map stats: what maps hold, what they turned away and dropped.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "json.h"
#include "libkbpf.h"
#include "map_stats.h"
#include "objects.h"

/* Counters, which only grow. */
static const struct {
	const char *name;
	const char *title;
	size_t off;
} counters[] = {
#define COUNTER(field, title) { #field, title, offsetof(struct kbpf_map_stats_attr, field) }
	COUNTER(refused_full, "FULL"),
	COUNTER(refused_busy, "BUSY"),
	COUNTER(refused_nomem, "NOMEM"),
	COUNTER(evicted, "EVICTED"),
	COUNTER(written, "WRITTEN"),
	COUNTER(discarded, "DISCARD"),
#undef COUNTER
};

#define COUNTERS	(sizeof(counters) / sizeof(counters[0]))

/**
 * struct sample - what is said of one map at one time
 * @id: the map
 * @type: its type
 * @name: its name
 * @stats: its counts
 */
struct sample {
	__u32 id;
	__u32 type;
	char name[KBPF_OBJ_NAME_LEN + 1];
	struct kbpf_map_stats_attr stats;
};

struct samples {
	struct sample *all;
	size_t count;
};

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static int visit(int dev, int fd, void *arg)
{
	struct samples *samples = arg;
	struct kbpf_map_info info;
	__u32 len = sizeof(info);
	struct sample *s;
	int err;

	s = realloc(samples->all, (samples->count + 1) * sizeof(*s));
	if (!s)
		return cli_error("out of memory");
	samples->all = s;
	s += samples->count;
	memset(&info, 0, sizeof(info));
	err = kbpf_object_info(dev, fd, &info, &len);
	if (!err)
		err = kbpf_map_stats_get(dev, fd, &s->stats, sizeof(s->stats));
	if (err)
		return cli_error("a map's counts: %s", strerror(-err));
	s->id = info.id;
	s->type = info.type;
	snprintf(s->name, sizeof(s->name), "%.16s", info.name);
	samples->count++;
	return CLI_OK;
}

static int take(int dev, struct samples *samples)
{
	memset(samples, 0, sizeof(*samples));
	return objects_each(dev, OBJECTS_MAP, visit, samples);
}

static __u64 count_of(const struct sample *s, size_t counter)
{
	__u64 n;

	memcpy(&n, (const char *)&s->stats + counters[counter].off, sizeof(n));
	return n;
}

/* A counter of a map, less what it was before; a map that is new counts from zero. */
static __u64 since(const struct sample *now, const struct samples *before, size_t counter)
{
	size_t i;

	for (i = 0; before && i < before->count; i++)
		if (before->all[i].id == now->id)
			return count_of(now, counter) - count_of(&before->all[i], counter);
	return count_of(now, counter);
}

static void print_row(const struct sample *s, const struct samples *before)
{
	char entries[24] = "-", memory[32], high[32] = "-";
	size_t i;

	if (s->stats.entries != ~0ULL)
		snprintf(entries, sizeof(entries), "%llu", s->stats.entries);
	if (s->stats.high_water)
		snprintf(high, sizeof(high), "%llu", s->stats.high_water);
	printf("%-5u %-16s %-16s %10s %10s", s->id, cli_map_type(s->type), s->name, entries,
	       cli_format_bytes(s->stats.memory, memory, sizeof(memory)));
	for (i = 0; i < COUNTERS; i++)
		printf(" %8llu", since(s, before, i));
	printf(" %10s\n", high);
}

static void print_text(const struct samples *now, const struct samples *before)
{
	size_t i;

	printf("%-5s %-16s %-16s %10s %10s", "ID", "TYPE", "NAME", "ENTRIES", "MEMORY");
	for (i = 0; i < COUNTERS; i++)
		printf(" %8s", counters[i].title);
	printf(" %10s\n", "HIGH");
	for (i = 0; i < now->count; i++)
		print_row(&now->all[i], before);
	fflush(stdout);
}

static void print_json(const struct samples *now, const struct samples *before, bool flat)
{
	struct json json = { .out = stdout, .flat = flat };
	size_t i, c;

	json_array(&json, NULL);
	for (i = 0; i < now->count; i++) {
		const struct sample *s = &now->all[i];

		json_object(&json, NULL);
		json_uint(&json, "id", s->id);
		json_string(&json, "type", cli_map_type(s->type));
		json_string(&json, "name", s->name);
		if (s->stats.entries == ~0ULL)
			json_null(&json, "entries");
		else
			json_uint(&json, "entries", s->stats.entries);
		json_uint(&json, "bytes_memory", s->stats.memory);
		for (c = 0; c < COUNTERS; c++)
			json_uint(&json, counters[c].name, since(s, before, c));
		json_uint(&json, "high_water", s->stats.high_water);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_finish(&json);
}

static int watch(int dev, const struct map_stats_opts *opts)
{
	struct timespec pause = { .tv_sec = opts->seconds };
	struct sigaction action = { .sa_handler = stop };
	struct samples before, now;
	__u32 left = opts->count;
	int ret;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	ret = take(dev, &before);
	while (!ret && !stopped && left--) {
		nanosleep(&pause, NULL);
		ret = take(dev, &now);
		if (!ret && opts->json)
			print_json(&now, &before, true);
		else if (!ret)
			print_text(&now, &before);
		free(before.all);
		before = now;
	}
	free(before.all);
	return ret;
}

int map_stats(int dev, const struct map_stats_opts *opts)
{
	struct samples now;
	int ret;

	if (opts->watch)
		return watch(dev, opts);
	ret = take(dev, &now);
	if (!ret && opts->json)
		print_json(&now, NULL, false);
	else if (!ret)
		print_text(&now, NULL);
	free(now.all);
	return ret;
}
