// SPDX-License-Identifier: GPL-2.0
/*
 * From operations to x86-64: frames, calls, branches and the layout of an image.
 *
 * An image is a head (entries that C calls) and then the functions. BPF's
 * registers live where the C calling convention has its arguments, so that
 * helpers are called without moves; r10 is the frame pointer, so that what
 * walks the stack passes through. The same code runs to size the image and to
 * write it: kbpf_jit_translate() is called until offsets stop changing.
 */
#include "port.h"
#include "env.h"
#include "jit/x86/tr.h"

#define NR_CALLEE_SAVED 5
static const u8 callee_saved[NR_CALLEE_SAVED] = {
	JIT_R6, JIT_R7, JIT_R8, JIT_R9, JIT_X1,
};

/* ---- control ------------------------------------------------------------------------ */

static bool reaches(const struct kbpf_jit_world *world, const void *target)
{
	s64 first = (s64)(unsigned long)target - (s64)(unsigned long)world->arena;
	s64 last = first - world->arena_size;

	return first == (s32)first && last == (s32)last;
}

static s32 distance(const struct kbpf_x86_tr *t, const void *target, u32 insn_len)
{
	return (s64)(unsigned long)target -
	       (s64)(unsigned long)(t->out->addr + t->b.len + insn_len);
}

#define LEN_REL32 5	/* of a call or jump with a 32-bit distance */

void kbpf_x86_call_to(struct kbpf_x86_tr *t, const void *target)
{
	if (reaches(t->ir->world, target)) {
		kbpf_x86_call32(&t->b, distance(t, target, LEN_REL32));
		return;
	}
	kbpf_x86_mov_ri(&t->b, TMP0, (unsigned long)target, false);
	if (t->ir->world->jump)
		kbpf_x86_call32(&t->b, distance(t, t->ir->world->jump, LEN_REL32));
	else
		kbpf_x86_call_r(&t->b, TMP0);
}

void kbpf_x86_jump_tmp0(struct kbpf_x86_tr *t)
{
	if (t->ir->world->jump)
		kbpf_x86_jmp32(&t->b, distance(t, t->ir->world->jump, LEN_REL32));
	else
		kbpf_x86_jmp_r(&t->b, TMP0);
}

static bool fits8(s64 v)
{
	return v >= -128 && v <= 127;
}

/*
 * Branches go by the offsets of the last translation. An image only ever
 * shrinks from one to the next, so a distance that was short stays short.
 * @next: offset after the branch then; @cc: condition, or -1
 */
static void branch(struct kbpf_x86_tr *t, int cc, u32 target, u32 next)
{
	s64 rel = (s64)target - next;

	if (cc < 0 && fits8(rel))
		kbpf_x86_jmp8(&t->b, rel);
	else if (cc < 0)
		kbpf_x86_jmp32(&t->b, rel);
	else if (fits8(rel))
		kbpf_x86_jcc8(&t->b, cc, rel);
	else
		kbpf_x86_jcc32(&t->b, cc, rel);
}

/* Where operation @i, or for @i == nr + function its exit, was in the last translation. */
static u32 was_at(const struct kbpf_x86_tr *t, u32 i)
{
	return t->out->was[i];
}

/* Where operation @i ended then. */
static u32 was_end(const struct kbpf_x86_tr *t, u32 i)
{
	return was_at(t, i + 1 < t->fn->end ? i + 1 : t->ir->nr + t->fn_index);
}

#define LEN_JCC8 2
#define LEN_JCC32 6

void kbpf_x86_branch_inside(struct kbpf_x86_tr *t, u8 cc, u32 target)
{
	u32 i = t->op - t->ir->ops;
	/* what is before the branch in its operation has the same length every time */
	u32 here = was_at(t, i) + (t->b.len - t->out->at[i]);
	s64 rel = (s64)was_at(t, target) - here;

	if (fits8(rel - LEN_JCC8))
		kbpf_x86_jcc8(&t->b, cc, rel - LEN_JCC8);
	else
		kbpf_x86_jcc32(&t->b, cc, rel - LEN_JCC32);
}

