// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Walking the module's objects and fetching what they say of themselves.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "libkbpf.h"
#include "objects.h"

static int map_fd_by_id(int dev, __u32 id)
{
	return kbpf_map_fd_by_id(dev, id, KBPF_F_RDONLY);
}

static const struct {
	const char *name;
	int (*next_id)(int dev, __u32 id, __u32 *next);
	int (*fd_by_id)(int dev, __u32 id);
} kinds[] = {
	[OBJECTS_PROG] = { "program", kbpf_prog_next_id, kbpf_prog_fd_by_id },
	[OBJECTS_MAP] = { "map", kbpf_map_next_id, map_fd_by_id },
	[OBJECTS_LINK] = { "link", kbpf_link_next_id, kbpf_link_fd_by_id },
};

int objects_open(int dev, enum objects_kind kind, __u32 id)
{
	return kinds[kind].fd_by_id(dev, id);
}

int objects_each(int dev, enum objects_kind kind, int (*visit)(int dev, int fd, void *arg),
		 void *arg)
{
	__u32 id = 0;
	int err, fd;

	for (;;) {
		err = kinds[kind].next_id(dev, id, &id);
		if (err == -ENOENT)
			return CLI_OK;
		if (err)
			return cli_error("the next %s: %s", kinds[kind].name, strerror(-err));
		fd = kinds[kind].fd_by_id(dev, id);
		if (fd == -ENOENT)
			continue;
		if (fd < 0)
			return cli_error("%s %u: %s", kinds[kind].name, id, strerror(-fd));
		err = visit(dev, fd, arg);
		close(fd);
		if (err)
			return err;
	}
}

int objects_one(int dev, enum objects_kind kind, const char *id_text,
		int (*visit)(int dev, int fd, void *arg), void *arg)
{
	int fd, ret;
	__u32 id;

	if (!cli_parse_u32(id_text, &id))
		return cli_error("'%s' is no id of a %s", id_text, kinds[kind].name);
	fd = kinds[kind].fd_by_id(dev, id);
	if (fd == -ENOENT) {
		cli_error("there is no %s %u", kinds[kind].name, id);
		return CLI_NO;
	}
	if (fd < 0)
		return cli_error("%s %u: %s", kinds[kind].name, id, strerror(-fd));
	ret = visit(dev, fd, arg);
	close(fd);
	return ret;
}

struct btf *objects_btf(int dev, __u32 id)
{
	struct kbpf_btf_info info = { .btf_size = 0 };
	__u32 len = sizeof(info);
	struct btf *btf = NULL;
	void *raw = NULL;
	__u32 size;
	int fd;

	if (!id)
		return NULL;
	fd = kbpf_btf_fd_by_id(dev, id);
	if (fd < 0)
		return NULL;
	if (!kbpf_object_info(dev, fd, &info, &len) && info.btf_size) {
		size = info.btf_size;
		raw = malloc(size);
		memset(&info, 0, sizeof(info));
		info.btf = (unsigned long)raw;
		info.btf_size = size;
		len = sizeof(info);
		if (raw && !kbpf_object_info(dev, fd, &info, &len) && info.btf_size == size)
			btf = btf__new(raw, size);
	}
	free(raw);
	close(fd);
	return btf;
}

/* Room for what the first answer says is there. */
static int make_room(struct prog_full *full)
{
	struct kbpf_prog_info *info = &full->info;
	__u32 len = info->xlated_prog_len, maps = info->nr_map_ids;
	__u32 lines = info->nr_line_info, funcs = info->nr_func_info;

	full->insns = calloc(1, len + 1);
	full->map_ids = calloc(maps + 1, sizeof(*full->map_ids));
	full->lines = calloc(lines + 1, sizeof(*full->lines));
	full->funcs = calloc(funcs + 1, sizeof(*full->funcs));
	if (!full->insns || !full->map_ids || !full->lines || !full->funcs)
		return -ENOMEM;

	memset(info, 0, sizeof(*info));
	info->xlated_prog_len = len;
	info->xlated_prog_insns = (unsigned long)full->insns;
	info->nr_map_ids = maps;
	info->map_ids = (unsigned long)full->map_ids;
	info->nr_line_info = lines;
	info->line_info_rec_size = sizeof(*full->lines);
	info->line_info = (unsigned long)full->lines;
	info->nr_func_info = funcs;
	info->func_info_rec_size = sizeof(*full->funcs);
	info->func_info = (unsigned long)full->funcs;
	return 0;
}

int prog_full_get(int dev, int fd, struct prog_full *full)
{
	struct kbpf_prog_info room;
	__u32 len = sizeof(full->info);
	int err;

	memset(full, 0, sizeof(*full));
	err = kbpf_object_info(dev, fd, &full->info, &len);
	if (!err)
		err = make_room(full);
	if (err)
		return err;
	room = full->info;
	len = sizeof(full->info);
	err = kbpf_object_info(dev, fd, &full->info, &len);
	if (err)
		return err;
	/* a map may have been bound since; what is there is what there was room for */
	if (full->info.nr_map_ids > room.nr_map_ids)
		full->info.nr_map_ids = room.nr_map_ids;
	if (full->info.xlated_prog_insns)
		full->nr_insns = full->info.xlated_prog_len / sizeof(*full->insns);
	return kbpf_prog_stats_get(dev, fd, &full->stats, sizeof(full->stats));
}

void prog_full_free(struct prog_full *full)
{
	free(full->insns);
	free(full->map_ids);
	free(full->lines);
	free(full->funcs);
}
