#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# The command line: exit codes, listings, JSON, and that it says what is wrong.
#
# kbpf-add: build/userspace/kbpf build/userspace/libkbpf-libbpf.so build/userspace/libkbpf-check.so
# kbpf-add: build/userspace/tools/opensnoop build/userspace/tools/opensnoop.bpf.o
# kbpf-add: build/userspace/tests/json-check build/userspace/tests/load build/userspace/tests/bad.bpf.o /usr/sbin/vfsstat
. /lib/kbpf-test.sh

# exits WANT NAME COMMAND...
exits()
{
	local want=$1 name=$2 got=0

	shift 2
	"$@" >out 2>err </dev/null || got=$?
	cat out err
	t_eq "$name: exit status" "$want" "$got"
}

# says NAME TEXT: the last command said so
says()
{
	t_run "$1" grep -q -e "$2" out err
}

is_json()
{
	t_run "$1: JSON" sh -c 'json-check <out'
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

# ---- without the module --------------------------------------------------------------------------------

exits 0 "kbpf --help" kbpf --help
exits 2 "kbpf alone" kbpf
exits 2 "kbpf of no command" kbpf nonsense
for cmd in run check prog map link stats explain version; do
	exits 0 "kbpf $cmd --help" kbpf $cmd --help
	says "kbpf $cmd --help explains itself" "^kbpf $cmd"
done
exits 2 "prog list without the module" kbpf prog list
says "it says that the module is not loaded" "module is not loaded"
exits 125 "run without the module" kbpf run vfsstat 1 1
exits 0 "version without the module" kbpf version
says "version says so" "not loaded"
exits 0 "version --json without the module" kbpf version --json
is_json "version without the module"
exits 0 "check of good programs" kbpf check /kbpf/opensnoop.bpf.o
exits 1 "check of bad programs" kbpf check /kbpf/bad.bpf.o
says "the good one among them is accepted" "^good: accepted"
says "each bad one is refused" "^no_bound: refused, mem_bounds"
exits 1 "check --json" kbpf check --json /kbpf/bad.bpf.o
is_json "check"
exits 0 "check --log-level 2" kbpf check --log-level 2 /kbpf/opensnoop.bpf.o
says "it tells the state at each instruction" "R1=ctx"
exits 2 "check of no object" kbpf check /etc/passwd
exits 2 "check of nothing" kbpf check
exits 0 "check -- TOOL" kbpf check --seconds 3 -- vfsstat 1
says "it reports the tool's programs" "^[a-z]*_vfs_read: accepted"
exits 0 "explain" kbpf explain
exits 0 "explain of a rule" kbpf explain R044
says "it has an example" "^int bad"
exits 1 "explain of no rule" kbpf explain R999
exits 0 "explain --json" kbpf explain --json
is_json "explain"
su nobody -c 'kbpf check /kbpf/opensnoop.bpf.o' >out 2>err
t_eq "check needs no rights" 0 $?

# ---- with it ----------------------------------------------------------------------------------------------

t_run "insmod" insmod /kbpf/kbpf.ko
t_eq "the device is root's alone" "crw-------" "$(ls -l /dev/kbpf | cut -c1-10)"
exits 0 "prog list of nothing" kbpf prog list
for what in prog map link; do
	exits 0 "$what list --json of nothing" kbpf $what list --json
	is_json "$what list of nothing"
done
# the log of a load is what kbpf check prints: that line of the caller's, then the explanation
for prog in no_null_check no_bound raw_pointer no_end; do
	load /kbpf/bad.bpf.o $prog | sed 1d >said
	kbpf check --program $prog /kbpf/bad.bpf.o | sed '$d' >wanted
	t_run "the device explains $prog as kbpf check does" cmp said wanted
done
exits 2 "prog show of a name" kbpf prog show nonsense
exits 1 "prog show of no id" kbpf prog show 999999
exits 1 "map dump of no id" kbpf map dump 999999
exits 2 "prog list with rubbish" kbpf prog list rubbish
exits 127 "run of no tool" kbpf run no-such-tool
exits 126 "run of a static binary" kbpf run busybox
says "it says why" "linked statically"
exits 126 "run of a file that is not executable" kbpf run /etc/passwd
exits 3 "run passes the exit status on" kbpf run dash -c 'exit 3'
su nobody -c 'kbpf prog list' >out 2>err
t_eq "prog list without rights: exit status" 2 $?
says "it says so" "no permission"
su nobody -c 'kbpf run vfsstat 1 1' >out 2>err
t_eq "run without rights: exit status" 125 $?

# vfsstat attaches by fentry where it can, else by kprobes
kbpf run --time vfsstat 1 >vfsstat.out 2>&1 </dev/null &
tool=$!
has_links()
{
	[ "$(kbpf link list | grep -c -e kprobe -e fentry)" -ge 3 ]
}
t_run "vfsstat is up" wait_for 40 has_links
cat /etc/passwd /etc/passwd >/dev/null
exits 0 "prog list" kbpf prog list
says "it has the programs" "[a-z]_vfs_read"
exits 0 "prog list --json" kbpf prog list --json
is_json "prog list"
exits 0 "map list" kbpf map list
says "it has the map" "vfsstat_.bss"
exits 0 "map list --json" kbpf map list --json
is_json "map list"
exits 0 "map stats" kbpf map stats
says "map stats has the maps" "vfsstat_.bss"
exits 0 "map stats --json" kbpf map stats --json
is_json "map stats"
exits 0 "map stats --watch" kbpf map stats --watch 1 --count 1
says "map stats --watch has the maps" "vfsstat_.bss"
exits 0 "link list" kbpf link list
says "it has the links" "vfs_read\\|tracing"
exits 0 "link list --json" kbpf link list --json
is_json "link list"

prog=$(kbpf prog list | awk '$3 ~ /_vfs_read$/ { print $1 }')
map=$(kbpf map list | awk '$3 == "vfsstat_.bss" { print $1 }')
link=$(kbpf link list | awk 'NR == 2 { print $1 }')
exits 0 "prog show" kbpf prog show "$prog"
says "prog show tells its runs" "runs  *[1-9]"
exits 0 "prog show --json" kbpf prog show --json "$prog"
is_json "prog show"
exits 0 "prog dump" kbpf prog dump "$prog" xlated
says "prog dump has source lines" "^; .*vfsstat.bpf.c:"
says "prog dump has instructions" "exit"
exits 0 "prog dump --json" kbpf prog dump --json "$prog"
is_json "prog dump"
exits 0 "map dump" kbpf map dump "$map"
says "map dump knows the variable" "stats"
exits 0 "map dump --json" kbpf map dump --json "$map"
is_json "map dump"
exits 0 "link show" kbpf link show "$link"
exits 0 "link show --json" kbpf link show --json "$link"
is_json "link show"
exits 0 "stats" kbpf stats
says "stats sums up" "programs, [1-9][0-9]* runs"
exits 0 "stats --json" kbpf stats --json
is_json "stats"
exits 0 "stats --watch" kbpf stats --watch 1 --count 2
exits 0 "stats --watch --json" kbpf stats --watch 1 --count 2 --json
t_run "stats --watch: JSON lines" sh -c 'json-check --lines <out'
exits 0 "version" kbpf version
says "version of the module" "^module  [0-9]"
exits 0 "version --json" kbpf version --json
is_json "version"
kill $tool
wait $tool

opensnoop --json --duration 4 >opens 2>&1 &
snoop=$!
t_run "opensnoop is up" wait_for 30 sh -c 'kbpf link list | grep -q openat2'
cat /no-such-file-here 2>/dev/null
wait $snoop
t_eq "opensnoop --duration ends by itself" 0 $?
t_run "opensnoop --json" sh -c 'grep "{" opens | json-check --lines'
t_run "opensnoop saw the failure" grep -q '"errno": "ENOENT".*"path": "/no-such-file-here"' opens
t_fails "opensnoop of no number" opensnoop --pid x
t_run "rmmod" wait_for 10 rmmod kbpf
t_done
