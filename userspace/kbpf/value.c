// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Printing keys and values by their BTF types.
 */
#include <bpf/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "value.h"

#define MAX_DEPTH	32

static const struct btf_type *resolve(const struct btf *btf, __u32 *id)
{
	const struct btf_type *t = btf__type_by_id(btf, *id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t))) {
		*id = t->type;
		t = btf__type_by_id(btf, *id);
	}
	return t;
}

/* @bits bits from bit @bit of @data on, as an unsigned number. */
static unsigned long long get_bits(const unsigned char *data, unsigned int bit, unsigned int bits)
{
	unsigned long long value = 0;
	unsigned int i;

	for (i = 0; i < bits && i < 64; i++, bit++)
		if (data[bit / 8] & (1U << (bit % 8)))
			value |= 1ULL << i;
	return value;
}

static long long sign_extend(unsigned long long value, unsigned int bits)
{
	if (bits && bits < 64 && (value >> (bits - 1)) & 1)
		value |= ~0ULL << bits;
	return (long long)value;
}

static void number(struct json *json, const char *name, bool is_signed, unsigned long long value,
		   unsigned int bits)
{
	if (is_signed)
		json_int(json, name, sign_extend(value, bits));
	else
		json_uint(json, name, value);
}

static void integer(struct json *json, const char *name, const struct btf_type *t,
		    const unsigned char *data, unsigned int bit, unsigned int bits)
{
	if (!bits)
		bits = btf_int_bits(t);
	if (bits > 64)
		json_hex(json, name, data + bit / 8, (bits + 7) / 8);
	else if (btf_int_encoding(t) == BTF_INT_BOOL)
		json_bool(json, name, get_bits(data, bit, bits));
	else
		number(json, name, btf_int_encoding(t) == BTF_INT_SIGNED,
		       get_bits(data, bit, bits), bits);
}

/* Name of an enumeration's value, of which the low @bits are known; or NULL. */
static const char *enumerator(const struct btf *btf, const struct btf_type *t, unsigned int bits,
			      unsigned long long value)
{
	unsigned long long mask = bits < 64 ? (1ULL << bits) - 1 : ~0ULL;
	__u16 i;

	for (i = 0; i < btf_vlen(t); i++) {
		if (btf_is_enum(t) && ((btf_enum(t)[i].val ^ value) & mask) == 0)
			return btf__str_by_offset(btf, btf_enum(t)[i].name_off);
		if (btf_is_enum64(t) && ((btf_enum64_value(&btf_enum64(t)[i]) ^ value) & mask) == 0)
			return btf__str_by_offset(btf, btf_enum64(t)[i].name_off);
	}
	return NULL;
}

/* Types of old compilers do not say; then one below zero does. */
static bool is_signed(const struct btf_type *t)
{
	__u16 i;

	for (i = 0; btf_is_enum(t) && i < btf_vlen(t); i++)
		if (btf_enum(t)[i].val < 0)
			return true;
	return btf_kflag(t);
}

static void enumeration(struct json *json, const char *name, const struct btf *btf,
			const struct btf_type *t, const unsigned char *data, unsigned int bit,
			unsigned int bits)
{
	unsigned long long value;
	const char *text;

	if (!bits)
		bits = t->size * 8;
	value = get_bits(data, bit, bits);
	text = enumerator(btf, t, bits, value);
	if (text)
		json_string(json, name, text);
	else
		number(json, name, is_signed(t), value, bits);
}

static void walk(struct json *json, const char *name, const struct btf *btf, __u32 id,
		 const unsigned char *data, size_t size, unsigned int bit, unsigned int bits,
		 int depth);

static void members(struct json *json, const char *name, const struct btf *btf,
		    const struct btf_type *t, const unsigned char *data, size_t size, int depth)
{
	__u16 i;

	json_object(json, name);
	for (i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *label = btf__str_by_offset(btf, m->name_off);
		unsigned int bit = btf_member_bit_offset(t, i);
		char unnamed[24];

		if (!label || !*label) {
			snprintf(unnamed, sizeof(unnamed), "(anon%u)", i);
			label = unnamed;
		}
		if (bit / 8 >= size)
			break;
		walk(json, label, btf, m->type, data + bit / 8, size - bit / 8, bit % 8,
		     btf_member_bitfield_size(t, i), depth);
	}
	json_object_end(json);
}

