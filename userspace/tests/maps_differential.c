// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The same random commands to this engine and to the kernel's own bpf(2): every
 * result, errno and buffer must be the same. Needs bpf(2), as root; skips without.
 *
 *   maps_differential [sequences [seed [--device]]]
 *
 * What may differ is left out: the order of a hash table's keys (contents are
 * compared as sets), false positives of bloom filters, who is evicted from an LRU
 * table (they are not filled). Both worlds have the machine's CPUs.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "engine.h"
#include "kbpf.h"

#define MAX_CPUS	256
#define VALUE_ROOM	(64 * MAX_CPUS)
#define KEY_ROOM	64
#define MANY		64

static unsigned int cpus;
static uint64_t seed = 1;
static bool differs;
static char what[256];

static uint32_t rnd(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 24) % below;
}

static int device = -1;

/*
 * Both worlds, by number: 0 the engine, in this process or with --device in the
 * kernel, 1 the kernel's own. Returns a value or -errno.
 */
static long cmd_in(int world, int cmd, union bpf_attr *attr, unsigned int size)
{
	long ret;

	if (!world && device < 0)
		return kbpf_engine_cmd(cmd, attr, size);
	if (!world)
		ret = ioctl(device, KBPF_IOC(cmd, size), attr);
	else
		ret = syscall(__NR_bpf, cmd, attr, size);
	return ret < 0 ? -errno : ret;
}

struct map {
	uint32_t type, key, value, entries, flags, node;
	uint64_t extra;
	int fd[2];
	int inner[2][2];	/* by world: two maps to put inside */
	uint32_t inner_id[2][2];
	bool percpu, of_maps, hash;
	uint32_t pushed;	/* bloom filter: which of the six values are in it */
};

static void report(const struct map *m, const char *op, long a, long b)
{
	differs = true;
	printf("    # type %u key %u value %u entries %u flags %#x: %s %s: engine %ld, kernel %ld\n",
	       m->type, m->key, m->value, m->entries, m->flags, op, what, a, b);
}

static bool is_percpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static long create_in(int world, const struct map *m)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = m->type;
	attr.key_size = m->key;
	attr.value_size = m->value;
	attr.max_entries = m->entries;
	attr.map_flags = m->flags;
	attr.numa_node = m->node;
	attr.map_extra = m->extra;
	if (m->of_maps)
		attr.inner_map_fd = m->inner[world][0];
	return cmd_in(world, BPF_MAP_CREATE, &attr, sizeof(attr));
}

/* One value for a key's commands, in the layout of a world with @n CPUs. */
static void lay_out(const struct map *m, uint8_t *out, const uint8_t *value, unsigned int n)
{
	unsigned int stride = (m->value + 7) / 8 * 8, i;

	if (!m->percpu) {
		memcpy(out, value, m->value);
		return;
	}
	memset(out, 0, (size_t)stride * n);
	for (i = 0; i < n; i++)
		memcpy(out + i * stride, value, m->value);
}

static bool same_value(const struct map *m, const uint8_t *a, const uint8_t *b)
{
	unsigned int stride = (m->value + 7) / 8 * 8;
	unsigned int i;

	if (!m->percpu)
		return !memcmp(a, b, m->value);
	for (i = 0; i < cpus; i++)
		if (memcmp(a + i * stride, b + i * stride, m->value))
			return false;
	return true;
}

static void random_key(const struct map *m, uint8_t *key)
{
	uint32_t n = rnd(24), i;

	memset(key, 0, KEY_ROOM);
	if (m->type == BPF_MAP_TYPE_LPM_TRIE) {
		uint32_t bits = rnd(20) ? rnd(m->key > 4 ? (m->key - 4) * 8 + 1 : 1) : rnd(400);

		memcpy(key, &bits, 4);
		for (i = 4; i < m->key; i++)
			key[i] = rnd(3) ? 0 : 0x80 >> rnd(8);
		return;
	}
	if (m->key == 4 && !m->hash && !rnd(8))
		n = m->entries - 1 + rnd(3);
	memcpy(key, &n, 4);
	if (m->key < 4)
		memset(key + m->key, 0, 4 - m->key);
	else if (m->key > 4)
		key[m->key - 1] = n * 3;
}