u8 kbpf_x86_cond_of(u8 cond, bool sign_only)
{
	static const u8 cc[] = {
		[JIT_EQ] = X86_CC_E, [JIT_NE] = X86_CC_NE, [JIT_LT] = X86_CC_B,
		[JIT_GE] = X86_CC_AE, [JIT_LE] = X86_CC_BE, [JIT_GT] = X86_CC_A,
		[JIT_SLT] = X86_CC_L, [JIT_SGE] = X86_CC_GE, [JIT_SLE] = X86_CC_LE,
		[JIT_SGT] = X86_CC_G, [JIT_SET] = X86_CC_NE, [JIT_CLEAR] = X86_CC_E,
	};

	if (sign_only && cond == JIT_SLT)
		return X86_CC_S;
	if (sign_only && cond == JIT_SGE)
		return X86_CC_NS;
	return cc[cond];
}

static void compare_mem(struct kbpf_x86_tr *t, const struct kbpf_jit_op *op)
{
	struct kbpf_x86_mem m = kbpf_x86_mem_of(&op->mem);

	if (op->code >= JIT_SET)
		kbpf_x86_test_mi(&t->b, op->size, m, op->imm);
	else if (op->bk == JIT_B_IMM)
		kbpf_x86_alu_mi(&t->b, X86_CMP, op->size, m, op->imm);
	else
		kbpf_x86_alu_mr(&t->b, X86_CMP, op->size, m, kbpf_x86_home(op->b));
}

/* Sets the flags that the operation's condition reads. */
static void compare(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_op *op = t->op;
	u8 a = kbpf_x86_home(op->a), b = kbpf_x86_home(op->b);
	bool set = op->code >= JIT_SET;
	bool zero = op->bk == JIT_B_IMM && !op->imm;

	if (op->flags)
		return;
	if (op->amem)
		compare_mem(t, op);
	else if (op->bk == JIT_B_MEM)
		kbpf_x86_alu_rm(&t->b, X86_CMP, op->size, a, kbpf_x86_mem_of(&op->mem));
	else if (set && op->bk == JIT_B_REG)
		kbpf_x86_test_rr(&t->b, op->w, a, b);
	else if (set)
		kbpf_x86_test_ri(&t->b, op->w, a, op->imm);
	else if (op->bk == JIT_B_REG)
		kbpf_x86_alu_rr(&t->b, X86_CMP, op->w, a, b);
	else if (zero)
		kbpf_x86_test_rr(&t->b, op->w, a, a);
	else
		kbpf_x86_alu_ri(&t->b, X86_CMP, op->w, a, op->imm);
}

static void tr_jcc(struct kbpf_x86_tr *t)
{
	u32 i = t->op - t->ir->ops;

	compare(t);
	branch(t, kbpf_x86_cond_of(t->op->code, t->op->flags), was_at(t, t->op->target),
	       was_end(t, i));
}

static void tr_jmp(struct kbpf_x86_tr *t)
{
	u32 i = t->op - t->ir->ops, j = i + 1;

	while (j < t->op->target && t->ir->ops[j].kind == JIT_NOP)
		j++;
	if (j != t->op->target)
		branch(t, -1, was_at(t, t->op->target), was_end(t, i));
}

static void tr_cmov(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_op *op = t->op;
	u8 c = op->c == JIT_NONE || op->size < 8 ? TMP0 : kbpf_x86_home(op->c);

	if (op->c == JIT_NONE)
		kbpf_x86_mov_ri(&t->b, TMP0, op->mem.disp, false);
	else if (op->size < 8)
		kbpf_x86_mov_rr(&t->b, false, TMP0, kbpf_x86_home(op->c));
	compare(t);
	/* Always all of the register: where nothing moves, nothing may change. */
	kbpf_x86_cmov(&t->b, kbpf_x86_cond_of(op->code, op->flags), true, kbpf_x86_home(op->dst),
		      c);
}

