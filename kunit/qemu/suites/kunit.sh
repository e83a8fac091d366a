#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The guest's side of `make kunit`: load the modules, take over what every suite reported.

. /lib/kbpf-test.sh

t_fails "the kernel has no bpf(2)" test -e /proc/sys/kernel/unprivileged_bpf_disabled

if [ -e /kbpf/kbpf.ko ]; then
	t_run "insmod kbpf" insmod /kbpf/kbpf.ko
fi
# Suites run while the module loads; a suite that fails does not fail the load.
if t_run "insmod kbpf_kunit" insmod /kbpf/kbpf_kunit.ko; then
	for results in /sys/kernel/debug/kunit/*/results; do
		t_tap cat "$results"
	done
	# A leak is looked for at the end, when our symbols are gone: keep what it takes to read it.
	grep '\[kbpf' /proc/kallsyms >kallsyms.txt
	t_send kallsyms.txt
	t_run "rmmod kbpf_kunit" rmmod kbpf_kunit
fi
if [ -e /kbpf/kbpf.ko ]; then
	t_run "rmmod kbpf" rmmod kbpf
fi
t_done
