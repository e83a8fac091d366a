// SPDX-License-Identifier: GPL-2.0
/*
 * Maps, as a module's test and as a program: every type against a simple model,
 * limits, layouts, and what hostile clients do to a ring.
 */
#include <kunit/test.h>
#include "maps/map.h"
#include "prog.h"

#define BUF	(16U << 10)

static struct kbpf_map *make_err(u32 type, u32 key, u32 value, u32 entries, u32 flags)
{
	struct kbpf_map_create_attr attr = {
		.map_type = type, .key_size = key, .value_size = value,
		.max_entries = entries, .map_flags = flags, .map_name = "m",
	};

	return kbpf_map_create(&attr, NULL);
}

static struct kbpf_map *make(struct kunit *test, u32 type, u32 key, u32 value, u32 entries,
			     u32 flags)
{
	struct kbpf_map *map = make_err(type, key, value, entries, flags);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, map);
	return map;
}

static long create_error(u32 type, u32 key, u32 value, u32 entries, u32 flags)
{
	struct kbpf_map *map = make_err(type, key, value, entries, flags);

	if (IS_ERR(map))
		return PTR_ERR(map);
	kbpf_object_put(&map->obj);
	return 0;
}

static void put(struct kbpf_map *map)
{
	kbpf_object_put(&map->obj);
}

static u64 rnd_state = 1;
static u32 rnd(u32 below)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return (u32)(rnd_state >> 20) % below;
}

/* Operations of a program: RCU read side, one CPU. */
static long prog_update(struct kbpf_map *map, const void *key, const void *value, u64 flags)
{
	long ret;

	rcu_read_lock();
	preempt_disable();
	ret = kbpf_map_prog_update(map, key, value, flags);
	preempt_enable();
	rcu_read_unlock();
	return ret;
}

static long prog_delete(struct kbpf_map *map, const void *key)
{
	long ret;

	rcu_read_lock();
	preempt_disable();
	ret = kbpf_map_prog_delete(map, key);
	preempt_enable();
	rcu_read_unlock();
	return ret;
}

/* What create refuses, and how: as Linux. */
static void test_create_errors(struct kunit *test)
{
	u32 hash = KBPF_MAP_TYPE_HASH, array = KBPF_MAP_TYPE_ARRAY;
	u32 ring = KBPF_MAP_TYPE_RINGBUF, perf = KBPF_MAP_TYPE_PERF_EVENT_ARRAY;

	KUNIT_EXPECT_EQ(test, create_error(0, 4, 4, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(999, 4, 4, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(hash, 0, 4, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(hash, 4, 0, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(hash, 4, 4, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(hash, 4, 4, 1, KBPF_F_MMAPABLE), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(hash, 4, 4, 1, KBPF_F_NO_COMMON_LRU), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(hash, 4, 4, 1, KBPF_F_RDONLY_PROG | KBPF_F_WRONLY_PROG),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(hash, 4, 16 << 20, 1, 0), -E2BIG);
	KUNIT_EXPECT_EQ(test, create_error(hash, 4, 4, 0xffffffff, 0), -E2BIG);
	KUNIT_EXPECT_EQ(test, create_error(KBPF_MAP_TYPE_PERCPU_HASH, 4, 32769, 1, 0), -E2BIG);
	KUNIT_EXPECT_EQ(test, create_error(array, 8, 4, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(array, 4, 0, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(array, 4, 4, 1, KBPF_F_NO_PREALLOC), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(array, 4, 0x80000000, 1, 0), -E2BIG);
	KUNIT_EXPECT_EQ(test, create_error(KBPF_MAP_TYPE_PERCPU_ARRAY, 4, 4, 1, KBPF_F_MMAPABLE),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(KBPF_MAP_TYPE_PERCPU_ARRAY, 4, 32769, 1, 0), -E2BIG);
	KUNIT_EXPECT_EQ(test, create_error(ring, 0, 0, 4095, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(ring, 0, 0, 3 * 4096, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(ring, 4, 0, 4096, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(ring, 0, 0, 4096, KBPF_F_MMAPABLE), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(perf, 4, 8, 4, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(perf, 4, 4, 4, KBPF_F_RDONLY_PROG), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(perf, 4, 4, 262144, 0), 0);
	KUNIT_EXPECT_EQ(test, create_error(hash, 1, 1, 1, 0), 0);
}

static void test_array(struct kunit *test)
{
	struct kbpf_map *map = make(test, KBPF_MAP_TYPE_ARRAY, 4, 12, 5, 0);
	u8 value[12], out[12];
	u32 key, next, i;

	for (key = 0; key < 5; key++) {
		memset(value, key + 1, sizeof(value));
		KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, value, KBPF_ANY), 0);
	}
	key = 5;
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, value, 0), -E2BIG);
	KUNIT_EXPECT_EQ(test, kbpf_map_lookup_user(map, &key, out, 0), -ENOENT);
	key = 2;
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, value, KBPF_NOEXIST), -EEXIST);
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, value, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, value, KBPF_F_LOCK), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_map_lookup_user(map, &key, out, KBPF_F_LOCK), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_map_lookup_user(map, &key, out, 0), 0);
	KUNIT_EXPECT_EQ(test, out[11], 3);
	KUNIT_EXPECT_EQ(test, kbpf_map_delete_user(map, &key), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_map_take_user(map, &key, out, 0), -ENOTSUPP);
	KUNIT_EXPECT_EQ(test, kbpf_map_next_key(map, NULL, &next), 0);
	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, next, i);
		KUNIT_EXPECT_EQ(test, kbpf_map_next_key(map, &next, &next), 0);
	}
	KUNIT_EXPECT_EQ(test, kbpf_map_next_key(map, &next, &next), -ENOENT);
	key = 77;
	KUNIT_EXPECT_EQ(test, kbpf_map_next_key(map, &key, &next), 0);
	KUNIT_EXPECT_EQ(test, next, 0);
	put(map);
}

static void test_array_direct(struct kunit *test)
{
	struct kbpf_map *map = make(test, KBPF_MAP_TYPE_ARRAY, 4, 100, 1,
				    KBPF_F_RDONLY_PROG | KBPF_F_MMAPABLE);
	u32 key = 0, i;
	u64 addr, val;
	u8 value[100];
	struct kbpf_map_mem mem;

	for (i = 0; i < 100; i++)
		value[i] = i;
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, value, 0), 0);
	KUNIT_EXPECT_EQ(test, kbpf_env_map_direct_addr(map, 100, &addr), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_env_map_direct_addr(map, 99, &addr), 0);
	KUNIT_EXPECT_EQ(test, *(u8 *)(unsigned long)addr, 99);
	KUNIT_EXPECT_FALSE(test, kbpf_env_map_read_const(map, 0, 4, &val));
	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, 0, PAGE_SIZE, true, &mem), -EACCES);
	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, 0, PAGE_SIZE, false, &mem), 0);
	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, 0, 2 * PAGE_SIZE, false, &mem), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, 1, PAGE_SIZE, false, &mem), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, ~0ULL, PAGE_SIZE, false, &mem), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_map_freeze(map), 0);
	KUNIT_EXPECT_EQ(test, kbpf_map_freeze(map), -EPERM);
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, value, 0), -EPERM);
	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, 0, PAGE_SIZE, true, &mem), -EPERM);
	KUNIT_EXPECT_TRUE(test, kbpf_env_map_read_const(map, 96, 4, &val));
	KUNIT_EXPECT_EQ(test, val, 0x63626160);
	KUNIT_EXPECT_FALSE(test, kbpf_env_map_read_const(map, 97, 4, &val));
	KUNIT_EXPECT_FALSE(test, kbpf_env_map_read_const(map, 0xffffffff, 4, &val));
	KUNIT_EXPECT_FALSE(test, kbpf_env_map_read_const(map, 0, 3, &val));
	put(map);
}

