/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Walking the module's objects and fetching what they say of themselves.
 */
#ifndef KBPF_CLI_OBJECTS_H
#define KBPF_CLI_OBJECTS_H

#include <stdbool.h>
#include "kbpf.h"

struct btf;

/* Which walk: one for each kind of object that has ids. */
enum objects_kind { OBJECTS_PROG, OBJECTS_MAP, OBJECTS_LINK };

/**
 * objects_each() - call a function for every object of a kind
 * @dev: the device
 * @kind: kind
 * @visit: called with a descriptor, closed afterwards; 0 goes on, else that is returned
 * @arg: for @visit
 *
 * An object that goes away during the walk is passed over.
 *
 * Return: CLI_OK, what @visit returned, or CLI_FAILED after a message.
 */
int objects_each(int dev, enum objects_kind kind, int (*visit)(int dev, int fd, void *arg),
		 void *arg);

/**
 * objects_one() - call a function for the object that the user named
 * @dev: the device
 * @kind: kind
 * @id: id as text
 * @visit: as objects_each()
 * @arg: for @visit
 *
 * Return: what @visit returned; CLI_NO or CLI_FAILED after a message.
 */
int objects_one(int dev, enum objects_kind kind, const char *id,
		int (*visit)(int dev, int fd, void *arg), void *arg);

/* A map is opened read-only: it may be one that forbids more. */
int objects_open(int dev, enum objects_kind kind, __u32 id);

/**
 * objects_btf() - BTF that an object names
 * @dev: the device
 * @id: id of the BTF, 0 for none
 *
 * Return: BTF to be freed by btf__free(), or NULL.
 */
struct btf *objects_btf(int dev, __u32 id);

/**
 * struct prog_full - all that a program says of itself
 * @info: fixed part; the pointers in it are to the arrays below
 * @stats: runs
 * @insns: as they run
 * @nr_insns: slots; 0 where the caller may not see them
 * @map_ids: maps it uses, @info.nr_map_ids of them
 * @lines: source lines, @info.nr_line_info of them
 * @funcs: functions, @info.nr_func_info of them
 */
struct prog_full {
	struct kbpf_prog_info info;
	struct kbpf_prog_stats_attr stats;
	struct kbpf_insn *insns;
	__u32 nr_insns;
	__u32 *map_ids;
	struct kbpf_line_info *lines;
	struct kbpf_func_info *funcs;
};

/**
 * prog_full_get() - ask a program everything
 * @dev: the device
 * @fd: the program
 * @full: out; given back with prog_full_free(), whatever is returned
 *
 * Return: 0 or -errno.
 */
int prog_full_get(int dev, int fd, struct prog_full *full);
void prog_full_free(struct prog_full *full);

#endif /* KBPF_CLI_OBJECTS_H */
