// SPDX-License-Identifier: GPL-2.0
/*
 * One BTF record by itself: its kind's shape, its own fields, the names it
 * uses. Follows no type id; nesting.c and refs.c do.
 */
#include "btf/check.h"

#define INT_SIGNED	1U
#define INT_CHAR	2U
#define INT_BOOL	4U
#define MAX_INT_BITS	128U
#define MAX_NAME	512U

/* What a kind's name must be. */
enum name_rule {
	NAME_ANY,	/* anything in the strings */
	NAME_NONE,	/* no name */
	NAME_OPT,	/* an identifier or none */
	NAME_IDENT,	/* an identifier */
	NAME_SECTION,	/* printable */
	NAME_TEXT,	/* anything but empty */
};

struct kind_row {
	const char *name;
	u16 fixed;	/* bytes after the record proper */
	u16 each;	/* bytes for each of vlen */
	enum name_rule rule;
	bool vlen;	/* vlen may be other than zero */
	bool kflag;	/* the kind flag may be set */
	bool no_size;	/* size must be zero */
	int (*check)(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
		     struct kbpf_log *log);
};

static bool is_ident_char(char c, bool first)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.')
		return true;
	return !first && c >= '0' && c <= '9';
}

/* Is the string at @off, which may be outside, a name of this sort? */
static bool name_ok(const struct kbpf_btf *btf, u32 off, enum name_rule rule)
{
	const char *s;
	u32 i;

	if (off >= btf->str_len)
		return false;
	s = btf->strs + off;
	if (rule == NAME_ANY)
		return true;
	if (rule == NAME_NONE)
		return !off;
	if (!*s)
		return rule == NAME_OPT;
	if (rule == NAME_TEXT)
		return true;
	for (i = 0; s[i]; i++) {
		if (i >= MAX_NAME)
			return false;
		if (rule == NAME_SECTION ? s[i] < ' ' || s[i] > '~' : !is_ident_char(s[i], !i))
			return false;
	}
	return true;
}

static int check_int(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
		     struct kbpf_log *log)
{
	u32 word = kbpf_btf_word(t);
	u32 enc = (word >> 24) & 0xf, bits = (word & 0xff) + ((word >> 16) & 0xff);

	if (word & 0xf000ff00)
		return kbpf_btf_refuse(btf, log, id, t, "reserved bits in %#x", word);
	if (bits > MAX_INT_BITS || (bits + 7) / 8 > t->size)
		return kbpf_btf_refuse(btf, log, id, t, "%u bits do not fit in size %u", bits,
				       t->size);
	if (enc && enc != INT_SIGNED && enc != INT_CHAR && enc != INT_BOOL)
		return kbpf_btf_refuse(btf, log, id, t, "unknown encoding %#x", enc);
	return 0;
}

static int check_array(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
		       struct kbpf_log *log)
{
	const struct kbpf_btf_array *a = kbpf_btf_array(t);

	if (!a->type)
		return kbpf_btf_refuse(btf, log, id, t, "elements are void");
	if (!a->index_type)
		return kbpf_btf_refuse(btf, log, id, t, "index is void");
	return 0;
}

static int check_members(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
			 struct kbpf_log *log)
{
	const struct kbpf_btf_member *m = kbpf_btf_members(t);
	bool is_union = kbpf_btf_kind(t) == KBPF_BTF_UNION;
	u32 i, off, last = 0;

	for (i = 0; i < kbpf_btf_vlen(t); i++) {
		if (!name_ok(btf, m[i].name_off, NAME_OPT))
			return kbpf_btf_refuse(btf, log, id, t, "member %u: invalid name at %u", i,
					       m[i].name_off);
		if (!m[i].type)
			return kbpf_btf_refuse(btf, log, id, t, "member %u is void", i);
		off = kbpf_btf_member_off(t, i);
		if (is_union && off)
			return kbpf_btf_refuse(btf, log, id, t,
					       "member %u: bit offset %u in a union", i, off);
		if (off < last)
			return kbpf_btf_refuse(btf, log, id, t,
					       "member %u: bit offset %u below the one before, %u",
					       i, off, last);
		if (off / 8 + !!(off % 8) > t->size)
			return kbpf_btf_refuse(btf, log, id, t,
					       "member %u: bit offset %u is outside size %u", i,
					       off, t->size);
		last = off;
	}
	return 0;
}

