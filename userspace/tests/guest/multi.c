// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* One link at many places, kernel functions and user code; signals from programs. */
#include <signal.h>
#include <time.h>
#include "guest.h"

#define MANY	1000

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

static long load_for(u32 attach_type, const struct kbpf_insn *insns, u32 cnt)
{
	struct kbpf_prog_load_attr attr = {
		.prog_type = KBPF_PROG_TYPE_KPROBE, .expected_attach_type = attach_type,
		.insns = ptr(insns), .insn_cnt = cnt, .license = ptr("GPL"), .log_level = 1,
		.log_buf = ptr(verifier_log), .log_size = sizeof(verifier_log),
	};
	long fd = dev_cmd(KBPF_PROG_LOAD, &attr);

	if (fd < 0)
		printf("# load: %ld %s\n", fd, verifier_log);
	return fd;
}

/*
 * Counts runs in witness 0, adds cookies up in 1, stores the function's address in 2, and
 * di (an argument) and ax (a result) in 3 and 4.
 */
static long load_counter(u32 attach_type)
{
	const struct kbpf_insn insns[] = {
		MOV_REG(6, 1), LD_MAP_VALUE(8, out, 0),
		LDX_DW(1, 6, 112), STX_DW(8, 1, 24), LDX_DW(1, 6, 80), STX_DW(8, 1, 32),
		MOV_REG(1, 6), CALL(H_COOKIE), ATOMIC_ADD_DW(8, 0, 8),
		MOV_REG(1, 6), CALL(H_FUNC_IP), STX_DW(8, 0, 16),
		MOV_IMM(1, 1), ATOMIC_ADD_DW(8, 1, 0), MOV_IMM(0, 0), EXIT(),
	};

	return load_for(attach_type, insns, ARRAY_SIZE(insns));
}

static u64 address_of(const char *symbol)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[512], name[256];
	u64 addr = 0, at;

	while (f && !addr && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %*c %255s", &at, name) == 2 && !strcmp(name, symbol))
			addr = at;
	if (f)
		fclose(f);
	return addr;
}

/* ---- kernel functions --------------------------------------------------------- */

static void test_refusals(long prog)
{
	static const char *const syms[] = { "no_such_function_anywhere" };
	u64 addrs[] = { address_of("__x64_sys_getpgid") + 11 };
	struct kbpf_link_create_attr attr = {
		.prog_fd = prog, .attach_type = KBPF_TRACE_KPROBE_MULTI,
		.kprobe_multi = { .cnt = 1, .syms = ptr(syms) },
	};

	tap(dev_cmd(KBPF_LINK_CREATE, &attr) < 0, "a function that is not there");
	attr.kprobe_multi.addrs = ptr(addrs);
	tap_is("names and addresses", -EINVAL, dev_cmd(KBPF_LINK_CREATE, &attr));
	attr.kprobe_multi.syms = 0;
	tap(dev_cmd(KBPF_LINK_CREATE, &attr) < 0, "the middle of a function");
	attr.kprobe_multi.cnt = 0;
	tap_is("no functions", -EINVAL, dev_cmd(KBPF_LINK_CREATE, &attr));
	attr.kprobe_multi.cnt = 1;
	attr.kprobe_multi.addrs = 8;
	tap_is("addresses that cannot be read", -EFAULT, dev_cmd(KBPF_LINK_CREATE, &attr));
	attr.kprobe_multi.flags = 2;
	tap_is("a flag that is not there", -EINVAL, dev_cmd(KBPF_LINK_CREATE, &attr));
}

