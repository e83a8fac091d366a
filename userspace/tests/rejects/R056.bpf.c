// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	ctx->ax = 0;
	return 0;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	return ctx->ax;
}
