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

static void jump_tmp0(struct kbpf_x86_tr *t)
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
static bool is_aligned(const struct kbpf_x86_tr *t)
{
	u32 size = frame_used(t);

	for (u32 k = 0; k < NR_CALLEE_SAVED; k++)
		size += saves(t, k) ? 8 : 0;
	return size % 16 == 0;
}

/* Bytes between the frame pointer and what is pushed: calls find the stack aligned. */
static u32 frame_size(const struct kbpf_x86_tr *t)
{
	return frame_used(t) + (t->fn->calls && !is_aligned(t) ? 8 : 0);
}

static bool needs_frame(const struct kbpf_x86_tr *t)
{
	return t->fn->calls || t->fn->stack || t->ir->tails ||
	       (t->fn->outside && t->ir->world->leaf_frames);
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
	/* Who enters brings the address of its struct kbpf_tails in rax. */
	if (t->ir->tails && !t->fn->stack) {
		kbpf_x86_push(&t->b, X86_RAX);
		size -= 8;
	}
	if (size)
		kbpf_x86_alu_ri(&t->b, X86_SUB, true, X86_RSP, size);
	pushes(t);
	if (t->ir->tails && t->fn->stack)
		kbpf_x86_store(&t->b, 8, kbpf_x86_at(X86_RBP, t->count_off), X86_RAX);
}

static void load_fixed(struct kbpf_x86_tr *t)
{
	for (u32 i = 0; i < t->fn->nr_fixed; i++)
		kbpf_x86_mov_ri(&t->b, kbpf_x86_home(t->fn->fixed[i].reg), t->fn->fixed[i].imm,
				false);
}

static void leave(struct kbpf_x86_tr *t)
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

static u32 skip_if(struct kbpf_x86_tr *t, u8 cc)
{
	kbpf_x86_jcc8(&t->b, cc, 0);
	return t->b.len;
}

/* The map and the index where the call of them expects them; r2 and r3 have them unless they are known. */
static void tail_args(struct kbpf_x86_tr *t, const struct kbpf_jit_lookup *lk)
{
	if (!lk) {
		kbpf_x86_mov_rr(&t->b, true, X86_RDI, X86_RSI);
		kbpf_x86_mov_rr(&t->b, false, X86_RSI, X86_RDX);
		return;
	}
	kbpf_x86_mov_ri(&t->b, X86_RDI, (unsigned long)lk->map, true);
	if (lk->stride)
		kbpf_x86_mov_rr(&t->b, false, X86_RSI, X86_RDX);
	else
		kbpf_x86_mov_ri(&t->b, X86_RSI, lk->index, false);
}

/*
 * rsi = the program, counted, or 0, by asking the interpreter. r0 is as before where
 * there is none. Functions that call nothing else do not align the stack.
 */
static void target_by_call(struct kbpf_x86_tr *t, const struct kbpf_jit_lookup *lk)
{
	bool aligned = t->fn->calls || is_aligned(t);

	if (!aligned)
		kbpf_x86_push(&t->b, X86_RAX);
	kbpf_x86_push(&t->b, X86_RAX);
	kbpf_x86_push(&t->b, X86_RDI);
	tail_args(t, lk);
	kbpf_x86_mov_ri(&t->b, X86_RDX, (unsigned long)t->ir->prog, true);
	kbpf_x86_mov_ri(&t->b, X86_RCX, t->fn_index > 0, false);
	kbpf_x86_load(&t->b, 8, X86_R8, kbpf_x86_at(X86_RBP, t->count_off));
	kbpf_x86_call_to(t, (const void *)kbpf_interp_tail_target);
	kbpf_x86_mov_rr(&t->b, true, X86_RSI, X86_RAX);
	kbpf_x86_pop(&t->b, X86_RDI);
	kbpf_x86_pop(&t->b, X86_RAX);
	if (!aligned)
		kbpf_x86_pop(&t->b, X86_RAX);
	kbpf_x86_load(&t->b, 8, X86_RDX, kbpf_x86_at(X86_RBP, t->count_off));
}

