/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the translator share. Knows both the operations and the
 * machine; spells no bytes.
 */
#ifndef KBPF_X86_TR_H
#define KBPF_X86_TR_H

#include "port.h"
#include "jit/ir.h"
#include "jit/x86/encode.h"

/* Registers that no operation lives in: the translator's own, lost between operations. */
#define TMP0 X86_R11
#define TMP1 X86_R10

/**
 * struct kbpf_x86_tr - a translation under way
 * @ir: the program
 * @out: where it goes
 * @b: the code
 * @fn: function being translated
 * @fn_index: its index
 * @op: operation being translated
 * @saved: registers of the machine that the function saves, as bits
 * @frame: it has a frame pointer
 * @count_off: offset from the frame pointer of the address of the struct kbpf_tails
 */
struct kbpf_x86_tr {
	const struct kbpf_jit_ir *ir;
	struct kbpf_jit_out *out;
	struct kbpf_x86_buf b;
	const struct kbpf_jit_fn *fn;
	u32 fn_index;
	const struct kbpf_jit_op *op;
	u16 saved;
	bool frame;
	s32 count_off;
};

/* Where a register lives. */
u8 kbpf_x86_home(u8 reg);
/* An operation's address as an operand. */
struct kbpf_x86_mem kbpf_x86_mem_of(const struct kbpf_jit_mem *m);
/* Calls or jumps to an address, in whatever way reaches it. */
void kbpf_x86_call_to(struct kbpf_x86_tr *t, const void *target);
/* Jumps to the address in TMP0. */
void kbpf_x86_jump_tmp0(struct kbpf_x86_tr *t);
/* Takes the frame down. */
void kbpf_x86_tr_leave(struct kbpf_x86_tr *t);
/* Does a frame with no padding leave the stack aligned to 16? */
bool kbpf_x86_is_aligned(const struct kbpf_x86_tr *t);
/* The machine's condition; @sign_only: flags are those of arithmetic, not of a compare. */
u8 kbpf_x86_cond_of(u8 cond, bool sign_only);

/* A conditional branch to operation @target in the middle of the current one. */
void kbpf_x86_branch_inside(struct kbpf_x86_tr *t, u8 cc, u32 target);

void kbpf_x86_tr_imm(struct kbpf_x86_tr *t);
void kbpf_x86_tr_alu(struct kbpf_x86_tr *t);
void kbpf_x86_tr_unary(struct kbpf_x86_tr *t);
void kbpf_x86_tr_extend(struct kbpf_x86_tr *t);
void kbpf_x86_tr_divide(struct kbpf_x86_tr *t);
void kbpf_x86_tr_lea(struct kbpf_x86_tr *t);
void kbpf_x86_tr_load(struct kbpf_x86_tr *t);
void kbpf_x86_tr_store(struct kbpf_x86_tr *t);
void kbpf_x86_tr_rmw(struct kbpf_x86_tr *t);
void kbpf_x86_tr_atomic(struct kbpf_x86_tr *t);
void kbpf_x86_tr_tail(struct kbpf_x86_tr *t);
void kbpf_x86_tr_lookup(struct kbpf_x86_tr *t);
void kbpf_x86_tr_this(struct kbpf_x86_tr *t);

#endif /* KBPF_X86_TR_H */
