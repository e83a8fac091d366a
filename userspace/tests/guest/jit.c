// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Compiled programs on the real device: the same verdicts and results with the
 * JIT on, off, hardened and with its arena full; what information shows and to
 * whom; call stacks through compiled code; many programs that come and go.
 *
 *   jit [SECONDS]	of programs that come and go; 3
 */
#include <linux/capability.h>
#include <time.h>
#include "guest.h"

#define LONGEST	4000	/* instructions of a program that comes and goes */
#define LIVE	200	/* of them at a time */

static void set_param(const char *name, const char *value)
{
	char path[100];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/module/kbpf/parameters/%s", name);
	f = fopen(path, "w");
	if (!f || fputs(value, f) < 0 || fclose(f))
		tap(false, "parameter %s cannot be set", name);
}

static char get_param(const char *name)
{
	char path[100];
	int c = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/module/kbpf/parameters/%s", name);
	f = fopen(path, "r");
	if (f) {
		c = fgetc(f);
		fclose(f);
	}
	return (char)c;
}

static struct kbpf_prog_info info_of(int fd, void *code, u32 room, u64 *ksym)
{
	struct kbpf_prog_info info = {
		.jited_prog_insns = ptr(code), .jited_prog_len = room,
		.jited_ksyms = ptr(ksym), .nr_jited_ksyms = ksym ? 1 : 0,
	};
	struct kbpf_info_attr attr = {
		.fd = fd, .info_len = sizeof(info), .info = ptr(&info),
	};

	dev_cmd(KBPF_OBJ_GET_INFO_BY_FD, &attr);
	return info;
}

static u32 compiled(int fd)
{
	return info_of(fd, NULL, 0, NULL).jited_prog_len;
}

/* ---- results -------------------------------------------------------------------- */

static const u8 packet[64] = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmno";

static long run(int fd)
{
	struct kbpf_test_run_attr attr = {
		.prog_fd = fd, .data_in = ptr(packet), .data_size_in = sizeof(packet),
	};
	long err = dev_cmd(KBPF_PROG_TEST_RUN, &attr);

	return err ? err : attr.retval;
}

#define LONG_OF(op, d, i)	INSN(op, d, 0, 0, i)
#define MAX_ROW 32

/* Programs, and what they return; a negative number is the errno of the load. */
static const struct row {
	const char *name;
	long want;
	struct kbpf_insn insns[MAX_ROW];
	u32 cnt;
} rows[] = {
#define ROW(name, want, ...) { name, want, { __VA_ARGS__ }, \
	sizeof((struct kbpf_insn[]) { __VA_ARGS__ }) / sizeof(struct kbpf_insn) }
	ROW("a constant", 0x12345678, MOV_IMM(0, 0x12345678), EXIT()),
	ROW("division", 14, MOV_IMM(0, 100), LONG_OF(0x37, 0, 7), EXIT()),
	ROW("the stack", 42, ST_DW(10, -8, 40), LDX_DW(0, 10, -8), ADD_IMM(0, 2), EXIT()),
	ROW("a loop", 5050, MOV_IMM(0, 0), MOV_IMM(1, 100), INSN(0x0f, 0, 1, 0, 0), ADD_IMM(1, -1),
	    JNE_IMM(1, 0, -3), EXIT()),
	ROW("a loop with may_goto", 8000, MOV_IMM(0, 0), INSN(0xe5, 0, 0, 2, 0), ADD_IMM(0, 1),
	    JNE_IMM(0, 8000, -3), EXIT()),
	ROW("a function", 9, MOV_IMM(1, 4), INSN(0x85, 0, 1, 0, 2), ADD_IMM(0, 1), EXIT(),
	    MOV_REG(0, 1), LONG_OF(0x67, 0, 1), EXIT()),
	ROW("a packet load", 0x69, MOV_REG(6, 1), INSN(0x30, 0, 0, 0, 4), EXIT()),
	ROW("a packet load past the end", 0, MOV_REG(6, 1), INSN(0x20, 0, 0, 0, 1000),
	    MOV_IMM(0, 7), EXIT()),
	ROW("an atomic", 30, ST_DW(10, -8, 10), MOV_IMM(1, 20), ATOMIC_ADD_DW(10, 1, -8),
	    LDX_DW(0, 10, -8), EXIT()),
	ROW("a helper", 1, CALL(H_CPU), LONG_OF(0x47, 0, 1), LONG_OF(0x57, 0, 1), EXIT()),
	ROW("a 64-bit constant", 0x55667788, LD_IMM64(0, 0x1122334455667788ULL), EXIT()),
	ROW("a register without a value", -EACCES, MOV_REG(0, 3), EXIT()),
	ROW("no end", -EINVAL, MOV_IMM(0, 0), MOV_IMM(0, 1)),
};

