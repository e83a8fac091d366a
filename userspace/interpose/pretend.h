/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Files that a kernel with every hook would have. */
#ifndef KBPF_PRETEND_H
#define KBPF_PRETEND_H

#include <stdio.h>

/* A file that is not there, for reading, or NULL; absent where nothing is pretended. */
FILE *kbpf_pretended(const char *path, const char *mode) __attribute__((weak));

#endif /* KBPF_PRETEND_H */
