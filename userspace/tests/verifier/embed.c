// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * State embedding: accepted programs run on a machine that checks, at every
 * instruction, that what registers and stack hold lies inside a state that the
 * verifier had there, and that every access is to memory that is there. Programs
 * are random, with the shapes that verifiers have been wrong about.
 *
 *   embed [PROGRAMS [SEED]]
 */
#include "isa/alu.h"
#include "isa/opcode.h"
#include "helpers/proto.h"
#include "maps/map.h"
#include "verifier/verifier.h"

#define MAX_LEN		160
#define VALUE_SIZE	64
#define MAX_CLAIMS	4096
#define MAX_STEPS	20000
#define INPUTS		6

static u64 rng;

static u64 next_random(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng;
}

static u32 below(u32 n)
{
	return (next_random() >> 24) % n;
}

/* A number at which verifiers stumble. */
static u64 odd_number(void)
{
	static const u64 base[] = {
		0, 1, 2, 7, 8, 63, 64, 255, 1ULL << 15, 1ULL << 31, 1ULL << 32, 1ULL << 33, 1ULL << 62,
		1ULL << 63, U64_MAX, 0x7fffffff, 0xffffffff, 0x100000001, 0x5555555555555555,
	};

	switch (below(5)) {
	case 0:
		return next_random();
	case 1:
		return below(80);
	default:
		return base[below(ARRAY_SIZE(base))] + below(3) - 1;
	}
}

/* ---- programs ----------------------------------------------------------------------- */

static struct kbpf_insn prog[MAX_LEN + 64];
static u32 len;

static void emit(struct kbpf_insn insn)
{
	if (len < ARRAY_SIZE(prog))
		prog[len++] = insn;
}

/* A register that holds a number: r0 - r5 come and go, r6 - r8 stay. */
static u32 num_reg(void)
{
	static const u8 regs[] = { 0, 3, 4, 6, 7, 8, 6, 7 };

	return regs[below(ARRAY_SIZE(regs))];
}

static const u8 alu_ops[] = {
	KBPF_ADD, KBPF_SUB, KBPF_MUL, KBPF_DIV, KBPF_OR, KBPF_AND, KBPF_LSH, KBPF_RSH, KBPF_MOD,
	KBPF_XOR, KBPF_MOV, KBPF_ARSH, KBPF_ADD, KBPF_AND, KBPF_MOV,
};

static void emit_alu(void)
{
	u8 op = alu_ops[below(ARRAY_SIZE(alu_ops))], class = below(2) ? KBPF_ALU64 : KBPF_ALU;
	u32 dst = num_reg(), src = num_reg();
	s32 imm = odd_number();
	s16 off = 0;

	if ((op == KBPF_DIV || op == KBPF_MOD) && !below(3))
		off = 1;
	if (below(2)) {
		if (op == KBPF_MOV && !below(3))
			off = class == KBPF_ALU ? 8 << below(2) : 8 << below(3);
		emit(KBPF_INSN(class | op | KBPF_X, dst, src, off, 0));
		return;
	}
	if (op == KBPF_LSH || op == KBPF_RSH || op == KBPF_ARSH)
		imm = below(class == KBPF_ALU ? 32 : 64);
	if ((op == KBPF_DIV || op == KBPF_MOD) && !imm)
		imm = 3;
	emit(KBPF_INSN(class | op | KBPF_K, dst, 0, off, imm));
}

static void emit_unary(void)
{
	u32 dst = num_reg();

	switch (below(3)) {
	case 0:
		emit(KBPF_INSN((below(2) ? KBPF_ALU64 : KBPF_ALU) | KBPF_NEG, dst, 0, 0, 0));
		break;
	case 1:
		emit(KBPF_ENDIAN(below(2) ? KBPF_TO_LE : KBPF_TO_BE, dst, 16 << below(3)));
		break;
	default:
		emit(KBPF_BSWAP(dst, 16 << below(3)));
	}
}

