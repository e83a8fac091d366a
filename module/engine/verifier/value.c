// SPDX-License-Identifier: GPL-2.0
/*
 * Values as text, for traces and for refusals.
 */
#include "verifier/value.h"

static const struct {
	const char *name;	/* in a sentence */
	const char *brief;	/* in a trace */
} types[KBPF_VTYPES] = {
	[KBPF_V_NONE]		= { "not initialised", "?" },
	[KBPF_V_SCALAR]		= { "a number", "scalar" },
	[KBPF_V_CTX]		= { "the context pointer", "ctx" },
	[KBPF_V_STACK]		= { "a pointer to the stack", "fp" },
	[KBPF_V_MAP]		= { "a map", "map_ptr" },
	[KBPF_V_MAP_VALUE]	= { "a pointer to a map value", "map_value" },
	[KBPF_V_MEM]		= { "a pointer to memory", "mem" },
	[KBPF_V_PACKET]		= { "a pointer to packet data", "pkt" },
	[KBPF_V_PACKET_META]	= { "a pointer to packet metadata", "pkt_meta" },
	[KBPF_V_PACKET_END]	= { "the pointer to the packet's end", "pkt_end" },
	[KBPF_V_FUNC]		= { "a function", "func" },
	[KBPF_V_OBJECT]		= { "a pointer to a kernel object", "ptr_" },
	[KBPF_V_DYNPTR]		= { "a dynptr", "dynptr_ptr" },
};

const char *kbpf_value_name(const struct kbpf_value *v)
{
	if (v->type == KBPF_V_MAP_VALUE && (v->flags & KBPF_V_OR_NULL))
		return "a pointer to a map value or NULL";
	if (v->type == KBPF_V_MEM && (v->flags & KBPF_V_OR_NULL))
		return "a pointer to memory or NULL";
	if (v->type == KBPF_V_MEM && v->ref && !(v->flags & KBPF_V_SLICE))
		return "a pointer to a ring-buffer record";
	return types[v->type].name;
}

const char *kbpf_value_short(const struct kbpf_value *v)
{
	return types[v->type].brief;
}

struct out {
	char *buf;
	u32 size;
	u32 pos;
};

static void put(struct out *o, const char *fmt, ...) __printf(2, 3);
static void put(struct out *o, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	o->pos += vscnprintf(o->buf + o->pos, o->size - o->pos, fmt, args);
	va_end(args);
}

static void put_bounds(struct out *o, const struct kbpf_scalar *s)
{
	const struct kbpf_range *r = &s->full.range;
	const char *sep = "";

	if (r->smin != S64_MIN || r->smax != S64_MAX) {
		put(o, "smin=%lld,smax=%lld", (long long)r->smin, (long long)r->smax);
		sep = ",";
	}
	if (r->umin || (r->umax != U64_MAX && (r->smin < 0 || (u64)r->smax != r->umax))) {
		put(o, "%sumin=%llu,umax=%llu", sep, (unsigned long long)r->umin,
		    (unsigned long long)r->umax);
		sep = ",";
	}
	if (s->full.bits.mask != U64_MAX)
		put(o, "%svar_off=(0x%llx; 0x%llx)", sep, (unsigned long long)s->full.bits.value,
		    (unsigned long long)s->full.bits.mask);
}

u32 kbpf_value_print(const struct kbpf_value *v, char *buf, u32 size)
{
	struct out o = { .buf = buf, .size = size };

	*buf = 0;
	if (v->type == KBPF_V_SCALAR && kbpf_scalar_is_const(&v->num)) {
		put(&o, "%lld", (long long)kbpf_scalar_value(&v->num));
		return o.pos;
	}
	put(&o, "%s%s", types[v->type].brief, v->flags & KBPF_V_OR_NULL ? "_or_null" : "");
	if (v->type == KBPF_V_NONE)
		return o.pos;
	put(&o, "(");
	if (v->type == KBPF_V_STACK)
		put(&o, "frame=%u,", v->frame);
	if (v->type == KBPF_V_MAP || v->type == KBPF_V_MAP_VALUE)
		put(&o, "map=%u,", v->index);
	if (v->type == KBPF_V_MEM)
		put(&o, "size=%u,", v->size);
	if (v->type == KBPF_V_PACKET || v->type == KBPF_V_PACKET_META)
		put(&o, "r=%u,", v->size);
	if (v->id)
		put(&o, "id=%u,", v->id);
	if (v->ref)
		put(&o, "ref=%u,", v->ref);
	if (v->off)
		put(&o, "off=%d,", v->off);
	if (v->flags & KBPF_V_KADDR)
		put(&o, "kernel,");
	if (!kbpf_scalar_is(&v->num, 0))
		put_bounds(&o, &v->num);
	if (o.buf[o.pos - 1] == ',')
		o.pos--;
	put(&o, ")");
	return o.pos;
}

#define FAR	(1LL << 62)

u32 kbpf_scalar_describe(const struct kbpf_scalar *s, char *buf, u32 size)
{
	const struct kbpf_range *r = &s->full.range;
	struct out o = { .buf = buf, .size = size };

	*buf = 0;
	if (kbpf_scalar_is_const(s)) {
		put(&o, "%lld", (long long)kbpf_scalar_value(s));
		return o.pos;
	}
	/* bounds that are next to none are not worth saying */
	if (r->smin >= 0)
		put(&o, "%llu..%llu", (unsigned long long)r->umin, (unsigned long long)r->umax);
	else if (r->smin > -FAR && r->smax < FAR)
		put(&o, "%lld..%lld", (long long)r->smin, (long long)r->smax);
	else
		put(&o, "any number");
	if (s->full.bits.mask && !((s->full.bits.mask | s->full.bits.value) & 1)) {
		u64 any = s->full.bits.mask | s->full.bits.value;

		put(&o, ", a multiple of %llu", (unsigned long long)(any & -any));
	}
	return o.pos;
}
