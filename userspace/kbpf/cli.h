/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the subcommands of kbpf share: the table's row, the device, messages,
 * names of numbers. A subcommand is one file that ends in its row.
 */
#ifndef KBPF_CLI_H
#define KBPF_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "kbpf.h"

/* Exit codes; `kbpf run` adds those of env(1) for what it could not start. */
#define CLI_OK		0
#define CLI_NO		1	/* refused, or no such object */
#define CLI_FAILED	2	/* wrong usage, or it could not be found out */
#define CLI_UNUSABLE	125	/* run: kbpf cannot be used */
#define CLI_CANNOT_EXEC	126	/* run: the tool cannot be run on kbpf */
#define CLI_NOT_FOUND	127	/* run: there is no such tool */

/**
 * struct cli_command - a subcommand
 * @name: as typed
 * @summary: a line for `kbpf --help`
 * @help: what --help prints
 * @run: does it; argv[0] is the subcommand; returns the exit code
 */
struct cli_command {
	const char *name;
	const char *summary;
	const char *help;
	int (*run)(int argc, char **argv);
};

extern const struct cli_command cli_run, cli_check, cli_capture, cli_prog, cli_map, cli_link, cli_stats,
	cli_btf, cli_explain, cli_version;

/**
 * cli_error() - complain on stderr
 * @fmt: printf format, without "kbpf: " and newline
 *
 * Return: CLI_FAILED, so that it can be returned.
 */
int cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * cli_usage() - complain about the command line
 * @cmd: the subcommand
 * @fmt: printf format of what is wrong
 *
 * Return: CLI_FAILED.
 */
int cli_usage(const struct cli_command *cmd, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * cli_device() - open the device, or say why not
 *
 * Return: the descriptor, or -errno after a message.
 */
int cli_device(void);

/* May what goes there be coloured? It is a terminal, and NO_COLOR is not set. */
bool cli_colour(FILE *out);

/**
 * cli_parse_u32() - a number from the command line
 * @text: decimal, or hexadecimal after 0x
 * @value: out
 */
bool cli_parse_u32(const char *text, __u32 *value);

/**
 * cli_library() - path of a library that is installed, or built, beside this binary
 * @name: file name
 * @path: out
 * @size: bytes at @path
 *
 * Return: was it found?
 */
bool cli_library(const char *name, char *path, size_t size);

/**
 * cli_find_tool() - look a program up as execvp(3) does, and see if it can be preloaded
 * @name: name or path
 * @path: out: where it is
 * @size: bytes at @path
 *
 * Return: 0, or CLI_NOT_FOUND or CLI_CANNOT_EXEC after a message.
 */
int cli_find_tool(const char *name, char *path, size_t size);

/**
 * cli_preload() - put a library in front of LD_PRELOAD
 * @library: path
 */
bool cli_preload(const char *library);

/* "12.3 ms", "4.0 KiB": @buf of 32 bytes is enough; returns @buf. */
char *cli_format_ns(__u64 ns, char *buf, size_t size);
char *cli_format_bytes(__u64 bytes, char *buf, size_t size);

/* Names of numbers; "type 99" in a static buffer for one that has none. */
const char *cli_prog_type(__u32 type);
const char *cli_map_type(__u32 type);
const char *cli_link_type(__u32 type);
const char *cli_perf_event_type(__u32 type);
/* "EACCES" for 13. */
const char *cli_errno_name(int err);

#endif /* KBPF_CLI_H */
