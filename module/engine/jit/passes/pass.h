/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What passes share: walking straight lines of operations, and asking what an
 * operation is.
 */
#ifndef KBPF_JIT_PASS_H
#define KBPF_JIT_PASS_H

#include "port.h"
#include "jit/ir.h"

static inline u16 kbpf_jit_bit(u8 reg)
{
	return reg == JIT_NONE ? 0 : JIT_BIT(reg);
}

static inline bool kbpf_jit_has_mem(const struct kbpf_jit_op *op)
{
	return op->mem.base != JIT_NONE || op->mem.index != JIT_NONE;
}

/* May memory be different after this? */
static inline bool kbpf_jit_changes_memory(const struct kbpf_jit_op *op)
{
	return op->kind == JIT_STORE || op->kind == JIT_RMW || op->kind == JIT_ATOMIC ||
	       op->kind == JIT_CALL || op->kind == JIT_CALLF || op->kind == JIT_TAIL;
}

static inline bool kbpf_jit_is_move(const struct kbpf_jit_op *op)
{
	return op->kind == JIT_MOV || (op->kind == JIT_ZX && op->size == 4);
}

/**
 * kbpf_jit_leaders() - mark anew what jumps go to
 * @ir: the program
 */
void kbpf_jit_leaders(struct kbpf_jit_ir *ir);

/**
 * kbpf_jit_upper_zero() - where registers are known to have no upper half
 * @ir: the program
 *
 * Return: for every operation the registers whose bits 32-63 are zero before it,
 * as bits; kvfree() it. NULL without memory.
 */
u16 *kbpf_jit_upper_zero(const struct kbpf_jit_ir *ir);

/* Is the result's upper half zero, @zero being the registers of which it is before? */
bool kbpf_jit_zeroes_upper(const struct kbpf_jit_op *op, u16 zero);

#endif /* KBPF_JIT_PASS_H */
