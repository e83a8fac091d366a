/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What flowtop's programs and its reader share. */
#ifndef FLOWTOP_H
#define FLOWTOP_H

#define FLOWTOP_FLOWS	65536

/* Who talks to whom; IPv4 addresses as the mapped ones of IPv6. */
struct flow {
	__u8 src[16];
	__u8 dst[16];
	__u16 sport;	/* host order; 0 where the protocol has no ports */
	__u16 dport;
	__u8 proto;
	__u8 out;	/* it leaves by the interface */
	__u8 family;	/* 4 or 6 */
	__u8 pad;
};

struct traffic {
	__u64 packets;
	__u64 bytes;
	__u64 last_ns;	/* monotonic */
};

#endif /* FLOWTOP_H */
