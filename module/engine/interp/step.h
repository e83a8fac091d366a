/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interpreter's form of a program: made by decode.c, run by interp.c,
 * nobody else's.
 */
#ifndef KBPF_INTERP_STEP_H
#define KBPF_INTERP_STEP_H

#include "isa/alu.h"
#include "isa/opcode.h"
#include "prog.h"

/*
 * Operations in forms that take an operand from the result of the step before,
 * which is still at hand: FORM(operation, D) the destination, FORM(operation, S) the
 * source, FORM(operation, O) the source of a load that is its destination as well.
 * None waits for what was just stored.
 */
#define KBPF_STEP_FORMS \
KBPF_ALU_BINARY(KBPF_STEP_FORMS_KX) \
KBPF_ALU_UNARY(KBPF_STEP_FORMS_ONE) \
KBPF_JMP_CONDITIONS(KBPF_STEP_FORMS_KX) \
FORM(LDX_B, S) FORM(LDX_H, S) FORM(LDX_W, S) FORM(LDX_DW, S) \
FORM(LDXSX_B, S) FORM(LDXSX_H, S) FORM(LDXSX_W, S) \
FORM(LDX_B, O) FORM(LDX_H, O) FORM(LDX_W, O) FORM(LDX_DW, O) \
FORM(LDXSX_B, O) FORM(LDXSX_H, O) FORM(LDXSX_W, O) \
FORM(ST_B, D) FORM(ST_H, D) FORM(ST_W, D) FORM(ST_DW, D) \
FORM(STX_B, D) FORM(STX_H, D) FORM(STX_W, D) FORM(STX_DW, D) \
FORM(STX_B, S) FORM(STX_H, S) FORM(STX_W, S) FORM(STX_DW, S)
#define KBPF_STEP_FORMS_KX(name, expr) FORM(name##_K, D) FORM(name##_X, D) FORM(name##_X, S)
#define KBPF_STEP_FORMS_ONE(name, expr) FORM(name, D) FORM(name, S)

/* Operations beyond enum kbpf_op; the fused ones last. */
enum {
	KBPF_STEP_TAIL_CALL = KBPF_OPS,
#define FORM(op, operand) KBPF_STEP_##op##_##operand,
	KBPF_STEP_FORMS
#undef FORM
	KBPF_STEP_UNFUSED,
	KBPF_STEP_BEFORE_FUSED = KBPF_STEP_UNFUSED - 1,
#define KBPF_FUSED2(a, b) KBPF_STEP_##a##__##b,
#define KBPF_FUSED3(a, b, c) KBPF_STEP_##a##__##b##__##c,
#define KBPF_FUSED4(a, b, c, d) KBPF_STEP_##a##__##b##__##c##__##d,
#define KBPF_FUSED5(a, b, c, d, e) KBPF_STEP_##a##__##b##__##c##__##d##__##e,
#include "interp/fused.def"
	KBPF_STEP_OPS,
};


/**
 * struct kbpf_step - one decoded instruction
 * @op: enum kbpf_op, folded where several mean the same here, or KBPF_STEP_*;
 *	of a fused one, the steps behind it still have theirs, for who jumps there
 * @dst: destination register
 * @src: source register
 * @off: offset in memory in bytes, or distance of a jump in bytes from this
 *	step; of a helper call its number
 * @imm: immediate, sign-extended; of a two-slot immediate the address; of a
 *	bpf-to-bpf call the bytes of stack its caller uses
 * @fn: helper to call
 * @prog: of a tail call the program that makes it; @src: a function does, not its entry
 */
struct kbpf_step {
	u16 op;
	u8 dst;
	u8 src;
	s32 off;
	union {
		s64 imm;
		kbpf_helper_fn fn;
		const struct kbpf_prog *prog;
	};
};

/**
 * struct kbpf_icode - a program's steps
 * @stack_need: bytes of stack that the deepest call chain uses
 * @frames_need: functions in it at most
 * @tail_stack: bytes of stack that the callers of a function that makes a tail call
 *	hold at most
 * @tail_frames: such callers at most
 * @nr_steps: how many
 * @steps: the entry is first
 */
struct kbpf_icode {
	u32 stack_need;
	u32 frames_need;
	u32 tail_stack;
	u32 tail_frames;
	u32 nr_steps;
	struct kbpf_step steps[];
};

/**
 * kbpf_interp_direct() - make calls of map helpers calls of the map's operations
 * @code: steps, whose operations are as decoded
 * @leader: by step: may be come to from elsewhere than the step before
 */
void kbpf_interp_direct(struct kbpf_icode *code, const bool *leader);

/**
 * kbpf_interp_cache() - give steps the forms that take what the step before made
 * @code: steps, whose operations are as decoded
 * @leader: by step: may be come to from elsewhere than the step before
 */
void kbpf_interp_cache(struct kbpf_icode *code, const bool *leader);

/**
 * kbpf_interp_fuse() - let single operations do what several in a row would
 * @code: steps in their forms
 *
 * Return: 0 or -ENOMEM.
 */
int kbpf_interp_fuse(struct kbpf_icode *code);

/**
 * kbpf_interp_run() - run a program from its entry: struct kbpf_prog's @run
 * @ctx: context
 * @prog: a program with @icode
 *
 * Return: r0.
 */
u64 kbpf_interp_run(const void *ctx, const struct kbpf_prog *prog);

/**
 * kbpf_interp_tail() - continue a run in another program: struct kbpf_prog's @tail
 * @ctx: context
 * @prog: a program with @icode
 * @tails: tail calls of the run so far
 *
 * Return: r0.
 */
u64 kbpf_interp_tail(const void *ctx, const struct kbpf_prog *prog, struct kbpf_tails *tails);

/**
 * kbpf_interp_call() - enter a function as a callback: struct kbpf_func's @call
 * @func: a function of a program with @icode
 * @r1: first argument
 * @r2: second argument
 * @r3: third argument
 * @r4: fourth argument
 * @r5: fifth argument
 *
 * Return: r0.
 */
u64 kbpf_interp_call(const struct kbpf_func *func, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);

#endif /* KBPF_INTERP_STEP_H */
