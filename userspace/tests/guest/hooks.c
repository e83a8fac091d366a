// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Hooks other than kernel probes on the real device: tracepoints, raw
 * tracepoints, sampling, user probes; and the call stacks that programs see there.
 */
#include <dirent.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <time.h>
#include "guest_btf.h"

static long out;	/* array of one value of 512 bytes: witness of every program */

static u64 *witness(void)
{
	static u64 value[64];
	u32 zero = 0;

	map_elem(KBPF_MAP_LOOKUP_ELEM, out, &zero, value, 0);
	return value;
}

static void clear(void)
{
	static const u64 value[64];
	u32 zero = 0;

	map_elem(KBPF_MAP_UPDATE_ELEM, out, &zero, value, 0);
}

static long number_in(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY);
	long n = -1;

	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) > 0)
			n = atol(text);
		close(fd);
	}
	return n;
}

static long event_id(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/id", name);
	return number_in(path);
}

static long tracepoint_open(u64 id)
{
	struct perf_event_attr pe = {
		.type = PERF_TYPE_TRACEPOINT, .size = sizeof(pe), .config = id,
		.sample_period = 1,
	};

	return probe_open_attr(&pe, 0);
}

/* Counts runs in witness 0, stores the pid in 1 and of the context a word in 2 and what @second loads in 3. */
static long load_hook_with(u32 type, s32 off1, struct kbpf_insn second)
{
	const struct kbpf_insn insns[] = {
		MOV_REG(6, 1), CALL(H_PID_TGID), MOV_REG(7, 0),
		LD_MAP_VALUE(8, out, 0),
		LDX_DW(1, 6, off1), STX_DW(8, 1, 16),
		second, STX_DW(8, 1, 24),
		STX_DW(8, 7, 8), MOV_IMM(1, 1), ATOMIC_ADD_DW(8, 1, 0),
		MOV_IMM(0, 0), EXIT(),
	};

	return load_type(type, insns, ARRAY_SIZE(insns));
}

static long load_hook(u32 type, s32 off1, s32 off2)
{
	return load_hook_with(type, off1, (struct kbpf_insn)LDX_DW(1, 6, off2));
}

/* A program that looks up to @off + 8 at a tracepoint: what does attaching it say? */
static long link_looking_at(long id, s32 off)
{
	long prog = load_hook(KBPF_PROG_TYPE_TRACEPOINT, off, 8), probe = tracepoint_open(id);
	long ret = link_create(prog, probe, 0);

	if (ret >= 0)
		close(ret);
	close(probe);
	close(prog);
	return ret;
}

static void test_record_length(void)
{
	long call = event_id("syscalls/sys_enter_getpgid"), exit = event_id("syscalls/sys_exit_getpgid");
	long sched = event_id("sched/sched_switch");

	tap(link_looking_at(call, 16) >= 0, "the last argument of a call");
	tap_is("past it", -EACCES, link_looking_at(call, 24));
	tap(link_looking_at(exit, 16) >= 0, "the result of a call");
	tap_is("past it", -EACCES, link_looking_at(exit, 24));
	tap(link_looking_at(sched, 56) >= 0, "the last fields of sched_switch");
	tap_is("past them", -EACCES, link_looking_at(sched, 64));
}

/* What KBPF_TASK_FD_QUERY says of a descriptor of ours. */
static void test_query(long fd, const char *name, u32 type)
{
	char text[64] = "";
	struct kbpf_task_fd_query_attr attr = {
		.pid = getpid(), .fd = fd, .buf = ptr(text), .buf_len = sizeof(text),
	};

	tap_is("TASK_FD_QUERY", 0, dev_cmd(KBPF_TASK_FD_QUERY, &attr));
	tap(attr.fd_type == type && !strcmp(text, name) && attr.prog_id &&
	    attr.buf_len == strlen(name), "says %s # %s %u", name, text, attr.fd_type);
	attr.fd = 9999;
	tap_is("of no descriptor", -EBADF, dev_cmd(KBPF_TASK_FD_QUERY, &attr));
	attr.fd = dev_fd;
	tap_is("of something else", -EOPNOTSUPP, dev_cmd(KBPF_TASK_FD_QUERY, &attr));
	attr.pid = 4000000;
	tap_is("of no process", -ENOENT, dev_cmd(KBPF_TASK_FD_QUERY, &attr));
}

