// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * What a hit of a hook costs. The same programs are attached by libbpf to the same
 * places, once by the kernel's own BPF and once, under `kbpf run`, by kbpf; what is
 * compared is the time of the triggering call with the program less that without.
 *
 * hooks run OBJECT.bpf.o HITS ROUNDS OUT   measures; a line "NAME NS" a row
 * hooks json OUT.json GROUP KERNEL KBPF [GROUP KERNEL KBPF...]    compares such files
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define FUNCTION	"__x64_sys_getpgid"

static unsigned int hits;	/* a round */
static unsigned int rounds;	/* the best counts: where time is the clock's, short ones and many */

/* ---- what is hit ------------------------------------------------------------- */

static void call_getpgid(unsigned int n)
{
	while (n--)
		syscall(SYS_getpgid, 0);
}

static void call_rename(unsigned int n)
{
	while (n--)
		prctl(PR_SET_NAME, "bench");
}

/* An event whose record is not put together by kbpf itself (record.def). */
static void call_setitimer(unsigned int n)
{
	const struct itimerval none = { 0 };

	while (n--)
		setitimer(ITIMER_VIRTUAL, &none, NULL);
}

static __attribute__((noinline)) void user_function(void)
{
	__asm__ volatile("nop");
}

static void call_user(unsigned int n)
{
	while (n--)
		user_function();
}

/* ---- attaching ------------------------------------------------------------------ */

struct row {
	const char *name;
	struct bpf_link *(*attach)(struct bpf_program *prog, int is_return);
	int is_return;
	void (*trigger)(unsigned int n);
};

static struct bpf_link *attach_kprobe(struct bpf_program *prog, int is_return)
{
	return bpf_program__attach_kprobe(prog, is_return, FUNCTION);
}

static struct bpf_link *attach_multi(struct bpf_program *prog, int is_return)
{
	static const char *const syms[] = { FUNCTION };
	LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .syms = (const char **)syms, .cnt = 1, .retprobe = is_return);

	return bpf_program__attach_kprobe_multi_opts(prog, NULL, &opts);
}

static struct bpf_link *attach_user(struct bpf_program *prog, int is_return)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .func_name = "user_function", .retprobe = is_return);

	return bpf_program__attach_uprobe_opts(prog, -1, "/proc/self/exe", 0, &opts);
}

static struct bpf_link *attach_auto(struct bpf_program *prog, int is_return)
{
	(void)is_return;
	return bpf_program__attach(prog);
}

static const struct row rows[] = {
	{ "kprobe", attach_kprobe, 0, call_getpgid },
	{ "kretprobe", attach_kprobe, 1, call_getpgid },
	{ "kprobe_multi", attach_multi, 0, call_getpgid },
	{ "kretprobe_multi", attach_multi, 1, call_getpgid },
	{ "tracepoint", attach_auto, 0, call_rename },
	{ "tp_by_kernel", attach_auto, 0, call_setitimer },
	{ "tp_syscall", attach_auto, 0, call_getpgid },
	{ "raw_tp", attach_auto, 0, call_rename },
	{ "tp_btf", attach_auto, 0, call_rename },
	{ "fentry", attach_auto, 0, call_getpgid },
	{ "fexit", attach_auto, 0, call_getpgid },
	{ "uprobe", attach_user, 0, call_user },
	{ "uretprobe", attach_user, 1, call_user },
};

/* ---- measuring --------------------------------------------------------------------- */

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/* Nanoseconds a call, in the best round. */
static double measure(void (*trigger)(unsigned int n))
{
	double start, ns, least = INFINITY;
	unsigned int i;

	trigger(hits / 10);
	for (i = 0; i < rounds; i++) {
		start = now_ns();
		trigger(hits);
		ns = (now_ns() - start) / hits;
		least = ns < least ? ns : least;
	}
	return least;
}

static unsigned long long counted(const struct bpf_object *obj)
{
	unsigned long long n = 0;
	unsigned int key = 0;

	bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(obj, "hits"), &key, &n);
	return n;
}

