// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * fopen() for programs that are judged: the kernel's BTF may be that of another
 * kernel, to see what would be loaded there.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pretend.h"
#include "report.h"

#define EXPORT __attribute__((visibility("default")))

static const char *chosen(const char *path)
{
	const char *btf = getenv(REPORT_BTF_ENV);

	return btf && !strcmp(path, "/sys/kernel/btf/vmlinux") ? btf : path;
}

static FILE *open_real(const char *symbol, const char *path, const char *mode)
{
	FILE *(*real)(const char *path, const char *mode);
	FILE *file;

	path = chosen(path);
	*(void **)&real = dlsym(RTLD_NEXT, symbol);
	file = real ? real(path, mode) : NULL;
	if (!file && kbpf_pretended)
		file = kbpf_pretended(path, mode);
	return file;
}

EXPORT FILE *fopen(const char *path, const char *mode)
{
	return open_real("fopen", path, mode);
}

EXPORT FILE *fopen64(const char *path, const char *mode)
{
	return open_real("fopen64", path, mode);
}
