// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * load FILE.bpf.o PROGRAM: hand one program to the module and print what it
 * says. Exit status 0 accepted, 1 refused, 2 anything else.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static char log_text[1 << 16];

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	(void)fmt;
	(void)args;
	return 0;
}

int main(int argc, char **argv)
{
	struct bpf_program *p, *wanted = NULL;
	struct bpf_object *obj;
	int err;

	if (argc != 3)
		return 2;
	libbpf_set_print(quiet);
	obj = bpf_object__open_file(argv[1], NULL);
	if (!obj) {
		fprintf(stderr, "load: %s: %s\n", argv[1], strerror(errno));
		return 2;
	}
	bpf_object__for_each_program(p, obj) {
		bpf_program__set_autoload(p, !strcmp(bpf_program__name(p), argv[2]));
		if (bpf_program__autoload(p))
			wanted = p;
	}
	if (!wanted) {
		fprintf(stderr, "load: no program %s\n", argv[2]);
		return 2;
	}
	bpf_program__set_log_buf(wanted, log_text, sizeof(log_text));
	err = bpf_object__load(obj);
	printf("%s: %s\n%s", argv[2], err ? strerrorname_np(-err) : "accepted", log_text);
	bpf_object__close(obj);
	return err == 0 ? 0 : err == -EACCES || err == -EINVAL ? 1 : 2;
}
