// SPDX-License-Identifier: GPL-2.0
/* The table of helpers that the maps room has: number to address. */
#include "maps/helpers.h"

enum {
#define KBPF_HELPER(id, name) ID_##name = (id),
#include "kbpf_helpers.def"
};

static const struct {
	u32 id;
	kbpf_helper_fn fn;
} rows[] = {
	{ ID_dynptr_from_mem, kbpf_helper_dynptr_from_mem },
	{ ID_ringbuf_reserve_dynptr, kbpf_helper_ringbuf_reserve_dynptr },
	{ ID_ringbuf_submit_dynptr, kbpf_helper_ringbuf_submit_dynptr },
	{ ID_ringbuf_discard_dynptr, kbpf_helper_ringbuf_discard_dynptr },
	{ ID_dynptr_read, kbpf_helper_dynptr_read },
	{ ID_dynptr_write, kbpf_helper_dynptr_write },
	{ ID_dynptr_data, kbpf_helper_dynptr_data },
	{ ID_user_ringbuf_drain, kbpf_helper_user_ringbuf_drain },
	{ ID_timer_init, kbpf_helper_timer_init },
	{ ID_timer_set_callback, kbpf_helper_timer_set_callback },
	{ ID_timer_start, kbpf_helper_timer_start },
	{ ID_timer_cancel, kbpf_helper_timer_cancel },
	{ ID_task_storage_get, kbpf_helper_task_storage_get },
	{ ID_task_storage_delete, kbpf_helper_task_storage_delete },
};

kbpf_helper_fn kbpf_map_helper(u32 id)
{
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].id == id)
			return rows[i].fn;
	return NULL;
}
