// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * kbpf map: the maps in the module, and what is in them.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "json.h"
#include "libkbpf.h"
#include "map_stats.h"
#include "objects.h"
#include "value.h"

struct view {
	struct json *json;
	int count;
};

static bool is_percpu(__u32 type)
{
	return type == KBPF_MAP_TYPE_PERCPU_HASH || type == KBPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == KBPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/* Types that have no keys to walk, or values that are not data. */
static bool has_contents(__u32 type)
{
	switch (type) {
	case KBPF_MAP_TYPE_RINGBUF:
	case KBPF_MAP_TYPE_USER_RINGBUF:
	case KBPF_MAP_TYPE_QUEUE:
	case KBPF_MAP_TYPE_STACK:
	case KBPF_MAP_TYPE_BLOOM_FILTER:
	case KBPF_MAP_TYPE_PERF_EVENT_ARRAY:
	case KBPF_MAP_TYPE_PROG_ARRAY:
	case KBPF_MAP_TYPE_CGROUP_ARRAY:
	case KBPF_MAP_TYPE_TASK_STORAGE:
		return false;
	default:
		return true;
	}
}

static int get(int dev, int fd, struct kbpf_map_info *info, struct kbpf_map_stats_attr *stats)
{
	__u32 len = sizeof(*info);
	int err;

	memset(info, 0, sizeof(*info));
	err = kbpf_object_info(dev, fd, info, &len);
	if (!err)
		err = kbpf_map_stats_get(dev, fd, stats, sizeof(*stats));
	if (err)
		cli_error("a map's information: %s", strerror(-err));
	return err;
}

static void list_json(struct json *json, const struct kbpf_map_info *info,
		      const struct kbpf_map_stats_attr *stats)
{
	char name[KBPF_OBJ_NAME_LEN + 1];

	snprintf(name, sizeof(name), "%.16s", info->name);
	json_object(json, NULL);
	json_uint(json, "id", info->id);
	json_string(json, "type", cli_map_type(info->type));
	json_string(json, "name", name);
	json_uint(json, "key_size", info->key_size);
	json_uint(json, "value_size", info->value_size);
	json_uint(json, "max_entries", info->max_entries);
	json_uint(json, "flags", info->map_flags);
	if (stats->entries == ~0ULL)
		json_null(json, "entries");
	else
		json_uint(json, "entries", stats->entries);
	json_uint(json, "bytes_memory", stats->memory);
	json_uint(json, "refused_full", stats->refused_full);
	json_uint(json, "refused_busy", stats->refused_busy);
	json_uint(json, "refused_nomem", stats->refused_nomem);
	json_uint(json, "evicted", stats->evicted);
	json_uint(json, "written", stats->written);
	json_uint(json, "discarded", stats->discarded);
	json_uint(json, "btf_id", info->btf_id);
	json_object_end(json);
}

static void list_text(const struct kbpf_map_info *info, const struct kbpf_map_stats_attr *stats)
{
	__u64 refused = stats->refused_full + stats->refused_busy + stats->refused_nomem;
	char entries[24] = "-", memory[32];

	if (stats->entries != ~0ULL)
		snprintf(entries, sizeof(entries), "%llu", stats->entries);
	printf("%-5u %-16s %-16.16s %6u %8u %10u %10s %10s %8llu\n", info->id,
	       cli_map_type(info->type), info->name, info->key_size, info->value_size,
	       info->max_entries, entries, cli_format_bytes(stats->memory, memory, sizeof(memory)),
	       refused);
}

static int visit_list(int dev, int fd, void *arg)
{
	struct kbpf_map_stats_attr stats;
	struct view *view = arg;
	struct kbpf_map_info info;

	if (get(dev, fd, &info, &stats))
		return CLI_FAILED;
	if (!view->json && !view->count)
		printf("%-5s %-16s %-16s %6s %8s %10s %10s %10s %8s\n", "ID", "TYPE", "NAME",
		       "KEY", "VALUE", "MAX", "ENTRIES", "MEMORY", "REFUSED");
	if (view->json)
		list_json(view->json, &info, &stats);
	else
		list_text(&info, &stats);
	view->count++;
	return CLI_OK;
}

/* ---- contents ---- */

/**
 * struct contents - a map being dumped
 * @dev: the device
 * @fd: the map
 * @info: its information
 * @btf: its types, or NULL
 * @json: where to; NULL: text
 * @cpus: copies of a value: possible CPUs for per-CPU maps, else 1
 * @stride: bytes from one copy to the next
 * @value: room for all copies
 */
struct contents {
	int dev;
	int fd;
	struct kbpf_map_info info;
	struct btf *btf;
	struct json *json;
	int cpus;
	size_t stride;
	char *value;
};

static void element_json(const struct contents *c, const void *key)
{
	struct json *json = c->json;
	int cpu;

	json_object(json, NULL);
	value_json(json, "key", c->btf, c->info.btf_key_type_id, key, c->info.key_size);
	if (c->cpus == 1)
		value_json(json, "value", c->btf, c->info.btf_value_type_id, c->value,
			   c->info.value_size);
	else
		json_array(json, "values");
	for (cpu = 0; c->cpus > 1 && cpu < c->cpus; cpu++)
		value_json(json, NULL, c->btf, c->info.btf_value_type_id,
			   c->value + (size_t)cpu * c->stride, c->info.value_size);
	if (c->cpus > 1)
		json_array_end(json);
	json_object_end(json);
}

static void element_text(const struct contents *c, const void *key)
{
	int cpu;

	value_text(c->btf, c->info.btf_key_type_id, key, c->info.key_size);
	printf(": ");
	for (cpu = 0; cpu < c->cpus; cpu++) {
		if (c->cpus > 1)
			printf("\n  cpu %d: ", cpu);
		value_text(c->btf, c->info.btf_value_type_id, c->value + (size_t)cpu * c->stride,
			   c->info.value_size);
	}
	printf("\n");
}

/* Programs change the map meanwhile: an element that is gone is passed over. */
static int walk(struct contents *c)
{
	char *keys = calloc(2, c->info.key_size + 1), *prev = NULL, *key = keys;
	__u64 seen = 0;
	int err = keys ? 0 : -ENOMEM;

	while (!err && seen <= c->info.max_entries) {
		err = kbpf_map_next_key(c->dev, c->fd, prev, key);
		if (err)
			break;
		err = kbpf_map_lookup(c->dev, c->fd, key, c->value, 0);
		if (!err && c->json)
			element_json(c, key);
		else if (!err)
			element_text(c, key);
		if (!err)
			seen++;
		if (err == -ENOENT)
			err = 0;
		prev = key;
		key = key == keys ? keys + c->info.key_size + 1 : keys;
	}
	if (!c->json)
		printf("%llu elements\n", seen);
	free(keys);
	return err == -ENOENT ? 0 : err;
}

static int visit_dump(int dev, int fd, void *arg)
{
	struct contents c = { .dev = dev, .fd = fd, .cpus = 1 };
	struct kbpf_map_stats_attr stats;
	struct view *view = arg;
	int err;

	if (get(dev, fd, &c.info, &stats))
		return CLI_FAILED;
	if (!has_contents(c.info.type))
		return cli_error("a %s has no elements to list", cli_map_type(c.info.type));
	if (is_percpu(c.info.type))
		c.cpus = libbpf_num_possible_cpus();
	if (c.cpus < 1)
		return cli_error("the number of CPUs: %s", strerror(-c.cpus));
	c.json = view->json;
	c.stride = (c.info.value_size + 7UL) & ~7UL;
	c.value = calloc((size_t)c.cpus, c.stride);
	if (!c.value)
		return cli_error("out of memory");
	c.btf = objects_btf(dev, c.info.btf_id);
	if (c.json)
		json_array(c.json, NULL);
	err = walk(&c);
	if (c.json)
		json_array_end(c.json);
	btf__free(c.btf);
	free(c.value);
	return err ? cli_error("map %u: %s", c.info.id, strerror(-err)) : CLI_OK;
}

static int run_stats(int argc, char **argv)
{
	struct map_stats_opts opts = { .seconds = 1, .count = (__u32)-1 };
	int i, dev, ret;

	for (i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "--json")) {
			opts.json = true;
		} else if (!strcmp(argv[i], "--watch")) {
			opts.watch = true;
			if (i + 1 < argc && cli_parse_u32(argv[i + 1], &opts.seconds))
				i++;
		} else if (!strcmp(argv[i], "--count") && i + 1 < argc) {
			if (!cli_parse_u32(argv[++i], &opts.count))
				return cli_usage(&cli_map, "'%s' is no number", argv[i]);
		} else {
			return cli_usage(&cli_map, "what is '%s'?", argv[i]);
		}
	}
	if (!opts.seconds)
		return cli_usage(&cli_map, "an interval of 0 seconds");
	dev = cli_device();
	if (dev < 0)
		return CLI_FAILED;
	ret = map_stats(dev, &opts);
	close(dev);
	return ret;
}

