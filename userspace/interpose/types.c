// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * access() and fopen() in the place of libc's, for one file: the kernel's types. libbpf
 * finds those of a kernel that has none of its own in /boot; bcc's tools look at
 * the file of sysfs themselves, before they bring types along (ensure_core_btf)
 * and before they choose fentry (fentry_can_attach), and get the other in its place.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "interpose.h"

#define OWN_TYPES	"/sys/kernel/btf/vmlinux"
#define EXPORT		__attribute__((visibility("default")))

static void installed_types(char *path, size_t size)
{
	struct utsname name;

	uname(&name);
	snprintf(path, size, "/boot/vmlinux-%s", name.release);
}

EXPORT int access(const char *path, int mode)
{
	long ret = kbpf_raw_syscall(SYS_access, (long)path, mode, 0, 0, 0, 0);
	char installed[96];

	/* the kernel could read the path when it says that nothing is there */
	if (ret == -ENOENT && !strcmp(path, OWN_TYPES)) {
		installed_types(installed, sizeof(installed));
		ret = kbpf_raw_syscall(SYS_access, (long)installed, mode, 0, 0, 0, 0);
	}
	return (int)kbpf_libc_result(ret);
}

static FILE *open_real(const char *symbol, const char *path, const char *mode)
{
	FILE *(*real)(const char *path, const char *mode);
	char installed[96];
	FILE *file;

	*(void **)&real = dlsym(RTLD_NEXT, symbol);
	if (!real)
		return NULL;
	file = real(path, mode);
	if (file || errno != ENOENT || mode[0] != 'r' || strcmp(path, OWN_TYPES))
		return file;
	installed_types(installed, sizeof(installed));
	return real(installed, mode);
}

EXPORT FILE *fopen(const char *path, const char *mode)
{
	return open_real("fopen", path, mode);
}

EXPORT FILE *fopen64(const char *path, const char *mode)
{
	return open_real("fopen64", path, mode);
}