static void test_tracepoint(void)
{
	long id = event_id("syscalls/sys_enter_getpgid"), prog, probe, link, fd;
	struct kbpf_link_info info = {};
	struct kbpf_info_attr attr = { .info_len = sizeof(info), .info = ptr(&info) };
	char name[64] = "";

	fd = tracepoint_open(999999);
	tap(fd < 0, "a tracepoint that is not there # %ld %s", fd, why);
	if (id < 0) {
		tap(true, "tracepoints # SKIP no tracefs");
		return;
	}
	clear();
	prog = load_hook(KBPF_PROG_TYPE_TRACEPOINT, 8, 16);
	probe = tracepoint_open(id);
	tap(probe >= 0, "a tracepoint opens # %s", why);
	link = link_create(prog, probe, 77);
	tap(link >= 0, "a program is linked to it # %ld", link);
	syscall(SYS_getpgid, 12345);
	syscall(SYS_getpgid, 12345);
	tap_is("each call is a run", 2, witness()[0]);
	tap(witness()[1] == ((u64)getpid() << 32 | (u32)getpid()), "by this process");
	tap_is("syscall number in the record", SYS_getpgid, (u32)witness()[2]);
	tap_is("its argument", 12345, witness()[3]);
	test_query(probe, "sys_enter_getpgid", KBPF_FD_TYPE_TRACEPOINT);
	attr.fd = link;
	info.perf_event.tracepoint.tp_name = ptr(name);
	info.perf_event.tracepoint.name_len = sizeof(name);
	tap_is("info of the link", 0, dev_cmd(KBPF_OBJ_GET_INFO_BY_FD, &attr));
	tap(info.perf_event.type == KBPF_PERF_EVENT_TRACEPOINT && !strcmp(name, "sys_enter_getpgid"),
	    "its name # %s", name);
	close(link);
	syscall(SYS_getpgid, 1);
	tap_is("a closed link runs nothing", 2, witness()[0]);
	close(probe);
	close(prog);
	tap_is("a kprobe program on a tracepoint", -EINVAL,
	       link_create(prog = load_hook(KBPF_PROG_TYPE_KPROBE, 8, 16),
			   probe = tracepoint_open(id), 0));
	close(prog);
	close(probe);
	test_record_length();
	probe = tracepoint_open(event_id("sched/sched_switch"));
	clear();
	prog = load_hook(KBPF_PROG_TYPE_TRACEPOINT, 8, 16);
	link = link_create(prog, probe, 0);
	usleep(100000);
	tap(link >= 0 && witness()[0] > 0, "sched_switch # %llu", witness()[0]);
	close(link);
	close(probe);
	close(prog);
}

/**
 * struct at_event - a program at a tracepoint that has a record
 * @prog: the program, of load_hook()
 * @probe: the tracepoint
 * @link: their link
 */
struct at_event {
	long prog, probe, link;
};

static struct at_event see(const char *event, s32 off1, struct kbpf_insn second)
{
	struct at_event at;

	clear();
	at.prog = load_hook_with(KBPF_PROG_TYPE_TRACEPOINT, off1, second);
	at.probe = tracepoint_open(event_id(event));
	at.link = link_create(at.prog, at.probe, 0);
	tap(at.link >= 0, "a program on %s # %ld", event, at.link);
	return at;
}

static void see_no_more(const struct at_event *at)
{
	tap_is("which missed nothing", 0, prog_stats(at->prog).misses);
	close(at->link);
	close(at->probe);
	close(at->prog);
}

/* Keeps a CPU busy. */
static void spin(u32 ms)
{
	struct timespec from, now;

	clock_gettime(CLOCK_MONOTONIC, &from);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000 < ms);
}

/* Records that the kernel fills in: of few arguments and of more than registers hold. */
static void test_records(void)
{
	struct at_event at = see("task/task_rename", 8, (struct kbpf_insn)LDX_DW(1, 6, 24));

	prctl(PR_SET_NAME, "kbpf-one");
	prctl(PR_SET_NAME, "kbpf-two");
	tap_is("each change of a name is a run", 2, witness()[0]);
	tap_is("whose process", getpid(), (s32)witness()[2]);
	/* oldcomm at 12, newcomm at 28 */
	tap(!memcmp((u8 *)&witness()[3] + 4, "kbpf", 4), "which name # %.4s", (char *)&witness()[3] + 4);
	see_no_more(&at);
	prctl(PR_SET_NAME, "kbpf-three");
	tap_is("not any more", 2, witness()[0]);

	at = see("kmem/kmalloc", 24, (struct kbpf_insn)LDX_W(1, 6, 48));
	close(open("/proc/self/maps", O_RDONLY));
	tap(witness()[0] > 0, "allocations # %llu", witness()[0]);
	tap(witness()[2] && witness()[2] < 1 << 30, "how much # %llu", witness()[2]);
	tap((s32)witness()[3] == -1 || !witness()[3], "on which node: the sixth argument # %d",
	    (s32)witness()[3]);
	see_no_more(&at);
}

