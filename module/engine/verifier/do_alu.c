// SPDX-License-Identifier: GPL-2.0
/*
 * Arithmetic: numbers by the algebra, pointers by a table of what may be done to
 * each kind.
 */
#include "verifier/verifier.h"

/* How pointers of a type may be moved. */
enum moves {
	MOVES_NOT,	/* not at all */
	MOVES_CONST,	/* by a constant; by anything else it is a mere number from there on */
	MOVES_ANY,	/* by any number; bounds are checked where it is used */
};

static const u8 moves[KBPF_VTYPES] = {
	[KBPF_V_CTX] = MOVES_CONST,
	[KBPF_V_STACK] = MOVES_ANY,
	[KBPF_V_MAP_VALUE] = MOVES_ANY,
	[KBPF_V_MEM] = MOVES_ANY,
	[KBPF_V_PACKET] = MOVES_ANY,
	[KBPF_V_PACKET_META] = MOVES_ANY,
};

/* Operation of an ALU opcode; division is signed where the offset says so. */
static enum kbpf_arith arith_of(const struct kbpf_insn *insn)
{
	static const u8 ops[16] = {
		[KBPF_ADD >> 4] = KBPF_ARITH_ADD,  [KBPF_SUB >> 4] = KBPF_ARITH_SUB,
		[KBPF_MUL >> 4] = KBPF_ARITH_MUL,  [KBPF_DIV >> 4] = KBPF_ARITH_UDIV,
		[KBPF_OR >> 4] = KBPF_ARITH_OR,    [KBPF_AND >> 4] = KBPF_ARITH_AND,
		[KBPF_LSH >> 4] = KBPF_ARITH_SHL,  [KBPF_RSH >> 4] = KBPF_ARITH_SHR,
		[KBPF_MOD >> 4] = KBPF_ARITH_UMOD, [KBPF_XOR >> 4] = KBPF_ARITH_XOR,
		[KBPF_ARSH >> 4] = KBPF_ARITH_SAR,
	};
	enum kbpf_arith op = ops[KBPF_OP(insn->code) >> 4];

	if (insn->off && op == KBPF_ARITH_UDIV)
		return KBPF_ARITH_SDIV;
	if (insn->off && op == KBPF_ARITH_UMOD)
		return KBPF_ARITH_SMOD;
	return op;
}

static bool is_wide(const struct kbpf_insn *insn)
{
	return KBPF_CLASS(insn->code) == KBPF_ALU64;
}

/* A number as arithmetic sees it; the bits of a pointer are not known. */
static struct kbpf_scalar num_of(const struct kbpf_value *val)
{
	return kbpf_value_is_num(val) ? val->num : kbpf_scalar_any();
}

/* ---- moves -------------------------------------------------------------------- */

/* A copy that stays linked to what it is a copy of. */
static void apply_copy(struct kbpf_verifier *v, struct kbpf_value *dst, struct kbpf_value *src)
{
	if (kbpf_value_is_num(src) && !src->id && !kbpf_scalar_is_const(&src->num)) {
		src->id = ++v->next_id;
		src->off = 0;
	}
	*dst = *src;
}

static noinline int do_mov(struct kbpf_verifier *v, const struct kbpf_insn *insn)
{
	struct kbpf_value *dst = kbpf_state_reg(v->cur, insn->dst_reg);
	struct kbpf_value *src = kbpf_state_reg(v->cur, insn->src_reg);
	bool wide = is_wide(insn);
	struct kbpf_scalar num;
	int err = 0;

	if (KBPF_SRC(insn->code) == KBPF_K) {
		*dst = kbpf_value_const(wide ? (u64)(s64)insn->imm : (u32)insn->imm);
		return 0;
	}
	if (!kbpf_read_reg(v, insn->src_reg, &err))
		return err;
	num = num_of(src);
	if (insn->off)
		*dst = kbpf_value_num(kbpf_scalar_sext(&num, insn->off, !wide));
	else if (wide || (kbpf_value_is_num(src) && num.full.range.umax <= U32_MAX))
		apply_copy(v, dst, src);
	else
		*dst = kbpf_value_num(kbpf_scalar_zext(&num, 32));
	return 0;
}

