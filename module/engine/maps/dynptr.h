/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dynptrs: memory whose size is known when the program runs. The layout on the
 * program's stack is Linux's.
 */
#ifndef KBPF_MAPS_DYNPTR_H
#define KBPF_MAPS_DYNPTR_H

#include "port.h"

#define KBPF_DYNPTR_MAX_SIZE	((1U << 24) - 1)

/**
 * struct kbpf_dynptr - a dynptr
 * @data: memory, or NULL: nothing can be done with it
 * @size: bytes of it
 * @offset: of the first of them from @data
 */
struct kbpf_dynptr {
	void *data;
	u32 size;
	u32 offset;
};

#endif /* KBPF_MAPS_DYNPTR_H */