static void tr_setcc(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_op *op = t->op;
	u8 d = kbpf_x86_home(op->dst), cc = kbpf_x86_cond_of(op->code, op->flags);

	if (kbpf_jit_reads(t->ir, op) & JIT_BIT(op->dst)) {
		compare(t);
		kbpf_x86_setcc(&t->b, cc, d);
		kbpf_x86_zx_rr(&t->b, 1, d, d);
		return;
	}
	kbpf_x86_mov_ri(&t->b, d, 0, false);
	compare(t);
	kbpf_x86_setcc(&t->b, cc, d);
}

/* ---- frames ------------------------------------------------------------------------- */

static bool saves(const struct kbpf_x86_tr *t, u32 k)
{
	return t->fn->used & JIT_BIT(callee_saved[k]);
}

static void pushes(struct kbpf_x86_tr *t)
{
	for (u32 k = 0; k < NR_CALLEE_SAVED; k++)
		if (saves(t, k))
			kbpf_x86_push(&t->b, kbpf_x86_home(callee_saved[k]));
}

static void pops(struct kbpf_x86_tr *t)
{
	for (u32 k = NR_CALLEE_SAVED; k-- > 0;)
		if (saves(t, k))
			kbpf_x86_pop(&t->b, kbpf_x86_home(callee_saved[k]));
}

/* Bytes of the frame that the function uses itself */
static u32 frame_used(const struct kbpf_x86_tr *t)
{
	return t->fn->stack + (t->ir->tails ? 8 : 0);
}

/* Do these and what is pushed leave the stack aligned to 16? */
bool kbpf_x86_is_aligned(const struct kbpf_x86_tr *t)
{
	u32 size = frame_used(t);

	for (u32 k = 0; k < NR_CALLEE_SAVED; k++)
		size += saves(t, k) ? 8 : 0;
	return size % 16 == 0;
}

/* Bytes between the frame pointer and what is pushed: calls find the stack aligned. */
static u32 frame_size(const struct kbpf_x86_tr *t)
{
	return frame_used(t) + (t->fn->calls && !kbpf_x86_is_aligned(t) ? 8 : 0);
}

static bool needs_frame(const struct kbpf_x86_tr *t)
{
	return t->fn->calls || t->fn->stack || t->ir->tails ||
	       (t->fn->outside && t->ir->world->leaf_frames);
}

/*
 * Who enters a function brings the address of its struct kbpf_tails: where the third
 * argument is, for that is how tail calls come to the program's entry. In others that
 * is r3; nobody calls the program itself, for that would be recursion.
 */
static u8 tails_reg(const struct kbpf_x86_tr *t, u32 index)
{
	return index ? X86_RAX : X86_RDX;
}

static void prologue(struct kbpf_x86_tr *t)
{
	u32 size;

	t->frame = needs_frame(t);
	size = frame_size(t);
	t->count_off = -(s32)(t->fn->stack + 8);
	if (t->frame) {
		kbpf_x86_push(&t->b, X86_RBP);
		kbpf_x86_mov_rr(&t->b, true, X86_RBP, X86_RSP);
	}
	if (t->ir->tails && !t->fn->stack) {
		kbpf_x86_push(&t->b, tails_reg(t, t->fn_index));
		size -= 8;
	}
	if (size)
		kbpf_x86_alu_ri(&t->b, X86_SUB, true, X86_RSP, size);
	pushes(t);
	if (t->ir->tails && t->fn->stack)
		kbpf_x86_store(&t->b, 8, kbpf_x86_at(X86_RBP, t->count_off),
			       tails_reg(t, t->fn_index));
}

