// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * What the commands ask of a world, answered by a process: it may do anything
 * to itself, programs run in the calling thread, times are libc's. And the way
 * in: kbpf_engine_cmd().
 */
#include <sched.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "engine.h"
#include "env.h"
#include "helpers/kfunc.h"
#include "interp/interp.h"
#include "maps/map.h"
#include "packet/packet.h"
#include "world.h"

/* Runs between looks at the clock and the end of an RCU read side. */
#define RUNS_AT_ONCE	64

static atomic_t timing = ATOMIC_INIT(0);

bool kbpf_world_capable(enum kbpf_cap cap)
{
	(void)cap;
	return true;
}

int kbpf_world_copy_in(void *dst, u64 usrc, size_t size)
{
	return kbpf_mem_read(dst, usrc, size);
}

int kbpf_world_copy_out(u64 udst, const void *src, size_t size)
{
	return kbpf_mem_write(udst, src, size);
}

/* Nothing is attached in a process: any id of a type will do. */
int kbpf_world_kernel_btf_set(struct kbpf_btf *btf)
{
	(void)btf;
	return -EOPNOTSUPP;
}

int kbpf_world_prog_ready(struct kbpf_prog *prog)
{
	return kbpf_interp_prepare(prog);
}

void kbpf_world_prog_unready(struct kbpf_prog *prog)
{
	kbpf_interp_free(prog);
}

/* Programs only run in test runs, which hold a reference. */
void kbpf_world_free_after_runs(struct kbpf_prog *prog)
{
	kbpf_prog_free_now(prog);
}

int kbpf_world_jit_info(const struct kbpf_prog *prog, struct kbpf_prog_info *info)
{
	(void)prog;
	info->jited_prog_len = 0;
	info->jited_prog_insns = 0;
	info->nr_jited_ksyms = 0;
	info->nr_jited_func_lens = 0;
	info->jited_ksyms = 0;
	info->jited_func_lens = 0;
	return 0;
}

/* Some runs in one RCU read side; their time. */
static u64 run_some(struct kbpf_prog *prog, void *ctx, u32 runs, u64 *retval)
{
	struct kbpf_prog_stats *stats;
	u64 begin, ns;
	u32 i;

	rcu_read_lock();
	begin = ktime_get_ns();
	for (i = 0; i < runs; i++)
		*retval = prog->run(ctx, prog);
	ns = ktime_get_ns() - begin;
	stats = this_cpu_ptr(prog->stats);
	stats->runs += runs;
	if (atomic_read(&timing)) {
		stats->timed += runs;
		stats->ns += ns;
	}
	rcu_read_unlock();
	return ns;
}

int kbpf_world_test_run(struct kbpf_prog *prog, void *ctx, u32 repeat, int cpu,
			u64 *retval, u64 *ns)
{
	unsigned int before = smp_processor_id();

	if (cpu >= 0 && !cpu_possible(cpu))
		return -ENXIO;
	if (cpu >= 0)
		kbpf_port_set_cpu(cpu);
	*ns = 0;
	while (repeat) {
		u32 runs = min_t(u32, repeat, RUNS_AT_ONCE);

		*ns += run_some(prog, ctx, runs, retval);
		repeat -= runs;
	}
	kbpf_port_set_cpu(before);
	return 0;
}

void kbpf_world_stats_enable(int delta)
{
	atomic_add(delta, &timing);
}

u32 kbpf_world_uid(void)
{
	return getuid();
}

u64 kbpf_world_boottime_ns(void)
{
	return ktime_get_boottime_ns();
}

bool kbpf_world_show_addresses(void)
{
	return true;
}

u32 kbpf_world_features(void)
{
	return KBPF_FEATURE_KPROBE;
}

u64 kbpf_env_ktime_ns(void)
{
	return ktime_get_ns();
}

bool kbpf_env_interrupted(void)
{
	return false;
}

/* A process has no task_struct to show. */
static u64 no_task(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	(void)r1, (void)r2, (void)r3, (void)r4, (void)r5;
	return 0;
}

bool kbpf_env_call_func(const struct kbpf_func *func, u64 r1, u64 r2, u64 r3)
{
	this_cpu_inc(func->prog->stats->runs);
	func->call(func, r1, r2, r3, 0, 0);
	return true;
}

kbpf_helper_fn kbpf_env_helper(u32 id)
{
	static const struct kbpf_helper_row *const tables[] = {
		kbpf_helpers_map, kbpf_helpers_task, kbpf_helpers_output,
	};
	const struct kbpf_helper_row *row;
	kbpf_helper_fn fn;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		for (row = tables[i]; row->fn; row++)
			if (row->id == id)
				return row->fn;
	fn = kbpf_map_helper(id);
	if (!fn)
		fn = kbpf_packet_helper(id);
	if (!fn && id == KBPF_KFUNC_task_from_pid)
		fn = no_task;
	return fn ? fn : kbpf_kfunc_builtin(id);
}

