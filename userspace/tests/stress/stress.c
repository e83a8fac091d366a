// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Everything at once on the same maps: programs in interrupts, in the allocator, the
 * scheduler and under mutexes; threads that read, write, read in batches, map, consume
 * and scribble; maps and programs that come and go. Afterwards nothing is missing: what
 * is in the maps and in the consumers' hands is what was counted as written.
 *
 *   stress SECONDS
 *
 * Runs under libkbpf-libbpf; prints KTAP.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kbpf.h"
#include "libkbpf.h"
#include "stress.h"
#include "stress.skel.h"

#define MAX_LINKS	64
#define TICKS		500	/* a second, on each CPU */

static struct stress_bpf *skel;
static struct bpf_link *links[MAX_LINKS];
static int nr_links, nr_cpus;
static volatile bool stop;
static __u64 mine[COUNTS];	/* what threads did, by atomic additions */
static __u64 received, broken, lost, perf_received;
static int number;

static void result(const char *name, bool ok, const char *format, long long a, long long b)
{
	printf("%sok %d stress.%s # ", ok ? "" : "not ", ++number, name);
	printf(format, a, b);
	printf("\n");
	fflush(stdout);
}

static void equal(const char *name, long long got, long long want)
{
	result(name, got == want, "%lld of %lld", got, want);
}

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static void count(int what, __u64 n)
{
	__atomic_fetch_add(&mine[what], n, __ATOMIC_RELAXED);
}

static __u32 dice(unsigned int *state)
{
	return (__u32)rand_r(state) << 16 ^ rand_r(state);
}

static int fd_of(struct bpf_map *map)
{
	return bpf_map__fd(map);
}

/* ---- threads ---------------------------------------------------------------------------- */

static void *writer(void *arg)
{
	unsigned int state = (unsigned long)arg;
	int hash = fd_of(skel->maps.hash), queue = fd_of(skel->maps.queue);

	while (!stop) {
		__u32 n = dice(&state), key = n % KEYS;
		__u64 value = n;

		if (!bpf_map_update_elem(hash, &key, &value, BPF_NOEXIST))
			count(INSERTED, 1);
		else if (errno != EEXIST)
			count(REFUSED, 1);
		key = dice(&state) % KEYS;
		if (n & 1 && !bpf_map_delete_elem(hash, &key))
			count(DELETED, 1);
		if (n & 2 && !bpf_map_update_elem(queue, NULL, &value, BPF_ANY))
			count(PUSHED, 1);
		if (n & 4 && !bpf_map_lookup_and_delete_elem(queue, NULL, &value))
			count(POPPED, 1);
		if (n & 8 && !bpf_map_lookup_and_delete_elem(hash, &key, &value))
			count(DELETED, 1);
		key = n % 500;
		bpf_map_update_elem(fd_of(skel->maps.lru), &key, &value, BPF_ANY);
	}
	return NULL;
}

static void *reader(void *arg)
{
	static struct bpf_map *maps[3];
	__u64 values[512], key[2], next[2];
	unsigned int i;

	(void)arg;
	maps[0] = skel->maps.hash;
	maps[1] = skel->maps.lru;
	maps[2] = skel->maps.prefixes;
	while (!stop) {
		for (i = 0; i < 3 && !stop; i++) {
			int fd = fd_of(maps[i]), err = bpf_map_get_next_key(fd, NULL, next);
			int n = 0;

			while (!err && n++ < 200) {
				memcpy(key, next, sizeof(key));
				bpf_map_lookup_elem(fd, key, values);
				err = bpf_map_get_next_key(fd, key, next);
			}
		}
		for (i = 0; i < SUMS && !stop; i++)
			bpf_map_lookup_elem(fd_of(skel->maps.sums), &i, values);
		for (i = 0; i < 64 && !stop; i++)
			bpf_map_lookup_elem(fd_of(skel->maps.stacks), &i, values);
	}
	return NULL;
}