static void test_freeze_while_mapped(struct kunit *test)
{
	struct kbpf_map *map = make(test, KBPF_MAP_TYPE_ARRAY, 4, 8, 1000, KBPF_F_MMAPABLE);
	struct kbpf_map_mem mem;

	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, 0, 2 * PAGE_SIZE, true, &mem), 0);
	KUNIT_EXPECT_EQ(test, kbpf_map_freeze(map), -EBUSY);
	kbpf_map_mmap_write_get(map);
	kbpf_map_munmap_write(map);
	KUNIT_EXPECT_EQ(test, kbpf_map_freeze(map), -EBUSY);
	kbpf_map_munmap_write(map);
	KUNIT_EXPECT_EQ(test, kbpf_map_freeze(map), 0);
	put(map);
	map = make(test, KBPF_MAP_TYPE_HASH, 4, 8, 10, 0);
	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, 0, PAGE_SIZE, false, &mem), -ENOTSUPP);
	put(map);
}

/* Commands see all CPUs' values, a program its own. */
static void percpu_layout(struct kunit *test, u32 type)
{
	struct kbpf_map *map = make(test, type, 4, 12, 3, 0);
	u32 size = kbpf_map_user_value_size(map), key = 1, cpu;
	u8 *buf = kvzalloc(2 * size, GFP_KERNEL), *out = buf + size, *p;

	KUNIT_EXPECT_EQ(test, size, 16 * num_possible_cpus());
	KUNIT_ASSERT_NOT_NULL(test, buf);
	for_each_possible_cpu(cpu)
		memset(buf + 16 * cpu, cpu + 1, 12);
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, buf, 0), 0);
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, buf, KBPF_F_LOCK), -EINVAL);
	rcu_read_lock();
	preempt_disable();
	p = kbpf_map_prog_lookup(map, &key);
	KUNIT_EXPECT_NOT_NULL(test, p);
	if (p) {
		KUNIT_EXPECT_EQ(test, p[0], smp_processor_id() + 1);
		p[0] = 99;
		buf[16 * smp_processor_id()] = 99;
	}
	preempt_enable();
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, kbpf_map_lookup_user(map, &key, out, 0), 0);
	KUNIT_EXPECT_MEMEQ(test, buf, out, size);
	kvfree(buf);
	put(map);
}

static void test_percpu_array(struct kunit *test)
{
	struct kbpf_map *map;
	u32 key;
	u64 one = 1, *p;

	percpu_layout(test, KBPF_MAP_TYPE_PERCPU_ARRAY);
	/* Many values: several pieces of per-CPU memory. */
	map = make(test, KBPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 10000, 0);
	for (key = 0; key < 10000; key += 999) {
		one = key + 1;
		KUNIT_EXPECT_EQ(test, prog_update(map, &key, &one, 0), 0);
	}
	rcu_read_lock();
	preempt_disable();
	for (key = 0; key < 10000; key += 999) {
		p = kbpf_map_prog_lookup(map, &key);
		KUNIT_EXPECT_TRUE(test, p && (*p == key + 1 || *p == 0));
	}
	preempt_enable();
	rcu_read_unlock();
	put(map);
}

static void test_percpu_hash(struct kunit *test)
{
	struct kbpf_map *map;
	u32 key = 7, size, cpu, sum = 0;
	u32 *buf, value = 5;

	percpu_layout(test, KBPF_MAP_TYPE_PERCPU_HASH);
	map = make(test, KBPF_MAP_TYPE_PERCPU_HASH, 4, 4, 2, 0);
	size = kbpf_map_user_value_size(map);
	buf = kvzalloc(size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	memset(buf, 0xff, size);
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, buf, 0), 0);
	KUNIT_EXPECT_EQ(test, kbpf_map_delete_user(map, &key), 0);
	/* A new entry of a program's is zero on the other CPUs, whatever was there. */
	KUNIT_EXPECT_EQ(test, prog_update(map, &key, &value, KBPF_EXIST), -ENOENT);
	KUNIT_EXPECT_EQ(test, prog_update(map, &key, &value, KBPF_NOEXIST), 0);
	KUNIT_EXPECT_EQ(test, prog_update(map, &key, &value, KBPF_NOEXIST), -EEXIST);
	KUNIT_EXPECT_EQ(test, kbpf_map_take_user(map, &key, buf, 0), 0);
	for_each_possible_cpu(cpu)
		sum += buf[2 * cpu];
	KUNIT_EXPECT_EQ(test, sum, 5);
	KUNIT_EXPECT_EQ(test, kbpf_map_take_user(map, &key, buf, 0), -ENOENT);
	kvfree(buf);
	put(map);
}

/* ---- hash against a model ---------------------------------------------------- */

#define MODEL	64

struct model {
	bool used[MODEL];
	u8 value[MODEL][128];
	u32 count;
};

/* Key number @n of a key size: distinct for n < MODEL. */
static void model_key(u8 *key, u32 size, u32 n)
{
	u32 i;

	for (i = 0; i < size; i++)
		key[i] = i ? (u8)(n * 7 + i * (n & 3)) : (u8)n;
}

