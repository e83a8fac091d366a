/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to engine/cmd: one command under way, and what its handlers share.
 */
#ifndef KBPF_CMD_CALL_H
#define KBPF_CMD_CALL_H

#include "port.h"
#include "port_sync.h"
#include "cmd/cmd.h"

struct kbpf_btf;

/*
 * union kbpf_attr - room for the attributes of any command
 */
union kbpf_attr {
	struct kbpf_map_create_attr map_create;
	struct kbpf_map_elem_attr elem;
	struct kbpf_map_batch_attr batch;
	struct kbpf_map_stats_attr map_stats;
	struct kbpf_prog_load_attr prog_load;
	struct kbpf_prog_load_classic_attr load_classic;
	struct kbpf_test_run_attr test_run;
	struct kbpf_bind_map_attr bind_map;
	struct kbpf_prog_stats_attr prog_stats;
	struct kbpf_btf_load_attr btf_load;
	struct kbpf_link_create_attr link_create;
	struct kbpf_link_update_attr link_update;
	struct kbpf_link_detach_attr link_detach;
	struct kbpf_link_stats_attr link_stats;
	struct kbpf_raw_tracepoint_attr raw_tracepoint;
	struct kbpf_perf_open_attr perf_open;
	struct kbpf_task_fd_query_attr task_fd;
	struct kbpf_id_attr id;
	struct kbpf_info_attr info;
	struct kbpf_enable_stats_attr enable_stats;
	struct kbpf_version_attr version;
};

/**
 * struct kbpf_call - one command under way
 * @cmd: enum kbpf_cmd
 * @attr: the attributes, zero beyond what the caller gave
 * @uattr: where they came from
 * @size: bytes the caller knows
 */
struct kbpf_call {
	u32 cmd;
	union kbpf_attr attr;
	u64 uattr;
	u32 size;
};

/*
 * Writes one output field back. A caller whose structure ends before the field
 * does not know it, and is not written to.
 */
#define kbpf_call_out(call, member)						\
	kbpf_call_out_at(call, offsetof(union kbpf_attr, member),		\
			 sizeof((call)->attr.member))
int kbpf_call_out_at(struct kbpf_call *call, size_t off, size_t size);

/* The object of one kind behind a descriptor, with a reference; or ERR_PTR. */
struct kbpf_object *kbpf_call_fd(int fd, enum kbpf_kind kind, u32 *flags);
struct kbpf_map *kbpf_call_map(int fd, u32 *flags);
struct kbpf_prog *kbpf_call_prog(int fd);
struct kbpf_btf *kbpf_call_btf(int fd);

/* A new descriptor for @obj, whose reference is given back on failure. */
long kbpf_call_install(struct kbpf_object *obj, u32 flags);

/* Checks a user's object name and copies it, zero-padded. 0 or -EINVAL. */
int kbpf_call_name(char *dst, const char *src);

/* kvmalloc-ed copy of user memory, or ERR_PTR: -ENOMEM, -EFAULT. */
void *kbpf_call_copy_in(u64 usrc, size_t size);

/* Copies a zero-terminated string of less than @room bytes: 0, -E2BIG, -EFAULT. */
int kbpf_call_copy_str_in(char *dst, u64 usrc, size_t room);

/* Are the @size bytes at @usrc zero? 0, -E2BIG (no), -EFAULT. */
int kbpf_call_zero_tail(u64 usrc, size_t size);

struct kbpf_log;
/* Gives a finished log to the user: 0, -ENOSPC (it was cut), -EFAULT. @need: out: bytes in all. */
int kbpf_call_log_out(struct kbpf_log *log, u64 ubuf, u32 *need);
/* Is this log request well formed? 0 or -EINVAL. */
int kbpf_call_log_check(u32 level, u64 ubuf, u32 size);

/* handlers, by file */
long kbpf_call_map_create(struct kbpf_call *call);
long kbpf_call_map_lookup(struct kbpf_call *call);
long kbpf_call_map_update(struct kbpf_call *call);
long kbpf_call_map_delete(struct kbpf_call *call);
long kbpf_call_map_next_key(struct kbpf_call *call);
long kbpf_call_map_take(struct kbpf_call *call);
long kbpf_call_map_batch(struct kbpf_call *call);
long kbpf_call_map_freeze(struct kbpf_call *call);
long kbpf_call_map_stats(struct kbpf_call *call);

long kbpf_call_prog_load(struct kbpf_call *call);
/*
 * A load of @insns (kvmalloc-ed; taken in every case) instead of the user's, by
 * the attributes in @call; NULL: the user's.
 */
long kbpf_call_load_insns(struct kbpf_call *call, struct kbpf_insn *insns);
long kbpf_call_load_classic(struct kbpf_call *call);
long kbpf_call_prog_bind_map(struct kbpf_call *call);
long kbpf_call_prog_stats(struct kbpf_call *call);
long kbpf_call_test_run(struct kbpf_call *call);
void kbpf_prog_sum_stats(const struct kbpf_prog *prog, struct kbpf_prog_stats *sum);
/* Names a program as it was loaded. 0 or -ENOMEM. */
int kbpf_prog_set_tag(struct kbpf_prog *prog);
/* Serialises growing a program's list of maps with reading it. */
void kbpf_prog_maps_lock(void);
void kbpf_prog_maps_unlock(void);

long kbpf_call_btf_load(struct kbpf_call *call);

long kbpf_call_link_create(struct kbpf_call *call);
long kbpf_call_raw_tracepoint_open(struct kbpf_call *call);
long kbpf_call_link_detach(struct kbpf_call *call);
long kbpf_call_link_stats(struct kbpf_call *call);

long kbpf_call_next_id(struct kbpf_call *call);
long kbpf_call_fd_by_id(struct kbpf_call *call);
long kbpf_call_info(struct kbpf_call *call);

#endif /* KBPF_CMD_CALL_H */
