// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * kbpf prog: the programs in the module, and what they became.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "dump.h"
#include "json.h"
#include "libkbpf.h"
#include "machine.h"
#include "objects.h"

struct view {
	struct json *json;
	bool full;
	bool source;
	bool machine;
	int count;
};

static __u64 average(const struct kbpf_prog_stats_attr *stats)
{
	return stats->run_timed ? stats->run_time_ns / stats->run_timed : 0;
}

/* Seconds since it was loaded; the kernel says when, counted from boot. */
static unsigned long long age(const struct kbpf_prog_info *info)
{
	struct timespec now;
	__u64 ns;

	clock_gettime(CLOCK_BOOTTIME, &now);
	ns = (__u64)now.tv_sec * 1000000000ULL + (__u64)now.tv_nsec;
	return ns > info->load_time ? (ns - info->load_time) / 1000000000ULL : 0;
}

static void print_json(struct json *json, const struct prog_full *prog)
{
	const struct kbpf_prog_info *info = &prog->info;
	char name[KBPF_OBJ_NAME_LEN + 1];
	__u32 i;

	snprintf(name, sizeof(name), "%.16s", info->name);
	json_object(json, NULL);
	json_uint(json, "id", info->id);
	json_string(json, "type", cli_prog_type(info->type));
	json_string(json, "name", name);
	json_hex(json, "tag", info->tag, sizeof(info->tag));
	json_bool(json, "gpl_compatible", info->gpl_compatible);
	json_uint(json, "uid", info->created_by_uid);
	json_uint(json, "age_s", age(info));
	json_uint(json, "runs", prog->stats.run_cnt);
	json_uint(json, "runs_timed", prog->stats.run_timed);
	json_uint(json, "run_time_ns", prog->stats.run_time_ns);
	if (prog->stats.run_timed)
		json_uint(json, "avg_ns", average(&prog->stats));
	else
		json_null(json, "avg_ns");
	json_uint(json, "misses", prog->stats.misses);
	json_uint(json, "bytes_xlated", info->xlated_prog_len);
	json_uint(json, "bytes_jited", info->jited_prog_len);
	json_uint(json, "bytes_memory", prog->stats.memory);
	json_uint(json, "verified_insns", prog->stats.verified_insns);
	json_uint(json, "verified_states", prog->stats.verified_states);
	json_uint(json, "verify_ns", prog->stats.verify_ns);
	json_uint(json, "btf_id", info->btf_id);
	json_array(json, "map_ids");
	for (i = 0; i < info->nr_map_ids; i++)
		json_uint(json, NULL, prog->map_ids[i]);
	json_array_end(json);
	json_object_end(json);
}

static void print_row(const struct prog_full *prog)
{
	char avg[24] = "-";

	if (prog->stats.run_timed)
		snprintf(avg, sizeof(avg), "%llu", average(&prog->stats));
	printf("%-5u %-14s %-16.16s %12llu %8s %8llu %6u\n", prog->info.id,
	       cli_prog_type(prog->info.type), prog->info.name, prog->stats.run_cnt, avg,
	       prog->stats.misses, prog->info.xlated_prog_len / 8);
}

static void print_full(const struct prog_full *prog)
{
	const struct kbpf_prog_info *info = &prog->info;
	char text[32], text2[32];
	__u32 i;

	printf("%u: %s \"%.16s\", tag ", info->id, cli_prog_type(info->type), info->name);
	for (i = 0; i < sizeof(info->tag); i++)
		printf("%02x", info->tag[i]);
	printf("%s\n", info->gpl_compatible ? ", GPL" : "");
	printf("  loaded    %llu s ago by uid %u\n", age(info), info->created_by_uid);
	printf("  verified  %llu instructions in %llu states, %s\n", prog->stats.verified_insns,
	       prog->stats.verified_states,
	       cli_format_ns(prog->stats.verify_ns, text, sizeof(text)));
	printf("  code      %u slots, %s\n", info->xlated_prog_len / 8,
	       info->jited_prog_len ? "compiled" : "interpreted");
	printf("  runs      %llu, %llu missed", prog->stats.run_cnt, prog->stats.misses);
	if (prog->stats.run_timed)
		printf("; %llu timed, %s on average", prog->stats.run_timed,
		       cli_format_ns(average(&prog->stats), text, sizeof(text)));
	printf("\n  memory    %s\n", cli_format_bytes(prog->stats.memory, text2, sizeof(text2)));
	printf("  maps     ");
	for (i = 0; i < info->nr_map_ids; i++)
		printf(" %u", prog->map_ids[i]);
	printf("%s\n", info->nr_map_ids ? "" : " none");
}

