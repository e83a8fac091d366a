/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The kernel's BTF, as far as guest tests look into it: ids by name. */
#ifndef KBPF_TESTS_GUEST_BTF_H
#define KBPF_TESTS_GUEST_BTF_H

#include "guest.h"

#define BTF_ROOM	(32 << 20)

enum { BTF_KIND_STRUCT = 4, BTF_KIND_TYPEDEF = 8, BTF_KIND_FUNC = 12 };

static u8 *btf;
static long btf_len;

static inline bool read_btf(void)
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY);
	long n;

	if (fd < 0)
		return false;
	btf = malloc(BTF_ROOM);
	while ((n = read(fd, btf + btf_len, BTF_ROOM - btf_len)) > 0)
		btf_len += n;
	close(fd);
	return btf_len > 24;
}

/* Bytes that a kind's record has after its first twelve. */
static inline u32 btf_more(u32 kind, u32 vlen)
{
	static const u8 fixed[20] = { [1] = 4, [3] = 12, [14] = 4, [17] = 4 };
	static const u8 each[20] = { [4] = 12, [5] = 12, [6] = 8, [13] = 8, [15] = 12, [19] = 12 };

	return fixed[kind] + each[kind] * vlen;
}

static inline u32 btf_id(const char *name, u32 kind)
{
	const u32 *header = (void *)btf;
	const u8 *types = btf + header[1] + header[2], *at = types;
	const char *strs = (char *)btf + header[1] + header[4];
	u32 id;

	for (id = 1; at < types + header[3]; id++) {
		const u32 *t = (void *)at;
		u32 k = t[1] >> 24 & 31;

		if (k == kind && !strcmp(strs + t[0], name))
			return id;
		at += 12 + btf_more(k, t[1] & 0xffff);
	}
	return 0;
}

#endif /* KBPF_TESTS_GUEST_BTF_H */
