/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Makes programs.bpf.c compile as BPF and as native code: the same source, so
 * that what is compared is code generation.
 */
#ifndef KBPF_BENCH_H
#define KBPF_BENCH_H

#include <linux/types.h>

#ifdef __bpf__
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define PROGRAM(name) SEC("tc") int name(struct __sk_buff *ctx)
#define LICENSE char _license[] SEC("license") = "GPL"
#else
#define PROGRAM(name) int native_##name(void *ctx); int native_##name(void *ctx)
#define LICENSE
#define __noinline __attribute__((__noinline__))
#undef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif

/* Compilers leave a value, or a loop over memory, as it is written. */
#define keep_loop() __asm__ volatile("" : : : "memory")
#define opaque(x) __asm__ volatile("" : "+r"(x))

#endif /* KBPF_BENCH_H */
