// SPDX-License-Identifier: GPL-2.0
/*
 * What BTF records say of each other: that a reference leads to a kind that can
 * stand there, and that sizes and positions fit. Every chain is known to end.
 */
#include "btf/check.h"

struct refs {
	const struct kbpf_btf *btf;
	struct kbpf_log *log;
	u32 id;
	const struct kbpf_btf_type *t;
};

#define refuse(r, ...) kbpf_btf_refuse((r)->btf, (r)->log, (r)->id, (r)->t, __VA_ARGS__)

/* Kind behind the modifiers of type @id. */
static u32 skipped_kind(const struct refs *r, u32 id)
{
	const struct kbpf_btf_type *t = kbpf_btf_skip(r->btf, &id);

	return t ? kbpf_btf_kind(t) : KBPF_BTF_VOID;
}

static bool id_ok(const struct refs *r, u32 id)
{
	return id < r->btf->nr_types;
}

/* Kinds that nothing but their own referrer may name. */
static bool is_declaration(u32 kind)
{
	return kind == KBPF_BTF_FUNC || kind == KBPF_BTF_VAR || kind == KBPF_BTF_DATASEC ||
	       kind == KBPF_BTF_DECL_TAG;
}

static bool is_sized(const struct refs *r, u32 id)
{
	return id && !is_declaration(skipped_kind(r, id)) && kbpf_btf_size(r->btf, id) >= 0;
}

static int check_modifier(const struct refs *r)
{
	if (!id_ok(r, r->t->type) || is_declaration(skipped_kind(r, r->t->type)))
		return refuse(r, "cannot refer to [%u]", r->t->type);
	return 0;
}

/* Tags of a pointer's target come before its other modifiers. */
static int check_ptr(const struct refs *r)
{
	const struct kbpf_btf_type *t;
	bool tags = true;
	u32 id = r->t->type, kind;
	int err = check_modifier(r);

	if (err)
		return err;
	while (id) {
		t = r->btf->types[id];
		kind = kbpf_btf_kind(t);
		if (kind != KBPF_BTF_TYPE_TAG && kind != KBPF_BTF_CONST &&
		    kind != KBPF_BTF_VOLATILE && kind != KBPF_BTF_RESTRICT)
			break;
		if (kind == KBPF_BTF_TYPE_TAG && !tags)
			return refuse(r, "type tag [%u] comes after a modifier", id);
		tags = kind == KBPF_BTF_TYPE_TAG;
		id = t->type;
	}
	return 0;
}

/* A plain integer: all its bits, from bit 0, a power-of-two size. */
static bool is_regular_int(const struct refs *r, u32 id)
{
	const struct kbpf_btf_type *t = kbpf_btf_skip(r->btf, &id);
	u32 word;

	if (!t || kbpf_btf_kind(t) != KBPF_BTF_INT)
		return false;
	word = kbpf_btf_word(t);
	return !((word >> 16) & 0xff) && (word & 0xff) == t->size * 8 &&
	       !(t->size & (t->size - 1)) && t->size;
}

static int check_array(const struct refs *r)
{
	const struct kbpf_btf_array *a = kbpf_btf_array(r->t);

	if (!is_regular_int(r, a->index_type))
		return refuse(r, "index [%u] is no plain integer", a->index_type);
	if (!is_sized(r, a->type))
		return refuse(r, "elements [%u] have no size, or all of them too much", a->type);
	if (skipped_kind(r, a->type) == KBPF_BTF_INT && !is_regular_int(r, a->type))
		return refuse(r, "elements [%u] are no plain integers", a->type);
	if (kbpf_btf_size(r->btf, r->id) < 0)
		return refuse(r, "%u elements are too large", a->nelems);
	return 0;
}

static int check_member(const struct refs *r, u32 i)
{
	u32 type = kbpf_btf_members(r->t)[i].type, kind;
	u64 off = kbpf_btf_member_off(r->t, i), bits = kbpf_btf_member_bits(r->t, i);
	const struct kbpf_btf_type *mt;
	u32 id = type;
	u64 room;

	if (!is_sized(r, type))
		return refuse(r, "member %u: type [%u] has no size", i, type);
	mt = kbpf_btf_skip(r->btf, &id);
	kind = kbpf_btf_kind(mt);
	room = (u64)kbpf_btf_size(r->btf, type) * 8;
	if (kind == KBPF_BTF_INT) {
		room = kbpf_btf_word(mt) & 0xff;
		if (!kbpf_btf_kflag(r->t))
			off += (kbpf_btf_word(mt) >> 16) & 0xff;
	}
	if (bits > room)
		return refuse(r, "member %u: %llu bits of a type of %llu", i,
			      (unsigned long long)bits, (unsigned long long)room);
	if (bits && kind != KBPF_BTF_INT && kind != KBPF_BTF_ENUM && kind != KBPF_BTF_ENUM64)
		return refuse(r, "member %u: bit-field of type [%u]", i, type);
	if (!bits && off % 8 && kind != KBPF_BTF_INT)
		return refuse(r, "member %u: at bit %llu", i, (unsigned long long)off);
	if (off + (bits ? bits : room) > (u64)r->t->size * 8)
		return refuse(r, "member %u: ends outside size %u", i, r->t->size);
	return 0;
}

