// SPDX-License-Identifier: GPL-2.0
/*
 * The interpreter: one dispatch, a handler an operation, nothing checked. What
 * arithmetic and conditions mean is isa/alu.h's; depth and stack were settled by
 * the verifier and by decode.c.
 *
 * Stack of the machine per activation: 512 bytes of program stack, 280 of return
 * frames, 88 of registers and what the compiler saves; 1000 in all without
 * KASAN. Bpf-to-bpf calls stay in one activation, and so do tail calls; callbacks
 * open another, and so does a tail call from deep in the program stack to a program
 * that needs more of it than is left (tail.c bounds those).
 */
#include "env.h"
#include "isa/alu.h"
#include "interp/interp.h"
#include "interp/ops.h"
#include "interp/step.h"

/* Kernels that zero every local would spend more time on that than short programs take. */
#if __has_attribute(__uninitialized__)
#define UNINITIALISED __attribute__((__uninitialized__))
#else
#define UNINITIALISED
#endif

struct frame {
	const struct kbpf_step *ret;
	u64 saved[4];
};

/**
 * struct activation - what a run keeps on the machine's stack
 * @r: registers; near the stack pointer, so that instructions that use them are short
 * @scratch: what a handler passes by address; one place for all of them keeps
 *	the frame small where KASAN pads every variable
 * @stack: the program's stack, all frames of a call chain
 * @frames: where calls return to, and the caller's r6-r9
 */
struct activation {
	u64 r[KBPF_REGS];
	u64 scratch;
	u64 stack[KBPF_STACK_SIZE / 8];
	struct frame frames[KBPF_MAX_FRAMES - 1];
};

/* The thread of the dispatch runs through every handler. */
#define GO goto *handler[step->op]
#define NEXT do { step++; GO; } while (0)
/*
 * Loops come back to where they came back to before. Going there by what is
 * remembered, and not by the distance that was just loaded, lets the machine begin
 * the next round before the distance is there. The compiler, which would see that
 * both are the same, is not told.
 */
#define GO_BACK do { \
	const struct kbpf_step *to = (const void *)step + step->off, *same = back; \
\
	OPTIMIZER_HIDE_VAR(same); \
	if (to != same) { \
		back = to; \
		OPTIMIZER_HIDE_VAR(back); \
	} \
	step = back; \
	GO; \
} while (0)
#define JUMP do { \
	if (step->off < 0) \
		GO_BACK; \
	step = (const void *)step + step->off; \
	GO; \
} while (0)

/* Handlers of what ops.h has, and of several of those in a row. */
#define RUN_KEEP(op, keep) do { if (do_##op(step, r, &last, keep)) JUMP; step++; } while (0)
#define RUN(op) RUN_KEEP(op, true)
#define RUN_BEFORE(op, next) RUN_KEEP(op, !OVERWRITES_##next)
#define HANDLER(op) op: RUN(op); GO;

