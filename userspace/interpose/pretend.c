// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Files of a kernel that has kprobes, uprobes and tracepoints, for programs that
 * read their numbers before they attach: given only where the running kernel, or
 * the rights of the caller, do not have the real ones. What is opened by these
 * numbers comes to the engine, which takes any.
 */
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pretend.h"

#define EXPORT __attribute__((visibility("default")))

static const struct {
	const char *pattern;
	const char *text;
} files[] = {
	{ "/sys/bus/event_source/devices/kprobe/type", "6\n" },
	{ "/sys/bus/event_source/devices/uprobe/type", "7\n" },
	{ "/sys/bus/event_source/devices/[ku]probe/format/retprobe", "config:0\n" },
	{ "/sys/bus/event_source/devices/uprobe/format/ref_ctr_offset", "config:32-63\n" },
	{ "/sys/kernel/tracing/events/*/*/id", "1000\n" },
	{ "/sys/kernel/debug/tracing/events/*/*/id", "1000\n" },
};

FILE *kbpf_pretended(const char *path, const char *mode)
{
	size_t i;

	if (mode[0] != 'r' || strchr(mode, '+'))
		return NULL;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!fnmatch(files[i].pattern, path, FNM_PATHNAME))
			return fmemopen((void *)(unsigned long)files[i].text,
					strlen(files[i].text), "r");
	return NULL;
}

/* Tools also ask whether a tracepoint is there before they choose it. */
static int is_tracepoint(const char *path)
{
	return !fnmatch("/sys/kernel/tracing/events/*/*/*", path, FNM_PATHNAME) ||
	       !fnmatch("/sys/kernel/debug/tracing/events/*/*/*", path, FNM_PATHNAME);
}

EXPORT int access(const char *path, int mode)
{
	int ret = faccessat(AT_FDCWD, path, mode, 0);

	return ret && is_tracepoint(path) ? 0 : ret;
}
