// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * libbpf from end to end: a skeleton is loaded, its programs are run and
 * attached, and what they do is compared with what they should. On the device
 * it is linked to libkbpf-libbpf; with libkbpf-check preloaded and
 * --in-process it needs no kernel, and what would have to fire is skipped.
 *
 * Prints KTAP.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "flows.h"
#include "flows.skel.h"

static struct flows_bpf *skel;
static unsigned int number, failed;
static bool in_process;

static void report(bool ok, const char *name, const char *detail)
{
	number++;
	failed += !ok;
	printf("%s %u flows.%s%s%s\n", ok ? "ok" : "not ok", number, name, detail ? " # " : "",
	       detail ? detail : "");
	fflush(stdout);
}

#define CASE(name, ...) do { \
	const char *why_not = (__VA_ARGS__); \
	report(!why_not, name, why_not); \
} while (0)

/* Says what was compared, and returns from the case. */
#define WANT(expr) do { \
	if (!(expr)) \
		return "wanted " #expr; \
} while (0)

#define WANT_EQ(got, want) do { \
	long long g = (long long)(got), w = (long long)(want); \
	if (g != w) { \
		static char text[160]; \
		snprintf(text, sizeof(text), "%s is %lld, wanted %lld", #got, g, w); \
		return text; \
	} \
} while (0)

/* A run with up to three arguments where a function of the kernel has them. */
static int run3(struct bpf_program *prog, __u64 a, __u64 b, __u64 c)
{
	/* struct pt_regs of x86-64: r15 .. r8 rax rcx rdx rsi rdi ... */
	__u64 regs[21] = { [14] = a, [13] = b, [12] = c };
	struct bpf_test_run_opts opts = {
		.sz = sizeof(opts), .ctx_in = regs, .ctx_size_in = sizeof(regs),
	};
	int err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);

	return err ? err : (int)opts.retval;
}

static const char *test_run(void)
{
	WANT_EQ(run3(skel->progs.sum_args, 1, 10, 100), 2 * (1 + 20 + 300));
	WANT_EQ(run3(skel->progs.sum_args, 0, 0, 0), 0);
	return NULL;
}

static const char *test_run_repeat(void)
{
	__u64 regs[21] = { [14] = 4 };
	__u32 slot = 2;
	__u64 before, after;
	int fd = bpf_map__fd(skel->maps.slots);
	struct bpf_test_run_opts opts = {
		.sz = sizeof(opts), .ctx_in = regs, .ctx_size_in = sizeof(regs), .repeat = 1000,
	};

	WANT(!bpf_map_lookup_elem(fd, &slot, &before));
	WANT(!bpf_prog_test_run_opts(bpf_program__fd(skel->progs.histogram), &opts));
	WANT(!bpf_map_lookup_elem(fd, &slot, &after));
	WANT_EQ(after - before, 1000);
	WANT_EQ(opts.retval, 2);
	return NULL;
}

static const char *hash_map(void)
{
	int fd = bpf_map__fd(skel->maps.counters);
	struct counter value;
	__u64 key, next, seen = 0;

	for (key = 1; key <= 10; key++) {
		WANT_EQ(run3(skel->progs.count_arg, key, 5, 0), 0);
		WANT_EQ(run3(skel->progs.count_arg, key, key, 0), 0);
	}
	for (key = 1; key <= 10; key++) {
		WANT(!bpf_map_lookup_elem(fd, &key, &value));
		WANT_EQ(value.hits, 2);
		WANT_EQ(value.sum, 5 + key);
	}
	WANT(!bpf_map_get_next_key(fd, NULL, &next));
	do {
		seen++;
		key = next;
	} while (!bpf_map_get_next_key(fd, &key, &next));
	WANT_EQ(seen, 10);
	key = 3;
	WANT(!bpf_map_delete_elem(fd, &key));
	WANT_EQ(bpf_map_lookup_elem(fd, &key, &value), -ENOENT);
	WANT_EQ(bpf_map_delete_elem(fd, &key), -ENOENT);
	return NULL;
}

static const char *hash_map_full(void)
{
	int fd = bpf_map__fd(skel->maps.counters), ret = 0;
	struct counter value = { 0, 0 };
	__u64 key;

	for (key = 1000; key < 1100 && !ret; key++)
		ret = run3(skel->progs.count_arg, key, 1, 0);
	WANT_EQ(ret, -E2BIG);
	WANT_EQ(bpf_map_update_elem(fd, &key, &value, BPF_ANY), -E2BIG);
	key = 1;
	WANT_EQ(bpf_map_update_elem(fd, &key, &value, BPF_NOEXIST), -EEXIST);
	return NULL;
}