/* Reads the whole hash in batches; now and then takes it out. */
static void *batch_reader(void *arg)
{
	static __u32 keys[KEYS];
	static __u64 values[KEYS];
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	int fd = fd_of(skel->maps.hash), round = 0, err;

	(void)arg;
	while (!stop) {
		bool take = round++ % 8 == 7, first = true;
		__u32 pos = 0, n;

		do {
			n = 256;
			err = (take ? bpf_map_lookup_and_delete_batch : bpf_map_lookup_batch)(
				fd, first ? NULL : &pos, &pos, keys, values, &n, &opts);
			if (err && errno != ENOENT)
				break;
			first = false;
			if (take)
				count(DELETED, n);
		} while (!err && !stop);
		usleep(1000);
	}
	return NULL;
}

static void *mapper(void *arg)
{
	size_t size = 512 * sizeof(__u64);
	volatile __u64 sum = 0;

	(void)arg;
	while (!stop) {
		__u64 *values = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
				     fd_of(skel->maps.mapped), 0);
		int i;

		if (values == MAP_FAILED)
			die("mmap");
		for (i = 0; i < 512; i++)
			sum += __atomic_fetch_add(&values[i], 1, __ATOMIC_RELAXED);
		munmap(values, size);
		usleep(500);
	}
	return NULL;
}

/* Harms nobody but whoever reads that ring, which is nobody. */
static void *scribbler(void *arg)
{
	unsigned int state = 99;
	long page = getpagesize();
	unsigned long *at;

	(void)arg;
	at = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd_of(skel->maps.scribbled), 0);
	if (at == MAP_FAILED)
		die("mmap");
	while (!stop) {
		at[0] = dice(&state) & 1 ? dice(&state) :
					   (unsigned long)dice(&state) << 32 | dice(&state);
		at[dice(&state) % (page / sizeof(*at))] = dice(&state);
		usleep(50);
	}
	munmap(at, page);
	return NULL;
}

static int create(struct bpf_map_create_opts *opts)
{
	return bpf_map_create(BPF_MAP_TYPE_HASH, "inner", 4, 8, 64, opts);
}

/* Maps, maps in maps, and programs on hooks come and go. */
static void *changer(void *arg)
{
	static const struct {
		enum bpf_map_type type;
		__u32 key, value, n, flags;
	} rows[] = {
		{ BPF_MAP_TYPE_HASH, 4, 8, 10000, 0 },
		{ BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 1000, BPF_F_NO_PREALLOC },
		{ BPF_MAP_TYPE_LPM_TRIE, 8, 8, 1000, BPF_F_NO_PREALLOC },
		{ BPF_MAP_TYPE_RINGBUF, 0, 0, 8192, 0 },
		{ BPF_MAP_TYPE_LRU_HASH, 4, 8, 100, 0 },
	};
	unsigned int round;

	(void)arg;
	for (round = 0; !stop; round++) {
		unsigned int i = round % (sizeof(rows) / sizeof(rows[0])), key = round % 8;
		LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = rows[i].flags);
		int fd = bpf_map_create(rows[i].type, "come", rows[i].key, rows[i].value,
					rows[i].n, &opts);
		__u64 value = round;

		if (fd < 0)
			die("create");
		if (rows[i].key == 4)
			bpf_map_update_elem(fd, &round, &value, BPF_ANY);
		close(fd);
		opts.map_flags = 0;
		fd = create(&opts);
		if (bpf_map_update_elem(fd_of(skel->maps.outer), &key, &fd, BPF_ANY))
			die("outer");
		close(fd);
		if (round % 3 == 0)
			bpf_map_delete_elem(fd_of(skel->maps.outer), &key);
		usleep(2000);
	}
	return NULL;
}

