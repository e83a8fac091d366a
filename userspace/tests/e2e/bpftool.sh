#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# bpftool, unmodified, on kbpf: it sees what kbpf's own command sees, and changes maps.
#
# kbpf-only: 6.1 6.12
# kbpf-add: build/userspace/kbpf build/userspace/libkbpf-libbpf.so build/userspace/tools/opensnoop
# kbpf-add: build/userspace/tests/uapi_helpers build/userspace/tools/flowtop /usr/sbin/bpftool /usr/bin/comm
. /lib/kbpf-test.sh

bt()
{
	kbpf run -v bpftool "$@"
}

until_true()
{
	local left=$1

	shift
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 0.2
	done
}

# refused WORDS ARGUMENT...: bpftool fails, and says so. Its status is an errno, or what is left of it.
refused()
{
	local words=$1

	shift
	! kbpf run -v bpftool "$@" >refusal 2>&1 && grep -q "$words" refusal
}

attached()
{
	kbpf link list | grep -q openat
}

t_run "insmod" insmod /kbpf/kbpf.ko
opensnoop >opens 2>&1 </dev/null &
tool=$!
t_run "something to look at" until_true 100 attached

bt prog show >progs 2>err
t_eq "prog show lists what kbpf lists" "$(kbpf prog list | awk 'NR > 1 { print $1 }' | tr '\n' ' ')" \
	"$(sed -n 's/^\([0-9]*\): .*/\1/p' progs | tr '\n' ' ')"
bt map show >maps 2>err
t_eq "map show" "$(kbpf map list | awk 'NR > 1 { print $1 }' | tr '\n' ' ')" \
	"$(sed -n 's/^\([0-9]*\): .*/\1/p' maps | tr '\n' ' ')"
bt link show >links 2>err
t_eq "link show" "$(kbpf link list | awk 'NR > 1 { print $1 }' | tr '\n' ' ')" \
	"$(sed -n 's/^\([0-9]*\): .*/\1/p' links | tr '\n' ' ')"
t_run "btf show" sh -c 'kbpf run bpftool btf show | grep -q "^[0-9]*: name"'
t_run "with the kernel's own" sh -c 'kbpf run bpftool btf show | grep -q "^[0-9]*: name \[vmlinux\]"'
cat progs maps links

prog=$(awk 'NR > 1 { print $1; exit }' <<END
$(kbpf prog list)
END
)
t_run "prog dump xlated" sh -c "kbpf run bpftool prog dump xlated id $prog | tee code | grep -q 'exit'"
t_run "with its source" grep -q '^; ' code
t_run "prog show tells how long the code is" grep -q ' jited [1-9][0-9]*B ' progs
# Debian's bpftool is built without a disassembler, and does not even ask
t_run "prog dump jited is not bpftool's" refused "No libbfd support" prog dump jited id "$prog"
btf=$(kbpf run bpftool -p prog show id "$prog" | sed -n 's/.*"btf_id": \([0-9]*\).*/\1/p')
t_run "btf dump" sh -c "kbpf run bpftool btf dump id $btf | grep -q FUNC"

# A map of bpftool's own lives as long as bpftool: maps of the running tool are what it can change.
hash=$(sed -n 's/^\([0-9]*\): hash .*/\1/p' maps | head -n 1)
size=$(sed -n "/^$hash: /,/^[0-9]*: /s/.*key \([0-9]*\)B  value \([0-9]*\)B.*/\1 \2/p" maps | head -n 1)
key=$(head -c "${size% *}" /dev/zero | od -An -v -tu1 | tr -s ' \n' ' ')
value=$(head -c "${size#* }" /dev/zero | od -An -v -tu1 | tr -s ' \n' ' ')
# shellcheck disable=SC2086 # lists of bytes
t_run "map update" kbpf run bpftool map update id "$hash" key $key value $value
# shellcheck disable=SC2086
t_run "map lookup" kbpf run bpftool map lookup id "$hash" key $key
t_run "map dump" sh -c "kbpf run bpftool map dump id $hash | grep -q value"
# shellcheck disable=SC2086
t_run "map delete" kbpf run bpftool map delete id "$hash" key $key
# shellcheck disable=SC2086
t_run "and it is gone" refused "Not found" map lookup id "$hash" key $key

# What cannot be: there is no file system for kbpf's objects.
mkdir -p pins
t_run "a pin is refused, and why is said" refused "no file system for objects" map pin id "$hash" "$PWD/pins/map"

# helpers_of FEATURES: "kprobe bpf_loop" a line, of the program types that bpftool can ask about
helpers_of()
{
	sed -n -e 's/^eBPF helpers supported for program type \([a-z_]*\):$/= \1/p' -e 's/^[ \t]*- \(bpf_[a-z_0-9]*\)$/\1/p' "$1" |
		awk '$1 == "=" { type = $2; next } { print type, $1 }' | sort
}

kbpf run bpftool feature probe full >features 2>&1
t_send features features.txt
uapi_helpers --types | sort >claimed
# bpftool asks for more program types than the tables' list has, and cannot ask for tracing
helpers_of features | awk 'NR == FNR { ours[$1]; next } $1 in ours' claimed - >probed
t_eq "feature probe: helpers are those of the tables" "" "$(comm -3 claimed probed | tr '\n\t' '; ')"
t_run "feature probe: bpf(2)" grep -q 'bpf() syscall is available' features
t_run "feature probe: programs" grep -q 'program_type kprobe is available' features
t_run "feature probe: helpers" grep -q 'bpf_ringbuf_output' features

# prog run: a datagram from port 7 to port 9, seven times
flow_prog()
{
	kbpf prog list | awk '$3 == "ingress" { print $1 }'
}

has_flow_prog()
{
	[ -n "$(flow_prog)" ]
}

ip link set lo up
flowtop -i 1000 lo >/dev/null 2>flows.err </dev/null &
flows=$!
t_run "a program on packets" until_true 100 has_flow_prog
printf '\0\0\0\0\0\0\0\0\0\0\0\0\10\0''\105\0\0\40\0\0\0\0\100\21\0\0\12\0\0\1\12\0\0\2''\0\7\0\11\0\14\0\0kbpf' >datagram
kbpf run bpftool prog run id "$(flow_prog)" data_in datagram repeat 7 >ran 2>&1
cat ran
t_run "prog run" grep -q '^Return value: 4294967295' ran
kbpf run bpftool map dump id "$(kbpf run bpftool map show | sed -n 's/^\([0-9]*\): hash  name flows .*/\1/p')" >flow
t_run "which counted the datagram" grep -q '"dport": 9' flow
t_run "as often as it was to" grep -q '"packets": 7' flow

kill $tool $flows
wait $tool $flows
t_run "nothing is left" until_true 50 sh -c '[ -z "$(kbpf prog list)$(kbpf link list)$(kbpf map list)" ]'
t_run "rmmod" until_true 50 rmmod kbpf
t_done
