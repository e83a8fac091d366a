#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# libbpf programs from end to end on the device: linked to libkbpf-libbpf, and the same ones unmodified
# with the library preloaded.
#
# kbpf-add: build/userspace/kbpf build/userspace/libkbpf-libbpf.so
# kbpf-add: build/userspace/tests/flows build/userspace/tests/flows-plain build/userspace/tests/usdt
# kbpf-add: build/userspace/tests/typed
. /lib/kbpf-test.sh

t_run "insmod" insmod /kbpf/kbpf.ko
t_tap flows
# the same binary twice: names of cases must differ
kbpf run flows-plain 2>&1 | sed 's/flows\./preloaded./' >preloaded
t_tap cat preloaded
t_tap usdt
# the same on the kernel's own BPF, where the binary is not preloaded
old=$(t_kernel_at_least 6 3 || echo old)
kbpf run typed "$old" 2>&1 | sed 's/ - / - kbpf: /' >typed.kbpf
t_tap cat typed.kbpf
typed 2>&1 | sed 's/ - / - in-tree: /' >typed.kernel
t_tap cat typed.kernel
t_eq "no program is left" "" "$(kbpf prog list)"
t_eq "no map is left" "" "$(kbpf map list)"
t_eq "no link is left" "" "$(kbpf link list)"
t_run "rmmod" rmmod kbpf
t_done
