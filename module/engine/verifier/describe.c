// SPDX-License-Identifier: GPL-2.0
/*
 * Values and memory in words, for people who know C: what a pointer points into
 * has a name there.
 */
#include "verifier/explain.h"
#include "btf/btf.h"

bool kbpf_describe_variable(const struct kbpf_verifier *v, const struct kbpf_value *val,
			    struct kbpf_variable *var)
{
	const struct kbpf_btf *btf = v->prog->btf;
	const char *section = val->type == KBPF_V_MAP_VALUE ?
			      strchr(kbpf_map_desc_of(v, val->index)->name, '.') : NULL;
	s32 id = btf && section ? kbpf_btf_find(btf, section, KBPF_BTF_DATASEC) : -ENOENT;
	const struct kbpf_btf_type *t = id > 0 ? kbpf_btf_type(btf, id) : NULL;

	for (u32 i = 0; t && i < kbpf_btf_vlen(t); i++) {
		const struct kbpf_btf_var_secinfo *s = &kbpf_btf_secinfos(t)[i];
		const struct kbpf_btf_type *type = kbpf_btf_type(btf, s->type);

		if (!type || val->off < (s64)s->offset || val->off >= (s64)s->offset + s->size)
			continue;
		*var = (struct kbpf_variable){
			kbpf_btf_name(btf, type->name_off), s->offset, s->size,
		};
		return true;
	}
	return false;
}

u32 kbpf_describe_size(const struct kbpf_verifier *v, const struct kbpf_value *val)
{
	struct kbpf_variable var;

	if (kbpf_describe_variable(v, val, &var))
		return var.size;
	if (val->type == KBPF_V_MAP_VALUE)
		return kbpf_map_desc_of(v, val->index)->value_size;
	return val->type == KBPF_V_MEM ? val->size : 0;
}

/* What a pointer points into, without its size. */
static void put_memory(const struct kbpf_verifier *v, const struct kbpf_value *val,
		       struct kbpf_text *t)
{
	struct kbpf_variable var;

	if (kbpf_describe_variable(v, val, &var))
		kbpf_put(t, "`%s`", var.name);
	else if (val->type == KBPF_V_MAP_VALUE)
		kbpf_put(t, "a value of map `%s`", kbpf_map_desc_of(v, val->index)->name);
	else
		kbpf_put(t, "%s", val->flags & KBPF_V_SLICE ? "the dynptr's data" :
			 val->ref ? "the ring-buffer record" : "memory");
}

void kbpf_describe_object(const struct kbpf_verifier *v, const struct kbpf_value *val,
			  struct kbpf_text *t)
{
	u32 size = kbpf_describe_size(v, val);
	struct kbpf_variable var;

	switch (val->type) {
	case KBPF_V_MAP_VALUE:
	case KBPF_V_MEM:
		put_memory(v, val, t);
		if (val->off > 0 && kbpf_scalar_is(&val->num, 0) && !kbpf_describe_variable(v, val, &var))
			kbpf_put(t, " (%u bytes, from byte %d on)", size, val->off);
		else
			kbpf_put(t, " (%u bytes)", size);
		break;
	case KBPF_V_STACK:
		kbpf_put(t, "the stack");
		break;
	case KBPF_V_CTX:
		kbpf_put(t, "%s", v->type->ctx_name);
		break;
	case KBPF_V_PACKET:
	case KBPF_V_PACKET_META:
		kbpf_put(t, "the packet");
		break;
	default:
		kbpf_put(t, "%s", kbpf_value_name(val));
	}
}

static void put_number(const struct kbpf_scalar *num, struct kbpf_text *t)
{
	char text[160];

	kbpf_scalar_describe(num, text, sizeof(text));
	kbpf_put(t, "%s", text);
}

static void put_offset(const struct kbpf_value *val, s64 off, struct kbpf_text *t)
{
	if (off)
		kbpf_put(t, " %c %lld", off < 0 ? '-' : '+', (long long)(off < 0 ? -off : off));
	if (!kbpf_scalar_is(&val->num, 0)) {
		kbpf_put(t, " + ");
		put_number(&val->num, t);
	}
}

/* The stack is counted from its top, which has no name in C. */
static void put_stack(const struct kbpf_value *val, struct kbpf_text *t)
{
	if (!kbpf_scalar_is(&val->num, 0)) {
		kbpf_put(t, "an address on the stack: its top");
		put_offset(val, val->off, t);
	} else if (val->off < 0) {
		kbpf_put(t, "an address on the stack, %d bytes below its top", -val->off);
	} else {
		kbpf_put(t, "the top of the stack");
	}
}

void kbpf_describe_value(const struct kbpf_verifier *v, const struct kbpf_value *val,
			 struct kbpf_text *t)
{
	struct kbpf_variable var = { .off = 0 };
	s64 off = val->off;

	if (kbpf_value_is_num(val)) {
		put_number(&val->num, t);
		return;
	}
	switch (val->type) {
	case KBPF_V_NONE:
		kbpf_put(t, "not set");
		return;
	case KBPF_V_STACK:
		put_stack(val, t);
		return;
	case KBPF_V_MAP:
		kbpf_put(t, "the map `%s`", kbpf_map_desc_of(v, val->index)->name);
		break;
	case KBPF_V_MAP_VALUE:
	case KBPF_V_MEM:
		kbpf_put(t, "%s", kbpf_describe_variable(v, val, &var) ? "" : "a pointer to ");
		put_memory(v, val, t);
		off -= var.off;
		break;
	default:
		kbpf_put(t, "%s", kbpf_value_name(val));
	}
	put_offset(val, off, t);
	if (val->flags & KBPF_V_OR_NULL)
		kbpf_put(t, ", or NULL");
}
