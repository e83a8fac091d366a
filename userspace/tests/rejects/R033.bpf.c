// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

static __noinline char *name(void)
{
	char comm[16], *p = comm;

	bpf_get_current_comm(comm, sizeof(comm));
	asm volatile("" : "+r"(p));
	return p;
}

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	return name()[0];
}

static __noinline int get_name(char *comm)
{
	return bpf_get_current_comm(comm, 16);
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	char comm[16];

	get_name(comm);
	return comm[0];
}
