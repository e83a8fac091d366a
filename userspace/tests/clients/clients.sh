#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Other people's tools by a table, on kbpf and, where the kernel has it, on the kernel's own BPF, which see the
# same work done. Rows come back as rows.jsonl.
#
# kbpf-add: build/userspace/kbpf build/userspace/libkbpf-libbpf.so build/userspace/tests/clientwork
# kbpf-add: build/userspace/tests/libjvm.so userspace/tests/clients/tools.table userspace/tests/clients/bpftrace.table
# kbpf-add: /usr/bin/stdbuf /usr/libexec/coreutils/libstdbuf.so /usr/bin/bash /usr/sbin/mke2fs
# kbpf-kmod: ext4 loop
. /lib/kbpf-test.sh

# Does the tool wait? Then it has attached what it attaches. Numbers: poll, nanosleep, pause, rt_sigsuspend,
# rt_sigtimedwait, clock_nanosleep, epoll_wait, ppoll, epoll_pwait.
waits()
{
	local call=''

	# builtins: processes are dear on an emulated machine
	{ read -r call <"/proc/$1/syscall"; } 2>/dev/null
	case $call in
	7\ *|35\ *|34\ *|130\ *|128\ *|230\ *|232\ *|271\ *|281\ *) return 0 ;;
	esac
	return 1
}

# until_true TENTHS COMMAND...
until_true()
{
	local left=$1

	shift
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 0.1
	done
}

# A child that nobody waited for yet is gone too.
gone()
{
	local stat=''

	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null
	case $stat in
	''|*') Z '*) return 0 ;;
	esac
	return 1
}

settled()
{
	waits "$1" || gone "$1"
}

# value FILE PATTERN: what the row counts
value()
{
	case $2 in
	*'([0-9]+)'*)	sed -nE "s~^(|.*[^0-9])$2.*~\\2~p" "$1" | awk '{ sum += $1 } END { print sum + 0 }' ;;
	*)		grep -cE -e "$2" "$1" ;;
	esac
}

# within N WANT
within()
{
	case $2 in
	*+)	[ "$1" -ge "${2%+}" ] ;;
	*-*)	[ "$1" -ge "${2%-*}" ] && [ "$1" -le "${2#*-}" ] ;;
	*)	[ "$1" -eq "$2" ] ;;
	esac
}

json_text()
{
	printf '"%s"' "$(printf '%s' "$1" | tr '\n\t' '  ' | sed 's/[\\"]/\\&/g' | cut -c1-200)"
}

# Is what the row wants in the output already? Then nothing more need be waited for.
enough()
{
	[ "$(value "$1" "$2")" -ge "${3%%[-+]*}" ]
}

# Tools that sum up do so when they are interrupted; a shell's children ignore that unless they say otherwise.
stop()
{
	kill -INT "$1" 2>/dev/null
	until_true 30 gone "$1" || kill -TERM "$1"
	until_true 20 gone "$1" || kill -KILL "$1"
	wait "$1" 2>/dev/null
}

# What the tool has attached, as "3 fentry 1 kprobe".
kinds()
{
	kbpf link list | awk 'NR > 1 { n[$2]++ } END { for (k in n) printf "%s %s ", n[k], k }'
}

nothing_left()
{
	[ -z "$(kbpf prog list)$(kbpf link list)$(kbpf map list)" ]
}

# run_side OUT "PREFIX": the row's tool watches the row's work, behind PREFIX. Sets seen, works, reason, hooks.
run_side()
{
	local out=$1 prefix=$2 pid tool_pid tool_args want_text

	works=false reason=''
	rm -f go work.out
	mkfifo go
	eval "set -- $work"
	clientwork "$@" <go >work.out 2>&1 &
	pid=$!
	exec 9>go
	tool_args=$(echo "$args" | sed "s/@PID@/$pid/g")
	want_text=$(echo "$pattern" | sed "s/@PID@/$pid/g")
	# shellcheck disable=SC2086 # lists of words
	$prefix stdbuf -oL "$tool" $tool_args >"$out" 2>&1 </dev/null 9>&- &
	tool_pid=$!
	until_true 600 settled "$tool_pid" || reason="does not get to its wait"
	hooks=$(kinds)
	echo go >&9
	exec 9>&-
	until_true 300 gone "$pid" || kill "$pid"
	wait "$pid" 2>/dev/null || reason="the work failed: $(tail -n 1 work.out)"
	until_true 25 enough "$out" "$want_text" "$want"
	stop "$tool_pid"
	seen=$(value "$out" "$want_text")
	within "$seen" "$want" && works=true && reason=''
	[ $works = true ] || reason=${reason:-$(grep -vE '^ *$' "$out" | tail -n 2)}
}

# The function that the tool wants and this kernel has not (it is not built in, or only inlined), by what libbpf
# says of it and by the kernel's own list.
absent_hook()
{
	local name

	name=$(sed -nE -e "s/.*failed to find kernel BTF type ID of '([a-z0-9_]+)'.*/\\1/p" \
		-e "s/.*failed to create kprobe '([a-z0-9_]+)\\+.*No such file.*/\\1/p" \
		-e "s/.*failed to set attach target for ([a-z0-9_]+): No such.*/\\1/p" "$1" | head -n 1)
	[ -n "$name" ] && ! grep -q " [tT] $name\$" /proc/kallsyms && echo "$name"
}

