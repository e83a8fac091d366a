// SPDX-License-Identifier: GPL-2.0
/*
 * The table of commands, and what they share: attributes in, fields out,
 * descriptors, names and logs.
 */
#include "cmd/call.h"
#include "env.h"
#include "log.h"

#define KBPF_VERSION_TEXT	"0.1.0"

/**
 * struct command - a row
 * @size: bytes of its attributes
 * @cap: what the caller needs besides KBPF_CAP_BPF, or KBPF_CAP_BPF
 * @run: carries it out
 */
struct command {
	u32 size;
	enum kbpf_cap cap;
	long (*run)(struct kbpf_call *call);
};

static void free_stats(struct kbpf_object *obj)
{
	kbpf_world_stats_enable(-1);
	kfree(obj);
}

static const struct kbpf_object_ops stats_ops = { .free = free_stats };

static long enable_stats(struct kbpf_call *call)
{
	struct kbpf_object *obj;

	if (call->attr.enable_stats.type != KBPF_STATS_RUN_TIME)
		return -EINVAL;
	obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	if (!obj)
		return -ENOMEM;
	kbpf_object_init(obj, KBPF_KIND_STATS, &stats_ops);
	kbpf_world_stats_enable(1);
	return kbpf_call_install(obj, 0);
}

static long perf_open(struct kbpf_call *call)
{
	const struct kbpf_perf_open_attr *attr = &call->attr.perf_open;

	if (attr->pad0 || attr->pad1)
		return -EINVAL;
	return kbpf_world_perf_open(attr);
}

static long task_fd_query(struct kbpf_call *call)
{
	struct kbpf_task_fd_query_attr *attr = &call->attr.task_fd;
	int err = attr->flags ? -EINVAL : kbpf_world_task_fd_query(attr);

	if (err && err != -ENOSPC)
		return err;
	if (kbpf_world_copy_out(call->uattr, attr, min_t(u32, call->size, sizeof(*attr))))
		return -EFAULT;
	return err;
}

static long version(struct kbpf_call *call)
{
	struct kbpf_version_attr *attr = &call->attr.version;

	attr->abi = KBPF_ABI_VERSION;
	attr->features = kbpf_world_features();
	strscpy(attr->version, KBPF_VERSION_TEXT, sizeof(attr->version));
	return kbpf_call_out(call, version);
}

#define ROW(cmd, type, need, fn) [cmd] = { sizeof(struct type), need, fn }

