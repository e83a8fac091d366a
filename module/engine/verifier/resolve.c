// SPDX-License-Identifier: GPL-2.0
/*
 * Turns the descriptors that lddw instructions carry into maps, each with one
 * reference however often it is named.
 */
#include "verifier/verifier.h"

static int add_map(struct kbpf_verifier *v, int fd, u32 *index)
{
	const struct kbpf_verify_opts *o = v->opts;
	struct kbpf_map *map = o->map_get ? o->map_get(o->map_arg, fd) : kbpf_env_map_get(fd);

	if (IS_ERR(map)) {
		refuse(v, map_fd, -1, .n = fd,
		       .what = PTR_ERR(map) == -EBADF ? "not open" : "of something else");
		return PTR_ERR(map);
	}
	for (*index = 0; *index < v->nr_maps; ++*index) {
		if (v->maps[*index] == map) {
			kbpf_env_map_put(map);
			return 0;
		}
	}
	if (v->nr_maps == KBPF_MAX_USED_MAPS) {
		kbpf_env_map_put(map);
		return refuse(v, too_many_maps, -1, .limit = KBPF_MAX_USED_MAPS);
	}
	v->maps[v->nr_maps] = map;
	v->descs[v->nr_maps] = kbpf_env_map_desc(map);
	v->nr_maps++;
	return kbpf_lock_check_map(v, v->descs[*index]);
}

static int check_value_off(struct kbpf_verifier *v, u32 index, u32 off)
{
	const struct kbpf_map_desc *d = v->descs[index];
	u64 addr;

	if (!(d->can & KBPF_MAP_CAN_DIRECT) || off >= d->value_size ||
	    kbpf_env_map_direct_addr(v->maps[index], off, &addr))
		return refuse(v, map_value_off, -1, .name = d->name, .limit = d->value_size,
			      .at = off);
	return 0;
}

static int resolve(struct kbpf_verifier *v, u32 i)
{
	const struct kbpf_insn *insn = &v->insns[i];
	int fd = insn->imm, err;

	v->insn = i;
	switch (insn->src_reg) {
	case KBPF_PSEUDO_MAP_IDX:
	case KBPF_PSEUDO_MAP_IDX_VALUE:
		if (fd < 0 || (u32)fd >= v->opts->nr_fds)
			return refuse(v, map_index, -1, .n = fd, .limit = v->opts->nr_fds);
		fd = v->opts->fd_array[fd];
		break;
	case KBPF_PSEUDO_MAP_FD:
	case KBPF_PSEUDO_MAP_VALUE:
		break;
	default:
		return 0;
	}
	err = add_map(v, fd, &v->info[i].index);
	if (!err && (insn->src_reg == KBPF_PSEUDO_MAP_VALUE ||
		     insn->src_reg == KBPF_PSEUDO_MAP_IDX_VALUE))
		err = check_value_off(v, v->info[i].index, insn[1].imm);
	return err;
}

int kbpf_resolve_maps(struct kbpf_verifier *v)
{
	int err = 0;

	for (u32 i = 0; i < v->len && !err; i++)
		if (kbpf_isa_is_lddw(&v->insns[i]) && !(v->info[i].flags & KBPF_INFO_SECOND))
			err = resolve(v, i);
	return err;
}
