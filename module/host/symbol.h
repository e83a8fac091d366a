/* SPDX-License-Identifier: GPL-2.0 */
/* Names of kernel addresses; see symbol.c. */
#ifndef KBPF_HOST_SYMBOL_H
#define KBPF_HOST_SYMBOL_H

#include <linux/kallsyms.h>
#include <linux/types.h>

struct kprobe;

/**
 * struct kbpf_symbol - the symbol that an address lies in
 * @name: name
 * @module: its module; empty for the kernel itself
 * @start: its address
 * @size: bytes up to the next symbol
 */
struct kbpf_symbol {
	char name[KSYM_NAME_LEN];
	char module[64];
	unsigned long start;
	unsigned long size;
};

/**
 * kbpf_symbol_at() - which symbol does an address lie in?
 * @addr: address
 * @sym: out
 *
 * Context: process; sleeps.
 * Return: false when it lies in none.
 */
bool kbpf_symbol_at(unsigned long addr, struct kbpf_symbol *sym);

/**
 * kbpf_symbol_is_ambiguous() - has the kernel several symbols of this name?
 * @name: name
 * @addr: an address of one of them, in the kernel proper
 *
 * The first call walks all of the kernel's symbols, which takes a while.
 *
 * Context: process; sleeps.
 * Return: 1 or 0, or -ENOMEM.
 */
int kbpf_symbol_is_ambiguous(const char *name, unsigned long addr);

/**
 * kbpf_symbol_find_many() - where functions begin
 * @names: names
 * @nr: how many
 * @addrs: out: an address each
 *
 * Context: process; sleeps for a grace period.
 * Return: 0; -ENOENT no such function, -EINVAL it cannot be probed; -ENOMEM.
 */
int kbpf_symbol_find_many(char **names, u32 nr, unsigned long *addrs);

/**
 * kbpf_symbol_entry() - the function that begins where a probe sits
 * @kp: a registered probe
 *
 * With indirect branch tracking a function begins with an endbr that the
 * kernel's probe was put behind.
 *
 * Return: address, or 0 when the probe is somewhere inside.
 */
u64 kbpf_symbol_entry(const struct kprobe *kp);

/**
 * kbpf_symbol_trace_call() - where a function calls the kernel's tracer
 * @name: a function of the kernel proper
 *
 * Context: process; sleeps for a grace period.
 * Return: address, or 0: there is no such function or it makes no such call.
 */
unsigned long kbpf_symbol_trace_call(const char *name);

/**
 * kbpf_symbol_how() - how a kernel probe gets its hits
 * @kp: a registered probe that is armed
 *
 * Return: "ftrace", "optimised" or "int3".
 */
const char *kbpf_symbol_how(const struct kprobe *kp);

/**
 * kbpf_symbol_exit() - free what the walk left behind
 */
void kbpf_symbol_exit(void);

#endif /* KBPF_HOST_SYMBOL_H */