static void test_kprobe_multi(u32 flags)
{
	static const char *const syms[] = { "__x64_sys_getpgid", "__x64_sys_getsid" };
	const char *what = flags ? "returns" : "entries";
	u64 cookies[] = { 100, 1000 }, addrs[2] = {}, read[2] = {};
	long prog = load_counter(KBPF_TRACE_KPROBE_MULTI), link, sid = getsid(0);
	struct kbpf_link_create_attr attr = {
		.prog_fd = prog, .attach_type = KBPF_TRACE_KPROBE_MULTI,
		.kprobe_multi = { .flags = flags, .cnt = 2, .syms = ptr(syms),
				  .cookies = ptr(cookies) },
	};
	struct kbpf_link_info info = {
		.kprobe_multi = { .addrs = ptr(addrs), .cookies = ptr(read), .count = 2 },
	};
	struct kbpf_info_attr ia = { .info_len = sizeof(info), .info = ptr(&info) };

	clear();
	link = dev_cmd(KBPF_LINK_CREATE, &attr);
	if (!tap(link >= 0, "%s of two functions # %ld", what, link))
		return;
	syscall(SYS_getpgid, 0);
	syscall(SYS_getsid, 0);
	syscall(SYS_getsid, 0);
	tap_is("each hit runs", 3, witness()[0]);
	tap_is("with its cookie", 2100, witness()[1]);
	tap(witness()[2] == address_of("__x64_sys_getsid"), "and address # %llx", witness()[2]);
	if (flags)
		tap_is("and result", sid, witness()[4]);
	ia.fd = link;
	tap_is("info of the link", 0, dev_cmd(KBPF_OBJ_GET_INFO_BY_FD, &ia));
	tap(info.kprobe_multi.count == 2 && info.kprobe_multi.flags == flags &&
	    read[0] + read[1] == 1100 && addrs[0] < addrs[1], "functions and cookies");
	close(link);
	syscall(SYS_getpgid, 0);
	tap_is("a closed link runs nothing", 3, witness()[0]);
	if (!flags)
		test_refusals(prog);
	close(prog);
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static u32 hash(const char *name)
{
	u32 h = 5381;

	while (*name)
		h = h * 33 + (u8)*name++;
	return h & ((1 << 20) - 1);
}

/* Addresses of functions that the tracer of functions can trace. */
static u32 traceable(u64 *addrs, u32 max)
{
	FILE *names = fopen("/sys/kernel/tracing/available_filter_functions", "r");
	FILE *all = fopen("/proc/kallsyms", "r");
	char line[512], name[256], *set = calloc(1 << 20, 1);
	u64 addr;
	u32 n = 0;

	while (names && fgets(line, sizeof(line), names)) {
		if (strchr(line, '['))
			continue;
		line[strcspn(line, "\n ")] = '\0';
		set[hash(line)] = 1;
	}
	while (names && all && n < max && fgets(line, sizeof(line), all)) {
		if (strchr(line, '[') || sscanf(line, "%llx %*c %255s", &addr, name) != 2)
			continue;
		/* functions of system calls: sure to be traced, and not hot */
		if (set[hash(name)] && (!strncmp(name, "__x64_sys_", 10) || !strncmp(name, "__ia32_sys_", 11)))
			addrs[n++] = addr;
	}
	if (names)
		fclose(names);
	if (all)
		fclose(all);
	free(set);
	return n;
}

static void test_many(void)
{
	u64 *addrs = calloc(MANY, sizeof(*addrs));
	u32 n = traceable(addrs, MANY);
	long prog = load_counter(KBPF_TRACE_KPROBE_MULTI), link;
	struct kbpf_link_create_attr attr = {
		.prog_fd = prog, .attach_type = KBPF_TRACE_KPROBE_MULTI,
		.kprobe_multi = { .cnt = n, .addrs = ptr(addrs) },
	};
	double start = seconds(), took;

	if (!n) {
		tap(true, "many functions # SKIP no available_filter_functions");
		return;
	}
	clear();
	link = dev_cmd(KBPF_LINK_CREATE, &attr);
	took = seconds() - start;
	/* a kernel for tests has fewer of them than a distribution's */
	tap(link >= 0 && n > MANY / 4, "%u functions at once # %ld", n, link);
	tap(took < 2, "in less than 2 s # %.2f", took);
	syscall(SYS_getpgid, 0);
	tap(witness()[0] > 0, "hits run");
	close(link);
	close(prog);
	free(addrs);
}

/* ---- user code ------------------------------------------------------------------ */

__attribute__((noinline)) long first_function(long a)
{
	__asm__ volatile("" : "+r"(a));
	return a + 1;
}

__attribute__((noinline)) long second_function(long a)
{
	__asm__ volatile("" : "+r"(a));
	return a + 2;
}

static void test_uprobe_multi(u32 flags)
{
	extern char __executable_start[];
	u64 offsets[] = { (char *)first_function - __executable_start,
			  (char *)second_function - __executable_start };
	u64 cookies[] = { 10, 500 }, read[2] = {};
	long prog = load_counter(KBPF_TRACE_UPROBE_MULTI), link;
	struct kbpf_link_create_attr attr = {
		.prog_fd = prog, .attach_type = KBPF_TRACE_UPROBE_MULTI,
		.uprobe_multi = { .path = ptr("/proc/self/exe"), .offsets = ptr(offsets),
				  .cookies = ptr(cookies), .cnt = 2, .flags = flags },
	};
	char path[256] = "";
	struct kbpf_link_info info = {
		.uprobe_multi = { .path = ptr(path), .path_size = sizeof(path),
				  .cookies = ptr(read), .count = 2 },
	};
	struct kbpf_info_attr ia = { .info_len = sizeof(info), .info = ptr(&info) };

	clear();
	link = dev_cmd(KBPF_LINK_CREATE, &attr);
	tap(link >= 0, "%s of two user functions # %ld", flags ? "returns" : "entries", link);
	first_function(1);
	second_function(2);
	second_function(40);
	tap_is("each hit runs", 3, witness()[0]);
	tap_is("with its cookie", 1010, witness()[1]);
	if (flags)
		tap_is("and result", 42, witness()[4]);
	else
		tap_is("and argument", 40, witness()[3]);
	ia.fd = link;
	tap_is("info of the link", 0, dev_cmd(KBPF_OBJ_GET_INFO_BY_FD, &ia));
	tap(strstr(path, "multi") && read[1] == 500 && info.uprobe_multi.count == 2,
	    "file and cookies # %s", path);
	close(link);
	first_function(1);
	tap_is("a closed link runs nothing", 3, witness()[0]);
	attr.uprobe_multi.pid = 1;
	link = dev_cmd(KBPF_LINK_CREATE, &attr);
	first_function(1);
	tap_is("one for another process neither", 3, witness()[0]);
	close(link);
	attr.uprobe_multi.pid = 0;
	attr.uprobe_multi.path = ptr("/no/such/file");
	tap_is("a file that is not there", -ENOENT, dev_cmd(KBPF_LINK_CREATE, &attr));
	attr.uprobe_multi.path = ptr("/proc");
	tap_is("a directory", -EBADF, dev_cmd(KBPF_LINK_CREATE, &attr));
	close(prog);
}

/* ---- signals -------------------------------------------------------------------- */

static volatile sig_atomic_t signalled;

static void on_signal(int sig)
{
	signalled = sig;
}

static void test_signal(void)
{
	const struct kbpf_insn insns[] = {
		CALL(H_PID_TGID), MOV_REG(7, 0), INSN(0x77, 7, 0, 0, 32),
		INSN(0x55, 7, 0, 5, getpid()),
		LD_MAP_VALUE(8, out, 0),
		MOV_IMM(1, SIGUSR1), CALL(H_SIGNAL), STX_DW(8, 0, 0),
		MOV_IMM(0, 0), EXIT(),
	};
	long prog = load_kprobe(insns), probe = probe_open("__x64_sys_getpgid", 0, false), link;

	signal(SIGUSR1, on_signal);
	clear();
	link = link_create(prog, probe, 0);
	tap(link >= 0, "a program that signals # %ld %ld", prog, link);
	syscall(SYS_getpgid, 0);
	usleep(10000);
	tap_is("the helper succeeds", 0, witness()[0]);
	tap_is("the signal comes", SIGUSR1, signalled);
	close(link);
	close(probe);
	close(prog);
}

int main(void)
{
	tap_begin();
	dev_open();
	out = map_create(KBPF_MAP_TYPE_ARRAY, 4, 512, 1, 0);
	test_kprobe_multi(0);
	test_kprobe_multi(1);
	test_many();
	test_uprobe_multi(0);
	test_uprobe_multi(1);
	test_signal();
	return tap_end();
}
