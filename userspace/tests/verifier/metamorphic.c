// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * What must not change a verdict: code that does nothing, other registers, another
 * order of what is independent, a value that goes to the stack and comes back, a
 * stack pointer that is a copy.
 *
 *   metamorphic [PROGRAMS [SEED]]
 */
#include "isa/insn.h"
#include "isa/opcode.h"
#include "verifier/machine.h"

static u64 rng;

static u32 below(u32 n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (rng >> 24) % n;
}

/* ---- editing programs ----------------------------------------------------------------- */

static bool is_jump(const struct kbpf_insn *i)
{
	u8 class = KBPF_CLASS(i->code), op = KBPF_OP(i->code);

	return (class == KBPF_JMP || class == KBPF_JMP32) && op != KBPF_CALL && op != KBPF_EXIT;
}

static bool is_call(const struct kbpf_insn *i)
{
	return i->code == (KBPF_JMP | KBPF_CALL) && i->src_reg == KBPF_PSEUDO_CALL;
}

/* Has the distance to a function in its immediate. */
static bool names_func(const struct kbpf_insn *i)
{
	return is_call(i) || (kbpf_isa_is_lddw(i) && i->src_reg == KBPF_PSEUDO_FUNC);
}

static bool is_second(const struct program *p, u32 at)
{
	return at && kbpf_isa_is_lddw(&p->insns[at - 1]);
}

static bool is_target(const struct program *p, u32 at)
{
	for (u32 i = 0; i < p->len; i++) {
		s32 by = is_jump(&p->insns[i]) ? p->insns[i].off : p->insns[i].imm;

		if (!is_second(p, i) && (is_jump(&p->insns[i]) || names_func(&p->insns[i])) &&
		    i + 1 + by == at)
			return true;
	}
	return false;
}

/* How the distance from @from to @to grows when @n slots come in at @at. */
static s32 growth(u32 from, u32 to, u32 at, u32 n)
{
	if (from < at)
		return to > at ? (s32)n : 0;
	return to > at ? 0 : -(s32)n;
}

/* Puts @n slots in; jumps to @at come to them first. */
static bool insert(struct program *p, u32 at, const struct kbpf_insn *insns, u32 n)
{
	if (p->len + n > PROGRAM_MAX || is_second(p, at))
		return false;
	for (u32 i = 0; i < p->len; i++) {
		struct kbpf_insn *j = &p->insns[i];

		if (is_second(p, i))
			continue;
		if (is_jump(j))
			j->off += growth(i, i + 1 + j->off, at, n);
		else if (names_func(j))
			j->imm += growth(i, i + 1 + j->imm, at, n);
	}
	memmove(&p->insns[at + n], &p->insns[at], (p->len - at) * sizeof(*insns));
	memcpy(&p->insns[at], insns, n * sizeof(*insns));
	for (u32 f = 0; f < p->nr_funcs; f++)
		if (p->funcs[f].start > at)
			p->funcs[f].start += n;
	p->len += n;
	return true;
}

/* Slots of the first function behind its prologue, before its exit. */
static bool place(const struct program *p, u32 *at)
{
	u32 start = 8, end = start;

	while (end < p->len && p->insns[end].code != (KBPF_JMP | KBPF_EXIT))
		end++;
	if (end <= start + 1)
		return false;
	*at = start + below(end - 1 - start);
	return true;
}

/* ---- changes --------------------------------------------------------------------------- */

static bool add_nothing(struct program *p)
{
	const struct kbpf_insn nothing[] = {
		KBPF_JMP_A(0), KBPF_JMP_REG(KBPF_JGE, KBPF_R6, KBPF_R6, 0), KBPF_MOV64_REG(KBPF_R7, KBPF_R7),
		KBPF_ALU64_IMM(KBPF_ADD, KBPF_R8, 0), KBPF_ALU64_IMM(KBPF_SUB, KBPF_R6, 0),
	};
	u32 at;

	return place(p, &at) && insert(p, at, &nothing[below(ARRAY_SIZE(nothing))], 1);
}

static bool rename_registers(struct program *p)
{
	u8 to[] = { 6, 7, 8, 9 };

	for (u32 i = 3; i; i--) {
		u32 other = below(i + 1);

		swap(to[i], to[other]);
	}
	for (u32 i = 0; i < p->len; i++) {
		struct kbpf_insn *j = &p->insns[i];

		if (j->dst_reg >= 6 && j->dst_reg <= 9)
			j->dst_reg = to[j->dst_reg - 6];
		if (j->src_reg >= 6 && j->src_reg <= 9)
			j->src_reg = to[j->src_reg - 6];
		i += kbpf_isa_is_lddw(j);
	}
	return true;
}

static bool is_alu(const struct kbpf_insn *i)
{
	return KBPF_CLASS(i->code) == KBPF_ALU || KBPF_CLASS(i->code) == KBPF_ALU64;
}

