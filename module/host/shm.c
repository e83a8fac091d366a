// SPDX-License-Identifier: GPL-2.0
/*
 * Memory shared with clients' mappings: vmalloc areas that remap_vmalloc_range()
 * accepts. A ring's data pages stand twice in its area; each place holds a
 * reference of its own, so that vfree() of the area puts what it finds.
 */
#include <linux/gfp.h>
#include "port_sync.h"

static void free_pages_array(struct page **pages, size_t nr)
{
	while (nr--)
		__free_page(pages[nr]);
	kvfree(pages);
}

/* An area of @nr pages of zeros, the last @nr_twice of which stand in it twice. */
static void *alloc_area(size_t nr, size_t nr_twice, int node)
{
	struct page **pages;
	void *addr;
	size_t i;

	if (nr + nr_twice > INT_MAX / 2)
		return NULL;
	pages = kvcalloc(nr + nr_twice, sizeof(*pages), GFP_KERNEL_ACCOUNT);
	if (!pages)
		return NULL;
	for (i = 0; i < nr; i++) {
		pages[i] = alloc_pages_node(node, GFP_KERNEL_ACCOUNT | __GFP_ZERO |
					    __GFP_RETRY_MAYFAIL | __GFP_NOWARN, 0);
		if (!pages[i]) {
			free_pages_array(pages, i);
			return NULL;
		}
		if (!(i % 1024))
			cond_resched();
	}
	for (i = 0; i < nr_twice; i++) {
		pages[nr + i] = pages[nr - nr_twice + i];
		get_page(pages[nr + i]);
	}
	/* From here on the area owns array and references. */
	addr = vmap(pages, nr + nr_twice, VM_MAP | VM_USERMAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	if (!addr)
		free_pages_array(pages, nr + nr_twice);
	return addr;
}

/* vmalloc_user() would do, but for that nobody is charged for its memory. */
void *kbpf_shm_alloc(size_t size, int node)
{
	return size ? alloc_area(PAGE_ALIGN(size) >> PAGE_SHIFT, 0, node) : NULL;
}

void *kbpf_shm_alloc_ring(size_t head, size_t data, int node)
{
	if (!PAGE_ALIGNED(head) || !PAGE_ALIGNED(data) || !data)
		return NULL;
	return alloc_area((head + data) >> PAGE_SHIFT, data >> PAGE_SHIFT, node);
}

void kbpf_shm_free(void *addr)
{
	vfree(addr);
}
