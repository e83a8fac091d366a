// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Operations on maps through bpf(2): prints a line an operation, its name and
 * hundredths of a nanosecond; and for maps with entries the bytes that one takes.
 * Under libkbpf-libbpf the same binary measures kbpf. Meant for a guest whose
 * clock counts instructions.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "maps.skel.h"
#include "maps.h"

#define SAMPLES	5

static struct maps_bpf *skel;
static struct perf_buffer *perf;

static void die(const char *what, int err)
{
	fprintf(stderr, "maps: %s: %s\n", what, strerror(err < 0 ? -err : err));
	exit(1);
}

static void run(const char *name)
{
	struct bpf_program *p = bpf_object__find_program_by_name(skel->obj, name);
	__u64 args[1] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = sizeof(args));

	if (!p)
		die(name, ENOENT);
	skel->bss->done = 0;
	if (bpf_program__type(p) == BPF_PROG_TYPE_KPROBE)
		getpgid(0);
	else if (bpf_prog_test_run_opts(bpf_program__fd(p), &opts))
		die(name, errno);
	if (skel->bss->done != OPS) {
		fprintf(stderr, "maps: %s: %u of %u worked\n", name, skel->bss->done, OPS);
		exit(1);
	}
}

static int by_value(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

/* Runs @name between @before and @after, which may be NULL. */
static void measure(const char *name, const char *suffix, const char *before, void (*after)(void))
{
	__u64 ns[SAMPLES];
	int i;

	for (i = -1; i < SAMPLES; i++) {
		if (before)
			run(before);
		run(name);
		if (i >= 0)
			ns[i] = skel->bss->elapsed;
		if (after)
			after();
	}
	qsort(ns, SAMPLES, sizeof(ns[0]), by_value);
	printf("%s%s %llu\n", name, suffix, ns[SAMPLES / 2] * 100 / OPS);
}

/* ---- maps with keys ------------------------------------------------------------------ */

static int fd_of(const char *map)
{
	return bpf_object__find_map_fd_by_name(skel->obj, map);
}

static void fill(const char *map, __u32 from, __u32 to)
{
	__u64 values[256];
	__u32 key[16] = { 0 };
	struct prefix *prefix = (struct prefix *)key;
	int i;

	for (i = 0; i < 256; i++)
		values[i] = 1;
	for (; from < to; from++) {
		key[0] = from;
		if (!strcmp(map, "lpm"))
			*prefix = (struct prefix){ 32, __builtin_bswap32(from << 8) };
		if (bpf_map_update_elem(fd_of(map), key, values, BPF_ANY))
			die(map, errno);
	}
}

/* Bytes of all slab caches. */
static unsigned long long slabs(void)
{
	unsigned long long total = 0, objects, size;
	FILE *in = fopen("/proc/slabinfo", "re");
	char line[512];

	while (in && fgets(line, sizeof(line), in))
		if (sscanf(line, "%*s %*u %llu %llu", &objects, &size) == 2)
			total += objects * size;
	if (in)
		fclose(in);
	return total;
}

/*
 * Bytes an entry: what the descriptor says of the map; or, if that is more, what slab
 * caches grew by since @before, for some types leave parts out.
 */
static void memory(const char *map, unsigned long long before)
{
	unsigned long long bytes = 0, grown = slabs() - before;
	char path[64], line[128];
	FILE *in;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd_of(map));
	in = fopen(path, "re");
	while (in && fgets(line, sizeof(line), in))
		sscanf(line, "memlock: %llu", &bytes);
	if (in)
		fclose(in);
	if (before && grown > bytes)
		bytes = grown;
	printf("memory/%s %llu\n", map, bytes * 100 / ENTRIES);
}

/* Program @op on @map, with @before run ahead of each of its runs. */
static void operation(const char *map, const char *op, const char *suffix, const char *before)
{
	char name[64], other[64];

	snprintf(name, sizeof(name), "%s_%s", map, op);
	snprintf(other, sizeof(other), "%s_%s", map, before ? before : "");
	measure(name, suffix, before ? other : NULL, NULL);
}

static void run_on(const char *map, const char *op)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_%s", map, op);
	run(name);
}

static void use_keys(__u32 first, __u32 step)
{
	skel->bss->first = first;
	skel->bss->step = step;
}

