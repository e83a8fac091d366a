// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Locks in values, dynptrs, task storage and user ring buffers through libbpf.
 * The same binary says the same on the in-process engine, on the device, and on
 * the kernel's own BPF.
 *
 *   objects [PREFIX]		names of cases begin with it
 *   objects PREFIX memory	what maps take is charged to the cgroup it is in
 *
 * Prints KTAP.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "objects.h"
#include "objects.skel.h"

#define BUMPS	5000
#define CGROUP	"/sys/fs/cgroup/kbpf"
#ifndef ENOTSUPP
#define ENOTSUPP 524
#endif

static struct objects_bpf *skel;
static unsigned int number, failed;
static const char *prefix = "objects";

static void report(const char *name, const char *why_not)
{
	number++;
	failed += !!why_not;
	printf("%s %u %s.%s%s%s\n", why_not ? "not ok" : "ok", number, prefix, name,
	       why_not ? " # " : "", why_not ? why_not : "");
	fflush(stdout);
}

#define WANT_EQ(got, want) do { \
	long long g = (long long)(got), w = (long long)(want); \
	if (g != w) { \
		static char text[160]; \
		snprintf(text, sizeof(text), "%s is %lld, wanted %lld", #got, g, w); \
		return text; \
	} \
} while (0)

static int run(struct bpf_program *prog, struct args *args)
{
	struct bpf_test_run_opts opts = {
		.sz = sizeof(opts), .ctx_in = args, .ctx_size_in = sizeof(*args),
	};
	int err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);

	return err ? err : (int)opts.retval;
}

static int run_n(struct bpf_program *prog, __u64 n)
{
	struct args args = { .n = n };

	return run(prog, &args);
}

/* ---- contexts -------------------------------------------------------------------- */

/* A SYSCALL program sees as much context as the caller gives, and that comes back. */
static const char *contexts(void)
{
	struct bpf_test_run_opts opts = { .sz = sizeof(opts) };
	struct args args = { .n = 0, .sum = 9 };
	int fd = bpf_program__fd(skel->progs.drain);

	WANT_EQ(bpf_prog_test_run_opts(fd, &opts), -EINVAL);
	opts.ctx_in = &args;
	opts.ctx_size_in = sizeof(args) - 8;
	WANT_EQ(bpf_prog_test_run_opts(fd, &opts), -EINVAL);
	opts.ctx_size_in = sizeof(args);
	WANT_EQ(bpf_prog_test_run_opts(fd, &opts), 0);
	WANT_EQ(args.sum, 0);
	return NULL;
}

/* ---- locks ---------------------------------------------------------------------- */

struct value {
	__u64 a;
	__u32 lock, pad;
	__u64 b;
};

static void *bump_often(void *arg)
{
	long torn = 0;
	int i;

	(void)arg;
	for (i = 0; i < BUMPS; i++)
		torn += !!run_n(skel->progs.bump, 1);
	return (void *)torn;
}

static const char *locks(void)
{
	int fd = bpf_map__fd(skel->maps.locks), i;
	struct value v = { .lock = 7 }, got;
	pthread_t threads[2];
	__u32 key = 1;
	void *torn;

	WANT_EQ(bpf_map_update_elem(fd, &key, &v, BPF_NOEXIST), 0);
	for (i = 0; i < 2; i++)
		WANT_EQ(pthread_create(&threads[i], NULL, bump_often, NULL), 0);
	for (i = 0; i < 2000; i++) {
		WANT_EQ(bpf_map_lookup_elem_flags(fd, &key, &got, BPF_F_LOCK), 0);
		WANT_EQ(got.a - got.b, 0);
		WANT_EQ(got.lock, 0);
	}
	for (i = 0; i < 2; i++) {
		pthread_join(threads[i], &torn);
		WANT_EQ((long)torn, 0);
	}
	WANT_EQ(bpf_map_lookup_elem_flags(fd, &key, &got, BPF_F_LOCK), 0);
	WANT_EQ(got.a, 2 * BUMPS);
	WANT_EQ(got.b, 2 * BUMPS);
	v.a = v.b = 3;
	WANT_EQ(bpf_map_update_elem(fd, &key, &v, BPF_F_LOCK | BPF_EXIST), 0);
	WANT_EQ(run_n(skel->progs.bump, 1), 0);
	WANT_EQ(bpf_map_lookup_elem(fd, &key, &got), 0);
	WANT_EQ(got.a, 4);
	WANT_EQ(bpf_map_lookup_elem_flags(bpf_map__fd(skel->maps.scratch), &key, &got, BPF_F_LOCK),
		-EINVAL);
	return NULL;
}