static const struct command commands[] = {
	ROW(KBPF_MAP_CREATE, kbpf_map_create_attr, KBPF_CAP_BPF, kbpf_call_map_create),
	ROW(KBPF_MAP_LOOKUP_ELEM, kbpf_map_elem_attr, KBPF_CAP_BPF, kbpf_call_map_lookup),
	ROW(KBPF_MAP_UPDATE_ELEM, kbpf_map_elem_attr, KBPF_CAP_BPF, kbpf_call_map_update),
	ROW(KBPF_MAP_DELETE_ELEM, kbpf_map_elem_attr, KBPF_CAP_BPF, kbpf_call_map_delete),
	ROW(KBPF_MAP_GET_NEXT_KEY, kbpf_map_elem_attr, KBPF_CAP_BPF, kbpf_call_map_next_key),
	ROW(KBPF_MAP_LOOKUP_AND_DELETE_ELEM, kbpf_map_elem_attr, KBPF_CAP_BPF, kbpf_call_map_take),
	ROW(KBPF_MAP_LOOKUP_BATCH, kbpf_map_batch_attr, KBPF_CAP_BPF, kbpf_call_map_batch),
	ROW(KBPF_MAP_LOOKUP_AND_DELETE_BATCH, kbpf_map_batch_attr, KBPF_CAP_BPF,
	    kbpf_call_map_batch),
	ROW(KBPF_MAP_UPDATE_BATCH, kbpf_map_batch_attr, KBPF_CAP_BPF, kbpf_call_map_batch),
	ROW(KBPF_MAP_DELETE_BATCH, kbpf_map_batch_attr, KBPF_CAP_BPF, kbpf_call_map_batch),
	ROW(KBPF_MAP_FREEZE, kbpf_map_elem_attr, KBPF_CAP_BPF, kbpf_call_map_freeze),
	ROW(KBPF_MAP_STATS, kbpf_map_stats_attr, KBPF_CAP_BPF, kbpf_call_map_stats),
	ROW(KBPF_PROG_LOAD, kbpf_prog_load_attr, KBPF_CAP_BPF, kbpf_call_prog_load),
	ROW(KBPF_PROG_LOAD_CLASSIC, kbpf_prog_load_classic_attr, KBPF_CAP_BPF,
	    kbpf_call_load_classic),
	ROW(KBPF_PROG_TEST_RUN, kbpf_test_run_attr, KBPF_CAP_BPF, kbpf_call_test_run),
	ROW(KBPF_PROG_BIND_MAP, kbpf_bind_map_attr, KBPF_CAP_BPF, kbpf_call_prog_bind_map),
	ROW(KBPF_PROG_STATS, kbpf_prog_stats_attr, KBPF_CAP_BPF, kbpf_call_prog_stats),
	ROW(KBPF_BTF_LOAD, kbpf_btf_load_attr, KBPF_CAP_BPF, kbpf_call_btf_load),
	ROW(KBPF_LINK_CREATE, kbpf_link_create_attr, KBPF_CAP_BPF, kbpf_call_link_create),
	ROW(KBPF_RAW_TRACEPOINT_OPEN, kbpf_raw_tracepoint_attr, KBPF_CAP_PERFMON,
	    kbpf_call_raw_tracepoint_open),
	ROW(KBPF_LINK_DETACH, kbpf_link_detach_attr, KBPF_CAP_BPF, kbpf_call_link_detach),
	ROW(KBPF_LINK_STATS, kbpf_link_stats_attr, KBPF_CAP_BPF, kbpf_call_link_stats),
	ROW(KBPF_PROG_GET_NEXT_ID, kbpf_id_attr, KBPF_CAP_BPF, kbpf_call_next_id),
	ROW(KBPF_MAP_GET_NEXT_ID, kbpf_id_attr, KBPF_CAP_BPF, kbpf_call_next_id),
	ROW(KBPF_LINK_GET_NEXT_ID, kbpf_id_attr, KBPF_CAP_BPF, kbpf_call_next_id),
	ROW(KBPF_BTF_GET_NEXT_ID, kbpf_id_attr, KBPF_CAP_BPF, kbpf_call_next_id),
	ROW(KBPF_PROG_GET_FD_BY_ID, kbpf_id_attr, KBPF_CAP_BPF, kbpf_call_fd_by_id),
	ROW(KBPF_MAP_GET_FD_BY_ID, kbpf_id_attr, KBPF_CAP_BPF, kbpf_call_fd_by_id),
	ROW(KBPF_LINK_GET_FD_BY_ID, kbpf_id_attr, KBPF_CAP_BPF, kbpf_call_fd_by_id),
	ROW(KBPF_BTF_GET_FD_BY_ID, kbpf_id_attr, KBPF_CAP_BPF, kbpf_call_fd_by_id),
	ROW(KBPF_OBJ_GET_INFO_BY_FD, kbpf_info_attr, KBPF_CAP_BPF, kbpf_call_info),
	ROW(KBPF_ENABLE_STATS, kbpf_enable_stats_attr, KBPF_CAP_BPF, enable_stats),
	ROW(KBPF_PERF_OPEN, kbpf_perf_open_attr, KBPF_CAP_PERFMON, perf_open),
	ROW(KBPF_TASK_FD_QUERY, kbpf_task_fd_query_attr, KBPF_CAP_PERFMON, task_fd_query),
	ROW(KBPF_VERSION, kbpf_version_attr, KBPF_CAP_BPF, version),
};

static int read_attr(struct kbpf_call *call, u32 known)
{
	u32 size = min(call->size, known);
	int err = 0;

	memset(&call->attr, 0, sizeof(call->attr));
	if (kbpf_world_copy_in(&call->attr, call->uattr, size))
		return -EFAULT;
	if (call->size > known)
		err = kbpf_call_zero_tail(call->uattr + known, call->size - known);
	return err;
}

long kbpf_cmd(u32 cmd, u64 uattr, u32 size)
{
	const struct command *row = NULL;
	struct kbpf_call *call;
	long ret;

	if (!kbpf_world_capable(KBPF_CAP_BPF))
		return -EPERM;
	if (cmd < ARRAY_SIZE(commands) && commands[cmd].run)
		row = &commands[cmd];
	if (!row)
		return -EINVAL;
	if (!kbpf_world_capable(row->cap))
		return -EPERM;
	call = kmalloc(sizeof(*call), GFP_KERNEL);
	if (!call)
		return -ENOMEM;
	call->cmd = cmd;
	call->uattr = uattr;
	call->size = size;
	ret = read_attr(call, row->size);
	if (!ret)
		ret = row->run(call);
	kfree(call);
	return ret;
}

