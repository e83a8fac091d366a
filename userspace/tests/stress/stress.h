/* SPDX-License-Identifier: (GPL-2.0 OR LGPL-2.1 OR BSD-2-Clause) */
/* What the stress test's programs and their caller share. */
#ifndef KBPF_TESTS_STRESS_H
#define KBPF_TESTS_STRESS_H

#define KEYS	1024	/* keys that everybody changes */
#define SUMS	64	/* keys of the per-CPU sums */

/* What programs count, in every context; and threads, of what they did themselves. */
enum {
	RUNS,
	INSERTED,	/* hash: new keys less deleted ones is what is in it */
	DELETED,
	REFUSED,	/* hash: full, busy, no memory */
	PUSHED,
	POPPED,
	ADDED,		/* to the per-CPU sums */
	WRITTEN,	/* ring: records accepted, discarded, and not */
	DISCARDED,
	DROPPED,
	OUTPUT,		/* perf: records accepted, and not */
	LOST,
	COUNTS,
};

/* A record: who wrote it, and a number that grows by CPU and context. */
struct record {
	__u64 seq;
	__u64 check;	/* ~seq */
};

#endif /* KBPF_TESTS_STRESS_H */
