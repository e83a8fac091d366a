// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

SEC("kprobe/d_alloc")
int bad(struct pt_regs *ctx)
{
	struct qstr *name = (struct qstr *)PT_REGS_PARM2(ctx);

	return name->len;
}

SEC("kprobe/d_alloc")
int good(struct pt_regs *ctx)
{
	struct qstr *name = (struct qstr *)PT_REGS_PARM2(ctx);

	return BPF_CORE_READ(name, len);
}
