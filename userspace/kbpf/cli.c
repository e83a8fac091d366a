// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Messages, the device, finding tools and libraries. Knows no subcommand.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "libkbpf.h"

#ifndef KBPF_LIBDIR
#define KBPF_LIBDIR "/usr/local/lib"
#endif

int cli_error(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("kbpf: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return CLI_FAILED;
}

int cli_usage(const struct cli_command *cmd, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "kbpf %s: ", cmd->name);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\nkbpf %s --help tells how it is used\n", cmd->name);
	return CLI_FAILED;
}

int cli_device(void)
{
	int fd = kbpf_device_open();

	switch (fd) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		cli_error("%s is not there: the module is not loaded (insmod kbpf.ko)",
			  KBPF_DEVICE_PATH);
		break;
	case -EACCES:
	case -EPERM:
		cli_error("no permission to open %s: it takes root, or its owner with CAP_BPF",
			  KBPF_DEVICE_PATH);
		break;
	default:
		if (fd < 0)
			cli_error("%s: %s", KBPF_DEVICE_PATH, strerror(-fd));
		break;
	}
	return fd;
}

bool cli_colour(FILE *out)
{
	return isatty(fileno(out)) && !getenv("NO_COLOR");
}

bool cli_parse_u32(const char *text, __u32 *value)
{
	unsigned long number;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoul(text, &end, 0);
	if (errno || *end || number > UINT_MAX)
		return false;
	*value = (__u32)number;
	return true;
}

/* Where this binary is, without its name. */
static bool own_directory(char *path, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	if (len <= 0)
		return false;
	path[len] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

bool cli_library(const char *name, char *path, size_t size)
{
	/* beside the binary in a build, then as `make install` lays things out */
	static const char *const places[] = { "", "/../lib", "/../libkbpf" };
	char dir[PATH_MAX];
	size_t i;

	if (own_directory(dir, sizeof(dir))) {
		for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
			if (snprintf(path, size, "%s%s/%s", dir, places[i], name) < (int)size &&
			    !access(path, R_OK))
				return true;
		}
	}
	snprintf(path, size, "%s/%s", KBPF_LIBDIR, name);
	return !access(path, R_OK);
}

/* Has the ELF file at @fd a dynamic loader, which is what reads LD_PRELOAD? */
static bool has_interpreter(int fd, const Elf64_Ehdr *ehdr)
{
	Elf64_Phdr phdr;
	int i;

	for (i = 0; i < ehdr->e_phnum; i++) {
		off_t off = (off_t)(ehdr->e_phoff + (Elf64_Off)i * ehdr->e_phentsize);

		if (pread(fd, &phdr, sizeof(phdr), off) != sizeof(phdr))
			return false;
		if (phdr.p_type == PT_INTERP)
			return true;
	}
	return false;
}

/* Why @path could not be run with a library preloaded; NULL when it can. */
static const char *preload_obstacle(const char *path)
{
	const char *why = NULL;
	struct stat st;
	Elf64_Ehdr ehdr;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	/* one that may be run and not read is left to the kernel to judge */
	if (fd < 0)
		return NULL;
	if (pread(fd, &ehdr, sizeof(ehdr), 0) == sizeof(ehdr) &&
	    !memcmp(ehdr.e_ident, ELFMAG, SELFMAG)) {
		if (ehdr.e_ident[EI_CLASS] != ELFCLASS64 || ehdr.e_machine != EM_X86_64)
			why = "it is not an x86-64 program";
		else if (!has_interpreter(fd, &ehdr))
			why = "it is linked statically, and would make its system calls itself";
		else if (!fstat(fd, &st) && (st.st_mode & (S_ISUID | S_ISGID)) && geteuid() != 0)
			why = "it is set-user-ID, and the loader would ignore the library";
	}
	close(fd);
	return why;
}

static int check_tool(const char *name, const char *path)
{
	const char *why = preload_obstacle(path);

	if (!why)
		return 0;
	cli_error("%s: %s", name, why);
	return CLI_CANNOT_EXEC;
}

int cli_find_tool(const char *name, char *path, size_t size)
{
	const char *dirs = getenv("PATH"), *end;
	int found = CLI_NOT_FOUND;

	if (strchr(name, '/')) {
		snprintf(path, size, "%s", name);
		if (access(path, F_OK)) {
			cli_error("%s: %s", name, strerror(errno));
			return CLI_NOT_FOUND;
		}
		return check_tool(name, path);
	}
	for (; dirs; dirs = *end ? end + 1 : NULL) {
		end = strchrnul(dirs, ':');
		snprintf(path, size, "%.*s/%s", (int)(end - dirs), dirs, name);
		if (!access(path, X_OK))
			return check_tool(name, path);
		if (!access(path, F_OK))
			found = CLI_CANNOT_EXEC;
	}
	cli_error("%s: %s", name, found == CLI_NOT_FOUND ? "not found" : "not executable");
	return found;
}

bool cli_preload(const char *library)
{
	const char *old = getenv("LD_PRELOAD");
	char *list = NULL;
	bool ok;

	if (asprintf(&list, "%s%s%s", library, old && *old ? ":" : "", old ? old : "") < 0)
		return false;
	ok = !setenv("LD_PRELOAD", list, 1);
	free(list);
	return ok;
}

char *cli_format_ns(__u64 ns, char *buf, size_t size)
{
	if (ns < 1000)
		snprintf(buf, size, "%llu ns", ns);
	else if (ns < 1000000)
		snprintf(buf, size, "%.1f us", (double)ns / 1e3);
	else if (ns < 1000000000)
		snprintf(buf, size, "%.1f ms", (double)ns / 1e6);
	else
		snprintf(buf, size, "%.2f s", (double)ns / 1e9);
	return buf;
}

char *cli_format_bytes(__u64 bytes, char *buf, size_t size)
{
	if (bytes < 10000)
		snprintf(buf, size, "%llu B", bytes);
	else if (bytes < 10000 * 1024ULL)
		snprintf(buf, size, "%llu KiB", bytes / 1024);
	else
		snprintf(buf, size, "%llu MiB", bytes / (1024 * 1024));
	return buf;
}
