#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Cost of a hit, on the kernel's own BPF and on kbpf: run by `make bench-hooks` in a guest.
. /lib/kbpf-test.sh

mount -t tracefs none /sys/kernel/tracing 2>/dev/null
t_run "insmod" insmod /kbpf/kbpf.ko jit=1
hooks run /kbpf/hooks.bpf.o "$HITS" "$ROUNDS" kernel.txt || echo "kernel: some are missing"
kbpf run hooks run /kbpf/hooks.bpf.o "$HITS" "$ROUNDS" kbpf.txt || echo "kbpf: some are missing"
t_run "every hook was measured" sh -c '! grep -e -1.0 kernel.txt kbpf.txt'
t_send kernel.txt
t_send kbpf.txt
t_run "rmmod" rmmod kbpf
t_done