static const u8 jmp_ops[] = {
	KBPF_JEQ, KBPF_JNE, KBPF_JGT, KBPF_JGE, KBPF_JLT, KBPF_JLE, KBPF_JSGT, KBPF_JSGE, KBPF_JSLT,
	KBPF_JSLE, KBPF_JSET,
};

/* A jump forward; where to is set once the program is complete. */
static void emit_jump(void)
{
	u8 class = below(2) ? KBPF_JMP : KBPF_JMP32, op = jmp_ops[below(ARRAY_SIZE(jmp_ops))];

	if (below(3))
		emit(KBPF_INSN(class | op | KBPF_K, num_reg(), 0, S16_MAX, odd_number()));
	else
		emit(KBPF_INSN(class | op | KBPF_X, num_reg(), num_reg(), S16_MAX, 0));
}

static const u8 sizes[] = { KBPF_B, KBPF_H, KBPF_W, KBPF_DW };

/* An offset in the stack that is aligned. */
static s16 stack_off(u8 size)
{
	return -64 + (s32)(below(64) & ~(kbpf_isa_size(size) - 1));
}

static void emit_stack(void)
{
	u8 size = sizes[below(4)];

	switch (below(5)) {
	case 0:
		emit(KBPF_ST_MEM(size, KBPF_R10, stack_off(size), (s32)odd_number()));
		break;
	case 1:
	case 2:
		emit(KBPF_STX_MEM(size, KBPF_R10, num_reg(), stack_off(size)));
		break;
	case 3:
		emit(KBPF_LDX_MEM(size, num_reg(), KBPF_R10, stack_off(size)));
		break;
	default:
		/* through another register */
		emit(KBPF_MOV64_REG(KBPF_R2, KBPF_R10));
		emit(KBPF_ALU64_IMM(KBPF_ADD, KBPF_R2, -64));
		if (below(2))
			emit(KBPF_STX_MEM(size, KBPF_R2, num_reg(), 64 + stack_off(size)));
		else
			emit(KBPF_LDX_MEM(size, num_reg(), KBPF_R2, 64 + stack_off(size)));
	}
}

static void emit_atomic(void)
{
	static const s32 ops[] = {
		KBPF_ATOMIC_ADD, KBPF_ATOMIC_OR, KBPF_ATOMIC_AND | KBPF_FETCH,
		KBPF_ATOMIC_ADD | KBPF_FETCH, KBPF_ATOMIC_XOR | KBPF_FETCH, KBPF_XCHG, KBPF_CMPXCHG,
	};
	u8 size = below(2) ? KBPF_W : KBPF_DW;
	bool stack = below(2);

	emit(KBPF_ATOMIC_OP(size, ops[below(ARRAY_SIZE(ops))], stack ? KBPF_R10 : KBPF_R9, num_reg(),
			    stack ? stack_off(size) : 8 * (s32)below(8)));
}

/* Memory at an index that was masked or compared: well, badly, or not at all. */
static void emit_index(void)
{
	u32 reg = num_reg(), size = below(4);
	bool stack = !below(3);
	s16 off = (s32)below(20) - 4;

	emit(KBPF_MOV64_REG(KBPF_R1, reg));
	if (below(2))
		emit(KBPF_ALU64_IMM(KBPF_AND, KBPF_R1, below(96)));
	else if (below(2))
		emit(KBPF_JMP_IMM(jmp_ops[below(10)], reg, below(96), S16_MAX));
	if (!below(3))
		emit(KBPF_JMP_IMM(jmp_ops[below(10)], reg, below(40), S16_MAX));
	if (stack)
		emit(KBPF_ALU64_IMM(KBPF_AND, KBPF_R1, -(s32)kbpf_isa_size(sizes[size])));
	emit(KBPF_MOV64_REG(KBPF_R2, stack ? KBPF_R10 : KBPF_R9));
	if (stack)
		off = -64;
	emit(KBPF_ALU64_REG(below(8) ? KBPF_ADD : KBPF_SUB, KBPF_R2, KBPF_R1));
	if (below(2))
		emit(KBPF_STX_MEM(sizes[size], KBPF_R2, num_reg(), off));
	else
		emit(KBPF_LDX_MEM(sizes[size], num_reg(), KBPF_R2, off));
}