static int check_enum_size(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
			   struct kbpf_log *log)
{
	if (t->size > 8 || !t->size || (t->size & (t->size - 1)))
		return kbpf_btf_refuse(btf, log, id, t, "size %u", t->size);
	return 0;
}

static int check_enum(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
		      struct kbpf_log *log)
{
	const struct kbpf_btf_enum *e = (const void *)(t + 1);
	u32 i;

	for (i = 0; i < kbpf_btf_vlen(t); i++)
		if (!name_ok(btf, e[i].name_off, NAME_IDENT))
			return kbpf_btf_refuse(btf, log, id, t,
					       "enumerator %u: invalid name at %u", i,
					       e[i].name_off);
	return check_enum_size(btf, id, t, log);
}

static int check_enum64(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
			struct kbpf_log *log)
{
	const struct kbpf_btf_enum64 *e = (const void *)(t + 1);
	u32 i;

	for (i = 0; i < kbpf_btf_vlen(t); i++)
		if (!name_ok(btf, e[i].name_off, NAME_IDENT))
			return kbpf_btf_refuse(btf, log, id, t,
					       "enumerator %u: invalid name at %u", i,
					       e[i].name_off);
	return check_enum_size(btf, id, t, log);
}

static int check_params(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
			struct kbpf_log *log)
{
	const struct kbpf_btf_param *p = kbpf_btf_params(t);
	u32 i, n = kbpf_btf_vlen(t);

	for (i = 0; i < n; i++) {
		if (!name_ok(btf, p[i].name_off, NAME_OPT))
			return kbpf_btf_refuse(btf, log, id, t, "parameter %u: invalid name at %u",
					       i, p[i].name_off);
		/* A last parameter without type and name is "...". */
		if (!p[i].type && (i + 1 < n || p[i].name_off))
			return kbpf_btf_refuse(btf, log, id, t, "parameter %u is void", i);
	}
	return 0;
}

static int check_func(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
		      struct kbpf_log *log)
{
	/* The vlen is the linkage: static or global. */
	if (kbpf_btf_vlen(t) > 1)
		return kbpf_btf_refuse(btf, log, id, t, "linkage %u is not supported",
				       kbpf_btf_vlen(t));
	return 0;
}

static int check_var(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
		     struct kbpf_log *log)
{
	if (!t->type)
		return kbpf_btf_refuse(btf, log, id, t, "type is void");
	if (kbpf_btf_word(t) > 1)
		return kbpf_btf_refuse(btf, log, id, t, "linkage %u is not supported",
				       kbpf_btf_word(t));
	return 0;
}

static int check_datasec(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
			 struct kbpf_log *log)
{
	const struct kbpf_btf_var_secinfo *v = kbpf_btf_secinfos(t);
	u64 end = 0;
	u32 i;

	if (!t->size)
		return kbpf_btf_refuse(btf, log, id, t, "size 0");
	for (i = 0; i < kbpf_btf_vlen(t); i++) {
		if (!v[i].type)
			return kbpf_btf_refuse(btf, log, id, t, "variable %u is void", i);
		if (v[i].offset < end || v[i].offset >= t->size)
			return kbpf_btf_refuse(btf, log, id, t,
					       "variable %u: offset %u overlaps or is outside", i,
					       v[i].offset);
		end = (u64)v[i].offset + v[i].size;
		if (!v[i].size || end > t->size)
			return kbpf_btf_refuse(btf, log, id, t,
					       "variable %u: size %u does not fit", i, v[i].size);
	}
	return 0;
}

static int check_float(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
		       struct kbpf_log *log)
{
	if (t->size != 2 && t->size != 4 && t->size != 8 && t->size != 12 && t->size != 16)
		return kbpf_btf_refuse(btf, log, id, t, "size %u", t->size);
	return 0;
}

static int check_decl_tag(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
			  struct kbpf_log *log)
{
	s32 idx = kbpf_btf_word(t);

	if (idx < -1)
		return kbpf_btf_refuse(btf, log, id, t, "component %d", idx);
	return 0;
}

