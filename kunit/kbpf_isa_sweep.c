// SPDX-License-Identifier: GPL-2.0
/*
 * The sweep. Cases of an operation are numbered: first every pair of boundary
 * values, the registers going round; then every pair of registers, the values
 * going round. The reference computes from the opcode byte with additions,
 * single-bit shifts and masks only.
 */
#include "kbpf_isa_sweep.h"

static const u64 values[] = {
	0, 1, 2, 7, 31, 32, 33, 63, 64, 0x7f, 0x80, 0x7fff, 0x8000, 0x12345678,
	0x7fffffff, 0x80000000, 0x80000001, 0xffffffff, 0x100000000ULL, 0x1ffffffffULL,
	0x0123456789abcdefULL, 0x7fffffffffffffffULL, 0x8000000000000000ULL,
	0x8000000000000001ULL, 0xffffffff00000000ULL, 0xffffffff7fffffffULL,
	0xffffffff80000000ULL, 0xfffffffffffffffeULL, 0xffffffffffffffffULL,
};

#define NR_VALUES ARRAY_SIZE(values)
#define VALUE_CASES (NR_VALUES * NR_VALUES)
#define REG_CASES (KBPF_REGS * KBPF_REGS)

/* ---- the reference ----------------------------------------------------------- */

static u64 low(u64 v, u32 bits)
{
	return bits == 64 ? v : v & ((1ULL << bits) - 1);
}

static u64 extend(u64 v, u32 bits)
{
	u64 top = 1ULL << (bits - 1);

	return (low(v, bits) ^ top) - top;
}

static u64 ref_mul(u64 a, u64 b)
{
	u64 r = 0;

	for (; b; b >>= 1, a += a)
		if (b & 1)
			r += a;
	return r;
}

/* Long division, a bit at a time. */
static u64 ref_div(u64 a, u64 b, u64 *rem)
{
	u64 q = 0, r = 0;
	int i;

	for (i = 63; i >= 0; i--) {
		bool carry = r >> 63;

		r = (r << 1) | ((a >> i) & 1);
		if (carry || r >= b) {
			r -= b;
			q |= 1ULL << i;
		}
	}
	*rem = r;
	return q;
}

static u64 ref_shift(u32 op, u64 a, u32 n, u32 bits)
{
	while (n--) {
		u64 sign = a & (1ULL << (bits - 1));

		if (op == KBPF_LSH)
			a = low(a + a, bits);
		else
			a = (a >> 1) | (op == KBPF_ARSH ? sign : 0);
	}
	return a;
}

static u64 ref_divide(u32 op, u64 a, u64 b, u32 bits, bool is_signed)
{
	bool neg_a = is_signed && (a >> (bits - 1)), neg_b = is_signed && (b >> (bits - 1));
	u64 q, r;

	if (!b)
		return op == KBPF_DIV ? 0 : a;
	q = ref_div(low(neg_a ? -a : a, bits), low(neg_b ? -b : b, bits), &r);
	if (op == KBPF_DIV)
		return neg_a != neg_b ? -q : q;
	return neg_a ? -r : r;
}

static u64 ref_swap(u64 v, u32 bits)
{
	u64 r = 0;
	u32 i;

	for (i = 0; i < bits; i += 8)
		r = (r << 8) | ((v >> i) & 0xff);
	return r;
}

static u64 ref_end(const struct kbpf_insn *insn, u64 a)
{
	if (KBPF_CLASS(insn->code) == KBPF_ALU64 || KBPF_SRC(insn->code) == KBPF_TO_BE)
		return ref_swap(a, insn->imm);
	return low(a, insn->imm);
}

static u64 ref_alu(const struct kbpf_insn *insn, u64 a, u64 b)
{
	u32 bits = KBPF_CLASS(insn->code) == KBPF_ALU64 ? 64 : 32, op = KBPF_OP(insn->code);

	if (op == KBPF_END)
		return ref_end(insn, a);
	if (op == KBPF_MOV)
		return low(insn->off ? extend(b, insn->off) : b, bits);
	a = low(a, bits);
	b = low(b, bits);
	switch (op) {
	case KBPF_ADD:
		return low(a + b, bits);
	case KBPF_SUB:
		return low(a + ~b + 1, bits);
	case KBPF_NEG:
		return low(~a + 1, bits);
	case KBPF_MUL:
		return low(ref_mul(a, b), bits);
	case KBPF_OR:
		return ~(~a & ~b);
	case KBPF_AND:
		return ~(~a | ~b);
	case KBPF_XOR:
		return (a | b) - (a & b);
	case KBPF_DIV:
	case KBPF_MOD:
		return low(ref_divide(op, a, b, bits, insn->off), bits);
	default:
		return ref_shift(op, a, b % bits, bits);
	}
}