/* ---- task storage ----------------------------------------------------------------- */

static int pidfd_of(pid_t pid)
{
	return syscall(SYS_pidfd_open, pid, 0);
}

static const char *task_storage(void)
{
	int fd = bpf_map__fd(skel->maps.storage), self = pidfd_of(getpid()), bad = -1;
	struct per_task t = { .runs = 40, .other = 2 };

	WANT_EQ(self >= 0, 1);
	WANT_EQ(bpf_map_lookup_elem(fd, &self, &t), -ENOENT);
	WANT_EQ(run_n(skel->progs.peek_task, 0), 0);
	WANT_EQ(run_n(skel->progs.count_task, 0), 1);
	WANT_EQ(run_n(skel->progs.count_task, 0), 2);
	WANT_EQ(run_n(skel->progs.peek_task, 0), 2);
	WANT_EQ(bpf_map_lookup_elem(fd, &self, &t), 0);
	WANT_EQ(t.runs, 2);
	t.runs = 40;
	WANT_EQ(bpf_map_update_elem(fd, &self, &t, BPF_NOEXIST), -EEXIST);
	WANT_EQ(bpf_map_update_elem(fd, &self, &t, BPF_EXIST), 0);
	WANT_EQ(run_n(skel->progs.count_task, 0), 41);
	WANT_EQ(bpf_map_delete_elem(fd, &self), 0);
	WANT_EQ(bpf_map_delete_elem(fd, &self), -ENOENT);
	WANT_EQ(bpf_map_update_elem(fd, &self, &t, BPF_EXIST), -ENOENT);
	WANT_EQ(run_n(skel->progs.count_task, 1), 101);
	WANT_EQ(run_n(skel->progs.forget_task, 0), 0);
	WANT_EQ(run_n(skel->progs.forget_task, 0), -ENOENT);
	WANT_EQ(bpf_map_lookup_elem(fd, &bad, &t), -EBADF);
	WANT_EQ(bpf_map_lookup_elem(fd, &fd, &t), -EBADF);
	WANT_EQ(bpf_map_get_next_key(fd, NULL, &bad), -ENOTSUPP);
	close(self);
	return NULL;
}

/* A value goes with its task; each new task begins without one. */
static const char *task_ends(void)
{
	int fd = bpf_map__fd(skel->maps.storage), pidfd, status, i;
	struct per_task t;
	pid_t child;

	for (i = 0; i < 40; i++) {
		child = fork();
		if (!child)
			_exit(run_n(skel->progs.count_task, 0) == 1 ? 0 : 1);
		pidfd = pidfd_of(child);
		WANT_EQ(waitpid(child, &status, 0), child);
		WANT_EQ(status, 0);
		WANT_EQ(bpf_map_lookup_elem(fd, &pidfd, &t), -ENOENT);
		close(pidfd);
	}
	return NULL;
}

/* ---- dynptrs ------------------------------------------------------------------------ */

struct received {
	unsigned int records, bytes, wrong;
};

static int on_record(void *ctx, void *data, size_t size)
{
	struct received *r = ctx;
	const unsigned char *b = data;
	size_t i;

	r->records++;
	r->bytes += size;
	for (i = 0; i < size; i++)
		r->wrong += b[i] != (i & 0xff);
	return 0;
}