/* The variables of a section, as .bss and .rodata are. */
static void variables(struct json *json, const char *name, const struct btf *btf,
		      const struct btf_type *t, const unsigned char *data, size_t size, int depth)
{
	__u16 i;

	json_object(json, name);
	for (i = 0; i < btf_vlen(t); i++) {
		const struct btf_var_secinfo *v = &btf_var_secinfos(t)[i];
		const struct btf_type *var = btf__type_by_id(btf, v->type);

		if (var && v->offset <= size && v->size <= size - v->offset)
			walk(json, btf__str_by_offset(btf, var->name_off), btf, var->type,
			     data + v->offset, v->size, 0, 0, depth);
	}
	json_object_end(json);
}

static bool is_char(const struct btf *btf, __u32 id)
{
	const struct btf_type *t = resolve(btf, &id);
	const char *name = t && btf_is_int(t) ? btf__str_by_offset(btf, t->name_off) : NULL;

	return name && !strcmp(name, "char");
}

static void elements(struct json *json, const char *name, const struct btf *btf,
		     const struct btf_type *t, const unsigned char *data, size_t size, int depth)
{
	const struct btf_array *array = btf_array(t);
	long long each = btf__resolve_size(btf, array->type);
	char text[4096];
	__u32 i;

	if (is_char(btf, array->type) && size < sizeof(text) &&
	    memchr(data, 0, array->nelems < size ? array->nelems : size)) {
		snprintf(text, sizeof(text), "%s", (const char *)data);
		json_string(json, name, text);
		return;
	}
	json_array(json, name);
	for (i = 0; each > 0 && i < array->nelems && (i + 1) * (size_t)each <= size; i++)
		walk(json, NULL, btf, array->type, data + i * (size_t)each, (size_t)each, 0, 0,
		     depth);
	json_array_end(json);
}

static void walk(struct json *json, const char *name, const struct btf *btf, __u32 id,
		 const unsigned char *data, size_t size, unsigned int bit, unsigned int bits,
		 int depth)
{
	const struct btf_type *t = resolve(btf, &id);
	long long need = t ? btf__resolve_size(btf, id) : -1;
	char address[24];

	if (!t || need < 0 || depth > MAX_DEPTH || (!bits && (size_t)need > size) ||
	    (bits && (bit + bits + 7) / 8 > size)) {
		json_hex(json, name, data, size);
		return;
	}
	switch (btf_kind(t)) {
	case BTF_KIND_INT:
		integer(json, name, t, data, bit + btf_int_offset(t), bits);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		enumeration(json, name, btf, t, data, bit, bits);
		break;
	case BTF_KIND_PTR:
		snprintf(address, sizeof(address), "0x%llx", get_bits(data, 0, 64));
		json_string(json, name, address);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		members(json, name, btf, t, data, (size_t)need, depth + 1);
		break;
	case BTF_KIND_ARRAY:
		elements(json, name, btf, t, data, (size_t)need, depth + 1);
		break;
	case BTF_KIND_DATASEC:
		variables(json, name, btf, t, data, size, depth + 1);
		break;
	default:
		json_hex(json, name, data, (size_t)need);
		break;
	}
}

void value_json(struct json *json, const char *name, const struct btf *btf, __u32 id,
		const void *data, size_t size)
{
	if (!btf || !id)
		json_hex(json, name, data, size);
	else
		walk(json, name, btf, id, data, size, 0, 0, 0);
}

void value_text(const struct btf *btf, __u32 id, const void *data, size_t size)
{
	struct json json = { .out = stdout, .flat = true };
	const unsigned char *bytes = data;
	size_t i;

	if (btf && id)
		walk(&json, NULL, btf, id, data, size, 0, 0, 0);
	else
		for (i = 0; i < size; i++)
			printf("%s%02x", i ? " " : "", bytes[i]);
}
