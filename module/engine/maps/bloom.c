// SPDX-License-Identifier: GPL-2.0
/*
 * BLOOM_FILTER: a set that can say "not in it" and "maybe in it". Bits are set
 * by atomics and never cleared, so that it works in every context without locks.
 */
#include "maps/types.h"
#include "maps/elem.h"

#define BLOOM_FLAGS	(KBPF_F_NUMA_NODE | KBPF_F_ZERO_SEED | KBPF_F_RDONLY | KBPF_F_WRONLY | \
			 KBPF_F_RDONLY_PROG | KBPF_F_WRONLY_PROG)
#define BOTH_PROG	(KBPF_F_RDONLY_PROG | KBPF_F_WRONLY_PROG)
#define DEFAULT_HASHES	5U

/**
 * struct kbpf_bloom - a bloom filter
 * @map: what all maps begin with
 * @seed: of the hash
 * @mask: bits - 1
 * @hashes: bits that a value sets
 * @bits: the bits
 */
struct kbpf_bloom {
	struct kbpf_map map;
	u64 seed;
	u32 mask;
	u32 hashes;
	unsigned long *bits;
};

static struct kbpf_bloom *to_bloom(struct kbpf_map *map)
{
	return container_of(map, struct kbpf_bloom, map);
}

/*
 * Two hashes give all: the i-th bit is the first plus i times the second, which
 * is odd, as good as independent ones.
 */
static long bloom_push(struct kbpf_map *map, const void *value, u64 flags)
{
	struct kbpf_bloom *b = to_bloom(map);
	u32 at = kbpf_key_hash(value, map->desc.value_size, b->seed);
	u32 step = kbpf_key_hash(value, map->desc.value_size, ~b->seed) | 1, i;

	if (unlikely(flags != KBPF_ANY))
		return -EINVAL;
	for (i = 0; i < b->hashes; i++, at += step)
		set_bit(at & b->mask, b->bits);
	return 0;
}

static long bloom_peek(struct kbpf_map *map, void *value)
{
	struct kbpf_bloom *b = to_bloom(map);
	u32 at = kbpf_key_hash(value, map->desc.value_size, b->seed);
	u32 step = kbpf_key_hash(value, map->desc.value_size, ~b->seed) | 1, i;

	for (i = 0; i < b->hashes; i++, at += step)
		if (!test_bit(at & b->mask, b->bits))
			return -ENOENT;
	return 0;
}

static int bloom_delete(struct kbpf_map *map, const void *key)
{
	return -EOPNOTSUPP;
}

static int bloom_next_key(struct kbpf_map *map, const void *key, void *next)
{
	return -EOPNOTSUPP;
}

static int bloom_check(const struct kbpf_map_create_attr *attr)
{
	if (attr->value_size > KMALLOC_MAX_SIZE)
		return -E2BIG;
	if (attr->key_size || !attr->value_size || !attr->max_entries ||
	    attr->map_flags & ~BLOOM_FLAGS || (attr->map_flags & BOTH_PROG) == BOTH_PROG ||
	    attr->map_extra & ~0xfULL)
		return -EINVAL;
	return 0;
}

/* entries * hashes / ln 2 bits are best; to the next power of two, 64 to 2^32. */
static u64 bits_for(u32 entries, u32 hashes)
{
	u64 bits = (u64)entries * hashes / 5 * 7;

	return bits > 1ULL << 31 ? 1ULL << 32 : roundup_pow_of_two(max_t(u64, bits, 64));
}

static void bloom_free(struct kbpf_map *map)
{
	kvfree(to_bloom(map)->bits);
	kbpf_map_dealloc(map);
}

static struct kbpf_map *bloom_create(const struct kbpf_map_create_attr *attr)
{
	struct kbpf_bloom *b = kbpf_map_alloc(attr, sizeof(*b));
	u64 bits;

	if (!b)
		return ERR_PTR(-ENOMEM);
	b->hashes = attr->map_extra ? attr->map_extra : DEFAULT_HASHES;
	b->seed = attr->map_flags & KBPF_F_ZERO_SEED ? 0 : get_random_u64();
	bits = bits_for(attr->max_entries, b->hashes);
	b->mask = bits - 1;
	b->bits = kvzalloc_node(bits / 8, GFP_KERNEL_ACCOUNT | __GFP_NOWARN, kbpf_map_node(attr));
	if (!b->bits) {
		kbpf_map_dealloc(&b->map);
		return ERR_PTR(-ENOMEM);
	}
	atomic64_add(bits / 8, &b->map.memory);
	return &b->map;
}

const struct kbpf_map_ops kbpf_bloom_ops = {
	.check = bloom_check,
	.create = bloom_create,
	.free = bloom_free,
	.push = bloom_push,
	.peek = bloom_peek,
	.delete_user = bloom_delete,
	.next_key = bloom_next_key,
};
