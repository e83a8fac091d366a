// SPDX-License-Identifier: GPL-2.0
/*
 * Memory shared with clients' mappings: vmalloc areas that remap_vmalloc_range()
 * accepts. A ring's data pages stand twice in its area; each place holds a
 * reference of its own, so that vfree() of the area puts what it finds.
 */
#include <linux/gfp.h>
#include "port_sync.h"

void *kbpf_shm_alloc(size_t size)
{
	return size ? vmalloc_user(PAGE_ALIGN(size)) : NULL;
}

static void free_pages_array(struct page **pages, size_t nr)
{
	while (nr--)
		__free_page(pages[nr]);
	kvfree(pages);
}

void *kbpf_shm_alloc_ring(size_t head, size_t data)
{
	size_t nr_head = head >> PAGE_SHIFT, nr_data = data >> PAGE_SHIFT;
	size_t nr = nr_head + nr_data, i;
	struct page **pages;
	void *addr;

	if (!PAGE_ALIGNED(head) || !PAGE_ALIGNED(data) || !data || nr + nr_data > INT_MAX / 2)
		return NULL;
	pages = kvcalloc(nr + nr_data, sizeof(*pages), GFP_KERNEL_ACCOUNT);
	if (!pages)
		return NULL;
	for (i = 0; i < nr; i++) {
		pages[i] = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_RETRY_MAYFAIL |
				      __GFP_NOWARN);
		if (!pages[i]) {
			free_pages_array(pages, i);
			return NULL;
		}
		if (!(i % 1024))
			cond_resched();
	}
	for (i = 0; i < nr_data; i++) {
		pages[nr + i] = pages[nr_head + i];
		get_page(pages[nr + i]);
	}
	/* From here on the area owns array and references. */
	addr = vmap(pages, nr + nr_data, VM_MAP | VM_USERMAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	if (!addr)
		free_pages_array(pages, nr + nr_data);
	return addr;
}

void kbpf_shm_free(void *addr)
{
	vfree(addr);
}
