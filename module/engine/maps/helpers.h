/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Helpers that need nothing but the engine, the same in every world.
 */
#ifndef KBPF_MAPS_HELPERS_H
#define KBPF_MAPS_HELPERS_H

#include "maps/map.h"

/* One for each row of helpers.c. Arguments are registers, which the verifier has judged. */
u64 kbpf_helper_dynptr_from_mem(u64 data, u64 size, u64 flags, u64 out, u64 r5);
u64 kbpf_helper_ringbuf_reserve_dynptr(u64 map, u64 size, u64 flags, u64 out, u64 r5);
u64 kbpf_helper_ringbuf_submit_dynptr(u64 ptr, u64 flags, u64 r3, u64 r4, u64 r5);
u64 kbpf_helper_ringbuf_discard_dynptr(u64 ptr, u64 flags, u64 r3, u64 r4, u64 r5);
u64 kbpf_helper_dynptr_read(u64 dst, u64 len, u64 ptr, u64 off, u64 flags);
u64 kbpf_helper_dynptr_write(u64 ptr, u64 off, u64 src, u64 len, u64 flags);
u64 kbpf_helper_dynptr_data(u64 ptr, u64 off, u64 len, u64 r4, u64 r5);
u64 kbpf_helper_user_ringbuf_drain(u64 map, u64 func, u64 ctx, u64 flags, u64 r5);
u64 kbpf_helper_task_storage_get(u64 map, u64 task, u64 value, u64 flags, u64 r5);
u64 kbpf_helper_task_storage_delete(u64 map, u64 task, u64 r3, u64 r4, u64 r5);
u64 kbpf_helper_timer_init(u64 timer, u64 map_reg, u64 flags, u64 r4, u64 r5);
u64 kbpf_helper_timer_set_callback(u64 timer, u64 func_reg, u64 r3, u64 r4, u64 r5);
u64 kbpf_helper_timer_start(u64 timer, u64 ns, u64 flags, u64 r4, u64 r5);
u64 kbpf_helper_timer_cancel(u64 timer, u64 r2, u64 r3, u64 r4, u64 r5);

#endif /* KBPF_MAPS_HELPERS_H */
