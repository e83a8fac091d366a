#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Who keeps the module: programs do, and the death of their owners, however sudden, gives all back.
#
# kbpf-add: build/userspace/kbpf build/userspace/libkbpf-libbpf.so build/userspace/tools/opensnoop
# kbpf-add: /usr/sbin/vfsstat /usr/sbin/filetop
. /lib/kbpf-test.sh

wait_for()
{
	local left=$(($1 * 5))

	shift
	until "$@" 2>/dev/null; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 0.2
	done
}

links()
{
	kbpf link list | grep -c "$1"
}

has_links()
{
	[ "$(links "$1")" -ge "$2" ]
}

# Kernel addresses that are probed now, by anyone.
probes()
{
	cat /sys/kernel/debug/kprobes/list 2>/dev/null | wc -l
}

mount -t debugfs none /sys/kernel/debug 2>/dev/null
t_run "insmod" insmod /kbpf/kbpf.ko
before=$(probes)
for round in 1 2 3; do
	kbpf run vfsstat 1 >/dev/null 2>&1 </dev/null &
	one=$!
	kbpf run filetop 1 >/dev/null 2>&1 </dev/null &
	two=$!
	opensnoop >/dev/null 2>&1 &
	three=$!
	# filetop by two kprobes, vfsstat by five: fentry where it can
	t_run "round $round: tools are attached" wait_for 60 has_links "vfs_\\|tracing" 7
	t_run "round $round: opensnoop too" wait_for 60 has_links openat2 2
	t_fails "round $round: rmmod is refused" rmmod kbpf
	kill -9 $one $two $three
	wait $one $two $three 2>/dev/null
	t_run "round $round: nothing is left" wait_for 20 sh -c '[ -z "$(kbpf prog list)$(kbpf map list)$(kbpf link list)" ]'
	t_eq "round $round: probes are gone" "$before" "$(probes)"
done
t_run "rmmod after their death" wait_for 10 rmmod kbpf

# An owner that dies while its programs run, on all CPUs.
t_run "insmod again" insmod /kbpf/kbpf.ko
load()
{
	while [ ! -e stop ]; do
		cat /etc/passwd /etc/group >/dev/null
	done
}
load &
load &
for round in 1 2 3 4 5; do
	opensnoop >/dev/null 2>&1 &
	pid=$!
	wait_for 30 has_links openat2 2 || t_not_ok "under load: round $round" "not attached"
	kill -9 $pid
	wait $pid 2>/dev/null
done
touch stop
wait
t_run "rmmod after killing under load" wait_for 20 rmmod kbpf
t_done
