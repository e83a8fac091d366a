/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the engine may use of the world it is compiled in: types, arithmetic,
 * memory, strings. The kernel twin; userspace/port/port.h is the other and
 * answers the same names over libc. Add a name to both or to neither.
 */
#ifndef KBPF_PORT_H
#define KBPF_PORT_H

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/bsearch.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/poll.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/swab.h>
#include <linux/timekeeping.h>
#include <linux/types.h>
#include <linux/vmalloc.h>
#include <crypto/sha1.h>
#include "../compat/slab.h"
#include "../compat/unaligned.h"

#endif /* KBPF_PORT_H */
