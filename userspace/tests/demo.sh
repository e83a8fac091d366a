#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# `make demo`, the guest's part: a stock kernel, kbpf.ko, programs at work in it. What is printed is
# their real output; each step is also checked, and one that fails fails the demo.
#
# kbpf-add: build/userspace/kbpf build/userspace/libkbpf-libbpf.so build/userspace/tools/opensnoop
# kbpf-add: build/userspace/tests/load build/userspace/tests/bad.bpf.o build/userspace/tests/json-check
# kbpf-add: /usr/sbin/vfsstat /usr/sbin/filetop
. /lib/kbpf-test.sh

DIR=/tmp/workload

title()
{
	printf '\n\033[1m== %s\033[0m\n' "$*"
}

# The command as one would type it, then its output.
show()
{
	printf '$ %s\n' "$*"
	"$@"
}

# wait_for SECONDS COMMAND...: until it succeeds
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

# ---- the workload: named files, known processes, known results --------------------------------------

# open_as NAME COMMAND...: runs COMMAND, and remembers its process in $DIR/NAME.pid
open_as()
{
	local name=$1

	shift
	sh -c 'echo $$ >"$1"; shift; exec "$@"' - "$DIR/$name.pid" "$@" >/dev/null 2>&1
}

prepare()
{
	mkdir -p $DIR/directory
	echo hello >$DIR/readable
	echo secret >$DIR/private
	chmod 600 $DIR/private
	chmod 777 $DIR
}

workload()
{
	open_as reads cat $DIR/readable
	open_as misses cat $DIR/missing
	open_as not_dir cat $DIR/readable/below
	open_as is_dir dd if=/dev/null of=$DIR/directory
	su nobody -c "echo \$\$ >$DIR/denied.pid; exec cat $DIR/private" >/dev/null 2>&1
}

# saw NAME RESULT PATH: opensnoop printed that open with that process and result ("fd": any descriptor)
saw()
{
	awk -v pid="$(cat "$DIR/$1.pid")" -v result="$2" -v path="$3" '
		$1 == pid && $5 == path && (result == "fd" ? $3 ~ /^[0-9]+$/ : $3 == result) { found = 1 }
		END { exit !found }' opens
}

# Background work for the tools that count: reads, writes, opens, creates and syncs.
churn()
{
	while [ ! -e $DIR/stop ]; do
		dd if=/dev/zero of=$DIR/churned bs=4k count=64 conv=fsync 2>/dev/null
		cat $DIR/churned $DIR/churned >/dev/null
		rm -f $DIR/churned
		sleep 0.05
	done
}

# ---- the demo --------------------------------------------------------------------------------------------

title "Linux $(uname -r), as Debian built it, and kbpf.ko"
show insmod /kbpf/kbpf.ko
t_eq "kbpf.ko is inserted" "kbpf" "$(sed -n 's/^\(kbpf\) .*/\1/p' /proc/modules)"
show kbpf version
prepare

title "opensnoop, compiled by clang, judged and run by kbpf"
echo '$ opensnoop &'
opensnoop >opens 2>opens.err &
snoop=$!
if wait_for 60 grep -q '^PID' opens; then
	workload
	# events arrive in order: when the last is there, all are
	wait_for 10 saw denied EACCES $DIR/private
	kill -INT $snoop
	wait $snoop
	t_eq "opensnoop ends well" 0 $?
	grep -e '^PID' -e "$DIR" opens | grep -v '\.pid$'
else
	t_not_ok "opensnoop starts" "$(tail -n 3 opens.err)"
	kill $snoop
fi
cat opens.err
t_run "open of a file that is there" saw reads fd $DIR/readable
t_run "open of a file that is not there: ENOENT" saw misses ENOENT $DIR/missing
t_run "open below a file: ENOTDIR" saw not_dir ENOTDIR $DIR/readable/below
t_run "open of a directory for writing: EISDIR" saw is_dir EISDIR $DIR/directory
t_run "open by somebody else: EACCES" saw denied EACCES $DIR/private

title "Debian's vfsstat, unmodified, on kbpf"
churn &
churner=$!
show kbpf run vfsstat 1 3 | tee vfsstat.out
# TIME: READ/s WRITE/s FSYNC/s OPEN/s CREATE/s; fsync(2) and creat(2) do not pass by the functions that
# it probes for the other two
t_run "vfsstat counts reads, writes and opens" awk '
	/^[0-9].*:/ { reads += $2; writes += $3; opens += $5 }
	END { exit !(reads && writes && opens) }' vfsstat.out

title "Debian's filetop, unmodified, on kbpf"
show kbpf run filetop -C -r 6 1 2 >filetop.out 2>&1
tail -n 8 filetop.out
t_run "filetop sees the file that is read and written" awk '
	$NF == "churned" && $3 + $4 > 0 { found = 1 }
	END { exit !found }' filetop.out

title "A program with a mistake"
echo '$ load bad.bpf.o no_null_check'
load /kbpf/bad.bpf.o no_null_check >refusal 2>&1
status=$?
cat refusal
t_eq "it is refused" 1 $status
t_run "the refusal names the source line" grep -q 'count' refusal

title "What runs in the module now: vfsstat in the background"
kbpf run --time vfsstat 1 >/dev/null 2>vfsstat.err &
vfsstat=$!
# ID TYPE NAME RUNS AVG MISSES SLOTS
has_run()
{
	kbpf prog list | awk '$3 ~ /_vfs_read$/ && $4 > 100 && $5 > 0 { found = 1 } END { exit !found }'
}
t_run "programs run, and their time is measured" wait_for 60 has_run
show kbpf prog list
kbpf prog list --json >progs.json
t_run "the list as JSON" sh -c 'json-check <progs.json'

touch $DIR/stop
kill $vfsstat
wait $vfsstat $churner
cat vfsstat.err
t_run "rmmod once nothing uses it" wait_for 10 rmmod kbpf
t_done
