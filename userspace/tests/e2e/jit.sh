#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Compiled programs: results, information, call stacks, the arena. KBPF_STORM: seconds of programs that come and go.
# kbpf-add: build/userspace/tests/guest build/userspace/kbpf
. /lib/kbpf-test.sh

T=$(dirname "$(find / -xdev -type f -name badinput 2>/dev/null | head -n 1)")
mount -t debugfs none /sys/kernel/debug 2>/dev/null

t_run "insmod" insmod /kbpf/kbpf.ko
t_tap "$T/jit" "${KBPF_STORM:-3}"
t_kmemleak "programs that came and went"
t_run "rmmod" rmmod kbpf
t_done