/* Cost of a hit, or a negative number: the program is not to be had here. */
static double measure_program(const char *path, const struct row *row, const char *name)
{
	struct bpf_object *obj = bpf_object__open(path);
	struct bpf_program *prog, *wanted = NULL;
	unsigned long long expected = strstr(name, "_count") ? hits * rounds + hits / 10 : 0;
	struct bpf_link *link;
	double none, with = -1;

	if (!obj)
		return -1;
	bpf_object__for_each_program(prog, obj) {
		bpf_program__set_autoload(prog, !strcmp(bpf_program__name(prog), name));
		if (!strcmp(bpf_program__name(prog), name))
			wanted = prog;
	}
	none = measure(row->trigger);
	if (wanted && !bpf_object__load(obj)) {
		link = row->attach(wanted, row->is_return);
		if (link) {
			with = measure(row->trigger) - none;
			if (counted(obj) != expected) {
				fprintf(stderr, "%s: %llu hits counted, %llu made\n", name,
					counted(obj), expected);
				with = -1;
			}
			bpf_link__destroy(link);
		}
	}
	bpf_object__close(obj);
	/* Leaving waits for everybody who could see it. */
	usleep(50000);
	return with;
}

static int run(const char *path, const char *out)
{
	static const char *const what[] = { "empty", "count" };
	FILE *file = fopen(out, "w");
	unsigned int i, k;
	char name[64];
	double ns;
	int missing = 0;

	if (!file)
		return 1;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (k = 0; k < 2; k++) {
			snprintf(name, sizeof(name), "%s_%s", rows[i].name, what[k]);
			ns = measure_program(path, &rows[i], name);
			missing += ns < 0;
			fprintf(file, "%s %.1f\n", name, ns);
			printf("%-24s %9.1f ns\n", name, ns);
			fflush(stdout);
		}
	}
	fclose(file);
	return missing ? 1 : 0;
}

/* ---- comparing --------------------------------------------------------------------- */

static double value_of(const char *path, const char *wanted)
{
	FILE *file = fopen(path, "r");
	double ns, found = -1;
	char name[64];

	while (file && fscanf(file, "%63s %lf", name, &ns) == 2)
		if (!strcmp(name, wanted))
			found = ns;
	if (file)
		fclose(file);
	return found;
}

static int compare(FILE *json, const char *group, const char *kernel, const char *kbpf,
		   double *geomean)
{
	FILE *file = fopen(kbpf, "r");
	double ours, theirs, logs = 0;
	char name[64];
	int n = 0;

	while (file && fscanf(file, "%63s %lf", name, &ours) == 2) {
		theirs = value_of(kernel, name);
		if (ours <= 0 || theirs <= 0)
			continue;
		fprintf(json, "%s\n    {\"group\": \"%s\", \"name\": \"%s\", \"kbpf\": %.1f, \"peer\": %.1f, \"peer_name\": \"kernel\", \"unit\": \"ns/hit\", \"ratio\": %.3f}",
			n ? "," : "", group, name, ours, theirs, ours / theirs);
		printf("%-20s %-24s %9.1f %9.1f %7.3f\n", group, name, ours, theirs, ours / theirs);
		logs += log(ours / theirs);
		n++;
	}
	if (file)
		fclose(file);
	*geomean = n ? exp(logs / n) : NAN;
	printf("%-20s %-24s %9s %9s %7.3f\n", group, "geomean", "", "", *geomean);
	return n;
}

static int write_json(int argc, char **argv)
{
	FILE *json = fopen(argv[0], "w");
	double means[8];
	int i, n = 0;

	if (!json || argc < 4 || (argc - 1) % 3 || (argc - 1) / 3 > 8)
		return 2;
	fprintf(json, "{\"rows\": [");
	for (i = 1; i < argc; i += 3) {
		if (n)
			fprintf(json, ",");
		n += compare(json, argv[i], argv[i + 1], argv[i + 2], &means[i / 3]);
	}
	fprintf(json, "\n], \"geomean\": {");
	for (i = 1; i < argc; i += 3)
		fprintf(json, "%s\"%s\": %.3f", i > 1 ? ", " : "", argv[i], means[i / 3]);
	fprintf(json, "}}\n");
	return fclose(json) || !n;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, args) : 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "json"))
		return write_json(argc - 2, argv + 2);
	if (argc != 6 || strcmp(argv[1], "run"))
		return 2;
	hits = strtoul(argv[3], NULL, 0);
	rounds = strtoul(argv[4], NULL, 0);
	libbpf_set_print(quiet);
	return run(argv[2], argv[5]);
}
