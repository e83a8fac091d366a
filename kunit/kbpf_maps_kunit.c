// SPDX-License-Identifier: GPL-2.0
/*
 * Maps, as a module's test and as a program: every type against a simple model,
 * limits, layouts, and what hostile clients do to a ring.
 */
#include <kunit/test.h>
#include "maps/map.h"

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
		/* A kernel thread does something between events, too. */
		if (!(i % 64)) {
			cond_resched();
			kbpf_later_flush();
		}
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

	while (*r->consumer < smp_load_acquire(r->producer)) {
		rec = r->data + (*r->consumer & r->mask);
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
	KUNIT_CASE(test_hash_fill_by_command),
	KUNIT_CASE(test_ring_basic),
	KUNIT_CASE(test_ring_hostile_consumer),
	KUNIT_CASE(test_ring_mmap),
	KUNIT_CASE(test_perf_array),
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