static long model_update(struct model *m, u32 n, const u8 *value, u32 size, u64 flags, u32 max)
{
	if (flags > KBPF_EXIST)
		return -EINVAL;
	if (m->used[n] && flags == KBPF_NOEXIST)
		return -EEXIST;
	if (!m->used[n] && flags == KBPF_EXIST)
		return -ENOENT;
	if (!m->used[n] && m->count >= max)
		return -E2BIG;
	m->count += !m->used[n];
	m->used[n] = true;
	memcpy(m->value[n], value, size);
	return 0;
}

static void check_walk(struct kunit *test, struct kbpf_map *map, struct model *m, u8 *key, u8 *next)
{
	u32 n = 0;
	int err = kbpf_map_next_key(map, NULL, next);

	while (!err && n <= MODEL) {
		n++;
		KUNIT_EXPECT_LT(test, next[0], MODEL);
		KUNIT_EXPECT_TRUE(test, m->used[next[0] % MODEL]);
		memcpy(key, next, map->desc.key_size);
		err = kbpf_map_next_key(map, key, next);
	}
	KUNIT_EXPECT_EQ(test, n, m->count);
}

static void hash_model(struct kunit *test, u32 ksize, u32 vsize, u32 max, u32 flags)
{
	struct kbpf_map *map = make(test, KBPF_MAP_TYPE_HASH, ksize, vsize, max, flags);
	struct model *m = kvzalloc(sizeof(*m), GFP_KERNEL);
	u8 *key = kvzalloc(4 * BUF, GFP_KERNEL), *value = key + BUF, *out = value + BUF;
	u32 step, n, i;
	u64 f;

	KUNIT_ASSERT_TRUE(test, m && key);
	for (step = 0; step < 4000; step++) {
		n = rnd(MODEL);
		model_key(key, ksize, n);
		for (i = 0; i < vsize; i++)
			value[i] = rnd(256);
		f = rnd(10) ? rnd(3) : 3;
		switch (rnd(8)) {
		case 0 ... 2:
			KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, key, value, f),
					model_update(m, n, value, vsize, f, max));
			break;
		case 3:
			KUNIT_EXPECT_EQ(test, prog_update(map, key, value, f),
					model_update(m, n, value, vsize, f, max));
			break;
		case 4:
			KUNIT_EXPECT_EQ(test, rnd(2) ? kbpf_map_delete_user(map, key) :
					prog_delete(map, key), m->used[n] ? 0 : -ENOENT);
			m->count -= m->used[n];
			m->used[n] = false;
			break;
		case 5:
			KUNIT_EXPECT_EQ(test, kbpf_map_take_user(map, key, out, 0),
					m->used[n] ? 0 : -ENOENT);
			if (m->used[n])
				KUNIT_EXPECT_MEMEQ(test, out, m->value[n], vsize);
			m->count -= m->used[n];
			m->used[n] = false;
			break;
		default:
			KUNIT_EXPECT_EQ(test, kbpf_map_lookup_user(map, key, out, 0),
					m->used[n] ? 0 : -ENOENT);
			if (m->used[n])
				KUNIT_EXPECT_MEMEQ(test, out, m->value[n], vsize);
		}
		if (!(step % 256))
			check_walk(test, map, m, key, out);
		KUNIT_ASSERT_EQ(test, map->ops->entries(map), m->count);
	}
	kvfree(key);
	kvfree(m);
	put(map);
}

static void test_hash_model(struct kunit *test)
{
	static const u32 sizes[] = { 1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 20, 31, 64 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		hash_model(test, sizes[i], 1 + i * 9, 1 + i * 5, i & 1 ? KBPF_F_NO_PREALLOC : 0);
		hash_model(test, sizes[i], 8, MODEL, i & 1 ? KBPF_F_ZERO_SEED : 0);
	}
}

/* Exactly max_entries fit, again and again; refusals are counted. */
static void test_hash_full(struct kunit *test)
{
	struct kbpf_map *map = make(test, KBPF_MAP_TYPE_HASH, 4, 4, 3000, 0);
	struct kbpf_map_stats_attr stats;
	u32 i, round, n;

	for (round = 0; round < 3; round++) {
		for (i = 0, n = 0; i < 3100; i++)
			n += !prog_update(map, &i, &i, 0);
		KUNIT_EXPECT_EQ(test, n, 3000);
		KUNIT_EXPECT_EQ(test, prog_update(map, &i, &i, 0), -E2BIG);
		i = 17;
		KUNIT_EXPECT_EQ(test, prog_update(map, &i, &i, KBPF_EXIST), 0);
		for (i = 0, n = 0; i < 3100; i++)
			n += !prog_delete(map, &i);
		KUNIT_EXPECT_EQ(test, n, 3000);
	}
	kbpf_map_stats(map, &stats);
	KUNIT_EXPECT_EQ(test, stats.refused_full, 3 * 101);
	KUNIT_EXPECT_EQ(test, stats.refused_busy, 0);
	KUNIT_EXPECT_EQ(test, stats.entries, 0);
	put(map);
}

/* Maps of the shapes that tools use cost what they hold, and fill from programs. */
static void big_shape(struct kunit *test, u32 ksize, u32 vsize, u32 max, u32 fill, u64 at_most)
{
	struct kbpf_map *map = make(test, KBPF_MAP_TYPE_HASH, ksize, vsize, max, 0);
	u8 *value = kvzalloc(vsize + ksize, GFP_KERNEL), *key = value + vsize;
	struct kbpf_map_stats_attr stats;
	u32 i, bad = 0;

	KUNIT_ASSERT_NOT_NULL(test, value);
	kbpf_map_stats(map, &stats);
	KUNIT_EXPECT_LE(test, stats.memory, at_most);
	for (i = 0; i < fill; i++) {
		memcpy(key, &i, 4);
		bad += !!prog_update(map, key, value, 0);
	}
	KUNIT_EXPECT_EQ(test, bad, 0);
	kbpf_map_stats(map, &stats);
	KUNIT_EXPECT_EQ(test, stats.entries, fill);
	KUNIT_EXPECT_EQ(test, stats.refused_nomem, 0);
	kvfree(value);
	put(map);
}

