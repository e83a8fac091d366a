// SPDX-License-Identifier: GPL-2.0
/*
 * Tail calls: where one goes, the same as for the interpreter, and leaving for it.
 */
#include "port.h"
#include "env.h"
#include "jit/x86/tr.h"

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
	bool aligned = t->fn->calls || kbpf_x86_is_aligned(t);

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
 * The program itself makes a call of a known array itself while nothing waits behind
 * it and the count is low, which is one comparison: what follows the count in struct
 * kbpf_tails is its upper half; and it makes none once the count is used up. Returns
 * where it goes on from with rsi and rdx set.
 */
static u32 tail_fast(struct kbpf_x86_tr *t, const struct kbpf_jit_lookup *lk, u32 *none)
{
	struct kbpf_x86_mem count = kbpf_x86_at(X86_RBP, t->count_off);
	/* where it has to be in the end, unless that has the index */
	u8 at = lk->stride ? TMP0 : X86_RDX;
	u32 fast, done;

	if (lk->stride || !t->op->fresh)
		kbpf_x86_load(&t->b, 8, at, count);
	kbpf_x86_alu_mi(&t->b, X86_CMP, 8, kbpf_x86_at(at, 0), KBPF_MAX_TAIL_CALLS);
	fast = skip_if(t, X86_CC_B);
	kbpf_x86_alu_mi(&t->b, X86_CMP, 4, kbpf_x86_at(at, 0), KBPF_MAX_TAIL_CALLS);
	none[4] = skip_if(t, X86_CC_AE);
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
void kbpf_x86_tr_tail(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_lookup *lk = t->op->imm ? &t->ir->lookups[t->op->imm - 1] : NULL;
	u32 none[5] = { 0 }, done = 0;

	if (lk && !t->fn_index) {
		done = tail_fast(t, lk, none);
	} else {
		target_by_call(t, lk);
		kbpf_x86_test_rr(&t->b, true, X86_RSI, X86_RSI);
		none[2] = skip_if(t, X86_CC_E);
	}
	land(t, &done, 1);
	kbpf_x86_load(&t->b, 8, TMP0, kbpf_x86_at(X86_RSI, offsetof(struct kbpf_prog, tail)));
	kbpf_x86_tr_leave(t);
	kbpf_x86_jump_tmp0(t);
	land(t, none, ARRAY_SIZE(none));
}
