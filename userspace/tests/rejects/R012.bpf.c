// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

/* the kernel's own variable, one for each CPU */
extern const struct rq runqueues __ksym;

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	const struct rq *rq = &runqueues;

	asm volatile("" : "+r"(rq));
	return rq != NULL;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, pid);
}
