// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	struct bpf_iter_num it;
	int at;

	bpf_iter_num_new(&it, 0, 10);
	at = *(int *)&it;
	bpf_iter_num_destroy(&it);
	return at;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	struct bpf_iter_num it;
	int at = 0, *next;

	bpf_iter_num_new(&it, 0, 10);
	next = bpf_iter_num_next(&it);
	if (next)
		at = *next;
	bpf_iter_num_destroy(&it);
	return at;
}
