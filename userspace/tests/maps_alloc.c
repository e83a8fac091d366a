// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Allocation failure at every n of creating, filling and freeing maps, and of
 * parsing BTF: -ENOMEM and nothing else, nothing left behind, and what stands
 * works.
 */
#include "maps/map.h"
#include "btf/btf.h"

#define FIRST_TASK	300	/* as maps_world.c numbers them */

extern void (*kbpf_test_task_gone)(const void *task);

static int failed, number;

#define CHECK(c) do { \
	if (!(c)) { \
		printf("    # %s:%d: %s\n", __FILE__, __LINE__, #c); \
		failed = 1; \
	} \
} while (0)

static void result(const char *what, u32 type, u64 n)
{
	printf("%sok %d maps_alloc.%s_%u # %llu allocations\n", failed ? "not " : "", ++number,
	       what, type, (unsigned long long)n);
	failed = 0;
}

struct shape {
	u32 type, key, value, entries, flags;
};

static const struct shape shapes[] = {
	{ KBPF_MAP_TYPE_HASH, 4, 3000, 2000, 0 },
	{ KBPF_MAP_TYPE_HASH, 8, 8, 200000, KBPF_F_NO_PREALLOC },
	{ KBPF_MAP_TYPE_PERCPU_HASH, 4, 400, 2000, 0 },
	{ KBPF_MAP_TYPE_ARRAY, 4, 8, 100, 0 },
	{ KBPF_MAP_TYPE_ARRAY, 4, 8, 100, KBPF_F_MMAPABLE },
	{ KBPF_MAP_TYPE_PERCPU_ARRAY, 4, 100, 2000, 0 },
	{ KBPF_MAP_TYPE_RINGBUF, 0, 0, 8192, 0 },
	{ KBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 3000, 0 },
	{ KBPF_MAP_TYPE_LRU_HASH, 4, 3000, 2000, 0 },
	{ KBPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 400, 2000, 0 },
	{ KBPF_MAP_TYPE_LPM_TRIE, 8, 300, 2000, KBPF_F_NO_PREALLOC },
	{ KBPF_MAP_TYPE_QUEUE, 0, 300, 2000, 0 },
	{ KBPF_MAP_TYPE_BLOOM_FILTER, 0, 300, 2000, 0 },
	{ KBPF_MAP_TYPE_STACK_TRACE, 4, 800, 10000, 0 },
	{ KBPF_MAP_TYPE_USER_RINGBUF, 0, 0, 8192, 0 },
	{ KBPF_MAP_TYPE_TASK_STORAGE, 4, 1000, 0, KBPF_F_NO_PREALLOC },
};

static struct kbpf_map *create(const struct shape *s)
{
	struct kbpf_map_create_attr attr = {
		.map_type = s->type, .key_size = s->key, .value_size = s->value,
		.max_entries = s->entries, .map_flags = s->flags,
		/* asked for by one type, and not looked at */
		.btf_key_type_id = s->type == KBPF_MAP_TYPE_TASK_STORAGE,
		.btf_value_type_id = s->type == KBPF_MAP_TYPE_TASK_STORAGE,
	};

	return kbpf_map_create(&attr, NULL);
}

static void settle(void)
{
	rcu_barrier();
	kbpf_later_flush();
}

static bool is_fd_type(u32 type)
{
	return type == KBPF_MAP_TYPE_PERF_EVENT_ARRAY;
}

/* Fill a good part of the map while the n-th allocation fails. */
static void fill(struct kbpf_map *map, const struct shape *s, u64 n)
{
	bool tasks = s->type == KBPF_MAP_TYPE_TASK_STORAGE;
	u64 key = 0, bad = 0, full = 0;
	u32 most = tasks ? 2000 : s->entries;
	u8 *value = calloc(1, 64 << 10);
	u32 fd = 100, i;
	int err;

	kbpf_port_fail_at(n);
	for (i = 0; i < most && s->key && s->type != KBPF_MAP_TYPE_STACK_TRACE; i++) {
		memcpy(&key, &i, sizeof(i));
		if (tasks)
			key += FIRST_TASK;
		if (s->type == KBPF_MAP_TYPE_LPM_TRIE)
			key = key << 32 | 32;
		memcpy(value, &fd, sizeof(fd));
		err = kbpf_map_update_user(map, &key, value, 0);
		CHECK(!err || err == -ENOMEM);
		bad += !!err;
		full += !err;
		if (is_fd_type(s->type) && i > 600)
			break;
	}
	kbpf_port_fail_at(0);
	CHECK(bad <= 1);
	if (bad)
		CHECK(!kbpf_map_update_user(map, &key, value, 0));
	free(value);
}