static void set_timer(long seconds)
{
	const struct itimerval value = { .it_value.tv_sec = seconds };

	setitimer(ITIMER_VIRTUAL, &value, NULL);
}

/* What the kernel submits for us does not take anything from its perf events, which stand beside. */
static void test_beside_perf(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	struct at_event at = see("timer/itimer_state", 8, (struct kbpf_insn)LDX_DW(1, 6, 24));
	long counter;
	u64 seen = 0;

	attr.config = event_id("timer/itimer_state");
	counter = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	tap(counter >= 0, "an event of perf's beside it # %ld", counter);
	set_timer(0);
	set_timer(1234);
	tap_is("each setting of a timer is a run", 2, witness()[0]);
	tap_is("of which timer", ITIMER_VIRTUAL, (s32)witness()[2]);
	tap_is("to when", 1234, witness()[3]);
	see_no_more(&at);
	set_timer(0);
	tap_is("not any more", 2, witness()[0]);
	tap(read(counter, &seen, sizeof(seen)) == sizeof(seen) && seen == 3,
	    "perf has counted all # %llu", seen);
	close(counter);
}

/* An event that counts by nanoseconds is one event. */
static void test_weighted_event(void)
{
	struct kbpf_raw_tracepoint_attr attr = { .name = ptr("sched_stat_runtime") };
	long prog = load_hook(KBPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0), raw;
	struct at_event at;
	u64 runs;

	attr.prog_fd = prog;
	at = see("sched/sched_stat_runtime", 8, (struct kbpf_insn)LDX_W(1, 6, 8));
	raw = dev_cmd(KBPF_RAW_TRACEPOINT_OPEN, &attr);
	runs = prog_stats(at.prog).run_cnt;
	spin(200);
	runs = prog_stats(at.prog).run_cnt - runs;
	/* whichever is attached or asked first sees a few more */
	tap(raw >= 0 && runs > 2 && runs <= prog_stats(prog).run_cnt + 5,
	    "as many records as events # %llu, %llu", runs, (u64)prog_stats(prog).run_cnt);
	close(raw);
	close(prog);
	see_no_more(&at);
}

static void test_raw_tracepoint(void)
{
	struct kbpf_raw_tracepoint_attr attr = { .name = ptr("sys_enter") };
	long prog = load_hook(KBPF_PROG_TYPE_RAW_TRACEPOINT, 0, 8), link;
	struct kbpf_link_info info = {};
	struct kbpf_info_attr ia = { .info_len = sizeof(info), .info = ptr(&info) };
	char name[64] = "";
	u64 n;

	clear();
	attr.prog_fd = prog;
	link = dev_cmd(KBPF_RAW_TRACEPOINT_OPEN, &attr);
	tap(link >= 0, "a raw tracepoint # %ld", link);
	syscall(SYS_getppid);
	tap(witness()[0] > 0, "runs # %llu", witness()[0]);
	info.raw_tracepoint.tp_name = ptr(name);
	info.raw_tracepoint.tp_name_len = sizeof(name);
	ia.fd = link;
	tap_is("info", 0, dev_cmd(KBPF_OBJ_GET_INFO_BY_FD, &ia));
	tap(!strcmp(name, "sys_enter"), "name # %s", name);
	close(link);
	n = witness()[0];
	syscall(SYS_getppid);
	tap_is("not any more", n, witness()[0]);
	close(prog);
	if (access("/sys/kernel/btf/vmlinux", R_OK)) {
		tap(true, "an argument that it does not have # SKIP no BTF tells");
	} else {
		attr.prog_fd = load_hook(KBPF_PROG_TYPE_RAW_TRACEPOINT, 8, 16);
		tap_is("an argument that it does not have", -EINVAL,
		       dev_cmd(KBPF_RAW_TRACEPOINT_OPEN, &attr));
		close(attr.prog_fd);
	}
	attr.prog_fd = prog = load_hook(KBPF_PROG_TYPE_RAW_TRACEPOINT, 0, 8);
	attr.name = ptr("no_such_tracepoint");
	tap_is("one that is not there", -ENOENT, dev_cmd(KBPF_RAW_TRACEPOINT_OPEN, &attr));
	attr.name = 0;
	tap_is("none", -EINVAL, dev_cmd(KBPF_RAW_TRACEPOINT_OPEN, &attr));
	attr.name = 8;
	tap_is("a name at a bad address", -EFAULT, dev_cmd(KBPF_RAW_TRACEPOINT_OPEN, &attr));
	close(prog);
}

