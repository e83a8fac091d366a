// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "reject.h"

#define ONE(n)		static __noinline int f##n(int x) { asm volatile("" : "+r"(x)); return x + 1; }
#define SIXTEEN(do, n)	do(n##0) do(n##1) do(n##2) do(n##3) do(n##4) do(n##5) do(n##6) do(n##7) \
			do(n##8) do(n##9) do(n##a) do(n##b) do(n##c) do(n##d) do(n##e) do(n##f)
#define ALL(do)		SIXTEEN(do, 0) SIXTEEN(do, 1) SIXTEEN(do, 2) SIXTEEN(do, 3) SIXTEEN(do, 4) \
			SIXTEEN(do, 5) SIXTEEN(do, 6) SIXTEEN(do, 7) SIXTEEN(do, 8) SIXTEEN(do, 9) \
			SIXTEEN(do, a) SIXTEEN(do, b) SIXTEEN(do, c) SIXTEEN(do, d) SIXTEEN(do, e) \
			SIXTEEN(do, f)
#define CALL(n)		x = f##n(x);

/* f00 to fff: 256 functions, and the program is one more */
ALL(ONE)

SEC("kprobe/do_nanosleep")
int bad(struct pt_regs *ctx)
{
	int x = 0;

	ALL(CALL)
	return x;
}

SEC("kprobe/do_nanosleep")
int good(struct pt_regs *ctx)
{
	int x = 0;

	SIXTEEN(CALL, 0)
	return x;
}
