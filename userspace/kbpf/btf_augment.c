// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * What programs look for in a kernel's BTF, and a kernel without bpf(2) does not
 * say of itself: the prototypes of its tracepoints, and types of bpf(2)'s own.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "btf.h"
#include "kbpf.h"

#define TRACER		"__traceiter_"
#define PROTO_TYPEDEF	"btf_trace_"
#define FUNCTION_TYPEDEF "kbpf_function_"

static const struct helper {
	const char *name;
	int id;
} all_helpers[] = {
#define KBPF_HELPER(id_, name_) { #name_, id_ },
#include "kbpf_helpers.def"
};

/* Those of them that kbpf has. */
static const char *const helpers[] = {
#define KBPF_PROTO(name_, ...) #name_,
#include "helpers/proto.def"
};

/* Functions that kbpf provides, as they are declared in C. */
static const struct kfunc {
	const char *name;
	const char *declaration;
} kfuncs[] = {
#define KBPF_KFUNC(name_, ret_, args_, runs_, can_, progs_, flags_, declaration_) \
	{ "bpf_" #name_, declaration_ },
#include "helpers/kfunc.def"
};

static bool starts_with(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

/* A function's parameters must have names, which its declaration need not give. */
static int add_param(struct btf *btf, int i, int type)
{
	char name[16];

	snprintf(name, sizeof(name), "p%d", i);
	return btf__add_func_param(btf, type ? name : "", type);
}

/* A copy of the prototype @from that returns @ret; @named: for a function. */
static int copy_proto(struct btf *btf, __u32 from, int ret, bool named)
{
	int i, type, n = btf_vlen(btf__type_by_id(btf, from)), proto = btf__add_func_proto(btf, ret), err = proto;

	for (i = 0; i < n && err >= 0; i++) {
		/* adding may move the types */
		type = (int)btf_params(btf__type_by_id(btf, from))[i].type;
		err = named ? add_param(btf, i, type) : btf__add_func_param(btf, "", type);
	}
	return err < 0 ? err : proto;
}

/*
 * The function that calls a tracepoint's handlers has its arguments: from
 * "int __traceiter_X(void *, ...)" to "typedef void (*btf_trace_X)(void *, ...)".
 */
static int add_tracepoint(struct btf *btf, const char *name, __u32 func)
{
	char typedef_name[160];
	int proto, ptr, err;

	snprintf(typedef_name, sizeof(typedef_name), PROTO_TYPEDEF "%s", name);
	if (btf__find_by_name_kind(btf, typedef_name, BTF_KIND_TYPEDEF) > 0)
		return 0;
	proto = copy_proto(btf, btf__type_by_id(btf, func)->type, 0, false);
	if (proto < 0)
		return proto;
	ptr = btf__add_ptr(btf, proto);
	if (ptr < 0)
		return ptr;
	err = btf__add_typedef(btf, typedef_name, ptr);
	return err < 0 ? err : 0;
}

/* A probe object has no functions of the kernel's, but typedefs of their types. */
static int add_function(struct btf *btf, const char *name, __u32 type)
{
	int proto, err;

	if (btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0)
		return 0;
	proto = copy_proto(btf, type, btf__type_by_id(btf, type)->type, true);
	if (proto < 0)
		return proto;
	err = btf__add_func(btf, name, BTF_FUNC_GLOBAL, proto);
	return err < 0 ? err : 0;
}

static int add_named(struct btf *btf)
{
	__u32 i, n = btf__type_cnt(btf);
	const struct btf_type *type;
	const char *name;
	char copy[160];
	int err = 0;

	for (i = 1; i < n && !err; i++) {
		type = btf__type_by_id(btf, i);
		name = btf__name_by_offset(btf, type->name_off);
		/* adding may move the strings */
		snprintf(copy, sizeof(copy), "%s", name);
		if (btf_is_func(type) && starts_with(copy, TRACER))
			err = add_tracepoint(btf, copy + strlen(TRACER), i);
		else if (btf_is_typedef(type) && starts_with(copy, FUNCTION_TYPEDEF))
			err = add_function(btf, copy + strlen(FUNCTION_TYPEDEF), type->type);
	}
	return err;
}

static bool is_there(const struct btf *btf, const char *name, __u32 kind)
{
	return btf__find_by_name_kind(btf, name, kind) > 0;
}

static int add_struct(struct btf *btf, const char *name, const char *const *members,
		      const int *types, const int *offsets, int n, int size)
{
	int i, err;

	if (is_there(btf, name, BTF_KIND_STRUCT))
		return 0;
	err = btf__add_struct(btf, name, size);
	for (i = 0; i < n && err >= 0; i++)
		err = btf__add_field(btf, members[i], types[i], offsets[i] * 8, 0);
	return err < 0 ? err : 0;
}

static int integer(struct btf *btf, const char *name, int size)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_INT);

	return id > 0 ? id : btf__add_int(btf, name, size, 0);
}

