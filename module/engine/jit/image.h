/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the JIT asks of the world: memory that may be executed and never
 * written, and the little machine code that cannot be written as bytes.
 * module/host/jit_image.c answers in the kernel, userspace/engine/jit_image.c in
 * a process.
 */
#ifndef KBPF_JIT_IMAGE_H
#define KBPF_JIT_IMAGE_H

#include "port.h"

/* Where no code is, an image and the arena trap: int3. */
#define KBPF_JIT_TRAP_BYTE	0xcc

/* Probing loads, as an index: log2 of the size, plus 4 with sign extension. */
#define KBPF_JIT_PROBES	8

/**
 * struct kbpf_jit_world - what the JIT may use here; constant once it exists
 * @arena: all images lie inside
 * @arena_size: bytes
 * @probe: routines that load from the address in r11 to r11, or zero where there
 *	is nothing to load; keep every other register but r10 and the flags
 * @jump: routine that jumps to the address in r11, or NULL to jump oneself
 * @ret: where a return jumps to, or NULL to return oneself
 * @endbr: indirect branches land on ENDBR only
 * @preamble: bytes before a function that indirect calls check or enter; those of a
 *	C function of the same type serve
 * @stop_after_ret: a return is followed by a trap, for machines that run on past it
 * @leaf_frames: functions that C calls need a frame even when they call nothing
 * @bmi: BMI1 and BMI2 are there
 * @movbe: MOVBE is there
 * @gs_cpu: address relative to gs of the CPU's number (u32), or -1
 * @gs_task: address relative to gs of the current task, or -1
 * @gs_percpu: address relative to gs of this CPU's per-CPU offset, or -1
 * @task_pid: offset of the thread id (u32) in a task
 * @task_tgid: offset of the process id (u32) in a task
 */
struct kbpf_jit_world {
	const u8 *arena;
	u32 arena_size;
	const void *probe[KBPF_JIT_PROBES];
	const void *jump;
	const void *ret;
	bool endbr;
	u32 preamble;
	bool stop_after_ret;
	bool leaf_frames;
	bool bmi;
	bool movbe;
	s32 gs_cpu;
	s32 gs_task;
	s32 gs_percpu;
	s32 task_pid;
	s32 task_tgid;
};

/**
 * kbpf_jit_world() - what there is
 *
 * Return: the world, or NULL where no code can be generated.
 */
const struct kbpf_jit_world *kbpf_jit_world(void);

/**
 * kbpf_jit_image_alloc() - executable memory
 * @size: bytes
 *
 * Context: process; may sleep.
 * Return: memory inside the arena, aligned to KBPF_JIT_GRAIN and full of traps;
 * NULL when there is no room.
 */
void *kbpf_jit_image_alloc(u32 size);

/**
 * kbpf_jit_image_write() - put code into memory that nobody runs yet
 * @image: from kbpf_jit_image_alloc()
 * @code: bytes
 * @size: how many
 *
 * Context: process; may sleep.
 * Return: 0 or -ENOMEM. Afterwards every CPU sees the code.
 */
int kbpf_jit_image_write(void *image, const void *code, u32 size);

/**
 * kbpf_jit_image_free() - give memory back; it is full of traps again
 * @image: from kbpf_jit_image_alloc()
 * @size: as allocated
 *
 * Context: process; may sleep.
 */
void kbpf_jit_image_free(void *image, u32 size);

/* ---- the allocator that worlds share; callers serialise ------------------------ */

#define KBPF_JIT_GRAIN	64	/* bytes; a cache line */

/**
 * struct kbpf_jit_arena - which grains of an arena are taken
 * @used: a bit a grain
 * @grains: how many
 * @free: of these free
 * @top: from here on all are
 */
struct kbpf_jit_arena {
	unsigned long *used;
	u32 grains;
	u32 free;
	u32 top;
};

/**
 * kbpf_jit_arena_init() - an arena that is free
 * @arena: the arena
 * @size: bytes, a multiple of KBPF_JIT_GRAIN
 *
 * Return: 0 or -ENOMEM.
 */
int kbpf_jit_arena_init(struct kbpf_jit_arena *arena, u32 size);
void kbpf_jit_arena_exit(struct kbpf_jit_arena *arena);

/**
 * kbpf_jit_arena_take() - the smallest free stretch that holds @size bytes
 * @arena: the arena
 * @size: bytes
 *
 * Return: offset in bytes, or U32_MAX.
 */
u32 kbpf_jit_arena_take(struct kbpf_jit_arena *arena, u32 size);

/**
 * kbpf_jit_arena_give() - give a stretch back
 * @arena: the arena
 * @off: offset in bytes
 * @size: as taken
 */
void kbpf_jit_arena_give(struct kbpf_jit_arena *arena, u32 off, u32 size);

#endif /* KBPF_JIT_IMAGE_H */