static void test_sampling(void)
{
	struct perf_event_attr pe = {
		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_CPU_CLOCK, .size = sizeof(pe),
		.sample_period = 1000000,
	};
	struct kbpf_perf_open_attr open = {
		.attr = ptr(&pe), .pid = 0, .cpu = -1, .group_fd = -1,
	};
	long prog = load_hook(KBPF_PROG_TYPE_PERF_EVENT, 128, 168), probe, link;
	clock_t end;

	clear();
	probe = dev_cmd(KBPF_PERF_OPEN, &open);
	tap(probe >= 0, "sampling of this process by the clock # %ld", probe);
	link = link_create(prog, probe, 0);
	tap(link >= 0, "a program is linked to it");
	for (end = clock() + CLOCKS_PER_SEC / 2; clock() < end;)
		;
	tap(witness()[0] > 10, "samples # %llu", witness()[0]);
	tap((u32)(witness()[1] >> 32) == (u32)getpid(), "of this process");
	tap_is("the period", 1000000, witness()[3]);
	close(link);
	close(probe);
	open.cpu = 0;
	open.pid = -1;
	probe = dev_cmd(KBPF_PERF_OPEN, &open);
	link = link_create(prog, probe, 0);
	tap(probe >= 0 && link >= 0, "sampling of a CPU");
	close(link);
	close(probe);
	open.cpu = -1;
	tap_is("of nothing", -EINVAL, dev_cmd(KBPF_PERF_OPEN, &open));
	open.cpu = 100000;
	tap(dev_cmd(KBPF_PERF_OPEN, &open) < 0, "of a CPU that is not there");
	open.pid = 0x3fffffff;
	tap_is("of a process that is not there", -ESRCH, dev_cmd(KBPF_PERF_OPEN, &open));
	open.pid = 0;
	open.cpu = -1;
	pe.sample_period = 0;
	tap_is("without a period", -EINVAL, dev_cmd(KBPF_PERF_OPEN, &open));
	close(prog);
}

__attribute__((noinline)) long probed_function(long a)
{
	__asm__ volatile("" : "+r"(a));
	return a + 1;
}

static void test_uprobe(void)
{
	extern char __executable_start[];
	u64 offset = (char *)probed_function - __executable_start;
	struct perf_event_attr pe = {
		.type = KBPF_PERF_TYPE_UPROBE, .size = sizeof(pe), .config1 = ptr("/proc/self/exe"),
		.config2 = offset,
	};
	struct kbpf_perf_open_attr open = {
		.attr = ptr(&pe), .pid = -1, .cpu = 0, .group_fd = -1,
		.why = ptr(why), .why_size = sizeof(why),
	};
	long prog = load_hook(KBPF_PROG_TYPE_KPROBE, 112, 80), probe, link;
	char path[256] = "";

	clear();
	probe = dev_cmd(KBPF_PERF_OPEN, &open);
	tap(probe >= 0, "a user probe opens # %ld %s", probe, why);
	link = link_create(prog, probe, 0);
	tap(link >= 0, "a program is linked to it");
	probed_function(4711);
	tap_is("it runs", 1, witness()[0]);
	if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		path[0] = '\0';
	test_query(probe, path, KBPF_FD_TYPE_UPROBE);
	tap_is("and sees the argument", 4711, witness()[2]);
	close(link);
	close(probe);
	pe.config = 1;
	probe = dev_cmd(KBPF_PERF_OPEN, &open);
	link = link_create(prog, probe, 0);
	probed_function(99);
	tap_is("a return probe runs", 2, witness()[0]);
	tap_is("and sees the result", 100, witness()[3]);
	close(link);
	close(probe);
	pe.config = 0;
	open.pid = 1;
	probe = dev_cmd(KBPF_PERF_OPEN, &open);
	link = link_create(prog, probe, 0);
	probed_function(1);
	tap_is("one for another process does not", 2, witness()[0]);
	close(link);
	close(probe);
	open.pid = -1;
	pe.config1 = ptr("/no/such/file");
	tap_is("a file that is not there", -ENOENT, dev_cmd(KBPF_PERF_OPEN, &open));
	pe.config1 = ptr("/proc");
	tap_is("a directory", -EINVAL, dev_cmd(KBPF_PERF_OPEN, &open));
	pe.config1 = 8;
	tap_is("a path at a bad address", -EFAULT, dev_cmd(KBPF_PERF_OPEN, &open));
	close(prog);
}

