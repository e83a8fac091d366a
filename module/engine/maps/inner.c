// SPDX-License-Identifier: GPL-2.0
/* Maps of maps: what the maps inside must be like. */
#include "maps/types.h"

/* Types that cannot be inside another map, as bits. */
#define NOT_INSIDE	(1U << KBPF_MAP_TYPE_PROG_ARRAY | 1U << KBPF_MAP_TYPE_ARRAY_OF_MAPS | \
			 1U << KBPF_MAP_TYPE_HASH_OF_MAPS)

int kbpf_map_inner_take(struct kbpf_map *map, int fd)
{
	struct kbpf_map *like = kbpf_env_map_get(fd);
	struct kbpf_map_desc *desc;
	int err = 0;

	if (IS_ERR(like))
		return PTR_ERR(like);
	if (like->desc.inner)
		err = -EINVAL;
	else if (NOT_INSIDE & 1U << like->desc.type)
		err = -ENOTSUPP;
	desc = err ? NULL : kmemdup(&like->desc, sizeof(*desc), GFP_KERNEL_ACCOUNT);
	if (!err && !desc)
		err = -ENOMEM;
	kbpf_env_map_put(like);
	map->desc.inner = desc;
	return err;
}

void kbpf_map_inner_free(struct kbpf_map *map)
{
	kfree(map->desc.inner);
}

/* What a program was verified against must hold for every map it can get. */
static bool is_like(const struct kbpf_map_desc *a, const struct kbpf_map_desc *b)
{
	if (a->type != b->type || a->key_size != b->key_size || a->value_size != b->value_size ||
	    a->flags != b->flags || a->spin_lock_off != b->spin_lock_off ||
	    a->timer_off != b->timer_off)
		return false;
	return !(a->can & KBPF_MAP_CAN_DIRECT) || (a->flags & KBPF_F_INNER_MAP) ||
	       a->max_entries == b->max_entries;
}

struct kbpf_map *kbpf_map_inner_get(struct kbpf_map *map, int fd)
{
	struct kbpf_map *inner = kbpf_env_map_get(fd);

	if (IS_ERR(inner) || is_like(map->desc.inner, &inner->desc))
		return inner;
	kbpf_env_map_put(inner);
	return ERR_PTR(-EINVAL);
}
