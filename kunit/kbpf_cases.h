/* SPDX-License-Identifier: GPL-2.0 */
/* The public suite's cases in the kernel's executors. */
#ifndef KBPF_CASES_H
#define KBPF_CASES_H

/**
 * kbpf_cases_run() - run every case of a file in the interpreter and in the JIT
 * @path: file, as the userspace test isa prints it with --cases
 *
 * What fails is printed.
 *
 * Context: process; the arena is open.
 * Return: cases that passed, or -errno: -EILSEQ where one failed.
 */
int kbpf_cases_run(const char *path);

#endif /* KBPF_CASES_H */
