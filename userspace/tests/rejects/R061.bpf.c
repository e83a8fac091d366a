// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

SEC("xdp")
int bad(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)eth >= data_end)
		return XDP_PASS;
	return eth->h_proto == 0xdd86 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int good(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > data_end)
		return XDP_PASS;
	return eth->h_proto == 0xdd86 ? XDP_DROP : XDP_PASS;
}
