/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BTF: parsing untrusted blobs, and questions about types. Everything that
 * kbpf_btf_parse() accepted is safe to walk: ids and string offsets are in
 * range, chains of modifiers and nested structures end.
 */
#ifndef KBPF_BTF_H
#define KBPF_BTF_H

#include "port.h"
#include "log.h"
#include "object.h"

/* Kinds of type, as BTF_KIND_*. */
enum kbpf_btf_kind {
	KBPF_BTF_VOID		= 0,
	KBPF_BTF_INT		= 1,
	KBPF_BTF_PTR		= 2,
	KBPF_BTF_ARRAY		= 3,
	KBPF_BTF_STRUCT		= 4,
	KBPF_BTF_UNION		= 5,
	KBPF_BTF_ENUM		= 6,
	KBPF_BTF_FWD		= 7,
	KBPF_BTF_TYPEDEF	= 8,
	KBPF_BTF_VOLATILE	= 9,
	KBPF_BTF_CONST		= 10,
	KBPF_BTF_RESTRICT	= 11,
	KBPF_BTF_FUNC		= 12,
	KBPF_BTF_FUNC_PROTO	= 13,
	KBPF_BTF_VAR		= 14,
	KBPF_BTF_DATASEC	= 15,
	KBPF_BTF_FLOAT		= 16,
	KBPF_BTF_DECL_TAG	= 17,
	KBPF_BTF_TYPE_TAG	= 18,
	KBPF_BTF_ENUM64		= 19,
	KBPF_BTF_KINDS,
};

/**
 * struct kbpf_btf_type - one type record as it stands in the blob (12 bytes, then
 *	what its kind appends)
 * @name_off: in the strings
 * @info: vlen in bits 0-15, kind in bits 24-28, kind flag in bit 31
 * @size: bytes, for kinds with a size
 * @type: type referred to, for kinds that refer
 */
struct kbpf_btf_type {
	u32 name_off;
	u32 info;
	union {
		u32 size;
		u32 type;
	};
};

struct kbpf_btf_member {
	u32 name_off;
	u32 type;
	u32 offset;
};

struct kbpf_btf_array {
	u32 type;
	u32 index_type;
	u32 nelems;
};

struct kbpf_btf_param {
	u32 name_off;
	u32 type;
};

struct kbpf_btf_enum {
	u32 name_off;
	s32 val;
};

struct kbpf_btf_enum64 {
	u32 name_off;
	u32 val_lo32;
	u32 val_hi32;
};

struct kbpf_btf_var_secinfo {
	u32 type;
	u32 offset;
	u32 size;
};

/* Deepest nesting of structures, arrays and modifiers; also pointers to pointers. */
#define KBPF_BTF_MAX_DEPTH	64
#define KBPF_BTF_MAX_SIZE	(16U << 20)
#define KBPF_BTF_MAX_TYPES	0x100000U

/**
 * struct kbpf_btf - parsed BTF
 * @obj: object header
 * @data: the blob, own copy
 * @size: bytes at @data
 * @types: by id; types[0] is void
 * @nr_types: ids are below this
 * @strs: string section, in @data
 * @str_len: bytes at @strs
 * @name_heads: name index: lowest id of each hash bucket, 0 for none
 * @name_next: name index: next id of the same bucket, by id; ids grow
 * @name_mask: buckets - 1
 * @is_kernel: types of the running kernel
 */
struct kbpf_btf {
	struct kbpf_object obj;
	void *data;
	u32 size;
	const struct kbpf_btf_type **types;
	u32 nr_types;
	const char *strs;
	u32 str_len;
	u32 *name_heads;
	u32 *name_next;
	u32 name_mask;
	bool is_kernel;
};

/**
 * kbpf_btf_parse() - check a blob and make it walkable
 * @data: kvmalloc-ed blob; taken over on success, still the caller's on failure
 * @size: bytes
 * @log: where a refusal is explained; NULL for none
 *
 * Return: BTF with one reference, or ERR_PTR: -EINVAL malformed, -E2BIG, -ENOMEM.
 */
struct kbpf_btf *kbpf_btf_parse(void *data, u32 size, struct kbpf_log *log);

