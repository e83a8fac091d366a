// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * flowtop: bytes and packets of every flow of an interface, both ways.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "flowtop.h"

#define TC_ACT_UNSPEC (-1)

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FLOWTOP_FLOWS);
	__type(key, struct flow);
	__type(value, struct traffic);
} flows SEC(".maps");

/* Packets that are in no flow, because the map was full. */
__u64 untracked;

static int read_ipv4(struct __sk_buff *skb, struct flow *f)
{
	struct iphdr h;

	if (bpf_skb_load_bytes(skb, ETH_HLEN, &h, sizeof(h)))
		return -1;
	f->family = 4;
	f->proto = h.protocol;
	f->src[10] = f->src[11] = f->dst[10] = f->dst[11] = 0xff;
	__builtin_memcpy(f->src + 12, &h.saddr, 4);
	__builtin_memcpy(f->dst + 12, &h.daddr, 4);
	return h.frag_off & bpf_htons(0x1fff) ? 0 : ETH_HLEN + h.ihl * 4;
}

static int read_ipv6(struct __sk_buff *skb, struct flow *f)
{
	struct ipv6hdr h;

	if (bpf_skb_load_bytes(skb, ETH_HLEN, &h, sizeof(h)))
		return -1;
	f->family = 6;
	f->proto = h.nexthdr;
	__builtin_memcpy(f->src, &h.saddr, 16);
	__builtin_memcpy(f->dst, &h.daddr, 16);
	return ETH_HLEN + sizeof(h);
}

static void read_ports(struct __sk_buff *skb, struct flow *f, int off)
{
	__u16 ports[2];

	if (!off || (f->proto != IPPROTO_TCP && f->proto != IPPROTO_UDP) ||
	    bpf_skb_load_bytes(skb, off, ports, sizeof(ports)))
		return;
	f->sport = bpf_ntohs(ports[0]);
	f->dport = bpf_ntohs(ports[1]);
}

static int count(struct __sk_buff *skb, __u8 out)
{
	struct traffic none = {}, *t;
	struct flow f = { .out = out };
	int off;

	if (skb->protocol == bpf_htons(ETH_P_IP))
		off = read_ipv4(skb, &f);
	else if (skb->protocol == bpf_htons(ETH_P_IPV6))
		off = read_ipv6(skb, &f);
	else
		return TC_ACT_UNSPEC;
	if (off < 0)
		return TC_ACT_UNSPEC;
	read_ports(skb, &f, off);
	t = bpf_map_lookup_elem(&flows, &f);
	if (!t) {
		bpf_map_update_elem(&flows, &f, &none, BPF_NOEXIST);
		t = bpf_map_lookup_elem(&flows, &f);
	}
	if (!t) {
		__sync_fetch_and_add(&untracked, 1);
		return TC_ACT_UNSPEC;
	}
	__sync_fetch_and_add(&t->packets, 1);
	__sync_fetch_and_add(&t->bytes, skb->len);
	t->last_ns = bpf_ktime_get_ns();
	return TC_ACT_UNSPEC;
}

SEC("tc")
int ingress(struct __sk_buff *skb)
{
	return count(skb, 0);
}

SEC("tc")
int egress(struct __sk_buff *skb)
{
	return count(skb, 1);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
