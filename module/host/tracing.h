/* SPDX-License-Identifier: GPL-2.0 */
/* Programs of type TRACING: who checks and who attaches them. */
#ifndef KBPF_HOST_TRACING_H
#define KBPF_HOST_TRACING_H

struct kbpf_link;
struct kbpf_prog;
struct tracepoint;

/**
 * kbpf_tracing_check() - may this program be loaded?
 * @prog: any program
 *
 * Context: process.
 * Return: 0; -EINVAL or -ENOENT: a TRACING program that names nothing to attach to;
 * -EACCES: one that looks past the last argument.
 */
int kbpf_tracing_check(const struct kbpf_prog *prog);

/**
 * kbpf_tracing_attach() - attach a TRACING program to what it was loaded for
 * @prog: the program, borrowed
 * @cookie: its cookie
 *
 * Return: the link with one reference and no id, or ERR_PTR: -EINVAL, -ENOENT,
 * -ENOMEM and what registering a probe returns.
 */
struct kbpf_link *kbpf_tracing_attach(struct kbpf_prog *prog, u64 cookie);

/* attach_raw_tp.c: a tracepoint of the kernel, or NULL */
struct tracepoint *kbpf_tracepoint_find(const char *name);

/* attach_raw_tp.c: a tracing program at a tracepoint */
struct kbpf_link *kbpf_tracepoint_attach(const char *name, struct kbpf_prog *prog, u64 cookie);

/* A tracepoint of the kernel itself, or NULL. Context: process. */
struct tracepoint *kbpf_tracepoint_find(const char *name);

#endif /* KBPF_HOST_TRACING_H */
