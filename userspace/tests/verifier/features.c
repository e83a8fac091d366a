// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * features FILE.bpf.o: each program of the file is loaded by itself and, where it
 * is accepted, run. What must come of it is in its name: see features.bpf.c.
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
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	const char *gives = strstr(name, "_gives_");
	struct bpf_program *prog;
	struct bpf_object *obj = load(file, name, &prog);
	const char *wrong = NULL;

	if (!gives)
		wrong = obj ? "accepted" : NULL;
	else if (!obj)
		wrong = "refused";
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

int main(int argc, char **argv)
{
	struct bpf_object *obj;
	struct bpf_program *p;
	int n = 0, failed = 0;

	libbpf_set_print(quiet);
	if (!has_kfuncs()) {
		printf("KTAP version 1\nok 1 features # SKIP this kernel's BTF has no iterators\n1..1\n");
		return 0;
	}
	obj = argc > 1 ? bpf_object__open_file(argv[1], NULL) : NULL;
	if (!obj)
		return 2;
	printf("KTAP version 1\n");
	bpf_object__for_each_program(p, obj) {
		const char *wrong = judge(argv[1], bpf_program__name(p));

		if (wrong)
			printf("# %s\n%s", wrong, log_text);
		printf("%s %d %s\n", wrong ? "not ok" : "ok", ++n, bpf_program__name(p));
		failed += !!wrong;
	}
	printf("1..%d\n", n);
	bpf_object__close(obj);
	return failed != 0;
}