static bool ref_jump(const struct kbpf_insn *insn, u64 a, u64 b)
{
	u32 bits = KBPF_CLASS(insn->code) == KBPF_JMP ? 64 : 32;
	u64 bias = 1ULL << (bits - 1), sa, sb;

	a = low(a, bits);
	b = low(b, bits);
	/* signed order is unsigned order with the top bit turned */
	sa = a ^ bias;
	sb = b ^ bias;
	switch (KBPF_OP(insn->code)) {
	case KBPF_JEQ:
		return !(a ^ b);
	case KBPF_JNE:
		return a ^ b;
	case KBPF_JSET:
		return low(a & b, bits);
	case KBPF_JGT:
		return !(a <= b);
	case KBPF_JGE:
		return !(a < b);
	case KBPF_JLT:
		return !(a >= b);
	case KBPF_JLE:
		return !(a > b);
	case KBPF_JSGT:
		return sa > sb;
	case KBPF_JSGE:
		return sa >= sb;
	case KBPF_JSLT:
		return sa < sb;
	default:
		return sa <= sb;
	}
}

static u64 merge(u64 old, u64 v, u32 bits)
{
	return low(v, bits) | (old - low(old, bits));
}

/* ---- programs ------------------------------------------------------------------ */

static void emit(struct kbpf_sweep *s, struct kbpf_insn insn)
{
	s->insns[s->len++] = insn;
}

static void emit_value(struct kbpf_sweep *s, u32 reg, u64 v)
{
	const struct kbpf_insn two[] = { KBPF_LD_IMM64(reg, v) };

	emit(s, two[0]);
	emit(s, two[1]);
}

/* The instruction that the case is about. */
static void emit_op(struct kbpf_sweep *s, struct kbpf_insn insn)
{
	s->at = s->len;
	emit(s, insn);
}

/* The instruction of the sweep's operation, its selecting field set. */
static struct kbpf_insn make(const struct kbpf_sweep *s, u32 dst, u32 src, s32 imm)
{
	const struct kbpf_opcode *row = &kbpf_isa_opcodes[s->op];
	struct kbpf_insn insn = KBPF_INSN(row->code, dst, src, 0, imm);

	if (row->sel == KBPF_SEL_OFF)
		insn.off = row->val;
	if (row->sel == KBPF_SEL_IMM)
		insn.imm = row->val;
	return insn;
}

/* Values and registers of the case that is next. */
static void pick(struct kbpf_sweep *s, u32 *dst, u32 *src)
{
	u32 n = s->next;

	if (n < VALUE_CASES) {
		s->dst = values[n / NR_VALUES];
		s->src = values[n % NR_VALUES];
		*dst = n % 10;
		*src = (n / 10 + n + 1) % 10;
	} else {
		n -= VALUE_CASES;
		*dst = n / KBPF_REGS;
		*src = n % KBPF_REGS;
		s->dst = values[(n + 14) % NR_VALUES];
		s->src = values[(n * 3 + 4) % NR_VALUES];
	}
}

/* Immediates are 32 bits. */
static bool has_imm(const struct kbpf_opcode *row)
{
	return row->imm != KBPF_FIELD_Z && row->imm != KBPF_FIELD_V;
}

static bool next_alu(struct kbpf_sweep *s, u32 dst, u32 src)
{
	const struct kbpf_opcode *row = &kbpf_isa_opcodes[s->op];
	struct kbpf_insn insn;

	if (dst == KBPF_R10 || (row->src == KBPF_FIELD_Z && src))
		return false;
	if (row->src == KBPF_FIELD_R && src == dst)
		s->src = s->dst;
	if (has_imm(row))
		s->src = (s64)(s32)s->src;
	insn = make(s, dst, row->src == KBPF_FIELD_R ? src : 0, has_imm(row) ? (s32)s->src : 0);
	emit_value(s, dst, s->dst);
	if (row->src == KBPF_FIELD_R && src == KBPF_R10) {
		/* nobody knows r10's value: the same on a copy must give the same */
		u32 copy = dst == KBPF_R1 ? KBPF_R2 : KBPF_R1, other = dst == KBPF_R3 ? 4 : 3;

		emit(s, KBPF_MOV64_REG(copy, KBPF_R10));
		emit(s, KBPF_MOV64_REG(other, dst));
		emit_op(s, insn);
		insn.dst_reg = other;
		insn.src_reg = copy;
		emit(s, insn);
		emit(s, KBPF_ALU64_REG(KBPF_XOR, other, dst));
		emit(s, KBPF_MOV64_REG(KBPF_R0, other));
		s->expect = 0;
	} else {
		if (row->src == KBPF_FIELD_R && src != dst)
			emit_value(s, src, s->src);
		emit_op(s, insn);
		if (dst)
			emit(s, KBPF_MOV64_REG(KBPF_R0, dst));
		s->expect = ref_alu(&insn, s->dst, s->src);
	}
	emit(s, KBPF_EXIT_INSN());
	return true;
}

