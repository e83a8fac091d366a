/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The form that passes work on: one operation an instruction, decoded, with
 * room for operands that BPF does not have (three registers, memory, scaled
 * addresses). Addresses and helpers are resolved. Passes delete by making an
 * operation a JIT_NOP; indices never move, so that jumps stay right.
 */
#ifndef KBPF_JIT_IR_H
#define KBPF_JIT_IR_H

#include "port.h"
#include "prog.h"
#include "jit/image.h"

/* Registers: 0-10 are BPF's; the others hold what the passes put there. */
enum {
	JIT_R0, JIT_R1, JIT_R2, JIT_R3, JIT_R4, JIT_R5, JIT_R6, JIT_R7, JIT_R8, JIT_R9,
	JIT_FP,
	JIT_X0,		/* lost by calls */
	JIT_X1,		/* kept by calls */
	JIT_REGS,
	JIT_NONE = 15,
};

#define JIT_BIT(r)	(1U << (r))
#define JIT_ALL		(JIT_BIT(JIT_REGS) - 1)
#define JIT_ARGS	(JIT_BIT(1) | JIT_BIT(2) | JIT_BIT(3) | JIT_BIT(4) | JIT_BIT(5))

enum kbpf_jit_kind {
	JIT_NOP,
	JIT_IMM,	/* dst = imm; @code: of a map's address its index plus 1 */
	JIT_MOV,	/* dst = b */
	JIT_ZX,		/* dst = zero extension of @size bytes of b */
	JIT_SX,		/* dst = sign extension of @size bytes of b to the width */
	JIT_ALU,	/* dst = a @code b */
	JIT_NEG,	/* dst = -dst */
	JIT_SWAP,	/* dst = @size bytes of dst the other way round, rest zero */
	JIT_LEA,	/* dst = address mem */
	JIT_LOAD,	/* dst = [mem], @size, @sx, @be, @probe */
	JIT_STORE,	/* [mem] = b, @size, @be */
	JIT_RMW,	/* [mem] = [mem] @code b, @size */
	JIT_ATOMIC,	/* @code (an immediate of the instruction set) on [mem] with b */
	JIT_JMP,	/* to @target */
	JIT_JCC,	/* to @target if a @code b */
	JIT_CMOV,	/* if a @code b then dst = @size bytes of c, or @mem.disp where c is none */
	JIT_SETCC,	/* dst = a @code b */
	JIT_CALL,	/* helper at address @imm */
	JIT_CALLF,	/* function @target */
	JIT_TAIL,	/* tail call; @imm: index in lookups plus 1 where the map is known */
	JIT_EXIT,
	JIT_LOOKUP,	/*
			 * r0 = element of an array: @imm is an index in lookups; element
			 * number in a or at [mem]; b has the array's address where @bk says
			 * so; with @flags goes to @target where there is no such element
			 */
	JIT_THIS,	/* r0 = what of the CPU or task: @code */
};

/* JIT_ALU, JIT_RMW */
enum kbpf_jit_alu {
	JIT_ADD, JIT_SUB, JIT_MUL, JIT_OR, JIT_AND, JIT_XOR, JIT_LSH, JIT_RSH, JIT_ARSH,
	JIT_ROL, JIT_DIV, JIT_MOD, JIT_SDIV, JIT_SMOD,
};

/* Conditions; each odd one is the opposite of the one before. */
enum kbpf_jit_cond {
	JIT_EQ, JIT_NE, JIT_LT, JIT_GE, JIT_LE, JIT_GT, JIT_SLT, JIT_SGE, JIT_SLE, JIT_SGT,
	JIT_SET, JIT_CLEAR,
};

/* JIT_THIS */
enum kbpf_jit_this { JIT_THIS_CPU, JIT_THIS_TASK, JIT_THIS_PID_TGID };

/* what operand b is */
enum kbpf_jit_operand { JIT_B_NONE, JIT_B_REG, JIT_B_IMM, JIT_B_MEM };

/**
 * struct kbpf_jit_mem - an address: base + index * scale + disp
 * @base: register or JIT_NONE
 * @index: register or JIT_NONE
 * @scale: 1, 2, 4 or 8
 * @disp: displacement
 */
struct kbpf_jit_mem {
	u8 base;
	u8 index;
	u8 scale;
	s32 disp;
};

