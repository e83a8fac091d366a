// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Allocation failure at every step: /proc/self/fail-nth makes the n-th
 * allocation of a system call fail, for n from 1 until the call gets through
 * without. Needs a kernel with fault injection (failslab, fail_page_alloc); one
 * with fail_usercopy counts copies from and to the user among the steps.
 *
 *   faults [FIRST]
 *
 * Calls with many steps take FIRST (32) of them one by one and then every so
 * manieth, the gaps a sixteenth of n; 0 takes each.
 */
#include "guest.h"

#define MAX_STEPS	100000

static int nth_fd = -1;
static u32 first_steps = 32;

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd >= 0) {
		if (write(fd, text, strlen(text)) < 0)
			printf("# %s: %s\n", path, strerror(errno));
		close(fd);
	}
}

static void arm(int n)
{
	char text[16];
	u32 try;

	snprintf(text, sizeof(text), "%d", n);
	/* What was armed before may strike this very write. */
	for (try = 0; try < 2; try++)
		if (pwrite(nth_fd, text, strlen(text), 0) >= 0)
			return;
	printf("# fail-nth: %s\n", strerror(errno));
}

/* Did the failure strike? Not when it strikes the question. Disarms. */
static bool struck(void)
{
	char text[16] = "";
	ssize_t len = pread(nth_fd, text, sizeof(text) - 1, 0);

	arm(0);
	return len > 0 && atoi(text) == 0;
}

typedef long (*attempt_fn)(u32 arg);

static u32 next_step(u32 n)
{
	return !first_steps || n < first_steps ? n + 1 : n + 1 + n / 16;
}

/* Tries with each allocation failing in turn; @attempt returns a descriptor or -errno. */
static void sweep(const char *what, attempt_fn attempt, u32 arg)
{
	u32 n, tries = 0, failed = 0;
	long ret = 0, odd = 0;
	bool hit = true;

	for (n = 1; hit && n < MAX_STEPS; n = next_step(n)) {
		arm(n);
		ret = attempt(arg);
		hit = struck();
		tries++;
		if (ret >= 0)
			close(ret);
		else if (ret != -ENOMEM && ret != -EFAULT)
			odd = ret;
		failed += ret < 0;
	}
	tap(ret >= 0 && !hit, "%s comes through in the end # %u tries up to step %u, %ld", what, tries, n - 1, ret);
	tap(!odd, "%s: each failure is -ENOMEM or -EFAULT # %u of %u failed, %ld", what, failed,
	    tries, odd);
}

static const struct kbpf_insn insns[] = {
	MOV_REG(6, 1), CALL(H_PID_TGID), JEQ_IMM(0, 0, 2), MOV_REG(7, 0), MOV_REG(0, 7),
	MOV_IMM(0, 0), EXIT(),
};

static int map_fd, prog_fd, probe_fd, array_fd, inner_fd, raw_prog_fd, trace_prog_fd, sample_prog_fd;
static int btf_size;
static u8 btf[256];

static const struct map_row {
	const char *name;
	u32 type, key, value, max, flags;
} map_rows[] = {
	{ "hash", KBPF_MAP_TYPE_HASH, 8, 64, 16, 0 },
	{ "hash without preallocation", KBPF_MAP_TYPE_HASH, 8, 64, 16, KBPF_F_NO_PREALLOC },
	{ "array", KBPF_MAP_TYPE_ARRAY, 4, 64, 16, KBPF_F_MMAPABLE },
	{ "per-CPU array", KBPF_MAP_TYPE_PERCPU_ARRAY, 4, 64, 16, 0 },
	{ "per-CPU hash", KBPF_MAP_TYPE_PERCPU_HASH, 4, 64, 16, 0 },
	{ "LRU hash", KBPF_MAP_TYPE_LRU_HASH, 4, 64, 16, 0 },
	{ "LRU per-CPU hash", KBPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 64, 16, 0 },
	{ "ring buffer", KBPF_MAP_TYPE_RINGBUF, 0, 0, 8192, 0 },
	{ "perf array", KBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 64, 0 },
	{ "program array", KBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 8, 0 },
	{ "stack traces", KBPF_MAP_TYPE_STACK_TRACE, 4, 80, 16, 0 },
	{ "cgroup array", KBPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 4, 0 },
	{ "queue", KBPF_MAP_TYPE_QUEUE, 0, 8, 8, 0 },
	{ "stack", KBPF_MAP_TYPE_STACK, 0, 8, 8, 0 },
	{ "trie", KBPF_MAP_TYPE_LPM_TRIE, 8, 8, 16, KBPF_F_NO_PREALLOC },
	{ "bloom filter", KBPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 64, 0 },
};

