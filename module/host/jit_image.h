/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Executable memory for images: bringing it up and taking it down. What the JIT
 * uses of it is engine/jit/image.h.
 */
#ifndef KBPF_HOST_JIT_IMAGE_H
#define KBPF_HOST_JIT_IMAGE_H

/**
 * kbpf_jit_image_init() - fill the arena with traps and open it
 *
 * Without it (an unknown kind of machine, no memory) programs are interpreted.
 *
 * Context: process, when the module starts.
 * Return: 0.
 */
int kbpf_jit_image_init(void);

/**
 * kbpf_jit_image_exit() - close it
 *
 * Context: process; no program is left.
 */
void kbpf_jit_image_exit(void);

#endif /* KBPF_HOST_JIT_IMAGE_H */
