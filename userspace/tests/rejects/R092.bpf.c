// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	if (bpf_get_smp_processor_id())
		bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 0;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 0;
}
