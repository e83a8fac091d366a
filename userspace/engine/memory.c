// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Reading and writing this process's memory at addresses that may be bad:
 * process_vm_readv(2) on ourselves, and where a sandbox forbids that, a pipe,
 * whose write(2) says EFAULT instead of raising a signal.
 */
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "env.h"
#include "world.h"

#define CHUNK	4096

static pthread_mutex_t pipe_lock = PTHREAD_MUTEX_INITIALIZER;
static int pipe_fds[2] = { -1, -1 };
static pid_t pipe_of;

/* A forked child must not share its parent's. */
static int pipe_ready(void)
{
	if (pipe_of == getpid())
		return 0;
	if (pipe2(pipe_fds, O_CLOEXEC))
		return -EFAULT;
	pipe_of = getpid();
	return 0;
}

/* At most CHUNK bytes through the pipe: either side may be the bad one. */
static int through_pipe(void *dst, const void *src, size_t size)
{
	char junk[CHUNK];
	ssize_t in, out;
	int err = -EFAULT;

	pthread_mutex_lock(&pipe_lock);
	if (!pipe_ready()) {
		in = write(pipe_fds[1], src, size);
		out = in > 0 ? read(pipe_fds[0], dst, in) : -1;
		if (in > 0 && out < in && read(pipe_fds[0], junk, in - max_t(ssize_t, out, 0)) < 0)
			pipe_of = 0;
		if (out == (ssize_t)size)
			err = 0;
	}
	pthread_mutex_unlock(&pipe_lock);
	return err;
}

static int copy_by_pipe(char *dst, const char *src, size_t size)
{
	int err = 0;

	while (size && !err) {
		size_t n = min_t(size_t, size, CHUNK);

		err = through_pipe(dst, src, n);
		dst += n;
		src += n;
		size -= n;
	}
	return err;
}

static bool forbidden(ssize_t ret)
{
	return ret < 0 && (errno == ENOSYS || errno == EPERM);
}

int kbpf_mem_read(void *dst, u64 src, size_t size)
{
	struct iovec to = { dst, size }, from = { (void *)src, size };
	int saved = errno;
	ssize_t ret;

	if (!size)
		return 0;
	ret = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
	if (forbidden(ret))
		ret = copy_by_pipe(dst, (void *)src, size) ? -1 : (ssize_t)size;
	errno = saved;
	return ret == (ssize_t)size ? 0 : -EFAULT;
}

int kbpf_mem_write(u64 dst, const void *src, size_t size)
{
	struct iovec from = { (void *)(unsigned long)src, size }, to = { (void *)dst, size };
	int saved = errno;
	ssize_t ret;

	if (!size)
		return 0;
	ret = process_vm_writev(getpid(), &from, 1, &to, 1, 0);
	if (forbidden(ret))
		ret = copy_by_pipe((void *)dst, src, size) ? -1 : (ssize_t)size;
	errno = saved;
	return ret == (ssize_t)size ? 0 : -EFAULT;
}

long kbpf_mem_read_str(char *dst, u32 size, u64 src)
{
	u32 done = 0;

	while (done < size) {
		/* up to the end of a page: the next may not be there */
		u32 n = min_t(u32, size - done, PAGE_SIZE - offset_in_page(src + done));
		char *end;

		if (kbpf_mem_read(dst + done, src + done, n))
			return -EFAULT;
		end = memchr(dst + done, 0, n);
		if (end)
			return end - dst + 1;
		done += n;
	}
	dst[size - 1] = '\0';
	return size;
}

int kbpf_env_probe_read(void *dst, u32 size, const void *src)
{
	int err = kbpf_mem_read(dst, (u64)src, size);

	if (err)
		memset(dst, 0, size);
	return err;
}