static void test_map(const struct shape *s)
{
	struct kbpf_map *map;
	s64 before;
	u64 n;

	map = create(s);
	kbpf_object_put(&map->obj);
	settle();
	before = kbpf_port_live();
	for (n = 1; ; n++) {
		kbpf_port_fail_at(n);
		map = create(s);
		if (!kbpf_port_failed())
			break;
		kbpf_port_fail_at(0);
		CHECK(PTR_ERR_OR_ZERO(map) == -ENOMEM);
		if (!IS_ERR(map))
			kbpf_object_put(&map->obj);
		settle();
		CHECK(kbpf_port_live() == before);
	}
	kbpf_port_fail_at(0);
	kbpf_object_put(&map->obj);
	result("create", s->type, n - 1);
	for (n = 1; n < 40; n++) {
		map = create(s);
		fill(map, s, n);
		kbpf_object_put(&map->obj);
		settle();
		CHECK(kbpf_port_live() == before);
	}
	result("fill", s->type, n - 1);
}

/* What a task has goes with it, from every map; and nobody asks once no map is left. */
static void test_tasks(void)
{
	const struct shape shape = { KBPF_MAP_TYPE_TASK_STORAGE, 4, 16, 0, KBPF_F_NO_PREALLOC };
	struct kbpf_map *maps[2] = { create(&shape), create(&shape) };
	struct kbpf_map_stats_attr stats;
	u8 value[16] = { 1 };
	u32 fd, i;

	for (i = 0; i < 2; i++)
		for (fd = FIRST_TASK; fd < FIRST_TASK + 500; fd++)
			CHECK(!kbpf_map_update_user(maps[i], &fd, value, KBPF_NOEXIST));
	for (fd = FIRST_TASK; fd < FIRST_TASK + 500; fd += 2) {
		rcu_read_lock();
		kbpf_test_task_gone((void *)(long)fd);
		rcu_read_unlock();
	}
	for (i = 0; i < 2; i++) {
		kbpf_map_stats(maps[i], &stats);
		CHECK(stats.entries == 250);
		fd = FIRST_TASK + 4;
		CHECK(kbpf_map_lookup_user(maps[i], &fd, value, 0) == -ENOENT);
		fd++;
		CHECK(!kbpf_map_lookup_user(maps[i], &fd, value, 0));
		kbpf_object_put(&maps[i]->obj);
	}
	settle();
	CHECK(!kbpf_test_task_gone);
	result("tasks", KBPF_MAP_TYPE_TASK_STORAGE, 0);
}

static void test_btf(void)
{
	static const struct {
		u16 magic; u8 version, flags; u32 hdr_len, type_off, type_len, str_off, str_len;
		u32 type[4]; char str[5];
	} blob = { 0xeb9f, 1, 0, 24, 0, 16, 16, 5, { 1, 1 << 24, 4, 32 | 1 << 24 }, "\0int" };
	s64 before = kbpf_port_live();
	struct kbpf_btf *btf;
	void *data;
	u64 n;

	for (n = 1; ; n++) {
		data = kvmemdup(&blob, 45, GFP_KERNEL);
		kbpf_port_fail_at(n);
		btf = kbpf_btf_parse(data, 45, NULL);
		if (!kbpf_port_failed())
			break;
		kbpf_port_fail_at(0);
		CHECK(PTR_ERR_OR_ZERO(btf) == -ENOMEM);
		kvfree(data);
		CHECK(kbpf_port_live() == before);
	}
	kbpf_port_fail_at(0);
	CHECK(!IS_ERR(btf) && kbpf_btf_find(btf, "int", KBPF_BTF_INT) == 1);
	kbpf_object_put(&btf->obj);
	CHECK(kbpf_port_live() == before);
	result("btf", 0, n - 1);
}

int main(void)
{
	u32 i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n");
	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		test_map(&shapes[i]);
	test_tasks();
	test_btf();
	kbpf_map_exit();
	CHECK(!kbpf_port_live());
	result("nothing_left", 0, 0);
	printf("1..%d\n", number);
	return 0;
}