static const char *dynptrs(void)
{
	struct args args = { .n = 30, .discard = 1 };
	struct received r = {};
	struct ring_buffer *rb = ring_buffer__new(bpf_map__fd(skel->maps.ring), on_record, &r, NULL);

	WANT_EQ(!rb, 0);
	WANT_EQ(run_n(skel->progs.send_bytes, 10), 10);
	WANT_EQ(run_n(skel->progs.send_bytes, 200), 200);
	WANT_EQ(run(skel->progs.send_bytes, &args), 30);
	WANT_EQ(run_n(skel->progs.send_bytes, 0), 0);
	WANT_EQ(run_n(skel->progs.send_bytes, 5000), -EINVAL);
	WANT_EQ(run_n(skel->progs.send_bytes, 1 << 24), -E2BIG);
	WANT_EQ(ring_buffer__consume(rb), 3);
	WANT_EQ(r.records, 3);
	WANT_EQ(r.bytes, 210);
	WANT_EQ(r.wrong, 0);
	ring_buffer__free(rb);
	WANT_EQ(run_n(skel->progs.try_dynptr, 0), 15);
	WANT_EQ(run_n(skel->progs.try_dynptr, 60), 15);
	WANT_EQ(run_n(skel->progs.try_dynptr, 61), 0);
	WANT_EQ(run_n(skel->progs.try_dynptr, 0xffffffff), 0);
	return NULL;
}

/* ---- user ring buffers ----------------------------------------------------------------- */

static int send(struct user_ring_buffer *ur, __u64 value, bool discard)
{
	__u64 *sample = user_ring_buffer__reserve(ur, sizeof(*sample));

	if (!sample)
		return -errno;
	*sample = value;
	if (discard)
		user_ring_buffer__discard(ur, sample);
	else
		user_ring_buffer__submit(ur, sample);
	return 0;
}

static const char *user_ring(void)
{
	struct user_ring_buffer *ur = user_ring_buffer__new(bpf_map__fd(skel->maps.user_ring), NULL);
	struct args args = {};
	int i, round, sent;

	WANT_EQ(!ur, 0);
	WANT_EQ(run(skel->progs.drain, &args), 0);
	for (round = 0; round < 5; round++) {
		for (sent = 0; !send(ur, sent, false); sent++)
			;
		WANT_EQ(sent, 256);
		WANT_EQ(run(skel->progs.drain, &args), 256);
	}
	WANT_EQ(send(ur, 1, false) + send(ur, 2, true) + send(ur, STOP, false) + send(ur, 3, false), 0);
	/* the function stops there; a discarded sample does not count */
	WANT_EQ(run(skel->progs.drain, &args), 2);
	WANT_EQ(run(skel->progs.drain, &args), 1);
	for (i = 0; i < 3; i++)
		WANT_EQ(user_ring_buffer__reserve_blocking(ur, 8, 1000) != NULL, 1);
	WANT_EQ(run_n(skel->progs.drain, 4), -EINVAL);
	user_ring_buffer__free(ur);
	return NULL;
}

/* Positions and lengths that are lies harm nobody but who tells them. */
static const char *lying_producer(void)
{
	int fd = bpf_map__fd(skel->maps.user_ring);
	size_t page = sysconf(_SC_PAGESIZE);
	__u64 *consumer = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);
	char *rw = mmap(NULL, page + 2 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, page);
	volatile __u64 *producer = (void *)rw;
	volatile __u32 *hdr;
	__u64 at;

	WANT_EQ(consumer == MAP_FAILED || rw == MAP_FAILED, 0);
	WANT_EQ(mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED, 1);
	at = *consumer;
	hdr = (void *)(rw + page + (at & 4095));
	*producer = at + 7;
	WANT_EQ(run_n(skel->progs.drain, 0), -EINVAL);
	*producer = at + 16;
	*hdr = 64;
	WANT_EQ(run_n(skel->progs.drain, 0), -EINVAL);
	*producer = at + (1 << 20);
	*hdr = 1 << 16;
	WANT_EQ(run_n(skel->progs.drain, 0), -E2BIG);
	*hdr = 8 | 1U << 31;
	WANT_EQ(run_n(skel->progs.drain, 0), 0);
	*producer = at;
	WANT_EQ(run_n(skel->progs.drain, 0), 0);
	WANT_EQ(*consumer, at);
	munmap(consumer, page);
	munmap(rw, page + 2 * 4096);
	return NULL;
}

/* ---- timers ------------------------------------------------------------------------------- */

struct timed {
	__u64 runs, left, timer[2];
};

static __u64 runs_after(int ms)
{
	int fd = bpf_map__fd(skel->maps.timers);
	struct timed v = {};
	__u32 key = 7;

	usleep(ms * 1000);
	bpf_map_lookup_elem(fd, &key, &v);
	return v.timer[0] || v.timer[1] ? (__u64)-1 : v.runs;
}

