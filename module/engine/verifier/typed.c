// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel pointers by their type. That loads through an address of the kernel's
 * cannot fault needs no type; a helper that takes such an address and uses it as
 * the kernel does needs one. So types are followed in programs that call such a
 * helper, and in no others: from the arguments of the attach point and what
 * helpers return, through members that are pointers, as the kernel's BTF has them.
 *
 * A number with KADDR that has a type points @size bytes into a structure. Where
 * anything is not as simple as that (a union of several types, memory of user space or of a CPU, an
 * offset that is not known), the type is lost, never guessed.
 */
#include "verifier/verifier.h"
#include "btf/btf.h"
#include "helpers/proto.h"

/* What the kinds of arguments ask for. */
static const struct wanted {
	const char *name;	/* of the structure */
	bool direct;		/* not if it was read out of another one */
} wanted[KBPF_ARGS] = {
	[KBPF_ARG_BTF_TASK] = { "task_struct" },
	[KBPF_ARG_BTF_SOCK] = { "sock_common" },
	[KBPF_ARG_BTF_FILE] = { "file", true },
	[KBPF_ARG_BTF_PATH] = { "path", true },
};

/*
 * Functions that are called with no lock held that finding a file's name may take, and
 * where one may wait: Linux's own list.
 */
static const char *const path_hooks[] = {
	"security_file_permission", "security_inode_getattr", "security_file_open",
	"security_path_truncate", "vfs_truncate", "vfs_fallocate", "dentry_open", "vfs_getattr",
	"filp_close",
};

static bool at_path_hook(const struct kbpf_verifier *v)
{
	const struct kbpf_btf_type *t = v->types ? kbpf_btf_type(v->types, v->prog->attach_btf_id) : NULL;

	for (u32 i = 0; t && i < ARRAY_SIZE(path_hooks); i++)
		if (!strcmp(kbpf_btf_name(v->types, t->name_off), path_hooks[i]))
			return true;
	return false;
}

static bool asks(const struct kbpf_proto *p)
{
	for (u32 a = 0; p && a < 5; a++)
		if (wanted[p->args[a]].name)
			return true;
	return false;
}

int kbpf_typed_find(struct kbpf_verifier *v)
{
	for (u32 i = 0; i < v->len && !v->types; i++) {
		if (v->insns[i].code != (KBPF_JMP | KBPF_CALL) || v->info[i].flags & KBPF_INFO_SECOND ||
		    v->insns[i].src_reg == KBPF_PSEUDO_CALL)
			continue;
		if (asks(kbpf_proto_find(kbpf_call_id(v, i))))
			v->types = v->opts->kernel_btf ? v->opts->kernel_btf : kbpf_env_kernel_btf();
	}
	return 0;
}

/* ---- types ------------------------------------------------------------------------- */

static bool is_foreign_tag(const struct kbpf_btf *btf, const struct kbpf_btf_type *t)
{
	const char *tag = kbpf_btf_name(btf, t->name_off);

	return kbpf_btf_kind(t) == KBPF_BTF_TYPE_TAG && (!strcmp(tag, "user") || !strcmp(tag, "percpu"));
}

/* The structure of the kernel's that a pointer of this type points to; 0: to none. */
static u32 pointee(const struct kbpf_btf *btf, u32 id)
{
	const struct kbpf_btf_type *t = kbpf_btf_skip(btf, &id);
	u32 to;

	if (!t || kbpf_btf_kind(t) != KBPF_BTF_PTR)
		return 0;
	id = t->type;
	to = id;
	t = kbpf_btf_skip(btf, &to);
	for (; id != to; id = kbpf_btf_type(btf, id)->type)
		if (is_foreign_tag(btf, kbpf_btf_type(btf, id)))
			return 0;
	return t && kbpf_btf_kind(t) == KBPF_BTF_STRUCT ? to : 0;
}

/* Of a union whose members are all of one type, that type; else 0. */
static u32 only_type(const struct kbpf_btf *btf, const struct kbpf_btf_type *t)
{
	u32 only = 0, id;

	for (u32 i = 0; i < kbpf_btf_vlen(t); i++) {
		id = kbpf_btf_members(t)[i].type;
		kbpf_btf_skip(btf, &id);
		if (only && id != only)
			return 0;
		only = id;
	}
	return only;
}

/* Into the member of a structure, or element of an array, that is at @off. */
static bool enter(const struct kbpf_btf *btf, u32 *id, u32 *off)
{
	const struct kbpf_btf_type *t = kbpf_btf_skip(btf, id);
	s64 size;

	if (t && kbpf_btf_kind(t) == KBPF_BTF_ARRAY) {
		*id = kbpf_btf_array(t)->type;
		size = kbpf_btf_size(btf, *id);
		if (size <= 0 || *off / size >= kbpf_btf_array(t)->nelems)
			return false;
		*off %= (u32)size;
		return true;
	}
	if (t && kbpf_btf_kind(t) == KBPF_BTF_UNION) {
		*id = only_type(btf, t);
		return *id;
	}
	if (!t || kbpf_btf_kind(t) != KBPF_BTF_STRUCT)
		return false;
	for (u32 i = 0; i < kbpf_btf_vlen(t); i++) {
		u32 at = kbpf_btf_member_off(t, i) / 8, type = kbpf_btf_members(t)[i].type;

		size = kbpf_btf_size(btf, type);
		if (kbpf_btf_member_bits(t, i) || *off < at || size <= 0 || *off - at >= size)
			continue;
		*id = type;
		*off -= at;
		return true;
	}
	return false;
}