static int visit(int dev, int fd, void *arg)
{
	struct view *view = arg;
	struct prog_full prog;
	int err = prog_full_get(dev, fd, &prog);

	if (err) {
		prog_full_free(&prog);
		return cli_error("a program's information: %s", strerror(-err));
	}
	if (view->json) {
		print_json(view->json, &prog);
	} else if (view->full) {
		print_full(&prog);
	} else {
		if (!view->count)
			printf("%-5s %-14s %-16s %12s %8s %8s %6s\n", "ID", "TYPE", "NAME",
			       "RUNS", "AVG NS", "MISSES", "SLOTS");
		print_row(&prog);
	}
	view->count++;
	prog_full_free(&prog);
	return CLI_OK;
}

static int visit_dump(int dev, int fd, void *arg)
{
	struct view *view = arg;
	struct prog_full prog;
	struct btf *btf;
	int err;

	if (view->machine)
		return machine_dump(dev, fd, view->json);
	err = prog_full_get(dev, fd, &prog);
	if (err || !prog.nr_insns) {
		prog_full_free(&prog);
		return cli_error("the program's code: %s",
				 err ? strerror(-err) : "the module does not show it");
	}
	btf = objects_btf(dev, prog.info.btf_id);
	dump_prog(&prog, btf, view->source, view->json);
	btf__free(btf);
	prog_full_free(&prog);
	return CLI_OK;
}

/* list, show ID, dump ID: what each takes. */
static int run(int argc, char **argv)
{
	struct json json = { .out = stdout };
	struct view view = { .source = true };
	const char *verb = argc > 1 ? argv[1] : "", *id = NULL;
	bool list = !strcmp(verb, "list"), show = !strcmp(verb, "show");
	bool dump = !strcmp(verb, "dump");
	int i, dev, ret;

	if (!list && !show && !dump)
		return cli_usage(&cli_prog, "list, show or dump?");
	for (i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "--json")) {
			view.json = &json;
			continue;
		}
		if (dump && !strcmp(argv[i], "--no-source")) {
			view.source = false;
			continue;
		}
		if (dump && !strcmp(argv[i], "--jit")) {
			view.machine = true;
			continue;
		}
		if (dump && id && !strcmp(argv[i], "xlated"))
			continue;
		if (argv[i][0] == '-' || id || list)
			return cli_usage(&cli_prog, "what is '%s'?", argv[i]);
		id = argv[i];
	}
	if (!list && !id)
		return cli_usage(&cli_prog, "%s which? an id is wanted", verb);
	dev = cli_device();
	if (dev < 0)
		return CLI_FAILED;
	view.full = show;
	if (list && view.json)
		json_array(&json, NULL);
	ret = list ? objects_each(dev, OBJECTS_PROG, visit, &view) :
		     objects_one(dev, OBJECTS_PROG, id, dump ? visit_dump : visit, &view);
	if (list && view.json)
		json_array_end(&json);
	if (view.json && (list || !ret))
		json_finish(&json);
	close(dev);
	return ret;
}

const struct cli_command cli_prog = {
	.name = "prog",
	.summary = "list programs, show one, dump its code",
	.help =
"kbpf prog list [--json]\n"
"kbpf prog show [--json] ID\n"
"kbpf prog dump [--json] [--no-source | --jit] ID [xlated]\n"
"\n"
"list   a line for each program: id, type, name, runs, average time of a run in ns\n"
"       (of those that were timed: kbpf run --time, kbpf stats --watch), runs that\n"
"       were missed, slots of code\n"
"show   all about one\n"
"dump   its instructions as they run, under the source lines they come from;\n"
"       --jit: the machine code that they were compiled to\n"
"\n"
"Exit status: 0; 1 when there is no such program; 2 for anything else.\n",
	.run = run,
};