static void test_hash_shapes(struct kunit *test)
{
	big_shape(test, 4, 7720, 10240, 3000, 8 << 20);		/* execsnoop */
	big_shape(test, 16, 4160, 10240, 3000, 8 << 20);	/* filetop */
	big_shape(test, 8, 32, 1000000, 200000, 16 << 20);	/* memleak */
}

/*
 * A program that does nothing but add entries is never refused one that the map has
 * room for: memory is there by the time it asks.
 */
static void test_fill_by_program(struct kunit *test)
{
	static const struct {
		u32 type, vsize, flags, n;
	} rows[] = {
		{ KBPF_MAP_TYPE_HASH, 8, 0, 100000 },
		{ KBPF_MAP_TYPE_HASH, 8, KBPF_F_NO_PREALLOC, 100000 },
		{ KBPF_MAP_TYPE_HASH, 1000, KBPF_F_NO_PREALLOC, 10000 },
		{ KBPF_MAP_TYPE_PERCPU_HASH, 8, 0, 50000 },
		{ KBPF_MAP_TYPE_PERCPU_HASH, 8, KBPF_F_NO_PREALLOC, 50000 },
		{ KBPF_MAP_TYPE_LPM_TRIE, 8, KBPF_F_NO_PREALLOC, 20000 },
	};
	static const u64 value[125];
	struct kbpf_map_stats_attr stats;
	struct kbpf_map *map;
	u32 i, k, bad;
	u64 key;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		map = make(test, rows[i].type, 8, rows[i].vsize, rows[i].n, rows[i].flags);
		bad = 0;
		for (k = 0; k < rows[i].n; k++) {
			key = rows[i].type == KBPF_MAP_TYPE_LPM_TRIE ? (u64)k << 32 | 32 : k;
			bad += !!prog_update(map, &key, value, KBPF_NOEXIST);
		}
		kbpf_map_stats(map, &stats);
		KUNIT_EXPECT_EQ(test, bad, 0);
		KUNIT_EXPECT_EQ(test, stats.refused_nomem, 0);
		KUNIT_EXPECT_EQ(test, stats.entries, rows[i].n);
		key = U32_MAX;
		KUNIT_EXPECT_LT(test, prog_update(map, &key, value, 0), 0);
		put(map);
	}
}

static void test_hash_fill_by_command(struct kunit *test)
{
	struct kbpf_map *map = make(test, KBPF_MAP_TYPE_HASH, 4, 2000, 20000, KBPF_F_NO_PREALLOC);
	u8 *value = kvzalloc(2000, GFP_KERNEL);
	u32 i, bad = 0;

	KUNIT_ASSERT_NOT_NULL(test, value);
	for (i = 0; i < 20000; i++)
		bad += !!kbpf_map_update_user(map, &i, value, KBPF_NOEXIST);
	KUNIT_EXPECT_EQ(test, bad, 0);
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &i, value, KBPF_NOEXIST), -E2BIG);
	kvfree(value);
	put(map);
}

/* ---- ring buffer ----------------------------------------------------------------- */

struct ring {
	struct kbpf_map *map;
	u64 *consumer;
	u64 *producer;
	u8 *data;
	u64 mask;
};

static void ring_open(struct kunit *test, struct ring *r, u32 size)
{
	struct kbpf_map_mem mem;

	r->map = make(test, KBPF_MAP_TYPE_RINGBUF, 0, 0, size, 0);
	KUNIT_ASSERT_EQ(test, kbpf_map_mmap(r->map, 0, PAGE_SIZE, true, &mem), 0);
	r->consumer = mem.addr;
	kbpf_map_munmap_write(r->map);
	KUNIT_ASSERT_EQ(test, kbpf_map_mmap(r->map, 1, PAGE_SIZE + 2 * size, false, &mem), 0);
	r->producer = mem.addr;
	r->data = mem.addr + PAGE_SIZE;
	r->mask = size - 1;
}

/* As libbpf's consumer: the next record that is not discarded; NULL if none. */
static void *ring_next(struct ring *r, u32 *len)
{
	u32 hdr;
	void *rec;

	/* Pairs with the engine's release of a reservation, and of a record. */
	while (*r->consumer < smp_load_acquire(r->producer)) {
		rec = r->data + (*r->consumer & r->mask);
		/* See above. */
		hdr = smp_load_acquire((u32 *)rec);
		if (hdr & (1U << 31))
			return NULL;
		*len = hdr & ~(1U << 30);
		*r->consumer += round_up(*len + 8, 8);
		if (!(hdr & (1U << 30)))
			return rec + 8;
	}
	return NULL;
}

static void test_ring_basic(struct kunit *test)
{
	struct ring r;
	u32 len = 0, i, n = 0;
	struct kbpf_ringbuf_counts *counts;
	u64 got = 0;
	void *a, *b, *rec;

	ring_open(test, &r, 4096);
	a = kbpf_ringbuf_reserve(r.map, 10);
	b = kbpf_ringbuf_reserve(r.map, 20);
	KUNIT_ASSERT_TRUE(test, a && b);
	memset(a, 1, 10);
	memset(b, 2, 20);
	kbpf_ringbuf_submit(b, 0);
	KUNIT_EXPECT_NULL(test, ring_next(&r, &len));
	kbpf_ringbuf_submit(a, 0);
	rec = ring_next(&r, &len);
	KUNIT_EXPECT_TRUE(test, rec && len == 10 && *(u8 *)rec == 1);
	rec = ring_next(&r, &len);
	KUNIT_EXPECT_TRUE(test, rec && len == 20 && *(u8 *)rec == 2);
	a = kbpf_ringbuf_reserve(r.map, 16);
	KUNIT_ASSERT_NOT_NULL(test, a);
	kbpf_ringbuf_discard(a, 0);
	KUNIT_EXPECT_NULL(test, ring_next(&r, &len));
	KUNIT_EXPECT_EQ(test, *r.consumer, *r.producer);
	/* Round and round, past the end of the data. */
	for (i = 0; i < 3000; i++) {
		u64 val[7] = { i, i + 1 };

		KUNIT_EXPECT_EQ(test, kbpf_ringbuf_output(r.map, val, 8 + rnd(48), 0), 0);
		rec = ring_next(&r, &len);
		KUNIT_ASSERT_NOT_NULL(test, rec);
		KUNIT_EXPECT_EQ(test, *(u64 *)rec, i);
	}
	KUNIT_EXPECT_EQ(test, kbpf_ringbuf_output(r.map, &got, 8, 4), -EINVAL);
	KUNIT_EXPECT_NULL(test, kbpf_ringbuf_reserve(r.map, 4096));
	KUNIT_EXPECT_NULL(test, kbpf_ringbuf_reserve(r.map, ~0ULL));
	while (!kbpf_ringbuf_output(r.map, &got, 8, 0))
		n++;
	KUNIT_EXPECT_EQ(test, n, 255);
	KUNIT_EXPECT_EQ(test, kbpf_ringbuf_output(r.map, &got, 8, 0), -EAGAIN);
	counts = (void *)r.producer + KBPF_RINGBUF_COUNTS_OFF;
	KUNIT_EXPECT_EQ(test, counts->high_water, 255 * 16);
	KUNIT_EXPECT_EQ(test, counts->refused_full, 2);
	KUNIT_EXPECT_EQ(test, kbpf_ringbuf_query(r.map, 0), 255 * 16);
	KUNIT_EXPECT_EQ(test, kbpf_ringbuf_query(r.map, 1), 4096);
	KUNIT_EXPECT_EQ(test, kbpf_ringbuf_query(r.map, 3) - kbpf_ringbuf_query(r.map, 2),
			255 * 16);
	KUNIT_EXPECT_EQ(test, kbpf_ringbuf_query(r.map, 4), 0);
	KUNIT_EXPECT_TRUE(test, r.map->ops->poll(r.map) & EPOLLIN);
	while (ring_next(&r, &len))
		n--;
	KUNIT_EXPECT_EQ(test, n, 0);
	KUNIT_EXPECT_EQ(test, r.map->ops->poll(r.map), 0);
	put(r.map);
}