struct result {
	long ret;
	uint8_t key[KEY_ROOM];
	uint8_t value[VALUE_ROOM];
};

static struct result res[2];

/* A command on one element in both worlds. */
static void elem(struct map *m, int cmd, const uint8_t *key, const uint8_t *value, uint64_t flags,
		 bool no_key)
{
	union bpf_attr attr;
	int w;

	for (w = 0; w < 2; w++) {
		memset(&attr, 0, sizeof(attr));
		memset(&res[w], 0xee, sizeof(res[w]));
		attr.map_fd = m->fd[w];
		attr.key = m->key && !no_key ? (uintptr_t)key : 0;
		if (cmd == BPF_MAP_UPDATE_ELEM && m->of_maps) {
			int which = value[0] % 3;
			uint32_t fd = which == 2 ? 12345 : m->inner[w][which];

			memcpy(res[w].value, &fd, 4);
		} else if (cmd == BPF_MAP_UPDATE_ELEM || m->type == BPF_MAP_TYPE_BLOOM_FILTER) {
			lay_out(m, res[w].value, value, cpus);
		}
		if (cmd == BPF_MAP_GET_NEXT_KEY)
			attr.next_key = (uintptr_t)res[w].key;
		else if (cmd != BPF_MAP_DELETE_ELEM)
			attr.value = (uintptr_t)res[w].value;
		if (cmd != BPF_MAP_DELETE_ELEM && cmd != BPF_MAP_GET_NEXT_KEY)
			attr.flags = flags;
		res[w].ret = cmd_in(w, cmd, &attr, sizeof(attr));
	}
}

static void check_rets(const struct map *m, const char *op)
{
	if (res[0].ret != res[1].ret)
		report(m, op, res[0].ret, res[1].ret);
}

/* A looked-up value of a map of maps is an id: which of the two is it? */
static int inner_index(const struct map *m, int w)
{
	uint32_t id;

	memcpy(&id, res[w].value, 4);
	return id == m->inner_id[w][0] ? 0 : id == m->inner_id[w][1] ? 1 : -1;
}

static void check_value(const struct map *m, const char *op)
{
	if (res[0].ret || res[1].ret)
		return;
	if (m->of_maps) {
		if (inner_index(m, 0) < 0 || inner_index(m, 0) != inner_index(m, 1))
			report(m, op, inner_index(m, 0), inner_index(m, 1));
	} else if (!same_value(m, res[0].value, res[1].value)) {
		report(m, op, res[0].value[0], res[1].value[0]);
	}
}

static int cmp_keys(const void *a, const void *b)
{
	return memcmp(a, b, KEY_ROOM);
}

/* All keys of a world, sorted where their order says nothing. */
static int walk(struct map *m, int w, uint8_t (*keys)[KEY_ROOM], int most)
{
	union bpf_attr attr;
	int n = 0;

	for (;;) {
		memset(&attr, 0, sizeof(attr));
		attr.map_fd = m->fd[w];
		attr.key = n ? (uintptr_t)keys[n - 1] : 0;
		if (n == most)
			return n;
		memset(keys[n], 0, KEY_ROOM);
		attr.next_key = (uintptr_t)keys[n];
		if (cmd_in(w, BPF_MAP_GET_NEXT_KEY, &attr, sizeof(attr)))
			break;
		n++;
	}
	if (m->hash)
		qsort(keys, n, KEY_ROOM, cmp_keys);
	return n;
}

static void contents(struct map *m)
{
	static uint8_t keys[2][256][KEY_ROOM];
	int n[2], i;

	if (!m->key)
		return;
	for (i = 0; i < 2; i++)
		n[i] = walk(m, i, keys[i], 256);
	if (n[0] != n[1]) {
		report(m, "keys", n[0], n[1]);
		return;
	}
	for (i = 0; i < n[0]; i++) {
		if (memcmp(keys[0][i], keys[1][i], m->key)) {
			report(m, "key", keys[0][i][0], keys[1][i][0]);
			return;
		}
		elem(m, BPF_MAP_LOOKUP_ELEM, keys[0][i], NULL, 0, false);
		check_rets(m, "walk lookup");
		check_value(m, "walk value");
	}
}

