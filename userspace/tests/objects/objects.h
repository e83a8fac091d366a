/* SPDX-License-Identifier: (GPL-2.0 OR LGPL-2.1 OR BSD-2-Clause) */
/* What the objects test's programs and their caller share. */
#ifndef KBPF_TESTS_OBJECTS_H
#define KBPF_TESTS_OBJECTS_H

#define STOP	1000000
#define BURST	1000
#define FILL	100000

/* what the timer program does: args.n */
enum {
	TIMER_INIT,
	TIMER_BAD_CLOCK,
	TIMER_SET,
	TIMER_START,
	TIMER_START_FAR,
	TIMER_BAD_FLAGS,
	TIMER_CANCEL,
};

struct args {
	__u64 n;
	__u64 discard;
	__u64 sum;
};

struct per_task {
	__u64 runs;
	__u64 other;
};

#endif /* KBPF_TESTS_OBJECTS_H */
