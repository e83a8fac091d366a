// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Judging an object file: libbpf prepares each program by itself, and its
 * bpf(2) calls are answered by the engine that is linked in here.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "cli.h"
#include "embedded.h"
#include "engine.h"
#include "report.h"
#include "verdict.h"

#define MESSAGES_SIZE	16384
#define LOG_SIZE	(1U << 20)

/* libbpf's last words, for programs that never reach the verifier. */
static char messages[MESSAGES_SIZE];
static bool be_verbose;

static int keep_message(enum libbpf_print_level level, const char *fmt, va_list args)
{
	size_t len = strlen(messages);
	va_list again;

	if (level == LIBBPF_DEBUG)
		return 0;
	va_copy(again, args);
	if (be_verbose)
		vfprintf(stderr, fmt, again);
	va_end(again);
	if (len + 256 > sizeof(messages)) {
		memmove(messages, messages + len / 2, len - len / 2 + 1);
		len = strlen(messages);
	}
	return vsnprintf(messages + len, sizeof(messages) - len, fmt, args);
}

/**
 * struct watch - the program that is being judged
 * @name: as it is loaded: cut to what a name may be
 * @verdict: filled in by its load
 */
struct watch {
	char name[KBPF_OBJ_NAME_LEN];
	struct verdict verdict;
};

static void on_load(const struct kbpf_engine_load *load, void *arg)
{
	struct watch *watch = arg;
	struct verdict *v = &watch->verdict;

	if (strcmp(load->name, watch->name))
		return;
	v->judged = true;
	v->type = load->type;
	v->err = load->err;
	v->insn_cnt = load->insn_cnt;
	v->insns = load->insns;
	v->states = load->states;
	v->ns = load->ns;
	v->peak_bytes = load->peak_bytes;
	v->hottest_insn = load->hottest_insn;
	v->hottest_visits = load->hottest_visits;
	/* libbpf tries again with a log, which tells no more */
	free(v->log);
	v->log = *load->log ? strdup(load->log) : NULL;
}

/* An object, and the file that it is in. */
struct source {
	const struct embedded *in;
	const char *path;
};

static int open_object(const struct source *from, const struct check_opts *opts,
		       struct bpf_object **obj)
{
	const char *base = strrchr(from->path, '/');
	char name[64];

	LIBBPF_OPTS(bpf_object_open_opts, open_opts, .btf_custom_path = opts->btf,
		    .object_name = name);

	/* maps of variables are named for it, as if the file itself had been opened */
	base = base ? base + 1 : from->path;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(base, "."), base);
	*obj = bpf_object__open_mem(from->in->object, from->in->size, &open_opts);
	if (*obj)
		return 0;
	return cli_error("%s: %s\n%s", from->path, strerror(errno), messages);
}

static void select_program(struct bpf_object *obj, const char *name)
{
	struct bpf_program *p;

	bpf_object__for_each_program(p, obj) {
		bpf_program__set_autoload(p, !strcmp(bpf_program__name(p), name));
		/* A section that libbpf knows from 1.3 on. */
		if (bpf_program__type(p) || strcmp(bpf_program__section_name(p), "netfilter"))
			continue;
		bpf_program__set_type(p, (enum bpf_prog_type)KBPF_PROG_TYPE_NETFILTER);
		bpf_program__set_expected_attach_type(p, (enum bpf_attach_type)KBPF_NETFILTER);
	}
}

static int judge(const struct source *from, const char *name, const struct check_opts *opts,
		 struct verdicts *list)
{
	char *log = opts->log_level > 1 ? calloc(1, LOG_SIZE) : NULL;
	struct watch watch = { .verdict = { .judged = false } };
	struct verdict *v = &watch.verdict;
	struct bpf_program *prog;
	struct bpf_object *obj;
	struct bpf_map *map;
	int err;

	messages[0] = '\0';
	if (open_object(from, opts, &obj)) {
		free(log);
		return CLI_FAILED;
	}
	select_program(obj, name);
	bpf_object__for_each_map(map, obj)
		embedded_size_map(map);
	prog = bpf_object__find_program_by_name(obj, name);
	snprintf(watch.name, sizeof(watch.name), "%s", name);
	v->name = strdup(name);
	v->section = strdup(bpf_program__section_name(prog));
	v->type = bpf_program__type(prog);
	v->insn_cnt = (unsigned int)bpf_program__insn_cnt(prog);
	if (log) {
		bpf_program__set_log_buf(prog, log, LOG_SIZE);
		bpf_program__set_log_level(prog, KBPF_LOG_LEVEL2 | KBPF_LOG_STATS);
	}
	kbpf_engine_observe(on_load, &watch);
	err = bpf_object__load(obj);
	kbpf_engine_observe(NULL, NULL);
	bpf_object__close(obj);
	if (err && !v->err)
		v->err = err;
	if (!v->judged && err) {
		v->log = strdup(messages);
	} else if (log && *log) {
		free(v->log);
		v->log = strdup(log);
	}
	free(log);
	return verdicts_add(list, v) ? CLI_OK : cli_error("out of memory");
}

/* The names are collected first: every judgement opens the file anew. */
static int judge_object(const struct source *from, const struct check_opts *opts,
			struct verdicts *list)
{
	struct bpf_program *p;
	struct bpf_object *obj;
	int ret;

	messages[0] = '\0';
	ret = open_object(from, opts, &obj);
	if (ret)
		return ret;
	bpf_object__for_each_program(p, obj) {
		if (opts->program && strcmp(opts->program, bpf_program__name(p)))
			continue;
		ret = judge(from, bpf_program__name(p), opts, list);
		if (ret)
			break;
	}
	bpf_object__close(obj);
	return ret;
}

/* All objects in the file. */
static int judge_all(const char *path, const struct check_opts *opts, struct verdicts *list)
{
	struct embedded in;
	struct source from = { .in = &in, .path = path };
	int ret, found = embedded_open(&in, path);

	if (found)
		return cli_error("%s: %s", path, strerror(-found));
	for (ret = CLI_OK; !ret; ) {
		found = embedded_next(&in);
		if (found <= 0)
			break;
		ret = judge_object(&from, opts, list);
	}
	embedded_close(&in);
	return found < 0 ? cli_error("out of memory") : ret;
}

int check_file(const char *path, const struct check_opts *opts)
{
	struct verdicts list = { .all = NULL };
	FILE *out = stdout;
	int ret;

	be_verbose = opts->verbose;
	libbpf_set_print(keep_message);
	if (access(path, R_OK))
		return cli_error("%s: %s", path, strerror(errno));
	if (opts->btf && access(opts->btf, R_OK))
		return cli_error("%s: %s", opts->btf, strerror(errno));
	/* types are relocated to it by an option; what programs attach to is looked up there too */
	if (opts->btf && setenv(REPORT_BTF_ENV, opts->btf, 1))
		return cli_error("out of memory");
	ret = judge_all(path, opts, &list);
	if (!ret && !list.count)
		ret = cli_error("%s: no %s in it", path, opts->program ? opts->program : "program");
	if (!ret && opts->report) {
		out = fopen(opts->report, "w");
		if (!out)
			ret = cli_error("%s: %s", opts->report, strerror(errno));
	}
	if (!ret && opts->json)
		verdicts_print_json(&list, path, out);
	else if (!ret)
		verdicts_print_text(&list, path, opts->log_level > 1, out);
	if (!ret && list.refused)
		ret = CLI_NO;
	if (out && out != stdout)
		fclose(out);
	verdicts_free(&list);
	return ret;
}