/* Whatever stands in the consumer's page, records being written never overlap. */
static void test_ring_hostile_consumer(struct kunit *test)
{
	struct { u8 *at; u32 len; } open[32];
	struct ring r;
	u32 n = 0, i, j, len, reserved = 0;
	u8 *rec;

	ring_open(test, &r, 4096);
	for (i = 0; i < 20000; i++) {
		switch (rnd(4)) {
		case 0:
			*r.consumer = rnd(2) ? *r.producer + rnd(10000) - 5000 :
				      (u64)rnd(0xffffffff) << rnd(33);
			break;
		case 1:
			*r.consumer = *r.producer;
			break;
		}
		if (n == ARRAY_SIZE(open) || (n && !rnd(3))) {
			j = rnd(n);
			kbpf_ringbuf_submit(open[j].at, rnd(3));
			open[j] = open[--n];
			continue;
		}
		len = rnd(600);
		rec = kbpf_ringbuf_reserve(r.map, len);
		if (!rec)
			continue;
		reserved++;
		memset(rec, i, len);
		for (j = 0; j < n; j++) {
			u64 a = (rec - r.data) & r.mask, b = (open[j].at - r.data) & r.mask;

			/* Neither begins inside the other, header included. */
			KUNIT_ASSERT_TRUE(test, ((a - b) & r.mask) >= round_up(open[j].len + 8, 8));
			KUNIT_ASSERT_TRUE(test, ((b - a) & r.mask) >= round_up(len + 8, 8));
		}
		open[n].at = rec;
		open[n++].len = len;
	}
	while (n)
		kbpf_ringbuf_discard(open[--n].at, 0);
	KUNIT_EXPECT_GT(test, reserved, 1000);
	put(r.map);
}

static void test_ring_mmap(struct kunit *test)
{
	struct kbpf_map *map = make(test, KBPF_MAP_TYPE_RINGBUF, 0, 0, 8192, 0);
	struct kbpf_map_mem mem;
	u32 key = 0;

	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, 0, 2 * PAGE_SIZE, true, &mem), -EPERM);
	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, 1, PAGE_SIZE, true, &mem), -EPERM);
	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, 2, PAGE_SIZE, true, &mem), -EPERM);
	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, 0, PAGE_SIZE, true, &mem), 0);
	kbpf_map_munmap_write(map);
	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, 0, 6 * PAGE_SIZE, false, &mem), 0);
	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, 0, 7 * PAGE_SIZE, false, &mem), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, 7, PAGE_SIZE, false, &mem), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_map_mmap(map, ~0ULL >> 12, PAGE_SIZE, false, &mem), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_map_lookup_user(map, &key, &key, 0), -ENOTSUPP);
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, &key, 0), -ENOTSUPP);
	KUNIT_EXPECT_EQ(test, kbpf_map_delete_user(map, &key), -ENOTSUPP);
	KUNIT_EXPECT_EQ(test, kbpf_map_next_key(map, NULL, &key), -ENOTSUPP);
	KUNIT_EXPECT_EQ(test, kbpf_map_freeze(map), 0);
	put(map);
}

static void test_perf_array(struct kunit *test)
{
	struct kbpf_map *map = make(test, KBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 262144, 0);
	u32 key = 262144, fd = 7777777, next;
	struct kbpf_map_stats_attr stats;

	kbpf_map_stats(map, &stats);
	KUNIT_EXPECT_LT(test, stats.memory, 64 << 10);
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, &fd, 0), -E2BIG);
	key = 5;
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, &fd, KBPF_NOEXIST), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, &fd, 0), -EBADF);
	KUNIT_EXPECT_EQ(test, kbpf_map_lookup_user(map, &key, &fd, 0), -ENOTSUPP);
	KUNIT_EXPECT_EQ(test, kbpf_map_delete_user(map, &key), -ENOENT);
	KUNIT_EXPECT_EQ(test, kbpf_map_next_key(map, NULL, &next), 0);
	KUNIT_EXPECT_EQ(test, next, 0);
	KUNIT_EXPECT_NULL(test, kbpf_perf_array_get(map, 5));
	KUNIT_EXPECT_NULL(test, kbpf_perf_array_get(map, 262144));
	put(map);
}


/* ---- the other types ---------------------------------------------------------------- */