static const char *per_cpu_array(void)
{
	int cpus = libbpf_num_possible_cpus(), cpu;
	__u64 *values = calloc((size_t)cpus + 1, sizeof(*values)), before = 0, after = 0;
	int fd = bpf_map__fd(skel->maps.per_cpu);
	__u32 zero = 0;

	WANT(values);
	/* what is past the last CPU's value is not written */
	values[cpus] = 0x1234567890abcdefULL;
	WANT(!bpf_map_lookup_elem(fd, &zero, values));
	for (cpu = 0; cpu < cpus; cpu++)
		before += values[cpu];
	WANT_EQ(run3(skel->progs.count_arg, 1, 7, 0), 0);
	WANT(!bpf_map_lookup_elem(fd, &zero, values));
	for (cpu = 0; cpu < cpus; cpu++)
		after += values[cpu];
	WANT_EQ(after - before, 7);
	WANT(values[cpus] == 0x1234567890abcdefULL);
	free(values);
	return NULL;
}

static const char *read_user_text(void)
{
	static const char sentence[] = "read by a program";

	WANT_EQ(run3(skel->progs.read_text, (__u64)(unsigned long)sentence, 0, 0), 0);
	WANT_EQ(skel->bss->text_len, sizeof(sentence));
	WANT(!strcmp(skel->bss->text, sentence));
	WANT_EQ(run3(skel->progs.read_text, 8, 0, 0), -EFAULT);
	return NULL;
}

/* ---- ring buffer ---- */

struct seen {
	__u64 next;
	unsigned int count;
	unsigned int bad;
	unsigned int lost;
	unsigned int pid;
};

static bool is_good(const struct record *r, size_t size, struct seen *seen)
{
	size_t i;

	if (size < sizeof(*r) || r->magic != RECORD_MAGIC || r->pid != seen->pid ||
	    r->seq < seen->next)
		return false;
	for (i = 0; i < sizeof(r->fill); i++)
		if (r->fill[i] != (unsigned char)r->seq)
			return false;
	return true;
}

static int on_record(void *ctx, void *data, size_t size)
{
	const struct record *r = data;
	struct seen *seen = ctx;

	seen->count++;
	if (is_good(r, size, seen))
		seen->next = r->seq + 1;
	else
		seen->bad++;
	return 0;
}

static const char *ring_fills(struct ring_buffer *ring, struct seen *seen)
{
	/* 4096 bytes hold 64 records of 8 + 56 bytes, less one: head and tail must differ */
	__u64 refused = skel->bss->refused;
	int i, sent = 0;

	for (i = 0; i < 80; i++)
		sent += !run3(skel->progs.to_ring, 0, 0, 0);
	WANT(sent >= 50 && sent < 80);
	WANT_EQ(skel->bss->refused - refused, 80 - sent);
	seen->count = 0;
	WANT_EQ(ring_buffer__consume(ring), sent);
	WANT_EQ(seen->count, sent);
	WANT_EQ(seen->bad, 0);
	return NULL;
}

static const char *ring_buffer(void)
{
	struct seen seen = { .pid = (unsigned int)getpid() };
	struct ring_buffer *ring;
	const char *why;
	int i, round;

	ring = ring_buffer__new(bpf_map__fd(skel->maps.ring), on_record, &seen, NULL);
	WANT(ring);
	WANT_EQ(ring_buffer__poll(ring, 0), 0);
	/* several times round the ring */
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 10; i++)
			WANT_EQ(run3(skel->progs.to_ring, i % 3 == 1, 0, 0), 0);
		seen.count = 0;
		WANT_EQ(ring_buffer__poll(ring, 1000), 7);
		WANT_EQ(seen.count, 7);
		WANT_EQ(seen.bad, 0);
		WANT_EQ(ring_buffer__poll(ring, 0), 0);
	}
	why = ring_fills(ring, &seen);
	ring_buffer__free(ring);
	return why;
}

/* ---- perf buffer ---- */

static void on_sample(void *ctx, int cpu, void *data, __u32 size)
{
	const struct record *r = data;

	on_record(ctx, data, size);
	if (r->cpu != (__u32)cpu)
		((struct seen *)ctx)->bad++;
}

