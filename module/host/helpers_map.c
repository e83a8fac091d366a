// SPDX-License-Identifier: GPL-2.0
/* Helpers on maps: straight into the type's operations. */
#include "helpers.h"
#include "maps/map.h"

u64 kbpf_helper_map_lookup_elem(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_map *map = kbpf_reg_ptr(r1);

	return (unsigned long)kbpf_map_prog_lookup(map, kbpf_reg_ptr(r2));
}

u64 kbpf_helper_map_update_elem(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_map *map = kbpf_reg_ptr(r1);

	return kbpf_map_prog_update(map, kbpf_reg_ptr(r2), kbpf_reg_ptr(r3), r4);
}

u64 kbpf_helper_map_delete_elem(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_map *map = kbpf_reg_ptr(r1);

	return kbpf_map_prog_delete(map, kbpf_reg_ptr(r2));
}

u64 kbpf_helper_map_push_elem(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_map *map = kbpf_reg_ptr(r1);

	return kbpf_map_prog_push(map, kbpf_reg_ptr(r2), r3);
}

u64 kbpf_helper_map_pop_elem(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_map *map = kbpf_reg_ptr(r1);

	return kbpf_map_prog_pop(map, kbpf_reg_ptr(r2));
}

u64 kbpf_helper_map_peek_elem(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct kbpf_map *map = kbpf_reg_ptr(r1);

	return kbpf_map_prog_peek(map, kbpf_reg_ptr(r2));
}

u64 kbpf_helper_map_lookup_percpu_elem(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return (unsigned long)kbpf_map_prog_lookup_percpu(kbpf_reg_ptr(r1), kbpf_reg_ptr(r2), r3);
}

u64 kbpf_helper_for_each_map_elem(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return kbpf_map_prog_for_each(kbpf_reg_ptr(r1), kbpf_reg_ptr(r2), r3, r4);
}