static const char *timers(void)
{
	struct args again = { .n = TIMER_START, .discard = 4 };
	int fd = bpf_map__fd(skel->maps.timers), i;
	struct bpf_program *p = skel->progs.timer;
	struct timed v = { .timer = { 1, 1 } };
	__u32 key = 7;

	WANT_EQ(bpf_map_update_elem(fd, &key, &v, BPF_ANY), 0);
	WANT_EQ(run_n(p, TIMER_SET), -EINVAL);
	WANT_EQ(run_n(p, TIMER_START), -EINVAL);
	WANT_EQ(run_n(p, TIMER_CANCEL), -EINVAL);
	WANT_EQ(run_n(p, TIMER_BAD_CLOCK), -EINVAL);
	WANT_EQ(run_n(p, TIMER_INIT), 0);
	WANT_EQ(run_n(p, TIMER_INIT), -EBUSY);
	WANT_EQ(run_n(p, TIMER_START), -EINVAL);
	WANT_EQ(run_n(p, TIMER_SET), 0);
	WANT_EQ(run_n(p, TIMER_BAD_FLAGS), -EINVAL);
	WANT_EQ(run_n(p, TIMER_CANCEL), 0);
	WANT_EQ(run_n(p, TIMER_START), -EINVAL);
	WANT_EQ(run_n(p, TIMER_SET), 0);
	WANT_EQ(run_n(p, TIMER_START), 0);
	for (i = 0; i < 200 && runs_after(10) != 7; i++)
		;
	WANT_EQ(runs_after(50), 7);
	WANT_EQ(run(p, &again), 0);
	for (i = 0; i < 200 && runs_after(10) != 6 * 7; i++)
		;
	WANT_EQ(runs_after(50), 6 * 7);
	WANT_EQ(run_n(p, TIMER_START_FAR), 0);
	WANT_EQ(run_n(p, TIMER_CANCEL), 1);
	WANT_EQ(run_n(p, TIMER_SET), 0);
	WANT_EQ(run_n(p, TIMER_START_FAR), 0);
	/* goes with the entry; another one begins without */
	WANT_EQ(bpf_map_delete_elem(fd, &key), 0);
	WANT_EQ(bpf_map_update_elem(fd, &key, &v, BPF_ANY), 0);
	WANT_EQ(run_n(p, TIMER_CANCEL), -EINVAL);
	/* armed when the last descriptor goes: it must keep nothing */
	WANT_EQ(run_n(p, TIMER_INIT), 0);
	WANT_EQ(run_n(p, TIMER_SET), 0);
	WANT_EQ(run_n(p, TIMER_START_FAR), 0);
	return NULL;
}

/* ---- filling -------------------------------------------------------------------------- */

/*
 * Memory comes after entries that programs add, as fast as they can; it must not come too
 * late. KBPF_FILL: how many, a multiple of BURST.
 */
static const char *filling(void)
{
	__u32 n = bpf_map__max_entries(skel->maps.filled), i;
	long refused = 0;

	for (i = 0; i < n; i += BURST)
		refused += run_n(skel->progs.fill, i);
	WANT_EQ(refused, 0);
	/* now it is full */
	WANT_EQ(run_n(skel->progs.fill, n), BURST);
	return NULL;
}

/* ---- memory -------------------------------------------------------------------------------- */

static long long charged(void)
{
	FILE *in = fopen(CGROUP "/memory.current", "re");
	long long bytes = -1;

	if (in && fscanf(in, "%lld", &bytes) != 1)
		bytes = -1;
	if (in)
		fclose(in);
	return bytes;
}

/* The same once nothing is on its way back any more: maps are freed after they are closed. */
static long long charged_for_good(void)
{
	long long before, now = charged();
	int i, same = 0;

	for (i = 0; i < 200 && same < 10; i++) {
		usleep(20000);
		before = now;
		now = charged();
		same = now == before ? same + 1 : 0;
	}
	return now;
}

