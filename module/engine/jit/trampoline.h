/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trampolines: machine code that a function calls as its first instruction, with
 * all of its arguments still in place. It stores them as programs see them and
 * hands them on, and where programs run at the end, calls the rest of the function
 * itself.
 */
#ifndef KBPF_JIT_TRAMPOLINE_H
#define KBPF_JIT_TRAMPOLINE_H

#include "port.h"

#define KBPF_JIT_HOOK_ARGS	12	/* at most */

/**
 * struct kbpf_jit_hook - what a trampoline is to do
 * @owner: first argument of @enter and @leave
 * @enter: void enter(owner, u64 *args), called before the function's body, or NULL;
 *	arguments are 64-bit registers, zero-extended from what their type has
 * @leave: the same after it, when the result follows the last argument; NULL: the
 *	trampoline is over before the body runs
 * @body: with @leave: where the function goes on behind its call of the trampoline
 * @inside: with @leave: address relative to gs of a per-CPU u64; the sum over all CPUs
 *	is how many tasks are between @enter and the end of the trampoline
 * @nr_args: arguments of the function
 * @size: bytes of the type of each, 1 to 8
 */
struct kbpf_jit_hook {
	const void *owner;
	const void *enter;
	const void *leave;
	const void *body;
	u64 inside;
	u32 nr_args;
	u8 size[KBPF_JIT_HOOK_ARGS];
};

/**
 * struct kbpf_jit_trampoline - a trampoline
 * @code: what the function calls; from kbpf_jit_image_alloc()
 * @len: bytes
 */
struct kbpf_jit_trampoline {
	void *code;
	u32 len;
};

/**
 * kbpf_jit_trampoline_create() - make a trampoline
 * @hook: what it is to do
 * @out: the trampoline
 *
 * Context: process; may sleep.
 * Return: 0; -EOPNOTSUPP where no code can be generated or it would not reach what it
 * calls; -ENOSPC, -ENOMEM.
 */
int kbpf_jit_trampoline_create(const struct kbpf_jit_hook *hook,
			       struct kbpf_jit_trampoline *out);

/**
 * kbpf_jit_trampoline_free() - the opposite
 * @tramp: nothing runs in it any more
 */
void kbpf_jit_trampoline_free(struct kbpf_jit_trampoline *tramp);

#endif /* KBPF_JIT_TRAMPOLINE_H */
