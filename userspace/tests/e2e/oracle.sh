#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
# kbpf-module: oracle
# kbpf-add: build/userspace/conformance.cases
#
# The public suite's cases under kbpf's interpreter and JIT; random programs under kbpf's interpreter and JIT and under this kernel's own BPF.
. /lib/kbpf-test.sh

# under KASAN, on an emulated machine, a tenth
[ "$KBPF_KERNEL" = debug ] && default=1000 || default=10000
programs=${KBPF_ORACLE_PROGRAMS:-$default}
param() { cat "/sys/module/kbpf_oracle/parameters/$1"; }

if t_run "$programs random programs, as the kernel's BPF does" \
	insmod /kbpf/kbpf_oracle.ko cases=/kbpf/conformance.cases programs="$programs" seed="${KBPF_ORACLE_SEED:-1}"; then
	if [ -s /kbpf/conformance.cases ]; then
		t_eq "the public suite's cases" 313 "$(param cases_passed)"
	else
		t_skip "the public suite's cases" "they were not there when this was built"
	fi
	t_eq "writing to compiled code faults" Y "$(param write_faults)"
	t_eq "kbpf compiled them all" "$programs" "$(param kbpf_jited)"
	if [ "$(cat /proc/sys/net/core/bpf_jit_enable 2>/dev/null || echo 0)" != 0 ]; then
		t_eq "the kernel compiled them all" "$programs" "$(param kernel_jited)"
	fi
	t_run "rmmod" rmmod kbpf_oracle
fi
t_done
