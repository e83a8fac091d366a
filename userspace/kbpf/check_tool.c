// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Judging the programs of a tool that is run: libkbpf-check in it answers its
 * bpf(2) calls and writes down every load; this side runs it and reads that.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "cli.h"
#include "report.h"
#include "verdict.h"

static volatile pid_t child;

static void interrupt_child(int sig)
{
	(void)sig;
	if (child > 0)
		kill(child, SIGINT);
}

static void in_child(const char *path, char **argv)
{
	struct sigaction as_usual = { .sa_handler = SIG_DFL };

	sigaction(SIGINT, &as_usual, NULL);
	execv(path, argv);
	cli_error("%s: %s", path, strerror(errno));
	_exit(CLI_NOT_FOUND);
}

/* Runs the tool to its end; its wait status or -errno. */
static int run_tool(const char *path, char **argv, unsigned int seconds)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction alarmed = { .sa_handler = interrupt_child };
	int status;

	/* an interrupt from the keyboard is the tool's; the report comes after */
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGALRM, &alarmed, NULL);
	fflush(NULL);
	child = fork();
	if (child < 0)
		return -errno;
	if (!child)
		in_child(path, argv);
	alarm(seconds);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	alarm(0);
	return status;
}

/* Tools try again what was refused, with a log; the same refusal twice is one. */
static bool is_repetition(const struct verdicts *list, const struct verdict *v)
{
	const struct verdict *last = list->count ? &list->all[list->count - 1] : NULL;

	return last && v->err && last->err == v->err && !strcmp(last->name, v->name) &&
	       last->insn_cnt == v->insn_cnt && !strcmp(last->log ? last->log : "", v->log);
}

static bool read_record(FILE *in, struct verdict *v, unsigned int *trial)
{
	struct report_record record;

	memset(v, 0, sizeof(*v));
	if (fread(&record, sizeof(record), 1, in) != 1 || record.magic != REPORT_MAGIC)
		return false;
	v->name = strndup(record.name, sizeof(record.name));
	v->log = calloc(1, record.log_len + 1UL);
	if (!v->name || !v->log || fread(v->log, 1, record.log_len, in) != record.log_len) {
		free(v->name);
		free(v->log);
		return false;
	}
	v->type = record.type;
	v->insn_cnt = record.insn_cnt;
	v->err = record.err;
	v->insns = record.insns;
	v->states = record.states;
	v->ns = record.ns;
	v->peak_bytes = record.peak_bytes;
	v->hottest_insn = record.hottest_insn;
	v->hottest_visits = record.hottest_visits;
	v->judged = true;
	*trial = record.trial;
	return true;
}

static int read_report(const char *file, bool trials, struct verdicts *list)
{
	FILE *in = fopen(file, "r");
	struct verdict v;
	unsigned int trial;

	if (!in)
		return cli_error("%s: %s", file, strerror(errno));
	while (read_record(in, &v, &trial)) {
		if ((!trial || trials) && !is_repetition(list, &v) && verdicts_add(list, &v))
			continue;
		free(v.name);
		free(v.log);
	}
	fclose(in);
	return 0;
}

static int print_report(const struct verdicts *list, const char *tool, int status,
			const struct check_opts *opts)
{
	FILE *out = opts->report ? fopen(opts->report, "w") : stderr;

	if (!out)
		return cli_error("%s: %s", opts->report, strerror(errno));
	if (opts->json) {
		verdicts_print_json(list, tool, out);
	} else {
		verdicts_print_text(list, tool, opts->verbose, out);
		if (WIFEXITED(status) && WEXITSTATUS(status))
			fprintf(out, "%s: exit status %d\n", tool, WEXITSTATUS(status));
		else if (WIFSIGNALED(status))
			fprintf(out, "%s: ended by signal %d\n", tool, WTERMSIG(status));
	}
	if (out != stderr)
		fclose(out);
	return 0;
}

static int check_with(const char *path, char **argv, const char *record,
		      const struct check_opts *opts)
{
	struct verdicts list = { .all = NULL };
	int status, ret;

	status = run_tool(path, argv, opts->seconds);
	if (status < 0)
		return cli_error("%s: %s", path, strerror(-status));
	ret = read_report(record, opts->trials, &list);
	if (!ret)
		ret = print_report(&list, argv[0], status, opts);
	if (!ret && !list.count)
		ret = cli_error("%s loaded no program", argv[0]);
	if (!ret && list.refused)
		ret = CLI_NO;
	verdicts_free(&list);
	return ret;
}

int check_tool(char **argv, const struct check_opts *opts)
{
	char library[PATH_MAX], path[PATH_MAX];
	char record[] = "/tmp/kbpf-check.XXXXXX";
	int fd, ret = CLI_FAILED;

	if (opts->program)
		return cli_error("--program is for files: a tool chooses itself");
	if (!cli_library("libkbpf-check.so", library, sizeof(library)))
		return cli_error("libkbpf-check.so is neither beside this program nor in its lib");
	if (cli_find_tool(argv[0], path, sizeof(path)))
		return CLI_FAILED;
	fd = mkstemp(record);
	if (fd < 0)
		return cli_error("%s: %s", record, strerror(errno));
	close(fd);
	if (!cli_preload(library) || setenv(REPORT_ENV, record, 1) ||
	    (opts->btf && setenv(REPORT_BTF_ENV, opts->btf, 1)))
		cli_error("out of memory");
	else
		ret = check_with(path, argv, record, opts);
	unlink(record);
	return ret;
}
