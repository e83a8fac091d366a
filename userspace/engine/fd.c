// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Descriptors of objects. Each is the read end of a pipe: its inode is the
 * object's name, however often the descriptor is duplicated, and is not given
 * to another file while the engine holds the write end. When the last duplicate
 * is closed, the write end reports it, and the object's reference is given back
 * at the next command. Bytes in the pipe make it readable.
 *
 * Knows maps and rings only as far as mapping and polling them goes.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "engine.h"
#include "env.h"
#include "maps/map.h"
#include "world.h"

/* The engine's own ends stay clear of the numbers a program gets. */
#define HIGH_FD	512

/**
 * struct entry - a descriptor
 * @next: the list, newest first
 * @ino: inode of the pipe
 * @wfd: the write end
 * @flags: as installed
 * @obj: the object, a user reference
 */
struct entry {
	struct entry *next;
	ino_t ino;
	int wfd;
	u32 flags;
	struct kbpf_object *obj;
};

/**
 * struct mapping - a mapping of a map's memory
 * @next: the list
 * @addr: where it is
 * @size: bytes
 * @obj: the object, a reference
 * @write: it counts as a writer of the map
 */
struct mapping {
	struct mapping *next;
	char *addr;
	size_t size;
	struct kbpf_object *obj;
	bool write;
};

/* Guards both lists; never held while an object is given back. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *entries;
static struct mapping *mappings;

static bool pipe_inode(int fd, ino_t *ino)
{
	struct stat st;
	int saved = errno;
	bool ok = !fstat(fd, &st) && S_ISFIFO(st.st_mode);

	errno = saved;
	if (ok)
		*ino = st.st_ino;
	return ok;
}

static struct entry *find(ino_t ino)
{
	struct entry *e;

	for (e = entries; e; e = e->next)
		if (e->ino == ino)
			return e;
	return NULL;
}

static bool is_closed(const struct entry *e)
{
	struct pollfd p = { .fd = e->wfd };

	return syscall(SYS_poll, &p, 1, 0) > 0 && (p.revents & POLLERR);
}

void kbpf_fd_sweep(void)
{
	struct entry **link, *e, *gone = NULL;

	pthread_mutex_lock(&lock);
	for (link = &entries; *link;) {
		e = *link;
		if (!is_closed(e)) {
			link = &e->next;
			continue;
		}
		*link = e->next;
		e->next = gone;
		gone = e;
	}
	pthread_mutex_unlock(&lock);
	while ((e = gone)) {
		gone = e->next;
		close(e->wfd);
		kbpf_object_put_user(e->obj);
		free(e);
	}
}

static int raise_fd(int fd)
{
	struct rlimit limit;
	int high = HIGH_FD;

	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur <= HIGH_FD)
		high = limit.rlim_cur / 2;
	high = fcntl(fd, F_DUPFD_CLOEXEC, high);
	if (high < 0)
		return fd;
	close(fd);
	return high;
}

struct kbpf_waker *kbpf_fd_waker(struct kbpf_object *obj)
{
	struct kbpf_map *map;

	if (obj->kind == KBPF_KIND_RING)
		return kbpf_ring_waker(obj);
	if (obj->kind != KBPF_KIND_MAP)
		return NULL;
	map = container_of(obj, struct kbpf_map, obj);
	return map->ops->waker ? map->ops->waker(map) : NULL;
}

/* The first descriptor's pipe is the doorbell; further ones are rung by a refresh. */
static void connect_waker(struct kbpf_object *obj, int wfd)
{
	struct kbpf_waker *w = kbpf_fd_waker(obj);
	int fd, none = -1;

	if (!w || __atomic_load_n(&w->efd, __ATOMIC_ACQUIRE) >= 0)
		return;
	/* a duplicate, since the waker closes it */
	fd = fcntl(wfd, F_DUPFD_CLOEXEC, wfd);
	if (fd >= 0 && !__atomic_compare_exchange_n(&w->efd, &none, fd, false, __ATOMIC_ACQ_REL,
						    __ATOMIC_ACQUIRE))
		close(fd);
}