#define BINARY(name, expr) \
HANDLER(name##_K) HANDLER(name##_K_D) HANDLER(name##_X) HANDLER(name##_X_D) HANDLER(name##_X_S)
#define UNARY(name, expr) HANDLER(name) HANDLER(name##_D) HANDLER(name##_S)
#define STORES(size) \
HANDLER(ST_##size) HANDLER(ST_##size##_D) \
HANDLER(STX_##size) HANDLER(STX_##size##_D) HANDLER(STX_##size##_S)
#define LOADS(op) HANDLER(op) HANDLER(op##_S) HANDLER(op##_O)

/* A result where no form takes it from. */
#define SET(value) do { last = (value); DST = last; NEXT; } while (0)
#define PROBE(name, type) \
name: \
	kbpf_env_probe_read(&act.scratch, sizeof(type), PTR(const void, SRC)); \
	SET((s64)*(type *)&act.scratch);

#define ATOMIC(name, size, u) \
ATOMIC_##name##_##size: FETCH(name)(PTR(u, DST), (u)SRC, __ATOMIC_RELAXED); NEXT; \
FETCH_##name##_##size: SRC = FETCH(name)(PTR(u, DST), (u)SRC, __ATOMIC_SEQ_CST); NEXT;
#define ORDERED(size, u) \
LOAD_ACQ_##size: DST = __atomic_load_n(PTR(const u, SRC), __ATOMIC_ACQUIRE); NEXT; \
STORE_REL_##size: __atomic_store_n(PTR(u, DST), (u)SRC, __ATOMIC_RELEASE); NEXT;
#define ATOMICS(size, u) \
ATOMIC(ADD, size, u) \
ATOMIC(OR, size, u) \
ATOMIC(AND, size, u) \
ATOMIC(XOR, size, u) \
ORDERED(size, u) \
XCHG_##size: SRC = __atomic_exchange_n(PTR(u, DST), (u)SRC, __ATOMIC_SEQ_CST); NEXT; \
CMPXCHG_##size: { \
	u *old = (u *)&act.scratch; \
	*old = r[0]; \
	__atomic_compare_exchange_n(PTR(u, DST), old, (u)SRC, false, __ATOMIC_SEQ_CST, \
				    __ATOMIC_SEQ_CST); \
	r[0] = *old; \
	NEXT; }
#define FETCH(name) FETCH_##name
#define FETCH_ADD __atomic_fetch_add
#define FETCH_OR __atomic_fetch_or
#define FETCH_AND __atomic_fetch_and
#define FETCH_XOR __atomic_fetch_xor

/* One by one: what was just written one by one is not read faster together. */
static __always_inline void copy_regs(u64 *to, const u64 *from)
{
	u32 i;

	for (i = 0; i < 4; i++)
		WRITE_ONCE(to[i], READ_ONCE(from[i]));
}

/* Is there stack, and are there frames, for a whole program from here on? */
static bool fits(const struct activation *act, const struct frame *frame,
		 const struct kbpf_icode *code)
{
	u64 left = act->r[10] - (u64)(unsigned long)act->stack;

	return left >= code->stack_need &&
	       frame - act->frames + code->frames_need <= KBPF_MAX_FRAMES;
}

static noinline u64 run_steps(const struct kbpf_step *step, const u64 *args,
			      struct kbpf_tails *tails)
{
	static const void * const handler[KBPF_STEP_OPS] __annotate_jump_table = {
		/* no gaps: objtool follows the table while entries are addresses */
		[KBPF_OP_NONE] = &&NONE,
#define KBPF_OPCODE(name, ...) [KBPF_OP_##name] = &&name,
#include "isa/opcode.def"
		[KBPF_STEP_TAIL_CALL] = &&TAIL_CALL,
#define FORM(op, operand) [KBPF_STEP_##op##_##operand] = &&op##_##operand,
		KBPF_STEP_FORMS
#undef FORM
#define KBPF_FUSED2(a, b) [KBPF_STEP_##a##__##b] = &&a##__##b,
#define KBPF_FUSED3(a, b, c) [KBPF_STEP_##a##__##b##__##c] = &&a##__##b##__##c,
#define KBPF_FUSED4(a, b, c, d) \
		[KBPF_STEP_##a##__##b##__##c##__##d] = &&a##__##b##__##c##__##d,
#define KBPF_FUSED5(a, b, c, d, e) \
		[KBPF_STEP_##a##__##b##__##c##__##d##__##e] = &&a##__##b##__##c##__##d##__##e,
#include "interp/fused.def"
	};
	struct activation act UNINITIALISED;
	struct frame *frame = act.frames;
	const struct kbpf_step *back = NULL;
	u64 *r = act.r, last = 0;

	memcpy(&r[1], args, 5 * sizeof(*args));
	r[10] = (u64)(unsigned long)(act.stack + ARRAY_SIZE(act.stack));
	GO;

	KBPF_ALU_BINARY(BINARY)
	KBPF_ALU_UNARY(UNARY)
	KBPF_JMP_CONDITIONS(BINARY)
	HANDLER(LDDW)
	HANDLER(JA)
	LOADS(LDX_B)
	LOADS(LDX_H)
	LOADS(LDX_W)
	LOADS(LDX_DW)
	LOADS(LDXSX_B)
	LOADS(LDXSX_H)
	LOADS(LDXSX_W)
	STORES(B)
	STORES(H)
	STORES(W)
	STORES(DW)
#define KBPF_FUSED2(a, b) a##__##b: RUN_BEFORE(a, b); RUN(b); GO;
#define KBPF_FUSED3(a, b, c) a##__##b##__##c: RUN_BEFORE(a, b); RUN_BEFORE(b, c); RUN(c); GO;
#define KBPF_FUSED4(a, b, c, d) \
a##__##b##__##c##__##d: RUN_BEFORE(a, b); RUN_BEFORE(b, c); RUN_BEFORE(c, d); RUN(d); GO;
#define KBPF_FUSED5(a, b, c, d, e) \
a##__##b##__##c##__##d##__##e: \
	RUN_BEFORE(a, b); RUN_BEFORE(b, c); RUN_BEFORE(c, d); RUN_BEFORE(d, e); RUN(e); GO;
#include "interp/fused.def"

	PROBE(PROBE_B, u8)
	PROBE(PROBE_H, u16)
	PROBE(PROBE_W, u32)
	PROBE(PROBE_DW, u64)
	PROBE(PROBESX_B, s8)
	PROBE(PROBESX_H, s16)
	PROBE(PROBESX_W, s32)
	ATOMICS(W, u32)
	ATOMICS(DW, u64)
	ORDERED(B, u8)
	ORDERED(H, u16)

CALL:
	SET(step->fn(r[1], r[2], r[3], r[4], r[5]));
CALL_FUNC:
	frame->ret = step;
	copy_regs(frame->saved, &r[6]);
	frame++;
	r[10] -= step->imm;
	JUMP;
EXIT:
	if (frame == act.frames)
		return r[0];
	frame--;
	step = frame->ret;
	copy_regs(&r[6], frame->saved);
	r[10] += step->imm;
	NEXT;
TAIL_CALL:
	{
		const struct kbpf_map *map = (const struct kbpf_map *)(unsigned long)r[2];
		const struct kbpf_prog *target;

		target = kbpf_interp_tail_target(map, r[3], step->prog, step->src, tails);
		if (!target)
			NEXT;
		if (fits(&act, frame, target->icode)) {
			step = target->icode->steps;
			GO;
		}
		r[0] = kbpf_interp_tail((const void *)(unsigned long)r[1], target, tails);
		goto EXIT;
	}

	/* Folded or refused by decode.c. */
NONE:
JA32:
LDDW_MAP_FD:
LDDW_MAP_VALUE:
LDDW_BTF_ID:
LDDW_FUNC:
LDDW_MAP_IDX:
LDDW_MAP_IDX_VALUE:
LDABS_W:
LDABS_H:
LDABS_B:
LDIND_W:
LDIND_H:
LDIND_B:
MAY_GOTO:
CALL_KFUNC:
	return 0;
}

u64 kbpf_interp_run(const void *ctx, const struct kbpf_prog *prog)
{
	u64 args[5] = { (u64)(unsigned long)ctx };
	struct kbpf_tails tails = {};

	return run_steps(prog->icode->steps, args, &tails);
}

u64 kbpf_interp_tail(const void *ctx, const struct kbpf_prog *prog, struct kbpf_tails *tails)
{
	u64 args[5] = { (u64)(unsigned long)ctx };

	return run_steps(prog->icode->steps, args, tails);
}

u64 kbpf_interp_call(const struct kbpf_func *func, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u64 args[5] = { r1, r2, r3, r4, r5 };
	struct kbpf_tails tails = {};

	return run_steps(func->entry, args, &tails);
}
