/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What maps_native.c measures, for each of two tables: a file that includes this
 * defines lookup(), insert(), erase() and update(), which each are one operation under
 * an RCU read side and say whether it did what it should.
 */
#ifndef KBPF_BENCH_MAPS_NATIVE_H
#define KBPF_BENCH_MAPS_NATIVE_H

#include <stdbool.h>
#include <stdint.h>

#define NATIVE_KEYS	(1 << 17)	/* half of them are there */

enum native_mix {
	MIX_LOOKUP,	/* keys that are there */
	MIX_MISS,	/* keys that are not */
	MIX_UPDATE,	/* new values of keys that are there */
	MIX_CHURN,	/* put in what is not there, and take it out again */
	MIX_MOSTLY,	/* nine lookups, and an insertion or removal */
	MIXES,
};

/**
 * struct native_table - a table
 * @name: whose it is
 * @start: a thread begins to use it
 * @stop: and does not any more
 * @fill: make the table, every second key in it
 * @run: do @n operations of a mix in thread @thread; how many failed
 */
struct native_table {
	const char *name;
	void (*start)(void);
	void (*stop)(void);
	void (*fill)(void);
	uint64_t (*run)(enum native_mix mix, uint32_t thread, uint64_t n);
};

extern const struct native_table native_kbpf, native_urcu;

/* The same for both; not the engine's, which finds its buckets by another. */
static inline uint64_t native_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Keys of a thread's own, odd and so not there: 16 at a time. */
static inline uint64_t native_own_key(uint32_t thread, uint64_t i)
{
	return NATIVE_KEYS + (thread * 16 + i % 16) * 2 + 1;
}

/* The table's own file defines these. */
static bool lookup(uint64_t key);
static bool insert(uint64_t key, uint64_t value);
static bool erase(uint64_t key);
static bool update(uint64_t key, uint64_t value);

static uint64_t run(enum native_mix mix, uint32_t thread, uint64_t n)
{
	uint64_t state = 88172645463325252ULL + thread, bad = 0, i, key;

	for (i = 0; i < n; i++) {
		key = native_random(&state) % NATIVE_KEYS & ~1ULL;
		switch (mix) {
		case MIX_LOOKUP:
			bad += !lookup(key);
			break;
		case MIX_MISS:
			bad += lookup(key + 1);
			break;
		case MIX_UPDATE:
			bad += !update(key, i);
			break;
		case MIX_CHURN:
			key = native_own_key(thread, i);
			bad += i & 16 ? !erase(key) : !insert(key, i);
			break;
		default:
			if (i % 10)
				bad += !lookup(key);
			else
				bad += i / 10 & 16 ? !erase(native_own_key(thread, i / 10)) :
						     !insert(native_own_key(thread, i / 10), i);
		}
	}
	return bad;
}

#endif /* KBPF_BENCH_MAPS_NATIVE_H */