int kbpf_world_fd_install(struct kbpf_object *obj, u32 flags)
{
	struct entry *e;
	int fds[2];

	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK)) {
		free(e);
		return -errno;
	}
	e->wfd = raise_fd(fds[1]);
	e->obj = obj;
	e->flags = flags;
	if (!pipe_inode(fds[0], &e->ino)) {
		close(fds[0]);
		close(e->wfd);
		free(e);
		return -EMFILE;
	}
	kbpf_object_get_user(obj);
	connect_waker(obj, e->wfd);
	pthread_mutex_lock(&lock);
	e->next = entries;
	entries = e;
	pthread_mutex_unlock(&lock);
	return fds[0];
}

struct kbpf_object *kbpf_world_fd_get(int fd, u32 *flags)
{
	struct kbpf_object *obj = ERR_PTR(-EINVAL);
	struct entry *e;
	ino_t ino;

	if (!pipe_inode(fd, &ino))
		return ERR_PTR(fcntl(fd, F_GETFD) < 0 ? -EBADF : -EINVAL);
	pthread_mutex_lock(&lock);
	e = find(ino);
	if (e) {
		obj = e->obj;
		kbpf_object_get(obj);
		if (flags)
			*flags = e->flags;
	}
	pthread_mutex_unlock(&lock);
	return obj;
}

struct kbpf_map *kbpf_env_map_get(int fd)
{
	struct kbpf_object *obj = kbpf_world_fd_get(fd, NULL);

	if (IS_ERR(obj))
		return ERR_CAST(obj);
	if (obj->kind == KBPF_KIND_MAP)
		return container_of(obj, struct kbpf_map, obj);
	kbpf_object_put(obj);
	return ERR_PTR(-EINVAL);
}

/* A cgroup is any directory here: its device and inode. */
void *kbpf_env_cgroup_get(int fd)
{
	struct stat st, *copy;

	if (fstat(fd, &st))
		return ERR_PTR(-EBADF);
	if (!S_ISDIR(st.st_mode))
		return ERR_PTR(-EBADF);
	copy = kmemdup(&st, sizeof(st), GFP_KERNEL);
	return copy ? copy : ERR_PTR(-ENOMEM);
}

void kbpf_env_cgroup_put(void *cgroup)
{
	synchronize_rcu();
	kfree(cgroup);
}

void kbpf_env_map_put(struct kbpf_map *map)
{
	kbpf_object_put(&map->obj);
}

bool kbpf_engine_owns(int fd)
{
	bool owned = false;
	ino_t ino;

	if (fd < 0 || !__atomic_load_n(&entries, __ATOMIC_ACQUIRE))
		return false;
	if (!pipe_inode(fd, &ino))
		return false;
	pthread_mutex_lock(&lock);
	owned = find(ino);
	pthread_mutex_unlock(&lock);
	return owned;
}

/* ---- mapping -------------------------------------------------------------------------- */

static long raw_mmap(void *addr, size_t size, int prot, int flags)
{
	long ret = syscall(SYS_mmap, addr, size, prot, flags, -1, 0L);

	return ret == -1 ? -errno : ret;
}

/*
 * Shows @size bytes of shared memory at @from a second time at @to. Page by page,
 * because a ring's data lies in several mappings; an old size of 0 asks mremap(2)
 * for a duplicate.
 */
static int duplicate(char *to, const char *from, size_t size, int prot)
{
	size_t off;

	for (off = 0; off < size; off += PAGE_SIZE)
		if (mremap((void *)(from + off), 0, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
			   to + off) == MAP_FAILED)
			return -errno;
	return mprotect(to, size, prot) ? -errno : 0;
}

static int memory_of(struct kbpf_object *obj, u64 pgoff, size_t size, bool write, void **addr)
{
	struct kbpf_map_mem mem;
	int err;

	if (obj->kind == KBPF_KIND_RING)
		return kbpf_ring_memory(obj, pgoff, size, addr);
	if (obj->kind != KBPF_KIND_MAP)
		return -ENODEV;
	err = kbpf_map_mmap(container_of(obj, struct kbpf_map, obj), pgoff, size, write, &mem);
	*addr = mem.addr;
	return err;
}

static void forget(struct mapping *m)
{
	if (m->write)
		kbpf_map_munmap_write(container_of(m->obj, struct kbpf_map, obj));
	kbpf_object_put(m->obj);
	free(m);
}