static void load_fixed(struct kbpf_x86_tr *t)
{
	for (u32 i = 0; i < t->fn->nr_fixed; i++)
		kbpf_x86_mov_ri(&t->b, kbpf_x86_home(t->fn->fixed[i].reg), t->fn->fixed[i].imm,
				false);
}

void kbpf_x86_tr_leave(struct kbpf_x86_tr *t)
{
	pops(t);
	if (t->frame)
		kbpf_x86_leave(&t->b);
}

static void ret(struct kbpf_x86_tr *t)
{
	if (t->ir->world->ret)
		kbpf_x86_jmp32(&t->b, distance(t, t->ir->world->ret, LEN_REL32));
	else
		kbpf_x86_ret(&t->b);
	if (t->ir->world->stop_after_ret)
		kbpf_x86_int3(&t->b);
}

static void tr_exit(struct kbpf_x86_tr *t)
{
	u32 i = t->op - t->ir->ops;
	u32 exit = t->ir->nr + t->fn_index;

	/* The last one runs into the epilogue, the others go there. */
	if (i + 1 < t->fn->end)
		branch(t, -1, was_at(t, exit), was_end(t, i));
}

/* ---- calls -------------------------------------------------------------------------- */

static void tr_call(struct kbpf_x86_tr *t)
{
	kbpf_x86_call_to(t, (const void *)(unsigned long)t->op->imm);
}

static void tr_callf(struct kbpf_x86_tr *t)
{
	if (t->ir->tails)
		kbpf_x86_load(&t->b, 8, X86_RAX, kbpf_x86_at(X86_RBP, t->count_off));
	kbpf_x86_call32(&t->b, (s32)(t->out->entry[t->op->target] - (t->b.len + LEN_REL32)));
}

/* ---- the image ------------------------------------------------------------------------ */

static void tr_nop(struct kbpf_x86_tr *t)
{
	(void)t;
}

static void (*const by_kind[])(struct kbpf_x86_tr *t) = {
	[JIT_NOP] = tr_nop, [JIT_IMM] = kbpf_x86_tr_imm, [JIT_MOV] = kbpf_x86_tr_extend,
	[JIT_ZX] = kbpf_x86_tr_extend, [JIT_SX] = kbpf_x86_tr_extend, [JIT_ALU] = kbpf_x86_tr_alu,
	[JIT_NEG] = kbpf_x86_tr_unary, [JIT_SWAP] = kbpf_x86_tr_unary, [JIT_LEA] = kbpf_x86_tr_lea,
	[JIT_LOAD] = kbpf_x86_tr_load, [JIT_STORE] = kbpf_x86_tr_store,
	[JIT_RMW] = kbpf_x86_tr_rmw, [JIT_ATOMIC] = kbpf_x86_tr_atomic, [JIT_JMP] = tr_jmp,
	[JIT_JCC] = tr_jcc, [JIT_CMOV] = tr_cmov, [JIT_SETCC] = tr_setcc, [JIT_CALL] = tr_call,
	[JIT_CALLF] = tr_callf, [JIT_TAIL] = kbpf_x86_tr_tail, [JIT_EXIT] = tr_exit,
	[JIT_LOOKUP] = kbpf_x86_tr_lookup, [JIT_THIS] = kbpf_x86_tr_this,
};

/* Is the operation's length another one where others move? */
static bool depends_on_layout(const struct kbpf_jit_op *op)
{
	return kbpf_jit_branches(op) || op->kind == JIT_EXIT;
}

static void function(struct kbpf_x86_tr *t, u32 index)
{
	t->fn_index = index;
	t->fn = &t->ir->fns[index];
	t->out->entry[index] = t->b.len;
	prologue(t);
	load_fixed(t);
	for (u32 i = t->fn->first; i < t->fn->end; i++) {
		t->op = &t->ir->ops[i];
		t->out->at[i] = t->b.len;
		if (t->out->sized && !depends_on_layout(t->op))
			t->b.len += was_end(t, i) - was_at(t, i);
		else
			by_kind[t->op->kind](t);
	}
	t->out->at[t->ir->nr + index] = t->b.len;
	kbpf_x86_tr_leave(t);
	ret(t);
}

