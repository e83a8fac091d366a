// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Kernel probes on the real device: where they attach, why they refuse, what
 * programs see, what is counted, and what is left after detaching.
 */
#include <pthread.h>
#include <sched.h>
#include "guest.h"

#define TARGET	"__x64_sys_getppid"
#define OTHER	"__x64_sys_getpgid"

static void hit(int n)
{
	while (n--)
		syscall(SYS_getppid);
}

static unsigned long address_of(const char *name)
{
	char line[512], sym[256], type;
	unsigned long addr, found = 0;
	FILE *f = fopen("/proc/kallsyms", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx %c %255s", &addr, &type, sym) == 3 && !strcmp(sym, name))
			found = addr;
	if (f)
		fclose(f);
	return found;
}

static const struct kbpf_insn empty[] = { MOV_IMM(0, 0), EXIT() };

static void test_hits(void)
{
	long prog = load_kprobe(empty), probe, link, link2, other;

	if (!tap(prog >= 0, "an empty kprobe program loads"))
		return;
	probe = probe_open(TARGET, 0, false);
	tap(probe >= 0, "a probe opens # %s", why);
	hit(3);
	tap_is("no run before it is attached", 0, prog_stats(prog).run_cnt);
	link = link_create(prog, probe, 7);
	tap(link >= 0, "a link is made");
	hit(10);
	tap_is("each call is a run", 10, prog_stats(prog).run_cnt);
	tap_is("the same link again", -EEXIST, link_create(prog, probe, 7));
	link2 = link_create(prog, probe, 8);
	tap(link2 >= 0, "the same program with another cookie");
	hit(5);
	tap_is("both run", 20, prog_stats(prog).run_cnt);
	ioctl(probe, PERF_EVENT_IOC_DISABLE, 0);
	hit(5);
	tap_is("a disabled probe runs nothing", 20, prog_stats(prog).run_cnt);
	ioctl(probe, PERF_EVENT_IOC_ENABLE, 0);
	hit(1);
	tap_is("an enabled one does", 22, prog_stats(prog).run_cnt);
	close(link2);
	hit(1);
	tap_is("a closed link is off", 23, prog_stats(prog).run_cnt);
	close(probe);
	hit(1);
	tap_is("the link keeps its probe", 24, prog_stats(prog).run_cnt);
	other = load_kprobe(empty);
	probe = probe_open(TARGET, 0, false);
	tap_is("SET_BPF", 0, ioctl(probe, PERF_EVENT_IOC_SET_BPF, other));
	hit(4);
	tap_is("two probes at one place: the first", 28, prog_stats(prog).run_cnt);
	tap_is("two probes at one place: the second", 4, prog_stats(other).run_cnt);
	close(probe);
	hit(2);
	tap_is("a closed probe takes its program off", 4, prog_stats(other).run_cnt);
	tap_is("and not the other", 30, prog_stats(prog).run_cnt);
	{
		struct kbpf_link_detach_attr attr = { .link_fd = link };

		tap_is("LINK_DETACH", 0, dev_cmd(KBPF_LINK_DETACH, &attr));
		hit(2);
		tap_is("a detached link runs nothing", 30, prog_stats(prog).run_cnt);
		tap_is("detaching again", 0, dev_cmd(KBPF_LINK_DETACH, &attr));
	}
	close(link);
	close(prog);
	close(other);
}

static void *hit_on_cpu(void *arg)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((long)arg, &set);
	sched_setaffinity(0, sizeof(set), &set);
	hit(100);
	return NULL;
}

static void test_all_cpus(void)
{
	long prog = load_kprobe(empty), probe = probe_open(TARGET, 0, false);
	long link = link_create(prog, probe, 0), cpus = sysconf(_SC_NPROCESSORS_ONLN), i;
	pthread_t threads[64];

	for (i = 0; i < cpus && i < 64; i++)
		pthread_create(&threads[i], NULL, hit_on_cpu, (void *)i);
	for (i = 0; i < cpus && i < 64; i++)
		pthread_join(threads[i], NULL);
	tap_is("hits on every CPU run it", 100 * cpus, prog_stats(prog).run_cnt);
	close(link);
	close(probe);
	close(prog);
}

/* Stores cookie, function, pid and the return value or instruction pointer. */
static long load_witness(int map, int reg_off)
{
	const struct kbpf_insn insns[] = {
		MOV_REG(6, 1),
		CALL(H_COOKIE), MOV_REG(7, 0), MOV_REG(1, 6),
		CALL(H_FUNC_IP), MOV_REG(8, 0),
		CALL(H_PID_TGID), MOV_REG(9, 0),
		LD_MAP_VALUE(1, map, 0),
		STX_DW(1, 7, 0), STX_DW(1, 8, 8), STX_DW(1, 9, 16),
		LDX_DW(2, 6, reg_off), STX_DW(1, 2, 24),
		MOV_IMM(2, 1), ATOMIC_ADD_DW(1, 2, 32),
		MOV_IMM(0, 0), EXIT(),
	};

	return load_kprobe(insns);
}

