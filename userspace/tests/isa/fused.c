// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Every row of interp/fused.def with boundary values: registers, memory and where
 * it goes on must be what single steps leave, and what isa/alu.h says.
 *
 *	fused [SEED [ROW]]
 */
#include "interp/step.h"
#include "isa/opcode.h"

#define MAX_STEPS	6
#define WANTED		60	/* runs a row that reach its end and no other memory than the buffer */
#define TRIES		2000000
#define BUFFER		512
#define ELEMENTS	4
#define STRIDE		16
#define OUT		KBPF_R9	/* where registers go at the end; rows leave it alone */

enum { FORM_NONE, FORM_D, FORM_S, FORM_O };

/**
 * struct row - a row of fused.def
 * @name: its operations
 * @op: the operation of all
 * @nr: steps
 * @ops: their operations
 */
struct row {
	const char *name;
	u16 op;
	u16 nr;
	u16 ops[MAX_STEPS];
};

enum {
#define KBPF_OPCODE(name, ...) KBPF_ROW_##name = KBPF_OP_##name,
#include "isa/opcode.def"
#define FORM(op, operand) KBPF_ROW_##op##_##operand = KBPF_STEP_##op##_##operand,
	KBPF_STEP_FORMS
#undef FORM
	KBPF_ROW_ARRAY_LOOKUP = KBPF_STEP_ARRAY_LOOKUP,
};

