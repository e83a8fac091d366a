#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Locks in values, dynptrs, task storage, user ring buffers: the device and the kernel's own BPF say the same.
#
# kbpf-add: build/userspace/kbpf build/userspace/libkbpf-libbpf.so build/userspace/tests/objects-plain
# kbpf-add: build/userspace/tests/maps_differential
. /lib/kbpf-test.sh

t_run "insmod" insmod /kbpf/kbpf.ko
t_kmemleak "the module inserted"
kbpf run objects-plain objects >objects
t_tap cat objects
# 6.1 has no user ring buffers, and the kernel's BPF takes no spin locks on PREEMPT_RT
if [ -e /sys/kernel/btf/vmlinux ] && t_kernel_at_least 6 2 && [ "$KBPF_KERNEL" != 6.12-rt ]; then
	objects-plain in-tree >in-tree
	t_tap cat in-tree
fi

# The same random commands to both. The long run: KBPF_SEQUENCES=100000 (KBPF_FILL=1000000 for the above)
[ "$KBPF_KERNEL" != 6.12 ] || t_tap maps_differential "${KBPF_SEQUENCES:-1000}" 1 --device

# What a map takes is charged to who made it, what it grows by in the background too.
mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null
if echo +memory >/sys/fs/cgroup/cgroup.subtree_control; then
	mkdir -p /sys/fs/cgroup/kbpf
	sh -c 'echo $$ >/sys/fs/cgroup/kbpf/cgroup.procs; exec kbpf run objects-plain memory memory' >memory
	t_tap cat memory
	rmdir /sys/fs/cgroup/kbpf
fi
t_eq "no map is left" "" "$(kbpf map list)"
t_run "rmmod" rmmod kbpf
t_kmemleak "objects"
t_done
