// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * kbpf's verifier, in this process, against the running kernel's: the same
 * instructions, as libbpf gives them to the kernel, judged in turn by both. Times
 * are what each says of itself (the kernel's "verification time" of log level 4,
 * which leaves out the JIT but for functions of programs with several).
 *
 *	verify OUT.json FILE...		programs of object files, or inside binaries; as root
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "embedded.h"
#include "engine.h"
#include "interpose.h"
#include "synthetic.h"

#define SAMPLES		11
#define LOG_SIZE	(64U << 10)
#define MAX_FDS		4096
/* no more samples of what takes so long */
#define ENOUGH_NS	1000000000ULL

struct cost {
	double ns;
	unsigned long long insns, states, peak_bytes;
	int err;
};

static FILE *out;
static const char *first = "";
static double log_ratios;
static unsigned int rows, slower;
static struct cost sum_ours, sum_theirs;

/* ---- one descriptor of the kernel's, one of the engine's -------------------------- */

static int twin[MAX_FDS];

static int twin_of(int fd)
{
	return fd > 0 && fd < MAX_FDS && twin[fd] ? twin[fd] : fd;
}

static void drop_twins(void)
{
	for (int i = 0; i < MAX_FDS; i++) {
		if (twin[i])
			close(twin[i]);
		twin[i] = 0;
	}
}

static long to_kernel(unsigned int cmd, union bpf_attr *attr, unsigned int size)
{
	return kbpf_raw_syscall(SYS_bpf, cmd, (long)attr, size, 0, 0, 0);
}

static void translate_insns(struct bpf_insn *insns, unsigned int count)
{
	for (unsigned int i = 0; i + 1 < count; i++)
		if (insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) &&
		    (insns[i].src_reg == BPF_PSEUDO_MAP_FD ||
		     insns[i].src_reg == BPF_PSEUDO_MAP_VALUE))
			insns[i].imm = twin_of(insns[i].imm);
}

/* ---- judging ------------------------------------------------------------------------ */

static unsigned long long number_after(const char *log, const char *what)
{
	const char *at = strstr(log, what);

	return at ? strtoull(at + strlen(what), NULL, 10) : 0;
}

static struct cost ask_kernel(union bpf_attr *given, unsigned int size)
{
	static char log[LOG_SIZE];
	union bpf_attr attr;
	struct cost c = { .ns = 0 };
	long fd;

	memset(&attr, 0, sizeof(attr));
	memcpy(&attr, given, size);
	log[0] = '\0';
	attr.log_level = 4;
	attr.log_buf = (unsigned long)log;
	attr.log_size = sizeof(log);
	fd = to_kernel(BPF_PROG_LOAD, &attr, size);
	if (fd < 0)
		c.err = (int)fd;
	else
		close((int)fd);
	c.ns = (double)number_after(log, "verification time ") * 1000;
	c.insns = number_after(log, "processed ");
	c.states = number_after(log, "total_states ");
	return c;
}

static struct cost engine_cost;

static void on_load(const struct kbpf_engine_load *load, void *arg)
{
	(void)arg;
	engine_cost = (struct cost){
		.ns = (double)load->ns, .insns = load->insns, .states = load->states,
		.peak_bytes = load->peak_bytes, .err = load->err,
	};
	if (load->err && getenv("WHY"))
		fputs(load->log, stderr);
}

static struct cost ask_engine(union bpf_attr *given, unsigned int size)
{
	struct bpf_insn *insns = malloc(given->insn_cnt * sizeof(*insns));
	union bpf_attr attr;
	long fd;