/**
 * struct kbpf_jit_op - an operation
 * @kind: enum kbpf_jit_kind
 * @code: by kind
 * @dst: register written, or JIT_NONE
 * @a: first operand, or JIT_NONE
 * @b: register where @bk says so
 * @bk: enum kbpf_jit_operand
 * @c: JIT_CMOV: register moved
 * @size: bytes in memory, or of an extension
 * @w: 64 bits wide; else 32, and the upper half of @dst becomes zero
 * @sx: JIT_LOAD extends the sign, to 64 bits
 * @be: the bytes in memory are in the opposite order
 * @probe: JIT_LOAD from where there may be nothing
 * @amem: JIT_JCC, JIT_CMOV, JIT_SETCC: the first operand is [@mem], @size bytes
 * @flags: JIT_JCC: the operation before sets the flags as comparing with 0 would;
 *	JIT_ALU: and it is this one
 * @blind: JIT_IMM of a user's choice that must not be seen in the code
 * @leader: something jumps here
 * @fresh: JIT_TAIL of the program itself: on no way from the entry to here anything
 *	used the register of r3, in which tail calls bring the address of their count
 * @mem: address
 * @mem2: JIT_LOOKUP: from b to the array's address
 * @live: registers read later, set by kbpf_jit_live()
 * @imm: constant; address
 * @target: index of an operation, or of a function
 * @slot: slot of the program that this stands for
 */
struct kbpf_jit_op {
	u8 kind;
	u16 code;
	u8 dst;
	u8 a;
	u8 b;
	u8 bk;
	u8 c;
	u8 size;
	bool w : 1;
	bool sx : 1;
	bool be : 1;
	bool probe : 1;
	bool amem : 1;
	bool flags : 1;
	bool blind : 1;
	bool leader : 1;
	bool fresh : 1;
	struct kbpf_jit_mem mem;
	s32 mem2;
	u16 live;
	s64 imm;
	u32 target;
	u32 slot;
};

/**
 * struct kbpf_jit_flow - an operation in the data flow of kbpf_jit_live()
 * @in: registers read at it or later
 * @reads: registers that it reads
 * @writes: registers whose old value it ends
 */
struct kbpf_jit_flow {
	u16 in;
	u16 reads;
	u16 writes;
};

/**
 * struct kbpf_jit_fn - a function
 * @first: first operation
 * @end: after the last
 * @live_in: registers that it reads before it writes them
 * @stack: bytes of BPF stack
 * @used: registers that it writes
 * @calls: it calls something
 * @outside: C enters it
 * @fixed: constants that registers hold from its start on
 * @nr_fixed: how many
 */
struct kbpf_jit_fn {
	u32 first;
	u32 end;
	u16 live_in;
	u32 stack;
	u16 used;
	bool calls;
	bool outside;
	struct {
		u8 reg;
		u64 imm;
	} fixed[2];
	u32 nr_fixed;
};

/**
 * struct kbpf_jit_lookup - an array lookup as instructions
 * @base: address of element 0, or its per-CPU offset; JIT_TAIL: of the pages' table,
 *	or with @stride 0 of the slot
 * @stride: bytes from one element to the next; JIT_TAIL: slots a page,
 *	0 where the index is known
 * @entries: elements
 * @percpu: @base is a per-CPU offset
 * @map: JIT_TAIL: the array
 * @index: JIT_TAIL: the index where it is known
 */
struct kbpf_jit_lookup {
	u64 base;
	u32 stride;
	u32 entries;
	bool percpu;
	const struct kbpf_map *map;
	u32 index;
};

/**
 * struct kbpf_jit_ir - a program in this form
 * @prog: the program
 * @world: what code may use
 * @ops: operations
 * @flow: by operation, kbpf_jit_live()'s own
 * @nr: how many
 * @stale: the operations have changed since their @live was set
 * @fns: functions, as @prog->funcs
 * @nr_fns: how many
 * @lookups: what JIT_LOOKUP refers to
 * @nr_lookups: how many
 * @tails: some function tail calls
 * @harden: constants are blinded
 * @seed: what blinding derives its keys from
 */
struct kbpf_jit_ir {
	struct kbpf_prog *prog;
	const struct kbpf_jit_world *world;
	struct kbpf_jit_op *ops;
	struct kbpf_jit_flow *flow;
	u32 nr;
	bool stale;
	struct kbpf_jit_fn *fns;
	u32 nr_fns;
	struct kbpf_jit_lookup *lookups;
	u32 nr_lookups;
	bool tails;
	bool harden;
	u64 seed;
};

/**
 * kbpf_jit_decode() - a program's instructions as operations
 * @ir: @prog, @world and @harden set
 *
 * Return: 0, -ENOMEM, -EOPNOTSUPP.
 */
int kbpf_jit_decode(struct kbpf_jit_ir *ir);
void kbpf_jit_release(struct kbpf_jit_ir *ir);

/* Registers that an operation reads. */
u16 kbpf_jit_reads(const struct kbpf_jit_ir *ir, const struct kbpf_jit_op *op);