/*
 * Per-CPU values have as many copies as clients make room for, which is what
 * libbpf counts in this file: "0-3,6".
 */
static unsigned int possible_cpus(void)
{
	FILE *in = fopen("/sys/devices/system/cpu/possible", "re");
	unsigned int from, to, count = 0;
	int fields;

	if (!in)
		return 1;
	while ((fields = fscanf(in, "%u-%u", &from, &to)) > 0) {
		count += fields == 2 && to >= from ? to - from + 1 : 1;
		if (fgetc(in) != ',')
			break;
	}
	fclose(in);
	return count;
}

__attribute__((constructor(101))) static void count_cpus(void)
{
	kbpf_port_set_cpus(possible_cpus());
}

/* ---- the way in ------------------------------------------------------------------------- */

static void (*observer)(const struct kbpf_engine_load *load, void *arg);
static void *observer_arg;

void kbpf_engine_observe(void (*fn)(const struct kbpf_engine_load *load, void *arg), void *arg)
{
	observer = fn;
	observer_arg = arg;
}

#define LOG_SIZE	(1U << 20)

/* A program that was refused is not there to be asked: its figures stand in the log. */
static void take_stats(struct kbpf_engine_load *load, char *log)
{
	char *stats = strstr(log, "verification time "), *more;
	unsigned long long usec;

	if (!stats)
		return;
	if (sscanf(stats, "verification time %llu", &usec) == 1)
		load->ns = usec * 1000;
	more = strstr(stats, "processed ");
	if (more)
		sscanf(more, "processed %llu", &load->insns);
	more = strstr(stats, "total_states ");
	if (more)
		sscanf(more, "total_states %llu", &load->states);
	more = strstr(stats, "peak memory ");
	if (more)
		sscanf(more, "peak memory %llu bytes, hottest insn %u visited %u", &load->peak_bytes,
		       &load->hottest_insn, &load->hottest_visits);
	*stats = '\0';
}

/*
 * The explanation of a refusal. A caller that wanted none is refused a second
 * time, into a log of our own.
 */
static char *refusal_log(struct kbpf_engine_load *load, const struct kbpf_prog_load_attr *given)
{
	struct kbpf_prog_load_attr attr = *given;
	char *log = calloc(1, LOG_SIZE);

	if (!log)
		return NULL;
	attr.log_level = KBPF_LOG_LEVEL1 | KBPF_LOG_STATS;
	attr.log_buf = (u64)log;
	attr.log_size = LOG_SIZE;
	kbpf_cmd(KBPF_PROG_LOAD, (u64)&attr, sizeof(attr));
	take_stats(load, log);
	return log;
}

static void add_stats(struct kbpf_engine_load *load, const struct kbpf_prog_stats_attr *stats)
{
	load->insns = stats->verified_insns;
	load->states = stats->verified_states;
	load->ns = stats->verify_ns;
	load->peak_bytes = stats->verify_peak;
	load->hottest_insn = stats->hottest_insn;
	load->hottest_visits = stats->hottest_visits;
}

static void tell(const struct kbpf_prog_load_attr *attr, long ret)
{
	struct kbpf_prog_stats_attr stats = { .prog_fd = ret };
	struct kbpf_engine_load load = {
		.type = attr->prog_type,
		.insn_cnt = attr->insn_cnt,
		.err = ret < 0 ? ret : 0,
		.has_btf = attr->prog_btf_fd,
	};
	char name[KBPF_OBJ_NAME_LEN + 1] = "", *log = NULL;

	memcpy(name, attr->prog_name, KBPF_OBJ_NAME_LEN);
	load.name = name;
	if (ret < 0)
		log = refusal_log(&load, attr);
	else if (!kbpf_cmd(KBPF_PROG_STATS, (u64)&stats, sizeof(stats)))
		add_stats(&load, &stats);
	load.log = log ? log : "";
	observer(&load, observer_arg);
	free(log);
}

/* These neither make objects nor look for them by number: nothing to tidy up before. */
static bool is_element_command(u32 cmd)
{
	return cmd >= KBPF_MAP_LOOKUP_ELEM && cmd <= KBPF_MAP_GET_NEXT_KEY;
}

long kbpf_engine_cmd(unsigned int cmd, void *attr, unsigned int size)
{
	struct kbpf_prog_load_attr load;
	long ret;

	if (!is_element_command(cmd))
		kbpf_fd_sweep();
	ret = kbpf_cmd(cmd, (u64)attr, size);
	if (cmd != KBPF_PROG_LOAD || !observer)
		return ret;
	memset(&load, 0, sizeof(load));
	if (!kbpf_mem_read(&load, (u64)attr, min_t(size_t, size, sizeof(load))))
		tell(&load, ret);
	return ret;
}