/* At some fill: keys that are there; then the same taken out and put in again. */
static void at_fill(const char *map, const char *suffix, __u32 entries)
{
	use_keys(0, entries / OPS);
	operation(map, "lookup", suffix, NULL);
	operation(map, "update", suffix, NULL);
	run_on(map, "delete");
	operation(map, "delete", suffix, "insert");
	run_on(map, "insert");
	operation(map, "insert", suffix, "delete");
}

static void hash(const char *map)
{
	static const __u32 percent[] = { 10, 50, 100 };
	__u32 i, from = 0, to;
	char suffix[8];

	for (i = 0; i < 3; i++) {
		to = ENTRIES * percent[i] / 100;
		fill(map, from, to);
		from = to;
		snprintf(suffix, sizeof(suffix), "_%u", percent[i]);
		at_fill(map, suffix, to);
	}
	memory(map, 0);
}

static void lru(void)
{
	static __u32 next = ENTRIES;
	int i;

	fill("lru", 0, ENTRIES / 2);
	at_fill("lru", "", ENTRIES / 2);
	fill("lru", ENTRIES / 2, ENTRIES);
	memory("lru", 0);
	/* each new key costs another its place */
	for (i = 0; i < 8; i++, next += OPS) {
		use_keys(next, 1);
		run("lru_insert");
	}
	printf("lru_insert_evict %llu\n", skel->bss->elapsed * 100 / OPS);
}

static void array(const char *map)
{
	fill(map, 0, ENTRIES);
	use_keys(0, ENTRIES / OPS);
	operation(map, "lookup", "", NULL);
	operation(map, "update", "", NULL);
	memory(map, 0);
}

static void lpm(void)
{
	unsigned long long before = slabs();

	fill("lpm", 0, ENTRIES / 2);
	at_fill("lpm", "", ENTRIES / 2);
	fill("lpm", ENTRIES / 2, ENTRIES);
	memory("lpm", before);
}

static void queue(void)
{
	measure("queue_pop", "", "queue_push", NULL);
	measure("queue_push", "", NULL, NULL);
	memory("queue", 0);
}

/* ---- rings ------------------------------------------------------------------------------ */

static void consume_ring(void)
{
	size_t page = getpagesize();
	int fd = fd_of("ringbuf");
	volatile unsigned long *consumer, *producer;

	consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	producer = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, page);
	if (consumer == MAP_FAILED || producer == MAP_FAILED)
		die("ringbuf", errno);
	*consumer = *producer;
	munmap((void *)consumer, page);
	munmap((void *)producer, page);
}

static void on_sample(void *ctx, int cpu, void *data, __u32 size)
{
	(void)ctx;
	(void)cpu;
	(void)data;
	(void)size;
}

static void consume_perf(void)
{
	perf_buffer__consume(perf);
}

static void rings(void)
{
	static const char *const sizes[] = { "16", "64", "256" };
	char name[32];
	int i;

	perf = perf_buffer__new(fd_of("perf"), 64, on_sample, NULL, NULL, NULL);
	if (!perf)
		die("perf", errno);
	for (i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "ringbuf_reserve_%s", sizes[i]);
		measure(name, "", NULL, consume_ring);
		snprintf(name, sizeof(name), "ringbuf_output_%s", sizes[i]);
		measure(name, "", NULL, consume_ring);
		snprintf(name, sizeof(name), "perf_output_%s", sizes[i]);
		measure(name, "", NULL, consume_perf);
	}
	perf_buffer__free(perf);
}

int main(void)
{
	static const char *const kinds[] = { "hash", "percpu_hash" };
	static const int sizes[] = { 4, 8, 16, 64 };
	struct bpf_link *link;
	char name[32];
	int i;

	skel = maps_bpf__open_and_load();
	if (!skel)
		die("load", errno);
	for (i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "%s%d", kinds[i / 4], sizes[i % 4]);
		hash(name);
	}
	lru();
	array("array");
	array("percpu_array");
	lpm();
	queue();
	rings();
	link = bpf_program__attach_kprobe(skel->progs.stackid, false, "__x64_sys_getpgid");
	if (!link)
		die("getpgid", errno);
	measure("stackid", "", NULL, NULL);
	bpf_link__destroy(link);
	maps_bpf__destroy(skel);
	return 0;
}