static bool next_jump(struct kbpf_sweep *s, u32 dst, u32 src)
{
	const struct kbpf_opcode *row = &kbpf_isa_opcodes[s->op];
	bool reg = row->src == KBPF_FIELD_R;
	struct kbpf_insn insn;

	/* r10 as an operand: only against itself is the answer known */
	if ((dst == KBPF_R10) != (reg && src == KBPF_R10) || (!reg && src))
		return false;
	if (reg && src == dst)
		s->src = s->dst;
	if (!reg)
		s->src = (s64)(s32)s->src;
	insn = make(s, dst, reg ? src : 0, reg ? 0 : (s32)s->src);
	insn.off = 2;
	if (dst != KBPF_R10)
		emit_value(s, dst, s->dst);
	else
		s->dst = s->src = 0x1000000010ULL; /* not zero in either half, as a stack is */
	if (reg && src != dst)
		emit_value(s, src, s->src);
	emit_op(s, insn);
	emit(s, KBPF_MOV64_IMM(KBPF_R0, 5));
	emit(s, KBPF_EXIT_INSN());
	emit(s, KBPF_MOV64_IMM(KBPF_R0, 6));
	emit(s, KBPF_EXIT_INSN());
	s->expect = ref_jump(&insn, s->dst, s->src) ? 6 : 5;
	return true;
}

/* Base register for memory on the stack: a copy of r10, or itself. */
static void emit_base(struct kbpf_sweep *s, u32 base)
{
	if (base != KBPF_R10)
		emit(s, KBPF_MOV64_REG(base, KBPF_R10));
}

/* Memory at -16 holds s->dst; s->src is what is stored. */
static bool next_memory(struct kbpf_sweep *s, u32 dst, u32 src)
{
	const struct kbpf_opcode *row = &kbpf_isa_opcodes[s->op];
	u32 bits = 8 * kbpf_isa_size(row->code), class = KBPF_CLASS(row->code);
	struct kbpf_insn insn;

	if (class == KBPF_LDX ? dst == KBPF_R10 : class == KBPF_ST && src)
		return false;
	/* a base that is also the value stored: nothing known to compare with */
	if (class == KBPF_STX && (dst == src || src == KBPF_R10))
		return false;
	insn = make(s, dst, class == KBPF_ST ? 0 : src, class == KBPF_ST ? (s32)s->src : 0);
	insn.off = -16;
	emit_value(s, KBPF_R0, s->dst);
	emit(s, KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R0, -16));
	emit_base(s, class == KBPF_LDX ? src : dst);
	if (class == KBPF_STX)
		emit_value(s, src, s->src);
	emit_op(s, insn);
	if (class == KBPF_LDX) {
		emit(s, KBPF_MOV64_REG(KBPF_R0, dst));
		s->expect = KBPF_MODE(row->code) == KBPF_MEMSX ? extend(s->dst, bits) :
								 low(s->dst, bits);
	} else {
		emit(s, KBPF_LDX_MEM(KBPF_DW, KBPF_R0, KBPF_R10, -16));
		s->expect = merge(s->dst, class == KBPF_ST ? (u64)(s64)insn.imm : s->src, bits);
	}
	emit(s, KBPF_EXIT_INSN());
	return true;
}

struct atomic_result {
	u64 mem;
	u64 src;
	u64 r0;
};

static void ref_atomic(u32 op, u32 bits, struct atomic_result *r, bool src_is_r0)
{
	u64 old = low(r->mem, bits), v = low(r->src, bits), new = v;

	switch (op & ~KBPF_FETCH) {
	case KBPF_ATOMIC_ADD:
		new = old + v;
		break;
	case KBPF_ATOMIC_OR:
		new = old | v;
		break;
	case KBPF_ATOMIC_AND:
		new = old & v;
		break;
	case KBPF_ATOMIC_XOR:
		new = old ^ v;
		break;
	case KBPF_CMPXCHG & ~KBPF_FETCH:
		new = old == low(r->r0, bits) ? v : old;
		break;
	}
	r->mem = merge(r->mem, new, bits);
	if (op == KBPF_CMPXCHG)
		r->r0 = old;
	else if (op & KBPF_FETCH)
		r->src = old;
	if (src_is_r0)
		r->r0 = r->src = op == KBPF_CMPXCHG || (op & KBPF_FETCH) ? old : r->src;
}

