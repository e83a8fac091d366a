// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Threads over maps: hash tables under concurrent change and lookup, sums over
 * per-CPU values, producers and a consumer of a ring. Every thread is a CPU.
 */
#include "maps/map.h"
#define rings_pause()	sched_yield()
#include "rings_read.h"

#define THREADS	4

static int failed;

#define CHECK(c) do { \
	if (!(c)) { \
		printf("    # %s:%d: %s\n", __FILE__, __LINE__, #c); \
		__atomic_store_n(&failed, 1, __ATOMIC_RELAXED); \
	} \
} while (0)

static struct kbpf_map *make(u32 type, u32 key, u32 value, u32 entries, u32 flags)
{
	struct kbpf_map_create_attr attr = {
		.map_type = type, .key_size = key, .value_size = value,
		.max_entries = entries, .map_flags = flags,
	};
	struct kbpf_map *map = kbpf_map_create(&attr, NULL);

	if (IS_ERR(map)) {
		printf("not ok - create: %ld\n", PTR_ERR(map));
		exit(1);
	}
	return map;
}

struct thread {
	pthread_t id;
	struct kbpf_map *map;
	u32 n;
	u64 state;
	u64 done;
	u64 refused;
	void *(*fn)(void *arg);
};

static u32 rnd(struct thread *t, u32 below)
{
	t->state = t->state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(t->state >> 33) % below;
}

/* No thread takes over the CPU of one that is done. */
static void *on_cpu(void *arg)
{
	struct thread *t = arg;

	kbpf_port_set_cpu(t->n);
	return t->fn(t);
}

