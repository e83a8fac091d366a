// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * flowtop: which flows of an interface carry how much, as a live table or as
 * JSON.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <getopt.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flowtop.h"
#include "flowtop.skel.h"
#include "json.h"
#include "kbpf.h"
#include "libkbpf.h"

/**
 * struct row - a flow, and what it did in the last interval
 * @f: the flow
 * @t: what it did in all
 * @bytes: in the interval
 */
struct row {
	struct flow f;
	struct traffic t;
	unsigned long long bytes;
};

struct table {
	struct row *rows;
	size_t count;
};

struct options {
	bool json;
	unsigned int interval;
	unsigned int rounds;
	unsigned int lines;
	const char *iface;
};

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static int complain(const char *what, int err)
{
	fprintf(stderr, "flowtop: %s: %s\n", what, strerror(err < 0 ? -err : err));
	return 1;
}

static int by_flow(const void *a, const void *b)
{
	return memcmp(&((const struct row *)a)->f, &((const struct row *)b)->f,
		      sizeof(struct flow));
}

static int by_bytes(const void *a, const void *b)
{
	const struct row *p = a, *q = b;

	if (p->bytes != q->bytes)
		return p->bytes < q->bytes ? 1 : -1;
	return p->t.bytes < q->t.bytes ? 1 : p->t.bytes > q->t.bytes ? -1 : by_flow(a, b);
}

/* The flows there are now, in the order of their keys. */
static int collect(int map, struct table *table)
{
	struct flow key, *prev = NULL;
	size_t room = 0;

	*table = (struct table) { NULL, 0 };
	for (; !bpf_map_get_next_key(map, prev, &key); prev = &key) {
		struct row *r;

		if (table->count == room) {
			room = room ? room * 2 : 256;
			r = realloc(table->rows, room * sizeof(*r));
			if (!r)
				return complain("flows", ENOMEM);
			table->rows = r;
		}
		r = &table->rows[table->count];
		r->f = key;
		r->bytes = 0;
		if (!bpf_map_lookup_elem(map, &key, &r->t) && r->t.packets)
			table->count++;
		if (table->count > FLOWTOP_FLOWS)
			break;
	}
	if (table->count)
		qsort(table->rows, table->count, sizeof(*table->rows), by_flow);
	return 0;
}

static void since(struct table *now, const struct table *before)
{
	size_t i;

	for (i = 0; i < now->count; i++) {
		const struct row *old = NULL;

		if (before->count)
			old = bsearch(&now->rows[i], before->rows, before->count,
				      sizeof(*old), by_flow);
		now->rows[i].bytes = now->rows[i].t.bytes - (old ? old->t.bytes : 0);
	}
}

static const char *protocol(__u8 proto, char *buf, size_t size)
{
	snprintf(buf, size, proto == 6 ? "tcp" : proto == 17 ? "udp" : proto == 1 ? "icmp" :
		 proto == 58 ? "icmp6" : "%u", proto);
	return buf;
}

static const char *end(const struct flow *f, const __u8 *addr, __u16 port, char *buf, size_t size)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(f->family == 4 ? AF_INET : AF_INET6, addr + (f->family == 4 ? 12 : 0), text,
		  sizeof(text));
	if (port)
		snprintf(buf, size, f->family == 4 ? "%s:%u" : "[%s]:%u", text, port);
	else
		snprintf(buf, size, "%s", text);
	return buf;
}

static void print_json(struct json *j, const struct row *r, unsigned int interval)
{
	char text[INET6_ADDRSTRLEN];
	const struct flow *f = &r->f;
	int family = f->family == 4 ? AF_INET : AF_INET6, skip = f->family == 4 ? 12 : 0;

	json_object(j, NULL);
	json_string(j, "direction", f->out ? "out" : "in");
	json_string(j, "protocol", protocol(f->proto, text, sizeof(text)));
	json_string(j, "src", inet_ntop(family, f->src + skip, text, sizeof(text)));
	json_uint(j, "sport", f->sport);
	json_string(j, "dst", inet_ntop(family, f->dst + skip, text, sizeof(text)));
	json_uint(j, "dport", f->dport);
	json_uint(j, "packets", r->t.packets);
	json_uint(j, "bytes", r->t.bytes);
	json_uint(j, "bytes_per_second", r->bytes / interval);
	json_object_end(j);
}

static void show_json(const struct table *t, unsigned long long untracked, const struct options *o)
{
	struct json j = { .out = stdout, .flat = true };
	size_t i;

	json_object(&j, NULL);
	json_string(&j, "interface", o->iface);
	json_uint(&j, "untracked", untracked);
	json_array(&j, "flows");
	for (i = 0; i < t->count; i++)
		print_json(&j, &t->rows[i], o->interval);
	json_array_end(&j);
	json_object_end(&j);
	json_finish(&j);
	fflush(stdout);
}

