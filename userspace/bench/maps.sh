#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# Maps of kbpf against this kernel's, counted in instructions: run by `make bench-maps` in a guest.
. /lib/kbpf-test.sh

t_run "insmod" insmod /kbpf/kbpf.ko jit=1
t_run "the kernel's" sh -c 'maps >kernel'
t_run "kbpf's" sh -c 'LD_PRELOAD=/usr/lib/libkbpf-libbpf.so maps >kbpf'
t_eq "the same operations" "$(cut -d' ' -f1 kernel)" "$(cut -d' ' -f1 kbpf)"
awk -v OFS='\t' '
	NR == FNR { of[$1] = $2; next }
	{
		memory = sub("memory/", "", $1)
		peer = memory ? of["memory/" $1] : of[$1]
		print memory ? "maps-memory/kernel" : "maps/kernel-icount", $1, $2 / 100,
			peer / 100, "kernel", memory ? "bytes/entry" : "instructions"
	}' kernel kbpf >maps.rows
cat maps.rows
t_send maps.rows
t_run "rmmod" rmmod kbpf
t_done