static const char *symbol_of(u64 addr)
{
	static char name[256], best[256];
	char line[512], type;
	unsigned long a, best_addr = 0;
	FILE *f = fopen("/proc/kallsyms", "r");

	best[0] = '\0';
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx %c %255s", &a, &type, name) == 3 && a <= addr &&
		    a >= best_addr) {
			best_addr = a;
			strcpy(best, name);
		}
	if (f)
		fclose(f);
	return best;
}

#define H_GET_STACK	67

static void test_stacks(void)
{
	const struct kbpf_insn insns[] = {
		MOV_REG(6, 1), LD_MAP_VALUE(7, out, 0),
		MOV_REG(1, 6), MOV_REG(2, 7), ADD_IMM(2, 8), MOV_IMM(3, 248), MOV_IMM(4, 0),
		CALL(H_GET_STACK), STX_DW(7, 0, 0),
		MOV_REG(1, 6), MOV_REG(2, 7), ADD_IMM(2, 264), MOV_IMM(3, 240),
		MOV_IMM(4, KBPF_F_USER_STACK), CALL(H_GET_STACK), STX_DW(7, 0, 256),
		MOV_IMM(0, 0), EXIT(),
	};
	long prog = load_kprobe(insns), probe, link, ret;
	bool ip_in_this = false;
	u64 *w;

	tap(prog >= 0, "a program that walks stacks");
	for (ret = 0; ret < 2; ret++) {
		probe = probe_open("__x64_sys_getppid", 0, ret);
		link = link_create(prog, probe, 0);
		clear();
		syscall(SYS_getppid);
		w = witness();
		tap((s64)w[0] > 8, "kernel stack, %sprobe # %lld bytes", ret ? "kret" : "k", w[0]);
		printf("# %s\n", symbol_of(w[1]));
		printf("# %s\n", symbol_of(w[2]));
		if (!ret)
			tap(!strcmp(symbol_of(w[1]), "__x64_sys_getppid"),
			    "begins with the probed function # %s", symbol_of(w[1]));
		else
			tap(!strcmp(symbol_of(w[1]), "do_syscall_64") ||
			    !strcmp(symbol_of(w[1]), "x64_sys_call"),
			    "begins with its caller # %s", symbol_of(w[1]));
		tap((s64)w[32] >= 8, "user stack # %lld bytes", w[32]);
		ip_in_this = w[33] > 0x1000 && w[33] < 0x7fffffffffffULL;
		tap(ip_in_this, "begins in user memory # %llx", w[33]);
		close(link);
		close(probe);
	}
	close(prog);
}

/* ---- programs attached by BTF id -------------------------------------------- */

/* As load_hook(), for an attach_btf_id. */
static long load_tracing(u32 attach_type, u32 id, s32 off1, s32 off2)
{
	const struct kbpf_insn insns[] = {
		MOV_REG(6, 1), CALL(H_PID_TGID), MOV_REG(7, 0),
		LD_MAP_VALUE(8, out, 0),
		LDX_DW(1, 6, off1), STX_DW(8, 1, 16),
		LDX_DW(1, 6, off2), STX_DW(8, 1, 24),
		STX_DW(8, 7, 8), MOV_IMM(1, 1), ATOMIC_ADD_DW(8, 1, 0),
		MOV_IMM(0, 0), EXIT(),
	};
	struct kbpf_prog_load_attr attr = {
		.prog_type = KBPF_PROG_TYPE_TRACING, .expected_attach_type = attach_type,
		.attach_btf_id = id, .insns = ptr(insns), .insn_cnt = ARRAY_SIZE(insns),
		.license = ptr("GPL"), .log_level = 1, .log_buf = ptr(verifier_log),
		.log_size = sizeof(verifier_log),
	};
	long fd = dev_cmd(KBPF_PROG_LOAD, &attr);

	if (fd < 0)
		printf("# load: %ld %s\n", fd, verifier_log);
	return fd;
}

