/* SPDX-License-Identifier: GPL-2.0 */
/* <linux/magic.h>: pidfds have a file system of their own from 6.9; elsewhere nothing has its number. */
#ifndef KBPF_COMPAT_MAGIC_H
#define KBPF_COMPAT_MAGIC_H

#include <linux/magic.h>

#ifndef PID_FS_MAGIC
#define PID_FS_MAGIC 0x50494446
#endif

#endif /* KBPF_COMPAT_MAGIC_H */
