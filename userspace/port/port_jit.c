// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Executable memory for the JIT in a process: one memory object mapped twice,
 * once to run and once, only while code is written, to write. No mapping is
 * ever both.
 */
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>
#include "port.h"
#include "env.h"
#include "jit/image.h"
#include "jit/jit.h"

#define ARENA_SIZE (64U << 20)

/* Off until somebody turns it on. */
struct kbpf_jit_options kbpf_jit_options = {
	.passes = KBPF_JIT_PASS_ALL,
};

static struct kbpf_jit_world world;
static struct kbpf_jit_arena arena;
static int arena_fd = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ---- probing loads ------------------------------------------------------------- */

u64 kbpf_port_jit_probe(const void *addr, u32 which);

u64 kbpf_port_jit_probe(const void *addr, u32 which)
{
	u32 size = 1U << (which & 3);
	u64 v = 0;

	kbpf_env_probe_read(&v, size, addr);
	return which & 4 ? (u64)sign_extend64(v, 8 * size - 1) : v;
}

/* The address comes in r11 and the value goes there; all but r10 is kept. */
#define PROBE(n) \
	".type kbpf_port_probe" #n ", @function\n" \
	"kbpf_port_probe" #n ":\n" \
	"	mov $" #n ", %r10d\n" \
	"	jmp kbpf_port_probe_any\n"

__asm__(".text\n"
	".type kbpf_port_probe_any, @function\n"
	"kbpf_port_probe_any:\n"
	"	push %rbp\n"
	"	mov %rsp, %rbp\n"
	"	push %rax\n"
	"	push %rdi\n"
	"	push %rsi\n"
	"	push %rdx\n"
	"	push %rcx\n"
	"	push %r8\n"
	"	push %r9\n"
	"	and $-16, %rsp\n"
	"	mov %r11, %rdi\n"
	"	mov %r10d, %esi\n"
	"	call kbpf_port_jit_probe\n"
	"	mov %rax, %r11\n"
	"	lea -56(%rbp), %rsp\n"
	"	pop %r9\n"
	"	pop %r8\n"
	"	pop %rcx\n"
	"	pop %rdx\n"
	"	pop %rsi\n"
	"	pop %rdi\n"
	"	pop %rax\n"
	"	pop %rbp\n"
	"	ret\n"
	PROBE(0) PROBE(1) PROBE(2) PROBE(3) PROBE(4) PROBE(5) PROBE(6));

extern const char kbpf_port_probe0[], kbpf_port_probe1[], kbpf_port_probe2[], kbpf_port_probe3[];
extern const char kbpf_port_probe4[], kbpf_port_probe5[], kbpf_port_probe6[];

/* ---- the arena ------------------------------------------------------------------- */

/* As near to this program's code as there is room, so that calls reach it. */
static void *map_near(void)
{
	unsigned long here = (unsigned long)map_near & ~((unsigned long)ARENA_SIZE - 1);

	for (unsigned long i = 1; i < 16; i++) {
		for (int up = 0; up < 2; up++) {
			unsigned long at = up ? here + i * ARENA_SIZE : here - i * ARENA_SIZE;
			void *p = mmap((void *)at, ARENA_SIZE, PROT_READ | PROT_EXEC,
				       MAP_SHARED | MAP_FIXED_NOREPLACE, arena_fd, 0);

			if (p != MAP_FAILED)
				return p;
		}
	}
	return mmap(NULL, ARENA_SIZE, PROT_READ | PROT_EXEC, MAP_SHARED, arena_fd, 0);
}

static void start(void)
{
	const void *const probes[KBPF_JIT_PROBES] = {
		kbpf_port_probe0, kbpf_port_probe1, kbpf_port_probe2, kbpf_port_probe3,
		kbpf_port_probe4, kbpf_port_probe5, kbpf_port_probe6,
	};
	void *mem;

	arena_fd = memfd_create("kbpf-jit", MFD_CLOEXEC);
	if (arena_fd < 0 || ftruncate(arena_fd, ARENA_SIZE))
		return;
	mem = map_near();
	if (mem == MAP_FAILED)
		return;
	/* Lives as long as the process: not an allocation that a test counts. */
	arena.grains = ARENA_SIZE / KBPF_JIT_GRAIN;
	arena.free = arena.grains;
	arena.used = calloc(1, ARENA_SIZE / KBPF_JIT_GRAIN / 8);
	if (!arena.used)
		return;
	memcpy(world.probe, probes, sizeof(probes));
	__builtin_cpu_init();
	world.bmi = __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
	world.movbe = false;
	world.gs_cpu = -1;
	world.gs_task = -1;
	world.gs_percpu = -1;
	world.arena_size = ARENA_SIZE;
	world.arena = mem;
}

const struct kbpf_jit_world *kbpf_jit_world(void)
{
	pthread_once(&once, start);
	return world.arena ? &world : NULL;
}

void *kbpf_jit_image_alloc(u32 size)
{
	u32 off;

	pthread_mutex_lock(&lock);
	off = kbpf_jit_arena_take(&arena, size);
	pthread_mutex_unlock(&lock);
	return off == U32_MAX ? NULL : (void *)(world.arena + off);
}

/* Writes @size bytes: those at @code, or traps. */
static int put(const u8 *image, const void *code, u32 size)
{
	u32 off = image - world.arena, first = round_down(off, (u32)PAGE_SIZE);
	u32 len = round_up(off + size, (u32)PAGE_SIZE) - first;
	u8 *rw = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, arena_fd, first);

	if (rw == MAP_FAILED)
		return -ENOMEM;
	if (code)
		memcpy(rw + (off - first), code, size);
	else
		memset(rw + (off - first), KBPF_JIT_TRAP_BYTE, size);
	munmap(rw, len);
	return 0;
}

int kbpf_jit_image_write(void *image, const void *code, u32 size)
{
	return put(image, code, size);
}

void kbpf_jit_image_free(void *image, u32 size)
{
	put(image, NULL, size);
	pthread_mutex_lock(&lock);
	kbpf_jit_arena_give(&arena, (u8 *)image - world.arena, size);
	pthread_mutex_unlock(&lock);
}