/* rsi = the program or 0 from the array's memory: what is there stays for this run, and is whole. */
static void target_by_load(struct kbpf_x86_tr *t, const struct kbpf_jit_lookup *lk, u32 *none)
{
	struct kbpf_x86_mem page = { .base = TMP0, .index = X86_RSI, .scale = 8 };
	struct kbpf_x86_mem slot = { .base = X86_RSI, .index = X86_RDX, .scale = 8 };

	BUILD_BUG_ON(offsetof(struct kbpf_prog, obj));
	kbpf_x86_mov_ri(&t->b, TMP0, lk->base, true);
	if (!lk->stride) {
		kbpf_x86_load(&t->b, 8, X86_RSI, kbpf_x86_at(TMP0, 0));
		return;
	}
	kbpf_x86_alu_ri(&t->b, X86_CMP, false, X86_RDX, lk->entries);
	none[0] = skip_if(t, X86_CC_AE);
	kbpf_x86_mov_rr(&t->b, false, X86_RSI, X86_RDX);
	kbpf_x86_shift_ri(&t->b, X86_SHR, false, X86_RSI, ilog2(lk->stride));
	kbpf_x86_load(&t->b, 8, X86_RSI, page);
	kbpf_x86_test_rr(&t->b, true, X86_RSI, X86_RSI);
	none[1] = skip_if(t, X86_CC_E);
	kbpf_x86_alu_ri(&t->b, X86_AND, false, X86_RDX, lk->stride - 1);
	kbpf_x86_load(&t->b, 8, X86_RSI, slot);
}

static void land(struct kbpf_x86_tr *t, const u32 *at, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (at[i])
			kbpf_x86_land8(&t->b, at[i]);
}

/*
 * The program's entry makes a call of a known array itself while nothing waits behind
 * it and the count is low, which is one comparison: what follows the count in struct
 * kbpf_tails is its upper half. Returns where it goes on from with rsi and rdx set.
 */
static u32 tail_fast(struct kbpf_x86_tr *t, const struct kbpf_jit_lookup *lk, u32 *none)
{
	struct kbpf_x86_mem count = kbpf_x86_at(X86_RBP, t->count_off);
	/* where it has to be in the end, unless that has the index */
	u8 at = lk->stride ? TMP0 : X86_RDX;
	u32 fast, done;

	kbpf_x86_load(&t->b, 8, at, count);
	kbpf_x86_alu_mi(&t->b, X86_CMP, 8, kbpf_x86_at(at, 0), KBPF_MAX_TAIL_CALLS);
	fast = skip_if(t, X86_CC_B);
	target_by_call(t, lk);
	kbpf_x86_test_rr(&t->b, true, X86_RSI, X86_RSI);
	none[2] = skip_if(t, X86_CC_E);
	kbpf_x86_jmp8(&t->b, 0);
	done = t->b.len;
	kbpf_x86_land8(&t->b, fast);
	target_by_load(t, lk, none);
	kbpf_x86_test_rr(&t->b, true, X86_RSI, X86_RSI);
	none[3] = skip_if(t, X86_CC_E);
	if (at != X86_RDX)
		kbpf_x86_load(&t->b, 8, X86_RDX, count);
	kbpf_x86_alu_mi(&t->b, X86_ADD, 4, kbpf_x86_at(X86_RDX, 0), 1);
	return done;
}

/*
 * r1 is the context, r2 the map, r3 the index. Finds the program and leaves for it
 * with the frame gone; else goes on.
 */
static void tr_tail(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_lookup *lk = t->op->imm ? &t->ir->lookups[t->op->imm - 1] : NULL;
	u32 none[4] = { 0 }, done = 0;

	if (lk && !t->fn_index) {
		done = tail_fast(t, lk, none);
	} else {
		target_by_call(t, lk);
		kbpf_x86_test_rr(&t->b, true, X86_RSI, X86_RSI);
		none[2] = skip_if(t, X86_CC_E);
	}
	land(t, &done, 1);
	kbpf_x86_load(&t->b, 8, TMP0, kbpf_x86_at(X86_RSI, offsetof(struct kbpf_prog, tail)));
	leave(t);
	jump_tmp0(t);
	land(t, none, ARRAY_SIZE(none));
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
	[JIT_CALLF] = tr_callf, [JIT_TAIL] = tr_tail, [JIT_EXIT] = tr_exit,
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
	leave(t);
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
	kbpf_x86_mov_rr(&t->b, true, X86_RAX, X86_RSP);
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
	if (t->ir->tails)
		kbpf_x86_mov_rr(&t->b, true, X86_RAX, X86_RDX);
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
