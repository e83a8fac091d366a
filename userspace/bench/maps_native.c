// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The engine's hash map in a process against liburcu's rculfhash, each as its users use
 * it, in one and in two threads: nanoseconds of a thread an operation, the median of
 * alternating samples.
 *
 *	maps_native OUT.rows
 *
 * writes rows that collect makes JSON of.
 */
#include <time.h>
#include "maps/map.h"
#include "maps_native.h"

#define SAMPLES	9
#define OPS	400000

static struct kbpf_map *map;

static bool lookup(uint64_t key)
{
	u64 *value;
	bool found;

	rcu_read_lock();
	value = kbpf_map_prog_lookup(map, &key);
	found = value && READ_ONCE(*value) != ~0ULL;
	rcu_read_unlock();
	return found;
}

static bool change(u64 key, u64 value, u64 flags)
{
	long err;

	rcu_read_lock();
	err = kbpf_map_prog_update(map, &key, &value, flags);
	rcu_read_unlock();
	return !err;
}

static bool insert(uint64_t key, uint64_t value)
{
	return change(key, value, KBPF_NOEXIST);
}

static bool update(uint64_t key, uint64_t value)
{
	return change(key, value, KBPF_ANY);
}

static bool erase(uint64_t key)
{
	long err;

	rcu_read_lock();
	err = kbpf_map_prog_delete(map, &key);
	rcu_read_unlock();
	return !err;
}

static void nothing(void)
{
}

static void fill(void)
{
	struct kbpf_map_create_attr attr = {
		.map_type = KBPF_MAP_TYPE_HASH, .key_size = 8, .value_size = 8,
		.max_entries = NATIVE_KEYS,
	};
	u64 key;

	map = kbpf_map_create(&attr, NULL);
	if (IS_ERR(map))
		abort();
	for (key = 0; key < NATIVE_KEYS; key += 2)
		insert(key, key);
}

const struct native_table native_kbpf = {
	.name = "kbpf", .start = nothing, .stop = nothing, .fill = fill, .run = run,
};

/* ---- measuring ------------------------------------------------------------------------- */

struct sample {
	pthread_t id;
	pthread_barrier_t *ready;
	const struct native_table *table;
	enum native_mix mix;
	u32 thread;
	double ns;
	u64 bad;
};

static u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void *sample(void *arg)
{
	struct sample *s = arg;
	u64 start;

	s->table->start();
	s->table->run(s->mix, s->thread, 32 * 10);
	pthread_barrier_wait(s->ready);
	start = now();
	s->bad = s->table->run(s->mix, s->thread, OPS);
	s->ns = (double)(now() - start) / OPS;
	s->table->stop();
	return NULL;
}

/* The mean of the threads. */
static double measure(const struct native_table *table, enum native_mix mix, u32 threads)
{
	struct sample s[2];
	pthread_barrier_t ready;
	double sum = 0;
	u32 i;

	pthread_barrier_init(&ready, NULL, threads);
	for (i = 0; i < threads; i++) {
		s[i] = (struct sample){ .ready = &ready, .table = table, .mix = mix, .thread = i };
		pthread_create(&s[i].id, NULL, sample, &s[i]);
	}
	for (i = 0; i < threads; i++) {
		pthread_join(s[i].id, NULL);
		sum += s[i].ns;
		if (s[i].bad)
			printf("# %s, mix %d: %llu operations failed\n", table->name, mix, s[i].bad);
	}
	return sum / threads;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	static const struct native_table *const tables[] = { &native_kbpf, &native_urcu };
	static const char *const names[MIXES] = { "lookup", "miss", "update", "churn", "mostly-lookup" };
	double ns[2][SAMPLES];
	u32 mix, threads, i, t;
	FILE *out;

	if (argc != 2)
		return 2;
	out = fopen(argv[1], "w");
	if (!out)
		return 1;
	for (t = 0; t < 2; t++) {
		tables[t]->start();
		tables[t]->fill();
		tables[t]->stop();
	}
	for (threads = 1; threads <= 2; threads++)
		for (mix = 0; mix < MIXES; mix++) {
			for (i = 0; i < SAMPLES; i++)
				for (t = 0; t < 2; t++)
					ns[t][i] = measure(tables[t], mix, threads);
			for (t = 0; t < 2; t++)
				qsort(ns[t], SAMPLES, sizeof(double), by_value);
			fprintf(out, "maps/userspace\t%s, %u thread%s\t%.2f\t%.2f\tliburcu rculfhash\tns\n",
				names[mix], threads, threads > 1 ? "s" : "", ns[0][SAMPLES / 2],
				ns[1][SAMPLES / 2]);
		}
	fclose(out);
	return 0;
}