static noinline int do_end(struct kbpf_verifier *v, const struct kbpf_insn *insn)
{
	struct kbpf_value *dst = kbpf_state_reg(v->cur, insn->dst_reg);
	struct kbpf_scalar num;
	int err = 0;

	if (!kbpf_read_reg(v, insn->dst_reg, &err))
		return err;
	num = num_of(dst);
	if (is_wide(insn) || KBPF_SRC(insn->code) == KBPF_TO_BE)
		*dst = kbpf_value_num(kbpf_scalar_swap(&num, insn->imm / 8));
	else
		*dst = kbpf_value_num(kbpf_scalar_zext(&num, insn->imm));
	return 0;
}

static noinline int do_neg(struct kbpf_verifier *v, const struct kbpf_insn *insn)
{
	struct kbpf_value *dst = kbpf_state_reg(v->cur, insn->dst_reg);
	struct kbpf_scalar zero = kbpf_scalar_const(0), num;
	int err = 0;

	if (!kbpf_read_reg(v, insn->dst_reg, &err))
		return err;
	num = num_of(dst);
	if (is_wide(insn))
		*dst = kbpf_value_num(kbpf_scalar_op(KBPF_ARITH_SUB, &zero, &num));
	else
		*dst = kbpf_value_num(kbpf_scalar_op_half(KBPF_ARITH_SUB, &zero, &num));
	return 0;
}

/* ---- pointers -------------------------------------------------------------------- */

static int check_move(struct kbpf_verifier *v, u32 reg, const struct kbpf_value *ptr,
		      const struct kbpf_scalar *by)
{
	if (ptr->flags & KBPF_V_OR_NULL)
		return refuse(v, ptr_null_arith, reg);
	if (kbpf_scalar_is(by, 0))
		return 0;
	if (moves[ptr->type] == MOVES_NOT)
		return refuse(v, ptr_type_arith, reg, .what = kbpf_value_name(ptr));
	return 0;
}

/*
 * @ptr moved by @by, or back by it. Programs of libbpf hand the context plus an offset
 * that they looked up to helpers that read any address (USDT); as a pointer it would
 * be good for nothing.
 */
static struct kbpf_value moved(struct kbpf_verifier *v, const struct kbpf_value *ptr,
			       const struct kbpf_scalar *by, enum kbpf_arith op)
{
	struct kbpf_value r = *ptr;

	if (moves[ptr->type] == MOVES_CONST && !kbpf_scalar_is_const(by))
		return kbpf_value_num(kbpf_scalar_any());
	if (kbpf_scalar_is_const(by)) {
		s64 c = (s64)kbpf_scalar_value(by);

		if (c > -KBPF_MAX_OFF && c < KBPF_MAX_OFF) {
			c = op == KBPF_ARITH_ADD ? r.off + c : r.off - c;
			if (c > -KBPF_MAX_OFF && c < KBPF_MAX_OFF) {
				r.off = c;
				return r;
			}
		}
	}
	r.num = kbpf_scalar_op(op, &ptr->num, by);
	if (ptr->type == KBPF_V_PACKET || ptr->type == KBPF_V_PACKET_META) {
		/* nothing was compared with data_end at this variable offset yet */
		r.id = ++v->next_id;
		r.size = 0;
	}
	return r;
}

static noinline int do_pointer(struct kbpf_verifier *v, const struct kbpf_insn *insn,
		      const struct kbpf_value *src)
{
	struct kbpf_value *dst = kbpf_state_reg(v->cur, insn->dst_reg);
	bool dst_is_ptr = kbpf_value_is_ptr(dst), src_is_ptr = kbpf_value_is_ptr(src);
	enum kbpf_arith op = arith_of(insn);
	int err;

	/* a difference is a number, whatever the pointers are */
	if (op == KBPF_ARITH_SUB && dst_is_ptr && (src_is_ptr || !is_wide(insn))) {
		struct kbpf_scalar any = kbpf_scalar_any();

		*dst = kbpf_value_num(is_wide(insn) ? any : kbpf_scalar_zext(&any, 32));
		return 0;
	}
	if (!is_wide(insn))
		return refuse(v, ptr_half, insn->dst_reg);
	if (dst_is_ptr && src_is_ptr)
		return refuse(v, ptr_ptr, insn->dst_reg);
	if (dst_is_ptr && (op == KBPF_ARITH_ADD || op == KBPF_ARITH_SUB)) {
		err = check_move(v, insn->dst_reg, dst, &src->num);
		if (!err)
			*dst = moved(v, dst, &src->num, op);
		return err;
	}
	if (src_is_ptr && op == KBPF_ARITH_ADD) {
		err = check_move(v, insn->src_reg, src, &dst->num);
		if (!err)
			*dst = moved(v, src, &dst->num, op);
		return err;
	}
	return refuse(v, ptr_op, dst_is_ptr ? insn->dst_reg : insn->src_reg);
}

