// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * kbpf: the table of subcommands and nothing else.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct cli_command *const commands[] = {
	&cli_run, &cli_check, &cli_capture, &cli_prog, &cli_map, &cli_link, &cli_stats, &cli_btf, &cli_explain,
	&cli_version,
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void help(FILE *out)
{
	size_t i;

	fputs("kbpf - eBPF programs on kbpf: run tools, judge programs, look inside\n\n"
	      "Usage: kbpf COMMAND [ARGUMENT]...\n\n"
	      "Commands (kbpf COMMAND --help tells more):\n", out);
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %-8s  %s\n", commands[i]->name, commands[i]->summary);
	fputs("\nExit status, unless the command says otherwise:\n"
	      "  0  done; every program accepted\n"
	      "  1  no: a program was refused, or there is no such object\n"
	      "  2  wrong usage, or something else was in the way\n", out);
}

static bool wants_help(const char *arg)
{
	return !strcmp(arg, "--help") || !strcmp(arg, "-h") || !strcmp(arg, "help");
}

static const struct cli_command *find(const char *name)
{
	size_t i;

	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct cli_command *cmd;

	if (argc < 2) {
		help(stderr);
		return CLI_FAILED;
	}
	if (wants_help(argv[1])) {
		cmd = argc > 2 ? find(argv[2]) : NULL;
		if (cmd)
			fputs(cmd->help, stdout);
		else
			help(stdout);
		return CLI_OK;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		argv[1] = "version";
	cmd = find(argv[1]);
	if (!cmd)
		return cli_error("no command '%s'; kbpf --help lists them", argv[1]);
	if (argc > 2 && wants_help(argv[2])) {
		fputs(cmd->help, stdout);
		return CLI_OK;
	}
	return cmd->run(argc - 1, argv + 1);
}