static const struct kind_row kinds[KBPF_BTF_KINDS] = {
	[KBPF_BTF_INT] = { "INT", .fixed = 4, .check = check_int },
	[KBPF_BTF_PTR] = { "PTR", .rule = NAME_NONE },
	[KBPF_BTF_ARRAY] = { "ARRAY", .fixed = 12, .rule = NAME_NONE, .no_size = true,
			     .check = check_array },
	[KBPF_BTF_STRUCT] = { "STRUCT", .each = 12, .rule = NAME_OPT, .vlen = true,
			      .kflag = true, .check = check_members },
	[KBPF_BTF_UNION] = { "UNION", .each = 12, .rule = NAME_OPT, .vlen = true,
			     .kflag = true, .check = check_members },
	[KBPF_BTF_ENUM] = { "ENUM", .each = 8, .rule = NAME_OPT, .vlen = true, .kflag = true,
			    .check = check_enum },
	[KBPF_BTF_FWD] = { "FWD", .rule = NAME_IDENT, .kflag = true, .no_size = true },
	[KBPF_BTF_TYPEDEF] = { "TYPEDEF", .rule = NAME_IDENT },
	[KBPF_BTF_VOLATILE] = { "VOLATILE", .rule = NAME_NONE },
	[KBPF_BTF_CONST] = { "CONST", .rule = NAME_NONE },
	[KBPF_BTF_RESTRICT] = { "RESTRICT", .rule = NAME_NONE },
	[KBPF_BTF_FUNC] = { "FUNC", .rule = NAME_IDENT, .vlen = true, .check = check_func },
	[KBPF_BTF_FUNC_PROTO] = { "FUNC_PROTO", .each = 8, .rule = NAME_NONE, .vlen = true,
				  .check = check_params },
	[KBPF_BTF_VAR] = { "VAR", .fixed = 4, .rule = NAME_IDENT, .check = check_var },
	[KBPF_BTF_DATASEC] = { "DATASEC", .each = 12, .rule = NAME_SECTION, .vlen = true,
			       .check = check_datasec },
	[KBPF_BTF_FLOAT] = { "FLOAT", .check = check_float },
	[KBPF_BTF_DECL_TAG] = { "DECL_TAG", .fixed = 4, .rule = NAME_TEXT, .kflag = true,
				.check = check_decl_tag },
	[KBPF_BTF_TYPE_TAG] = { "TYPE_TAG", .rule = NAME_TEXT, .kflag = true },
	[KBPF_BTF_ENUM64] = { "ENUM64", .each = 12, .rule = NAME_OPT, .vlen = true,
			      .kflag = true, .check = check_enum64 },
};

const char *kbpf_btf_kind_name(u32 kind)
{
	if (!kind)
		return "VOID";
	return kind < KBPF_BTF_KINDS ? kinds[kind].name : "?";
}

int kbpf_btf_refuse(const struct kbpf_btf *btf, struct kbpf_log *log, u32 id,
		    const struct kbpf_btf_type *t, const char *fmt, ...)
{
	char what[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	kbpf_log_write(log, "BTF type [%u] %s %.64s: %s\n", id,
		       kbpf_btf_kind_name(kbpf_btf_kind(t)), kbpf_btf_name(btf, t->name_off),
		       what);
	return -EINVAL;
}

s64 kbpf_btf_check_record(const struct kbpf_btf *btf, u32 id, const struct kbpf_btf_type *t,
			  u32 left, struct kbpf_log *log)
{
	const struct kind_row *k;
	s64 len;
	int err;

	if (t->info & 0x60ff0000)
		return kbpf_btf_refuse(btf, log, id, t, "reserved bits in info %#x", t->info);
	if (!kbpf_btf_kind(t) || kbpf_btf_kind(t) >= KBPF_BTF_KINDS)
		return kbpf_btf_refuse(btf, log, id, t, "no such kind: %u", kbpf_btf_kind(t));
	k = &kinds[kbpf_btf_kind(t)];
	if (!name_ok(btf, t->name_off, k->rule))
		return kbpf_btf_refuse(btf, log, id, t, "invalid name at %u", t->name_off);
	if (!k->vlen && kbpf_btf_vlen(t))
		return kbpf_btf_refuse(btf, log, id, t, "vlen %u, must be 0", kbpf_btf_vlen(t));
	if (!k->kflag && kbpf_btf_kflag(t))
		return kbpf_btf_refuse(btf, log, id, t, "the kind flag is set");
	if (k->no_size && t->size)
		return kbpf_btf_refuse(btf, log, id, t, "size %u, must be 0", t->size);
	len = sizeof(*t) + k->fixed + (s64)k->each * kbpf_btf_vlen(t);
	if (len > left)
		return kbpf_btf_refuse(btf, log, id, t, "%lld bytes needed, %u left",
				       (long long)len, left);
	err = k->check ? k->check(btf, id, t, log) : 0;
	return err ? err : len;
}