/*
 * Programs ask for struct bpf_ringbuf to learn whether there are ring buffers;
 * the two positions are what it shows to user space.
 */
static int add_structs(struct btf *btf)
{
	static const char *const ringbuf[] = { "consumer_pos", "producer_pos" };
	static const char *const perf[] = { "regs", "sample_period", "addr" };
	static const char *const pidns[] = { "pid", "tgid" };
	int u32_id = integer(btf, "unsigned int", 4), u64_id = integer(btf, "unsigned long", 8);
	int regs = btf__find_by_name_kind(btf, "pt_regs", BTF_KIND_STRUCT);
	int longs[] = { u64_id, u64_id }, ints[] = { u32_id, u32_id }, err, size;

	if (u32_id < 0 || u64_id < 0)
		return -ENOMEM;
	err = add_struct(btf, "bpf_ringbuf", ringbuf, longs, (int[]){ 0, 8 }, 2, 16);
	if (!err)
		err = add_struct(btf, "bpf_pidns_info", pidns, ints, (int[]){ 0, 4 }, 2, 8);
	if (err || regs < 0)
		return err;
	size = (int)btf__resolve_size(btf, regs);
	return add_struct(btf, "bpf_perf_event_data", perf, (int[]){ regs, u64_id, u64_id },
			  (int[]){ 0, size, size + 8 }, 3, size + 16);
}

/* A kernel's list of helpers is of those that it would have. */
static int hide_enum(struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_ENUM), to;

	if (id < 0)
		return 0;
	to = btf__add_str(btf, "kernel_bpf_func_id");
	if (to < 0)
		return to;
	((struct btf_type *)(unsigned long)btf__type_by_id(btf, id))->name_off = to;
	return 0;
}

static int add_helpers(struct btf *btf)
{
	char name[96];
	size_t i, j;
	int err = hide_enum(btf, "bpf_func_id");

	if (!err)
		err = btf__add_enum(btf, "bpf_func_id", 4);
	for (i = 0; i < sizeof(all_helpers) / sizeof(all_helpers[0]) && err >= 0; i++)
		for (j = 0; j < sizeof(helpers) / sizeof(helpers[0]) && err >= 0; j++) {
			if (strcmp(all_helpers[i].name, helpers[j]))
				continue;
			snprintf(name, sizeof(name), "BPF_FUNC_%s", helpers[j]);
			err = btf__add_enum_value(btf, name, all_helpers[i].id);
		}
	return err < 0 ? err : 0;
}

/* The type of "struct task_struct *p", of @len characters; a name after it does no harm. */
static int parse_type(struct btf *btf, const char *text, size_t len)
{
	const char *star = memchr(text, '*', len), *name = text + strlen("struct ");
	char base[96];
	int id;

	if (!starts_with(text, "struct "))
		id = starts_with(text, "void") ? 0 : integer(btf, "int", 4);
	else {
		snprintf(base, sizeof(base), "%.*s", (int)strcspn(name, " *"), name);
		id = btf__find_by_name_kind(btf, base, BTF_KIND_STRUCT);
		/* what a program keeps for the function: 8 bytes that only that looks into */
		if (id < 0)
			id = btf__add_struct(btf, base, 8);
	}
	return id >= 0 && star ? btf__add_ptr(btf, id) : id;
}

/* The types come first: a function's parameters follow it without a gap. */
static int add_kfunc(struct btf *btf, const struct kfunc *kfunc)
{
	const char *at = strchr(kfunc->declaration, '(') + 1;
	int types[5], n = 0, ret, proto, i, err = 0;
	size_t len;

	if (is_there(btf, kfunc->name, BTF_KIND_FUNC))
		return 0;
	ret = parse_type(btf, kfunc->declaration, at - kfunc->declaration);
	for (; !starts_with(at, "void)") && *at && n < 5; at += len + strspn(at + len, ",) ")) {
		len = strcspn(at, ",)");
		types[n++] = parse_type(btf, at, len);
	}
	proto = ret < 0 ? ret : btf__add_func_proto(btf, ret);
	for (i = 0; i < n && proto >= 0 && err >= 0; i++)
		err = types[i] < 0 ? types[i] : add_param(btf, i, types[i]);
	if (proto < 0 || err < 0)
		return proto < 0 ? proto : err;
	err = btf__add_func(btf, kfunc->name, BTF_FUNC_GLOBAL, proto);
	return err < 0 ? err : 0;
}

int btf_augment(struct btf *btf)
{
	int err = add_named(btf);
	size_t i;

	for (i = 0; i < sizeof(kfuncs) / sizeof(kfuncs[0]) && !err; i++)
		err = add_kfunc(btf, &kfuncs[i]);

	if (!err)
		err = add_structs(btf);
	return err ? err : add_helpers(btf);
}