static void on_lost(void *ctx, int cpu, __u64 count)
{
	(void)cpu;
	((struct seen *)ctx)->lost += (unsigned int)count;
}

static const char *perf_flow(struct perf_buffer *pb, struct seen *seen)
{
	int i, round, before;

	for (round = 0; round < 30; round++) {
		before = (int)seen->count;
		for (i = 0; i < 20; i++)
			WANT_EQ(run3(skel->progs.to_perf, 0, 0, 0), 0);
		WANT(perf_buffer__poll(pb, 1000) >= 0);
		WANT_EQ(seen->count - before, 20);
		WANT_EQ(seen->bad, 0);
	}
	WANT_EQ(seen->lost, 0);
	return NULL;
}

static const char *perf_loss(struct perf_buffer *pb, struct seen *seen)
{
	int i, refused = 0;

	seen->count = 0;
	for (i = 0; i < 300; i++)
		refused += run3(skel->progs.to_perf, 0, 0, 0) == -ENOSPC;
	WANT(refused > 0 && refused < 300);
	WANT(perf_buffer__consume(pb) >= 0);
	WANT_EQ(seen->count, 300 - refused);
	/* the loss is told with the next sample that fits */
	WANT_EQ(run3(skel->progs.to_perf, 0, 0, 0), 0);
	WANT(perf_buffer__consume(pb) >= 0);
	WANT_EQ(seen->lost, refused);
	WANT_EQ(seen->count, 301 - refused);
	WANT_EQ(seen->bad, 0);
	return NULL;
}

static const char *perf_buffer(void)
{
	struct seen seen = { .pid = (unsigned int)getpid() };
	struct perf_buffer *pb;
	const char *why;

	pb = perf_buffer__new(bpf_map__fd(skel->maps.perf), 2, on_sample, on_lost, &seen, NULL);
	WANT(pb);
	why = perf_flow(pb, &seen);
	if (!why)
		why = perf_loss(pb, &seen);
	perf_buffer__free(pb);
	return why;
}

/* ---- what fires ---- */

static const char *probes(void)
{
	LIBBPF_OPTS(bpf_kprobe_opts, opts, .bpf_cookie = 0xc0ffee);
	struct seen seen = { .pid = (unsigned int)getpid() };
	struct ring_buffer *ring;
	struct bpf_link *in, *out;
	long parent = 0;
	int i;

	in = bpf_program__attach_kprobe_opts(skel->progs.on_getppid, "__x64_sys_getppid", &opts);
	WANT(in);
	out = bpf_program__attach(skel->progs.after_getppid);
	WANT(out);
	ring = ring_buffer__new(bpf_map__fd(skel->maps.ring), on_record, &seen, NULL);
	WANT(ring);
	for (i = 0; i < 40; i++)
		parent = syscall(SYS_getppid);
	if (in_process)
		WANT_EQ(skel->bss->hits, 0);
	else
		WANT_EQ(skel->bss->hits, 40);
	WANT_EQ(skel->bss->returns, skel->bss->hits);
	if (!in_process) {
		WANT_EQ(skel->bss->last_ret, parent);
		WANT_EQ(skel->bss->cookie, 0xc0ffee);
		WANT_EQ(ring_buffer__poll(ring, 1000), 40);
		WANT_EQ(seen.bad, 0);
	}
	ring_buffer__free(ring);
	WANT(!bpf_link__destroy(in));
	WANT(!bpf_link__destroy(out));
	parent = syscall(SYS_getppid);
	WANT_EQ(skel->bss->hits, in_process ? 0 : 40);
	return NULL;
}

static const char *probe_to_perf(void)
{
	struct seen seen = { .pid = (unsigned int)getpid() };
	struct perf_buffer *pb;
	struct bpf_link *link;
	int i, rounds;

	pb = perf_buffer__new(bpf_map__fd(skel->maps.perf), 8, on_sample, on_lost, &seen, NULL);
	WANT(pb);
	link = bpf_program__attach(skel->progs.on_getpgid);
	WANT(link);
	for (i = 0; i < 25; i++)
		syscall(SYS_getpgid, 0);
	for (rounds = 0; !in_process && seen.count < 25 && rounds < 10; rounds++)
		WANT(perf_buffer__poll(pb, 100) >= 0);
	WANT_EQ(seen.count, in_process ? 0 : 25);
	WANT_EQ(seen.bad, 0);
	WANT_EQ(seen.lost, 0);
	WANT(!bpf_link__destroy(link));
	perf_buffer__free(pb);
	return NULL;
}

