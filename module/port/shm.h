/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that programs, the engine and a client's mapping share. Both kinds
 * take remap_vmalloc_range() in the kernel and have a descriptor to mmap in
 * userspace.
 */
#ifndef KBPF_PORT_SHM_H
#define KBPF_PORT_SHM_H

#include <linux/types.h>

/**
 * kbpf_shm_alloc() - zeroed memory that can be mapped by clients
 * @size: bytes; rounded up to whole pages
 * @node: where it should be, or NUMA_NO_NODE
 *
 * Context: process; sleeps.
 * Return: page-aligned address or NULL.
 */
void *kbpf_shm_alloc(size_t size, int node);

/**
 * kbpf_shm_alloc_ring() - zeroed memory whose second part is mapped twice
 * @head: bytes before the data, a multiple of the page size
 * @data: bytes of data, a multiple of the page size
 * @node: where it should be, or NUMA_NO_NODE
 *
 * The result spans @head + 2 * @data bytes: the head, the data, and the same
 * data again, so that a record that crosses the end is contiguous.
 *
 * Context: process; sleeps.
 * Return: page-aligned address or NULL.
 */
void *kbpf_shm_alloc_ring(size_t head, size_t data, int node);

/**
 * kbpf_shm_free() - free either kind
 * @addr: the address, or NULL
 *
 * Context: process.
 */
void kbpf_shm_free(void *addr);

#endif /* KBPF_PORT_SHM_H */
