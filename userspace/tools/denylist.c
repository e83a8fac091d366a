// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * denylist: packets from listed addresses are dropped where they come in, and
 * counted by address.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "denylist.h"
#include "denylist.skel.h"
#include "json.h"
#include "kbpf.h"
#include "libkbpf.h"

#define NFPROTO_IPV4		2
#define NFPROTO_IPV6		10
#define NF_PRE_ROUTING		0
#define PRIORITY		(-350)	/* before connection tracking sees the packet */

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static int complain(const char *what, int err)
{
	fprintf(stderr, "denylist: %s: %s\n", what, strerror(err < 0 ? -err : err));
	return 1;
}

static int parse(const char *text, struct address *a)
{
	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET6, text, a->byte) == 1)
		return 0;
	a->byte[10] = a->byte[11] = 0xff;
	return inet_pton(AF_INET, text, a->byte + 12) == 1 ? 0 : -1;
}

static const char *show(const struct address *a, char *buf, size_t size)
{
	static const __u8 mapped[12] = { [10] = 0xff, 0xff };

	if (!memcmp(a->byte, mapped, sizeof(mapped)))
		return inet_ntop(AF_INET, a->byte + 12, buf, size);
	return inet_ntop(AF_INET6, a->byte, buf, size);
}

static int add(int map, const char *text)
{
	struct denied none = { 0, 0 };
	struct address a;

	if (parse(text, &a)) {
		fprintf(stderr, "denylist: '%s' is not an address\n", text);
		return 1;
	}
	if (bpf_map_update_elem(map, &a, &none, BPF_ANY))
		return complain(text, errno);
	return 0;
}

/* One address a line; '#' begins a comment. */
static int add_file(int map, const char *path)
{
	FILE *in = strcmp(path, "-") ? fopen(path, "re") : stdin;
	char line[128];
	int err = 0;

	if (!in)
		return complain(path, errno);
	while (!err && fgets(line, sizeof(line), in)) {
		line[strcspn(line, " \t\r\n#")] = 0;
		if (line[0])
			err = add(map, line);
	}
	if (in != stdin)
		fclose(in);
	return err;
}

static int hook(int dev, int prog, unsigned int pf)
{
	struct kbpf_link_create_attr attr = {
		.prog_fd = prog, .attach_type = KBPF_NETFILTER,
		.netfilter = { .pf = pf, .hooknum = NF_PRE_ROUTING, .priority = PRIORITY },
	};

	return kbpf_link_create(dev, &attr, sizeof(attr));
}

static unsigned long long total(int map, __u32 what)
{
	int cpus = libbpf_num_possible_cpus(), i;
	unsigned long long sum = 0;
	__u64 *values;

	if (cpus < 1)
		return 0;
	values = calloc(cpus, sizeof(*values));
	if (values && !bpf_map_lookup_elem(map, &what, values))
		for (i = 0; i < cpus; i++)
			sum += values[i];
	free(values);
	return sum;
}

static void report_addresses(struct json *j, int map)
{
	struct address key, *prev = NULL;
	struct denied d;
	char text[64];

	for (; !bpf_map_get_next_key(map, prev, &key); prev = &key) {
		if (bpf_map_lookup_elem(map, &key, &d) || !d.packets)
			continue;
		if (!j) {
			printf("%-40s %12llu packets %15llu bytes\n", show(&key, text, sizeof(text)),
			       (unsigned long long)d.packets, (unsigned long long)d.bytes);
			continue;
		}
		json_object(j, NULL);
		json_string(j, "address", show(&key, text, sizeof(text)));
		json_uint(j, "packets", d.packets);
		json_uint(j, "bytes", d.bytes);
		json_object_end(j);
	}
}

static void report(const struct denylist_bpf *skel, bool as_json)
{
	int counts = bpf_map__fd(skel->maps.counts), deny = bpf_map__fd(skel->maps.deny);
	struct json j = { .out = stdout };

	if (!as_json) {
		report_addresses(NULL, deny);
		printf("passed %llu, dropped %llu, without address %llu\n",
		       total(counts, DENYLIST_PASSED), total(counts, DENYLIST_DROPPED),
		       total(counts, DENYLIST_STRANGE));
		fflush(stdout);
		return;
	}
	json_object(&j, NULL);
	json_uint(&j, "passed", total(counts, DENYLIST_PASSED));
	json_uint(&j, "dropped", total(counts, DENYLIST_DROPPED));
	json_uint(&j, "strange", total(counts, DENYLIST_STRANGE));
	json_array(&j, "denied");
	report_addresses(&j, deny);
	json_array_end(&j);
	json_object_end(&j);
	json_finish(&j);
	fflush(stdout);
}

static const char help[] =
"denylist [--json] [--interval SECONDS] [--file FILE]... [ADDRESS]...\n"
"\n"
"Drops IPv4 and IPv6 packets from the listed addresses where they come into this\n"
"network namespace, until it is interrupted; then says how many from whom. A\n"
"FILE has an address a line.\n"
"\n"
"  -f, --file FILE         addresses from a file, - for standard input\n"
"  -i, --interval SECONDS  report meanwhile, too\n"
"  -j, --json              report as JSON\n";

struct options {
	bool json;
	unsigned int interval;
};

static int watch(struct denylist_bpf *skel, const struct options *o)
{
	int dev = kbpf_device_open(), prog = bpf_program__fd(skel->progs.filter), v4, v6;

	if (dev < 0)
		return complain("/dev/kbpf", dev);
	v4 = hook(dev, prog, NFPROTO_IPV4);
	v6 = hook(dev, prog, NFPROTO_IPV6);
	if (v4 < 0 || v6 < 0)
		return complain("cannot filter", v4 < 0 ? v4 : v6);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	fprintf(stderr, "denylist: filtering\n");
	while (!stopped) {
		sleep(o->interval ? o->interval : 3600);
		if (!stopped && o->interval)
			report(skel, o->json);
	}
	report(skel, o->json);
	close(v4);
	close(v6);
	close(dev);
	return 0;
}

static int run(struct denylist_bpf *skel, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "interval", required_argument, NULL, 'i' },
		{ "file", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int map = bpf_map__fd(skel->maps.deny), opt, err = 0;
	struct options o = { .json = false };

	while (!err && (opt = getopt_long(argc, argv, "ji:f:h", longs, NULL)) != -1) {
		switch (opt) {
		case 'j':
			o.json = true;
			break;
		case 'i':
			o.interval = strtoul(optarg, NULL, 0);
			break;
		case 'f':
			err = add_file(map, optarg);
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			fputs(help, stderr);
			return 2;
		}
	}
	for (; !err && optind < argc; optind++)
		err = add(map, argv[optind]);
	return err ? err : watch(skel, &o);
}

int main(int argc, char **argv)
{
	struct denylist_bpf *skel;
	int err;

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(help, stdout);
		return 0;
	}
	skel = denylist_bpf__open();
	if (!skel)
		return complain("cannot open the program", errno);
	/* libbpf knows the type from 1.3 on. */
	bpf_program__set_type(skel->progs.filter, (enum bpf_prog_type)KBPF_PROG_TYPE_NETFILTER);
	bpf_program__set_expected_attach_type(skel->progs.filter,
					      (enum bpf_attach_type)KBPF_NETFILTER);
	err = denylist_bpf__load(skel);
	err = err ? complain("cannot load the program", err) : run(skel, argc, argv);
	denylist_bpf__destroy(skel);
	return err;
}
