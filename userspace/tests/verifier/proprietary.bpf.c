// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* A program that is not under the GPL: see features.def and features.h. */
#include "features.h"

char LICENSE[] SEC("license") = "Proprietary";

SEC("syscall") int gpl_not_needed_gives_1(void *ctx)
{
	return bpf_get_smp_processor_id() < 4096;
}

SEC("syscall") int gpl_needed_refused(void *ctx)
{
	return bpf_probe_read_kernel(bytes, 1, &seven);
}
