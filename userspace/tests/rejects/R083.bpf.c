// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym __weak;

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	return !bpf_cpumask_create();
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	if (!bpf_cpumask_create)
		return 0;
	return !bpf_cpumask_create();
}