/* Pointers spilled, copied, perhaps damaged, and used. */
static void emit_spill(void)
{
	s16 off = -8 * (1 + (s32)below(8));

	emit(KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R9, off));
	if (!below(6))
		emit(KBPF_ST_MEM(KBPF_B, KBPF_R10, off + (s32)below(8), 1));
	emit(KBPF_LDX_MEM(KBPF_DW, KBPF_R5, KBPF_R10, off));
	emit(KBPF_LDX_MEM(KBPF_W, num_reg(), KBPF_R5, 4 * (s32)below(16)));
}

static void emit_lookup(void)
{
	emit(KBPF_STX_MEM(KBPF_W, KBPF_R10, num_reg(), -68));
	emit(KBPF_MOV64_REG(KBPF_R2, KBPF_R10));
	emit(KBPF_ALU64_IMM(KBPF_ADD, KBPF_R2, -68));
	emit(KBPF_INSN(KBPF_LDDW, KBPF_R1, KBPF_PSEUDO_MAP_FD, 0, 0));
	emit(KBPF_INSN(0, 0, 0, 0, 0));
	emit(KBPF_CALL_HELPER(KBPF_FUNC_map_lookup_elem));
	emit(KBPF_MOV64_REG(KBPF_R5, KBPF_R0));
	emit(KBPF_MOV64_IMM(KBPF_R3, 1));
	emit(KBPF_MOV64_IMM(KBPF_R4, 2));
	emit(KBPF_JMP_IMM(below(4) ? KBPF_JEQ : KBPF_JNE, below(2) ? KBPF_R0 : KBPF_R5, 0, 1));
	emit(KBPF_LDX_MEM(KBPF_DW, num_reg(), KBPF_R5, 8 * (s32)below(8)));
	emit(KBPF_MOV64_IMM(KBPF_R0, 5));
}

static void emit_random(void)
{
	emit(KBPF_CALL_HELPER(KBPF_FUNC_get_prandom_u32));
	emit(KBPF_MOV64_IMM(KBPF_R3, odd_number()));
	emit(KBPF_MOV64_REG(KBPF_R4, KBPF_R0));
}

/* A loop of a few rounds; the counter is in the stack or in r8. */
static void emit_loop(void)
{
	u32 top, rounds = 1 + below(9);

	emit(KBPF_MOV64_IMM(KBPF_R8, 0));
	top = len;
	for (u32 i = below(4); i; i--)
		emit_alu();
	emit(KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R8, -72));
	emit_stack();
	emit(KBPF_LDX_MEM(KBPF_DW, KBPF_R8, KBPF_R10, -72));
	emit(KBPF_ALU64_IMM(KBPF_ADD, KBPF_R8, 1));
	emit(KBPF_JMP_IMM(KBPF_JLT, KBPF_R8, rounds, (s32)top - (s32)len - 1));
}

static void emit_body(u32 n)
{
	while (n--) {
		switch (below(16)) {
		case 0: case 1: case 2: case 3: case 4:
			emit_alu();
			break;
		case 5:
			emit_unary();
			break;
		case 6: case 7: case 8:
			emit_jump();
			break;
		case 9: case 10:
			emit_stack();
			break;
		case 11:
			emit_index();
			break;
		case 12:
			emit_spill();
			break;
		case 13:
			if (below(2))
				emit_lookup();
			else
				emit_random();
			break;
		case 14:
			emit_atomic();
			break;
		default:
			if (!below(3))
				emit_loop();
		}
	}
}

/* Jumps forward get a target: not into a 64-bit immediate, not past the exit. */
static void set_targets(u32 start, u32 end)
{
	for (u32 i = start; i < end; i++) {
		u32 to;

		if (prog[i].off != S16_MAX)
			continue;
		to = i + 1 + below(min(end - i - 1, 24u) ? min(end - i - 1, 24u) : 1);
		while (to < end && to && kbpf_isa_is_lddw(&prog[to - 1]))
			to++;
		prog[i].off = to - i - 1;
	}
}

