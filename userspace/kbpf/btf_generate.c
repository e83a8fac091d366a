// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * A kernel's types out of debugging information: that of its vmlinux, or that of
 * a small object compiled against its headers. pahole does the work.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "btf.h"
#include "cli.h"

#define PROBE	"btf_probe.c"

/* Runs a program, found as a shell would; its output goes to @log, or nowhere. Returns its status or -1. */
static int run_program(char *const *argv, const char *log)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		return -1;
	if (!child) {
		if (!freopen(log ? log : "/dev/null", "w", stdout) || dup2(1, 2) < 0)
			_exit(126);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (waitpid(child, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void remove_tree(char *dir)
{
	char *const argv[] = { "rm", "-rf", dir, NULL };

	run_program(argv, NULL);
}

/* The first line of a log that says what was wrong. */
static void show_log(const char *log, const char *sign)
{
	char line[512];
	FILE *file = fopen(log, "r");
	int shown = 0;

	while (file && shown < 5 && fgets(line, sizeof(line), file))
		if (strstr(line, sign)) {
			fprintf(stderr, "  %s", line);
			shown++;
		}
	if (file)
		fclose(file);
}

struct btf *btf_from_dwarf(const char *file)
{
	char dir[] = "/tmp/kbpf-btf.XXXXXX", out[64], detached[96];
	char *const argv[] = { "pahole", "-J", detached, (char *)(unsigned long)file, NULL };
	struct btf *btf = NULL;
	int status;

	if (access(file, R_OK)) {
		cli_error("%s: %s", file, strerror(errno));
		return NULL;
	}
	if (!mkdtemp(dir)) {
		cli_error("%s: %s", dir, strerror(errno));
		return NULL;
	}
	snprintf(out, sizeof(out), "%s/btf", dir);
	snprintf(detached, sizeof(detached), "--btf_encode_detached=%s", out);
	status = run_program(argv, NULL);
	if (status == 127)
		cli_error("pahole is needed, of a package called dwarves or pahole");
	else if (!status && !access(out, R_OK))
		btf = btf__parse_raw(out);
	if (status != 127 && libbpf_get_error(btf)) {
		cli_error("%s: pahole finds no types in it: is it an ELF file with DWARF?", file);
		btf = NULL;
	} else if (status != 127 && !btf) {
		cli_error("%s: pahole finds no types in it: is it an ELF file with DWARF?", file);
	}
	remove_tree(dir);
	return btf;
}

static int write_kbuild(const char *dir)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/Kbuild", dir);
	file = fopen(path, "w");
	if (!file)
		return -errno;
	/* all types that the headers define, not just those that are used */
	fputs("obj-m := btf_probe.o\n"
	      "ccflags-y := -g -fno-eliminate-unused-debug-types -Wno-error\n", file);
	return fclose(file) ? -errno : 0;
}

static int compile(const char *headers, const char *dir, const char *probe)
{
	char kdir[PATH_MAX], m[PATH_MAX], source[PATH_MAX], copy[PATH_MAX], log[PATH_MAX];
	char *const cp[] = { "cp", source, copy, NULL };
	char *const make[] = { "make", "-C", kdir, m, "btf_probe.o", NULL };
	int status;

	snprintf(kdir, sizeof(kdir), "%s", headers);
	snprintf(m, sizeof(m), "M=%s", dir);
	snprintf(source, sizeof(source), "%s", probe);
	snprintf(copy, sizeof(copy), "%s/" PROBE, dir);
	snprintf(log, sizeof(log), "%s/log", dir);
	if (write_kbuild(dir) || run_program(cp, NULL))
		return cli_error("%s: cannot be written to", dir);
	status = run_program(make, log);
	if (!status)
		return 0;
	cli_error("%s: an object that includes the kernel's headers does not compile%s", headers,
		  status == 127 ? ": there is no make" : ":");
	show_log(log, "rror");
	return CLI_FAILED;
}

struct btf *btf_from_headers(const char *headers)
{
	char dir[] = "/tmp/kbpf-btf.XXXXXX", object[64], probe[PATH_MAX];
	struct btf *btf = NULL;
	struct stat st;

	snprintf(probe, sizeof(probe), "%s/Makefile", headers);
	if (stat(probe, &st)) {
		cli_error("%s: no kernel headers there (a directory that modules are built against)",
			  headers);
		return NULL;
	}
	if (!cli_library(PROBE, probe, sizeof(probe))) {
		cli_error(PROBE " is neither beside this program nor in its lib");
		return NULL;
	}
	if (!mkdtemp(dir)) {
		cli_error("%s: %s", dir, strerror(errno));
		return NULL;
	}
	snprintf(object, sizeof(object), "%s/btf_probe.o", dir);
	if (!compile(headers, dir, probe))
		btf = btf_from_dwarf(object);
	remove_tree(dir);
	return btf;
}
