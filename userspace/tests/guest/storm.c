// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * A storm: owners that attach and detach programs at random on every kind of
 * hook, over processes that hit the hooks, and are killed by SIGKILL at any
 * moment; meanwhile somebody tries to remove the module. At the end nothing is
 * left: no program, map, link or BTF has an id, and the module can go.
 *
 *   storm [SECONDS [OWNERS [PROBES]]]
 *
 * PROBES is how many the owners together hold at once when they live long enough.
 */
#include <signal.h>
#include <time.h>
#include "guest_btf.h"

#define MAX_OWNERS	16
#define MAX_PROBES	2000
#define MAX_NAMES	4000

enum kind { KPROBE, KRETPROBE, TRACEPOINT, RAW_TP, FENTRY, FEXIT, UPROBE, URETPROBE, SAMPLE, KINDS };

static const char *const kind_names[KINDS] = {
	"kprobe", "kretprobe", "tracepoint", "raw_tp", "fentry", "fexit", "uprobe", "uretprobe",
	"sampling",
};

/* Shared with the owners, who may die in the middle of anything. */
static struct shared {
	u64 attached[KINDS], refused[KINDS], detached, toggled;
	u32 live[MAX_OWNERS];
} *shared;

/* A place for a probe of an owner's; no descriptor is 0, the terminal's. */
struct slot {
	s32 probe, link;
};

static char *names[MAX_NAMES];	/* functions to probe */
static u32 nr_names;
static long traces[16];		/* tracepoints' ids */
static u32 nr_traces;
static u32 entry_ids[4], nr_entry_ids;
static u32 mine;		/* number of this owner */
static unsigned int seed;
static long progs[KINDS][4];	/* by kind: up to 4 that fit */

static u32 any(u32 below)
{
	return rand_r(&seed) % below;
}

/* ---- what there is to attach to ----------------------------------------------- */

static const char *const families[] = {
	"__x64_sys_", "vfs_", "proc_", "seq_", "shmem_", "simple_", "generic_file_", "do_sys_",
	"sched_", "task_", "pid_", "kmem_cache_", "mutex_", "try_to_wake_up",
};

static bool in_family(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(families); i++)
		if (!strncmp(name, families[i], strlen(families[i])))
			return true;
	return false;
}

static void find_names(void)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[512], name[256], type;

	while (f && nr_names < MAX_NAMES && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*x %c %255s", &type, name) != 2 || strchr(line, '['))
			continue;
		if ((type == 'T' || type == 't') && in_family(name))
			names[nr_names++] = strdup(name);
	}
	if (f)
		fclose(f);
}

static void find_traces(void)
{
	static const char *const events[] = {
		"sched/sched_switch", "sched/sched_wakeup", "syscalls/sys_enter_getppid",
		"syscalls/sys_exit_getppid", "syscalls/sys_enter_openat", "kmem/kmalloc",
		"sched/sched_process_fork", "timer/hrtimer_start",
	};
	char path[128], text[32];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(events); i++) {
		FILE *f;

		snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/id", events[i]);
		f = fopen(path, "r");
		if (f && fgets(text, sizeof(text), f))
			traces[nr_traces++] = atol(text);
		if (f)
			fclose(f);
	}
}

static void find_functions(void)
{
	static const char *const functions[] = {
		"vfs_read", "do_sys_openat2", "find_task_by_vpid", "vfs_open",
	};
	u32 i, id;

	if (!read_btf())
		return;
	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		id = btf_id(functions[i], BTF_KIND_FUNC);
		if (id)
			entry_ids[nr_entry_ids++] = id;
	}
}

__attribute__((noinline)) long probed_function(long a)
{
	__asm__ volatile("" : "+r"(a));
	return a + 1;
}

static void load_of_calls(void)
{
	for (;;) {
		char buf[64];
		int fd = open("/proc/self/stat", O_RDONLY);

		syscall(SYS_getppid);
		syscall(SYS_getpgid, 0);
		syscall(SYS_sched_yield);
		probed_function(fd);
		if (fd >= 0) {
			if (read(fd, buf, sizeof(buf)) < 0)
				_exit(1);
			close(fd);
		}
	}
}

/* ---- an owner -------------------------------------------------------------------- */

static long load(u32 type, u32 attach_type, u32 id, long hash, long rb)
{
	const struct kbpf_insn insns[] = {
		CALL(H_PID_TGID), STX_DW(10, 0, -8), ST_DW(10, -16, 1),
		LD_MAP(1, hash), MOV_REG(2, 10), ADD_IMM(2, -8), MOV_REG(3, 10), ADD_IMM(3, -16),
		MOV_IMM(4, 0), CALL(H_MAP_UPDATE),
		LD_MAP(1, rb), MOV_REG(2, 10), ADD_IMM(2, -16), MOV_IMM(3, 16), MOV_IMM(4, 0),
		CALL(H_RB_OUTPUT),
		MOV_IMM(0, 0), EXIT(),
	};
	struct kbpf_prog_load_attr attr = {
		.prog_type = type, .expected_attach_type = attach_type, .attach_btf_id = id,
		.insns = ptr(insns), .insn_cnt = ARRAY_SIZE(insns), .license = ptr("GPL"),
	};

	return dev_cmd(KBPF_PROG_LOAD, &attr);
}