static void emit_values(void)
{
	emit(KBPF_INSN(KBPF_LDDW, KBPF_R9, KBPF_PSEUDO_MAP_VALUE, 0, 0));
	emit(KBPF_INSN(0, 0, 0, 0, 0));
	emit(KBPF_LDX_MEM(KBPF_DW, KBPF_R6, KBPF_R9, 0));
	emit(KBPF_LDX_MEM(KBPF_DW, KBPF_R7, KBPF_R9, 8));
	emit(KBPF_LDX_MEM(sizes[below(4)], KBPF_R8, KBPF_R9, 16));
	emit(KBPF_MOV64_IMM(KBPF_R0, odd_number()));
	emit(KBPF_MOV64_IMM(KBPF_R3, odd_number()));
	emit(KBPF_MOV64_REG(KBPF_R4, KBPF_R7));
}

static void make_program(void)
{
	u32 start, call = 0;

	len = 0;
	emit_values();
	start = len;
	emit_body(4 + below(24));
	if (below(3) == 0) {
		emit(KBPF_MOV64_REG(KBPF_R1, KBPF_R6));
		emit(KBPF_MOV64_REG(KBPF_R2, below(2) ? KBPF_R10 : KBPF_R7));
		call = len;
		emit(KBPF_CALL_REL(0));
		emit(KBPF_MOV64_IMM(KBPF_R3, 3));
		emit(KBPF_MOV64_IMM(KBPF_R4, 4));
		emit_body(below(10));
	}
	set_targets(start, len);
	emit(KBPF_MOV64_IMM(KBPF_R0, 0));
	emit(KBPF_EXIT_INSN());
	if (!call)
		return;
	prog[call].imm = len - call - 1;
	start = len;
	emit(KBPF_MOV64_REG(KBPF_R5, KBPF_R1));
	if (below(2))
		emit(KBPF_STX_MEM(KBPF_DW, KBPF_R2, KBPF_R5, -8 * (1 + (s32)below(8))));
	emit_values();
	emit(KBPF_MOV64_REG(KBPF_R6, KBPF_R5));
	start = len;
	emit_body(below(10));
	set_targets(start, len);
	emit(KBPF_MOV64_REG(KBPF_R0, num_reg()));
	emit(KBPF_EXIT_INSN());
}

/* ---- claims ------------------------------------------------------------------------------ */

struct claim {
	struct claim *next;
	struct kbpf_frame *frame;
	u16 live_regs, need_regs;
	u64 live_slots, need_slots;
};

static struct claim *claims[MAX_LEN + 64];
static u32 nr_claims;
static bool too_many;

static void observe(void *arg, u32 insn, const void *state)
{
	const struct kbpf_verifier *v = state;
	const struct kbpf_frame *f = kbpf_state_top(v->cur);
	const struct kbpf_insn_info *info = &v->info[insn];
	struct claim *c;

	(void)arg;
	if (nr_claims++ >= MAX_CLAIMS) {
		too_many = true;
		return;
	}
	c = malloc(sizeof(*c));
	*c = (struct claim){
		.next = claims[insn], .frame = malloc(sizeof(*f)), .live_regs = info->live_regs,
		.need_regs = info->need_regs, .live_slots = info->live_slots,
		.need_slots = info->need_slots,
	};
	*c->frame = *f;
	c->frame->slots = malloc(f->nr_slots * sizeof(*f->slots) + 1);
	if (f->nr_slots)
		memcpy(c->frame->slots, f->slots, f->nr_slots * sizeof(*f->slots));
	claims[insn] = c;
}

static void drop_claims(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(claims); i++) {
		while (claims[i]) {
			struct claim *c = claims[i];

			claims[i] = c->next;
			free(c->frame->slots);
			free(c->frame);
			free(c);
		}
	}
	nr_claims = 0;
	too_many = false;
}

/* ---- the machine ---------------------------------------------------------------------------- */