static long try_map(u32 i)
{
	const struct map_row *m = &map_rows[i];

	return map_create(m->type, m->key, m->value, m->max, m->flags);
}

static long try_outer(u32 type)
{
	struct kbpf_map_create_attr attr = {
		.map_type = type, .key_size = 4, .value_size = 4, .max_entries = 4,
		.inner_map_fd = inner_fd, .map_name = "outer",
	};

	return dev_cmd(KBPF_MAP_CREATE, &attr);
}

static long try_load(u32 type)
{
	struct kbpf_prog_load_attr attr = {
		.prog_type = type, .insns = ptr(insns), .insn_cnt = ARRAY_SIZE(insns), .license = ptr("GPL"),
	};

	return dev_cmd(KBPF_PROG_LOAD, &attr);
}

static long try_load_maps(__unused u32 arg)
{
	const struct kbpf_insn with_map[] = {
		ST_DW(10, -8, 0), LD_MAP(1, map_fd), MOV_REG(2, 10), ADD_IMM(2, -8),
		CALL(H_MAP_LOOKUP), JEQ_IMM(0, 0, 1), ST_DW(0, 0, 1), MOV_IMM(0, 0), EXIT(),
	};
	struct kbpf_prog_load_attr attr = {
		.prog_type = KBPF_PROG_TYPE_KPROBE, .insns = ptr(with_map),
		.insn_cnt = ARRAY_SIZE(with_map), .license = ptr("GPL"),
		.log_level = 1, .log_buf = ptr(verifier_log), .log_size = sizeof(verifier_log),
	};

	return dev_cmd(KBPF_PROG_LOAD, &attr);
}

static long try_probe(u32 ret)
{
	return probe_open("__x64_sys_getppid", 0, ret);
}

/* Opened, attached, and all that is closed again: a descriptor is only what stays. */
static long attached(long probe, long prog)
{
	long link;

	if (probe < 0)
		return probe;
	link = link_create(prog, probe, 3);
	close(probe);
	return link;
}

static long try_kprobe(u32 ret)
{
	return attached(try_probe(ret), prog_fd);
}

static long event_open(u32 type, u64 config, u64 period)
{
	struct perf_event_attr pe = {
		.type = type, .config = config, .size = sizeof(pe), .sample_period = period,
	};

	return probe_open_attr(&pe, 0);
}

static long try_tracepoint(u32 id)
{
	return attached(event_open(PERF_TYPE_TRACEPOINT, id, 1), trace_prog_fd);
}

static long try_sampling(__unused u32 arg)
{
	return attached(event_open(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, 100000000),
			sample_prog_fd);
}

static long try_raw_tracepoint(__unused u32 arg)
{
	struct kbpf_raw_tracepoint_attr attr = {
		.prog_fd = raw_prog_fd, .name = ptr("sched_process_exit"),
	};

	return dev_cmd(KBPF_RAW_TRACEPOINT_OPEN, &attr);
}

__attribute__((noinline)) long probed_function(long a)
{
	__asm__ volatile("" : "+r"(a));
	return a + 1;
}

static long try_uprobe(u32 ret)
{
	extern char __executable_start[];
	struct perf_event_attr pe = {
		.type = KBPF_PERF_TYPE_UPROBE, .size = sizeof(pe), .config = ret,
		.config1 = ptr("/proc/self/exe"),
		.config2 = (char *)probed_function - __executable_start,
	};

	return attached(probe_open_attr(&pe, 0), prog_fd);
}

static long try_link(__unused u32 arg)
{
	return link_create(prog_fd, probe_fd, 3);
}

static long try_ring(__unused u32 arg)
{
	struct perf_event_attr pe = {
		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_BPF_OUTPUT, .size = sizeof(pe),
		.sample_type = PERF_SAMPLE_RAW,
	};

	return probe_open_attr(&pe, 0);
}

static long try_btf(__unused u32 arg)
{
	struct kbpf_btf_load_attr attr = { .btf = ptr(btf), .btf_size = btf_size };

	return dev_cmd(KBPF_BTF_LOAD, &attr);
}

/* These give no descriptor: 0 or -errno, and a duplicate stands for success. */
static long no_fd(long ret)
{
	return ret < 0 ? ret : dup(0);
}