/* What get_func_arg, _ret and _arg_cnt say goes to witnesses 1 to 7. */
static long load_func_helpers(u32 attach_type, u32 id)
{
	const struct kbpf_insn insns[] = {
		MOV_REG(6, 1), LD_MAP_VALUE(8, out, 0),
		MOV_REG(1, 6), MOV_IMM(2, 0), MOV_REG(3, 10), ADD_IMM(3, -8), CALL(H_FUNC_ARG),
		STX_DW(8, 0, 8), LDX_DW(1, 10, -8), STX_DW(8, 1, 16),
		MOV_REG(1, 6), MOV_IMM(2, 1), MOV_REG(3, 10), ADD_IMM(3, -8), CALL(H_FUNC_ARG),
		STX_DW(8, 0, 24),
		MOV_REG(1, 6), MOV_REG(2, 10), ADD_IMM(2, -8), CALL(H_FUNC_RET),
		STX_DW(8, 0, 32), LDX_DW(1, 10, -8), STX_DW(8, 1, 40),
		MOV_REG(1, 6), CALL(H_FUNC_ARG_CNT), STX_DW(8, 0, 48),
		MOV_REG(1, 6), CALL(H_COOKIE), STX_DW(8, 0, 56),
		MOV_IMM(1, 1), ATOMIC_ADD_DW(8, 1, 0), MOV_IMM(0, 0), EXIT(),
	};
	struct kbpf_prog_load_attr attr = {
		.prog_type = KBPF_PROG_TYPE_TRACING, .expected_attach_type = attach_type,
		.attach_btf_id = id, .insns = ptr(insns), .insn_cnt = ARRAY_SIZE(insns),
		.license = ptr("GPL"), .log_level = 1, .log_buf = ptr(verifier_log),
		.log_size = sizeof(verifier_log),
	};
	long fd = dev_cmd(KBPF_PROG_LOAD, &attr);

	if (fd < 0)
		printf("# load: %ld %s\n", fd, verifier_log);
	return fd;
}

static long attach_cookie(long prog, u32 attach_type, u64 cookie)
{
	struct kbpf_link_create_attr attr = {
		.prog_fd = prog, .attach_type = attach_type, .tracing.cookie = cookie,
	};

	return dev_cmd(KBPF_LINK_CREATE, &attr);
}

static void test_func_helpers(void)
{
	u32 id = btf_id("find_task_by_vpid", BTF_KIND_FUNC);
	long prog = load_func_helpers(KBPF_TRACE_FENTRY, id);
	long exit_prog = load_func_helpers(KBPF_TRACE_FEXIT, id), link, exit_link;

	clear();
	link = attach_cookie(prog, KBPF_TRACE_FENTRY, 71);
	syscall(SYS_getpgid, getpid());
	tap_is("fentry: get_func_arg", 0, witness()[1]);
	tap_is("the argument", getpid(), witness()[2]);
	tap_is("one too many", -EINVAL, witness()[3]);
	tap_is("get_func_ret at the beginning", -EOPNOTSUPP, witness()[4]);
	tap_is("get_func_arg_cnt", 1, witness()[6]);
	tap_is("its cookie", 71, witness()[7]);
	exit_link = attach_cookie(exit_prog, KBPF_TRACE_FEXIT, 72);
	tap(exit_link >= 0, "fexit where fentry is already # %ld", exit_link);
	clear();
	syscall(SYS_getpgid, getpid());
	tap_is("both run", 2, witness()[0]);
	tap_is("get_func_ret at the end", 0, witness()[4]);
	tap((s64)witness()[5] < -4096, "a task # %llx", witness()[5]);
	tap_is("the later one's cookie", 72, witness()[7]);
	close(link);
	clear();
	syscall(SYS_getpgid, getpid());
	tap_is("fexit stays when fentry goes", 1, witness()[0]);
	close(exit_link);
	clear();
	syscall(SYS_getpgid, getpid());
	tap_is("nothing stays", 0, witness()[0]);
	close(prog);
	close(exit_prog);
}