/* Opens files: allocations, mutexes and switches for programs to run in. */
static void *worker(void *arg)
{
	char text[256];

	(void)arg;
	while (!stop) {
		int fd = open("/proc/self/stat", O_RDONLY), pipes[2];

		if (fd >= 0 && read(fd, text, sizeof(text)) > 0)
			close(fd);
		if (!pipe(pipes)) {
			if (write(pipes[1], text, 10) == 10 && read(pipes[0], text, 10))
				close(pipes[0]);
			close(pipes[1]);
		}
		sched_yield();
	}
	return NULL;
}

/* ---- consumers ---------------------------------------------------------------------------- */

static int on_record(void *ctx, void *data, size_t size)
{
	struct record *rec = data;

	(void)ctx;
	received++;
	broken += size != sizeof(*rec) || rec->check != ~rec->seq;
	return 0;
}

static void *ring_consumer(void *rb)
{
	while (!stop)
		ring_buffer__poll(rb, 20);
	return NULL;
}

static void on_output(void *ctx, int cpu, void *data, __u32 size)
{
	struct record *rec = data;

	(void)ctx;
	(void)cpu;
	perf_received++;
	broken += size < sizeof(*rec) || rec->check != ~rec->seq;
}

static void on_lost(void *ctx, int cpu, __u64 n)
{
	(void)ctx;
	(void)cpu;
	lost += n;
}

static void *perf_consumer(void *pb)
{
	while (!stop)
		perf_buffer__poll(pb, 20);
	return NULL;
}

/* ---- hooks ---------------------------------------------------------------------------------- */

static void hook(struct bpf_link *link, const char *where)
{
	if (!link)
		die(where);
	links[nr_links++] = link;
}

/* At @name, or at what kernels of another version or configuration have in its place. */
static void kprobe(struct bpf_program *prog, const char *name, const char *other)
{
	struct bpf_link *link = bpf_program__attach_kprobe(prog, false, name);

	hook(link || !other ? link : bpf_program__attach_kprobe(prog, false, other), name);
}

static void attach(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK, .freq = 1, .sample_freq = TICKS,
	};
	int cpu, fd;

	kprobe(skel->progs.on_alloc, "kmem_cache_alloc", "kmem_cache_alloc_noprof");
	kprobe(skel->progs.on_schedule, "schedule", NULL);
	/* lockdep's kernels have the other one only */
	kprobe(skel->progs.on_mutex, "mutex_lock", "mutex_lock_nested");
	kprobe(skel->progs.on_open, "do_sys_openat2", NULL);
	for (cpu = 0; cpu < nr_cpus; cpu++) {
		fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
		if (fd < 0)
			die("perf_event_open");
		hook(bpf_program__attach_perf_event(skel->progs.on_tick, fd), "on_tick");
	}
}

/* ---- sums --------------------------------------------------------------------------------------- */

static __u64 total(int map, __u32 key)
{
	__u64 values[256] = { 0 }, sum = 0;
	int i;

	if (bpf_map_lookup_elem(map, &key, values))
		die("lookup");
	for (i = 0; i < nr_cpus; i++)
		sum += values[i];
	return sum;
}

static __u64 counted(int what)
{
	return total(fd_of(skel->maps.counts), what) + mine[what];
}

static __u64 walk(int fd)
{
	__u64 key, next, n = 0;
	int err = bpf_map_get_next_key(fd, NULL, &next);

	while (!err) {
		n++;
		key = next;
		err = bpf_map_get_next_key(fd, &key, &next);
	}
	return n;
}

static void stats_of(struct bpf_map *map, struct kbpf_map_stats_attr *stats)
{
	static int dev = -1;

	if (dev < 0)
		dev = kbpf_device_open();
	memset(stats, 0, sizeof(*stats));
	if (dev < 0 || kbpf_map_stats_get(dev, fd_of(map), stats, sizeof(*stats)))
		die("statistics");
}