/* What the pointer that is @off bytes into a structure points to; 0: there is none. */
static u32 pointee_at(const struct kbpf_btf *btf, u32 id, u32 off)
{
	const struct kbpf_btf_type *t;

	do
		t = kbpf_btf_skip(btf, &id);
	while (t && kbpf_btf_kind(t) != KBPF_BTF_PTR && enter(btf, &id, &off));
	return t && !off ? pointee(btf, id) : 0;
}

/* Is there a structure called @name at @off, itself or as the part of others? */
static bool has_struct(const struct kbpf_btf *btf, u32 id, u32 off, const char *name)
{
	do {
		const struct kbpf_btf_type *t = kbpf_btf_skip(btf, &id);

		if (t && !off && kbpf_btf_kind(t) == KBPF_BTF_STRUCT &&
		    !strcmp(kbpf_btf_name(btf, t->name_off), name))
			return true;
	} while (enter(btf, &id, &off));
	return false;
}

/* ---- values -------------------------------------------------------------------------- */

/* Of an argument of the attach point, the one after the last being its result. */
static u32 arg_type(const struct kbpf_verifier *v, u32 n)
{
	const struct kbpf_btf *btf = v->types;
	const struct kbpf_btf_type *t = kbpf_btf_type(btf, v->prog->attach_btf_id);
	bool tracepoint = t && kbpf_btf_kind(t) == KBPF_BTF_TYPEDEF;

	if (tracepoint)
		t = kbpf_btf_type(btf, t->type);
	if (t && kbpf_btf_kind(t) == (tracepoint ? KBPF_BTF_PTR : KBPF_BTF_FUNC))
		t = kbpf_btf_type(btf, t->type);
	if (!t || kbpf_btf_kind(t) != KBPF_BTF_FUNC_PROTO)
		return 0;
	/* a tracepoint's first is the data that it was registered with */
	n += tracepoint;
	if (n < kbpf_btf_vlen(t))
		return pointee(btf, kbpf_btf_params(t)[n].type);
	return n == kbpf_btf_vlen(t) && !tracepoint ? pointee(btf, t->type) : 0;
}

void kbpf_typed_arg(const struct kbpf_verifier *v, struct kbpf_value *val, u32 n)
{
	if (v->types && v->type->type == KBPF_PROG_TYPE_TRACING)
		val->index = arg_type(v, n);
}

void kbpf_typed_task(const struct kbpf_verifier *v, struct kbpf_value *val)
{
	s32 id = v->types ? kbpf_btf_find(v->types, "task_struct", KBPF_BTF_STRUCT) : 0;

	val->index = max(id, 0);
}

void kbpf_typed_load(const struct kbpf_verifier *v, struct kbpf_value *val,
		     const struct kbpf_value *ptr, s32 off)
{
	s64 at = (s64)(s32)ptr->size + off;

	if (!v->types || !ptr->index || at < 0 || at > U32_MAX)
		return;
	val->index = pointee_at(v->types, ptr->index, at);
	val->flags |= KBPF_V_WALKED;
}

void kbpf_typed_move(struct kbpf_value *val, const struct kbpf_value *from, s64 by)
{
	s64 at = (s64)(s32)from->size + by;

	if (!from->index || at < S32_MIN || at > S32_MAX)
		return;
	val->index = from->index;
	val->size = at;
	val->flags |= from->flags & KBPF_V_WALKED;
}

bool kbpf_typed_within(const struct kbpf_value *cur, const struct kbpf_value *old)
{
	if (!old->index)
		return true;
	return cur->index == old->index && cur->size == old->size &&
	       !(cur->flags & ~old->flags & KBPF_V_WALKED);
}

int kbpf_typed_check(struct kbpf_verifier *v, u32 reg, u32 arg)
{
	const struct kbpf_value *val = kbpf_state_reg(v->cur, reg);
	const struct wanted *w = &wanted[arg];
	const char *is = "not known";
	int err = kbpf_object_check(v, reg);

	if (err)
		return err;
	if (!v->types)
		return refuse(v, typed_no_btf, reg, .name = w->name);
	if (arg == KBPF_ARG_BTF_PATH && !at_path_hook(v))
		return refuse(v, path_hook, reg);
	if (val->index && has_struct(v->types, val->index, val->size, w->name)) {
		if (!w->direct || !(val->flags & KBPF_V_WALKED))
			return 0;
		return refuse(v, typed_walked, reg, .name = w->name);
	}
	if (val->index)
		is = kbpf_btf_name(v->types, kbpf_btf_type(v->types, val->index)->name_off);
	return refuse(v, typed, reg, .name = w->name, .what = is);
}
