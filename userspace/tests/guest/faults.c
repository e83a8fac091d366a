// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Allocation failure at every step: /proc/self/fail-nth makes the n-th
 * allocation of a system call fail, for n from 1 until the call gets through
 * without. Needs a kernel with fault injection (failslab, fail_page_alloc).
 */
#include "guest.h"

static int nth_fd = -1;

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

	snprintf(text, sizeof(text), "%d", n);
	if (pwrite(nth_fd, text, strlen(text), 0) < 0)
		printf("# fail-nth: %s\n", strerror(errno));
}

/* Did the failure strike? Disarms. */
static bool struck(void)
{
	char text[16] = "";
	ssize_t len = pread(nth_fd, text, sizeof(text) - 1, 0);

	arm(0);
	return len > 0 && atoi(text) == 0;
}

typedef long (*attempt_fn)(void);

/* Tries with each allocation failing in turn; @attempt returns a descriptor or -errno. */
static void sweep(const char *what, attempt_fn attempt)
{
	u32 n, failed = 0, odd = 0;
	bool hit = true;
	long ret = 0;

	for (n = 1; hit && n < 2000; n++) {
		arm(n);
		ret = attempt();
		hit = struck();
		if (ret >= 0)
			close(ret);
		else if (ret != -ENOMEM)
			odd++;
		failed += ret < 0;
	}
	tap(ret >= 0 && !hit, "%s comes through in the end # after %u, %ld", what, n - 1, ret);
	tap(!odd, "%s: each failure is -ENOMEM # %u of %u failed, %u otherwise", what, failed,
	    n - 1, odd);
}

static const struct kbpf_insn insns[] = {
	MOV_REG(6, 1), CALL(H_PID_TGID), JEQ_IMM(0, 0, 2), MOV_REG(7, 0), MOV_REG(0, 7),
	MOV_IMM(0, 0), EXIT(),
};

static int map_fd, prog_fd, probe_fd, array_fd, btf_size;
static u8 btf[256];

static long try_hash(void)
{
	return map_create(KBPF_MAP_TYPE_HASH, 8, 64, 16, 0);
}

static long try_array(void)
{
	return map_create(KBPF_MAP_TYPE_ARRAY, 4, 64, 16, KBPF_F_MMAPABLE);
}

static long try_percpu(void)
{
	return map_create(KBPF_MAP_TYPE_PERCPU_ARRAY, 4, 64, 16, 0);
}

static long try_ringbuf(void)
{
	return map_create(KBPF_MAP_TYPE_RINGBUF, 0, 0, 8192, 0);
}

static long try_perf_array(void)
{
	return map_create(KBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 64, 0);
}

static long try_load(void)
{
	struct kbpf_prog_load_attr attr = {
		.prog_type = KBPF_PROG_TYPE_KPROBE, .insns = ptr(insns),
		.insn_cnt = ARRAY_SIZE(insns), .license = ptr("GPL"),
	};

	return dev_cmd(KBPF_PROG_LOAD, &attr);
}

static long try_load_maps(void)
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

static long try_probe(void)
{
	return probe_open("__x64_sys_getppid", 0, false);
}

static long try_retprobe(void)
{
	return probe_open("__x64_sys_getppid", 0, true);
}

static long try_link(void)
{
	return link_create(prog_fd, probe_fd, 3);
}

static long try_ring(void)
{
	struct perf_event_attr pe = {
		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_BPF_OUTPUT, .size = sizeof(pe),
		.sample_type = PERF_SAMPLE_RAW,
	};

	return probe_open_attr(&pe, 0);
}

static long try_btf(void)
{
	struct kbpf_btf_load_attr attr = { .btf = ptr(btf), .btf_size = btf_size };

	return dev_cmd(KBPF_BTF_LOAD, &attr);
}

/* These give no descriptor: 0 or -errno, and a duplicate stands for success. */
static long no_fd(long ret)
{
	return ret < 0 ? ret : dup(0);
}

static long try_update(void)
{
	u64 key = 5, value[8] = {};

	return no_fd(map_elem(KBPF_MAP_UPDATE_ELEM, map_fd, &key, value, 0));
}

static long try_slot(void)
{
	s32 ring = try_ring();
	u32 slot = 1;
	long ret;

	if (ring < 0)
		return ring;
	ret = map_elem(KBPF_MAP_UPDATE_ELEM, array_fd, &slot, &ring, 0);
	close(ring);
	return no_fd(ret);
}

static long try_test_run(void)
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

int main(void)
{
	char path[64];

	tap_begin();
	dev_open();
	snprintf(path, sizeof(path), "/proc/self/fail-nth");
	nth_fd = open(path, O_RDWR);
	if (nth_fd < 0) {
		tap(true, "fault injection # SKIP this kernel has none");
		return tap_end();
	}
	write_file("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	write_file("/sys/kernel/debug/failslab/verbose", "0");
	write_file("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	write_file("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	write_file("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	make_btf();
	map_fd = map_create(KBPF_MAP_TYPE_HASH, 8, 64, 16, 0);
	array_fd = map_create(KBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 64, 0);
	prog_fd = try_load();
	probe_fd = try_probe();
	sweep("MAP_CREATE hash", try_hash);
	sweep("MAP_CREATE array", try_array);
	sweep("MAP_CREATE per-CPU array", try_percpu);
	sweep("MAP_CREATE ring buffer", try_ringbuf);
	sweep("MAP_CREATE perf array", try_perf_array);
	sweep("MAP_UPDATE_ELEM", try_update);
	sweep("a ring into its slot", try_slot);
	sweep("BTF_LOAD", try_btf);
	sweep("PROG_LOAD", try_load);
	sweep("PROG_LOAD with a map", try_load_maps);
	sweep("PROG_TEST_RUN", try_test_run);
	sweep("PERF_OPEN kprobe", try_probe);
	sweep("PERF_OPEN kretprobe", try_retprobe);
	sweep("PERF_OPEN ring", try_ring);
	sweep("LINK_CREATE", try_link);
	return tap_end();
}