static void show_table(const struct table *t, unsigned long long untracked, const struct options *o)
{
	char from[80], to[80], proto[16];
	size_t i;

	if (isatty(STDOUT_FILENO))
		printf("\033[H\033[2J");
	printf("%s: %zu flows, %llu packets in none\n%-3s %-6s %-30s %-30s %10s %12s %10s\n",
	       o->iface, t->count, untracked, "", "PROTO", "FROM", "TO", "B/s", "BYTES", "PACKETS");
	for (i = 0; i < t->count && i < o->lines; i++) {
		const struct row *r = &t->rows[i];

		printf("%-3s %-6s %-30s %-30s %10llu %12llu %10llu\n", r->f.out ? "out" : "in",
		       protocol(r->f.proto, proto, sizeof(proto)),
		       end(&r->f, r->f.src, r->f.sport, from, sizeof(from)),
		       end(&r->f, r->f.dst, r->f.dport, to, sizeof(to)), r->bytes / o->interval,
		       (unsigned long long)r->t.bytes, (unsigned long long)r->t.packets);
	}
	fflush(stdout);
}

static int watch(struct flowtop_bpf *skel, const struct options *o)
{
	struct table before = { NULL, 0 }, now;
	int map = bpf_map__fd(skel->maps.flows);
	unsigned int round = 0;

	while (!stopped && (!o->rounds || round++ < o->rounds)) {
		sleep(o->interval);
		if (collect(map, &now))
			return 1;
		since(&now, &before);
		free(before.rows);
		before = now;
		now.rows = malloc((before.count + 1) * sizeof(*now.rows));
		if (!now.rows)
			return complain("flows", ENOMEM);
		memcpy(now.rows, before.rows, before.count * sizeof(*now.rows));
		qsort(now.rows, now.count, sizeof(*now.rows), by_bytes);
		(o->json ? show_json : show_table)(&now, skel->bss->untracked, o);
		free(now.rows);
	}
	free(before.rows);
	return 0;
}

static int hook(int dev, const struct bpf_program *prog, unsigned int type, unsigned int ifindex)
{
	struct kbpf_link_create_attr attr = {
		.prog_fd = bpf_program__fd(prog), .target_fd = ifindex, .attach_type = type,
	};

	return kbpf_link_create(dev, &attr, sizeof(attr));
}

static int run(struct flowtop_bpf *skel, const struct options *o)
{
	unsigned int ifindex = if_nametoindex(o->iface);
	int dev = kbpf_device_open(), in, out, ret;

	if (!ifindex)
		return complain(o->iface, errno);
	if (dev < 0)
		return complain("/dev/kbpf", dev);
	in = hook(dev, skel->progs.ingress, KBPF_TCX_INGRESS, ifindex);
	if (in < 0)
		return complain("cannot watch what comes in", in);
	out = hook(dev, skel->progs.egress, KBPF_TCX_EGRESS, ifindex);
	if (out < 0)
		fprintf(stderr, "flowtop: what goes out cannot be watched: %s\n", strerror(-out));
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	fprintf(stderr, "flowtop: watching %s\n", o->iface);
	ret = watch(skel, o);
	close(in);
	if (out >= 0)
		close(out);
	close(dev);
	return ret;
}

static const char help[] =
"flowtop [--json] [-i SECONDS] [-n ROUNDS] [-l LINES] INTERFACE\n"
"\n"
"Shows the flows of an interface, those first that carried most since the last\n"
"time.\n"
"\n"
"  -i, --interval SECONDS  time between tables (default: 1)\n"
"  -n, --rounds ROUNDS     tables to show (default: until interrupted)\n"
"  -l, --lines LINES       flows to show (default: 20)\n"
"  -j, --json              all flows as JSON, one line a round\n";

static int parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "interval", required_argument, NULL, 'i' },
		{ "rounds", required_argument, NULL, 'n' },
		{ "lines", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "ji:n:l:h", longs, NULL)) != -1) {
		switch (opt) {
		case 'j':
			o->json = true;
			break;
		case 'i':
			o->interval = strtoul(optarg, NULL, 0);
			break;
		case 'n':
			o->rounds = strtoul(optarg, NULL, 0);
			break;
		case 'l':
			o->lines = strtoul(optarg, NULL, 0);
			break;
		case 'h':
			fputs(help, stdout);
			exit(0);
		default:
			fputs(help, stderr);
			return 2;
		}
	}
	if (optind + 1 != argc || !o->interval) {
		fputs(help, stderr);
		return 2;
	}
	o->iface = argv[optind];
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = { .interval = 1, .lines = 20 };
	struct flowtop_bpf *skel;
	int ret = parse(argc, argv, &o);

	if (ret)
		return ret;
	skel = flowtop_bpf__open_and_load();
	if (!skel)
		return complain("cannot load the programs", errno);
	ret = run(skel, &o);
	flowtop_bpf__destroy(skel);
	return ret;
}