static void check_maps(void)
{
	int queue = fd_of(skel->maps.queue);
	struct kbpf_map_stats_attr stats;
	__u64 sum = 0, left = 0, value;
	__u32 i;

	equal("hash", walk(fd_of(skel->maps.hash)), counted(INSERTED) - counted(DELETED));
	stats_of(skel->maps.hash, &stats);
	equal("hash_entries", stats.entries, counted(INSERTED) - counted(DELETED));
	result("hash_refused", stats.refused_full + stats.refused_busy >= counted(REFUSED) &&
	       !stats.refused_nomem, "%lld full, %lld busy, no memory always there",
	       stats.refused_full, stats.refused_busy);
	while (!bpf_map_lookup_and_delete_elem(queue, NULL, &value))
		left++;
	equal("queue", left, counted(PUSHED) - counted(POPPED));
	for (i = 0; i < SUMS; i++)
		sum += total(fd_of(skel->maps.sums), i);
	equal("sums", sum, counted(ADDED));
	stats_of(skel->maps.lru, &stats);
	equal("lru", walk(fd_of(skel->maps.lru)), stats.entries);
	stats_of(skel->maps.prefixes, &stats);
	equal("prefixes", walk(fd_of(skel->maps.prefixes)), stats.entries);
}

static void check_rings(void)
{
	struct kbpf_map_stats_attr stats;

	equal("ring", received, counted(WRITTEN));
	stats_of(skel->maps.ring, &stats);
	equal("ring_written", stats.written, counted(WRITTEN));
	equal("ring_discarded", stats.discarded, counted(DISCARDED));
	equal("ring_dropped", stats.refused_full + stats.refused_busy, counted(DROPPED));
	equal("perf", perf_received, counted(OUTPUT));
	result("perf_lost", lost <= counted(LOST), "%lld of %lld told", lost, counted(LOST));
	equal("records_whole", broken, 0);
}

static void prefill(void)
{
	__u64 zero[256] = { 0 };
	__u32 i;

	for (i = 0; i < SUMS; i++)
		if (bpf_map_update_elem(fd_of(skel->maps.sums), &i, zero, BPF_ANY))
			die("sums");
}

static struct stress_bpf *load(void)
{
	struct stress_bpf *s = stress_bpf__open();

	if (!s)
		die("open");
	bpf_map__set_max_entries(s->maps.perf, nr_cpus);
	if (stress_bpf__load(s))
		die("load");
	return s;
}

int main(int argc, char **argv)
{
	static void *(*const threads[])(void *) = {
		writer, writer, reader, batch_reader, mapper, scribbler, changer, worker, worker,
	};
	int n = sizeof(threads) / sizeof(threads[0]), i;
	pthread_t ids[16];
	struct ring_buffer *rb;
	struct perf_buffer *pb;

	if (argc != 2)
		return 2;
	printf("KTAP version 1\n");
	nr_cpus = libbpf_num_possible_cpus();
	skel = load();
	prefill();
	rb = ring_buffer__new(fd_of(skel->maps.ring), on_record, NULL, NULL);
	pb = perf_buffer__new(fd_of(skel->maps.perf), 8, on_output, on_lost, NULL, NULL);
	if (!rb || !pb)
		die("consumers");
	for (i = 0; i < n; i++)
		pthread_create(&ids[i], NULL, threads[i], (void *)(long)(i + 1));
	pthread_create(&ids[n++], NULL, ring_consumer, rb);
	pthread_create(&ids[n++], NULL, perf_consumer, pb);
	attach();
	sleep(atoi(argv[1]));
	while (nr_links)
		bpf_link__destroy(links[--nr_links]);
	stop = true;
	for (i = 0; i < n; i++)
		pthread_join(ids[i], NULL);
	/* a run that was under way is over after a grace period */
	sleep(1);
	while (ring_buffer__consume(rb) > 0)
		;
	perf_buffer__consume(pb);
	result("runs", counted(RUNS) > 100, "%lld runs of programs, %lld seconds", counted(RUNS),
	       atoi(argv[1]));
	check_maps();
	check_rings();
	printf("1..%d\n", number);
	ring_buffer__free(rb);
	perf_buffer__free(pb);
	stress_bpf__destroy(skel);
	return 0;
}