/* ---- numbers ------------------------------------------------------------------------ */

/* A constant added to a linked number moves it relative to its base. */
static bool stays_linked(const struct kbpf_value *dst, const struct kbpf_scalar *src,
			 enum kbpf_arith op, s32 *off)
{
	s64 c = (s64)kbpf_scalar_value(src);

	if (!dst->id || !kbpf_scalar_is_const(src) || c < S32_MIN || c > S32_MAX)
		return false;
	if (op == KBPF_ARITH_ADD || (!c && (op == KBPF_ARITH_OR || op == KBPF_ARITH_XOR)))
		c = dst->off + c;
	else if (op == KBPF_ARITH_SUB)
		c = dst->off - c;
	else
		return false;
	*off = c;
	return c >= S32_MIN && c <= S32_MAX;
}

/* Does a constant move a number of 32 bits without wrapping around? Then 64 bits do the same. */
static bool stays_half(const struct kbpf_value *dst, const struct kbpf_scalar *src,
		       enum kbpf_arith op, struct kbpf_scalar *by)
{
	const struct kbpf_range *r = &dst->num.full.range;
	s64 c;

	if (!dst->id || !kbpf_scalar_is_const(src) || r->umax > U32_MAX ||
	    (op != KBPF_ARITH_ADD && op != KBPF_ARITH_SUB))
		return false;
	c = (s32)kbpf_scalar_value(src);
	*by = kbpf_scalar_const(c);
	if (op == KBPF_ARITH_SUB)
		c = -c;
	return (s64)r->umin + c >= 0 && (s64)r->umax + c <= U32_MAX;
}

static noinline void apply_numbers(struct kbpf_value *dst, const struct kbpf_value *src,
			  enum kbpf_arith op, bool wide)
{
	struct kbpf_value r, moved_by = *src;

	if (!wide && !stays_half(dst, &src->num, op, &moved_by.num)) {
		*dst = kbpf_value_num(kbpf_scalar_op_half(op, &dst->num, &src->num));
		return;
	}
	if (!wide) {
		dst->flags = 0;
		src = &moved_by;
	}
	r = kbpf_value_num(kbpf_scalar_op(op, &dst->num, &src->num));
	if (stays_linked(dst, &src->num, op, &r.off))
		r.id = dst->id;
	else
		r.off = 0;
	/* an address with something added is still one to try */
	if (op == KBPF_ARITH_ADD || op == KBPF_ARITH_SUB)
		r.flags = dst->flags & KBPF_V_KADDR;
	if (r.flags && kbpf_scalar_is_const(&src->num)) {
		s64 by = kbpf_scalar_value(&src->num);

		kbpf_typed_move(&r, dst, op == KBPF_ARITH_ADD ? by : -by);
	}
	*dst = r;
}

/* A part of a kernel object is an address to try, as any that came from the kernel. */
static void part_of_object(struct kbpf_value *val)
{
	u32 type;

	if (val->type != KBPF_V_OBJECT || val->flags & KBPF_V_OR_NULL)
		return;
	type = val->index;
	*val = kbpf_value_any();
	val->flags = KBPF_V_KADDR;
	val->index = type;
}

int kbpf_do_alu(struct kbpf_verifier *v, const struct kbpf_insn *insn)
{
	struct kbpf_value *dst = kbpf_state_reg(v->cur, insn->dst_reg);
	struct kbpf_value src = kbpf_value_const((u64)(s64)insn->imm);
	int err = 0;

	switch (KBPF_OP(insn->code)) {
	case KBPF_MOV:
		return do_mov(v, insn);
	case KBPF_END:
		return do_end(v, insn);
	case KBPF_NEG:
		return do_neg(v, insn);
	}
	if (KBPF_SRC(insn->code) == KBPF_X) {
		if (!kbpf_read_reg(v, insn->src_reg, &err))
			return err;
		src = *kbpf_state_reg(v->cur, insn->src_reg);
	}
	if (!kbpf_read_reg(v, insn->dst_reg, &err))
		return err;
	part_of_object(dst);
	part_of_object(&src);
	if (kbpf_value_is_ptr(dst) || kbpf_value_is_ptr(&src))
		return do_pointer(v, insn, &src);
	apply_numbers(dst, &src, arith_of(insn), is_wide(insn));
	return 0;
}
