// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

#define MAP(n) struct { \
	__uint(type, BPF_MAP_TYPE_ARRAY); \
	__uint(max_entries, 1); \
	__type(key, __u32); \
	__type(value, __u64); \
} m##n SEC(".maps");
#define EIGHT(do, n) do(n##0) do(n##1) do(n##2) do(n##3) do(n##4) do(n##5) do(n##6) do(n##7)
#define ALL(do) EIGHT(do, 0) EIGHT(do, 1) EIGHT(do, 2) EIGHT(do, 3) EIGHT(do, 4) EIGHT(do, 5) \
		EIGHT(do, 6) EIGHT(do, 7) do(80)
#define USE(n) asm volatile("" : : "r"(&m##n));

/* m00 to m77, and m80: 65 maps */
ALL(MAP)

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	ALL(USE)
	return 0;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	EIGHT(USE, 0)
	return 0;
}
