/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What jit_code.S has for jit_image.c.
 */
#ifndef KBPF_HOST_JIT_CODE_H
#define KBPF_HOST_JIT_CODE_H

/* 15-byte instructions in the arena, and the bytes of it that images may take */
#define KBPF_JIT_ARENA_FILL	279630
#define KBPF_JIT_ARENA_SIZE	4194304

#ifndef __ASSEMBLY__
/* Addresses only. */
extern const u8 kbpf_jit_arena[], kbpf_jit_jump_r11[], kbpf_jit_return[];
extern const u8 kbpf_jit_probe_u8[], kbpf_jit_probe_u16[], kbpf_jit_probe_u32[];
extern const u8 kbpf_jit_probe_u64[];
extern const u8 kbpf_jit_probe_s8[], kbpf_jit_probe_s16[], kbpf_jit_probe_s32[];
#endif

#endif /* KBPF_HOST_JIT_CODE_H */