static u8 value[VALUE_SIZE] __aligned(8);
static u8 stacks[KBPF_MAX_FRAMES][KBPF_STACK_SIZE] __aligned(8);

struct frame {
	u64 regs[KBPF_REGS];
	u32 back;
};

static struct frame frames[KBPF_MAX_FRAMES];
static u32 depth;

static u64 stack_top(u32 frame)
{
	return (u64)(stacks[frame] + KBPF_STACK_SIZE);
}

static bool in_range(const struct kbpf_range *r, u64 x, u32 n)
{
	s64 s = kbpf_as_signed(x, n);

	return x >= r->umin && x <= r->umax && s >= r->smin && s <= r->smax;
}

static bool in_scalar(const struct kbpf_scalar *s, u64 x)
{
	return kbpf_tnum_has(s->full.bits, x) && in_range(&s->full.range, x, 64) &&
	       in_range(&s->half, (u32)x, 32);
}

static bool in_value(const struct kbpf_value *v, u64 x, bool need)
{
	switch (v->type) {
	case KBPF_V_SCALAR:
		return !need || in_scalar(&v->num, x);
	case KBPF_V_STACK:
		return in_scalar(&v->num, x - stack_top(v->frame) - (s64)v->off);
	case KBPF_V_MAP_VALUE:
		if (v->flags & KBPF_V_OR_NULL && !x)
			return true;
		return in_scalar(&v->num, x - (u64)value - (s64)v->off);
	default:
		return true;
	}
}

static bool in_slots(const struct claim *c)
{
	const u8 *top = stacks[depth] + KBPF_STACK_SIZE;

	for (u32 i = 0; i < c->frame->nr_slots; i++) {
		const struct kbpf_slot *s = &c->frame->slots[i];
		const u8 *at = top - 8 * (i + 1);
		bool need = c->need_slots & BIT_ULL(i);
		u64 x = 0;

		if (!(c->live_slots & BIT_ULL(i)))
			continue;
		for (u32 b = 0; b < 8; b++)
			if (need && s->bytes[b] == KBPF_BYTE_ZERO && at[b])
				return false;
		if (!s->width || s->bytes[s->at] != KBPF_BYTE_SPILL)
			continue;
		memcpy(&x, at + s->at, s->width);
		if (!in_value(&s->spill, x, need))
			return false;
	}
	return true;
}

static bool in_claim(const struct claim *c)
{
	for (u32 r = 0; r < KBPF_REGS; r++)
		if (c->live_regs & BIT(r) && !in_value(&c->frame->regs[r], frames[depth].regs[r],
						       c->need_regs & BIT(r)))
			return false;
	return in_slots(c);
}

static bool claimed(u32 insn)
{
	for (struct claim *c = claims[insn]; c; c = c->next)
		if (in_claim(c))
			return true;
	return false;
}

/* Is it memory of the program's? */
static void *memory(u64 addr, u32 size)
{
	if (addr >= (u64)value && addr + size <= (u64)value + VALUE_SIZE)
		return (void *)addr;
	for (u32 i = 0; i <= depth; i++)
		if (addr >= (u64)stacks[i] && addr + size <= stack_top(i))
			return (void *)addr;
	return NULL;
}

static u64 load(const void *p, u32 size)
{
	u64 x = 0;

	memcpy(&x, p, size);
	return x;
}

static bool do_atomic(const struct kbpf_insn *i, u64 *r)
{
	u32 size = kbpf_isa_size(i->code);
	void *p = memory(r[i->dst_reg] + (s64)i->off, size);
	u64 old, src = r[i->src_reg], now;

	if (!p)
		return false;
	old = load(p, size);
	switch (i->imm & ~KBPF_FETCH) {
	case KBPF_ATOMIC_ADD: now = old + src; break;
	case KBPF_ATOMIC_OR: now = old | src; break;
	case KBPF_ATOMIC_AND: now = old & src; break;
	case KBPF_ATOMIC_XOR: now = old ^ src; break;
	case KBPF_XCHG & ~KBPF_FETCH: now = src; break;
	default: now = old == (size == 4 ? (u32)r[0] : r[0]) ? src : old; break;
	}
	memcpy(p, &now, size);
	if (i->imm == KBPF_CMPXCHG)
		r[0] = old;
	else if (i->imm & KBPF_FETCH)
		r[i->src_reg] = old;
	return true;
}