static void load_all(void)
{
	static const u32 types[KINDS] = {
		[KPROBE] = KBPF_PROG_TYPE_KPROBE, [KRETPROBE] = KBPF_PROG_TYPE_KPROBE,
		[UPROBE] = KBPF_PROG_TYPE_KPROBE, [URETPROBE] = KBPF_PROG_TYPE_KPROBE,
		[TRACEPOINT] = KBPF_PROG_TYPE_TRACEPOINT,
		[RAW_TP] = KBPF_PROG_TYPE_RAW_TRACEPOINT, [SAMPLE] = KBPF_PROG_TYPE_PERF_EVENT,
	};
	long hash = map_create(KBPF_MAP_TYPE_HASH, 8, 8, 64, 0);
	long rb = map_create(KBPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
	u32 kind, i;

	mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, rb, 0);
	for (kind = 0; kind < KINDS; kind++)
		for (i = 0; i < 4; i++)
			progs[kind][i] = types[kind] ? load(types[kind], 0, 0, hash, rb) : -1;
	for (i = 0; i < nr_entry_ids; i++) {
		progs[FENTRY][i] = load(KBPF_PROG_TYPE_TRACING, KBPF_TRACE_FENTRY, entry_ids[i], hash, rb);
		progs[FEXIT][i] = load(KBPF_PROG_TYPE_TRACING, KBPF_TRACE_FEXIT, entry_ids[i], hash, rb);
	}
}

static long open_uprobe(bool ret)
{
	extern char __executable_start[];
	struct perf_event_attr pe = {
		.type = KBPF_PERF_TYPE_UPROBE, .size = sizeof(pe), .config = ret,
		.config1 = ptr("/proc/self/exe"),
		.config2 = (char *)probed_function - __executable_start,
	};

	return probe_open_attr(&pe, 0);
}

static long open_event(u32 type, u64 config, u64 period)
{
	struct perf_event_attr pe = {
		.type = type, .config = config, .size = sizeof(pe), .sample_period = period,
	};

	return probe_open_attr(&pe, 0);
}

static long open_probe(enum kind kind)
{
	switch (kind) {
	case KPROBE:
	case KRETPROBE:
		return probe_open(names[any(nr_names)], 0, kind == KRETPROBE);
	case TRACEPOINT:
		return nr_traces ? open_event(PERF_TYPE_TRACEPOINT, traces[any(nr_traces)], 1) : -1;
	case UPROBE:
	case URETPROBE:
		return open_uprobe(kind == URETPROBE);
	case SAMPLE:
		return open_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, 1000000);
	default:
		return 0;	/* attached without a probe */
	}
}

static long link_tracing(long prog, bool raw)
{
	static const char *const raws[] = { "sys_enter", "sched_switch", "sched_wakeup" };
	struct kbpf_raw_tracepoint_attr attr = {
		.prog_fd = prog, .name = raw ? ptr(raws[any(ARRAY_SIZE(raws))]) : 0,
	};

	return dev_cmd(KBPF_RAW_TRACEPOINT_OPEN, &attr);
}

static void fill(struct slot *s)
{
	/* Half of all are kernel probes; return probes take much memory each. */
	enum kind kind = any(2) ? (any(4) ? KPROBE : KRETPROBE) : any(KINDS);
	long prog = progs[kind][any(4)];

	s->probe = open_probe(kind);
	s->link = -1;
	if (s->probe > 0)
		s->link = link_create(prog, s->probe, rand_r(&seed));
	else if (!s->probe)
		s->link = link_tracing(prog, kind == RAW_TP);
	__atomic_add_fetch(s->link > 0 ? &shared->attached[kind] : &shared->refused[kind], 1,
			   __ATOMIC_RELAXED);
}

static void empty(struct slot *s)
{
	struct kbpf_link_detach_attr detach = { .link_fd = s->link };

	if (s->link > 0 && any(2))
		dev_cmd(KBPF_LINK_DETACH, &detach);
	/* Either may go first; a link keeps its probe. */
	if (s->probe > 0 && any(2)) {
		close(s->probe);
		s->probe = 0;
	}
	if (s->link > 0)
		close(s->link);
	if (s->probe > 0)
		close(s->probe);
	s->probe = 0;
	s->link = 0;
	__atomic_add_fetch(&shared->detached, 1, __ATOMIC_RELAXED);
}

static void toggle(const struct slot *s)
{
	ioctl(s->probe, any(2) ? PERF_EVENT_IOC_DISABLE : PERF_EVENT_IOC_ENABLE, 0);
	__atomic_add_fetch(&shared->toggled, 1, __ATOMIC_RELAXED);
}

