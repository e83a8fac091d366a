// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	struct bpf_iter_num it = {};

	return bpf_iter_num_next(&it) != NULL;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	struct bpf_iter_num it;
	int more;

	bpf_iter_num_new(&it, 0, 10);
	more = bpf_iter_num_next(&it) != NULL;
	bpf_iter_num_destroy(&it);
	return more;
}
