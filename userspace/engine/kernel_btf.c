// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The kernel's BTF as programs were linked against it: the file that
 * KBPF_CHECK_BTF names, or the running kernel's. Read when they are first
 * needed, and kept.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "btf/btf.h"
#include "env.h"

#define BTF_PATH	"/sys/kernel/btf/vmlinux"

static struct kbpf_btf *kernel_btf;

static void *read_all(int fd, size_t size)
{
	char *data = kvmalloc(size, GFP_KERNEL);
	size_t have = 0;
	ssize_t n;

	while (data && have < size) {
		n = read(fd, data + have, size - have);
		if (n <= 0) {
			kvfree(data);
			return NULL;
		}
		have += n;
	}
	return data;
}

static void load(void)
{
	const char *path = getenv("KBPF_CHECK_BTF");
	int fd = open(path ? path : BTF_PATH, O_RDONLY | O_CLOEXEC);
	struct kbpf_btf *btf;
	struct stat st;
	void *data;

	if (fd < 0)
		return;
	data = fstat(fd, &st) ? NULL : read_all(fd, st.st_size);
	close(fd);
	btf = data ? kbpf_btf_parse(data, st.st_size, NULL) : NULL;
	if (IS_ERR_OR_NULL(btf))
		kvfree(data);
	else
		kernel_btf = btf;
}

const struct kbpf_btf *kbpf_env_kernel_btf(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	return kernel_btf;
}
