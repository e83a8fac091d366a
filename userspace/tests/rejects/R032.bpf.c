// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

SEC("fentry/vfs_read")
int BPF_PROG(bad)
{
	return 1;
}

SEC("fentry/vfs_read")
int BPF_PROG(good)
{
	return 0;
}