int kbpf_call_out_at(struct kbpf_call *call, size_t off, size_t size)
{
	if (off + size > call->size)
		return 0;
	return kbpf_world_copy_out(call->uattr + off, (u8 *)&call->attr + off, size);
}

struct kbpf_object *kbpf_call_fd(int fd, enum kbpf_kind kind, u32 *flags)
{
	struct kbpf_object *obj = kbpf_world_fd_get(fd, flags);

	if (IS_ERR(obj) || obj->kind == kind)
		return obj;
	kbpf_object_put(obj);
	return ERR_PTR(-EINVAL);
}

struct kbpf_object *kbpf_env_object_get(int fd, u32 kind)
{
	return kbpf_call_fd(fd, kind, NULL);
}

long kbpf_call_install(struct kbpf_object *obj, u32 flags)
{
	int fd = kbpf_world_fd_install(obj, flags);

	if (fd < 0)
		kbpf_object_put(obj);
	return fd;
}

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '.';
}

int kbpf_call_name(char *dst, const char *src)
{
	u32 i;

	memset(dst, 0, KBPF_OBJ_NAME_LEN);
	for (i = 0; src[i]; i++) {
		if (i == KBPF_OBJ_NAME_LEN - 1 || !name_char(src[i]))
			return -EINVAL;
		dst[i] = src[i];
	}
	return 0;
}

void *kbpf_call_copy_in(u64 usrc, size_t size)
{
	void *buf = kvmalloc(size, GFP_KERNEL_ACCOUNT);

	if (!buf)
		return ERR_PTR(-ENOMEM);
	if (kbpf_world_copy_in(buf, usrc, size)) {
		kvfree(buf);
		return ERR_PTR(-EFAULT);
	}
	return buf;
}

int kbpf_call_copy_str_in(char *dst, u64 usrc, size_t room)
{
	size_t i;

	/* Byte by byte: what follows the string need not be readable. */
	for (i = 0; i < room; i++) {
		if (kbpf_world_copy_in(dst + i, usrc + i, 1))
			return -EFAULT;
		if (!dst[i])
			return 0;
	}
	return -E2BIG;
}

int kbpf_call_zero_tail(u64 usrc, size_t size)
{
	u8 chunk[64];

	while (size) {
		size_t n = min(size, sizeof(chunk)), i;

		if (kbpf_world_copy_in(chunk, usrc, n))
			return -EFAULT;
		for (i = 0; i < n; i++)
			if (chunk[i])
				return -E2BIG;
		usrc += n;
		size -= n;
	}
	return 0;
}

int kbpf_call_log_check(u32 level, u64 ubuf, u32 size)
{
	const u32 known = KBPF_LOG_LEVEL1 | KBPF_LOG_LEVEL2 | KBPF_LOG_STATS | KBPF_LOG_FIXED;

	if (!ubuf != !size || (ubuf && !level) || (level & ~known) || size > U32_MAX >> 2)
		return -EINVAL;
	return 0;
}

int kbpf_call_log_out(struct kbpf_log *log, u64 ubuf, u32 *need)
{
	const char *text = kbpf_log_text(log);

	*need = log->level ? min_t(u64, log->total + 1, U32_MAX) : 0;
	if (!log->level || !ubuf)
		return 0;
	if (kbpf_world_copy_out(ubuf, text, strlen(text) + 1))
		return -EFAULT;
	return *need > log->size ? -ENOSPC : 0;
}

int kbpf_cmd_copy_str(u64 ubuf, u32 *ulen, const char *str)
{
	u32 room = *ulen, need = strlen(str) + 1;
	static const char end;

	if (!ubuf != !room)
		return -EINVAL;
	*ulen = need;
	if (!ubuf)
		return 0;
	if (need <= room)
		return kbpf_world_copy_out(ubuf, str, need);
	if (kbpf_world_copy_out(ubuf, str, room - 1) ||
	    kbpf_world_copy_out(ubuf + room - 1, &end, 1))
		return -EFAULT;
	return -ENOSPC;
}