static long map_object(struct mapping *m, void *addr, u64 pgoff, int prot, int flags)
{
	void *memory;
	long at;
	int err;

	err = memory_of(m->obj, pgoff, m->size, prot & PROT_WRITE, &memory);
	if (err)
		return err;
	m->write = m->obj->kind == KBPF_KIND_MAP && (prot & PROT_WRITE);
	at = raw_mmap(addr, m->size, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (flags & MAP_FIXED));
	if (IS_ERR_VALUE(at))
		return at;
	err = duplicate((char *)at, memory, m->size, prot);
	if (err) {
		syscall(SYS_munmap, at, m->size);
		return err;
	}
	m->addr = (char *)at;
	return at;
}

void *kbpf_engine_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t off)
{
	struct kbpf_object *obj;
	struct mapping *m;
	long ret;

	if (!size || off < 0 || offset_in_page(off) || !(flags & (MAP_SHARED | MAP_PRIVATE)))
		return ERR_PTR(-EINVAL);
	obj = kbpf_world_fd_get(fd, NULL);
	if (IS_ERR(obj))
		return obj;
	m = calloc(1, sizeof(*m));
	if (!m) {
		kbpf_object_put(obj);
		return ERR_PTR(-ENOMEM);
	}
	m->obj = obj;
	m->size = PAGE_ALIGN(size);
	if (!(flags & MAP_SHARED))
		ret = -EINVAL;
	else
		ret = map_object(m, addr, off >> PAGE_SHIFT, prot, flags);
	if (IS_ERR_VALUE(ret)) {
		forget(m);
		return ERR_PTR(ret);
	}
	pthread_mutex_lock(&lock);
	m->next = mappings;
	mappings = m;
	pthread_mutex_unlock(&lock);
	return (void *)ret;
}

void kbpf_engine_munmap(void *addr, size_t size)
{
	struct mapping **link, *m, *gone = NULL;
	char *from = addr, *to = from + size;

	if (!__atomic_load_n(&mappings, __ATOMIC_ACQUIRE))
		return;
	pthread_mutex_lock(&lock);
	for (link = &mappings; *link;) {
		m = *link;
		if (m->addr < from || m->addr + m->size > (char *)PAGE_ALIGN((u64)to)) {
			link = &m->next;
			continue;
		}
		*link = m->next;
		m->next = gone;
		gone = m;
	}
	pthread_mutex_unlock(&lock);
	while ((m = gone)) {
		gone = m->next;
		forget(m);
	}
}

/* ---- polling --------------------------------------------------------------------------- */

static bool readable(struct kbpf_object *obj)
{
	struct kbpf_map *map;

	if (obj->kind == KBPF_KIND_RING)
		return kbpf_ring_readable(obj);
	map = container_of(obj, struct kbpf_map, obj);
	return map->ops->poll(map) & EPOLLIN;
}

static void drain(int wfd)
{
	char path[40], junk[4096];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", wfd);
	/* a second opening, for reading, of the pipe that we hold the write end of */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	while (read(fd, junk, sizeof(junk)) > 0)
		;
	close(fd);
}

static void ring_bell(int wfd)
{
	if (write(wfd, "", 1) < 0)
		return;	/* full: it is readable as it is */
}

void kbpf_engine_refresh(void)
{
	int saved = errno, bytes;
	struct entry *e;

	pthread_mutex_lock(&lock);
	for (e = entries; e; e = e->next) {
		if (!kbpf_fd_waker(e->obj) || ioctl(e->wfd, FIONREAD, &bytes))
			continue;
		if (bytes && !readable(e->obj))
			drain(e->wfd);
		else if (bytes)
			continue;
		/* again after draining: what came meanwhile rang a bell that is gone */
		if (readable(e->obj))
			ring_bell(e->wfd);
	}
	pthread_mutex_unlock(&lock);
	errno = saved;
}

int kbpf_engine_ioctl(int fd, unsigned long request, unsigned long arg)
{
	struct kbpf_object *obj = kbpf_world_fd_get(fd, NULL);
	int err = -ENOTTY;

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	if (obj->kind == KBPF_KIND_PROBE || obj->kind == KBPF_KIND_RING)
		err = kbpf_probe_ioctl(obj, request, arg);
	kbpf_object_put(obj);
	return err;
}
