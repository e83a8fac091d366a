/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Timers in map values. A struct bpf_timer holds the address of one of these
 * or NULL; they come from a pool of the map's own, so that nothing is allocated
 * where a program runs, and go back to it in process context.
 */
#ifndef KBPF_MAPS_TIMER_H
#define KBPF_MAPS_TIMER_H

#include "maps/pool.h"
#include "maps/map.h"

/**
 * kbpf_timers_init() - for a map whose values have timers
 * @map: the map, its descriptor complete
 *
 * Return: 0 or -ENOMEM; kbpf_timers_exit() is called either way.
 */
int kbpf_timers_init(struct kbpf_map *map);
void kbpf_timers_exit(struct kbpf_map *map);

/* No client has the map any more: its timers do not go off any more. Process context. */
void kbpf_timers_release(struct kbpf_map *map);

/**
 * kbpf_timer_drop() - a value goes, and its timer with it
 * @map: the map
 * @value: the value
 *
 * Context: any but NMI, under a bucket's lock.
 */
void kbpf_timer_drop(struct kbpf_map *map, void *value);

#endif /* KBPF_MAPS_TIMER_H */
