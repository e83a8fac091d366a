// SPDX-License-Identifier: GPL-2.0
/*
 * Lookup in the prototype table. Owns the sets of program types that its rows
 * name, and nothing else.
 */
#include "helpers/proto.h"
#include "helpers/kfunc.h"
#include "env.h"

#define T(type)	BIT_ULL(KBPF_PROG_TYPE_##type)

/* Sets of program types that rows name. */
#define SET_PROBE	(T(KPROBE) | T(TRACING))
#define SET_TRACING	T(TRACING)
#define SET_TRACE	(T(KPROBE) | T(TRACEPOINT) | T(RAW_TRACEPOINT) | T(PERF_EVENT) | \
			 T(TRACING) | T(SYSCALL))
#define SET_NET		(T(SOCKET_FILTER) | T(SCHED_CLS) | T(SCHED_ACT) | T(XDP) | T(NETFILTER))
#define SET_SKB		(T(SOCKET_FILTER) | T(SCHED_CLS) | T(SCHED_ACT) | T(NETFILTER))
#define SET_CLS		(T(SCHED_CLS) | T(SCHED_ACT))
#define SET_XDP		T(XDP)
#define SET_PKT		(SET_CLS | SET_XDP | T(NETFILTER))
#define SET_ALL		(SET_TRACE | SET_NET)
#define SET_TIMERS	((SET_NET & ~T(SOCKET_FILTER)) | T(SYSCALL))
#define SET_LOCK	((SET_NET & ~T(SOCKET_FILTER)) | T(TRACING) | T(SYSCALL))

enum {
	PROBE	= 1,
	TRACE	= 2,
	NET	= 4,
	ALL	= 8,
	SKB	= 16,
	CLS	= 32,
	XDP	= 64,
	PKT	= 128,
	LOCK	= 256,
	TRACING	= 512,
	TIMERS	= 1024,
};

#define SET(x)	((((x) & PROBE) ? SET_PROBE : 0) | (((x) & TRACE) ? SET_TRACE : 0) | \
		 (((x) & NET) ? SET_NET : 0) | (((x) & ALL) ? SET_ALL : 0) | \
		 (((x) & SKB) ? SET_SKB : 0) | (((x) & CLS) ? SET_CLS : 0) | \
		 (((x) & XDP) ? SET_XDP : 0) | (((x) & PKT) ? SET_PKT : 0) | \
		 (((x) & LOCK) ? SET_LOCK : 0) | (((x) & TRACING) ? SET_TRACING : 0) | \
		 (((x) & TIMERS) ? SET_TIMERS : 0))

#define ARG(x)	KBPF_ARG_##x
#define ARGS(a, b, c, d, e) { ARG(a), ARG(b), ARG(c), ARG(d), ARG(e) }

#define ROW(name_, ...) ROW_OF(KBPF_FUNC_##name_, __VA_ARGS__)
#define ROW_OF(id_, ret_, args_, runs_, can_, progs_, flags_) {		\
		.id = id_,						\
		.ret = KBPF_RET_##ret_,					\
		.args = ARGS args_,					\
		.runs_in = KBPF_RUNS_##runs_,				\
		.map_can = can_,					\
		.progs = SET(progs_),					\
		.flags = flags_,					\
	},

static const struct kbpf_proto protos[] = {
#define KBPF_PROTO ROW
#include "helpers/proto.def"
};

static const struct kbpf_proto own[] = {
#define KBPF_OWN_PROTO ROW
#include "helpers/proto.def"
};

static const struct kbpf_proto kfuncs[] = {
#define KBPF_KFUNC(name_, ret_, args_, runs_, can_, progs_, flags_, proto_) \
	ROW_OF(KBPF_KFUNC_##name_, ret_, args_, runs_, can_, progs_, flags_)
#include "helpers/kfunc.def"
};

static_assert(ARRAY_SIZE(own) == KBPF_FUNC_OWN_MAX - KBPF_FUNC_OWN);

/* Row of each helper in protos[], plus one; 0 where kbpf does not have it. */
enum {
#define KBPF_PROTO(name_, ...) ROW_##name_,
#include "helpers/proto.def"
};

static const u8 row_of[KBPF_FUNC_MAX] = {
#define KBPF_PROTO(name_, ...) [KBPF_FUNC_##name_] = ROW_##name_ + 1,
#include "helpers/proto.def"
};

static const char * const names[KBPF_FUNC_MAX] = {
#define KBPF_HELPER(id_, name_) [id_] = #name_,
#include "kbpf_helpers.def"
};

static const char * const own_names[] = {
#define KBPF_OWN_PROTO(name_, ...) #name_,
#include "helpers/proto.def"
};

static const char * const kfunc_names[] = {
#define KBPF_KFUNC(name_, ...) #name_,
#include "helpers/kfunc.def"
};

static bool is_kfunc(u32 id)
{
	return id >= KBPF_KFUNC_FIRST && id < KBPF_KFUNC_END;
}

u32 kbpf_kfunc_find(const char *name)
{
	for (u32 i = 0; i < ARRAY_SIZE(kfunc_names); i++)
		if (!strncmp(name, "bpf_", 4) && !strcmp(name + 4, kfunc_names[i]))
			return KBPF_KFUNC_FIRST + i;
	return 0;
}

const struct kbpf_proto *kbpf_proto_find(u32 id)
{
	if (is_kfunc(id))
		return &kfuncs[id - KBPF_KFUNC_FIRST];
	if (id >= KBPF_FUNC_OWN && id < KBPF_FUNC_OWN_MAX)
		return &own[id - KBPF_FUNC_OWN];
	if (id >= KBPF_FUNC_MAX || !row_of[id])
		return NULL;
	return &protos[row_of[id] - 1];
}

const char *kbpf_proto_name(u32 id)
{
	if (is_kfunc(id))
		return kfunc_names[id - KBPF_KFUNC_FIRST];
	if (id >= KBPF_FUNC_OWN && id < KBPF_FUNC_OWN_MAX)
		return own_names[id - KBPF_FUNC_OWN];
	return id < KBPF_FUNC_MAX ? names[id] : NULL;
}
