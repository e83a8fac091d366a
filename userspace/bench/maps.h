/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What maps.bpf.c and maps.c share. */
#ifndef KBPF_BENCH_MAPS_H
#define KBPF_BENCH_MAPS_H

#define ENTRIES		4096
#define OPS		128
#define RING_BYTES	(1 << 20)

struct prefix {
	__u32 bits;
	__u32 addr;
};

#endif /* KBPF_BENCH_MAPS_H */
