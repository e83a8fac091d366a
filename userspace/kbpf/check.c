// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * kbpf check: what the verifier says of programs, without a kernel.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "classic.h"
#include "cli.h"

/* Bytes taken of the command line, 0 for no option of ours, -1 after a complaint. */
static int parse_option(int argc, char **argv, struct check_opts *opts)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{ "--json", &opts->json },
		{ "--verbose", &opts->verbose },
		{ "-v", &opts->verbose },
		{ "--trials", &opts->trials },
	};
	const struct {
		const char *name;
		const char **value;
	} values[] = {
		{ "--btf", &opts->btf },
		{ "--report", &opts->report },
		{ "--program", &opts->program },
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (!strcmp(argv[0], flags[i].name)) {
			*flags[i].flag = true;
			return 1;
		}
	}
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (!strcmp(argv[0], values[i].name)) {
			if (argc < 2)
				return -1;
			*values[i].value = argv[1];
			return 2;
		}
	}
	if (!strcmp(argv[0], "--seconds"))
		return argc > 1 && cli_parse_u32(argv[1], &opts->seconds) ? 2 : -1;
	if (!strcmp(argv[0], "--log-level"))
		return argc > 1 && cli_parse_u32(argv[1], &opts->log_level) ? 2 : -1;
	return 0;
}

static int run(int argc, char **argv)
{
	struct check_opts opts = { .json = false };
	const char *classic = NULL;
	int i = 1, taken, ret = CLI_OK, one;

	while (i < argc && argv[i][0] == '-' && strcmp(argv[i], "--")) {
		if (!strcmp(argv[i], "--classic") && i + 1 < argc) {
			classic = argv[i + 1];
			i += 2;
			continue;
		}
		taken = parse_option(argc - i, argv + i, &opts);
		if (taken <= 0)
			return cli_usage(&cli_check, taken ? "%s what?" : "no option '%s'", argv[i]);
		i += taken;
	}
	if (classic && i < argc)
		return cli_usage(&cli_check, "--classic takes one expression or file");
	if (classic)
		return check_classic(classic, &opts);
	if (i < argc && !strcmp(argv[i], "--")) {
		if (i + 1 == argc)
			return cli_usage(&cli_check, "which tool?");
		if (opts.log_level > 1 && !opts.verbose)
			return cli_usage(&cli_check, "--log-level is for files: a tool chooses itself");
		return check_tool(argv + i + 1, &opts);
	}
	if (i == argc)
		return cli_usage(&cli_check, "which file, or -- TOOL?");
	if (opts.json && argc - i > 1)
		return cli_usage(&cli_check, "--json takes one file");
	if (opts.verbose)
		opts.log_level = 2;
	for (; i < argc; i++) {
		one = check_file(argv[i], &opts);
		ret = one > ret ? one : ret;
	}
	return ret;
}

const struct cli_command cli_check = {
	.name = "check",
	.summary = "judge the programs of an object file, or of a tool, offline",
	.help =
"kbpf check [OPTION]... FILE.bpf.o...\n"
"kbpf check [OPTION]... -- TOOL [ARGUMENT]...\n"
"kbpf check [--json] [-v] --classic EXPRESSION|FILE\n"
"\n"
"Answers what the module would, without the module, root or a kernel that knows\n"
"BPF: the same verifier runs in this process.\n"
"\n"
"FILE.bpf.o   every program is loaded by itself, so that one refusal does not\n"
"             hide another. Of another file, such as a tool's binary, the objects\n"
"             inside it\n"
"-- TOOL      any program that uses libbpf and is linked dynamically runs with its\n"
"             bpf(2) calls answered in its own process. Maps and test runs work;\n"
"             what it attaches to never fires. The report comes when it ends\n"
"--classic    a classic program: an expression as tcpdump takes it, or a file that\n"
"             `tcpdump -ddd` wrote\n"
"\n"
"      --btf FILE      the kernel's BTF (default: the running kernel's,\n"
"                      /sys/kernel/btf/vmlinux). For a TOOL raw, else maybe in an ELF file\n"
"      --program NAME  only this program of FILE\n"
"      --seconds N     interrupt TOOL (SIGINT) after N seconds\n"
"      --report PATH   write the report there (default: stdout; for a TOOL stderr)\n"
"      --json          the report as JSON\n"
"      --trials        also what libbpf loads to find out what the kernel has\n"
"      --log-level N   2: the log of every program of FILE, with what is known at each\n"
"                      instruction\n"
"  -v, --verbose       libbpf's messages, and --log-level 2\n"
"\n"
"A refusal is explained: the line of the source and the operand there, what the\n"
"rule needs, what is known instead and where that came from, the branches that led\n"
"there, and a change that would make it pass. `kbpf explain ID` has the rule.\n"
"\n"
"Exit status: 0 when all were accepted, 1 when one was refused, 2 for anything\n"
"else (wrong usage, no such file, no program loaded).\n",
	.run = run,
};