static inline u32 kbpf_btf_kind(const struct kbpf_btf_type *t)
{
	return (t->info >> 24) & 0x1f;
}

static inline u32 kbpf_btf_vlen(const struct kbpf_btf_type *t)
{
	return t->info & 0xffff;
}

static inline bool kbpf_btf_kflag(const struct kbpf_btf_type *t)
{
	return t->info >> 31;
}

/* What a kind appends to its record; the caller has checked the kind. */
static inline const struct kbpf_btf_member *kbpf_btf_members(const struct kbpf_btf_type *t)
{
	return (const void *)(t + 1);
}

static inline const struct kbpf_btf_array *kbpf_btf_array(const struct kbpf_btf_type *t)
{
	return (const void *)(t + 1);
}

static inline const struct kbpf_btf_param *kbpf_btf_params(const struct kbpf_btf_type *t)
{
	return (const void *)(t + 1);
}

static inline const struct kbpf_btf_var_secinfo *
kbpf_btf_secinfos(const struct kbpf_btf_type *t)
{
	return (const void *)(t + 1);
}

/* The word that INT, VAR and DECL_TAG append. */
static inline u32 kbpf_btf_word(const struct kbpf_btf_type *t)
{
	return *(const u32 *)(t + 1);
}

/* Position and width of member @i, bits; width 0 where it is no bit-field. */
static inline u32 kbpf_btf_member_off(const struct kbpf_btf_type *t, u32 i)
{
	u32 off = kbpf_btf_members(t)[i].offset;

	return kbpf_btf_kflag(t) ? off & 0xffffff : off;
}

static inline u32 kbpf_btf_member_bits(const struct kbpf_btf_type *t, u32 i)
{
	return kbpf_btf_kflag(t) ? kbpf_btf_members(t)[i].offset >> 24 : 0;
}

/**
 * kbpf_btf_kind_name() - "STRUCT" and so on; "?" for no kind
 * @kind: enum kbpf_btf_kind
 */
const char *kbpf_btf_kind_name(u32 kind);

/**
 * kbpf_btf_type() - a type by id
 * @btf: BTF
 * @id: id
 *
 * Return: the type, or NULL if there is no such id.
 */
const struct kbpf_btf_type *kbpf_btf_type(const struct kbpf_btf *btf, u32 id);

/**
 * kbpf_btf_name() - a string by offset
 * @btf: BTF
 * @off: offset in the strings
 *
 * Return: the string; "" where @off is outside.
 */
const char *kbpf_btf_name(const struct kbpf_btf *btf, u32 off);

/**
 * kbpf_btf_skip() - follow modifiers and typedefs
 * @btf: BTF
 * @id: id; NULL to not want it. In: where to start; out: where it ended
 *
 * Return: the first type that is neither modifier nor typedef; NULL for void.
 */
const struct kbpf_btf_type *kbpf_btf_skip(const struct kbpf_btf *btf, u32 *id);

/**
 * kbpf_btf_size() - size of a type
 * @btf: BTF
 * @id: id
 *
 * Return: bytes, or -EINVAL for a type without a size.
 */
s64 kbpf_btf_size(const struct kbpf_btf *btf, u32 id);

/**
 * kbpf_btf_find() - id of a type by name
 * @btf: BTF
 * @name: name
 * @kind: kind it must be of
 *
 * Return: the first such id, or -ENOENT.
 */
s32 kbpf_btf_find(const struct kbpf_btf *btf, const char *name, u32 kind);

/**
 * kbpf_btf_describe() - name a place inside a type, as C would
 * @btf: BTF
 * @id: type
 * @off: offset in it, bytes
 * @buf: out: such as ".hist.slots[3]", zero-terminated; "" at offset 0 of a scalar.
 *	A section's variable stands first without a dot: "hist.slots[3]". What
 *	has no name (the middle of a scalar, padding) ends in "+N"
 * @len: bytes at @buf
 */
void kbpf_btf_describe(const struct kbpf_btf *btf, u32 id, u32 off, char *buf, u32 len);

#endif /* KBPF_BTF_H */
