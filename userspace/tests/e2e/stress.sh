#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Programs in interrupts, the allocator, the scheduler and mutexes, and threads, all on the same maps:
# nothing is lost uncounted, and the kernel has nothing to say. KBPF_STRESS: seconds.
#
# kbpf-add: build/userspace/kbpf build/userspace/libkbpf-libbpf.so build/userspace/tests/stress
. /lib/kbpf-test.sh

mount -t debugfs none /sys/kernel/debug 2>/dev/null
mount -t tracefs none /sys/kernel/tracing 2>/dev/null
t_run "insmod" insmod /kbpf/kbpf.ko
t_kmemleak "the module inserted"
kbpf run stress "${KBPF_STRESS:-5}" >stress
t_tap cat stress
t_eq "no map is left" "" "$(kbpf map list)"
t_run "rmmod" sh -c 'i=0; until rmmod kbpf || [ $((i += 1)) -gt 100 ]; do sleep 0.1; done; [ $i -le 100 ]'
t_kmemleak "stress"
t_done
