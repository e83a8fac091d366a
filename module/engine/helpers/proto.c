// SPDX-License-Identifier: GPL-2.0
/*
 * Lookup in the prototype table. Owns the sets of program types that its rows
 * name, and nothing else.
 */
#include "helpers/proto.h"
#include "env.h"

#define T(type)	BIT_ULL(KBPF_PROG_TYPE_##type)

/* Sets of program types that rows name. */
#define SET_PROBE	(T(KPROBE) | T(TRACING))
#define SET_TRACE	(T(KPROBE) | T(TRACEPOINT) | T(RAW_TRACEPOINT) | T(PERF_EVENT) | \
			 T(TRACING) | T(SYSCALL))
#define SET_NET		(T(SOCKET_FILTER) | T(SCHED_CLS) | T(SCHED_ACT) | T(XDP))
#define SET_ALL		(SET_TRACE | SET_NET)

enum {
	PROBE	= 1,
	TRACE	= 2,
	NET	= 4,
	ALL	= 8,
};

#define SET(x)	((((x) & PROBE) ? SET_PROBE : 0) | (((x) & TRACE) ? SET_TRACE : 0) | \
		 (((x) & NET) ? SET_NET : 0) | (((x) & ALL) ? SET_ALL : 0))

#define ARG(x)	KBPF_ARG_##x
#define ARGS(a, b, c, d, e) { ARG(a), ARG(b), ARG(c), ARG(d), ARG(e) }

static const struct kbpf_proto protos[] = {
#define KBPF_PROTO(name_, ret_, args_, runs_, can_, progs_, flags_) {	\
		.id = KBPF_FUNC_##name_,				\
		.ret = KBPF_RET_##ret_,					\
		.args = ARGS args_,					\
		.runs_in = KBPF_RUNS_##runs_,				\
		.map_can = can_,					\
		.progs = SET(progs_),					\
		.flags = flags_,					\
	},
#include "helpers/proto.def"
};

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

const struct kbpf_proto *kbpf_proto_find(u32 id)
{
	if (id >= KBPF_FUNC_MAX || !row_of[id])
		return NULL;
	return &protos[row_of[id] - 1];
}

const char *kbpf_proto_name(u32 id)
{
	return id < KBPF_FUNC_MAX ? names[id] : NULL;
}
