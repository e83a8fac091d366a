// SPDX-License-Identifier: GPL-2.0
/*
 * Memory operands: a load that is read once, by the next operation that could
 * take it from memory, becomes that operation's operand; load, change, store of
 * one place becomes one operation on memory.
 *
 * Needs of the verifier: nothing; the same bytes are read and written, in the
 * same order with other accesses. Vectors: jit_mem_store_between,
 * jit_mem_base_changes_between, jit_mem_read_later,
 * jit_mem_narrow_change_of_wide_place, jit_mem_probe_stays.
 */
#include "jit/passes/pass.h"

/* How far from its load an operand may be read: what is between is looked at. */
#define REACH 6

static bool is_plain_load(const struct kbpf_jit_op *op)
{
	return op->kind == JIT_LOAD && !op->sx && !op->be && !op->probe;
}

static bool takes_memory(u16 code)
{
	return code == JIT_ADD || code == JIT_SUB || code == JIT_AND || code == JIT_OR ||
	       code == JIT_XOR || code == JIT_MUL;
}

/* dst = a op b with b the loaded register */
static bool into_alu(const struct kbpf_jit_op *load, struct kbpf_jit_op *op)
{
	u8 t = load->dst;

	if (op->kind != JIT_ALU || !takes_memory(op->code) || op->bk != JIT_B_REG || op->b != t ||
	    op->a == t || load->size != (op->w ? 8 : 4))
		return false;
	op->bk = JIT_B_MEM;
	op->mem = load->mem;
	op->size = load->size;
	return true;
}

/* Does comparing @size bytes with @imm mean the same as comparing them extended? */
static bool same_compare(const struct kbpf_jit_op *load, const struct kbpf_jit_op *op)
{
	u32 width = op->w ? 8 : 4;

	if (op->code == JIT_SET || op->code == JIT_CLEAR)
		return load->size == 1 ? op->imm >= 0 && op->imm <= 255 :
		       load->size >= 4 && (load->size == width || op->imm >= 0);
	if (load->size == width)
		return true;
	/* what is extended with zeroes compares as unsigned does */
	if (op->code >= JIT_SLT)
		return false;
	if (load->size == 1)
		return op->imm >= 0 && op->imm <= 255;
	/* 16-bit constants stall decoders */
	if (load->size == 2)
		return op->imm >= 0 && op->imm <= 127;
	return load->size == 4 && op->imm >= 0;
}

static bool into_compare(const struct kbpf_jit_op *load, struct kbpf_jit_op *op)
{
	u8 t = load->dst;

	if (op->kind != JIT_JCC || op->amem || op->bk == JIT_B_MEM)
		return false;
	if (op->a == t && op->bk == JIT_B_IMM && same_compare(load, op)) {
		op->amem = true;
	} else if (op->a == t && op->bk == JIT_B_REG && op->b != t && op->code < JIT_SET &&
		   load->size == (op->w ? 8 : 4)) {
		op->amem = true;
	} else if (op->bk == JIT_B_REG && op->b == t && op->a != t && op->code < JIT_SET &&
		   load->size == (op->w ? 8 : 4)) {
		op->bk = JIT_B_MEM;
		op->b = JIT_NONE;
	} else {
		return false;
	}
	if (op->amem)
		op->a = JIT_NONE;
	op->mem = load->mem;
	op->size = load->size;
	return true;
}

static bool same_place(const struct kbpf_jit_mem *a, const struct kbpf_jit_mem *b)
{
	return a->base == b->base && a->index == b->index && a->scale == b->scale &&
	       a->disp == b->disp;
}

/* t = [m]; t = t op b; [m] = t, the two behind the load being @op and @store */
static bool into_store(const struct kbpf_jit_op *load, struct kbpf_jit_op *op,
		       struct kbpf_jit_op *store)
{
	u8 t = load->dst;

	if (op->kind != JIT_ALU || op->code == JIT_MUL || !takes_memory(op->code) ||
	    op->dst != t || op->a != t || op->bk == JIT_B_MEM ||
	    (op->bk == JIT_B_REG && op->b == t))
		return false;
	if (store->kind != JIT_STORE || store->be || store->bk != JIT_B_REG || store->b != t ||
	    store->size != load->size || !same_place(&store->mem, &load->mem) ||
	    (store->live & JIT_BIT(t)))
		return false;
	if (kbpf_jit_bit(store->mem.base) == JIT_BIT(t) ||
	    kbpf_jit_bit(store->mem.index) == JIT_BIT(t))
		return false;
	/* narrow arithmetic leaves no upper half, which a wide store would write */
	if (!op->w && store->size == 8)
		return false;
	if (store->size == 2 && op->bk == JIT_B_IMM && (op->imm < -128 || op->imm > 127))
		return false;
	store->kind = JIT_RMW;
	store->code = op->code;
	store->bk = op->bk;
	store->b = op->b;
	store->imm = op->imm;
	return true;
}

static void drop(struct kbpf_jit_op *op)
{
	op->kind = JIT_NOP;
	op->dst = JIT_NONE;
}

static bool try_store(struct kbpf_jit_ir *ir, u32 i)
{
	u32 op = kbpf_jit_next(ir, i), store = op == U32_MAX ? op : kbpf_jit_next(ir, op);

	if (store == U32_MAX || !into_store(&ir->ops[i], &ir->ops[op], &ir->ops[store]))
		return false;
	drop(&ir->ops[i]);
	drop(&ir->ops[op]);
	return true;
}

/* The operation that reads the load @i first, if the load could as well happen there. */
static u32 find_reader(const struct kbpf_jit_ir *ir, u32 i)
{
	const struct kbpf_jit_op *load = &ir->ops[i];
	u16 needs = kbpf_jit_bit(load->mem.base) | kbpf_jit_bit(load->mem.index);
	u32 at = i;

	for (u32 n = 0; n < REACH; n++) {
		const struct kbpf_jit_op *op;

		at = kbpf_jit_next(ir, at);
		if (at == U32_MAX)
			return at;
		op = &ir->ops[at];
		if (kbpf_jit_reads(ir, op) & JIT_BIT(load->dst))
			return at;
		if (kbpf_jit_changes_memory(op) ||
		    (kbpf_jit_writes(op) & (needs | JIT_BIT(load->dst))))
			return U32_MAX;
	}
	return U32_MAX;
}

static bool try_reader(struct kbpf_jit_ir *ir, u32 i)
{
	struct kbpf_jit_op *load = &ir->ops[i], *op;
	u32 at = find_reader(ir, i);

	if (at == U32_MAX)
		return false;
	op = &ir->ops[at];
	/* read again later: then it must be in a register all the same */
	if (kbpf_jit_has_mem(op) || ((op->live & JIT_BIT(load->dst)) && op->dst != load->dst))
		return false;
	if (!into_alu(load, op) && !into_compare(load, op))
		return false;
	drop(load);
	return true;
}

int kbpf_jit_pass_mem(struct kbpf_jit_ir *ir)
{
	bool changed = false;

	kbpf_jit_live_again(ir);
	for (u32 i = 0; i < ir->nr; i++)
		if (is_plain_load(&ir->ops[i]))
			changed |= try_store(ir, i) || try_reader(ir, i);
	return changed;
}