/*
 * A program whose function tail-calls the program again, its own stack being @hold
 * bytes: 100 where the last of them falls through, and one more for each that waited.
 */
static long run_tails(int hold)
{
	long map = map_create(KBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4, 0), prog, ret;
	const struct kbpf_insn insns[] = {
		ST_DW(10, -hold, 1), INSN(0x85, 0, 1, 0, 3), LDX_DW(1, 10, -hold),
		INSN(0x0f, 0, 1, 0, 0), EXIT(),
		LD_MAP(2, map), MOV_IMM(3, 1), CALL(12), MOV_IMM(0, 100), EXIT(),
	};
	u32 slot = 1, value;

	prog = load_type(KBPF_PROG_TYPE_SOCKET_FILTER, insns, ARRAY_SIZE(insns));
	value = prog;
	ret = prog < 0 ? prog : map_elem(KBPF_MAP_UPDATE_ELEM, map, &slot, &value, 0);
	if (!ret)
		ret = run(prog);
	/* or the map would hold the program that holds the map */
	map_elem(KBPF_MAP_DELETE_ELEM, map, &slot, NULL, 0);
	close(prog);
	close(map);
	return ret;
}

/* All 33 calls; and as many as the bound on what waits allows, in every mode. */
static void test_tails(const char *mode)
{
	long all = run_tails(8), some = run_tails(200);

	tap(all == 134 && some == 116, "tail calls from a function with the JIT %s # %ld, %ld", mode, all,
	    some);
}

static void test_results(const char *mode, int expect)
{
	u32 i, wrong = 0;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kbpf_prog_load_attr attr = {
			.prog_type = KBPF_PROG_TYPE_SOCKET_FILTER, .insns = ptr(rows[i].insns),
			.insn_cnt = rows[i].cnt, .license = ptr("GPL"),
		};
		long fd = dev_cmd(KBPF_PROG_LOAD, &attr), got = fd < 0 ? fd : run(fd);

		if (got != rows[i].want || (fd >= 0 && !!compiled(fd) != expect)) {
			printf("# %s: %ld, expected %ld; %u bytes compiled\n", rows[i].name, got,
			       rows[i].want, fd >= 0 ? compiled(fd) : 0);
			wrong++;
		}
		if (fd >= 0)
			close(fd);
	}
	tap(!wrong, "results with the JIT %s", mode);
	test_tails(mode);
}

/* ---- the arena -------------------------------------------------------------------- */

/* r0 = @cnt after @cnt instructions; about 7 bytes each */
static long load_long(u32 cnt)
{
	struct kbpf_prog_load_attr attr = {
		.prog_type = KBPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = cnt, .license = ptr("GPL"),
	};
	struct kbpf_insn *insns = calloc(cnt, sizeof(*insns));
	long fd;
	u32 i;

	for (i = 0; i < cnt; i++)
		insns[i] = (struct kbpf_insn)LONG_OF(0xa7, 0, 0x01000000 + i);
	insns[0] = (struct kbpf_insn)MOV_IMM(0, cnt);
	insns[cnt - 1] = (struct kbpf_insn)EXIT();
	attr.insns = ptr(insns);
	fd = dev_cmd(KBPF_PROG_LOAD, &attr);
	free(insns);
	return fd;
}