static long try_update(__unused u32 arg)
{
	u64 key = 5, value[8] = {};

	return no_fd(map_elem(KBPF_MAP_UPDATE_ELEM, map_fd, &key, value, 0));
}

static long try_slot(__unused u32 arg)
{
	s32 ring = try_ring(0);
	u32 slot = 1;
	long ret;

	if (ring < 0)
		return ring;
	ret = map_elem(KBPF_MAP_UPDATE_ELEM, array_fd, &slot, &ring, 0);
	close(ring);
	return no_fd(ret);
}

static long try_test_run(__unused u32 arg)
{
	u64 ctx[21] = {};
	struct kbpf_test_run_attr attr = {
		.prog_fd = prog_fd, .repeat = 1, .ctx_in = ptr(ctx), .ctx_size_in = sizeof(ctx),
	};

	return no_fd(dev_cmd(KBPF_PROG_TEST_RUN, &attr));
}

static void make_btf(void)
{
	const u32 all[] = {
		0x0001eb9f, 24, 0, 16, 16, 5,	1, 1 << 24, 4, 0x01000020,
	};

	memcpy(btf, all, sizeof(all));
	memcpy(btf + sizeof(all), "\0int", 5);
	btf_size = sizeof(all) + 5;
}

static long event_id(const char *name)
{
	char path[128], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/id", name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return -1;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return atol(text);
}

static void set_up(void)
{
	write_file("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	write_file("/sys/kernel/debug/failslab/verbose", "0");
	write_file("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	write_file("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	write_file("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	write_file("/sys/kernel/debug/fail_usercopy/verbose", "0");
	make_btf();
	map_fd = map_create(KBPF_MAP_TYPE_HASH, 8, 64, 16, 0);
	inner_fd = map_create(KBPF_MAP_TYPE_ARRAY, 4, 8, 4, 0);
	array_fd = map_create(KBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 64, 0);
	prog_fd = try_load(KBPF_PROG_TYPE_KPROBE);
	raw_prog_fd = try_load(KBPF_PROG_TYPE_RAW_TRACEPOINT);
	trace_prog_fd = try_load(KBPF_PROG_TYPE_TRACEPOINT);
	sample_prog_fd = try_load(KBPF_PROG_TYPE_PERF_EVENT);
	probe_fd = try_probe(0);
	probed_function(0);
}

static void sweep_maps(void)
{
	char name[64];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(map_rows); i++) {
		snprintf(name, sizeof(name), "MAP_CREATE %s", map_rows[i].name);
		sweep(name, try_map, i);
	}
	sweep("MAP_CREATE array of maps", try_outer, KBPF_MAP_TYPE_ARRAY_OF_MAPS);
	sweep("MAP_CREATE hash of maps", try_outer, KBPF_MAP_TYPE_HASH_OF_MAPS);
	sweep("MAP_UPDATE_ELEM", try_update, 0);
	sweep("a ring into its slot", try_slot, 0);
}

static void sweep_hooks(void)
{
	long id = event_id("sched/sched_process_exit");

	sweep("PERF_OPEN kprobe", try_probe, 0);
	sweep("PERF_OPEN kretprobe", try_probe, 1);
	sweep("PERF_OPEN ring", try_ring, 0);
	sweep("LINK_CREATE", try_link, 0);
	sweep("attaching to a kprobe", try_kprobe, 0);
	sweep("attaching to a kretprobe", try_kprobe, 1);
	sweep("attaching to a uprobe", try_uprobe, 0);
	sweep("attaching to a uretprobe", try_uprobe, 1);
	sweep("attaching to a raw tracepoint", try_raw_tracepoint, 0);
	sweep("attaching to the clock", try_sampling, 0);
	if (id > 0)
		sweep("attaching to a tracepoint", try_tracepoint, id);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		first_steps = atoi(argv[1]);
	tap_begin();
	dev_open();
	nth_fd = open("/proc/self/fail-nth", O_RDWR);
	if (nth_fd < 0) {
		tap(true, "fault injection # SKIP this kernel has none");
		return tap_end();
	}
	set_up();
	sweep_maps();
	sweep("BTF_LOAD", try_btf, 0);
	sweep("PROG_LOAD", try_load, KBPF_PROG_TYPE_KPROBE);
	sweep("PROG_LOAD with a map", try_load_maps, 0);
	sweep("PROG_TEST_RUN", try_test_run, 0);
	sweep_hooks();
	return tap_end();
}