static void test_queue_stack(struct kunit *test)
{
	u32 types[] = { KBPF_MAP_TYPE_QUEUE, KBPF_MAP_TYPE_STACK }, k, i, step, n, want;
	u64 model[8], v, out;
	struct kbpf_map *map;
	long err;

	KUNIT_EXPECT_EQ(test, create_error(KBPF_MAP_TYPE_QUEUE, 4, 8, 8, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(KBPF_MAP_TYPE_STACK, 0, 0, 8, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(KBPF_MAP_TYPE_STACK, 0, 8, 0x20000000, 0), -E2BIG);
	for (k = 0; k < 2; k++) {
		map = make(test, types[k], 0, 8, 8, 0);
		KUNIT_EXPECT_EQ(test, kbpf_map_delete_user(map, NULL), -EINVAL);
		KUNIT_EXPECT_EQ(test, kbpf_map_next_key(map, NULL, &out), -EINVAL);
		KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, NULL, &v, KBPF_NOEXIST), -EINVAL);
		for (step = 0, n = 0; step < 3000; step++) {
			v = step;
			if (rnd(2)) {
				u64 f = rnd(3) ? KBPF_ANY : KBPF_EXIST;

				err = rnd(2) ? kbpf_map_update_user(map, NULL, &v, f) :
					       kbpf_map_prog_push(map, &v, f);
				KUNIT_EXPECT_EQ(test, err, n == 8 && !f ? -E2BIG : 0);
				if (n == 8 && f) {
					for (i = 1; i < 8; i++)
						model[i - 1] = model[i];
					n--;
				}
				if (!err)
					model[n++] = v;
			} else {
				bool take = rnd(2);

				want = n ? (k ? n - 1 : 0) : 0;
				if (take)
					err = rnd(2) ? kbpf_map_take_user(map, NULL, &out, 0) :
						       kbpf_map_prog_pop(map, &out);
				else
					err = rnd(2) ? kbpf_map_lookup_user(map, NULL, &out, 0) :
						       kbpf_map_prog_peek(map, &out);
				KUNIT_EXPECT_EQ(test, err, n ? 0 : -ENOENT);
				KUNIT_EXPECT_EQ(test, out, n ? model[want] : 0);
				if (take && n) {
					for (i = want + 1; i < n; i++)
						model[i - 1] = model[i];
					n--;
				}
			}
			KUNIT_ASSERT_EQ(test, map->ops->entries(map), n);
		}
		put(map);
	}
}

static void test_bloom(struct kunit *test)
{
	struct kbpf_map *map = make(test, KBPF_MAP_TYPE_BLOOM_FILTER, 0, 12, 500, 0);
	u32 v[3] = { }, i, maybe = 0;

	for (i = 0; i < 500; i++) {
		v[0] = i;
		KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, NULL, v, 0), 0);
	}
	for (i = 0; i < 500; i++) {
		v[0] = i;
		KUNIT_EXPECT_EQ(test, kbpf_map_lookup_user(map, NULL, v, 0), 0);
	}
	for (i = 500; i < 5500; i++) {
		v[0] = i;
		maybe += !kbpf_map_prog_peek(map, v);
	}
	KUNIT_EXPECT_LT(test, maybe, 250);
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, NULL, v, KBPF_EXIST), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_map_delete_user(map, NULL), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, kbpf_map_next_key(map, NULL, v), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, kbpf_map_take_user(map, NULL, v, 0), -ENOTSUPP);
	put(map);
}

static void test_stack_trace(struct kunit *test)
{
	struct kbpf_map *map = make(test, KBPF_MAP_TYPE_STACK_TRACE, 4, 5 * 8, 64, 0);
	u64 ips[8] = { }, out[5];
	u32 i, key, next, seen = 0, stored = 0;
	long id, again;

	KUNIT_EXPECT_EQ(test, create_error(KBPF_MAP_TYPE_STACK_TRACE, 4, 12, 8, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(KBPF_MAP_TYPE_STACK_TRACE, 4, 128 * 8, 8, 0), -EINVAL);
	for (i = 0; i < 64; i++) {
		ips[0] = i;
		ips[1] = ~(u64)i;
		id = kbpf_stack_trace_id(map, ips, 2 + i % 7, 0);
		if (id < 0) {
			KUNIT_EXPECT_EQ(test, id, -EEXIST);
			continue;
		}
		stored++;
		again = kbpf_stack_trace_id(map, ips, 2 + i % 7, 0);
		KUNIT_EXPECT_EQ(test, id, again);
		KUNIT_EXPECT_EQ(test, kbpf_stack_trace_id(map, ips, 2 + i % 7, 1 << 9), id);
		key = id;
		KUNIT_EXPECT_EQ(test, kbpf_map_lookup_user(map, &key, out, 0), 0);
		KUNIT_EXPECT_EQ(test, out[0], i);
		KUNIT_EXPECT_EQ(test, out[4], 0);
	}
	KUNIT_EXPECT_GT(test, stored, 25);
	for (again = kbpf_map_next_key(map, NULL, &key); !again;
	     again = kbpf_map_next_key(map, &key, &next), key = next)
		seen++;
	KUNIT_EXPECT_EQ(test, seen, stored);
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &key, out, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_map_next_key(map, NULL, &key), 0);
	KUNIT_EXPECT_EQ(test, kbpf_map_delete_user(map, &key), 0);
	KUNIT_EXPECT_EQ(test, kbpf_map_delete_user(map, &key), -ENOENT);
	key = 64;
	KUNIT_EXPECT_EQ(test, kbpf_map_delete_user(map, &key), -E2BIG);
	KUNIT_EXPECT_EQ(test, kbpf_map_lookup_user(map, &key, out, 0), -ENOENT);
	put(map);
}

/* A full table takes new keys; what is used stays, what is not goes. */
static void lru(struct kunit *test, u32 type)
{
	struct kbpf_map *map = make(test, type, 4, 8, 512, 0);
	struct kbpf_map_stats_attr stats;
	u64 value = 0;
	u32 i, j, hot = 0;

	KUNIT_EXPECT_EQ(test, create_error(type, 4, 8, 8, KBPF_F_NO_PREALLOC), -ENOTSUPP);
	for (i = 0; i < 20000; i++) {
		KUNIT_EXPECT_EQ(test, prog_update(map, &i, &value, KBPF_NOEXIST), 0);
		/* 64 keys are looked up again and again. */
		rcu_read_lock();
		preempt_disable();
		for (j = 0; j < 64 && !(i % 16); j++)
			kbpf_map_prog_lookup(map, &j);
		preempt_enable();
		rcu_read_unlock();
	}
	rcu_read_lock();
	preempt_disable();
	for (j = 0; j < 64; j++)
		hot += !!kbpf_map_prog_lookup(map, &j);
	preempt_enable();
	rcu_read_unlock();
	kbpf_map_stats(map, &stats);
	KUNIT_EXPECT_GE(test, hot, 60);
	KUNIT_EXPECT_LE(test, stats.entries, 512);
	KUNIT_EXPECT_GE(test, stats.entries, 480);
	KUNIT_EXPECT_EQ(test, stats.evicted, 20000 - stats.entries);
	KUNIT_EXPECT_EQ(test, prog_update(map, &i, &value, KBPF_EXIST), -ENOENT);
	KUNIT_EXPECT_EQ(test, prog_delete(map, &i), -ENOENT);
	put(map);
	/* The smallest one always has the last key. */
	map = make(test, type, 4, 8, 1, 0);
	for (i = 0; i < 100; i++) {
		KUNIT_EXPECT_EQ(test, prog_update(map, &i, &value, 0), 0);
		KUNIT_EXPECT_EQ(test, prog_update(map, &i, &value, KBPF_EXIST), 0);
		KUNIT_EXPECT_EQ(test, map->ops->entries(map), 1);
	}
	put(map);
}