static u32 expected(u32 cnt)
{
	u32 r0 = cnt, i;

	for (i = 1; i + 1 < cnt; i++)
		r0 ^= 0x01000000 + i;
	return cnt > 1 ? r0 : 0;
}

/* Fills the arena until the shortest program finds no place; how many bytes went in. */
static u32 fill(int *fds, u32 *nr, u32 max)
{
	u32 cnt = 100000, bytes = 0, len;

	while (cnt >= 2 && *nr < max) {
		long fd = load_long(cnt);

		if (fd < 0)
			break;
		len = compiled(fd);
		if (len) {
			fds[(*nr)++] = fd;
			bytes += len;
		} else {
			close(fd);
			cnt = cnt / 2 < 2 && cnt > 2 ? 2 : cnt / 2;
		}
	}
	return bytes;
}

static void close_all(int *fds, u32 nr)
{
	while (nr)
		close(fds[--nr]);
	/* images are freed a grace period later */
	usleep(500000);
}

static void test_full(void)
{
	int fds[400];
	u32 nr = 0, bytes;

	bytes = fill(fds, &nr, ARRAY_SIZE(fds));
	tap(bytes > 3 << 20, "the arena can be filled # %u bytes in %u programs", bytes, nr);
	test_results("out of room", 0);
	close_all(fds, nr);
}

/* Programs of all lengths, loaded and freed in no order; then the arena is whole. */
static void test_storm(int seconds)
{
	static struct { int fd; u32 cnt; } live[LIVE];
	u32 loads = 0, interpreted = 0, wrong = 0, nr = 0, i, bytes;
	time_t end = time(NULL) + seconds;
	unsigned int seed = 1;
	int fds[400];

	while (time(NULL) < end) {
		i = rand_r(&seed) % LIVE;
		if (live[i].cnt) {
			wrong += run(live[i].fd) != (long)expected(live[i].cnt);
			close(live[i].fd);
		}
		live[i].cnt = 2 + rand_r(&seed) % (LONGEST - 1);
		live[i].fd = load_long(live[i].cnt);
		if (live[i].fd < 0) {
			tap_is("a program loads", 0, live[i].fd);
			return;
		}
		interpreted += !compiled(live[i].fd);
		loads++;
	}
	for (i = 0; i < LIVE; i++)
		if (live[i].cnt)
			close(live[i].fd);
	usleep(500000);
	tap(!wrong, "%u programs came and went # %u found no room", loads, interpreted);
	tap(interpreted * 100 <= loads, "of them found no room: at most one in a hundred # %u",
	    interpreted);
	bytes = fill(fds, &nr, ARRAY_SIZE(fds));
	tap(bytes > 3 << 20, "the arena is whole afterwards # %u bytes", bytes);
	close_all(fds, nr);
}

/* ---- information -------------------------------------------------------------------- */

static int without_syslog(int fd)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	struct kbpf_prog_info info;
	u8 code[64] = { 0 };
	u64 ksym = 1;

	syscall(SYS_capget, &head, data);
	data[1].effective &= ~(1U << (CAP_SYSLOG - 32));
	if (syscall(SYS_capset, &head, data))
		return 2;
	info = info_of(fd, code, sizeof(code), &ksym);
	return info.jited_prog_insns || ksym || code[0] || !info.jited_prog_len;
}

static void test_info(void)
{
	long fd = load_long(100);
	struct kbpf_prog_info info;
	u8 code[4096] = { 0 };
	u64 ksym = 0;
	int status;
	pid_t pid;

	info = info_of(fd, code, sizeof(code), &ksym);
	tap(info.jited_prog_len > 100 && info.jited_prog_len < sizeof(code) && code[0] &&
	    ksym >> 63 && info.nr_jited_ksyms == 1 && info.nr_jited_func_lens == 1,
	    "information has the machine code # %u bytes at %llx", info.jited_prog_len, ksym);
	pid = fork();
	if (!pid)
		_exit(without_syslog(fd));
	waitpid(pid, &status, 0);
	tap_is("and hides it from those who may not see addresses", 0, status);
	close(fd);
}