static int run(int argc, char **argv)
{
	struct json json = { .out = stdout };
	struct view view = { .json = NULL };
	const char *verb = argc > 1 ? argv[1] : "", *id = NULL;
	bool list = !strcmp(verb, "list"), dump = !strcmp(verb, "dump");
	int i, dev, ret;

	if (!strcmp(verb, "stats"))
		return run_stats(argc, argv);
	if (!list && !dump)
		return cli_usage(&cli_map, "list, dump or stats?");
	for (i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "--json")) {
			view.json = &json;
			continue;
		}
		if (argv[i][0] == '-' || id || list)
			return cli_usage(&cli_map, "what is '%s'?", argv[i]);
		id = argv[i];
	}
	if (dump && !id)
		return cli_usage(&cli_map, "dump which? an id is wanted");
	dev = cli_device();
	if (dev < 0)
		return CLI_FAILED;
	if (list && view.json)
		json_array(&json, NULL);
	ret = list ? objects_each(dev, OBJECTS_MAP, visit_list, &view) :
		     objects_one(dev, OBJECTS_MAP, id, visit_dump, &view);
	if (list && view.json)
		json_array_end(&json);
	if (view.json && (list || !ret))
		json_finish(&json);
	close(dev);
	return ret;
}

const struct cli_command cli_map = {
	.name = "map",
	.summary = "list maps, dump one, watch what they turn away",
	.help =
"kbpf map list [--json]\n"
"kbpf map dump [--json] ID\n"
"kbpf map stats [--json]\n"
"kbpf map stats --watch [SECONDS] [--count N] [--json]\n"
"\n"
"list   a line for each map: id, type, name, sizes, entries now (where the type\n"
"       counts them), memory, and what was refused because the map was full, its\n"
"       lock was held or no memory was at hand\n"
"dump   keys and values, by their BTF types where the map has them, else as\n"
"       hexadecimal bytes; per-CPU maps show every CPU's value\n"
"stats  entries, memory and counters of each map: what was refused because the map\n"
"       was full, a lock was held or no memory was at hand; entries evicted to make\n"
"       room; records written and discarded; and the most bytes that ever waited in\n"
"       a ring. With --watch, what the counters gained in each interval of SECONDS\n"
"       (1), N times or until interrupted; then --json prints one document a line\n"
"\n"
"Exit status: 0; 1 when there is no such map; 2 for anything else.\n",
	.run = run,
};
