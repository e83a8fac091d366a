// SPDX-License-Identifier: GPL-2.0
/*
 * Lookup in the tables of progtype.def. Knows no program type by name.
 */
#include "progtype/progtype.h"

#define R	KBPF_CTX_READ
#define RW	(KBPF_CTX_READ | KBPF_CTX_WRITE)

/* Every layout's parts in one array, tagged with the layout they are of. */
enum layout {
	LAYOUT_pt_regs,
	LAYOUT_perf_event,
	LAYOUT_trace_record,
	LAYOUT_raw_args,
	LAYOUT_btf_args,
	LAYOUT_bytes,
	LAYOUT_xdp,
	LAYOUT_skb_filter,
	LAYOUT_skb_cls,
	LAYOUT_nf,
	LAYOUTS,
};

static const u8 layout_of[] = {
#define KBPF_CTX(layout_, ...) LAYOUT_##layout_,
#include "progtype/progtype.def"
};

static const struct kbpf_ctx_part parts[] = {
#define KBPF_CTX(layout_, name_, start_, end_, sizes_, access_, kind_, real_) {	\
		.name = name_,							\
		.start = start_,						\
		.end = end_,							\
		.sizes = KBPF_CTX_SIZE_##sizes_,				\
		.access = access_,						\
		.kind = KBPF_CTX_##kind_,					\
		.real = real_,							\
	},
#include "progtype/progtype.def"
};

static_assert(ARRAY_SIZE(layout_of) == ARRAY_SIZE(parts));

static const struct kbpf_progtype progtypes[] = {
#define KBPF_PROGTYPE(type_, name_, needs_, size_, packet_, layout_, ctx_) {	\
		.type = KBPF_PROG_TYPE_##type_,						\
		.name = name_,								\
		.needs = needs_,							\
		.ctx_size = size_,							\
		.packet = packet_,							\
		.layout = LAYOUT_##layout_,						\
		.ctx_name = ctx_,							\
	},
#include "progtype/progtype.def"
};

static const struct {
	u32 type;
	u32 attach;
	s32 ret_min;
	s32 ret_max;
} attach_types[] = {
#define KBPF_ATTACH(type_, attach_, min_, max_) { KBPF_PROG_TYPE_##type_, attach_, min_, max_ },
#include "progtype/progtype.def"
};

const struct kbpf_progtype *kbpf_progtype_find(u32 type)
{
	for (u32 i = 0; i < ARRAY_SIZE(progtypes); i++)
		if (progtypes[i].type == type)
			return &progtypes[i];
	return NULL;
}

bool kbpf_progtype_attach_ok(u32 type, u32 attach_type)
{
	for (u32 i = 0; i < ARRAY_SIZE(attach_types); i++)
		if (attach_types[i].type == type && attach_types[i].attach == attach_type)
			return true;
	return false;
}

bool kbpf_progtype_may_sleep(u32 type, u32 attach_type)
{
	static const struct {
		u32 type;
		u32 attach;
	} sleep[] = {
#define KBPF_SLEEPS(type_, attach_) { KBPF_PROG_TYPE_##type_, attach_ },
#include "progtype/progtype.def"
	};

	for (u32 i = 0; i < ARRAY_SIZE(sleep); i++)
		if (sleep[i].type == type && sleep[i].attach == attach_type)
			return true;
	return false;
}

bool kbpf_progtype_ret_range(u32 type, u32 attach_type, s32 *min, s32 *max)
{
	for (u32 i = 0; i < ARRAY_SIZE(attach_types); i++) {
		if (attach_types[i].type != type || attach_types[i].attach != attach_type)
			continue;
		*min = attach_types[i].ret_min;
		*max = attach_types[i].ret_max;
		return *min <= *max;
	}
	return false;
}

const struct kbpf_ctx_part *kbpf_progtype_ctx_part(const struct kbpf_progtype *pt, u32 off)
{
	for (u32 i = 0; i < ARRAY_SIZE(parts); i++)
		if (layout_of[i] == pt->layout && off >= parts[i].start && off < parts[i].end)
			return &parts[i];
	return NULL;
}
