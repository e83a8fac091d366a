// SPDX-License-Identifier: GPL-2.0
/*
 * Commands on maps: user memory in and out around the maps room's operations.
 */
#include "cmd/call.h"
#include "btf/btf.h"
#include "maps/map.h"

static struct kbpf_map *to_map(struct kbpf_object *obj)
{
	return container_of(obj, struct kbpf_map, obj);
}

struct kbpf_map *kbpf_call_map(int fd, u32 *flags)
{
	struct kbpf_object *obj = kbpf_call_fd(fd, KBPF_KIND_MAP, flags);

	return IS_ERR(obj) ? ERR_CAST(obj) : to_map(obj);
}

long kbpf_call_map_create(struct kbpf_call *call)
{
	struct kbpf_map_create_attr *attr = &call->attr.map_create;
	u32 rw = attr->map_flags & (KBPF_F_RDONLY | KBPF_F_WRONLY);
	char name[KBPF_OBJ_NAME_LEN];
	struct kbpf_btf *btf = NULL;
	struct kbpf_map *map;
	int err;

	err = kbpf_call_name(name, attr->map_name);
	if (err)
		return err;
	memcpy(attr->map_name, name, sizeof(name));
	if (attr->map_ifindex || attr->btf_vmlinux_value_type_id ||
	    attr->value_type_btf_obj_fd || attr->map_token_fd ||
	    rw == (KBPF_F_RDONLY | KBPF_F_WRONLY))
		return -EINVAL;
	if (attr->btf_key_type_id || attr->btf_value_type_id) {
		if (!attr->btf_value_type_id)
			return -EINVAL;
		btf = kbpf_call_btf(attr->btf_fd);
		if (IS_ERR(btf))
			return PTR_ERR(btf);
	}
	map = kbpf_map_create(attr, btf);
	if (btf)
		kbpf_object_put(&btf->obj);
	if (IS_ERR(map))
		return PTR_ERR(map);
	err = kbpf_object_publish(&map->obj);
	if (err) {
		kbpf_object_put(&map->obj);
		return err;
	}
	return kbpf_call_install(&map->obj, rw);
}

/* One operation's buffers: the key, then the value, in one allocation. */
struct elem {
	struct kbpf_map *map;
	u8 *buf;
	u8 *key;
	u8 *value;
	u32 value_size;
};

static void elem_exit(struct elem *e)
{
	kvfree(e->buf);
	kbpf_object_put(&e->map->obj);
}

/*
 * Takes the map and reads the key. @forbid is the descriptor flag that rules
 * the operation out. A map without keys takes none.
 */
static int elem_init(struct elem *e, struct kbpf_call *call, u32 forbid, bool key_may_be_null)
{
	const struct kbpf_map_elem_attr *attr = &call->attr.elem;
	u32 flags, key_size;

	e->buf = NULL;
	e->map = kbpf_call_map(attr->map_fd, &flags);
	if (IS_ERR(e->map))
		return PTR_ERR(e->map);
	if (flags & forbid) {
		elem_exit(e);
		return -EPERM;
	}
	if ((attr->flags & KBPF_F_LOCK) && e->map->desc.spin_lock_off < 0) {
		elem_exit(e);
		return -EINVAL;
	}
	key_size = e->map->desc.key_size;
	e->value_size = kbpf_map_user_value_size(e->map);
	e->buf = kvzalloc(round_up((u64)key_size, 8) + e->value_size + 8, GFP_KERNEL_ACCOUNT);
	if (!e->buf) {
		elem_exit(e);
		return -ENOMEM;
	}
	e->value = e->buf + round_up((u64)key_size, 8);
	e->key = attr->key && key_size ? e->buf : NULL;
	if ((!key_size && attr->key) || (key_size && !attr->key && !key_may_be_null)) {
		elem_exit(e);
		return attr->key ? -EINVAL : -EFAULT;
	}
	if (e->key && kbpf_world_copy_in(e->key, attr->key, key_size)) {
		elem_exit(e);
		return -EFAULT;
	}
	return 0;
}

long kbpf_call_map_lookup(struct kbpf_call *call)
{
	const struct kbpf_map_elem_attr *attr = &call->attr.elem;
	struct elem e;
	int err;

	if (attr->flags & ~(u64)KBPF_F_LOCK)
		return -EINVAL;
	err = elem_init(&e, call, KBPF_F_WRONLY, false);
	if (err)
		return err;
	/* There the value is what to look for. */
	if (e.map->desc.can & KBPF_MAP_CAN_PEEK)
		err = kbpf_world_copy_in(e.value, attr->value, e.value_size);
	if (!err)
		err = kbpf_map_lookup_user(e.map, e.key, e.value, attr->flags);
	if (!err)
		err = kbpf_world_copy_out(attr->value, e.value, e.value_size);
	elem_exit(&e);
	return err;
}