static bool touches(const struct kbpf_insn *i, u32 reg)
{
	return i->dst_reg == reg || (KBPF_SRC(i->code) == KBPF_X && i->src_reg == reg);
}

static bool swap_independent(struct program *p)
{
	bool any = false;

	for (u32 i = 0; i + 1 < p->len; i++) {
		struct kbpf_insn *a = &p->insns[i], *b = a + 1;

		if (!is_alu(a) || !is_alu(b) || is_second(p, i) || is_second(p, i + 1) ||
		    touches(b, a->dst_reg) || touches(a, b->dst_reg) || is_target(p, i + 1))
			continue;
		swap(*a, *b);
		any = true;
		i++;
	}
	return any;
}

static bool spill_and_fill(struct program *p)
{
	u32 at, reg = KBPF_R6 + below(4);
	const struct kbpf_insn there_and_back[] = {
		KBPF_STX_MEM(KBPF_DW, KBPF_R10, reg, -128), KBPF_LDX_MEM(KBPF_DW, reg, KBPF_R10, -128),
	};

	return place(p, &at) && insert(p, at, there_and_back, 2);
}

/* Is the register written before it is read, with no way out in between? */
static bool is_free(const struct program *p, u32 at, u32 reg)
{
	for (u32 i = at; i < p->len; i++) {
		const struct kbpf_insn *j = &p->insns[i];
		u8 class = KBPF_CLASS(j->code);

		if (is_jump(j) || class == KBPF_JMP || is_target(p, i))
			return false;
		if ((is_alu(j) && KBPF_OP(j->code) == KBPF_MOV) || class == KBPF_LDX ||
		    kbpf_isa_is_lddw(j)) {
			if (!kbpf_isa_is_lddw(j) && j->src_reg == reg)
				return false;
			if (j->dst_reg == reg)
				return true;
		} else if (j->dst_reg == reg || j->src_reg == reg) {
			return false;
		}
	}
	return false;
}

static bool copy_pointer(struct program *p)
{
	const struct kbpf_insn copy = KBPF_MOV64_REG(KBPF_R1, KBPF_R10);

	for (u32 i = 8; i < p->len; i++) {
		struct kbpf_insn *j = &p->insns[i];
		u8 class = KBPF_CLASS(j->code);
		bool load = class == KBPF_LDX && j->src_reg == KBPF_R10;
		bool store = (class == KBPF_ST || class == KBPF_STX) && j->dst_reg == KBPF_R10;

		if (is_second(p, i) || !(load || store) || is_target(p, i) ||
		    !is_free(p, i + 1, KBPF_R1) || !insert(p, i, &copy, 1))
			continue;
		j = &p->insns[i + 1];
		if (load)
			j->src_reg = KBPF_R1;
		else
			j->dst_reg = KBPF_R1;
		return true;
	}
	return false;
}

static const struct {
	const char *name;
	bool (*apply)(struct program *p);
} changes[] = {
	{ "code that does nothing", add_nothing },
	{ "other registers", rename_registers },
	{ "another order", swap_independent },
	{ "a spill and a fill", spill_and_fill },
	{ "a copied pointer", copy_pointer },
};

static u64 compared[ARRAY_SIZE(changes)], accepted, violations;

static void one(u64 seed)
{
	struct draw draw = { .rng = seed * 0x9e3779b97f4a7c15ULL + 1 };
	static struct program p, q;
	int before, after;

	generate(&draw, &p);
	rng = draw.rng;
	before = machine_verify(&p, 0, 0, NULL);
	accepted += !before;
	for (u32 c = 0; c < ARRAY_SIZE(changes) && before != -E2BIG; c++) {
		q = p;
		if (!changes[c].apply(&q))
			continue;
		after = machine_verify(&q, 0, 0, NULL);
		if (after == -E2BIG)
			continue;
		compared[c]++;
		if (!before == !after)
			continue;
		printf("# seed %llu: %d, with %s %d\n", seed, before, changes[c].name, after);
		if (violations++ < 2) {
			machine_print(&p, "before");
			machine_print(&q, changes[c].name);
		}
	}
}

int main(int argc, char **argv)
{
	u64 programs = argc > 1 ? strtoull(argv[1], NULL, 0) : 3000;
	u64 first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;

	printf("KTAP version 1\n1..1\n");
	machine_init(20000);
	for (u64 s = first; s < first + programs; s++)
		one(s);
	for (u32 c = 0; c < ARRAY_SIZE(changes); c++)
		printf("# %s: %llu verdicts compared\n", changes[c].name, compared[c]);
	printf("%s 1 metamorphic: %llu programs, %llu accepted, %llu verdicts changed\n",
	       violations ? "not ok" : "ok", programs, accepted, violations);
	return violations != 0;
}
