// SPDX-License-Identifier: GPL-2.0
/*
 * Loads, stores and atomics as x86-64 instructions, and the operations that are
 * mostly loads. Aligned loads and stores of this machine acquire and release.
 */
#include "port.h"
#include "isa/insn.h"
#include "jit/x86/tr.h"

struct kbpf_x86_mem kbpf_x86_mem_of(const struct kbpf_jit_mem *m)
{
	struct kbpf_x86_mem r = { .base = kbpf_x86_home(m->base), .index = kbpf_x86_home(m->index),
				  .scale = m->scale, .disp = m->disp };

	return r;
}

/* ---- loads ------------------------------------------------------------------------- */

static void probe(struct kbpf_x86_tr *t, u8 d)
{
	const struct kbpf_jit_op *op = t->op;
	u32 which = (u32)ilog2((u32)op->size) + (op->sx ? 4 : 0);
	struct kbpf_x86_mem m = kbpf_x86_mem_of(&op->mem);

	if (m.disp || m.index != X86_NONE)
		kbpf_x86_lea(&t->b, true, TMP0, m);
	else
		kbpf_x86_mov_rr(&t->b, true, TMP0, m.base);
	kbpf_x86_call_to(t, t->ir->world->probe[which]);
	kbpf_x86_mov_rr(&t->b, true, d, TMP0);
}

static void load_swapped(struct kbpf_x86_tr *t, u8 d)
{
	const struct kbpf_jit_op *op = t->op;
	struct kbpf_x86_mem m = kbpf_x86_mem_of(&op->mem);

	if (op->size == 2) {
		kbpf_x86_load(&t->b, 2, d, m);
		kbpf_x86_rol16(&t->b, d, 8);
	} else if (t->ir->world->movbe) {
		kbpf_x86_movbe_load(&t->b, op->size, d, m);
	} else {
		kbpf_x86_load(&t->b, op->size, d, m);
		kbpf_x86_bswap(&t->b, op->size == 8, d);
	}
}

void kbpf_x86_tr_load(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_op *op = t->op;
	u8 d = kbpf_x86_home(op->dst);

	if (op->probe)
		probe(t, d);
	else if (op->be)
		load_swapped(t, d);
	else if (op->sx)
		kbpf_x86_load_sx(&t->b, op->size, true, d, kbpf_x86_mem_of(&op->mem));
	else
		kbpf_x86_load(&t->b, op->size, d, kbpf_x86_mem_of(&op->mem));
}

/* ---- stores ------------------------------------------------------------------------ */

static void store_swapped(struct kbpf_x86_tr *t, u8 s)
{
	const struct kbpf_jit_op *op = t->op;
	struct kbpf_x86_mem m = kbpf_x86_mem_of(&op->mem);

	if (t->ir->world->movbe) {
		kbpf_x86_movbe_store(&t->b, op->size, m, s);
		return;
	}
	kbpf_x86_mov_rr(&t->b, true, TMP0, s);
	if (op->size == 2)
		kbpf_x86_rol16(&t->b, TMP0, 8);
	else
		kbpf_x86_bswap(&t->b, op->size == 8, TMP0);
	kbpf_x86_store(&t->b, op->size, m, TMP0);
}

void kbpf_x86_tr_store(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_op *op = t->op;

	if (op->bk == JIT_B_IMM)
		kbpf_x86_store_i(&t->b, op->size, kbpf_x86_mem_of(&op->mem), op->imm);
	else if (op->be)
		store_swapped(t, kbpf_x86_home(op->b));
	else
		kbpf_x86_store(&t->b, op->size, kbpf_x86_mem_of(&op->mem), kbpf_x86_home(op->b));
}

static const u8 memory_op[] = {
	[JIT_ADD] = X86_ADD, [JIT_SUB] = X86_SUB, [JIT_OR] = X86_OR, [JIT_AND] = X86_AND,
	[JIT_XOR] = X86_XOR,
};

void kbpf_x86_tr_rmw(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_op *op = t->op;
	struct kbpf_x86_mem m = kbpf_x86_mem_of(&op->mem);

	if (op->bk == JIT_B_IMM)
		kbpf_x86_alu_mi(&t->b, memory_op[op->code], op->size, m, op->imm);
	else
		kbpf_x86_alu_mr(&t->b, memory_op[op->code], op->size, m, kbpf_x86_home(op->b));
}

/* ---- atomics ------------------------------------------------------------------------ */

static u8 locked_op(u16 code)
{
	switch (code & ~KBPF_FETCH) {
	case KBPF_ATOMIC_OR:
		return X86_OR;
	case KBPF_ATOMIC_AND:
		return X86_AND;
	case KBPF_ATOMIC_XOR:
		return X86_XOR;
	default:
		return X86_ADD;
	}
}

/*
 * The machine fetches only with add: the others try until nobody came between.
 * rax has the old value; TMP0 keeps what rax had.
 */
