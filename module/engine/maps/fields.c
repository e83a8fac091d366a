// SPDX-License-Identifier: GPL-2.0
/*
 * What BTF says of a map's key and value: their sizes, and where in a value a
 * spin lock or a timer is. The only file of the room that reads BTF.
 */
#include "btf/btf.h"
#include "maps/types.h"
#include "maps/value.h"

#define MAX_NESTING	16

struct special {
	const char *name;
	u32 size;
	u32 align;
	u32 types;	/* map types that may have it, as bits */
};

#define T(name) (1U << KBPF_MAP_TYPE_##name)
enum { SPIN_LOCK, TIMER, SPECIALS };

static const struct special specials[SPECIALS] = {
	[SPIN_LOCK] = { "bpf_spin_lock", KBPF_SPIN_LOCK_SIZE, 4,
			T(HASH) | T(ARRAY) | T(TASK_STORAGE) },
	[TIMER] = { "bpf_timer", KBPF_TIMER_SIZE, 8, T(HASH) | T(LRU_HASH) | T(ARRAY) },
};

#undef T

struct search {
	const struct kbpf_btf *btf;
	s32 off[SPECIALS];
};

static int look_into(struct search *s, u32 id, u32 off, u32 depth);

/* A structure at @off: is it special, or does it contain something special? */
static int look_at(struct search *s, u32 id, const struct kbpf_btf_type *t, u32 off, u32 depth)
{
	const char *name = kbpf_btf_name(s->btf, t->name_off);
	u32 i;

	for (i = 0; i < SPECIALS; i++) {
		if (strcmp(name, specials[i].name) || t->size != specials[i].size)
			continue;
		if (off % specials[i].align)
			return -EINVAL;
		if (s->off[i] >= 0)
			return -E2BIG;
		s->off[i] = off;
		return 0;
	}
	return look_into(s, id, off, depth + 1);
}

/* All structures directly in type @id. */
static int look_into(struct search *s, u32 id, u32 off, u32 depth)
{
	const struct kbpf_btf_type *t = kbpf_btf_type(s->btf, id), *m;
	bool sec = kbpf_btf_kind(t) == KBPF_BTF_DATASEC;
	u32 i, at, mid;
	int err;

	if (depth > MAX_NESTING)
		return -E2BIG;
	for (i = 0; i < kbpf_btf_vlen(t); i++) {
		if (sec) {
			at = kbpf_btf_secinfos(t)[i].offset;
			mid = kbpf_btf_type(s->btf, kbpf_btf_secinfos(t)[i].type)->type;
		} else {
			at = kbpf_btf_member_off(t, i) / 8;
			mid = kbpf_btf_members(t)[i].type;
		}
		m = kbpf_btf_skip(s->btf, &mid);
		if (!m || kbpf_btf_kind(m) != KBPF_BTF_STRUCT)
			continue;
		err = look_at(s, mid, m, off + at, depth);
		if (err)
			return err;
	}
	return 0;
}

static int find_specials(struct kbpf_map *map, const struct kbpf_btf *btf, u32 value_id)
{
	struct search s = { .btf = btf, .off = { -1, -1 } };
	const struct kbpf_btf_type *t = kbpf_btf_skip(btf, &value_id);
	u32 i, kind = kbpf_btf_kind(t);
	int err = 0;

	if (kind == KBPF_BTF_STRUCT || kind == KBPF_BTF_DATASEC)
		err = look_into(&s, value_id, 0, 0);
	if (err)
		return err;
	for (i = 0; i < SPECIALS; i++) {
		if (s.off[i] < 0)
			continue;
		if (map->desc.flags & (KBPF_F_RDONLY_PROG | KBPF_F_WRONLY_PROG))
			return -EACCES;
		if (!(specials[i].types & 1U << map->desc.type))
			return -EOPNOTSUPP;
	}
	map->desc.spin_lock_off = s.off[SPIN_LOCK];
	map->desc.timer_off = s.off[TIMER];
	return 0;
}

static int check_index(const struct kbpf_map *map, const struct kbpf_btf *btf, u32 key_id,
		       u32 value_id)
{
	const struct kbpf_btf_type *key = kbpf_btf_skip(btf, &key_id);
	const struct kbpf_btf_type *value = kbpf_btf_skip(btf, &value_id);
	u32 word;

	if (!key) {
		if (map->desc.type != KBPF_MAP_TYPE_ARRAY || map->desc.max_entries != 1)
			return -EINVAL;
		return kbpf_btf_kind(value) == KBPF_BTF_DATASEC ? 0 : -EINVAL;
	}
	if (kbpf_btf_kind(key) != KBPF_BTF_INT)
		return -EINVAL;
	word = kbpf_btf_word(key);
	return (word & 0xff) == 32 && !((word >> 16) & 0xff) ? 0 : -EINVAL;
}

int kbpf_map_check_btf(struct kbpf_map *map, enum kbpf_map_btf_rule rule,
		       const struct kbpf_btf *btf, u32 key_id, u32 value_id)
{
	bool needs_key = rule == BTF_KEY || rule == BTF_PREFIX;
	const struct kbpf_btf_type *key;
	int err;

	if (key_id ? kbpf_btf_size(btf, key_id) != map->desc.key_size : needs_key)
		return -EINVAL;
	if (!kbpf_btf_type(btf, value_id) ||
	    kbpf_btf_size(btf, value_id) != map->desc.value_size)
		return -EINVAL;
	err = find_specials(map, btf, value_id);
	if (err)
		return err;
	if (rule == BTF_NONE)
		return -ENOTSUPP;
	key = kbpf_btf_skip(btf, &key_id);
	if (rule == BTF_VALUE)
		return key ? -EINVAL : 0;
	if (rule == BTF_PREFIX)
		return kbpf_btf_kind(key) == KBPF_BTF_STRUCT ? 0 : -EINVAL;
	return rule == BTF_INDEX ? check_index(map, btf, key_id, value_id) : 0;
}