#define REG_AX	80
#define REG_IP	128

static void test_witness(void)
{
	long map = map_create(KBPF_MAP_TYPE_ARRAY, 4, 40, 1, 0);
	unsigned long addr = address_of(TARGET);
	long prog = load_witness(map, REG_IP), ret = load_witness(map, REG_AX), probe, link;
	u64 v[5];
	u32 zero = 0;

	if (!tap(prog >= 0 && ret >= 0, "programs that store what they see load"))
		return;
	probe = probe_open(TARGET, 0, false);
	link = link_create(prog, probe, 0x1122334455667788ULL);
	hit(1);
	map_elem(KBPF_MAP_LOOKUP_ELEM, map, &zero, v, 0);
	tap(v[0] == 0x1122334455667788ULL, "kprobe: cookie # %llx", v[0]);
	tap(v[1] == addr, "kprobe: func_ip is the function # %llx, want %lx", v[1], addr);
	tap(v[2] == ((u64)getpid() << 32 | (u32)getpid()), "kprobe: pid and tgid");
	tap(v[3] > addr && v[3] <= addr + 8, "kprobe: ip is in the function # %llx", v[3]);
	close(link);
	close(probe);
	probe = probe_open(TARGET, 0, true);
	tap(probe >= 0, "a return probe opens # %s", why);
	link = link_create(ret, probe, 5);
	hit(1);
	map_elem(KBPF_MAP_LOOKUP_ELEM, map, &zero, v, 0);
	tap(v[0] == 5, "kretprobe: cookie");
	tap(v[1] == addr, "kretprobe: func_ip is the function # %llx, want %lx", v[1], addr);
	tap(v[3] == (u64)getppid(), "kretprobe: the return value # %llu", v[3]);
	tap(v[4] == 2, "each ran once # %llu", v[4]);
	close(link);
	close(probe);
	probe = probe_open(NULL, addr, false);
	tap(probe >= 0, "a probe at an address opens # %s", why);
	link = link_create(prog, probe, 9);
	hit(1);
	map_elem(KBPF_MAP_LOOKUP_ELEM, map, &zero, v, 0);
	tap(v[0] == 9 && v[1] == addr, "and fires # %llu %llx", v[0], v[1]);
	close(link);
	close(probe);
	close(prog);
	close(ret);
	close(map);
}

static void refused(const char *what, long want, long fd, const char *text)
{
	tap_is(what, want, fd);
	tap(strstr(why, text), "%s: says why # %s", what, why);
	if (fd >= 0)
		close(fd);
}

/* A symbol that kallsyms lists twice as text of the kernel proper. */
static bool find_double(char *name, size_t size)
{
	static const char *const known[] = {
		"type_show", "name_show", "size_show", "state_show", "t_next", "t_start",
		"s_start", "c_start", "reset",
	};
	char line[512], sym[256], type;
	unsigned int i, n;
	FILE *f;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		f = fopen("/proc/kallsyms", "r");
		for (n = 0; f && fgets(line, sizeof(line), f);)
			if (sscanf(line, "%*x %c %255s", &type, sym) == 2 &&
			    (type == 't' || type == 'T') && !strchr(line, '[') &&
			    !strcmp(sym, known[i]))
				n++;
		if (f)
			fclose(f);
		if (n > 1) {
			snprintf(name, size, "%s", known[i]);
			return true;
		}
	}
	return false;
}