static void endbr(struct kbpf_x86_tr *t)
{
	if (t->ir->world->endbr)
		kbpf_x86_endbr(&t->b);
}

/*
 * An entry that C calls as it calls @like. Until an image is installed, entries of
 * the program are the interpreter's.
 */
static u32 begin_entry(struct kbpf_x86_tr *t, const void *like)
{
	u32 n = t->ir->world->preamble, at;

	for (u32 i = 0; i < n; i++)
		kbpf_x86_byte(&t->b, ((const u8 *)like)[(s32)(i - n)]);
	at = t->b.len;
	endbr(t);
	return at;
}

static s32 to_entry(const struct kbpf_x86_tr *t, u32 index)
{
	return t->out->entry[index] - (t->b.len + LEN_REL32);
}

/* Enters a function with a struct kbpf_tails of its own, and returns. */
static_assert(sizeof(struct kbpf_tails) == 8);
static void enter_counting(struct kbpf_x86_tr *t, u32 index)
{
	kbpf_x86_push(&t->b, X86_RBP);
	kbpf_x86_mov_rr(&t->b, true, X86_RBP, X86_RSP);
	kbpf_x86_alu_ri(&t->b, X86_SUB, true, X86_RSP, 16);
	kbpf_x86_mov_rr(&t->b, true, tails_reg(t, index), X86_RSP);
	kbpf_x86_store_i(&t->b, 8, kbpf_x86_at(X86_RSP, 0), 0);
	kbpf_x86_call32(&t->b, to_entry(t, index));
	kbpf_x86_leave(&t->b);
	ret(t);
}

/* call(func, r1, ... r5): every argument moves down by one register */
static void head_call(struct kbpf_x86_tr *t, u32 index)
{
	static const u8 args[] = { X86_RDI, X86_RSI, X86_RDX, X86_RCX, X86_R8, X86_R9 };

	t->out->call[index] = begin_entry(t, t->ir->prog->funcs[index].call);
	for (u32 i = 0; i + 1 < ARRAY_SIZE(args); i++)
		kbpf_x86_mov_rr(&t->b, true, args[i], args[i + 1]);
	if (t->ir->tails)
		enter_counting(t, index);
	else
		kbpf_x86_jmp32(&t->b, to_entry(t, index));
}

/*
 * run(ctx, prog) and tail(ctx, prog, tails); the latter runs into function 0. They are
 * one where nobody tells them apart.
 */
static void head_run(struct kbpf_x86_tr *t)
{
	t->out->run = begin_entry(t, t->ir->prog->run);
	t->out->tail = t->out->run;
	if (t->ir->tails)
		enter_counting(t, 0);
	else if (t->ir->world->preamble)
		kbpf_x86_jmp32(&t->b, to_entry(t, 0));
	else
		return;
	t->out->tail = begin_entry(t, t->ir->prog->tail);
}

int kbpf_jit_translate(const struct kbpf_jit_ir *ir, struct kbpf_jit_out *out)
{
	struct kbpf_x86_tr t = { .ir = ir, .out = out };

	t.b.code = out->code;
	t.b.room = out->room;
	for (u32 i = 0; i < out->gap; i++)
		kbpf_x86_int3(&t.b);
	for (u32 i = 1; i < ir->nr_fns; i++)
		if (ir->fns[i].outside)
			head_call(&t, i);
	head_run(&t);
	for (u32 i = 0; i < ir->nr_fns; i++) {
		function(&t, i);
		cond_resched();
	}
	out->len = t.b.len;
	/* Distances are 32 bits with room to spare. */
	return out->len < S32_MAX / 2 ? 0 : -EOPNOTSUPP;
}
