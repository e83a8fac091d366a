/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known of a 64-bit value, in a register or spilled to the stack: a
 * number, or a pointer with an offset. Knows the algebra; not where values live.
 */
#ifndef KBPF_VALUE_H
#define KBPF_VALUE_H

#include "verifier/scalar.h"

/* What a value is. */
enum kbpf_vtype {
	KBPF_V_NONE,		/* nothing a program may read */
	KBPF_V_SCALAR,		/* a number */
	KBPF_V_CTX,		/* the program's context */
	KBPF_V_STACK,		/* the stack of a frame; offset 0 is its top */
	KBPF_V_MAP,		/* a map itself, as helpers take it */
	KBPF_V_MAP_VALUE,	/* a value in a map */
	KBPF_V_MEM,		/* memory of a known size */
	KBPF_V_PACKET,		/* packet data */
	KBPF_V_PACKET_META,	/* metadata before it */
	KBPF_V_PACKET_END,	/* end of packet data */
	KBPF_V_FUNC,		/* a function of this program */
	KBPF_V_OBJECT,		/* a kernel object that was acquired: loads through it cannot fault */
	KBPF_V_DYNPTR,		/* a dynptr, not on the program's stack; see dynptr.c */
	KBPF_VTYPES,
};

#define KBPF_V_OR_NULL	(1U << 0)	/* a pointer that may be 0; its offset is 0 */
#define KBPF_V_RDONLY	(1U << 1)	/* memory that may not be written */
/* a number that came from the kernel as an address: loads through it cannot fault */
#define KBPF_V_KADDR	(1U << 2)
/* a map value that is told from others of its map by its id; see lock.c */
#define KBPF_V_NUMBERED	(1U << 3)
/* memory got through a dynptr, which is not given back by itself */
#define KBPF_V_SLICE	(1U << 4)
/* a number with a type that was read out of a kernel object; see typed.c */
#define KBPF_V_WALKED	(1U << 5)

/* Kinds of dynptrs. */
enum kbpf_dynptr_kind {
	KBPF_DYNPTR_LOCAL,	/* memory that is there anyway */
	KBPF_DYNPTR_RINGBUF,	/* a record of a ring buffer, given back through it */
};

/* Offsets of pointers stay within this, so that sums of them never overflow. */
#define KBPF_MAX_OFF	(1 << 29)

/**
 * struct kbpf_value - what is known of a value
 * @type: enum kbpf_vtype
 * @flags: KBPF_V_* bits
 * @frame: STACK: index of the frame
 * @id: SCALAR: values with the same id are base + @off of one unknown base;
 *	OR_NULL: values with the same id are 0 together; PACKET*: those with the
 *	same id differ by @off only; NUMBERED: those with the same id are the
 *	same value. 0 is none
 * @ref: id of the acquired reference that the memory is held by; DYNPTR: its id,
 *	which SLICEs have too; 0 is none
 * @index: MAP, MAP_VALUE: in the verifier's maps, see kbpf_map_desc_of(); FUNC: the
 *	function; DYNPTR: enum kbpf_dynptr_kind; OBJECT, and SCALAR with KADDR: BTF id
 *	of the structure that it points into, 0: not known
 * @size: MEM: bytes of the memory; PACKET*: bytes from the start of the packet
 *	(or its metadata) with this @id that are proven to be there; SCALAR with
 *	@index: bytes (signed) from the start of the structure
 * @off: pointer: constant part of the offset; SCALAR: see @id
 * @num: SCALAR: the number; pointer: variable part of the offset
 */
struct kbpf_value {
	u8 type;
	u8 flags;
	u16 frame;
	u32 id;
	u32 ref;
	u32 index;
	u32 size;
	s32 off;
	struct kbpf_scalar num;
};

/* No value. */
static inline struct kbpf_value kbpf_value_none(void)
{
	return (struct kbpf_value){ .type = KBPF_V_NONE };
}

static inline struct kbpf_value kbpf_value_num(struct kbpf_scalar num)
{
	return (struct kbpf_value){ .type = KBPF_V_SCALAR, .num = num };
}

static inline struct kbpf_value kbpf_value_any(void)
{
	return kbpf_value_num(kbpf_scalar_any());
}

static inline struct kbpf_value kbpf_value_const(u64 x)
{
	return kbpf_value_num(kbpf_scalar_const(x));
}

/* A pointer of a type, at offset 0. */
static inline struct kbpf_value kbpf_value_ptr(enum kbpf_vtype type)
{
	return (struct kbpf_value){ .type = type, .num = kbpf_scalar_const(0) };
}

static inline bool kbpf_value_is_ptr(const struct kbpf_value *v)
{
	return v->type > KBPF_V_SCALAR;
}

static inline bool kbpf_value_is_num(const struct kbpf_value *v)
{
	return v->type == KBPF_V_SCALAR;
}

/* The constant 0. */
static inline bool kbpf_value_is_zero(const struct kbpf_value *v)
{
	return v->type == KBPF_V_SCALAR && kbpf_scalar_is(&v->num, 0);
}

/* A pointer whose offset is a known constant. */
static inline bool kbpf_value_off_known(const struct kbpf_value *v)
{
	return kbpf_scalar_is_const(&v->num);
}

/* Least and greatest offset of a pointer, bytes. */
static inline s64 kbpf_value_off_min(const struct kbpf_value *v)
{
	return v->off + v->num.full.range.smin;
}

static inline s64 kbpf_value_off_max(const struct kbpf_value *v)
{
	return v->off + v->num.full.range.smax;
}

/* Is the variable part of the offset small enough to add to? */
static inline bool kbpf_value_off_sane(const struct kbpf_value *v)
{
	return v->off > -KBPF_MAX_OFF && v->off < KBPF_MAX_OFF &&
	       v->num.full.range.smin > -KBPF_MAX_OFF && v->num.full.range.smax < KBPF_MAX_OFF;
}

/**
 * kbpf_value_name() - what a value is, in words
 * @v: the value
 *
 * Return: such as "pointer to a map value".
 */
const char *kbpf_value_name(const struct kbpf_value *v);

/* Short name of a type, for traces: as the kernel's log has it. */
const char *kbpf_value_short(const struct kbpf_value *v);

/**
 * kbpf_value_print() - what is known of a value, for traces
 * @v: the value
 * @buf: out, zero-terminated
 * @size: bytes at @buf; 160 are enough
 *
 * Return: bytes without the zero.
 */
u32 kbpf_value_print(const struct kbpf_value *v, char *buf, u32 size);

/* The same of a number, as a sentence: "0..65535, a multiple of 8". */
u32 kbpf_scalar_describe(const struct kbpf_scalar *s, char *buf, u32 size);

#endif /* KBPF_VALUE_H */