/* A batch that takes in everything at once, or a few chosen elements. */
static void batch(struct map *m)
{
	static const int cmds[] = { BPF_MAP_LOOKUP_BATCH, BPF_MAP_LOOKUP_AND_DELETE_BATCH,
				    BPF_MAP_UPDATE_BATCH, BPF_MAP_DELETE_BATCH };
	static uint8_t keys[2][MANY * KEY_ROOM], values[2][MANY * VALUE_ROOM / 8];
	int cmd = cmds[rnd(4)], w;
	uint32_t count = cmd <= BPF_MAP_LOOKUP_AND_DELETE_BATCH && m->hash ? MANY : rnd(12), i;
	uint64_t flags = rnd(8) ? 0 : 1ULL << rnd(4);
	uint8_t value[64], key[KEY_ROOM], out[2][KEY_ROOM];
	union bpf_attr attr;
	long ret[2];
	uint32_t done[2];

	if (!m->key || m->of_maps || (m->percpu && m->value > 16))
		return;
	for (i = 0; i < count; i++) {
		random_key(m, key);
		memset(value, i + 1, sizeof(value));
		for (w = 0; w < 2; w++) {
			unsigned int n = cpus;
			unsigned int size = m->percpu ? (m->value + 7) / 8 * 8 * n : m->value;

			memcpy(keys[w] + i * m->key, key, m->key);
			lay_out(m, values[w] + (size_t)i * size, value, n);
		}
	}
	for (w = 0; w < 2; w++) {
		memset(&attr, 0, sizeof(attr));
		attr.batch.map_fd = m->fd[w];
		attr.batch.keys = (uintptr_t)keys[w];
		attr.batch.values = (uintptr_t)values[w];
		attr.batch.count = count;
		attr.batch.elem_flags = flags;
		attr.batch.out_batch = (uintptr_t)out[w];
		ret[w] = cmd_in(w, cmd, &attr, sizeof(attr));
		done[w] = attr.batch.count;
	}
	snprintf(what, sizeof(what), "%d count %u flags %#llx", cmd, count,
		 (unsigned long long)flags);
	if (ret[0] != ret[1])
		report(m, "batch", ret[0], ret[1]);
	else if (done[0] != done[1])
		report(m, "batch count", done[0], done[1]);
	else if (!m->hash && cmd == BPF_MAP_LOOKUP_BATCH && done[0] &&
		 memcmp(keys[0], keys[1], done[0] * m->key))
		report(m, "batch keys", 0, 0);
}

