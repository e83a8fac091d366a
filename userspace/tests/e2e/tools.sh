#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Debian's libbpf-tools, unmodified: they load and attach. They are from 2022: a tool whose functions a
# later kernel has renamed is skipped there, and must work on 6.1.
#
# kbpf-add: build/userspace/kbpf build/userspace/libkbpf-libbpf.so build/userspace/tools/opensnoop
# kbpf-add: /usr/sbin/fsdist /usr/sbin/tcprtt /usr/sbin/tcpsynbl /usr/sbin/vfsstat
# kbpf-add: /usr/sbin/filetop /usr/sbin/slabratetop /usr/sbin/fsslower /usr/sbin/tcpconnect
# kbpf-add: /usr/sbin/solisten /usr/sbin/numamove /usr/sbin/exitsnoop
# kbpf-add: /usr/bin/stdbuf /usr/libexec/coreutils/libstdbuf.so
# kbpf-kmod: ext4
. /lib/kbpf-test.sh

has_function()
{
	awk -v name="$1" '$3 == name { found = 1; exit } END { exit !found }' /proc/kallsyms
}

# links_on FUNCTION...: each of them has a link
links_on()
{
	local f

	kbpf link list >links || return 1
	for f; do
		awk -v name="$f" '$4 == name { found = 1 } END { exit !found }' links || return 1
	done
}

wait_for()
{
	local left=$(($1 * 5))

	shift
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 0.2
	done
}

# attaches TOOL "ARGS" FUNCTION...: the tool runs, and has a program on each function
attaches()
{
	local tool=$1 args=$2 f pid

	shift 2
	for f; do
		if ! has_function "$f"; then
			if t_kernel_at_least 6 2; then
				t_skip "$tool" "this kernel has no $f"
			else
				t_not_ok "$tool" "this kernel has no $f"
			fi
			return
		fi
	done
	# shellcheck disable=SC2086 # a list of words
	kbpf run -v $tool $args >$tool.out 2>&1 </dev/null &
	pid=$!
	if wait_for 40 links_on "$@"; then
		t_ok "$tool loads and attaches"
	else
		t_not_ok "$tool loads and attaches" "$(tail -n 2 $tool.out)"
	fi
	t_run "$tool is alive" kill -0 $pid
	# something for it to see
	ls -l /usr/bin >/dev/null 2>&1
	cat /etc/passwd >/dev/null
	sleep 1
	kill $pid
	wait $pid
	t_run "$tool leaves nothing" wait_for 10 sh -c '[ -z "$(kbpf prog list)$(kbpf link list)$(kbpf map list)" ]'
	head -n 20 $tool.out
}

t_run "insmod" insmod /kbpf/kbpf.ko
attaches fsdist "-t ext4" ext4_file_read_iter ext4_file_write_iter ext4_file_open ext4_sync_file ext4_file_getattr
attaches numamove "" migrate_misplaced_page
attaches tcprtt "" tcp_rcv_established
attaches tcpsynbl "" tcp_v4_syn_recv_sock tcp_v6_syn_recv_sock
attaches vfsstat "" vfs_read vfs_write vfs_open
attaches filetop "" vfs_read vfs_write
attaches slabratetop "" kmem_cache_alloc
attaches fsslower "-t ext4 -m 0" ext4_file_read_iter ext4_file_write_iter
attaches tcpconnect "" tcp_v4_connect tcp_v6_connect
attaches solisten "" inet_listen

# What a tool prints, with events by a perf buffer.
kbpf run tcpconnect >connects 2>&1 </dev/null &
tool=$!
ip link set lo up
if wait_for 30 links_on tcp_v4_connect; then
	nc -l -p 4242 -s 127.0.0.1 >/dev/null &
	listener=$!
	sleep 0.5
	echo hello | nc -w 1 127.0.0.1 4242
	wait_for 10 grep -q 4242 connects
	kill $listener 2>/dev/null
fi
kill -INT $tool
wait_for 5 sh -c "! kill -0 $tool 2>/dev/null" || kill $tool
wait $tool
cat connects
t_run "tcpconnect prints a connection (perf buffer)" grep -q '127.0.0.1.*4242' connects

# The kernel's perf events see nothing of a tracepoint while a program of its own BPF there says 0.
runs()
{
	kbpf prog list | awk '$3 ~ /^sched_process_e/ { print $4 }'
}

misses()
{
	kbpf prog list | awk '$3 ~ /^sched_process_e/ { print $6 }'
}

misses_nothing()
{
	[ "$(misses)" = 0 ]
}

theirs_sees()
{
	/bin/busybox true
	grep -q busybox theirs
}

# Ten exits more, at least, are so many runs.
exits_are_seen()
{
	local before

	before=$(runs)
	for i in 1 2 3 4 5 6 7 8 9 10; do
		/bin/busybox true
	done
	[ "$(runs)" -ge $((before + 10)) ]
}

kbpf run exitsnoop >/dev/null 2>&1 </dev/null &
tool=$!
if t_run "exitsnoop has a program" wait_for 30 misses_nothing; then
	t_run "it sees exits" exits_are_seen
	stdbuf -oL exitsnoop >theirs 2>&1 </dev/null &
	other=$!
	t_run "so does the kernel's own BPF" wait_for 30 theirs_sees
	t_run "which hides none" exits_are_seen
	t_eq "and none is missed" 0 "$(misses)"
	kill $other
	wait $other
fi
kill $tool
wait $tool
t_run "rmmod" wait_for 10 rmmod kbpf
t_done
