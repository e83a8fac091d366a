// SPDX-License-Identifier: GPL-2.0
/*
 * Executable memory in the kernel: the arena in the module's own text
 * (jit_code.S). The text is never writable: code is written through a second,
 * short-lived mapping of its pages that is not executable. Must not know what
 * the code is.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>
#include <asm/cpufeature.h>
#include <asm/sync_core.h>
#include "../compat/percpu_addr.h"
#include "jit/image.h"
#include "jit/jit.h"
#include "jit_code.h"
#include "jit_image.h"

struct kbpf_jit_options kbpf_jit_options = {
	.enabled = true,
	.passes = KBPF_JIT_PASS_ALL,
};

module_param_named(jit, kbpf_jit_options.enabled, bool, 0644);
MODULE_PARM_DESC(jit, "compile programs (0: interpret them)");
module_param_named(jit_harden, kbpf_jit_options.harden, bool, 0644);
MODULE_PARM_DESC(jit_harden, "hide constants of programs in compiled code");
module_param_named(jit_passes, kbpf_jit_options.passes, uint, 0644);
MODULE_PARM_DESC(jit_passes, "optimisations, as bits");

/* bytes of the instruction that holds a type's hash */
#define CFI_TYPE_LEN 5

static struct kbpf_jit_world world;
static struct kbpf_jit_arena arena;
/* Serialises the allocator. */
static DEFINE_MUTEX(lock);

/* ---- writing ------------------------------------------------------------------- */

static void sync_one(void *unused)
{
	sync_core();
}

/* What a CPU decoded before, it forgets. */
static void sync_all(void)
{
	on_each_cpu(sync_one, NULL, 1);
}

static struct page **pages_of(const u8 *at, u32 n)
{
	struct page **pages = kvmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	u32 i;

	if (!pages)
		return NULL;
	for (i = 0; i < n; i++) {
		pages[i] = vmalloc_to_page(at + i * PAGE_SIZE);
		if (!pages[i]) {
			kvfree(pages);
			return NULL;
		}
	}
	return pages;
}

/* Writes @size bytes to the text at @at: those at @code, or traps. */
static int put(const u8 *at, const void *code, u32 size)
{
	const u8 *first = (const u8 *)((unsigned long)at & PAGE_MASK);
	u32 n = DIV_ROUND_UP(at - first + size, PAGE_SIZE);
	struct page **pages = pages_of(first, n);
	u8 *rw;

	if (!pages)
		return -ENOMEM;
	rw = vmap(pages, n, VM_MAP, PAGE_KERNEL);
	kvfree(pages);
	if (!rw)
		return -ENOMEM;
	if (code)
		memcpy(rw + (at - first), code, size);
	else
		memset(rw + (at - first), KBPF_JIT_TRAP_BYTE, size);
	vunmap(rw);
	return 0;
}

int kbpf_jit_image_write(void *image, const void *code, u32 size)
{
	int err = put(image, code, size);

	if (!err)
		sync_all();
	return err;
}

/* ---- allocating ------------------------------------------------------------------ */

const struct kbpf_jit_world *kbpf_jit_world(void)
{
	return world.arena ? &world : NULL;
}

void *kbpf_jit_image_alloc(u32 size)
{
	u32 off;

	mutex_lock(&lock);
	off = kbpf_jit_arena_take(&arena, size);
	mutex_unlock(&lock);
	return off == U32_MAX ? NULL : (void *)(world.arena + off);
}

void kbpf_jit_image_free(void *image, u32 size)
{
	/* Stale code that nobody can reach stays where there is no memory to map it. */
	put(image, NULL, size);
	mutex_lock(&lock);
	kbpf_jit_arena_give(&arena, (u8 *)image - world.arena, size);
	mutex_unlock(&lock);
}

/* ---- the world -------------------------------------------------------------------- */

/*
 * Returns and indirect jumps in our own text were patched to what this machine
 * needs: plain ones, or jumps to a thunk, which is found here.
 * Return: the thunk, or NULL where there is none.
 */
static const void *thunk_behind(const u8 *at)
{
	s32 rel;

	/* a prefix that does nothing but fill */
	if (*at == 0x2e)
		at++;
	if (*at != 0xe9)
		return NULL;
	memcpy(&rel, at + 1, sizeof(rel));
	return at + 5 + rel;
}

/*
 * With kCFI a caller looks at the type's hash in the padding before a function, or,
 * where that was patched to FineIBT, enters there.
 */
static u32 preamble(void)
{
#ifdef CONFIG_FUNCTION_PADDING_BYTES
	u32 padding = CONFIG_FUNCTION_PADDING_BYTES;
#else
	u32 padding = 0;
#endif

	return IS_ENABLED(CONFIG_CFI_CLANG) ? CFI_TYPE_LEN + padding : 0;
}

static void fill_world(void)
{
	const void *const probes[KBPF_JIT_PROBES] = {
		kbpf_jit_probe_u8, kbpf_jit_probe_u16, kbpf_jit_probe_u32, kbpf_jit_probe_u64,
		kbpf_jit_probe_s8, kbpf_jit_probe_s16, kbpf_jit_probe_s32,
	};

	memcpy(world.probe, probes, sizeof(probes));
	world.jump = thunk_behind(kbpf_jit_jump_r11) ?: kbpf_jit_jump_r11;
	world.ret = thunk_behind(kbpf_jit_return);
	world.endbr = IS_ENABLED(CONFIG_X86_KERNEL_IBT);
	world.preamble = preamble();
	world.stop_after_ret = !world.ret && (IS_ENABLED(CONFIG_SLS) ||
					      IS_ENABLED(CONFIG_MITIGATION_SLS));
	world.leaf_frames = true;
	world.bmi = boot_cpu_has(X86_FEATURE_BMI1) && boot_cpu_has(X86_FEATURE_BMI2);
	world.movbe = boot_cpu_has(X86_FEATURE_MOVBE);
	world.gs_cpu = kbpf_percpu_cpu_number();
	world.gs_task = kbpf_percpu_current_task();
	world.gs_percpu = kbpf_percpu_this_cpu_off();
	world.task_pid = offsetof(struct task_struct, pid);
	world.task_tgid = offsetof(struct task_struct, tgid);
	world.arena_size = KBPF_JIT_ARENA_SIZE;
}

int kbpf_jit_image_init(void)
{
	/* behind the instructions that give the arena its frame */
	const u8 *first = PTR_ALIGN(kbpf_jit_arena + 16, KBPF_JIT_GRAIN);

	BUILD_BUG_ON(KBPF_JIT_ARENA_FILL * 15 < KBPF_JIT_ARENA_SIZE + 16 + KBPF_JIT_GRAIN);
	if (kbpf_jit_arena_init(&arena, KBPF_JIT_ARENA_SIZE))
		return 0;
	if (put(first, NULL, KBPF_JIT_ARENA_SIZE)) {
		kbpf_jit_arena_exit(&arena);
		return 0;
	}
	sync_all();
	fill_world();
	world.arena = first;
	return 0;
}

void kbpf_jit_image_exit(void)
{
	if (!world.arena)
		return;
	WARN_ON_ONCE(arena.free != arena.grains);
	world.arena = NULL;
	kbpf_jit_arena_exit(&arena);
}