/* And those whose old value it ends. */
static inline u16 kbpf_jit_writes(const struct kbpf_jit_op *op)
{
	if (op->kind == JIT_CALL || op->kind == JIT_CALLF || op->kind == JIT_TAIL)
		return JIT_BIT(JIT_R0) | JIT_ARGS | JIT_BIT(JIT_X0);
	return JIT_BIT(op->dst) & JIT_ALL;
}

/* May it go on at @target? */
static inline bool kbpf_jit_branches(const struct kbpf_jit_op *op)
{
	return op->kind == JIT_JMP || op->kind == JIT_JCC ||
	       (op->kind == JIT_LOOKUP && op->flags);
}

/* Does it nothing but write its destination? */
static inline bool kbpf_jit_is_pure(const struct kbpf_jit_op *op)
{
	const u32 pure = 1U << JIT_IMM | 1U << JIT_MOV | 1U << JIT_ZX | 1U << JIT_SX |
			 1U << JIT_ALU | 1U << JIT_NEG | 1U << JIT_SWAP | 1U << JIT_LEA |
			 1U << JIT_LOAD | 1U << JIT_CMOV | 1U << JIT_SETCC | 1U << JIT_THIS;

	return pure >> op->kind & 1;
}

/**
 * kbpf_jit_live() - which registers are read later, for every operation
 * @ir: the program; sets @live of operations, @live_in of functions
 * @needed_only: what is read only for results that nobody reads does not count;
 *	the caller drops the operations that make those
 */
void kbpf_jit_live(struct kbpf_jit_ir *ir, bool needed_only);

/* The same where operations have changed since. */
void kbpf_jit_live_again(struct kbpf_jit_ir *ir);

/**
 * kbpf_jit_next() - the operation that follows in the same straight line
 * @ir: the program
 * @i: an operation
 *
 * Return: its index, or U32_MAX where something may jump in between, or @i may
 * go elsewhere, or the function ends.
 */
u32 kbpf_jit_next(const struct kbpf_jit_ir *ir, u32 i);

/*
 * The passes; jit.c has them in their order, with their switches. Return: 1 where
 * other registers may be live now, 0 where they are not, or -ENOMEM.
 */
int kbpf_jit_pass_zext(struct kbpf_jit_ir *ir);
int kbpf_jit_pass_bytes(struct kbpf_jit_ir *ir);
int kbpf_jit_pass_constant(struct kbpf_jit_ir *ir);
int kbpf_jit_pass_copy(struct kbpf_jit_ir *ir);
int kbpf_jit_pass_result(struct kbpf_jit_ir *ir);
int kbpf_jit_pass_addr(struct kbpf_jit_ir *ir);
int kbpf_jit_pass_mem(struct kbpf_jit_ir *ir);
int kbpf_jit_pass_diamond(struct kbpf_jit_ir *ir);
int kbpf_jit_pass_fuse(struct kbpf_jit_ir *ir);
int kbpf_jit_pass_inline(struct kbpf_jit_ir *ir);
int kbpf_jit_pass_lookup(struct kbpf_jit_ir *ir);
int kbpf_jit_pass_branch(struct kbpf_jit_ir *ir);
int kbpf_jit_pass_hoist(struct kbpf_jit_ir *ir);
int kbpf_jit_pass_dead(struct kbpf_jit_ir *ir);

/* ---- answered by the machine's translator ---------------------------------------- */

/**
 * struct kbpf_jit_out - what a translation makes
 * @code: memory, or NULL to count only
 * @room: bytes at @code
 * @addr: where the code will run
 * @was: offset of every operation, then of every function's exit, in the
 *	translation before
 * @at: the same in this one; set
 * @entry: offset of every function; from the translation before, and set
 * @call: offset of every function's entry for callbacks
 * @run: offset of the program's entry
 * @tail: offset of the program's entry for tail calls
 * @len: bytes
 * @gap: bytes of traps before the first instruction
 * @div: divisions by constants may multiply
 * @sized: @was is a translation's: what is no branch is as long as it was there
 */
struct kbpf_jit_out {
	u8 *code;
	u32 room;
	const u8 *addr;
	const u32 *was;
	u32 *at;
	u32 *entry;
	u32 *call;
	u32 run;
	u32 tail;
	u32 len;
	u32 gap;
	bool div;
	bool sized;
};

/**
 * kbpf_jit_translate() - machine code for a program
 * @ir: the program
 * @out: see there
 *
 * Called again and again until @at is what @was is. From one call to the next
 * no distance grows.
 *
 * Return: 0, or -EOPNOTSUPP for a program beyond the machine's distances.
 */
int kbpf_jit_translate(const struct kbpf_jit_ir *ir, struct kbpf_jit_out *out);

#endif /* KBPF_JIT_IR_H */
