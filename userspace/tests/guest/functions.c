// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * An empty program on every function that the kernel's tracer lists, in batches, under
 * a little load; what the kernel refuses is counted and named.
 *
 * functions multi|probe [BATCH [LIMIT]]: LIMIT: of about so many, spread over all
 */
#include "guest.h"

#define MAX_FUNCS	200000

static const char **names;
static u64 *addrs;	/* where the kernel lists them; else 0 */
static u32 nr;

static void add(char *line, bool has_addr)
{
	char *name = line;

	line[strcspn(line, "\n")] = '\0';
	if (has_addr)
		addrs[nr] = strtoull(line, &name, 16);
	name += strspn(name, " ");
	name[strcspn(name, "\t ")] = '\0';
	if (name[0])
		names[nr++] = strdup(name);
}

/* Names may mean several functions: with addresses each is hooked itself. */
static void read_names(void)
{
	FILE *f = fopen("/sys/kernel/tracing/available_filter_functions_addrs", "r");
	bool has_addr = f;
	char line[512];

	names = calloc(MAX_FUNCS, sizeof(*names));
	addrs = calloc(MAX_FUNCS, sizeof(*addrs));
	if (!f)
		f = fopen("/sys/kernel/tracing/available_filter_functions", "r");
	while (f && nr < MAX_FUNCS && fgets(line, sizeof(line), f))
		add(line, has_addr);
	if (f)
		fclose(f);
}

static long load_empty(u32 attach_type)
{
	const struct kbpf_insn insns[] = { MOV_IMM(0, 0), EXIT() };
	struct kbpf_prog_load_attr attr = {
		.prog_type = KBPF_PROG_TYPE_KPROBE, .expected_attach_type = attach_type,
		.insns = ptr(insns), .insn_cnt = ARRAY_SIZE(insns), .license = ptr("GPL"),
	};

	return dev_cmd(KBPF_PROG_LOAD, &attr);
}

/* Something of everything that functions are for. */
static void load_a_little(void)
{
	int fds[2], status, i;
	char buf[256];
	FILE *f;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, &status, 0);
	for (i = 0; i < 20; i++)
		syscall(SYS_getpgid, 0);
	if (!pipe(fds)) {
		if (write(fds[1], buf, sizeof(buf)) > 0 && read(fds[0], buf, sizeof(buf)) < 0)
			perror("read");
		close(fds[0]);
		close(fds[1]);
	}
	f = fopen("/tmp/functions.tmp", "w");
	if (f) {
		fwrite(buf, sizeof(buf), 1, f);
		fclose(f);
		unlink("/tmp/functions.tmp");
	}
	usleep(1000);
}

static long attach_multi(long prog, u32 first, u32 n)
{
	struct kbpf_link_create_attr attr = {
		.prog_fd = prog, .attach_type = KBPF_TRACE_KPROBE_MULTI,
		.kprobe_multi = { .cnt = n },
	};

	if (addrs[first])
		attr.kprobe_multi.addrs = ptr(addrs + first);
	else
		attr.kprobe_multi.syms = ptr(names + first);
	return dev_cmd(KBPF_LINK_CREATE, &attr);
}

static u32 hooked, refused;

/* Halves what is refused as a whole, down to the ones that are refused. */
static void try_multi(long prog, u32 first, u32 n)
{
	long link = attach_multi(prog, first, n);

	if (link >= 0) {
		load_a_little();
		hooked += n;
		close(link);
	} else if (n == 1) {
		refused++;
		printf("# refused: %s: %s\n", names[first], strerror(-link));
	} else {
		try_multi(prog, first, n / 2);
		try_multi(prog, first + n / 2, n - n / 2);
	}
}

static void try_probes(long prog, u32 first, u32 n)
{
	long *fds = calloc(2 * n, sizeof(*fds));
	u32 i;

	for (i = 0; i < n; i++) {
		fds[2 * i] = probe_open(addrs[first + i] ? NULL : names[first + i],
					addrs[first + i], false);
		fds[2 * i + 1] = fds[2 * i] < 0 ? -1 : link_create(prog, fds[2 * i], 0);
		if (fds[2 * i + 1] < 0) {
			refused++;
			printf("# refused: %s: %s\n", names[first + i], why);
		} else {
			hooked++;
		}
	}
	load_a_little();
	for (i = 0; i < 2 * n; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(fds);
}

int main(int argc, char **argv)
{
	bool multi = argc > 1 && !strcmp(argv[1], "multi");
	u32 batch = argc > 2 ? atoi(argv[2]) : 500, i, n, step = 1;
	u32 limit = argc > 3 ? atoi(argv[3]) : 0;
	int log = open("/dev/kmsg", O_WRONLY);
	long prog;

	tap_begin();
	dev_open();
	read_names();
	prog = load_empty(multi ? KBPF_TRACE_KPROBE_MULTI : 0);
	tap(nr > 10000 && prog >= 0, "functions to hook # %u", nr);
	if (limit && limit < nr)
		step = nr / limit;
	for (i = 0; i < nr; i += n * step) {
		n = nr - i < batch ? nr - i : batch;
		/* for who looks after a guest that did not come back */
		dprintf(log, "functions: at %u of %u: %s\n", i, nr, names[i]);
		if (multi)
			try_multi(prog, i, n);
		else
			try_probes(prog, i, n);
	}
	tap(hooked > refused, "%u functions hooked and survived, %u refused", hooked, refused);
	return tap_end();
}
