// SPDX-License-Identifier: (GPL-2.0 OR LGPL-2.1 OR BSD-2-Clause)
/* Programs of the USDT test: arguments of a probe that a program was built with. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

__u64 hits = 0;
__u64 cookie = 0;
long count = 0;
long sum = 0;
__s64 small = 0;

SEC("usdt")
int BPF_USDT(on_step, long number, short narrow, long *pointed)
{
	hits++;
	count = bpf_usdt_arg_cnt(ctx);
	cookie = bpf_usdt_cookie(ctx);
	sum += number;
	small = narrow;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
