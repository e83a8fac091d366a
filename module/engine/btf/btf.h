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

/**
 * struct kbpf_btf - parsed BTF
 * @obj: object header
 * @data: the blob, own copy
 * @size: bytes at @data
 * @types: by id; types[0] is void
 * @nr_types: ids are below this
 * @strs: string section, in @data
 * @str_len: bytes at @strs
 */
struct kbpf_btf {
	struct kbpf_object obj;
	void *data;
	u32 size;
	const struct kbpf_btf_type **types;
	u32 nr_types;
	const char *strs;
	u32 str_len;
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
 * @buf: out: such as ".hist.slots[3]", zero-terminated; "" at offset 0 of a scalar
 * @len: bytes at @buf
 */
void kbpf_btf_describe(const struct kbpf_btf *btf, u32 id, u32 off, char *buf, u32 len);

#endif /* KBPF_BTF_H */
