// SPDX-License-Identifier: (GPL-2.0 OR LGPL-2.1 OR BSD-2-Clause)
/*
 * opensnoop: prints each open(2) with its process, result, latency and path.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "opensnoop.h"
#include "opensnoop.skel.h"

#define POLL_MS	100

static struct {
	unsigned int pid;
	unsigned int seconds;
	bool failed;
	bool json;
	bool verbose;
} opts;

static volatile sig_atomic_t stopped;

static const char help[] =
"opensnoop [OPTION]...\n"
"\n"
"Prints each open of a file: process, result (the descriptor, or the error),\n"
"time it took in microseconds, path.\n"
"\n"
"  -p, --pid PID        only this process\n"
"  -x, --failed         only opens that failed\n"
"  -d, --duration SECS  stop after so many seconds\n"
"  -j, --json           one JSON document a line\n"
"  -v, --verbose        libbpf's messages too\n"
"  -h, --help\n"
"\n"
"Exit status: 0 when it was interrupted or the time was over; 1 when the programs\n"
"could not be loaded or attached; 2 for wrong usage. Events that were lost are\n"
"reported on stderr at the end.\n";

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static int print_message(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (level == LIBBPF_DEBUG || (level == LIBBPF_INFO && !opts.verbose))
		return 0;
	return vfprintf(stderr, fmt, args);
}

static const char *result(int ret, char *buf, size_t size)
{
	const char *name = ret < 0 ? strerrorname_np(-ret) : NULL;

	snprintf(buf, size, "%d", ret);
	return name ? name : buf;
}

static void print_json(const struct event *event, const char *name)
{
	struct json json = { .out = stdout, .flat = true };
	char text[16];

	json_object(&json, NULL);
	json_uint(&json, "ns", event->when_ns);
	json_uint(&json, "pid", event->pid);
	json_uint(&json, "tid", event->tid);
	json_uint(&json, "uid", event->uid);
	json_string(&json, "comm", event->comm);
	json_int(&json, "ret", event->ret);
	if (event->ret < 0)
		json_string(&json, "errno", result(event->ret, text, sizeof(text)));
	json_uint(&json, "flags", event->flags);
	json_uint(&json, "latency_ns", event->latency_ns);
	if (name)
		json_string(&json, "path", name);
	else
		json_null(&json, "path");
	json_object_end(&json);
	json_finish(&json);
}

static int print_event(void *ctx, void *data, size_t size)
{
	const struct event *event = data;
	const char *name = event->name;
	char text[16];

	(void)ctx;
	if (size < sizeof(*event))
		return 0;
	if (event->name_len < 0)
		name = NULL;
	if (opts.json)
		print_json(event, name);
	else
		printf("%-7u %-16s %-14s %9.1f %s\n", event->pid, event->comm,
		       result(event->ret, text, sizeof(text)), (double)event->latency_ns / 1e3,
		       name ? name : "(the path could not be read)");
	return 0;
}

/* Is this function in the kernel, so that it can be probed? */
static bool kernel_has(const char *symbol)
{
	FILE *in = fopen("/proc/kallsyms", "r");
	char name[128], type;
	bool found = false;

	if (!in)
		return true;
	while (!found && fscanf(in, "%*s %c %127s%*[^\n]", &type, name) == 2)
		found = !strcmp(name, symbol);
	fclose(in);
	return found;
}

/* Either the function where all opens meet, or those system calls that there are. */
static int choose_programs(struct opensnoop_bpf *skel)
{
	bool meet = kernel_has("do_sys_openat2");
	struct bpf_program *prog;
	int chosen = 0;

	bpf_object__for_each_program(prog, skel->obj) {
		const char *symbol = strchr(bpf_program__section_name(prog), '/') + 1;
		bool is_meeting = !strcmp(symbol, "do_sys_openat2");
		bool wanted = is_meeting == meet && (is_meeting || kernel_has(symbol));

		bpf_program__set_autoload(prog, wanted);
		chosen += wanted;
	}
	return chosen;
}

static int run(struct opensnoop_bpf *skel)
{
	struct ring_buffer *ring;
	time_t end = time(NULL) + opts.seconds;
	int err = 0;

	ring = ring_buffer__new(bpf_map__fd(skel->maps.events), print_event, NULL, NULL);
	if (!ring) {
		fprintf(stderr, "opensnoop: the ring buffer: %s\n", strerror(errno));
		return 1;
	}
	if (!opts.json)
		printf("%-7s %-16s %-14s %9s %s\n", "PID", "COMM", "RESULT", "US", "PATH");
	fflush(stdout);
	while (!stopped && (!opts.seconds || time(NULL) < end)) {
		err = ring_buffer__poll(ring, POLL_MS);
		fflush(stdout);
		if (err < 0 && err != -EINTR)
			break;
		err = 0;
	}
	/* no more are made after this; what was made is printed */
	opensnoop_bpf__detach(skel);
	ring_buffer__consume(ring);
	ring_buffer__free(ring);
	fflush(stdout);
	if (skel->bss->lost_events || skel->bss->lost_calls)
		fprintf(stderr, "opensnoop: lost %llu events and %llu calls\n",
			(unsigned long long)skel->bss->lost_events,
			(unsigned long long)skel->bss->lost_calls);
	if (err)
		fprintf(stderr, "opensnoop: reading events: %s\n", strerror(-err));
	return err ? 1 : 0;
}

static int start(struct opensnoop_bpf *skel)
{
	int err = opensnoop_bpf__load(skel);

	if (err) {
		fprintf(stderr, "opensnoop: loading: %s\n", strerror(-err));
		return err;
	}
	err = opensnoop_bpf__attach(skel);
	if (err)
		fprintf(stderr, "opensnoop: attaching: %s\n", strerror(-err));
	return err;
}

static int load_and_run(void)
{
	struct opensnoop_bpf *skel = opensnoop_bpf__open();
	int err;

	if (!skel) {
		fprintf(stderr, "opensnoop: %s\n", strerror(errno));
		return 1;
	}
	skel->rodata->only_pid = opts.pid;
	skel->rodata->only_failed = opts.failed;
	skel->rodata->own_pid = (unsigned int)getpid();
	if (!choose_programs(skel)) {
		fprintf(stderr, "opensnoop: this kernel has no function to probe\n");
		err = 1;
	} else {
		err = start(skel);
		if (!err)
			err = run(skel);
	}
	opensnoop_bpf__destroy(skel);
	return err ? 1 : 0;
}

static bool parse_number(const char *text, unsigned int *value)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	*value = (unsigned int)number;
	return *text >= '0' && *text <= '9' && !*end && number && number <= 0x7fffffff;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "pid", required_argument, NULL, 'p' },
		{ "failed", no_argument, NULL, 'x' },
		{ "duration", required_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct sigaction action = { .sa_handler = stop };
	bool ok = true;
	int opt;

	while (ok && (opt = getopt_long(argc, argv, "p:xd:jvh", longs, NULL)) != -1) {
		switch (opt) {
		case 'p':
			ok = parse_number(optarg, &opts.pid);
			break;
		case 'x':
			opts.failed = true;
			break;
		case 'd':
			ok = parse_number(optarg, &opts.seconds);
			break;
		case 'j':
			opts.json = true;
			break;
		case 'v':
			opts.verbose = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			ok = false;
		}
	}
	if (!ok || optind < argc) {
		fputs(help, stderr);
		return 2;
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	libbpf_set_print(print_message);
	return load_and_run();
}
