// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Memory: kmalloc's family with failure injection and a count of what lives,
 * per-CPU memory in strides of one reserved range, and memory that clients map.
 */
#include <sys/mman.h>
#include <unistd.h>
#include "port_sync.h"

#if defined(__SANITIZE_ADDRESS__)
#define KBPF_PORT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KBPF_PORT_ASAN 1
#endif
#endif
#ifdef KBPF_PORT_ASAN
void __asan_poison_memory_region(void const volatile *addr, size_t size);
void __asan_unpoison_memory_region(void const volatile *addr, size_t size);
#define ASAN_POISON_MEMORY_REGION(p, n)		__asan_poison_memory_region(p, n)
#define ASAN_UNPOISON_MEMORY_REGION(p, n)	__asan_unpoison_memory_region(p, n)
#else
#define ASAN_POISON_MEMORY_REGION(p, n)		((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n)	((void)(p), (void)(n))
#endif

/* Counts down to the allocation that fails; 0 when nothing is planned. */
static u64 fail_in;
static bool failed;
static s64 live;

void kbpf_port_fail_at(u64 n)
{
	__atomic_store_n(&failed, false, __ATOMIC_RELAXED);
	__atomic_store_n(&fail_in, n, __ATOMIC_RELAXED);
}

bool kbpf_port_failed(void)
{
	return __atomic_load_n(&failed, __ATOMIC_RELAXED);
}

s64 kbpf_port_live(void)
{
	return __atomic_load_n(&live, __ATOMIC_RELAXED);
}

static bool fails_now(void)
{
	u64 n = __atomic_load_n(&fail_in, __ATOMIC_RELAXED);

	do {
		if (!n)
			return false;
	} while (!__atomic_compare_exchange_n(&fail_in, &n, n - 1, false, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	if (n != 1)
		return false;
	__atomic_store_n(&failed, true, __ATOMIC_RELAXED);
	return true;
}

static void count(int delta)
{
	__atomic_fetch_add(&live, delta, __ATOMIC_RELAXED);
}

/* ---- kmalloc ------------------------------------------------------------------ */

void *kbpf_port_alloc(size_t n, size_t size, gfp_t gfp, size_t most)
{
	size_t bytes;
	void *p;

	if (gfp & __GFP_SLEEPS)
		might_sleep();
	if (__builtin_mul_overflow(n, size, &bytes) || bytes > most || fails_now())
		return NULL;
	p = gfp & __GFP_ZERO ? calloc(1, bytes ? bytes : 1) : malloc(bytes ? bytes : 1);
	if (p)
		count(1);
	return p;
}

void kfree(const void *p)
{
	if (IS_ERR_OR_NULL(p))
		return;
	count(-1);
	free((void *)(unsigned long)p);
}

void *krealloc(const void *p, size_t size, gfp_t gfp)
{
	void *n;

	if (gfp & __GFP_SLEEPS)
		might_sleep();
	if (!size) {
		kfree(p);
		return NULL;
	}
	if (size > KMALLOC_MAX_SIZE || fails_now())
		return NULL;
	n = realloc((void *)(unsigned long)p, size);
	if (n && !p)
		count(1);
	return n;
}

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = kmalloc(len, gfp);

	if (p)
		memcpy(p, src, len);
	return p;
}

void *kvmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = kvmalloc(len, gfp);

	if (p)
		memcpy(p, src, len);
	return p;
}

char *kstrndup(const char *s, size_t len, gfp_t gfp)
{
	size_t n = strnlen(s, len);
	char *p = kmalloc(n + 1, gfp);

	if (p) {
		memcpy(p, s, n);
		p[n] = 0;
	}
	return p;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return s ? kstrndup(s, strlen(s), gfp) : NULL;
}

void *kbpf_kvrealloc(void *p, size_t oldsize, size_t newsize, gfp_t gfp)
{
	void *n = kvmalloc(newsize, gfp);

	if (!n)
		return NULL;
	if (p)
		memcpy(n, p, oldsize < newsize ? oldsize : newsize);
	kvfree(p);
	return n;
}

/* ---- per-CPU memory: first fit in a range whose copies lie a stride apart -------- */

struct area {
	struct area *next;
	size_t off, size;
};

static struct {
	pthread_mutex_t lock;
	char *base;
	struct area *areas;
} pcpu = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool pcpu_ready(void)
{
	size_t size = kbpf_port_cpus * KBPF_PORT_PCPU_STRIDE;
	void *p;

	if (pcpu.base)
		return true;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		 -1, 0);
	if (p == MAP_FAILED)
		return false;
	ASAN_POISON_MEMORY_REGION(p, size);
	pcpu.base = p;
	return true;
}

/* The gap that @size bytes go into, as the link to put the new area at. */
static struct area **find_gap(size_t size, size_t align, size_t *off)
{
	struct area **link = &pcpu.areas;
	size_t at = 0;