	memset(&attr, 0, sizeof(attr));
	memcpy(&attr, given, size);
	memcpy(insns, (void *)(unsigned long)given->insns, given->insn_cnt * sizeof(*insns));
	translate_insns(insns, given->insn_cnt);
	attr.insns = (unsigned long)insns;
	attr.prog_btf_fd = (unsigned int)twin_of((int)given->prog_btf_fd);
	attr.log_level = 0;
	attr.log_buf = 0;
	attr.log_size = 0;
	kbpf_engine_observe(on_load, NULL);
	fd = kbpf_engine_cmd(BPF_PROG_LOAD, &attr, size);
	kbpf_engine_observe(NULL, NULL);
	if (fd >= 0)
		close((int)fd);
	free(insns);
	return engine_cost;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *x, unsigned int n)
{
	qsort(x, n, sizeof(*x), by_size);
	return x[n / 2];
}

static void add(struct cost *sum, const struct cost *c)
{
	sum->ns += c->ns;
	sum->insns += c->insns;
	sum->states += c->states;
	if (c->peak_bytes > sum->peak_bytes)
		sum->peak_bytes = c->peak_bytes;
}

static void print_row(const char *name, const struct cost *ours, const struct cost *theirs)
{
	double ratio = ours->ns / theirs->ns;

	fprintf(out, "%s\n    {\"group\": \"verify/kernel\", \"name\": \"%s\", \"kbpf\": %.0f, "
		"\"peer\": %.0f, \"peer_name\": \"kernel\", \"unit\": \"ns\", \"ratio\": %.4f, "
		"\"insns\": %llu, \"peer_insns\": %llu, \"states\": %llu, \"peer_states\": %llu, "
		"\"peak_bytes\": %llu}", first, name, ours->ns, theirs->ns, ratio, ours->insns,
		theirs->insns, ours->states, theirs->states, ours->peak_bytes);
	first = ",";
	printf("%-40s %9.1f %9.1f us %6.3f  %8llu %8llu  %6llu %6llu  %9llu\n", name,
	       ours->ns / 1000, theirs->ns / 1000, ratio, ours->insns, theirs->insns,
	       ours->states, theirs->states, ours->peak_bytes);
	log_ratios += log(ratio);
	rows++;
	slower += ratio > 1;
	add(&sum_ours, ours);
	add(&sum_theirs, theirs);
}

/* The name of what is being loaded, for the rows. */
static char subject[128];

static void compare(union bpf_attr *attr, unsigned int size)
{
	double ours[SAMPLES], theirs[SAMPLES];
	struct cost us, them;
	unsigned int n = 0;

	do {
		them = ask_kernel(attr, size);
		us = ask_engine(attr, size);
		if (us.err || them.err)
			break;
		ours[n] = us.ns;
		theirs[n] = them.ns;
		n++;
	} while (n < SAMPLES && n * them.ns < ENOUGH_NS && n * us.ns < ENOUGH_NS);
	if (us.err || them.err) {
		printf("%-40s kbpf %s, kernel %s\n", subject, us.err ? strerror(-us.err) : "accepts",
		       them.err ? strerror(-them.err) : "accepts");
		return;
	}
	us.ns = median(ours, n);
	them.ns = median(theirs, n);
	if (them.ns)
		print_row(subject, &us, &them);
}

/* ---- what libbpf asks of bpf(2) ---------------------------------------------------------- */

static void translate(unsigned int cmd, union bpf_attr *attr)
{
	switch (cmd) {
	case BPF_MAP_CREATE:
		attr->btf_fd = (unsigned int)twin_of((int)attr->btf_fd);
		attr->inner_map_fd = (unsigned int)twin_of((int)attr->inner_map_fd);
		break;
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_FREEZE:
		attr->map_fd = (unsigned int)twin_of((int)attr->map_fd);
		break;
	}
}

long kbpf_backend_bpf(unsigned int cmd, void *addr, unsigned int size)
{
	union bpf_attr *attr = addr, copy;
	long ret, ours;

	if (size > sizeof(copy))
		return -E2BIG;
	/* what libbpf tries out has neither types nor more than a few instructions */
	if (cmd == BPF_PROG_LOAD && (attr->prog_btf_fd || attr->insn_cnt > 8))
		compare(attr, size);
	ret = to_kernel(cmd, attr, size);
	if (ret < 0 || (cmd != BPF_MAP_CREATE && cmd != BPF_BTF_LOAD && cmd != BPF_MAP_UPDATE_ELEM &&
			cmd != BPF_MAP_FREEZE))
		return ret;
	memset(&copy, 0, sizeof(copy));
	memcpy(&copy, attr, size);
	translate(cmd, &copy);
	ours = kbpf_engine_cmd(cmd, &copy, size);
	if (ours > 0 && ret < MAX_FDS)
		twin[ret] = (int)ours;
	return ret;
}