static void info(struct map *m)
{
	struct bpf_map_info i[2];
	union bpf_attr attr;
	long ret[2];
	int w;

	memset(i, 0, sizeof(i));
	for (w = 0; w < 2; w++) {
		memset(&attr, 0, sizeof(attr));
		attr.info.bpf_fd = m->fd[w];
		attr.info.info_len = offsetof(struct bpf_map_info, netns_dev);
		attr.info.info = (uintptr_t)&i[w];
		ret[w] = cmd_in(w, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
		i[w].id = 0;
	}
	if (ret[0] != ret[1] || memcmp(&i[0], &i[1], offsetof(struct bpf_map_info, netns_dev)))
		report(m, "info", ret[0], ret[1]);
}

static void step(struct map *m)
{
	uint8_t key[KEY_ROOM], value[64];
	uint64_t flags = rnd(3) ? 0 : rnd(6);
	uint32_t i, op = rnd(40);
	bool no_key = !rnd(30), known;

	random_key(m, key);
	for (i = 0; i < sizeof(value); i++)
		value[i] = rnd(256);
	if (m->type == BPF_MAP_TYPE_BLOOM_FILTER)
		memset(value, rnd(6), sizeof(value));
	known = m->type != BPF_MAP_TYPE_BLOOM_FILTER || m->pushed & 1U << value[0];
	snprintf(what, sizeof(what), "key %02x%02x%02x%02x flags %llu%s", key[0], key[1], key[2],
		 key[3], (unsigned long long)flags, no_key ? " no key" : "");
	if (op < 14) {
		elem(m, BPF_MAP_UPDATE_ELEM, key, value, flags, no_key);
		check_rets(m, "update");
		if (m->type == BPF_MAP_TYPE_BLOOM_FILTER && !res[1].ret)
			m->pushed |= 1U << value[0];
	} else if (op < 24) {
		elem(m, BPF_MAP_LOOKUP_ELEM, key, value, rnd(4) ? 0 : flags, no_key);
		/* A bloom filter may say yes to what is not in it. */
		if (known || (res[0].ret && res[0].ret != -ENOENT))
			check_rets(m, "lookup");
		if (m->type != BPF_MAP_TYPE_BLOOM_FILTER)
			check_value(m, "lookup value");
	} else if (op < 29) {
		elem(m, BPF_MAP_DELETE_ELEM, key, value, 0, no_key);
		check_rets(m, "delete");
	} else if (op < 33 && m->type != BPF_MAP_TYPE_STACK_TRACE) {
		/* Kernels after 6.12 can take a stack out; 6.12 is what is followed. */
		elem(m, BPF_MAP_LOOKUP_AND_DELETE_ELEM, key, value, rnd(4) ? 0 : flags, no_key);
		check_rets(m, "take");
		check_value(m, "take value");
	} else if (op < 35) {
		elem(m, BPF_MAP_GET_NEXT_KEY, key, value, 0, rnd(2));
		if (!m->hash) {
			check_rets(m, "next");
			if (!res[0].ret && memcmp(res[0].key, res[1].key, m->key))
				report(m, "next key", res[0].key[0], res[1].key[0]);
		}
	} else if (op < 38) {
		batch(m);
	} else if (op == 38) {
		info(m);
	} else if (!rnd(40)) {
		elem(m, BPF_MAP_FREEZE, key, value, 0, true);
		check_rets(m, "freeze");
	}
}

static const uint32_t types[] = {
	BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_PERCPU_ARRAY,
	BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH, BPF_MAP_TYPE_LPM_TRIE,
	BPF_MAP_TYPE_QUEUE, BPF_MAP_TYPE_STACK, BPF_MAP_TYPE_BLOOM_FILTER,
	BPF_MAP_TYPE_ARRAY_OF_MAPS, BPF_MAP_TYPE_HASH_OF_MAPS, BPF_MAP_TYPE_RINGBUF,
	BPF_MAP_TYPE_PERF_EVENT_ARRAY, BPF_MAP_TYPE_PROG_ARRAY, BPF_MAP_TYPE_CGROUP_ARRAY,
	BPF_MAP_TYPE_STACK_TRACE, BPF_MAP_TYPE_USER_RINGBUF, BPF_MAP_TYPE_TASK_STORAGE,
};

static void random_map(struct map *m)
{
	static const uint32_t sizes[] = { 4, 4, 4, 8, 1, 3, 16, 20, 0 };

	memset(m, 0, sizeof(*m));
	m->type = types[rnd(sizeof(types) / 4)];
	m->key = rnd(4) ? 4 : sizes[rnd(9)];
	m->value = rnd(2) ? 8 : sizes[rnd(9)];
	m->entries = rnd(8) ? 1 + rnd(30) : rnd(3) ? 0 : 4096;
	if (!rnd(3))
		m->flags = 1U << rnd(14);
	if (!rnd(6))
		m->flags |= 1U << rnd(14);
	switch (m->type) {
	case BPF_MAP_TYPE_LPM_TRIE:
		m->key = rnd(10) ? 5 + rnd(16) : m->key;
		m->flags |= rnd(10) ? BPF_F_NO_PREALLOC : 0;
		break;
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
	case BPF_MAP_TYPE_BLOOM_FILTER:
		m->key = rnd(10) ? 0 : 4;
		m->extra = m->type == BPF_MAP_TYPE_BLOOM_FILTER ? rnd(18) : 0;
		break;
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_USER_RINGBUF:
		m->key = rnd(8) ? 0 : 4;
		m->value = rnd(8) ? 0 : 4;
		m->entries = rnd(4) ? 4096U << rnd(3) : rnd(10000);
		break;
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		m->entries = m->entries ? 4096 : 0;
		break;
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
	case BPF_MAP_TYPE_PROG_ARRAY:
	case BPF_MAP_TYPE_CGROUP_ARRAY:
		m->value = rnd(8) ? 4 : m->value;
		break;
	}
	m->node = rnd(3) ? 0 : rnd(2) ? 5000 : -1U;
	m->percpu = is_percpu(m->type);
	m->of_maps = m->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || m->type == BPF_MAP_TYPE_HASH_OF_MAPS;
	m->hash = m->type == BPF_MAP_TYPE_HASH || m->type == BPF_MAP_TYPE_PERCPU_HASH ||
		  m->type == BPF_MAP_TYPE_LRU_HASH || m->type == BPF_MAP_TYPE_LRU_PERCPU_HASH ||
		  m->type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

static void make_inner(struct map *m)
{
	struct map like = { .type = BPF_MAP_TYPE_ARRAY, .key = 4, .value = 8, .entries = 3 };
	struct bpf_map_info i;
	union bpf_attr attr;
	int w, k;

	like.type = rnd(2) ? BPF_MAP_TYPE_ARRAY : BPF_MAP_TYPE_HASH;
	for (w = 0; w < 2; w++) {
		for (k = 0; k < 2; k++) {
			m->inner[w][k] = create_in(w, &like);
			memset(&i, 0, sizeof(i));
			memset(&attr, 0, sizeof(attr));
			attr.info.bpf_fd = m->inner[w][k];
			attr.info.info_len = sizeof(i);
			attr.info.info = (uintptr_t)&i;
			cmd_in(w, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
			m->inner_id[w][k] = i.id;
		}
	}
}

static void sequence(void)
{
	struct map m;
	long fd[2];
	int i, w, n;

	random_map(&m);
	what[0] = 0;
	if (m.of_maps)
		make_inner(&m);
	for (w = 0; w < 2; w++)
		fd[w] = create_in(w, &m);
	if ((fd[0] < 0 || fd[1] < 0) && fd[0] != fd[1])
		report(&m, "create", fd[0], fd[1]);
	for (w = 0; w < 2; w++)
		m.fd[w] = fd[w];
	if (fd[0] >= 0 && fd[1] >= 0 && m.key <= KEY_ROOM && m.value <= 64) {
		for (i = 0, n = 20 + rnd(60); i < n && !differs; i++)
			step(&m);
		what[0] = 0;
		if (!differs && m.type != BPF_MAP_TYPE_BLOOM_FILTER)
			contents(&m);
	}
	for (w = 0; w < 2; w++) {
		if (fd[w] >= 0)
			close(fd[w]);
		for (i = 0; i < 2 && m.of_maps; i++)
			close(m.inner[w][i]);
	}
}

static unsigned int possible_cpus(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/possible", "r");
	unsigned int first = 0, last = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%u-%u", &first, &last) < 2)
		last = first;
	fclose(f);
	return last + 1;
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 2000, i, bad = 0;
	struct map probe = { .type = BPF_MAP_TYPE_ARRAY, .key = 4, .value = 4, .entries = 1 };
	long fd;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..1\n");
	if (argc > 3 && !strcmp(argv[3], "--device")) {
		device = open("/dev/kbpf", O_RDWR | O_CLOEXEC);
		if (device < 0) {
			printf("not ok 1 maps_differential # /dev/kbpf: %s\n", strerror(errno));
			return 1;
		}
	}
	cpus = possible_cpus();
	fd = create_in(1, &probe);
	if (fd < 0 || !cpus || cpus > MAX_CPUS) {
		printf("ok 1 maps_differential # SKIP no bpf(2) here (%ld)\n", fd);
		return 0;
	}
	close(fd);
	for (i = 0; i < n; i++) {
		seed = (argc > 2 ? strtoull(argv[2], NULL, 0) : 1) + i * 0x9e3779b97f4a7c15ULL;
		rnd(2);
		differs = false;
		sequence();
		if (differs && ++bad < 20)
			printf("    # sequence %ld\n", i);
	}
	printf("%sok 1 maps_differential.%ld_sequences # %ld differ\n", bad ? "not " : "", n, bad);
	return bad != 0;
}
