/* SPDX-License-Identifier: GPL-2.0 */
/* <linux/unaligned.h>: 6.12 moved it there; before, it was <asm/unaligned.h>. */
#ifndef KBPF_COMPAT_UNALIGNED_H
#define KBPF_COMPAT_UNALIGNED_H

#if __has_include(<linux/unaligned.h>)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif /* KBPF_COMPAT_UNALIGNED_H */