long kbpf_call_map_update(struct kbpf_call *call)
{
	const struct kbpf_map_elem_attr *attr = &call->attr.elem;
	struct elem e;
	int err = elem_init(&e, call, KBPF_F_RDONLY, false);

	if (err)
		return err;
	err = kbpf_world_copy_in(e.value, attr->value, e.value_size);
	if (!err)
		err = kbpf_map_update_user(e.map, e.key, e.value, attr->flags);
	elem_exit(&e);
	return err;
}

long kbpf_call_map_delete(struct kbpf_call *call)
{
	const struct kbpf_map_elem_attr *attr = &call->attr.elem;
	struct elem e;
	int err;

	if (attr->value || attr->flags)
		return -EINVAL;
	err = elem_init(&e, call, KBPF_F_RDONLY, false);
	if (err)
		return err;
	err = kbpf_map_delete_user(e.map, e.key);
	elem_exit(&e);
	return err;
}

long kbpf_call_map_take(struct kbpf_call *call)
{
	const struct kbpf_map_elem_attr *attr = &call->attr.elem;
	struct elem e;
	int err;

	if (attr->flags & ~(u64)KBPF_F_LOCK)
		return -EINVAL;
	err = elem_init(&e, call, KBPF_F_WRONLY | KBPF_F_RDONLY, false);
	if (err)
		return err;
	err = kbpf_map_take_user(e.map, e.key, e.value, attr->flags);
	if (!err)
		err = kbpf_world_copy_out(attr->value, e.value, e.value_size);
	elem_exit(&e);
	return err;
}

long kbpf_call_map_batch(struct kbpf_call *call)
{
	static const struct kbpf_map_io io = {
		.in = kbpf_world_copy_in,
		.out = kbpf_world_copy_out,
	};
	struct kbpf_map_batch_attr *attr = &call->attr.batch;
	bool reads = call->cmd == KBPF_MAP_LOOKUP_BATCH ||
		     call->cmd == KBPF_MAP_LOOKUP_AND_DELETE_BATCH;
	bool writes = call->cmd != KBPF_MAP_LOOKUP_BATCH;
	struct kbpf_map *map;
	u32 flags;
	int err;

	map = kbpf_call_map(attr->map_fd, &flags);
	if (IS_ERR(map))
		return PTR_ERR(map);
	if ((reads && (flags & KBPF_F_WRONLY)) || (writes && (flags & KBPF_F_RDONLY)))
		err = -EPERM;
	else
		err = kbpf_map_batch(map, call->cmd, attr, &io);
	if (kbpf_call_out(call, batch.count))
		err = -EFAULT;
	kbpf_object_put(&map->obj);
	return err;
}

long kbpf_call_map_next_key(struct kbpf_call *call)
{
	const struct kbpf_map_elem_attr *attr = &call->attr.elem;
	struct elem e;
	u8 *next;
	int err;

	if (attr->flags)
		return -EINVAL;
	err = elem_init(&e, call, KBPF_F_WRONLY, true);
	if (err)
		return err;
	next = kvzalloc(e.map->desc.key_size + 8, GFP_KERNEL_ACCOUNT);
	err = next ? kbpf_map_next_key(e.map, e.key, next) : -ENOMEM;
	if (!err)
		err = kbpf_world_copy_out(attr->next_key, next, e.map->desc.key_size);
	kvfree(next);
	elem_exit(&e);
	return err;
}

long kbpf_call_map_freeze(struct kbpf_call *call)
{
	const struct kbpf_map_elem_attr *attr = &call->attr.elem;
	struct kbpf_map *map;
	u32 flags;
	int err;

	if (attr->key || attr->value || attr->flags)
		return -EINVAL;
	map = kbpf_call_map(attr->map_fd, &flags);
	if (IS_ERR(map))
		return PTR_ERR(map);
	err = flags & KBPF_F_RDONLY ? -EPERM : kbpf_map_freeze(map);
	kbpf_object_put(&map->obj);
	return err;
}

long kbpf_call_map_stats(struct kbpf_call *call)
{
	struct kbpf_map_stats_attr *attr = &call->attr.map_stats;
	struct kbpf_map *map;

	if (attr->pad0)
		return -EINVAL;
	map = kbpf_call_map(attr->map_fd, NULL);
	if (IS_ERR(map))
		return PTR_ERR(map);
	kbpf_map_stats(map, attr);
	kbpf_object_put(&map->obj);
	return kbpf_world_copy_out(call->uattr, attr, min_t(u32, call->size, sizeof(*attr)));
}
