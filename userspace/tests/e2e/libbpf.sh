#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# libbpf programs from end to end on the device: linked to libkbpf-libbpf, and the same ones unmodified
# with the library preloaded.
#
# kbpf-add: build/userspace/kbpf build/userspace/libkbpf-libbpf.so
# kbpf-add: build/userspace/tests/flows build/userspace/tests/flows-plain build/userspace/tests/usdt
. /lib/kbpf-test.sh

t_run "insmod" insmod /kbpf/kbpf.ko
t_tap flows
# the same binary twice: names of cases must differ
kbpf run flows-plain 2>&1 | sed 's/flows\./preloaded./' >preloaded
t_tap cat preloaded
t_tap usdt
t_eq "no program is left" "" "$(kbpf prog list)"
t_eq "no map is left" "" "$(kbpf map list)"
t_eq "no link is left" "" "$(kbpf link list)"
t_run "rmmod" rmmod kbpf
t_done
