// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * kbpf stats: what programs cost. Watching has the runs timed meanwhile.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "json.h"
#include "libkbpf.h"
#include "objects.h"

/**
 * struct sample - counts of one program at one time
 * @id: the program
 * @type: its type
 * @name: its name
 * @stats: its counts
 */
struct sample {
	__u32 id;
	__u32 type;
	char name[KBPF_OBJ_NAME_LEN + 1];
	struct kbpf_prog_stats_attr stats;
};

struct samples {
	struct sample *all;
	size_t count;
	__u64 when_ns;
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
	struct kbpf_prog_info info;
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
		err = kbpf_prog_stats_get(dev, fd, &s->stats, sizeof(s->stats));
	if (err)
		return cli_error("a program's counts: %s", strerror(-err));
	s->id = info.id;
	s->type = info.type;
	snprintf(s->name, sizeof(s->name), "%.16s", info.name);
	samples->count++;
	return CLI_OK;
}

static int take(int dev, struct samples *samples)
{
	struct timespec now;

	memset(samples, 0, sizeof(*samples));
	clock_gettime(CLOCK_MONOTONIC, &now);
	samples->when_ns = (__u64)now.tv_sec * 1000000000ULL + (__u64)now.tv_nsec;
	return objects_each(dev, OBJECTS_PROG, visit, samples);
}

/* What @now has on top of @before; a program that is new counts from zero. */
static struct kbpf_prog_stats_attr since(const struct sample *now, const struct samples *before)
{
	struct kbpf_prog_stats_attr diff = now->stats;
	size_t i;

	for (i = 0; before && i < before->count; i++) {
		const struct sample *old = &before->all[i];

		if (old->id != now->id)
			continue;
		diff.run_cnt -= old->stats.run_cnt;
		diff.run_timed -= old->stats.run_timed;
		diff.run_time_ns -= old->stats.run_time_ns;
		diff.misses -= old->stats.misses;
	}
	return diff;
}

static void print_row(const struct sample *s, const struct kbpf_prog_stats_attr *d, double seconds)
{
	char avg[32] = "-", cpu[32] = "-", rate[32] = "-";

	if (d->run_timed)
		snprintf(avg, sizeof(avg), "%llu", d->run_time_ns / d->run_timed);
	if (seconds > 0) {
		snprintf(rate, sizeof(rate), "%.0f", (double)d->run_cnt / seconds);
		snprintf(cpu, sizeof(cpu), "%.2f", (double)d->run_time_ns / seconds / 1e7);
	}
	printf("%-5u %-15s %-16s %12llu %10s %8s %7s %8llu\n", s->id, cli_prog_type(s->type),
	       s->name, d->run_cnt, rate, avg, cpu, d->misses);
}

static void print_text(const struct samples *now, const struct samples *before)
{
	double seconds = before ? (double)(now->when_ns - before->when_ns) / 1e9 : 0;
	struct kbpf_prog_stats_attr diff, sum = { .run_cnt = 0 };
	size_t i;

	printf("%-5s %-15s %-16s %12s %10s %8s %7s %8s\n", "ID", "TYPE", "NAME", "RUNS", "RUNS/S",
	       "AVG NS", "CPU %", "MISSES");
	for (i = 0; i < now->count; i++) {
		diff = since(&now->all[i], before);
		print_row(&now->all[i], &diff, seconds);
		sum.run_cnt += diff.run_cnt;
		sum.misses += diff.misses;
	}
	printf("%zu programs, %llu runs, %llu missed\n", now->count, sum.run_cnt, sum.misses);
	fflush(stdout);
}

static void print_json(const struct samples *now, const struct samples *before, bool flat)
{
	struct json json = { .out = stdout, .flat = flat };
	size_t i;

	json_object(&json, NULL);
	if (before)
		json_double(&json, "seconds", (double)(now->when_ns - before->when_ns) / 1e9);
	json_array(&json, "programs");
	for (i = 0; i < now->count; i++) {
		const struct sample *s = &now->all[i];
		struct kbpf_prog_stats_attr diff = since(s, before);

		json_object(&json, NULL);
		json_uint(&json, "id", s->id);
		json_string(&json, "type", cli_prog_type(s->type));
		json_string(&json, "name", s->name);
		json_uint(&json, "runs", diff.run_cnt);
		json_uint(&json, "runs_timed", diff.run_timed);
		json_uint(&json, "run_time_ns", diff.run_time_ns);
		json_uint(&json, "misses", diff.misses);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
	json_finish(&json);
}

static int watch(int dev, __u32 seconds, __u32 count, bool use_json)
{
	struct sigaction action = { .sa_handler = stop };
	struct samples before, now;
	int timing, ret;

	timing = kbpf_stats_enable(dev, KBPF_STATS_RUN_TIME);
	if (timing < 0)
		return cli_error("timing of runs: %s", strerror(-timing));
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	ret = take(dev, &before);
	while (!ret && !stopped && count--) {
		struct timespec pause = { .tv_sec = seconds };

		nanosleep(&pause, NULL);
		ret = take(dev, &now);
		if (!ret && use_json)
			print_json(&now, &before, true);
		else if (!ret)
			print_text(&now, &before);
		free(before.all);
		before = now;
	}
	free(before.all);
	close(timing);
	return ret;
}

static int run(int argc, char **argv)
{
	__u32 seconds = 1, count = (__u32)-1;
	bool use_json = false, watching = false;
	struct samples now;
	int i, dev, ret;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json")) {
			use_json = true;
		} else if (!strcmp(argv[i], "--watch")) {
			watching = true;
			if (i + 1 < argc && cli_parse_u32(argv[i + 1], &seconds))
				i++;
		} else if (!strcmp(argv[i], "--count") && i + 1 < argc) {
			if (!cli_parse_u32(argv[++i], &count))
				return cli_usage(&cli_stats, "'%s' is no number", argv[i]);
		} else {
			return cli_usage(&cli_stats, "what is '%s'?", argv[i]);
		}
	}
	if (!seconds)
		return cli_usage(&cli_stats, "an interval of 0 seconds");
	dev = cli_device();
	if (dev < 0)
		return CLI_FAILED;
	if (watching) {
		ret = watch(dev, seconds, count, use_json);
	} else {
		ret = take(dev, &now);
		if (!ret && use_json)
			print_json(&now, NULL, false);
		else if (!ret)
			print_text(&now, NULL);
		free(now.all);
	}
	close(dev);
	return ret;
}

const struct cli_command cli_stats = {
	.name = "stats",
	.summary = "how often programs run, and what they cost",
	.help =
"kbpf stats [--json]\n"
"kbpf stats --watch [SECONDS] [--count N] [--json]\n"
"\n"
"Prints for each program its runs, the average time of those that were timed,\n"
"and runs that were missed (turned away by the nesting guard, or by a full pool\n"
"of return probes), since it was loaded. With --watch, the same for each interval\n"
"of SECONDS (1), N times or until interrupted; runs are timed meanwhile.\n"
"--watch --json prints one document a line.\n"
"\n"
"Exit status: 0; 2 for anything else.\n",
	.run = run,
};