/* Programs at the end of a function go while tasks sleep in it. */
static void test_detach_below(void)
{
	long prog = load_func_helpers(KBPF_TRACE_FEXIT, btf_id("do_nanosleep", BTF_KIND_FUNC)), link;
	int i, status, ok = 0;
	pid_t pids[4];

	clear();
	for (i = 0; i < 8; i++) {
		link = attach_cookie(prog, KBPF_TRACE_FEXIT, i);
		if (i < 4)
			pids[i] = fork();
		if (i < 4 && !pids[i]) {
			usleep(600000);
			_exit(7);
		}
		usleep(20000);
		close(link);
	}
	for (i = 0; i < 4; i++)
		ok += waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status) &&
		      WEXITSTATUS(status) == 7;
	tap_is("who slept below programs that went comes back", 4, ok);
	close(prog);
}

static long attach_tracing(long prog)
{
	struct kbpf_raw_tracepoint_attr attr = { .prog_fd = prog };

	return dev_cmd(KBPF_RAW_TRACEPOINT_OPEN, &attr);
}

static void test_tracing(void)
{
	struct kbpf_link_create_attr create = { .attach_type = KBPF_TRACE_FEXIT };
	long prog, link;
	u64 n;

	tap(load_tracing(KBPF_TRACE_FENTRY, 0, 0, 8) < 0, "no id to attach to");
	tap(load_tracing(KBPF_TRACE_FENTRY, 0xfffffffeu, 0, 8) < 0, "an id that is not there");
	if (!read_btf()) {
		tap(true, "attaching by BTF id # SKIP this kernel has no BTF");
		return;
	}
	tap(load_tracing(KBPF_TRACE_FENTRY, btf_id("task_struct", BTF_KIND_STRUCT), 0, 8) < 0, "a structure's id");
	tap(load_tracing(KBPF_TRACE_RAW_TP, btf_id("do_nanosleep", BTF_KIND_FUNC), 0, 8) < 0,
	    "a function as a tracepoint");
	clear();
	/* what getpgid calls and has one argument, of 4 bytes */
	tap_is("fentry: past the last argument", -EACCES,
	       load_tracing(KBPF_TRACE_FENTRY, btf_id("find_task_by_vpid", BTF_KIND_FUNC), 0, 8));
	tap_is("fexit: past the result", -EACCES,
	       load_tracing(KBPF_TRACE_FEXIT, btf_id("find_task_by_vpid", BTF_KIND_FUNC), 8, 16));
	prog = load_tracing(KBPF_TRACE_FENTRY, btf_id("find_task_by_vpid", BTF_KIND_FUNC), 0, 0);
	link = attach_tracing(prog);
	tap(prog >= 0 && link >= 0, "fentry # %ld %ld", prog, link);
	syscall(SYS_getpgid, getpid());
	tap_is("runs", 1, witness()[0]);
	tap_is("with its argument", getpid(), witness()[2]);
	close(link);
	close(prog);
	prog = load_tracing(KBPF_TRACE_FEXIT, btf_id("find_task_by_vpid", BTF_KIND_FUNC), 0, 8);
	create.prog_fd = prog;
	link = dev_cmd(KBPF_LINK_CREATE, &create);
	tap(prog >= 0 && link >= 0, "fexit # %ld %ld", prog, link);
	syscall(SYS_getpgid, getpid());
	tap_is("runs", 2, witness()[0]);
	tap_is("with its argument", getpid(), witness()[2]);
	tap((s64)witness()[3] < -4096, "and its result, a task # %llx", witness()[3]);
	close(link);
	close(prog);
	test_func_helpers();
	test_detach_below();
	clear();
	prog = load_tracing(KBPF_TRACE_RAW_TP, btf_id("btf_trace_sched_switch", BTF_KIND_TYPEDEF), 0, 8);
	link = attach_tracing(prog);
	tap(prog >= 0 && link >= 0, "tp_btf # %ld %ld", prog, link);
	usleep(50000);
	n = witness()[0];
	tap(n > 0, "runs # %llu", n);
	tap(witness()[2] <= 1, "a bool argument is 0 or 1 # %llx", witness()[2]);
	tap((s64)witness()[3] < -4096, "the next is a task # %llx", witness()[3]);
	close(link);
	close(prog);
}

int main(void)
{
	tap_begin();
	dev_open();
	out = map_create(KBPF_MAP_TYPE_ARRAY, 4, 512, 1, 0);
	test_tracepoint();
	test_records();
	test_beside_perf();
	test_weighted_event();
	test_raw_tracepoint();
	test_sampling();
	test_uprobe();
	test_stacks();
	test_tracing();
	return tap_end();
}
