// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The USDT probes of a Java machine's garbage collector, as javagc looks for
 * them: by the library's name, and by the notes that describe each place.
 */
#include <sys/sdt.h>
#include <time.h>

void jvm_collect(void);

void jvm_collect(void)
{
	struct timespec ms = { .tv_nsec = 1000000 };

	DTRACE_PROBE(hotspot, gc__begin);
	DTRACE_PROBE(hotspot, mem__pool__gc__begin);
	nanosleep(&ms, NULL);
	DTRACE_PROBE(hotspot, mem__pool__gc__end);
	DTRACE_PROBE(hotspot, gc__end);
}
