/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What denylist's program and its reader share. */
#ifndef DENYLIST_H
#define DENYLIST_H

#define DENYLIST_MAX	200000

/* An IPv6 address, or an IPv4 one mapped into IPv6. */
struct address {
	union {
		__u8 byte[16];
		__u32 word[4];
	};
};

struct denied {
	__u64 packets;
	__u64 bytes;
};

enum denylist_count {
	DENYLIST_PASSED,
	DENYLIST_DROPPED,
	DENYLIST_STRANGE,	/* without an address: passed */
	DENYLIST_COUNTS,
};

#endif /* DENYLIST_H */