/* Nothing is attached. */
int kbpf_backend_takes_event(const struct perf_event_attr *attr)
{
	(void)attr;
	return 0;
}

long kbpf_backend_perf_open(const struct perf_event_attr *attr, int pid, int cpu, int group_fd,
			    unsigned long flags)
{
	(void)attr, (void)pid, (void)cpu, (void)group_fd, (void)flags;
	return -ENOSYS;
}

/* ---- programs ------------------------------------------------------------------------------- */

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return getenv("WHY") && level != LIBBPF_DEBUG ? vfprintf(stderr, fmt, args) : 0;
}

static void judge(const struct embedded *in, const char *path, const char *name)
{
	const char *base = strrchr(path, '/');
	struct bpf_object *obj = bpf_object__open_mem(in->object, in->size, NULL);
	struct bpf_program *p;
	struct bpf_map *m;

	if (!obj)
		return;
	bpf_object__for_each_program(p, obj)
		bpf_program__set_autoload(p, !strcmp(bpf_program__name(p), name));
	bpf_object__for_each_map(m, obj)
		embedded_size_map(m);
	snprintf(subject, sizeof(subject), "%s:%s", base ? base + 1 : path, name);
	bpf_object__load(obj);
	bpf_object__close(obj);
	drop_twins();
}

static void judge_file(const char *path)
{
	struct bpf_program *p;
	struct bpf_object *obj;
	struct embedded in;

	if (embedded_open(&in, path))
		return perror(path);
	while (embedded_next(&in) > 0) {
		obj = bpf_object__open_mem(in.object, in.size, NULL);
		if (!obj)
			continue;
		bpf_object__for_each_program(p, obj)
			judge(&in, path, bpf_program__name(p));
		bpf_object__close(obj);
	}
	embedded_close(&in);
}

static void judge_synthetic(void)
{
	static struct bpf_insn insns[SYNTHETIC_MAX];

	for (const struct synthetic *s = synthetic; s->name; s++) {
		union bpf_attr attr;

		memset(&attr, 0, sizeof(attr));
		attr.prog_type = BPF_PROG_TYPE_KPROBE;
		attr.insns = (unsigned long)insns;
		attr.insn_cnt = s->make(insns);
		attr.license = (unsigned long)"GPL";
		snprintf(subject, sizeof(subject), "synthetic:%s", s->name);
		compare(&attr, offsetof(union bpf_attr, core_relo_rec_size));
	}
}

int main(int argc, char **argv)
{
	double mean;

	if (argc < 2)
		return 2;
	out = fopen(argv[1], "w");
	if (!out)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_print(quiet);
	fprintf(out, "{\"rows\": [");
	printf("%-40s %9s %9s    %6s  %8s %8s  %6s %6s  %9s\n", "program", "kbpf", "kernel", "ratio",
	       "insns", "kernel", "states", "kernel", "peak");
	judge_synthetic();
	for (int i = 2; i < argc; i++)
		judge_file(argv[i]);
	mean = rows ? exp(log_ratios / rows) : 0;
	fprintf(out, "\n  ],\n  \"geomean\": {\"verify/kernel\": %.4f}\n}\n", mean);
	fclose(out);
	printf("%u programs, %u slower than the kernel's: time %.3f (geomean), instructions %.3f, "
	       "states %.3f, peak %llu bytes\n", rows, slower, mean,
	       (double)sum_ours.insns / (double)sum_theirs.insns,
	       (double)sum_ours.states / (double)sum_theirs.states, sum_ours.peak_bytes);
	return !rows;
}
