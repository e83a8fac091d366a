// SPDX-License-Identifier: GPL-2.0
/*
 * What can be asked of objects: info by descriptor, ids, descriptors by id.
 */
#include "cmd/call.h"
#include "btf/btf.h"
#include "env.h"
#include "isa/insn.h"
#include "maps/map.h"

/**
 * struct infobuf - a user's info structure
 * @uinfo: where
 * @ulen: bytes the user knows
 * @known: bytes of ours
 */
struct infobuf {
	u64 uinfo;
	u32 ulen;
	u32 known;
};

/* Reads the user's structure (its pointers and rooms) into @info. */
static int info_in(const struct kbpf_info_attr *attr, void *info, u32 known, struct infobuf *ib)
{
	ib->uinfo = attr->info;
	ib->ulen = attr->info_len;
	ib->known = known;
	memset(info, 0, known);
	if (kbpf_world_copy_in(info, ib->uinfo, min(ib->ulen, known)))
		return -EFAULT;
	if (ib->ulen > known)
		return kbpf_call_zero_tail(ib->uinfo + known, ib->ulen - known);
	return 0;
}

static int info_out(struct kbpf_call *call, const struct infobuf *ib, const void *info)
{
	u32 len = min(ib->ulen, ib->known);

	if (kbpf_world_copy_out(ib->uinfo, info, len))
		return -EFAULT;
	call->attr.info.info_len = len;
	return kbpf_call_out(call, info.info_len);
}

/* Writes as many whole records as fit; @ulen, in and out, counts records. */
static int array_out(u64 ubuf, u32 *ulen, const void *data, u32 len, u32 rec)
{
	u32 room = *ulen;

	*ulen = len;
	if (!room || !ubuf)
		return 0;
	return kbpf_world_copy_out(ubuf, data, (size_t)min(room, len) * rec);
}

static int map_info(struct kbpf_call *call, struct kbpf_object *obj)
{
	const struct kbpf_map *map = container_of(obj, struct kbpf_map, obj);
	struct kbpf_map_info info;
	struct infobuf ib;
	int err = info_in(&call->attr.info, &info, sizeof(info), &ib);

	if (err)
		return err;
	memset(&info, 0, sizeof(info));
	info.type = map->desc.type;
	info.id = obj->id;
	info.key_size = map->desc.key_size;
	info.value_size = map->desc.value_size;
	info.max_entries = map->desc.max_entries;
	info.map_flags = map->desc.flags;
	memcpy(info.name, map->desc.name, sizeof(info.name));
	info.map_extra = map->map_extra;
	if (map->btf) {
		info.btf_id = map->btf->obj.id;
		info.btf_key_type_id = map->btf_key_type_id;
		info.btf_value_type_id = map->btf_value_type_id;
	}
	return info_out(call, &ib, &info);
}

static int btf_info(struct kbpf_call *call, struct kbpf_object *obj)
{
	const struct kbpf_btf *btf = container_of(obj, struct kbpf_btf, obj);
	struct kbpf_btf_info info;
	struct infobuf ib;
	u32 room;
	int err = info_in(&call->attr.info, &info, sizeof(info), &ib);

	if (err)
		return err;
	room = info.btf_size;
	info.btf_size = btf->size;
	info.id = obj->id;
	info.kernel_btf = btf->is_kernel;
	err = kbpf_cmd_copy_str(info.name, &info.name_len, btf->is_kernel ? "vmlinux" : "");
	if (err)
		return err;
	info.name_len--;	/* of these alone Linux does not count the zero */
	if (info.btf && kbpf_world_copy_out(info.btf, btf->data, min(room, btf->size)))
		return -EFAULT;
	return info_out(call, &ib, &info);
}

static int link_info(struct kbpf_call *call, struct kbpf_object *obj)
{
	struct kbpf_link *link = container_of(obj, struct kbpf_link, obj);
	struct kbpf_link_info info;
	struct infobuf ib;
	int err = info_in(&call->attr.info, &info, sizeof(info), &ib);

	if (err)
		return err;
	info.type = link->type;
	info.id = obj->id;
	info.prog_id = link->prog->obj.id;
	err = link->fill_info ? link->fill_info(link, &info) : 0;
	return err ? err : info_out(call, &ib, &info);
}

