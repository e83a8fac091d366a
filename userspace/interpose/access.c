// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * access() in the place of libc's. libbpf finds the types of a kernel that has none
 * of its own in /boot; tools that bring types along for such kernels ask for the file
 * of sysfs alone before they try (bcc's ensure_core_btf), and are told of the other.
 */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "interpose.h"

#define OWN_TYPES	"/sys/kernel/btf/vmlinux"

__attribute__((visibility("default")))
int access(const char *path, int mode)
{
	long ret = kbpf_raw_syscall(SYS_access, (long)path, mode, 0, 0, 0, 0);
	struct utsname name;
	char installed[96];

	/* the kernel could read the path when it says that nothing is there */
	if (ret == -ENOENT && !strcmp(path, OWN_TYPES)) {
		uname(&name);
		snprintf(installed, sizeof(installed), "/boot/vmlinux-%s", name.release);
		ret = kbpf_raw_syscall(SYS_access, (long)installed, mode, 0, 0, 0, 0);
	}
	return (int)kbpf_libc_result(ret);
}
