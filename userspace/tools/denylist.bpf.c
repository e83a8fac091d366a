// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * denylist: drop packets from addresses in a map, count what happens.
 */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "kbpf.h"
#include "denylist.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DENYLIST_MAX);
	__type(key, struct address);
	__type(value, struct denied);
} deny SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DENYLIST_COUNTS);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

static void count(__u32 what)
{
	__u64 *n = bpf_map_lookup_elem(&counts, &what);

	if (n)
		(*n)++;
}

/* The sender, as a key; IPv4 addresses as the mapped ones of IPv6. */
static int sender(struct kbpf_nf_ctx *ctx, struct address *from)
{
	if (ctx->pf == 10)
		return bpf_skb_load_bytes((struct __sk_buff *)ctx, 8, from->byte, 16);
	from->word[2] = bpf_htonl(0xffff);
	return bpf_skb_load_bytes((struct __sk_buff *)ctx, 12, from->byte + 12, 4);
}

SEC("netfilter")
int filter(struct kbpf_nf_ctx *ctx)
{
	struct address from = {};
	struct denied *d;

	if (sender(ctx, &from)) {
		count(DENYLIST_STRANGE);
		return 1;
	}
	d = bpf_map_lookup_elem(&deny, &from);
	if (!d) {
		count(DENYLIST_PASSED);
		return 1;
	}
	__sync_fetch_and_add(&d->packets, 1);
	__sync_fetch_and_add(&d->bytes, ctx->len);
	count(DENYLIST_DROPPED);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