/* ---- descriptors ---- */

static const char *ids(void)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info), id = 0;
	int fd, found = 0;

	WANT(!bpf_obj_get_info_by_fd(bpf_program__fd(skel->progs.sum_args), &info, &len));
	WANT(!strcmp(info.name, "sum_args"));
	while (!bpf_prog_get_next_id(id, &id))
		found += id == info.id;
	WANT_EQ(found, 1);
	fd = bpf_prog_get_fd_by_id(info.id);
	WANT(fd >= 0);
	close(fd);
	return NULL;
}

/* A program that is closed everywhere is gone, and its number is nothing. */
static const char *close_frees(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);
	int fd, copy, other;

	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "short_lived", 4, 8, 1, &opts);
	WANT(fd >= 0);
	WANT(!bpf_obj_get_info_by_fd(fd, &info, &len));
	copy = dup(fd);
	close(fd);
	/* held by the duplicate */
	other = bpf_map_get_fd_by_id(info.id);
	WANT(other >= 0);
	close(other);
	close(copy);
	WANT_EQ(bpf_map_get_fd_by_id(info.id), -ENOENT);
	WANT_EQ(bpf_obj_get_info_by_fd(fd, &info, &len), -EBADF);
	return NULL;
}

static const char *bad_descriptors(void)
{
	__u64 key = 0, value = 0;
	int pipes[2];

	WANT_EQ(bpf_map_lookup_elem(-1, &key, &value), -EBADF);
	WANT_EQ(bpf_map_lookup_elem(0, &key, &value), -EINVAL);
	WANT(!pipe(pipes));
	WANT_EQ(bpf_map_lookup_elem(pipes[0], &key, &value), -EINVAL);
	close(pipes[0]);
	close(pipes[1]);
	WANT_EQ(bpf_map_lookup_elem(bpf_program__fd(skel->progs.sum_args), &key, &value), -EINVAL);
	WANT_EQ(bpf_map_lookup_elem(bpf_map__fd(skel->maps.counters), (void *)8, &value), -EFAULT);
	return NULL;
}

/* What later libbpfs ask to learn what there is, and the answers that they go by. */
static const char *questions(void)
{
	union bpf_attr attr = { 0 };
	__u32 id = 1u << 30;

	/* attributes common to all commands, as a bit of the command */
	WANT(syscall(SYS_bpf, BPF_PROG_LOAD | 1 << 16, &attr, sizeof(attr)) == -1 && errno == EINVAL);
	/* BPF_TOKEN_CREATE, which these headers do not know */
	WANT(syscall(SYS_bpf, 36, &attr, sizeof(attr)) == -1 && errno == EINVAL);
	WANT_EQ(bpf_prog_get_next_id(id, &id), -ENOENT);
	WANT_EQ(bpf_btf_get_next_id(id, &id), -ENOENT);
	WANT_EQ(bpf_obj_get("/sys/fs/bpf/none"), -EOPNOTSUPP);
	return NULL;
}

static int stay_on_one_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

int main(int argc, char **argv)
{
	in_process = argc > 1 && !strcmp(argv[1], "--in-process");
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	printf("KTAP version 1\n");
	skel = flows_bpf__open();
	if (skel) {
		skel->rodata->only_pid = (unsigned int)getpid();
		skel->rodata->scale = 2;
	}
	if (!skel || flows_bpf__load(skel)) {
		printf("not ok 1 flows.load # %s\n1..1\n", strerror(errno));
		return 1;
	}
	report(true, "load", NULL);
	CASE("test_run", test_run());
	CASE("test_run_repeat", test_run_repeat());
	CASE("hash_map", hash_map());
	CASE("hash_map_full", hash_map_full());
	CASE("per_cpu_array", per_cpu_array());
	CASE("read_user_text", read_user_text());
	/* samples are counted by CPU: stay on one */
	if (stay_on_one_cpu())
		printf("# not pinned: %s\n", strerror(errno));
	CASE("ring_buffer", ring_buffer());
	CASE("perf_buffer", perf_buffer());
	CASE("probes", probes());
	CASE("probe_to_perf", probe_to_perf());
	CASE("ids", ids());
	CASE("close_frees", close_frees());
	CASE("bad_descriptors", bad_descriptors());
	CASE("questions", questions());
	printf("1..%u\n", number);
	flows_bpf__destroy(skel);
	return failed ? 1 : 0;
}