static void test_lru(struct kunit *test)
{
	lru(test, KBPF_MAP_TYPE_LRU_HASH);
	lru(test, KBPF_MAP_TYPE_LRU_PERCPU_HASH);
}

struct prefix {
	u32 bits;
	u8 data[4];
	u64 value;
	bool used;
};

static bool prefix_covers(const struct prefix *p, const u8 *data, u32 bits)
{
	u32 i;

	if (p->bits > bits)
		return false;
	for (i = 0; i < p->bits; i++)
		if ((p->data[i / 8] ^ data[i / 8]) & (0x80 >> i % 8))
			return false;
	return true;
}

/* Same prefix: the bits beyond its length do not matter. */
static struct prefix *prefix_find(struct prefix *all, u32 n, const struct prefix *p)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (all[i].used && all[i].bits == p->bits &&
		    prefix_covers(&all[i], p->data, p->bits))
			return &all[i];
	return NULL;
}

static void lpm_walk(struct kunit *test, struct kbpf_map *map, struct prefix *all, u32 count)
{
	struct prefix key, next;
	u32 n = 0;
	int err = kbpf_map_next_key(map, NULL, &next);

	while (!err && n < 1000) {
		n++;
		KUNIT_EXPECT_NOT_NULL(test, prefix_find(all, 64, &next));
		key = next;
		err = kbpf_map_next_key(map, &key, &next);
	}
	KUNIT_EXPECT_EQ(test, n, count);
}

static void test_lpm(struct kunit *test)
{
	struct kbpf_map *map = make(test, KBPF_MAP_TYPE_LPM_TRIE, 8, 8, 48, KBPF_F_NO_PREALLOC);
	struct prefix *all = kvcalloc(64, sizeof(*all), GFP_KERNEL), *p, *best;
	u32 step, i, count = 0;
	struct prefix k = { };
	u64 out;

	KUNIT_ASSERT_NOT_NULL(test, all);
	KUNIT_EXPECT_EQ(test, create_error(KBPF_MAP_TYPE_LPM_TRIE, 8, 8, 48, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(KBPF_MAP_TYPE_LPM_TRIE, 4, 8, 48, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, create_error(KBPF_MAP_TYPE_LPM_TRIE, 261, 8, 48, 1), -EINVAL);
	for (step = 0; step < 20000; step++) {
		u64 f = rnd(3);

		/* Few different bits, so that prefixes nest and fork a lot. */
		k.bits = rnd(20) ? rnd(12) + (rnd(4) ? 0 : 21) : rnd(34);
		for (i = 0; i < 4; i++)
			k.data[i] = rnd(4) ? 0 : 1 << rnd(8);
		k.value = step;
		p = prefix_find(all, 64, &k);
		switch (rnd(3)) {
		case 0:
			if (k.bits > 32) {
				KUNIT_EXPECT_EQ(test, prog_update(map, &k, &k.value, 0), -EINVAL);
				break;
			}
			if (p && f == KBPF_NOEXIST) {
				KUNIT_EXPECT_EQ(test, prog_update(map, &k, &k.value, f), -EEXIST);
			} else if (!p && f == KBPF_EXIST) {
				KUNIT_EXPECT_EQ(test, prog_update(map, &k, &k.value, f), -ENOENT);
			} else if (!p && count == 48) {
				KUNIT_EXPECT_EQ(test, prog_update(map, &k, &k.value, f), -ENOSPC);
			} else {
				KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, &k, &k.value, f), 0);
				count += !p;
				for (i = 0; !p; i++)
					p = all[i].used ? NULL : &all[i];
				k.used = true;
				*p = k;
			}
			break;
		case 1:
			KUNIT_EXPECT_EQ(test, prog_delete(map, &k),
					k.bits > 32 ? -EINVAL : p ? 0 : -ENOENT);
			if (p) {
				p->used = false;
				count--;
			}
			break;
		default:
			best = NULL;
			for (i = 0; i < 64; i++)
				if (all[i].used && prefix_covers(&all[i], k.data, k.bits) &&
				    (!best || best->bits < all[i].bits))
					best = &all[i];
			if (k.bits > 32)
				best = NULL;
			KUNIT_EXPECT_EQ(test, kbpf_map_lookup_user(map, &k, &out, 0),
					best ? 0 : -ENOENT);
			if (best)
				KUNIT_EXPECT_EQ(test, out, best->value);
		}
		if (!(step % 500))
			lpm_walk(test, map, all, count);
		KUNIT_ASSERT_EQ(test, map->ops->entries(map), count);
	}
	kvfree(all);
	put(map);
}

/* ---- batches: the caller's memory is this module's own here -------------------------- */

static int io_in(void *dst, u64 src, size_t size)
{
	if (!src)
		return -EFAULT;
	memcpy(dst, (void *)(unsigned long)src, size);
	return 0;
}

static int io_out(u64 dst, const void *src, size_t size)
{
	if (!dst)
		return -EFAULT;
	memcpy((void *)(unsigned long)dst, src, size);
	return 0;
}

static const struct kbpf_map_io own_io = { .in = io_in, .out = io_out };