static void test_refusals(void)
{
	struct perf_event_attr pe = { .type = KBPF_PERF_TYPE_KPROBE, .size = sizeof(pe) };
	unsigned long addr = address_of(TARGET);
	char name[64], huge[600];
	long off;

	refused("no such symbol", -ENOENT, probe_open("no_such_function_here", 0, false),
		"no_such_function_here");
	refused("no such symbol, return probe", -ENOENT,
		probe_open("no_such_function_here", 0, true), "no_such_function_here");
	if (find_double(name, sizeof(name)))
		refused("several of that name", -EADDRNOTAVAIL, probe_open(name, 0, false),
			"several");
	else
		tap(true, "several of that name # SKIP this kernel has none of those known");
	refused("a blacklisted function", -EINVAL, probe_open("do_int3", 0, false),
		"blacklisted");
	refused("a return probe inside a function", -EINVAL, probe_open(TARGET, 9, true),
		"beginning");
	refused("an address that is no code", -ENOENT, probe_open(NULL, 0x1000, false),
		"no kernel code");
	refused("nothing at all", -EINVAL, probe_open(NULL, 0, false), "neither");
	refused("an empty name", -EINVAL, probe_open("", 0, false), "neither");
	memset(huge, 'x', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	refused("an endless name", -E2BIG, probe_open(huge, 0, false), "too long");
	refused("a name at a bad address", -EFAULT, probe_open((char *)8, 0, false), "read");
	pe.config = 2;
	refused("unknown bits", -EINVAL, probe_open_attr(&pe, 0), "config");
	pe.type = 77777;
	refused("an unknown type", -ENOENT, probe_open_attr(&pe, 0), "77777");
	/* Somewhere in the first bytes there is a place inside an instruction. */
	for (off = 1; off < 16; off++) {
		long fd = probe_open(TARGET, off, false);

		if (fd == -EILSEQ)
			break;
		if (fd >= 0)
			close(fd);
	}
	tap(off < 16 && strstr(why, "beginning of an instruction"),
	    "inside an instruction # off %ld %s", off, why);
	(void)addr;
}

static void test_types(void)
{
	const struct kbpf_insn insns[] = { MOV_IMM(0, 0), EXIT() };
	long filter = load_type(KBPF_PROG_TYPE_SOCKET_FILTER, insns, 2);
	long tp = load_type(KBPF_PROG_TYPE_TRACEPOINT, insns, 2);
	long prog = load_kprobe(empty), probe = probe_open(TARGET, 0, false);

	tap_is("a socket filter on a probe", -EINVAL, link_create(filter, probe, 0));
	tap_is("a tracepoint program on a kprobe", -EINVAL, link_create(tp, probe, 0));
	tap_is("a program as the target", -EBADF, link_create(prog, prog, 0));
	tap_is("a target that is not open", -EBADF, link_create(prog, 999, 0));
	tap_is("libbpf's probe for links", -EBADF, link_create(tp, -1, 0));
	tap_is("the device as the target", -EBADF, link_create(prog, dev_fd, 0));
	ioctl(probe, PERF_EVENT_IOC_SET_BPF, dev_fd);
	tap_is("SET_BPF of the device", EINVAL, errno);
	ioctl(probe, PERF_EVENT_IOC_SET_BPF, 999);
	tap_is("SET_BPF of nothing", EBADF, errno);
	ioctl(probe, PERF_EVENT_IOC_REFRESH, 1);
	tap_is("an ioctl that probes lack", ENOTTY, errno);
	close(filter);
	close(tp);
	close(prog);
	close(probe);
}

static void test_info(void)
{
	long prog = load_kprobe(empty), probe = probe_open(TARGET, 0, false);
	long link = link_create(prog, probe, 42);
	struct kbpf_link_info info = {};
	struct kbpf_info_attr attr = { .fd = link, .info_len = sizeof(info), .info = ptr(&info) };
	char name[64] = "";

	info.perf_event.kprobe.func_name = ptr(name);
	info.perf_event.kprobe.name_len = sizeof(name);
	/* The union's members lie where type says; a fresh one is asked for twice. */
	tap_is("info of a link", 0, dev_cmd(KBPF_OBJ_GET_INFO_BY_FD, &attr));
	tap(info.type == KBPF_LINK_TYPE_PERF_EVENT, "its type # %u", info.type);
	tap(info.perf_event.type == KBPF_PERF_EVENT_KPROBE, "what it hangs on # %u",
	    info.perf_event.type);
	tap(!strcmp(name, TARGET), "the function's name # %s", name);
	tap(info.perf_event.kprobe.cookie == 42, "the cookie");
	tap(info.perf_event.kprobe.addr == address_of(TARGET) ||
	    info.perf_event.kprobe.addr == address_of(TARGET) + 4, "the address # %llx",
	    info.perf_event.kprobe.addr);
	close(link);
	close(probe);
	close(prog);
}

static void test_timing(void)
{
	struct kbpf_enable_stats_attr attr = { .type = KBPF_STATS_RUN_TIME };
	long prog = load_kprobe(empty), probe = probe_open(TARGET, 0, false);
	long link = link_create(prog, probe, 0), stats;

	hit(10);
	tap_is("no run is timed", 0, prog_stats(prog).run_timed);
	stats = dev_cmd(KBPF_ENABLE_STATS, &attr);
	tap(stats >= 0, "statistics on");
	hit(10);
	tap_is("runs are timed", 10, prog_stats(prog).run_timed);
	tap(prog_stats(prog).run_time_ns > 0, "and took time # %llu ns",
	    prog_stats(prog).run_time_ns);
	close(stats);
	hit(10);
	tap_is("statistics off", 10, prog_stats(prog).run_timed);
	tap_is("runs count always", 30, prog_stats(prog).run_cnt);
	close(link);
	close(probe);
	close(prog);
}

int main(void)
{
	tap_begin();
	dev_open();
	test_hits();
	test_all_cpus();
	test_witness();
	test_refusals();
	test_types();
	test_info();
	test_timing();
	return tap_end();
}
