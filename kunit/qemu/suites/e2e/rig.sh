#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The guest is what the other suites assume: the kernel that was asked for, its file systems, its
# loopback, and a module that goes in and out.

. /lib/kbpf-test.sh

case $KBPF_KERNEL in
6.1)	want='6\.1\.' ;;
6.12*)	want='6\.12\.' ;;
*)	want='.' ;;
esac
t_run "uname says $KBPF_KERNEL" sh -c 'uname -r | grep "^$1"' - "$want"
for dir in /proc /sys /dev /tmp /sys/kernel/debug /sys/kernel/tracing /sys/fs/cgroup /dev/pts; do
	t_run "$dir is mounted" grep -q " $dir " /proc/mounts
done
t_run "loopback answers" ping -c 1 -W 5 127.0.0.1
t_run "insmod" insmod /kbpf/kbpf.ko
t_run "rmmod" rmmod kbpf
t_done
