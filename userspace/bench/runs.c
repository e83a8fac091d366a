// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Runs the programs of an object through bpf(2) and prints for each, a line, its
 * name, nanoseconds a run, bytes of machine code and what it returned, or zeroes
 * and "refused". Under
 * libkbpf-libbpf the same binary measures kbpf. Meant for a guest whose clock
 * counts instructions.
 *
 * runs PROGRAMS.bpf.o
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES	9

static void die(const char *what, int err)
{
	fprintf(stderr, "runs: %s: %s\n", what, strerror(err));
	exit(1);
}

static unsigned int run(const struct bpf_program *p, int repeat, unsigned int *retval)
{
	char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet),
		    .repeat = repeat);

	if (bpf_prog_test_run_opts(bpf_program__fd(p), &opts))
		die(bpf_program__name(p), errno);
	*retval = opts.retval;
	return opts.duration;
}

static int by_value(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

static void measure(const struct bpf_program *p)
{
	/* an average is whole nanoseconds: short programs run more often */
	int repeat = strcmp(bpf_program__name(p), "empty") ? 20 : 2000;
	struct bpf_prog_info info = {};
	unsigned int ns[SAMPLES], retval, len = sizeof(info), i;

	if (bpf_obj_get_info_by_fd(bpf_program__fd(p), &info, &len))
		die(bpf_program__name(p), errno);
	run(p, 2, &retval);
	for (i = 0; i < SAMPLES; i++)
		ns[i] = run(p, repeat, &retval);
	qsort(ns, SAMPLES, sizeof(ns[0]), by_value);
	printf("%s %u %u %u\n", bpf_program__name(p), ns[SAMPLES / 2], info.jited_prog_len, retval);
}

/* Does it fill memory and maps that the others work on? */
static bool fills(const struct bpf_program *p)
{
	return !strcmp(bpf_program__name(p), "setup") ||
	       !strcmp(bpf_program__name(p), "hash_update");
}

/* In an object of its own: a program that is refused takes no other along. */
static struct bpf_object *load(const char *path, const char *name)
{
	struct bpf_object *obj = bpf_object__open(path);
	struct bpf_program *p;

	if (!obj)
		die(path, errno);
	bpf_object__for_each_program(p, obj)
		bpf_program__set_autoload(p, !strcmp(bpf_program__name(p), name) || fills(p));
	if (!bpf_object__load(obj))
		return obj;
	printf("%s 0 0 refused\n", name);
	bpf_object__close(obj);
	return NULL;
}

static void try(const char *path, const char *name)
{
	struct bpf_object *obj = load(path, name);
	struct bpf_program *filler;
	const struct bpf_program *p;
	unsigned int retval;
	int fd, one = 1;

	if (!obj)
		return;
	p = bpf_object__find_program_by_name(obj, name);
	fd = bpf_program__fd(p);
	if (!strcmp(name, "tail") &&
	    bpf_map_update_elem(bpf_object__find_map_fd_by_name(obj, "progs"), &one, &fd, BPF_ANY))
		die("progs", errno);
	bpf_object__for_each_program(filler, obj)
		if (fills(filler))
			run(filler, 1, &retval);
	measure(p);
	bpf_object__close(obj);
}

static int silent(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

int main(int argc, char **argv)
{
	struct bpf_object *all;
	struct bpf_program *p;

	if (argc != 2)
		return 2;
	libbpf_set_print(silent);
	all = bpf_object__open(argv[1]);
	if (!all)
		die(argv[1], errno);
	bpf_object__for_each_program(p, all)
		if (strcmp(bpf_program__name(p), "setup"))
			try(argv[1], bpf_program__name(p));
	return 0;
}