static bool do_memory(const struct kbpf_insn *i, u64 *r)
{
	u32 size = kbpf_isa_size(i->code), class = KBPF_CLASS(i->code);
	u64 addr = r[class == KBPF_LDX ? i->src_reg : i->dst_reg] + (s64)i->off, x;
	void *p;

	if (class == KBPF_STX && KBPF_MODE(i->code) == KBPF_ATOMIC)
		return do_atomic(i, r);
	p = memory(addr, size);
	if (!p)
		return false;
	if (class == KBPF_LDX) {
		r[i->dst_reg] = load(p, size);
		return true;
	}
	x = class == KBPF_ST ? (u64)(s64)i->imm : r[i->src_reg];
	memcpy(p, &x, size);
	return true;
}

static void do_helper(const struct kbpf_insn *i, u64 *r)
{
	if (i->imm == KBPF_FUNC_map_lookup_elem)
		r[0] = load((void *)r[2], 4) ? 0 : (u64)value;
	else
		r[0] = (u32)odd_number();
	for (u32 k = 1; k <= 5; k++)
		r[k] = next_random();
}

static void do_lddw(const struct kbpf_insn *i, u64 *r)
{
	if (i->src_reg == KBPF_PSEUDO_MAP_VALUE)
		r[i->dst_reg] = (u64)value + i[1].imm;
	else
		r[i->dst_reg] = kbpf_isa_imm64(i);
}

static const char *run(void)
{
	u32 pc = 0;

	depth = 0;
	for (u32 k = 0; k < KBPF_REGS; k++)
		frames[0].regs[k] = next_random();
	frames[0].regs[KBPF_R10] = stack_top(0);
	for (u32 steps = 0; steps < MAX_STEPS; steps++) {
		const struct kbpf_insn *i = &prog[pc];
		u64 *r = frames[depth].regs, src, res;
		bool taken;

		if (!claimed(pc))
			return "a state that the verifier did not have";
		src = KBPF_SRC(i->code) == KBPF_X ? r[i->src_reg] : (u64)(s64)i->imm;
		switch (KBPF_CLASS(i->code)) {
		case KBPF_ALU:
		case KBPF_ALU64:
			if (!kbpf_isa_eval(i, r[i->dst_reg], src, &res))
				return "arithmetic that does not exist";
			r[i->dst_reg] = res;
			pc++;
			continue;
		case KBPF_LD:
			do_lddw(i, r);
			pc += 2;
			continue;
		case KBPF_LDX:
		case KBPF_ST:
		case KBPF_STX:
			if (!do_memory(i, r))
				return "memory that is not there";
			pc++;
			continue;
		}
		if (KBPF_OP(i->code) == KBPF_EXIT) {
			if (!depth)
				return NULL;
			pc = frames[depth].back;
			depth--;
			frames[depth].regs[0] = r[0];
		} else if (KBPF_OP(i->code) == KBPF_CALL && i->src_reg == KBPF_PSEUDO_CALL) {
			frames[depth + 1] = frames[depth];
			frames[depth + 1].back = pc + 1;
			depth++;
			frames[depth].regs[KBPF_R10] = stack_top(depth);
			pc = pc + 1 + i->imm;
		} else if (KBPF_OP(i->code) == KBPF_CALL) {
			do_helper(i, r);
			pc++;
		} else {
			taken = i->code == (KBPF_JMP | KBPF_JA);
			if (!taken && !kbpf_isa_taken(i, r[i->dst_reg], src, &taken))
				return "a jump that does not exist";
			pc += 1 + (taken ? i->off : 0);
		}
	}
	return "no end";
}

/* ---- one program ------------------------------------------------------------------------------ */