static void fetch_loop(struct kbpf_x86_tr *t, struct kbpf_x86_mem m, u8 s)
{
	const struct kbpf_jit_op *op = t->op;
	u8 operand = s == X86_RAX ? TMP0 : s;
	u32 again;

	kbpf_x86_mov_rr(&t->b, true, TMP0, X86_RAX);
	if (m.base == X86_RAX)
		m.base = TMP0;
	if (m.index == X86_RAX)
		m.index = TMP0;
	kbpf_x86_load(&t->b, op->size, X86_RAX, m);
	again = t->b.len;
	kbpf_x86_mov_rr(&t->b, true, TMP1, X86_RAX);
	kbpf_x86_alu_rr(&t->b, locked_op(op->code), op->w, TMP1, operand);
	kbpf_x86_lock_cmpxchg(&t->b, op->size, m, TMP1);
	kbpf_x86_jcc8(&t->b, X86_CC_NE, (s8)(again - (t->b.len + 2)));
	if (s == X86_RAX)
		return;
	kbpf_x86_mov_rr(&t->b, op->w, s, X86_RAX);
	kbpf_x86_mov_rr(&t->b, true, X86_RAX, TMP0);
}

void kbpf_x86_tr_atomic(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_op *op = t->op;
	struct kbpf_x86_mem m = kbpf_x86_mem_of(&op->mem);
	u8 s = kbpf_x86_home(op->b);

	switch (op->code) {
	case KBPF_XCHG:
		kbpf_x86_xchg_mr(&t->b, op->size, m, s);
		return;
	case KBPF_CMPXCHG:
		kbpf_x86_lock_cmpxchg(&t->b, op->size, m, s);
		/* A comparison that succeeds leaves rax alone, with its upper half. */
		if (op->size == 4)
			kbpf_x86_mov_rr(&t->b, false, X86_RAX, X86_RAX);
		return;
	case KBPF_ATOMIC_ADD | KBPF_FETCH:
		kbpf_x86_lock_xadd(&t->b, op->size, m, s);
		return;
	}
	if (op->code & KBPF_FETCH)
		fetch_loop(t, m, s);
	else
		kbpf_x86_lock_alu(&t->b, locked_op(op->code), op->size, m, s);
}

/* ---- helpers as instructions ------------------------------------------------------------ */

/* rax = rax * stride + the array's address */
static void element_address(struct kbpf_x86_tr *t, const struct kbpf_jit_lookup *lk)
{
	u8 base = t->op->bk == JIT_B_REG ? kbpf_x86_home(t->op->b) : TMP0;
	struct kbpf_x86_mem sum = { .base = base, .index = X86_RAX, .scale = 1,
				    .disp = t->op->bk == JIT_B_REG ? t->op->mem2 : 0 };

	if (t->op->bk != JIT_B_REG)
		kbpf_x86_mov_ri(&t->b, TMP0, lk->base, true);
	if (lk->stride <= 8 && is_power_of_2(lk->stride))
		sum.scale = lk->stride;
	else if (is_power_of_2(lk->stride))
		kbpf_x86_shift_ri(&t->b, X86_SHL, true, X86_RAX, ilog2(lk->stride));
	else
		kbpf_x86_imul_rri(&t->b, true, X86_RAX, X86_RAX, lk->stride);
	kbpf_x86_lea(&t->b, true, X86_RAX, sum);
}

/* r0 = element of an array, or none; see JIT_LOOKUP */
void kbpf_x86_tr_lookup(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_op *op = t->op;
	const struct kbpf_jit_lookup *lk = &t->ir->lookups[op->imm];
	struct kbpf_x86_mem percpu = { .base = X86_NONE, .index = X86_NONE, .scale = 1,
				       .gs = true, .disp = t->ir->world->gs_percpu };
	u32 none = 0, done;

	if (op->a != JIT_NONE)
		kbpf_x86_mov_rr(&t->b, false, X86_RAX, kbpf_x86_home(op->a));
	else
		kbpf_x86_load(&t->b, 4, X86_RAX, kbpf_x86_mem_of(&op->mem));
	kbpf_x86_alu_ri(&t->b, X86_CMP, false, X86_RAX, lk->entries);
	if (op->flags) {
		kbpf_x86_branch_inside(t, X86_CC_AE, op->target);
	} else {
		kbpf_x86_jcc8(&t->b, X86_CC_AE, 0);
		none = t->b.len;
	}
	element_address(t, lk);
	if (lk->percpu)
		kbpf_x86_alu_rm(&t->b, X86_ADD, 8, X86_RAX, percpu);
	if (op->flags)
		return;
	kbpf_x86_jmp8(&t->b, 0);
	done = t->b.len;
	kbpf_x86_land8(&t->b, none);
	kbpf_x86_mov_ri(&t->b, X86_RAX, 0, false);
	kbpf_x86_land8(&t->b, done);
}

static struct kbpf_x86_mem gs_at(s32 disp)
{
	struct kbpf_x86_mem m = kbpf_x86_at(X86_NONE, disp);

	m.gs = true;
	return m;
}

void kbpf_x86_tr_this(struct kbpf_x86_tr *t)
{
	const struct kbpf_jit_world *world = t->ir->world;

	if (t->op->code == JIT_THIS_CPU) {
		kbpf_x86_load(&t->b, 4, X86_RAX, gs_at(world->gs_cpu));
		return;
	}
	kbpf_x86_load(&t->b, 8, X86_RAX, gs_at(world->gs_task));
	if (t->op->code == JIT_THIS_TASK)
		return;
	kbpf_x86_load(&t->b, 4, TMP0, kbpf_x86_at(X86_RAX, world->task_pid));
	kbpf_x86_load(&t->b, 4, X86_RAX, kbpf_x86_at(X86_RAX, world->task_tgid));
	kbpf_x86_shift_ri(&t->b, X86_SHL, true, X86_RAX, 32);
	kbpf_x86_alu_rr(&t->b, X86_OR, true, X86_RAX, TMP0);
}