	for (;; link = &(*link)->next) {
		at = ALIGN(at, align);
		if (!*link)
			break;
		if (at + size <= (*link)->off)
			break;
		/* 16 bytes between areas stay poisoned */
		at = (*link)->off + (*link)->size + 16;
	}
	*off = at;
	return at + size <= KBPF_PORT_PCPU_STRIDE ? link : NULL;
}

void *__alloc_percpu(size_t size, size_t align)
{
	struct area *a, **link = NULL;
	char *p = NULL;
	size_t off;

	might_sleep();
	if (!size || size > 32768 || fails_now())
		return NULL;
	a = malloc(sizeof(*a));
	if (!a)
		return NULL;
	pthread_mutex_lock(&pcpu.lock);
	if (pcpu_ready())
		link = find_gap(size, align < 8 ? 8 : align, &off);
	if (link) {
		a->off = off;
		a->size = size;
		a->next = *link;
		*link = a;
		p = pcpu.base + off;
		for (unsigned int cpu = 0; cpu < kbpf_port_cpus; cpu++) {
			ASAN_UNPOISON_MEMORY_REGION(per_cpu_ptr(p, cpu), size);
			memset(per_cpu_ptr(p, cpu), 0, size);
		}
		count(1);
	} else {
		free(a);
	}
	pthread_mutex_unlock(&pcpu.lock);
	return p;
}

void free_percpu(void *p)
{
	struct area **link, *a;

	if (!p)
		return;
	pthread_mutex_lock(&pcpu.lock);
	for (link = &pcpu.areas; *link; link = &(*link)->next)
		if (pcpu.base + (*link)->off == p)
			break;
	a = *link;
	WARN_ON(!a);
	for (unsigned int cpu = 0; cpu < kbpf_port_cpus; cpu++)
		ASAN_POISON_MEMORY_REGION(per_cpu_ptr((char *)p, cpu), a->size);
	*link = a->next;
	free(a);
	count(-1);
	pthread_mutex_unlock(&pcpu.lock);
}

/* ---- memory that clients map --------------------------------------------------------- */

struct shm {
	struct shm *next;
	char *addr;
	size_t span;
	int fd;
};

static pthread_mutex_t shm_lock = PTHREAD_MUTEX_INITIALIZER;
static struct shm *shms;

static bool map_at(char *at, size_t size, int fd, size_t off)
{
	return !size || mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
			     off) != MAP_FAILED;
}

/* @head once, @data @times in a row. */
static void *shm_map(struct shm *s, size_t head, size_t data, int times)
{
	s->span = head + data * times;
	s->fd = memfd_create("kbpf", MFD_CLOEXEC);
	if (s->fd < 0)
		return NULL;
	s->addr = MAP_FAILED;
	if (ftruncate(s->fd, head + data))
		goto close;
	s->addr = mmap(NULL, s->span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (s->addr == MAP_FAILED)
		goto close;
	if (!map_at(s->addr, head, s->fd, 0))
		goto unmap;
	for (int i = 0; i < times; i++)
		if (!map_at(s->addr + head + i * data, data, s->fd, head))
			goto unmap;
	return s->addr;

unmap:
	munmap(s->addr, s->span);
close:
	close(s->fd);
	return NULL;
}

static void *shm_new(size_t head, size_t data, int times)
{
	struct shm *s;

	might_sleep();
	if (fails_now())
		return NULL;
	s = malloc(sizeof(*s));
	if (!s)
		return NULL;
	if (!shm_map(s, head, data, times)) {
		free(s);
		return NULL;
	}
	pthread_mutex_lock(&shm_lock);
	s->next = shms;
	shms = s;
	pthread_mutex_unlock(&shm_lock);
	count(1);
	return s->addr;
}

void *kbpf_shm_alloc(size_t size, int node)
{
	return size ? shm_new(PAGE_ALIGN(size), 0, 0) : NULL;
}

void *kbpf_shm_alloc_ring(size_t head, size_t data, int node)
{
	if (!PAGE_ALIGNED(head) || !PAGE_ALIGNED(data) || !data)
		return NULL;
	return shm_new(head, data, 2);
}

void kbpf_shm_free(void *addr)
{
	struct shm **link, *s;

	if (!addr)
		return;
	pthread_mutex_lock(&shm_lock);
	for (link = &shms; *link && (*link)->addr != addr; link = &(*link)->next)
		;
	s = *link;
	WARN_ON(!s);
	*link = s->next;
	pthread_mutex_unlock(&shm_lock);
	munmap(s->addr, s->span);
	close(s->fd);
	free(s);
	count(-1);
}

int kbpf_shm_fd(const void *addr)
{
	int fd = -ENOENT;

	pthread_mutex_lock(&shm_lock);
	for (struct shm *s = shms; s; s = s->next)
		if (s->addr == addr)
			fd = s->fd;
	pthread_mutex_unlock(&shm_lock);
	return fd;
}