# Where there is no other side to compare with, why need this row not work? On a kernel without bpf(2) that is
# because it lacks the hook or a field, or because the same kernel with bpf(2) does not run the tool either.
excuse()
{
	local name

	[ -z "$HAS_BPF" ] || return
	if name=$(absent_hook "$2"); then
		echo "this kernel has no function $name"
	elif grep -q 'invalid func unknown#195896080' "$2"; then
		# what libbpf puts where a field that the program reads is not in the kernel's types
		echo "this kernel's structures lack a field"
	elif case " ${WORKS_NOWHERE-} " in *" $1 "*) ;; *) false ;; esac then
		echo "nor on 6.12's own BPF"
	fi
}

show()
{
	[ -n "${CLIENTS_VERBOSE-}" ] || [ "$2" != true ] || return
	echo "==== $tool $args: $1: $2, $3 of $want"
	head -c 2500 "$4"
}

# run_row TOOL ARGUMENTS WORK PATTERN WANT: on kbpf, then on the kernel's own BPF. One after the other: the
# kernel gives an event to others only where the programs that it has there let it through.
run_row()
{
	local tool=$1 args=$2 work=$3 pattern=$4 want=$5 seen works reason hooks
	local ours n kinds why excuse='' theirs=null theirs_n=null

	run_side ours.out "kbpf run -v"
	ours=$works n=$seen kinds=$hooks why=$reason
	show kbpf "$ours" "$n" ours.out
	[ "$ours" = true ] || excuse=$(excuse "$tool" ours.out)
	until_true 100 nothing_left || t_not_ok "$tool leaves nothing" "$(kbpf link list | tail -n 1)"
	if [ -n "$HAS_BPF" ]; then
		run_side theirs.out ""
		theirs=$works theirs_n=$seen
		show in-tree "$theirs" "$theirs_n" theirs.out
	fi
	printf '{"tool": "%s", "args": %s, "kernel": "%s", "works": %s, "in_tree_works": %s, "reason": %s, "want": "%s", "seen": %s, "in_tree_seen": %s, "kinds": %s, "excuse": %s}\n' \
		"$tool" "$(json_text "$args")" "$KBPF_KERNEL" "$ours" "$theirs" "$(json_text "$why")" "$want" "$n" "$theirs_n" \
		"$(json_text "$kinds")" "$(json_text "$excuse")" >>rows.jsonl
	t_send rows.jsonl rows.jsonl
	case $ours,$theirs in
	true,*)		t_ok "$tool $args: $n of $want, $theirs_n in-tree ($kinds)" ;;
	false,false)	t_skip "$tool $args" "nor on the kernel's own BPF: $why" ;;
	*)
		if [ -n "$excuse" ]; then
			t_skip "$tool $args" "$excuse"
		else
			t_not_ok "$tool $args" "$n of $want, $theirs_n in-tree ($kinds): $why"
		fi
		;;
	esac
}

row()
{
	[ -z "${TOOLS-}" ] || case " $TOOLS " in *" $1 "*) ;; *) return ;; esac
	run_row "$@"
}

make_disk()
{
	# ext4 wants it softly, which busybox does not look at
	modprobe crc32c_generic 2>/dev/null
	dd if=/dev/zero of=/run/disk bs=1M count=64 2>/dev/null
	mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=0 /run/disk &&
	losetup /dev/loop0 /run/disk &&
	mkdir -p /mnt/disk && mount -t ext4 /dev/loop0 /mnt/disk &&
	dd if=/dev/zero of=/mnt/disk/blocks bs=4096 count=20 2>/dev/null &&
	cp /mnt/disk/blocks /mnt/disk/files && sync
}

# More memory than its group may have.
cat >/kbpf/hog <<'END'
#!/bin/sh
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir -p /sys/fs/cgroup/hog && echo 16M >/sys/fs/cgroup/hog/memory.max
sh -c 'echo $$ >/sys/fs/cgroup/hog/cgroup.procs; echo | clientwork memory 64'
exit 0
END

# Memory that must be reclaimed by those who want it: huge pages, of which a pool is asked for more than the kernel
# may hand out (single pages would be kswapd's work, or the OOM killer's).
cat >/kbpf/squeeze <<'END'
#!/bin/sh
was=$(cat /proc/sys/vm/min_free_kbytes)
awk '$1 == "MemFree:" { print $2 - 128 * 1024 }' /proc/meminfo >/proc/sys/vm/min_free_kbytes
echo 100 >/proc/sys/vm/nr_hugepages
echo 0 >/proc/sys/vm/nr_hugepages
echo "$was" >/proc/sys/vm/min_free_kbytes
END
# A shell that reads its lines as one that is typed into does.
printf '#!/bin/sh\nexec bash --norc -i </tmp/script\n' >/kbpf/shell
chmod +x /kbpf/hog /kbpf/squeeze /kbpf/shell
# or every line with a time opens /etc/localtime, and tools that watch opens print a line for that
export TZ=UTC
printf 'echo kbpf-marker\nexit\n' >/tmp/script
[ ! -e /sys/kernel/btf/vmlinux ] || HAS_BPF=1
t_run "insmod" insmod /kbpf/kbpf.ko
t_run "a disk" make_disk
if [ -z "$HAS_BPF" ]; then
	t_run "types of this kernel" kbpf btf install /kbpf/vmlinux.btf
	t_run "kbpf btf" kbpf btf
fi
: >rows.jsonl
. "/kbpf/$CLIENTS_TABLE"
t_run "rmmod" until_true 100 rmmod kbpf
t_done