/* What a map takes is charged to the cgroup of who made it. */
static const char *charge(enum bpf_map_type type, __u32 value, __u32 entries, __u32 flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = flags);
	__u32 key = type == BPF_MAP_TYPE_RINGBUF ? 0 : 4;
	long long before = charged_for_good(), want = (value ? value : 1) * (long long)entries;
	int fd = bpf_map_create(type, "charged", key, value, entries, &opts);
	static char text[160];
	long long got = charged() - before;

	WANT_EQ(fd >= 0, 1);
	close(fd);
	if (got >= want / 10 * 9)
		return NULL;
	snprintf(text, sizeof(text), "%lld bytes charged, of %lld", got, want);
	return text;
}

static const char *charge_as_it_fills(void)
{
	const long long want = 40000LL * 1024;
	long long before = charged_for_good(), got;
	static char value[1024];
	__u32 i;
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "filled", 4, 1024, 40000, NULL);

	WANT_EQ(fd >= 0, 1);
	for (i = 0; i < 40000; i++)
		WANT_EQ(bpf_map_update_elem(fd, &i, value, BPF_ANY), 0);
	got = charged() - before;
	close(fd);
	WANT_EQ(got >= want / 10 * 9, 1);
	return NULL;
}

/* Large maps cost memory as they fill, not when they are made. */
static const char *grows(void)
{
	const __u32 entries = 1000000, at_once = 10000;
	__u32 *keys = calloc(at_once, sizeof(*keys)), count, i, k;
	__u64 *values = calloc(at_once, sizeof(*values));
	long long before = charged_for_good(), made, tenth = 0, full, slots;
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "million", 4, 8, entries, NULL);

	WANT_EQ(fd >= 0 && keys && values, 1);
	made = charged() - before;
	for (i = 0; i < (getenv("KBPF_FULL") ? entries : entries / 10); i += at_once) {
		for (k = 0; k < at_once; k++)
			keys[k] = i + k;
		count = at_once;
		WANT_EQ(bpf_map_update_batch(fd, keys, values, &count, NULL), 0);
		if (i + at_once == entries / 10)
			tenth = charged() - before;
	}
	full = charged() - before;
	close(fd);
	free(keys);
	free(values);
	before = charged_for_good();
	fd = bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, "slots", 4, 4, 262144, NULL);
	WANT_EQ(fd >= 0, 1);
	slots = charged() - before;
	close(fd);
	printf("    # hash of 1000000: %lld bytes made, %lld a tenth full, %lld full; perf event array of 262144: %lld\n",
	       made, tenth, full, slots);
	/* 24 bytes an entry at the least, when they are there */
	WANT_EQ(made < 24LL * entries / 2, 1);
	WANT_EQ(tenth < 24LL * entries / 2, 1);
	WANT_EQ(slots < 1 << 20, 1);
	return NULL;
}

static int memory(void)
{
	report("charged_array", charge(BPF_MAP_TYPE_ARRAY, 1024, 8192, 0));
	report("charged_mmapable", charge(BPF_MAP_TYPE_ARRAY, 1024, 8192, BPF_F_MMAPABLE));
	report("charged_percpu", charge(BPF_MAP_TYPE_PERCPU_ARRAY, 1024, 8192, 0));
	report("charged_ringbuf", charge(BPF_MAP_TYPE_RINGBUF, 0, 8 << 20, 0));
	report("charged_fill", charge_as_it_fills());
	report("grows", grows());
	printf("1..%u\n", number);
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		prefix = argv[1];
	if (argc > 2 && !strcmp(argv[2], "memory"))
		return memory();
	printf("KTAP version 1\n");
	skel = objects_bpf__open();
	if (skel && getenv("KBPF_FILL"))
		bpf_map__set_max_entries(skel->maps.filled, atoi(getenv("KBPF_FILL")));
	if (!skel || objects_bpf__load(skel)) {
		printf("not ok 1 %s.load # %s\n1..1\n", prefix, strerror(errno));
		return 1;
	}
	report("contexts", contexts());
	report("locks", locks());
	report("dynptrs", dynptrs());
	report("task_storage", task_storage());
	if (strcmp(prefix, "in-process"))
		report("task_ends", task_ends());
	report("timers", timers());
	report("user_ring", user_ring());
	report("filling", filling());
	report("lying_producer", lying_producer());
	objects_bpf__destroy(skel);
	printf("1..%u\n", number);
	return failed ? 1 : 0;
}