static void batch_type(struct kunit *test, u32 type, bool take)
{
	struct kbpf_map *map = make(test, type, 4, 8, 1000, 0);
	u32 *keys = kvcalloc(1000, 4, GFP_KERNEL), i, pos = 0, sum = 0, got = 0;
	u32 vsize = kbpf_map_user_value_size(map), rounds = 0;
	u8 *values = kvcalloc(1000, vsize, GFP_KERNEL);
	struct kbpf_map_batch_attr a = {
		.keys = (unsigned long)keys, .values = (unsigned long)values, .count = 1000,
	};
	int err;

	KUNIT_ASSERT_TRUE(test, keys && values);
	for (i = 0; i < 1000; i++) {
		keys[i] = i;
		*(u64 *)(values + (size_t)i * vsize) = i;
	}
	KUNIT_EXPECT_EQ(test, kbpf_map_batch(map, KBPF_MAP_UPDATE_BATCH, &a, &own_io), 0);
	KUNIT_EXPECT_EQ(test, a.count, 1000);
	do {
		a.count = 100;
		a.in_batch = rounds ? (unsigned long)&pos : 0;
		a.out_batch = (unsigned long)&pos;
		err = kbpf_map_batch(map, take ? KBPF_MAP_LOOKUP_AND_DELETE_BATCH :
				     KBPF_MAP_LOOKUP_BATCH, &a, &own_io);
		KUNIT_EXPECT_TRUE(test, !err || err == -ENOENT);
		for (i = 0; i < a.count; i++) {
			KUNIT_EXPECT_EQ(test, *(u64 *)(values + (size_t)i * vsize), keys[i]);
			sum += keys[i];
		}
		got += a.count;
	} while (!err && ++rounds < 50);
	KUNIT_EXPECT_EQ(test, err, -ENOENT);
	KUNIT_EXPECT_EQ(test, got, 1000);
	KUNIT_EXPECT_EQ(test, sum, 499500);
	if (map->ops->entries)
		KUNIT_EXPECT_EQ(test, map->ops->entries(map), take ? 0 : 1000);
	a.count = 5;
	a.elem_flags = KBPF_F_LOCK;
	KUNIT_EXPECT_EQ(test, kbpf_map_batch(map, KBPF_MAP_LOOKUP_BATCH, &a, &own_io), -EINVAL);
	kvfree(keys);
	kvfree(values);
	put(map);
}

static void test_batch(struct kunit *test)
{
	u32 key[2] = { };
	u64 value = 0;
	struct kbpf_map_batch_attr a = { .count = 1 };
	struct kbpf_map *map;

	batch_type(test, KBPF_MAP_TYPE_HASH, false);
	batch_type(test, KBPF_MAP_TYPE_HASH, true);
	batch_type(test, KBPF_MAP_TYPE_PERCPU_HASH, true);
	batch_type(test, KBPF_MAP_TYPE_LRU_HASH, true);
	batch_type(test, KBPF_MAP_TYPE_ARRAY, false);
	batch_type(test, KBPF_MAP_TYPE_PERCPU_ARRAY, false);
	map = make(test, KBPF_MAP_TYPE_ARRAY, 4, 8, 4, 0);
	KUNIT_EXPECT_EQ(test, kbpf_map_batch(map, KBPF_MAP_DELETE_BATCH, &a, &own_io), -ENOTSUPP);
	KUNIT_EXPECT_EQ(test, kbpf_map_batch(map, KBPF_MAP_LOOKUP_BATCH, &a, &own_io), -EFAULT);
	put(map);
	map = make(test, KBPF_MAP_TYPE_HASH, 4, 8, 4, 0);
	KUNIT_EXPECT_EQ(test, kbpf_map_update_user(map, key, &value, 0), 0);
	a = (struct kbpf_map_batch_attr){ .count = 2, .keys = (unsigned long)key };
	KUNIT_EXPECT_EQ(test, kbpf_map_batch(map, KBPF_MAP_DELETE_BATCH, &a, &own_io), -ENOENT);
	KUNIT_EXPECT_EQ(test, a.count, 1);
	put(map);
}

static u64 each_seen;

static u64 count_each(const struct kbpf_func *func, u64 map, u64 key, u64 value, u64 ctx, u64 r5)
{
	each_seen++;
	*(u64 *)(unsigned long)value += ctx;
	return each_seen == 70;
}

static void test_for_each(struct kunit *test)
{
	struct kbpf_func func = { .call = count_each };
	u32 types[] = { KBPF_MAP_TYPE_HASH, KBPF_MAP_TYPE_ARRAY, KBPF_MAP_TYPE_PERCPU_HASH }, k, i;
	struct kbpf_map *map;
	u64 v = 0;

	for (k = 0; k < ARRAY_SIZE(types); k++) {
		map = make(test, types[k], 4, 8, 50, 0);
		for (i = 0; i < 50; i++)
			KUNIT_EXPECT_EQ(test, prog_update(map, &i, &v, 0), 0);
		each_seen = 0;
		rcu_read_lock();
		preempt_disable();
		KUNIT_EXPECT_EQ(test, kbpf_map_prog_for_each(map, &func, 3, 0), 50);
		KUNIT_EXPECT_EQ(test, kbpf_map_prog_for_each(map, &func, 3, 0), 20);
		KUNIT_EXPECT_EQ(test, kbpf_map_prog_for_each(map, &func, 3, 1), -EINVAL);
		preempt_enable();
		rcu_read_unlock();
		put(map);
	}
}

static void maps_suite_exit(struct kunit_suite *suite)
{
	kbpf_map_exit();
}

static struct kunit_case maps_cases[] = {
	KUNIT_CASE(test_create_errors),
	KUNIT_CASE(test_array),
	KUNIT_CASE(test_array_direct),
	KUNIT_CASE(test_freeze_while_mapped),
	KUNIT_CASE(test_percpu_array),
	KUNIT_CASE(test_percpu_hash),
	KUNIT_CASE(test_hash_model),
	KUNIT_CASE(test_hash_full),
	KUNIT_CASE(test_hash_shapes),
	KUNIT_CASE(test_fill_by_program),
	KUNIT_CASE(test_hash_fill_by_command),
	KUNIT_CASE(test_ring_basic),
	KUNIT_CASE(test_ring_hostile_consumer),
	KUNIT_CASE(test_ring_mmap),
	KUNIT_CASE(test_perf_array),
	KUNIT_CASE(test_queue_stack),
	KUNIT_CASE(test_bloom),
	KUNIT_CASE(test_stack_trace),
	KUNIT_CASE(test_lru),
	KUNIT_CASE(test_lpm),
	KUNIT_CASE(test_batch),
	KUNIT_CASE(test_for_each),
	{ }
};

static struct kunit_suite maps_suite = {
	.name = "kbpf_maps",
	.suite_exit = maps_suite_exit,
	.test_cases = maps_cases,
};

kunit_test_suite(maps_suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Tests of kbpf from inside");
