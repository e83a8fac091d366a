// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * kbpf run: a libbpf program, unmodified, on kbpf.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "btf.h"
#include "cli.h"
#include "libkbpf.h"

/* The tool inherits it, so that runs are timed for as long as the tool lives. */
static int keep_timing(int dev)
{
	int fd = kbpf_stats_enable(dev, KBPF_STATS_RUN_TIME);
	int high;

	if (fd < 0)
		return cli_error("--time: %s", strerror(-fd));
	/* out of the way of the tool's own numbers, and without close-on-exec */
	high = fcntl(fd, F_DUPFD, 950);
	if (high < 0)
		high = fcntl(fd, F_DUPFD, 64);
	if (high < 0)
		return cli_error("--time: %s", strerror(errno));
	close(fd);
	return CLI_OK;
}

static int run(int argc, char **argv)
{
	char library[PATH_MAX], path[PATH_MAX];
	bool explain = false, timing = false;
	int i, dev, err;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (!strcmp(argv[i], "-v") || !strcmp(argv[i], "--verbose"))
			explain = true;
		else if (!strcmp(argv[i], "--time"))
			timing = true;
		else
			return cli_usage(&cli_run, "no option '%s'", argv[i]);
	}
	if (i >= argc)
		return cli_usage(&cli_run, "which tool?");

	dev = cli_device();
	if (dev < 0)
		return CLI_UNUSABLE;
	if (!cli_library("libkbpf-libbpf.so", library, sizeof(library))) {
		cli_error("libkbpf-libbpf.so is neither beside this program nor in its lib");
		return CLI_UNUSABLE;
	}
	err = cli_find_tool(argv[i], path, sizeof(path));
	if (err)
		return err;
	/* a kernel without types of its own: those that were installed */
	if (access(BTF_OWN_PATH, F_OK))
		btf_hand_over(dev, 1);
	if (timing && keep_timing(dev))
		return CLI_UNUSABLE;
	close(dev);
	if (!cli_preload(library) || (explain && setenv("KBPF_EXPLAIN", "1", 1)))
		return cli_error("out of memory");
	execv(path, argv + i);
	err = errno;
	cli_error("%s: %s", path, strerror(err));
	return err == ENOENT ? CLI_NOT_FOUND : CLI_CANNOT_EXEC;
}

const struct cli_command cli_run = {
	.name = "run",
	.summary = "run a libbpf program, unmodified, on kbpf",
	.help =
"kbpf run [OPTION]... [--] TOOL [ARGUMENT]...\n"
"\n"
"Runs TOOL with its bpf(2) calls, and the perf_event_open(2) calls by which it\n"
"attaches programs, answered by kbpf. TOOL is any program that uses libbpf and\n"
"is linked dynamically to libc: the tools of libbpf-tools, bpftool, your own.\n"
"\n"
"  -v, --verbose  say on stderr why an attachment failed\n"
"      --time     have the runs of all programs timed while TOOL lives\n"
"                 (kbpf prog list shows the average)\n"
"\n"
"Exit status: TOOL's own; 125 when kbpf cannot be used (module not loaded, no\n"
"permission); 126 when TOOL cannot be run this way; 127 when there is no TOOL;\n"
"2 for wrong usage.\n"
"\n"
"Example: kbpf run vfsstat 1 5\n",
	.run = run,
};