/*
 * The instructions as userspace may see them: maps by id, internal load modes
 * as what they were loaded as.
 */
static void show_insns(const struct kbpf_prog *prog, struct kbpf_insn *insns)
{
	u32 i;

	memcpy(insns, prog->insns, (size_t)prog->len * sizeof(*insns));
	for (i = 0; i < prog->len; i++) {
		struct kbpf_insn *insn = &insns[i];

		if (KBPF_CLASS(insn->code) == KBPF_LDX) {
			u8 mode = KBPF_MODE(insn->code);

			if (mode == KBPF_PROBE_MEM)
				insn->code = KBPF_LDX | KBPF_SIZE(insn->code) | KBPF_MEM;
			else if (mode == KBPF_PROBE_MEMSX)
				insn->code = KBPF_LDX | KBPF_SIZE(insn->code) | KBPF_MEMSX;
		}
		if (insn->code != (KBPF_LD | KBPF_DW | KBPF_IMM))
			continue;
		if (insn->src_reg == KBPF_PSEUDO_MAP_FD || insn->src_reg == KBPF_PSEUDO_MAP_VALUE)
			insn->imm = prog->maps[insn->imm]->obj.id;
		i++;
	}
}

static int insns_out(const struct kbpf_prog *prog, struct kbpf_prog_info *info, u32 room)
{
	u32 len = prog->len * sizeof(struct kbpf_insn);
	struct kbpf_insn *insns;
	int err;

	info->xlated_prog_len = len;
	if (!info->xlated_prog_insns || !room)
		return 0;
	insns = kvmalloc(len, GFP_KERNEL);
	if (!insns)
		return -ENOMEM;
	kbpf_prog_maps_lock();
	show_insns(prog, insns);
	kbpf_prog_maps_unlock();
	err = kbpf_world_copy_out(info->xlated_prog_insns, insns, min(room, len));
	kvfree(insns);
	return err;
}

static int map_ids_out(const struct kbpf_prog *prog, struct kbpf_prog_info *info)
{
	u32 room = info->nr_map_ids, i, id;
	int err = 0;

	kbpf_prog_maps_lock();
	info->nr_map_ids = prog->nr_maps;
	for (i = 0; i < min(room, prog->nr_maps) && info->map_ids && !err; i++) {
		id = prog->maps[i]->obj.id;
		err = kbpf_world_copy_out(info->map_ids + (u64)i * sizeof(id), &id, sizeof(id));
	}
	kbpf_prog_maps_unlock();
	return err;
}

static int records_out(const struct kbpf_prog *prog, struct kbpf_prog_info *info)
{
	int err;

	if ((info->nr_func_info && info->func_info_rec_size != sizeof(*prog->func_info)) ||
	    (info->nr_line_info && info->line_info_rec_size != sizeof(*prog->line_info)))
		return -EINVAL;
	info->func_info_rec_size = sizeof(*prog->func_info);
	info->line_info_rec_size = sizeof(*prog->line_info);
	err = array_out(info->func_info, &info->nr_func_info, prog->func_info,
			prog->nr_func_info, sizeof(*prog->func_info));
	if (!err)
		err = array_out(info->line_info, &info->nr_line_info, prog->line_info,
				prog->nr_line_info, sizeof(*prog->line_info));
	return err;
}

static void fill_prog_info(const struct kbpf_prog *prog, struct kbpf_prog_info *info)
{
	struct kbpf_prog_stats sum;

	kbpf_prog_sum_stats(prog, &sum);
	info->type = prog->type;
	info->id = prog->obj.id;
	memcpy(info->tag, prog->tag, sizeof(info->tag));
	memcpy(info->name, prog->name, sizeof(info->name));
	info->load_time = prog->load_time_ns;
	info->created_by_uid = prog->uid;
	info->ifindex = 0;
	info->gpl_compatible = prog->gpl_compatible;
	info->pad0 = 0;
	info->netns_dev = 0;
	info->netns_ino = 0;
	info->btf_id = prog->btf ? prog->btf->obj.id : 0;
	info->jited_line_info = 0;
	info->nr_jited_line_info = 0;
	info->jited_line_info_rec_size = 0;
	/* Linux reports time and count over the same runs: those that were timed. */
	info->run_time_ns = sum.ns;
	info->run_cnt = sum.timed;
	info->recursion_misses = sum.misses;
	info->verified_insns = min_t(u64, prog->verify.insns, U32_MAX);
	info->attach_btf_obj_id = 0;
	info->attach_btf_id = prog->attach_btf_id;
	info->pad1 = 0;
}

