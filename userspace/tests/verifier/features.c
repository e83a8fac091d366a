// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * features FILE.bpf.o...: each program of the files is loaded by itself and, where
 * it is accepted, run. What must come of it is in its name: see features.h. Then,
 * whether every row of features.def has programs of both kinds.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char log_text[1 << 16];

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level, (void)fmt, (void)args;
	return 0;
}

static int ends_in(const char *name, const char *end)
{
	return strlen(name) > strlen(end) && !strcmp(name + strlen(name) - strlen(end), end);
}

/* The program alone, loaded; NULL where it is refused. */
static struct bpf_object *load(const char *file, const char *name, struct bpf_program **prog)
{
	struct bpf_object *obj = bpf_object__open_file(file, NULL);
	struct bpf_program *p;

	if (!obj)
		exit(1);
	bpf_object__for_each_program(p, obj)
		bpf_program__set_autoload(p, !strcmp(bpf_program__name(p), name));
	*prog = bpf_object__find_program_by_name(obj, name);
	log_text[0] = 0;
	bpf_program__set_log_buf(*prog, log_text, sizeof(log_text));
	if (!bpf_object__load(obj))
		return obj;
	bpf_object__close(obj);
	return NULL;
}

static const char *judge(const char *file, const char *name)
{
	static unsigned char packet[64];
	const char *gives = strstr(name, "_gives_");
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct bpf_program *prog;
	struct bpf_object *obj = load(file, name, &prog);
	const char *wrong = NULL;

	if (obj && bpf_program__type(prog) != BPF_PROG_TYPE_SYSCALL) {
		opts.data_in = packet;
		opts.data_size_in = sizeof(packet);
	}
	if (ends_in(name, "_refused"))
		wrong = obj ? "accepted" : NULL;
	else if (!obj)
		wrong = "refused";
	else if (!gives)
		wrong = ends_in(name, "_accepted") ? NULL : "has no name that says what must become of it";
	else if (bpf_prog_test_run_opts(bpf_program__fd(prog), &opts))
		wrong = "cannot be run";
	else if ((int)opts.retval != atoi(gives + strlen("_gives_")))
		wrong = "returns something else";
	bpf_object__close(obj);
	return wrong;
}

/* Programs are linked against the running kernel's BTF: has it what they call? */
static int has_kfuncs(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id = btf ? btf__find_by_name_kind(btf, "bpf_iter_num_new", BTF_KIND_FUNC) : -1;

	btf__free(btf);
	return id > 0;
}

/* ---- the table ---- */

static struct feature {
	const char *prefix;
	const char *words;
	int accepted;
	int refused;
} features[] = {
#define FEATURE(prefix, words) { prefix, ": " words, 0, 0 },
#include "features.def"
};

#define NR_FEATURES	(sizeof(features) / sizeof(*features))

/* The row that a program is of, or NULL. */
static struct feature *feature_of(const char *name)
{
	for (unsigned int i = 0; i < NR_FEATURES; i++) {
		size_t len = strlen(features[i].prefix);

		if (!strncmp(name, features[i].prefix, len) && name[len] == '_')
			return &features[i];
	}
	return NULL;
}

/* ---- KTAP ---- */

static int cases, failed;

static void say(const char *wrong, const char *name, const char *words)
{
	if (wrong)
		printf("# %s\n%s", wrong, log_text);
	printf("%s %d %s%s\n", wrong ? "not ok" : "ok", ++cases, name, words);
	failed += !!wrong;
}

static void judge_file(const char *file)
{
	struct bpf_object *obj = bpf_object__open_file(file, NULL);
	struct bpf_program *p;

	if (!obj)
		exit(2);
	bpf_object__for_each_program(p, obj) {
		const char *name = bpf_program__name(p);
		struct feature *f = feature_of(name);

		say(f ? judge(file, name) : "is of no row in features.def", name, "");
		if (f && ends_in(name, "_refused"))
			f->refused++;
		else if (f)
			f->accepted++;
	}
	bpf_object__close(obj);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_print(quiet);
	printf("KTAP version 1\n");
	if (!has_kfuncs()) {
		printf("ok 1 features # SKIP this kernel's BTF has no iterators\n1..1\n");
		return 0;
	}
	for (int i = 1; i < argc; i++)
		judge_file(argv[i]);
	log_text[0] = 0;
	for (unsigned int i = 0; i < NR_FEATURES; i++)
		say(features[i].accepted && features[i].refused ? NULL : "has not programs of both kinds\n",
		    features[i].prefix, features[i].words);
	printf("1..%d\n", cases);
	return failed != 0;
}