static int check_struct(const struct refs *r)
{
	u32 i;
	int err = 0;

	for (i = 0; i < kbpf_btf_vlen(r->t) && !err; i++)
		err = check_member(r, i);
	return err;
}

static int check_func(const struct refs *r)
{
	const struct kbpf_btf_type *proto;
	u32 i;

	if (!id_ok(r, r->t->type) || !r->t->type ||
	    kbpf_btf_kind(r->btf->types[r->t->type]) != KBPF_BTF_FUNC_PROTO)
		return refuse(r, "type [%u] is no FUNC_PROTO", r->t->type);
	proto = r->btf->types[r->t->type];
	for (i = 0; i < kbpf_btf_vlen(proto); i++)
		if (kbpf_btf_params(proto)[i].type && !kbpf_btf_params(proto)[i].name_off)
			return refuse(r, "parameter %u has no name", i);
	return 0;
}

static int check_func_proto(const struct refs *r)
{
	const struct kbpf_btf_param *p = kbpf_btf_params(r->t);
	u32 i;

	if (!id_ok(r, r->t->type) ||
	    (r->t->type && skipped_kind(r, r->t->type) && !is_sized(r, r->t->type)))
		return refuse(r, "cannot return [%u]", r->t->type);
	for (i = 0; i < kbpf_btf_vlen(r->t); i++)
		if (p[i].type && (!id_ok(r, p[i].type) || !is_sized(r, p[i].type)))
			return refuse(r, "parameter %u: type [%u] has no size", i, p[i].type);
	return 0;
}

static int check_var(const struct refs *r)
{
	if (!is_sized(r, r->t->type))
		return refuse(r, "type [%u] has no size", r->t->type);
	return 0;
}

static int check_datasec(const struct refs *r)
{
	const struct kbpf_btf_var_secinfo *v = kbpf_btf_secinfos(r->t);
	u32 i;

	for (i = 0; i < kbpf_btf_vlen(r->t); i++) {
		if (!id_ok(r, v[i].type) ||
		    kbpf_btf_kind(r->btf->types[v[i].type]) != KBPF_BTF_VAR)
			return refuse(r, "entry %u: [%u] is no VAR", i, v[i].type);
		if (kbpf_btf_size(r->btf, v[i].type) > v[i].size)
			return refuse(r, "entry %u: size %u is too small for VAR [%u]", i,
				      v[i].size, v[i].type);
	}
	return 0;
}

static int check_decl_tag(const struct refs *r)
{
	s32 idx = kbpf_btf_word(r->t);
	const struct kbpf_btf_type *t;
	u32 parts = 0;

	if (!id_ok(r, r->t->type) || !r->t->type)
		return refuse(r, "cannot tag [%u]", r->t->type);
	t = r->btf->types[r->t->type];
	switch (kbpf_btf_kind(t)) {
	case KBPF_BTF_STRUCT:
	case KBPF_BTF_UNION:
		parts = kbpf_btf_vlen(t);
		break;
	case KBPF_BTF_FUNC:
		/* The FUNC may be checked later than its tag. */
		if (t->type && t->type < r->btf->nr_types &&
		    kbpf_btf_kind(r->btf->types[t->type]) == KBPF_BTF_FUNC_PROTO)
			parts = kbpf_btf_vlen(r->btf->types[t->type]);
		break;
	case KBPF_BTF_VAR:
	case KBPF_BTF_TYPEDEF:
		break;
	default:
		return refuse(r, "cannot tag [%u]", r->t->type);
	}
	if (idx >= 0 && (u32)idx >= parts)
		return refuse(r, "component %d of %u", idx, parts);
	return 0;
}

static int (*const checks[KBPF_BTF_KINDS])(const struct refs *r) = {
	[KBPF_BTF_PTR] = check_ptr,
	[KBPF_BTF_ARRAY] = check_array,
	[KBPF_BTF_STRUCT] = check_struct,
	[KBPF_BTF_UNION] = check_struct,
	[KBPF_BTF_TYPEDEF] = check_modifier,
	[KBPF_BTF_VOLATILE] = check_modifier,
	[KBPF_BTF_CONST] = check_modifier,
	[KBPF_BTF_RESTRICT] = check_modifier,
	[KBPF_BTF_TYPE_TAG] = check_modifier,
	[KBPF_BTF_FUNC] = check_func,
	[KBPF_BTF_FUNC_PROTO] = check_func_proto,
	[KBPF_BTF_VAR] = check_var,
	[KBPF_BTF_DATASEC] = check_datasec,
	[KBPF_BTF_DECL_TAG] = check_decl_tag,
};

int kbpf_btf_check_refs(const struct kbpf_btf *btf, struct kbpf_log *log)
{
	struct refs r = { .btf = btf, .log = log };
	int err;

	for (r.id = 1; r.id < btf->nr_types; r.id++) {
		r.t = btf->types[r.id];
		if (!checks[kbpf_btf_kind(r.t)])
			continue;
		err = checks[kbpf_btf_kind(r.t)](&r);
		if (err)
			return err;
	}
	return 0;
}