/* ---- call stacks ---------------------------------------------------------------------- */

#define TARGET		"vfs_write"
#define DEPTH		24

static void name_of(u64 addr, char *name, size_t size)
{
	char line[512], sym[256], type;
	unsigned long at, best = 0;
	FILE *f = fopen("/proc/kallsyms", "r");

	snprintf(name, size, "?");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx %c %255s", &at, &type, sym) == 3 && at <= addr && at > best) {
			best = at;
			snprintf(name, size, "%s", sym);
		}
	if (f)
		fclose(f);
}

/* The trace that a program takes in a function of its own, while this process writes a file. */
static u32 take_stack(u64 ips[DEPTH], bool *was_compiled)
{
	long map = map_create(KBPF_MAP_TYPE_ARRAY, 4, DEPTH * 8, 1, 0), prog, probe, link;
	const struct kbpf_insn insns[] = {
		MOV_REG(6, 1), CALL(H_PID_TGID), LONG_OF(0x77, 0, 32),
		JNE_IMM(0, getpid(), 3),
		MOV_REG(1, 6), MOV_IMM(9, 1), INSN(0x85, 0, 1, 0, 2),
		MOV_IMM(0, 0), EXIT(),
		ST_DW(10, -64, 0), MOV_IMM(7, 2), LD_MAP_VALUE(2, map, 0), MOV_IMM(3, DEPTH * 8),
		MOV_IMM(4, 0), CALL(67), EXIT(),
	};
	int null = open("/dev/null", O_WRONLY);
	u32 zero = 0, n = 0;

	memset(ips, 0, DEPTH * sizeof(*ips));
	prog = load_kprobe(insns);
	probe = probe_open(TARGET, 0, false);
	link = link_create(prog, probe, 0);
	if (link < 0 || write(null, "x", 1) != 1)
		printf("# prog %ld, probe %ld, link %ld: %s\n", prog, probe, link, why);
	*was_compiled = prog >= 0 && compiled(prog);
	close(link);
	map_elem(KBPF_MAP_LOOKUP_ELEM, map, &zero, ips, 0);
	close(probe);
	close(prog);
	close(map);
	close(null);
	while (n < DEPTH && ips[n])
		n++;
	return n;
}

static void test_stack(void)
{
	u64 with[DEPTH], without[DEPTH];
	char self[256], caller[256];
	bool yes, no;
	u32 n, m;

	n = take_stack(with, &yes);
	set_param("jit", "0");
	m = take_stack(without, &no);
	set_param("jit", "1");
	name_of(with[0], self, sizeof(self));
	name_of(with[1] - 1, caller, sizeof(caller));
	tap(yes && !no, "a kprobe program, compiled and interpreted");
	tap(n >= 3 && !strcmp(self, TARGET) && !strcmp(caller, "ksys_write"),
	    "a stack taken in compiled code reaches the caller of the probed function # %u deep: %s, %s",
	    n, self, caller);
	tap(n == m && !memcmp(with, without, n * sizeof(*with)),
	    "and is the one taken in the interpreter # %u deep", m);
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 3;

	tap_begin();
	dev_open();
	tap(get_param("jit") == 'Y', "programs are compiled unless told otherwise");
	test_results("on", 1);
	set_param("jit", "0");
	test_results("off", 0);
	set_param("jit", "1");
	set_param("jit_harden", "1");
	test_results("hardened", 1);
	set_param("jit_harden", "0");
	set_param("jit_passes", "0");
	test_results("without passes", 1);
	set_param("jit_passes", "0xffffffff");
	test_info();
	test_stack();
	test_full();
	test_storm(seconds);
	return tap_end();
}
