#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# The machine code of a tool's programs as "kbpf prog dump --jit" lists it, in a guest that has LLVM's
# library; its 100 MB make this no part of "make e2e":
#
#	kunit/qemu/guest --kernel 6.12 --name dump --mem 2048 --suite userspace/tests/jit/dump.sh \
#		--add "$(kunit/qemu/modules --kernel 6.12)"
#
# kbpf-add: build/userspace/kbpf build/userspace/tools/opensnoop /usr/lib/x86_64-linux-gnu/libLLVM-14.so.1
. /lib/kbpf-test.sh

attached()
{
	n=100
	until kbpf link list | grep -q openat; do
		n=$((n - 1))
		[ $n -gt 0 ] || return 1
		sleep 0.2
	done
}

t_run "insmod" insmod /kbpf/kbpf.ko
opensnoop >opens 2>&1 </dev/null &
tool=$!
t_run "something to look at" attached
for id in $(kbpf prog list | awk 'NR > 1 { print $1 }'); do
	t_run "program $id is listed" sh -c "kbpf prog dump --jit $id >listing 2>err"
	cat listing >>listings
	t_run "with functions" grep -q '^function 0, [0-9]* bytes at 0xffffffff' listing
	t_run "that return" grep -q 'ret\|jmp' listing
	t_eq "and all of it are instructions" "" "$(grep -e "\.byte" listing err; cat err)"
	t_run "as JSON" sh -c "kbpf prog dump --json --jit $id | grep -q '\"text\"'"
done
t_send listings listings.txt
kill $tool
wait $tool
sleep 1
t_run "rmmod" rmmod kbpf
t_done
