// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Programs that are hard on verifiers, each in one way.
 */
#include <stddef.h>

#include "synthetic.h"

static struct bpf_insn *at, *start;

static void emit(unsigned char code, unsigned char dst, unsigned char src, short off, int imm)
{
	*at++ = (struct bpf_insn){
		.code = code, .dst_reg = dst & 0xf, .src_reg = src & 0xf, .off = off, .imm = imm,
	};
}

static void mov(unsigned char dst, int imm)
{
	emit(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm);
}

static void alu(unsigned char op, unsigned char dst, int imm)
{
	emit(BPF_ALU64 | op | BPF_K, dst, 0, 0, imm);
}

static void jump(unsigned char op, unsigned char dst, int imm, short off)
{
	emit(BPF_JMP | op | BPF_K, dst, 0, off, imm);
}

static void begin(struct bpf_insn *to)
{
	start = to;
	at = to;
	/* r6: a number nobody knows */
	emit(BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_6, BPF_REG_1, 0, 0);
	mov(BPF_REG_7, 0);
}

static unsigned int end(void)
{
	mov(BPF_REG_0, 0);
	emit(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	return (unsigned int)(at - start);
}

/* Each branch skips a change of something that nobody reads. */
static unsigned int branches(struct bpf_insn *to)
{
	begin(to);
	for (int i = 0; i < 4096; i++) {
		jump(BPF_JEQ, BPF_REG_6, i, 1);
		alu(BPF_ADD, BPF_REG_7, i);
	}
	return end();
}

/* Each branch sets a bit of what an address is made of in the end. */
static unsigned int branches_that_matter(struct bpf_insn *to)
{
	begin(to);
	for (int i = 0; i < 4096; i++) {
		emit(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_8, BPF_REG_6, 0, 0);
		alu(BPF_RSH, BPF_REG_8, i % 63);
		jump(BPF_JSET, BPF_REG_8, 1, 1);
		alu(BPF_XOR, BPF_REG_7, 1);
	}
	alu(BPF_AND, BPF_REG_7, 7);
	emit(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, -8, 0);
	emit(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_10, 0, 0);
	emit(BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_1, BPF_REG_7, 0, 0);
	emit(BPF_LDX | BPF_MEM | BPF_B, BPF_REG_0, BPF_REG_1, -8, 0);
	return end();
}

static unsigned int nested_loops(struct bpf_insn *to)
{
	begin(to);
	mov(BPF_REG_8, 0);
	mov(BPF_REG_9, 0);
	emit(BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_7, BPF_REG_6, 0, 0);
	alu(BPF_ADD, BPF_REG_9, 1);
	jump(BPF_JLT, BPF_REG_9, 64, -3);
	alu(BPF_ADD, BPF_REG_8, 1);
	jump(BPF_JLT, BPF_REG_8, 64, -6);
	return end();
}

static unsigned int straight_line(struct bpf_insn *to)
{
	begin(to);
	for (int i = 0; i < 10000; i++) {
		alu(BPF_ADD, BPF_REG_7, i);
		emit(BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_7, BPF_REG_6, 0, 0);
	}
	return end();
}

static unsigned int stack_traffic(struct bpf_insn *to)
{
	begin(to);
	for (int i = 0; i < 64; i++)
		emit(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, (short)(-8 * (i + 1)), i);
	for (int i = 0; i < 2000; i++) {
		emit(BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_7, BPF_REG_10, (short)(-8 * (i % 64 + 1)), 0);
		jump(BPF_JEQ, BPF_REG_6, i, 1);
		alu(BPF_ADD, BPF_REG_7, 1);
		emit(BPF_STX | BPF_MEM | BPF_DW, BPF_REG_10, BPF_REG_7,
		     (short)(-8 * (i * 7 % 64 + 1)), 0);
	}
	return end();
}

/* Seven calls deep, and at each depth a branch and a frame of stack. */
static unsigned int eight_frames(struct bpf_insn *to)
{
	begin(to);
	emit(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_6, 0, 0);
	for (int f = 0; f < 8; f++) {
		if (f)
			emit(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_6, BPF_REG_1, 0, 0);
		for (int i = 0; i < 7; i++)
			emit(BPF_STX | BPF_MEM | BPF_DW, BPF_REG_10, BPF_REG_6,
			     (short)(-8 * (i + 1)), 0);
		for (int i = 0; i < 16; i++) {
			jump(BPF_JEQ, BPF_REG_6, i, 1);
			emit(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, (short)(-8 * (i % 7 + 1)), i);
		}
		if (f < 7) {
			/* twice: behind this function's exit the next one begins */
			emit(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_6, 0, 0);
			emit(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, 4);
			emit(BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_10, -8, 0);
			emit(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, 2);
		}
		end();
	}
	return (unsigned int)(at - start);
}

/* Round after round brings a number that is an address in the end: more of them than there is room for. */
static unsigned int long_loop(struct bpf_insn *to)
{
	begin(to);
	alu(BPF_ADD, BPF_REG_7, 1);
	jump(BPF_JNE, BPF_REG_7, 1 << 30, -2);
	return end();
}

const struct synthetic synthetic[] = {
	{ "4096 branches", branches },
	{ "4096 branches that matter", branches_that_matter },
	{ "loops of 64x64", nested_loops },
	{ "20000 in a line", straight_line },
	{ "2000 loads and branches", stack_traffic },
	{ "8 frames", eight_frames },
	{ "a loop of 2^30", long_loop },
	{ NULL, NULL },
};
