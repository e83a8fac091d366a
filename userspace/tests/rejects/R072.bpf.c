// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#define OWN_LICENSE
#include "reject.h"

char LICENSE[] SEC("license") = "Proprietary";

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	return bpf_probe_read_kernel(ctx, 0, NULL);
}

/* either with a licence that the helper's authors ask for, or without the helper */
SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	return bpf_get_smp_processor_id();
}