/* Fills its slots first, then changes them at random. */
static void owner(u32 number, u32 nr_slots)
{
	static struct slot slots[MAX_PROBES];
	u32 i;

	mine = number;
	load_all();
	for (i = 0;; i++) {
		struct slot *s = &slots[i < nr_slots ? i : any(nr_slots)];

		if (s->link <= 0) {
			if (s->probe > 0)
				close(s->probe);
			fill(s);
			shared->live[mine] += s->link > 0;
		} else if (s->probe > 0 && !any(4)) {
			toggle(s);
		} else {
			empty(s);
			shared->live[mine]--;
		}
	}
}

/* ---- the weather --------------------------------------------------------------- */

static bool is_kernel_btf(u32 id)
{
	struct kbpf_id_attr attr = { .id = id };
	struct kbpf_btf_info info = {};
	struct kbpf_info_attr query = { .info_len = sizeof(info), .info = ptr(&info) };
	long fd = dev_cmd(KBPF_BTF_GET_FD_BY_ID, &attr);

	query.fd = fd;
	if (fd < 0 || dev_cmd(KBPF_OBJ_GET_INFO_BY_FD, &query))
		info.kernel_btf = 0;
	close(fd);
	return info.kernel_btf;
}

/* Objects with an id, besides the kernel's types; waits for those that are freed a grace period later. */
static u32 left_over(void)
{
	static const u32 next[] = {
		KBPF_PROG_GET_NEXT_ID, KBPF_MAP_GET_NEXT_ID, KBPF_LINK_GET_NEXT_ID,
		KBPF_BTF_GET_NEXT_ID,
	};
	u32 i, n = 0, try;

	for (try = 0; try < 100; try++) {
		for (n = i = 0; i < ARRAY_SIZE(next); i++) {
			struct kbpf_id_attr attr = {};

			while (!dev_cmd(next[i], &attr)) {
				attr.id = attr.next_id;
				n += next[i] != KBPF_BTF_GET_NEXT_ID || !is_kernel_btf(attr.id);
			}
		}
		if (!n)
			break;
		usleep(100000);
	}
	return n;
}

static void end(pid_t pid)
{
	if (!pid)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void report(u32 seconds, u32 kills, u32 most, u32 unloads)
{
	u32 kind;

	printf("# %u s: %u owners killed, at most %u probes at once, %llu detached, %llu toggled, %u removals refused\n",
	       seconds, kills, most, shared->detached, shared->toggled, unloads);
	for (kind = 0; kind < KINDS; kind++)
		printf("# %s: %llu attached, %llu refused\n", kind_names[kind],
		       shared->attached[kind], shared->refused[kind]);
	tap(kills > 0, "owners were killed # %u", kills);
	for (kind = 0; kind < KINDS; kind++) {
		bool there = (kind != FENTRY && kind != FEXIT) || nr_entry_ids;

		if (kind == TRACEPOINT)
			there = nr_traces;
		if (there)
			tap(shared->attached[kind] > 0, "attached: %s", kind_names[kind]);
	}
	tap(shared->detached > 0, "some were detached");
}

int main(int argc, char **argv)
{
	u32 seconds = argc > 1 ? atoi(argv[1]) : 20, owners = argc > 2 ? atoi(argv[2]) : 4;
	u32 probes = argc > 3 ? atoi(argv[3]) : 200, kills = 0, most = 0, refused = 0, removed = 0;
	pid_t pids[MAX_OWNERS] = {}, load[2];
	time_t stop;
	u32 i, live;

	tap_begin();
	dev_open();
	if (owners > MAX_OWNERS)
		owners = MAX_OWNERS;
	if (probes > MAX_PROBES)
		probes = MAX_PROBES;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	find_names();
	find_traces();
	find_functions();
	tap(nr_names > 100, "functions to probe # %u, %u tracepoints, %u by BTF", nr_names, nr_traces,
	    nr_entry_ids);
	for (i = 0; i < 2; i++) {
		load[i] = fork();
		if (!load[i])
			load_of_calls();
	}
	for (stop = time(NULL) + seconds; time(NULL) < stop;) {
		i = any(owners);
		/* Some are killed, fewer where it takes long to attach all; the dead come back. */
		if (pids[i] && !any(8 + probes / 16)) {
			end(pids[i]);
			pids[i] = 0;
			shared->live[i] = 0;
			kills++;
		}
		if (!pids[i]) {
			pids[i] = fork();
			seed += kills + i;
			if (!pids[i])
				owner(i, probes / owners);
		}
		for (live = i = 0; i < owners; i++)
			live += shared->live[i];
		if (live > most)
			most = live;
		if (syscall(SYS_delete_module, "kbpf", O_NONBLOCK))
			refused++;
		else
			removed++;
		usleep(rand_r(&seed) % 300000);
	}
	/* They die side by side: each probe takes grace periods to go. */
	for (i = 0; i < owners; i++)
		if (pids[i])
			kill(pids[i], SIGKILL);
	for (i = 0; i < owners; i++)
		end(pids[i]);
	for (i = 0; i < 2; i++)
		end(load[i]);
	report(seconds, kills, most, refused);
	tap_is("the module stayed", 0, removed);
	tap_is("nothing of theirs is left", 0, left_over());
	return tap_end();
}