/* Memory at -8 holds s->dst, the source s->src, r0 something between; all three are folded. */
static bool next_atomic(struct kbpf_sweep *s, u32 dst, u32 src)
{
	const struct kbpf_opcode *row = &kbpf_isa_opcodes[s->op];
	u32 bits = 8 * kbpf_isa_size(row->code), base = dst, mem;
	struct atomic_result r = { .mem = s->dst, .src = s->src };
	struct kbpf_insn insn;

	if (dst == src || src == KBPF_R10 || dst == KBPF_R0)
		return false;
	r.r0 = s->next % 2 ? s->dst : s->dst + (1ULL << (s->next % 60));
	if (!src)
		r.r0 = r.src;
	mem = base == KBPF_R8 || src == KBPF_R8 ? KBPF_R7 : KBPF_R8;
	if (base == mem || src == mem)
		mem = KBPF_R6;
	insn = make(s, base, src, 0);
	insn.off = -8;
	emit_value(s, mem, r.mem);
	emit(s, KBPF_STX_MEM(KBPF_DW, KBPF_R10, mem, -8));
	emit_base(s, base);
	emit_value(s, KBPF_R0, r.r0);
	if (src)
		emit_value(s, src, r.src);
	emit_op(s, insn);
	emit(s, KBPF_LDX_MEM(KBPF_DW, mem, KBPF_R10, -8));
	emit(s, KBPF_ALU64_IMM(KBPF_MUL, KBPF_R0, 5));
	emit(s, KBPF_ALU64_REG(KBPF_ADD, KBPF_R0, mem));
	emit(s, KBPF_ALU64_IMM(KBPF_MUL, KBPF_R0, 7));
	if (src)
		emit(s, KBPF_ALU64_REG(KBPF_ADD, KBPF_R0, src));
	emit(s, KBPF_EXIT_INSN());
	ref_atomic(row->val, bits, &r, !src);
	s->expect = (r.r0 * 5 + r.mem) * 7 + (src ? r.src : 0);
	return true;
}

/* Load-acquire and store-release go like plain loads and stores. */
static bool next_ordered(struct kbpf_sweep *s, u32 dst, u32 src)
{
	const struct kbpf_opcode *row = &kbpf_isa_opcodes[s->op];
	u32 bits = 8 * kbpf_isa_size(row->code);
	bool load = row->val == KBPF_LOAD_ACQ;
	struct kbpf_insn insn;

	if (load ? dst == KBPF_R10 : dst == src || src == KBPF_R10)
		return false;
	insn = make(s, dst, src, 0);
	insn.off = -16;
	emit_value(s, KBPF_R0, s->dst);
	emit(s, KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R0, -16));
	emit_base(s, load ? src : dst);
	if (!load)
		emit_value(s, src, s->src);
	emit_op(s, insn);
	if (load)
		emit(s, KBPF_MOV64_REG(KBPF_R0, dst));
	else
		emit(s, KBPF_LDX_MEM(KBPF_DW, KBPF_R0, KBPF_R10, -16));
	emit(s, KBPF_EXIT_INSN());
	s->expect = load ? low(s->dst, bits) : merge(s->dst, s->src, bits);
	return true;
}

/* ---- public ----------------------------------------------------------------------- */

typedef bool (*next_fn)(struct kbpf_sweep *s, u32 dst, u32 src);

static next_fn sweep_of(const struct kbpf_opcode *row)
{
	if (!row->ver)
		return NULL;
	switch (KBPF_CLASS(row->code)) {
	case KBPF_ALU:
	case KBPF_ALU64:
		return next_alu;
	case KBPF_JMP:
	case KBPF_JMP32:
		return row->dst == KBPF_FIELD_R ? next_jump : NULL;
	case KBPF_LDX:
	case KBPF_ST:
		return next_memory;
	case KBPF_STX:
		if (KBPF_MODE(row->code) != KBPF_ATOMIC)
			return next_memory;
		return row->val >= KBPF_LOAD_ACQ ? next_ordered : next_atomic;
	default:
		return NULL;
	}
}

bool kbpf_sweep_start(struct kbpf_sweep *sweep, enum kbpf_op op)
{
	sweep->op = op;
	sweep->next = 0;
	return op && sweep_of(&kbpf_isa_opcodes[op]);
}

bool kbpf_sweep_next(struct kbpf_sweep *sweep)
{
	next_fn next = sweep_of(&kbpf_isa_opcodes[sweep->op]);
	u32 dst, src;

	while (sweep->next < VALUE_CASES + REG_CASES) {
		bool made;

		pick(sweep, &dst, &src);
		sweep->len = 0;
		made = next(sweep, dst, src);
		sweep->next++;
		if (made)
			return true;
	}
	return false;
}
