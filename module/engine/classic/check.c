// SPDX-License-Identifier: GPL-2.0
/*
 * The table of classic opcodes, and the rules a classic program must keep. Must
 * not know eBPF.
 */
#include "classic/classic.h"
#include "classic/opcode.h"

#define PKT(kind_, size_)	{ .kind = CLASSIC_##kind_, .size = size_ }
#define PLAIN(kind_)		{ .kind = CLASSIC_##kind_ }
#define ALU(op_)						\
	[0x04 | (op_)] = { .kind = CLASSIC_ALU, .op = op_ },	\
	[0x0c | (op_)] = { .kind = CLASSIC_ALU, .op = op_, .x = true }
#define JCOND(op_)						\
	[0x05 | (op_)] = { .kind = CLASSIC_JCOND, .op = op_ },	\
	[0x0d | (op_)] = { .kind = CLASSIC_JCOND, .op = op_, .x = true }

static const struct classic_op ops[] = {
	[0x20] = PKT(LD_ABS, 4),
	[0x28] = PKT(LD_ABS, 2),
	[0x30] = PKT(LD_ABS, 1),
	[0x40] = PKT(LD_IND, 4),
	[0x48] = PKT(LD_IND, 2),
	[0x50] = PKT(LD_IND, 1),
	[0xb1] = PKT(LDX_MSH, 1),
	[0x80] = PLAIN(LD_LEN),
	[0x81] = PLAIN(LDX_LEN),
	[0x00] = PLAIN(LD_IMM),
	[0x01] = PLAIN(LDX_IMM),
	[0x60] = PLAIN(LD_MEM),
	[0x61] = PLAIN(LDX_MEM),
	[0x02] = PLAIN(ST),
	[0x03] = PLAIN(STX),
	ALU(OP_ADD), ALU(OP_SUB), ALU(OP_MUL), ALU(OP_DIV), ALU(OP_MOD),
	ALU(OP_AND), ALU(OP_OR), ALU(OP_XOR), ALU(OP_LSH), ALU(OP_RSH),
	[0x84] = { .kind = CLASSIC_ALU, .op = OP_NEG },
	[0x07] = PLAIN(TAX),
	[0x87] = PLAIN(TXA),
	[0x05] = PLAIN(JA),
	JCOND(OP_JEQ), JCOND(OP_JGT), JCOND(OP_JGE), JCOND(OP_JSET),
	[0x06] = PLAIN(RET_K),
	[0x16] = PLAIN(RET_A),
};

static const struct classic_op illegal;

const struct classic_op *classic_op(u16 code)
{
	return code < ARRAY_SIZE(ops) ? &ops[code] : &illegal;
}

/* What is wrong with an instruction by itself, or NULL. @left: instructions after it. */
static const char *fault(const struct kbpf_classic_insn *f, u32 left)
{
	const struct classic_op *op = classic_op(f->code);

	switch (op->kind) {
	case CLASSIC_ILLEGAL:
		return "unknown opcode";
	case CLASSIC_ALU:
		if (!op->x && !f->k && (op->op == OP_DIV || op->op == OP_MOD))
			return "division by zero";
		if (!op->x && f->k >= 32 && (op->op == OP_LSH || op->op == OP_RSH))
			return "shift by 32 or more";
		return NULL;
	case CLASSIC_LD_MEM:
	case CLASSIC_LDX_MEM:
	case CLASSIC_ST:
	case CLASSIC_STX:
		return f->k < CLASSIC_MEMWORDS ? NULL : "there are 16 words of scratch memory";
	case CLASSIC_LD_ABS:
		return classic_is_ad(op, f->k) && !classic_ad_known(f->k) ?
			"unknown ancillary data" : NULL;
	case CLASSIC_JA:
		return f->k < left ? NULL : "jump out of the program";
	case CLASSIC_JCOND:
		return f->jt < left && f->jf < left ? NULL : "jump out of the program";
	default:
		return NULL;
	}
}

static int refuse(struct kbpf_log *log, const struct kbpf_classic_insn *f, u32 pc, const char *why)
{
	kbpf_log_write(log, "classic instruction %u (code 0x%02x, jt %u, jf %u, k 0x%x): %s\n",
		       pc, f->code, f->jt, f->jf, f->k, why);
	return -EINVAL;
}

/*
 * Jumps only go forward, so one pass sees every path: @written[pc] is the set of
 * scratch words that every path to pc has written.
 */
static int check_memory(const struct kbpf_classic_insn *filter, u32 len, u16 *written,
			struct kbpf_log *log)
{
	u16 now = 0;
	u32 pc;

	for (pc = 0; pc < len; pc++) {
		const struct kbpf_classic_insn *f = &filter[pc];

		now &= written[pc];
		switch (classic_op(f->code)->kind) {
		case CLASSIC_ST:
		case CLASSIC_STX:
			now |= 1U << f->k;
			break;
		case CLASSIC_LD_MEM:
		case CLASSIC_LDX_MEM:
			if (!(now & (1U << f->k)))
				return refuse(log, f, pc, "reads scratch memory that some path has not written");
			break;
		case CLASSIC_JA:
			written[pc + 1 + f->k] &= now;
			now = U16_MAX;
			break;
		case CLASSIC_JCOND:
			written[pc + 1 + f->jt] &= now;
			written[pc + 1 + f->jf] &= now;
			now = U16_MAX;
			break;
		/* As Linux has it, what follows a return counts as reached from before it. */
		}
	}
	return 0;
}

int kbpf_classic_check(const struct kbpf_classic_insn *filter, u32 len, struct kbpf_log *log)
{
	const char *why;
	u16 *written;
	u8 last;
	u32 pc;
	int err;

	if (!len || len > KBPF_CLASSIC_MAX_INSNS)
		return -EINVAL;
	for (pc = 0; pc < len; pc++) {
		why = fault(&filter[pc], len - pc - 1);
		if (why)
			return refuse(log, &filter[pc], pc, why);
	}
	last = classic_op(filter[len - 1].code)->kind;
	if (last != CLASSIC_RET_K && last != CLASSIC_RET_A)
		return refuse(log, &filter[len - 1], len - 1, "the last instruction must return");
	written = kvmalloc_array(len, sizeof(*written), GFP_KERNEL);
	if (!written)
		return -ENOMEM;
	memset(written, 0xff, len * sizeof(*written));
	err = check_memory(filter, len, written, log);
	kvfree(written);
	return err;
}
