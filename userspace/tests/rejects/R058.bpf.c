// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

SEC("xdp")
int bad(struct xdp_md *ctx)
{
	struct xdp_md own = { .ingress_ifindex = 1 }, *from = &own;

	if (bpf_get_prandom_u32() & 1)
		from = ctx;
	return from->ingress_ifindex == 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int good(struct xdp_md *ctx)
{
	__u32 index = 1;

	if (bpf_get_prandom_u32() & 1)
		index = ctx->ingress_ifindex;
	return index == 1 ? XDP_PASS : XDP_DROP;
}
