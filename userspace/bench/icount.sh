#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# kbpf.ko against this kernel's BPF, counted in instructions: run by `make bench` in a guest.
. /lib/kbpf-test.sh

oracle() { cat "/sys/module/kbpf_oracle/parameters/$1"; }
# rows GROUP OURS THEIRS FIELD PEER UNIT: a column of what runs prints, as rows
rows()
{
	awk -v group="$1" -v field="$4" -v peer="$5" -v unit="$6" -v OFS='\t' \
		'NR == FNR { of[$1] = $field; next }
		 # entering is a row of its own
		 { g = $1 == "empty" && field == 2 ? "entry" substr(group, index(group, "/")) : group }
		 of[$1] + 0 && $field + 0 { print g, $1, $field, of[$1], peer, unit }' "$3" "$2"
}

t_run "insmod" insmod /kbpf/kbpf.ko jit=1
t_run "the kernel's" sh -c 'runs /kbpf/programs.bpf.o >kernel'
t_run "kbpf's" sh -c 'LD_PRELOAD=/usr/lib/libkbpf-libbpf.so runs /kbpf/programs.bpf.o >kbpf'
t_run "reinserted without the JIT" sh -c 'rmmod kbpf && insmod /kbpf/kbpf.ko jit=0'
t_run "interpreted" sh -c 'LD_PRELOAD=/usr/lib/libkbpf-libbpf.so runs /kbpf/programs.bpf.o >interp'
results() { grep -v refused "$1" | cut -d' ' -f1,4; }
for run in kbpf interp; do
	grep refused $run | while read -r name rest; do
		t_not_ok "$name runs" "refused, which this kernel does not"
		sed -i "/^$name /d" kernel
	done
	t_eq "$run returns what the kernel's does" "$(results kernel)" "$(results $run)"
done
t_run "compiling" insmod /kbpf/kbpf_oracle.ko programs=300
{
	rows jit/kernel-icount kbpf kernel 2 "kernel JIT" instructions
	rows interp/jit-icount interp kbpf 2 "kbpf JIT" instructions
	rows jit-size/kernel-guest kbpf kernel 3 "kernel JIT" bytes
	printf 'jit-compile/kernel\trandom programs\t%s\t%s\tkernel JIT\tinstructions/insn\n' \
		"$(oracle kbpf_jit_ns)" "$(oracle kernel_jit_ns)"
} >icount.rows
cat icount.rows
t_send icount.rows
t_done