static struct kbpf_map *map;

static struct kbpf_map *map_get(void *arg, int fd)
{
	(void)arg, (void)fd;
	kbpf_object_get(&map->obj);
	return map;
}

static void free_prog(struct kbpf_prog *p)
{
	for (u32 i = 0; i < p->nr_maps; i++)
		kbpf_object_put(&p->maps[i]->obj);
	kfree(p->maps);
	kvfree(p->funcs);
	kvfree(p->insns);
}

static int verify(bool no_pruning, bool claim, u32 level)
{
	struct kbpf_verify_opts opts = {
		.map_get = map_get, .no_pruning = no_pruning, .observe = claim ? observe : NULL,
		.max_insns = 20000,
	};
	struct kbpf_prog p = { .type = KBPF_PROG_TYPE_KPROBE, .gpl_compatible = true, .len = len };
	struct kbpf_log log;
	int err;

	/* the odd seeds keep states often, which prunes more */
	p.flags = rng & 1 ? KBPF_F_TEST_STATE_FREQ : 0;
	p.insns = kvmalloc_array(len, sizeof(*p.insns), GFP_KERNEL);
	memcpy(p.insns, prog, len * sizeof(*p.insns));
	kbpf_log_init(&log, level, 1 << 20);
	err = kbpf_verify(&p, &opts, &log);
	if (level)
		printf("# %s\n", kbpf_log_text(&log));
	kbpf_log_exit(&log);
	free_prog(&p);
	return err;
}

static u64 accepted, refused, runs, violations;

static void violation(u64 seed, const char *what)
{
	char text[96];

	if (violations++ > 3)
		return;
	printf("# seed %llu: %s\n", seed, what);
	for (u32 i = 0; i < len; i++) {
		kbpf_isa_disasm(&prog[i], text, sizeof(text));
		printf("# %3u: %s\n", i, text);
		i += kbpf_isa_is_lddw(&prog[i]);
	}
	verify(false, false, KBPF_LOG_LEVEL1 | KBPF_LOG_LEVEL2);
}

static void one(u64 seed)
{
	const char *wrong = NULL;
	int err, bare;

	rng = seed * 0x9e3779b97f4a7c15ULL + 1;
	make_program();
	err = verify(false, true, 0);
	bare = verify(true, false, 0);
	/* without pruning a program may meet a budget that it does not meet with it */
	if (err != bare && bare != -E2BIG) {
		printf("# %d with pruning, %d without\n", err, bare);
		verify(err ? false : true, false, KBPF_LOG_LEVEL1);
		violation(seed, "pruning changed the verdict");
	}
	if (err)
		refused++;
	if (err && getenv("WHY"))
		verify(false, false, KBPF_LOG_LEVEL1);
	if (!err)
		accepted++;
	for (u32 n = 0; n < INPUTS && !err && !too_many && !wrong; n++) {
		for (u32 i = 0; i < VALUE_SIZE; i += 8)
			*(u64 *)(value + i) = odd_number();
		for (u32 f = 0; f < KBPF_MAX_FRAMES; f++)
			for (u32 i = 0; i < KBPF_STACK_SIZE; i += 8)
				*(u64 *)(stacks[f] + i) = next_random();
		wrong = run();
		runs++;
	}
	if (wrong)
		violation(seed, wrong);
	drop_claims();
}

int main(int argc, char **argv)
{
	u64 programs = argc > 1 ? strtoull(argv[1], NULL, 0) : 6000;
	u64 first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	struct kbpf_map_create_attr attr = {
		.map_type = KBPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = VALUE_SIZE,
		.max_entries = 1,
	};

	printf("KTAP version 1\n1..1\n");
	map = kbpf_map_create(&attr, NULL);
	for (u64 s = first; s < first + programs; s++)
		one(s);
	printf("%s 1 embedding: %llu programs accepted, %llu refused, %llu runs, %llu violations\n",
	       violations ? "not ok" : "ok", accepted, refused, runs, violations);
	return violations != 0;
}