static const struct row rows[] = {
#define R(name) KBPF_ROW_##name
#define KBPF_FUSED2(a, b) { #a " " #b, KBPF_STEP_##a##__##b, 2, { R(a), R(b) } },
#define KBPF_FUSED3(a, b, c) \
	{ #a " " #b " " #c, KBPF_STEP_##a##__##b##__##c, 3, { R(a), R(b), R(c) } },
#define KBPF_FUSED4(a, b, c, d) \
	{ #a " " #b " " #c " " #d, KBPF_STEP_##a##__##b##__##c##__##d, 4, \
	  { R(a), R(b), R(c), R(d) } },
#define KBPF_FUSED5(a, b, c, d, e) \
	{ #a " " #b " " #c " " #d " " #e, KBPF_STEP_##a##__##b##__##c##__##d##__##e, 5, \
	  { R(a), R(b), R(c), R(d), R(e) } },
#define KBPF_FUSED6(a, b, c, d, e, f) \
	{ #a " " #b " " #c " " #d " " #e " " #f, \
	  KBPF_STEP_##a##__##b##__##c##__##d##__##e##__##f, 6, \
	  { R(a), R(b), R(c), R(d), R(e), R(f) } },
#include "interp/fused.def"
};

static const struct {
	u16 plain;
	u8 form;
} forms[KBPF_STEP_UNFUSED] = {
#define FORM(op, operand) [KBPF_STEP_##op##_##operand] = { KBPF_OP_##op, FORM_##operand },
	KBPF_STEP_FORMS
#undef FORM
};

/**
 * struct state - what a run leaves
 * @r: r0-r8
 * @left: step that jumped, or the row's length
 * @mem: memory
 */
struct state {
	u64 r[OUT];
	u64 left;
	u8 mem[BUFFER] __aligned(8);
};

static u8 buffer[BUFFER] __aligned(8);
static u64 seed = 1;

static u64 rnd(u64 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % n;
}

static u64 pointer(void)
{
	return (u64)(unsigned long)buffer + 64 + rnd(24) * 8;
}

static u64 value(void)
{
	static const u64 edges[] = {
		0, 1, 2, 3, 4, 7, 8, 31, 32, 33, 63, 64, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff,
		S32_MAX, 1ULL << 31, U32_MAX, 1ULL << 32, S64_MAX, 1ULL << 63, U64_MAX, -2ULL,
		0xffffffff80000000ULL, 0x0123456789abcdefULL,
	};

	switch (rnd(4)) {
	case 0:
		return pointer();
	case 1:
		return rnd(16);
	default:
		return edges[rnd(ARRAY_SIZE(edges))];
	}
}

static u16 plain_of(u16 op)
{
	return forms[op].form ? forms[op].plain : op;
}

static u8 class_of(u16 op)
{
	return op < KBPF_OPS ? KBPF_CLASS(kbpf_isa_opcodes[op].code) : KBPF_JMP;
}

static bool is_jump(u16 op)
{
	return op < KBPF_OPS && kbpf_isa_opcodes[op].off == KBPF_FIELD_J;
}

/* The register that was written last after an operation on @dst, @last before. */
static u8 written(u16 op, u8 dst, u8 last)
{
	u8 class = class_of(op);

	if (op == KBPF_STEP_ARRAY_LOOKUP)
		return KBPF_R0;
	return class == KBPF_ALU || class == KBPF_ALU64 || class == KBPF_LD || class == KBPF_LDX ?
	       dst : last;
}

/* A step of a row with any operands that its form admits; @last as above. */
static struct kbpf_step any_step(u16 form, u8 last)
{
	struct kbpf_step step = { .op = plain_of(form), .dst = rnd(OUT), .src = rnd(OUT),
				  .off = rnd(5) * 8, .imm = (s32)value() };

	if (step.op == KBPF_STEP_ARRAY_LOOKUP)
		return (struct kbpf_step) { .op = step.op, .stride = STRIDE, .off = ELEMENTS,
					    .imm = (unsigned long)buffer + 256 };
	if (step.op == KBPF_OP_LDDW)
		step.imm = value();
	switch (forms[form].form) {
	case FORM_D:
		step.dst = last;
		if (step.src == last)
			step.src = (last + 1) % OUT;
		break;
	case FORM_O:
		step.dst = last;
		step.src = last;
		break;
	case FORM_S:
		step.src = last;
	}
	return step;
}

/* ---- what single operations do, checked --------------------------------------------- */

static bool inside(u64 addr, u32 size)
{
	return addr >= (u64)(unsigned long)buffer &&
	       addr + size <= (u64)(unsigned long)(buffer + BUFFER) && addr + size > addr;
}

static u64 load(const struct state *s, u64 addr, u32 size)
{
	u64 v = 0;

	memcpy(&v, s->mem + (addr - (u64)(unsigned long)buffer), size);
	return v;
}

static bool access(struct state *s, const struct kbpf_step *step, u8 code)
{
	static const u8 sizes[] = { 4, 2, 1, 8 };
	u32 size = sizes[KBPF_SIZE(code) >> 3], shift = 64 - 8 * size;
	bool loads = KBPF_CLASS(code) == KBPF_LDX;
	u64 addr = s->r[loads ? step->src : step->dst] + step->off, v;

	if (!inside(addr, size))
		return false;
	if (loads) {
		v = load(s, addr, size);
		if (KBPF_MODE(code) != KBPF_MEM)
			v = (u64)((s64)(v << shift) >> shift);
		s->r[step->dst] = v;
		return true;
	}
	v = KBPF_CLASS(code) == KBPF_ST ? (u64)step->imm : s->r[step->src];
	memcpy(s->mem + (addr - (u64)(unsigned long)buffer), &v, size);
	return true;
}

/* One step; *taken: it jumps. False: it would leave the buffer. */
static bool simulate(struct state *s, const struct kbpf_step *step, bool *taken)
{
	struct kbpf_insn insn = { .dst_reg = step->dst, .src_reg = step->src, .imm = step->imm };
	const struct kbpf_opcode *op = &kbpf_isa_opcodes[step->op < KBPF_OPS ? step->op : 0];
	u64 src = s->r[step->src], index;

	*taken = step->op == KBPF_OP_JA;
	if (step->op == KBPF_STEP_ARRAY_LOOKUP) {
		if (!inside(s->r[KBPF_R2], 4))
			return false;
		index = load(s, s->r[KBPF_R2], 4);
		s->r[KBPF_R0] = index < ELEMENTS ? step->imm + index * STRIDE : 0;
		return true;
	}
	if (step->op == KBPF_OP_JA)
		return true;
	insn.code = op->code;
	if (op->sel == KBPF_SEL_OFF)
		insn.off = op->val;
	if (op->sel == KBPF_SEL_IMM)
		insn.imm = op->val;
	switch (KBPF_CLASS(insn.code)) {
	case KBPF_LD:
		s->r[step->dst] = step->imm;
		return true;
	case KBPF_LDX:
	case KBPF_ST:
	case KBPF_STX:
		return access(s, step, insn.code);
	case KBPF_ALU:
	case KBPF_ALU64:
		return kbpf_isa_eval(&insn, s->r[step->dst], src, &s->r[step->dst]);
	default:
		return kbpf_isa_taken(&insn, s->r[step->dst], src, taken);
	}
}

/* ---- running ---------------------------------------------------------------------------- */

#define BLOCK	2		/* steps: where was it left? on to the end */
#define BLOCKS	((MAX_STEPS + 1) * BLOCK)

/**
 * struct trial - a row between what fills registers and what writes them down
 * @back: where jumps backwards go, by step
 * @fill: fills registers
 * @row: the row's steps
 * @end: where the row goes on; writes registers down
 */
struct trial {
	struct kbpf_step back[BLOCKS];
	struct kbpf_step fill[OUT + 1];
	struct kbpf_step row[MAX_STEPS];
	struct kbpf_step end[OUT + 2];
};

static s32 distance(const struct kbpf_step *from, const struct kbpf_step *to)
{
	return (s32)((const u8 *)to - (const u8 *)from);
}

static void make_trial(struct trial *t, const struct row *row, const struct state *s, u8 last,
		       struct state *out)
{
	u32 i;

	for (i = 0; i <= MAX_STEPS; i++) {
		struct kbpf_step *at = &t->back[i * BLOCK];

		at[0] = (struct kbpf_step) { .op = KBPF_OP_ST_DW, .dst = OUT, .imm = i,
					     .off = offsetof(struct state, left) };
		at[1] = (struct kbpf_step) { .op = KBPF_OP_JA, .off = distance(&at[1], t->end + 1) };
	}
	t->fill[0] = (struct kbpf_step) { .op = KBPF_OP_LDDW, .dst = OUT,
					  .imm = (unsigned long)out };
	for (i = 0; i < OUT; i++) {
		u8 reg = (last + 1 + i) % OUT;

		t->fill[1 + i] = (struct kbpf_step) { .op = KBPF_OP_LDDW, .dst = reg,
						      .imm = s->r[reg] };
	}
	t->end[0] = (struct kbpf_step) { .op = KBPF_OP_ST_DW, .dst = OUT, .imm = row->nr,
					 .off = offsetof(struct state, left) };
	for (i = 0; i < OUT; i++)
		t->end[1 + i] = (struct kbpf_step) { .op = KBPF_OP_STX_DW, .dst = OUT, .src = i,
						     .off = i * 8 };
	t->end[OUT + 1] = (struct kbpf_step) { .op = KBPF_OP_EXIT };
	for (i = 0; i < row->nr; i++)
		if (is_jump(t->row[i].op))
			t->row[i].off = distance(&t->row[i], &t->back[i * BLOCK]);
	for (; i < MAX_STEPS; i++)
		t->row[i] = (struct kbpf_step) { .op = KBPF_OP_JA,
						 .off = distance(&t->row[i], t->end) };
}

static void run(struct trial *t, const struct state *before, struct state *out)
{
	struct kbpf_func func = { .entry = t->fill };

	memcpy(buffer, before->mem, BUFFER);
	kbpf_interp_call(&func, 0, 0, 0, 0, 0);
	memcpy(out->mem, buffer, BUFFER);
}

/*
 * The row with any operands; -1: it leaves the buffer, else whether all is as it
 * should be. *@whole: its last step was reached.
 */
static int try(const struct row *row, bool *whole)
{
	static struct trial t;
	static struct state before, want, single, fused;
	u8 first = rnd(OUT), last = first;
	bool taken = false;
	u32 i;

	for (i = 0; i < OUT; i++)
		before.r[i] = value();
	for (i = 0; i < BUFFER; i++)
		before.mem[i] = rnd(4) ? rnd(256) : rnd(4) ? 0 : 0xff;
	want = before;
	want.left = row->nr;
	for (i = 0; i < row->nr; i++) {
		t.row[i] = any_step(row->ops[i], last);
		/* what is equal seldom comes by itself */
		if (is_jump(t.row[i].op) && !rnd(3))
			t.row[i].imm = (s32)want.r[t.row[i].dst];
		if (!taken && !simulate(&want, &t.row[i], &taken))
			return -1;
		if (taken && want.left == row->nr)
			want.left = i;
		last = written(t.row[i].op, t.row[i].dst, last);
	}
	*whole = want.left + 1 >= row->nr;
	make_trial(&t, row, &before, first, &single);
	run(&t, &before, &single);
	t.fill[0].imm = (unsigned long)&fused;
	for (i = 0; i < row->nr; i++)
		t.row[i].op = row->ops[i];
	t.row[0].op = row->op;
	run(&t, &before, &fused);
	return !memcmp(&want, &single, sizeof(want)) && !memcmp(&want, &fused, sizeof(want));
}

int main(int argc, char **argv)
{
	u64 start = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	u32 only = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;
	u32 k, failed = 0;

	printf("KTAP version 1\n1..%zu\n", ARRAY_SIZE(rows));
	for (k = 0; k < ARRAY_SIZE(rows); k++) {
		u32 done = 0, tries, wrong = 0;

		if (only && only != k + 1)
			continue;
		seed = start * 0x9e3779b97f4a7c15ULL + k + 1;
		for (tries = 0; tries < TRIES && done < WANTED; tries++) {
			bool whole = false;
			int right = try(&rows[k], &whole);

			done += whole;
			wrong += !right;
		}
		failed += wrong || done < WANTED;
		printf("%sok %u - fused: %s\n", wrong || done < WANTED ? "not " : "", k + 1, rows[k].name);
		if (wrong || done < WANTED)
			printf("# %u runs, %u wrong\n", done, wrong);
	}
	return failed > 0;
}