static int prog_info(struct kbpf_call *call, struct kbpf_object *obj)
{
	const struct kbpf_prog *prog = container_of(obj, struct kbpf_prog, obj);
	struct kbpf_prog_info info;
	struct infobuf ib;
	int err = info_in(&call->attr.info, &info, sizeof(info), &ib);

	if (err)
		return err;
	fill_prog_info(prog, &info);
	err = insns_out(prog, &info, info.xlated_prog_len);
	if (!err)
		err = map_ids_out(prog, &info);
	if (!err)
		err = records_out(prog, &info);
	if (!err)
		err = array_out(info.prog_tags, &info.nr_prog_tags, prog->tag, 1,
				sizeof(prog->tag));
	if (!err)
		err = kbpf_world_jit_info(prog, &info);
	return err ? err : info_out(call, &ib, &info);
}

static int (*const infos[KBPF_KINDS])(struct kbpf_call *call, struct kbpf_object *obj) = {
	[KBPF_KIND_MAP] = map_info,
	[KBPF_KIND_PROG] = prog_info,
	[KBPF_KIND_LINK] = link_info,
	[KBPF_KIND_BTF] = btf_info,
};

long kbpf_call_info(struct kbpf_call *call)
{
	struct kbpf_object *obj = kbpf_world_fd_get(call->attr.info.fd, NULL);
	int err = -EINVAL;

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	if (infos[obj->kind])
		err = infos[obj->kind](call, obj);
	kbpf_object_put(obj);
	return err;
}

/* ---- ids ---------------------------------------------------------------------- */

static const struct id_command {
	enum kbpf_kind kind;
	u32 open_flags;		/* that GET_FD_BY_ID takes */
} id_commands[] = {
	[KBPF_PROG_GET_NEXT_ID] = { KBPF_KIND_PROG },
	[KBPF_MAP_GET_NEXT_ID] = { KBPF_KIND_MAP },
	[KBPF_LINK_GET_NEXT_ID] = { KBPF_KIND_LINK },
	[KBPF_BTF_GET_NEXT_ID] = { KBPF_KIND_BTF },
	[KBPF_PROG_GET_FD_BY_ID] = { KBPF_KIND_PROG },
	[KBPF_MAP_GET_FD_BY_ID] = { KBPF_KIND_MAP, KBPF_F_RDONLY | KBPF_F_WRONLY },
	[KBPF_LINK_GET_FD_BY_ID] = { KBPF_KIND_LINK },
	[KBPF_BTF_GET_FD_BY_ID] = { KBPF_KIND_BTF },
};

long kbpf_call_next_id(struct kbpf_call *call)
{
	struct kbpf_id_attr *attr = &call->attr.id;
	int err;

	if (attr->open_flags)
		return -EINVAL;
	/* The kernel's types have an id from when they are read. */
	if (id_commands[call->cmd].kind == KBPF_KIND_BTF)
		kbpf_env_kernel_btf();
	err = kbpf_object_next_id(id_commands[call->cmd].kind, attr->id, &attr->next_id);
	return err ? err : kbpf_call_out(call, id.next_id);
}

long kbpf_call_fd_by_id(struct kbpf_call *call)
{
	const struct kbpf_id_attr *attr = &call->attr.id;
	const struct id_command *row = &id_commands[call->cmd];
	u32 both = KBPF_F_RDONLY | KBPF_F_WRONLY;
	struct kbpf_object *obj;

	if (attr->next_id || (attr->open_flags & ~row->open_flags) ||
	    (attr->open_flags & both) == both)
		return -EINVAL;
	obj = kbpf_object_find_id(row->kind, attr->id);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	return kbpf_call_install(obj, attr->open_flags);
}