static void run(struct thread *t, struct kbpf_map *map, void *(*fn)(void *))
{
	u32 i;

	for (i = 0; i < THREADS; i++) {
		t[i] = (struct thread){ .map = map, .n = i, .state = i + 1, .fn = fn };
		pthread_create(&t[i].id, NULL, on_cpu, &t[i]);
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(t[i].id, NULL);
}

/*
 * Keys are shared; a value repeats its key four times, so that a reader that got
 * parts of two entries would see it. Values of a reused entry are a race by
 * design and are read as bytes, then only counted.
 */
static __attribute__((no_sanitize("thread"), __noinline__)) bool torn(const volatile u64 *v)
{
	u64 a = v[0];

	return v[1] != a || v[2] != a || v[3] != a;
}

static void *churn(void *arg)
{
	struct thread *t = arg;
	u64 key, value[4], *p;
	u32 i, op;
	long err;

	for (i = 0; i < 40000; i++) {
		key = rnd(t, 300);
		if (t->map->desc.type == KBPF_MAP_TYPE_LPM_TRIE)
			key = key << 32 | (8 + key % 25);
		op = rnd(t, 4);
		rcu_read_lock();
		if (op == 0) {
			err = kbpf_map_prog_delete(t->map, &key);
			CHECK(!err || err == -ENOENT);
			t->done -= !err;
		} else if (op == 1) {
			value[0] = value[1] = value[2] = value[3] = key;
			err = kbpf_map_prog_update(t->map, &key, value, KBPF_NOEXIST);
			CHECK(!err || err == -EEXIST || err == -E2BIG || err == -ENOSPC);
			t->done += !err;
		} else if (op == 2) {
			value[0] = value[1] = value[2] = value[3] = key;
			err = kbpf_map_prog_update(t->map, &key, value, KBPF_EXIST);
			CHECK(!err || err == -ENOENT);
		} else {
			p = kbpf_map_prog_lookup(t->map, &key);
			t->refused += p && torn(p);
		}
		rcu_read_unlock();
	}
	return NULL;
}

static u32 walk(struct kbpf_map *map)
{
	u64 key, next;
	u32 n = 0;
	int err = kbpf_map_next_key(map, NULL, &next);

	while (!err && n < 100000) {
		n++;
		key = next;
		err = kbpf_map_next_key(map, &key, &next);
	}
	return n;
}

static void test_hash(u32 max)
{
	struct kbpf_map *map = make(KBPF_MAP_TYPE_HASH, 8, 32, max, 0);
	struct thread t[THREADS];
	struct kbpf_map_stats_attr stats;
	u64 sum = 0, torn_reads = 0;
	u32 i;

	run(t, map, churn);
	for (i = 0; i < THREADS; i++) {
		sum += t[i].done;
		torn_reads += t[i].refused;
	}
	kbpf_map_stats(map, &stats);
	CHECK(stats.entries == sum);
	CHECK(walk(map) == sum);
	CHECK(!stats.refused_busy);
	printf("    # %llu left, %llu reads met reuse, %llu refused full\n",
	       (unsigned long long)sum, (unsigned long long)torn_reads,
	       (unsigned long long)stats.refused_full);
	kbpf_object_put(&map->obj);
}

/* The same over a table that makes room by itself, and over prefixes of 64 bits. */
static void test_churn(u32 type, u32 max, u32 flags)
{
	struct kbpf_map *map = make(type, 8, 32, max, flags);
	struct kbpf_map_stats_attr stats;
	struct thread t[THREADS];

	run(t, map, churn);
	kbpf_map_stats(map, &stats);
	CHECK(stats.entries <= max);
	CHECK(walk(map) == stats.entries);
	CHECK(!stats.refused_busy);
	printf("    # %llu left, %llu evicted, %llu refused\n", (unsigned long long)stats.entries,
	       (unsigned long long)stats.evicted,
	       (unsigned long long)(stats.refused_full + stats.refused_nomem));
	kbpf_object_put(&map->obj);
}

/* Every key of a thread's own range is always there: nobody's lookup misses it. */
static void *steady(void *arg)
{
	struct thread *t = arg;
	u64 key, other, value[4] = { };
	u32 i;

	for (i = 0; i < 100; i++) {
		key = t->n * 1000 + i;
		CHECK(!kbpf_map_prog_update(t->map, &key, value, KBPF_NOEXIST));
	}
	for (i = 0; i < 30000; i++) {
		rcu_read_lock();
		key = t->n * 1000 + rnd(t, 100);
		if (rnd(t, 2))
			CHECK(!kbpf_map_prog_update(t->map, &key, value, KBPF_EXIST));
		else
			CHECK(kbpf_map_prog_lookup(t->map, &key));
		other = 100000 + rnd(t, 50);
		if (rnd(t, 2))
			kbpf_map_prog_update(t->map, &other, value, 0);
		else
			kbpf_map_prog_delete(t->map, &other);
		rcu_read_unlock();
	}
	return NULL;
}

static void test_steady(void)
{
	struct kbpf_map *map = make(KBPF_MAP_TYPE_HASH, 8, 32, 500, 0);
	struct thread t[THREADS];

	run(t, map, steady);
	kbpf_object_put(&map->obj);
}

static void *add_percpu(void *arg)
{
	struct thread *t = arg;
	u64 key, one = 1, *p;
	u32 i;

	for (i = 0; i < 40000; i++) {
		key = rnd(t, 50);
		rcu_read_lock();
		p = kbpf_map_prog_lookup(t->map, &key);
		if (p) {
			WRITE_ONCE(*p, READ_ONCE(*p) + 1);
			t->done++;
		} else {
			/* Who comes second overwrites only its own. */
			if (!kbpf_map_prog_update(t->map, &key, &one, KBPF_NOEXIST))
				t->done++;
		}
		rcu_read_unlock();
	}
	return NULL;
}

static void test_percpu_sum(void)
{
	struct kbpf_map *map = make(KBPF_MAP_TYPE_PERCPU_HASH, 8, 8, 50, 0);
	u64 values[KBPF_PORT_CPUS], key, sum = 0, done = 0;
	struct thread t[THREADS];
	u32 i;

	run(t, map, add_percpu);
	for (i = 0; i < THREADS; i++)
		done += t[i].done;
	for (key = 0; key < 50; key++) {
		if (kbpf_map_lookup_user(map, &key, values, 0))
			continue;
		for (i = 0; i < KBPF_PORT_CPUS; i++)
			sum += values[i];
	}
	CHECK(sum == done);
	kbpf_object_put(&map->obj);
}

/* Threads fill a map as fast as they can, every other one as if in NMIs. */
static void *fill(void *arg)
{
	struct thread *t = arg;
	u64 key, value[4] = { };
	u32 i;

	for (i = 0; i < 50000; i++) {
		key = (u64)t->n << 32 | i;
		rcu_read_lock();
		kbpf_port_set_nmi(t->n & 1);
		while (kbpf_map_prog_update(t->map, &key, value, KBPF_NOEXIST) == -EBUSY)
			t->refused++;
		kbpf_port_set_nmi(false);
		rcu_read_unlock();
	}
	return NULL;
}

static void test_fill(u32 type, u32 flags)
{
	struct kbpf_map *map = make(type, 8, 32, THREADS * 50000, flags);
	struct kbpf_map_stats_attr stats;
	struct thread t[THREADS];

	run(t, map, fill);
	kbpf_map_stats(map, &stats);
	CHECK(!stats.refused_nomem && !stats.refused_full);
	CHECK(stats.entries == THREADS * 50000);
	kbpf_object_put(&map->obj);
}

#define RECORDS	20000

static void *produce(void *arg)
{
	struct thread *t = arg;
	u64 i = 0, *rec;

	while (i < RECORDS) {
		rec = kbpf_ringbuf_reserve(t->map, 16 + 8 * rnd(t, 8));
		if (!rec) {
			t->refused++;
			sched_yield();
			continue;
		}
		rec[0] = t->n;
		rec[1] = i;
		if (rnd(t, 8)) {
			kbpf_ringbuf_submit(rec, 0);
			i++;
		} else {
			kbpf_ringbuf_discard(rec, 0);
		}
	}
	return NULL;
}

struct consumer {
	u64 *consumer;
	u64 *producer;
	u8 *data;
	u64 mask;
	u64 next[THREADS];
	u64 got;
};

static void *consume(void *arg)
{
	struct consumer *c = arg;
	u64 pos = 0, *rec;
	u32 hdr;

	while (c->got < THREADS * RECORDS) {
		if (pos == smp_load_acquire(c->producer)) {
			sched_yield();
			continue;
		}
		rec = (void *)(c->data + (pos & c->mask));
		hdr = smp_load_acquire((u32 *)rec);
		if (hdr & 1U << 31) {
			sched_yield();
			continue;
		}
		if (!(hdr & 1U << 30)) {
			CHECK(rec[1] < THREADS && rec[2] == c->next[rec[1]]);
			c->next[rec[1]] = rec[2] + 1;
			c->got++;
		}
		pos += round_up((hdr & ~(1U << 30)) + 8, 8);
		smp_store_release(c->consumer, pos);
	}
	return NULL;
}

static void test_ring(void)
{
	struct kbpf_map *map = make(KBPF_MAP_TYPE_RINGBUF, 0, 0, 8192, 0);
	struct kbpf_map_stats_attr stats;
	struct consumer c = { .mask = 8191 };
	struct thread t[THREADS];
	struct kbpf_map_mem mem;
	pthread_t id;
	u64 refused = 0;
	u32 i;

	CHECK(!kbpf_map_mmap(map, 0, PAGE_SIZE, false, &mem));
	c.consumer = mem.addr;
	c.producer = mem.addr + PAGE_SIZE;
	c.data = mem.addr + 2 * PAGE_SIZE;
	pthread_create(&id, NULL, consume, &c);
	run(t, map, produce);
	pthread_join(id, NULL);
	for (i = 0; i < THREADS; i++)
		refused += t[i].refused;
	kbpf_map_stats(map, &stats);
	CHECK(stats.written == THREADS * RECORDS);
	CHECK(stats.refused_full == refused);
	kbpf_object_put(&map->obj);
}

/* ---- a ring for each CPU, read by libkbpf -------------------------------------------- */

static atomic64_t ticks;

/* A record says when its making began and when it was over, by a clock of its own. */
struct timed {
	u64 n;
	u64 i;
	u64 began;
	u64 over;
	u64 more[4];
};

static void *produce_timed(void *arg)
{
	struct thread *t = arg;
	struct timed *rec;
	u64 i = 0, began;

	while (i < RECORDS) {
		began = atomic64_read(&ticks);
		rec = kbpf_ringbuf_reserve(t->map, sizeof(*rec) - 8 * rnd(t, 4));
		if (!rec) {
			t->refused++;
			sched_yield();
			continue;
		}
		rec->n = t->n;
		rec->i = i;
		rec->began = began;
		rec->over = atomic64_inc_return(&ticks);
		if (rnd(t, 8)) {
			kbpf_ringbuf_submit(rec, 0);
			i++;
		} else {
			kbpf_ringbuf_discard(rec, 0);
		}
	}
	return NULL;
}

struct order {
	u64 next[THREADS];
	u64 time;
	u64 began;
	u64 got;
	bool ordered;
};

static int check_timed(void *ctx, unsigned int cpu, __u64 time, const void *data, __u32 size)
{
	const struct timed *rec = data;
	struct order *o = ctx;

	CHECK(rec->n < THREADS && rec->i == o->next[rec->n]);
	o->next[rec->n]++;
	CHECK(!o->ordered == !time && time >= o->time);
	/* One that was over before another began has come before it. */
	CHECK(!o->ordered || rec->over >= o->began);
	o->time = time;
	o->began = max(o->began, rec->began);
	o->got++;
	return 0;
}

static void *consume_rings(void *arg)
{
	struct kbpf_rings *rs = arg;
	struct order *o = rs->ctx;

	while (o->got < THREADS * RECORDS)
		if (!consume_round(rs))
			sched_yield();
	return NULL;
}

static void test_rings(u32 flags)
{
	struct kbpf_map *map = make(KBPF_MAP_TYPE_RINGBUF, 0, 0, 8192, flags);
	struct order o = { .ordered = flags & KBPF_F_RB_ORDERED };
	struct kbpf_rings rs = { .ordered = o.ordered, .size = 8192, .fn = check_timed, .ctx = &o };
	u64 pages = 2 + 2 * 8192 / PAGE_SIZE, refused = 0;
	struct kbpf_map_stats_attr stats;
	struct thread t[THREADS];
	struct kbpf_map_mem mem;
	pthread_t id;
	u32 i;

	rs.nr = nr_cpu_ids;
	rs.rings = calloc(rs.nr, sizeof(*rs.rings));
	for (i = 0; i < rs.nr; i++) {
		CHECK(!kbpf_map_mmap(map, i * pages, PAGE_SIZE, false, &mem));
		rs.rings[i].consumer = mem.addr;
		rs.rings[i].producer = mem.addr + PAGE_SIZE;
		rs.rings[i].data = mem.addr + 2 * PAGE_SIZE;
		rs.rings[i].cpu = i;
	}
	CHECK(kbpf_map_mmap(map, rs.nr * pages, PAGE_SIZE, false, &mem) == -EINVAL);
	CHECK(kbpf_map_mmap(map, pages, PAGE_SIZE * (pages + 1), false, &mem) == -EINVAL);
	CHECK(kbpf_map_mmap(map, pages + 1, PAGE_SIZE, true, &mem) == -EPERM);
	pthread_create(&id, NULL, consume_rings, &rs);
	run(t, map, produce_timed);
	pthread_join(id, NULL);
	for (i = 0; i < THREADS; i++)
		refused += t[i].refused;
	kbpf_map_stats(map, &stats);
	CHECK(stats.written == THREADS * RECORDS && stats.refused_full == refused);
	free(rs.rings);
	kbpf_object_put(&map->obj);
}

/* In NMIs a lock that cannot be had is an -EBUSY, and counted. */
static void *hold(void *arg)
{
	struct thread *t = arg;
	u64 key, value[4] = { };
	u32 i;

	kbpf_port_set_nmi(t->n & 1);
	for (i = 0; i < 20000; i++) {
		key = rnd(t, 4);
		rcu_read_lock();
		t->refused += kbpf_map_prog_update(t->map, &key, value, 0) == -EBUSY;
		rcu_read_unlock();
	}
	return NULL;
}

static void test_nmi(void)
{
	struct kbpf_map *map = make(KBPF_MAP_TYPE_HASH, 8, 32, 8, 0);
	struct kbpf_map_stats_attr stats;
	struct thread t[THREADS];
	u64 refused = 0;
	u32 i;

	run(t, map, hold);
	for (i = 0; i < THREADS; i++)
		refused += t[i].refused;
	kbpf_map_stats(map, &stats);
	CHECK(stats.refused_busy == refused);
	CHECK(stats.entries == 4);
	kbpf_object_put(&map->obj);
}

static void result(const char *name)
{
	static int n;

	printf("%sok %d maps_threads.%s\n", failed ? "not " : "", ++n, name);
	failed = 0;
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n");
	test_hash(1000);
	result("hash");
	test_hash(100);
	result("hash_full");
	test_steady();
	result("hash_steady");
	test_churn(KBPF_MAP_TYPE_LRU_HASH, 100, 0);
	result("lru");
	test_churn(KBPF_MAP_TYPE_LPM_TRIE, 150, KBPF_F_NO_PREALLOC);
	result("lpm");
	test_percpu_sum();
	result("percpu_sum");
	test_ring();
	result("ring");
	test_rings(KBPF_F_RB_PERCPU);
	result("ring_percpu");
	test_rings(KBPF_F_RB_PERCPU | KBPF_F_RB_ORDERED);
	result("ring_ordered");
	test_nmi();
	result("nmi");
	test_fill(KBPF_MAP_TYPE_HASH, KBPF_F_NO_PREALLOC);
	result("fill");
	test_fill(KBPF_MAP_TYPE_PERCPU_HASH, 0);
	result("fill_percpu");
	kbpf_map_exit();
	printf("1..12\n");
	return 0;
}
