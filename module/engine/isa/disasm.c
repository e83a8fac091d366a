// SPDX-License-Identifier: GPL-2.0
/* Instructions as text: expands the syntax that each row of opcode.def states. */
#include "isa/opcode.h"

struct out {
	char *buf;
	u32 size;
	u32 pos;
};

static void put(struct out *o, const char *fmt, ...) __printf(2, 3);
static void put(struct out *o, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	o->pos += vscnprintf(o->buf + o->pos, o->size - o->pos, fmt, args);
	va_end(args);
}

static void put_signed(struct out *o, s32 v, const char *gap)
{
	if (v < 0)
		put(o, "-%s%u", gap, -(u32)v);
	else
		put(o, "+%s%u", gap, v);
}

/* Small numbers in decimal, the rest in hexadecimal, as objdump does. */
static void put_imm(struct out *o, s32 imm)
{
	if (imm >= -65536 && imm <= 65536)
		put(o, "%d", imm);
	else if (imm < 0)
		put(o, "-0x%x", -(u32)imm);
	else
		put(o, "0x%x", imm);
}

static void put_field(struct out *o, char what, const struct kbpf_insn *insn)
{
	switch (what) {
	case 'D':
		put(o, "r%d", insn->dst_reg);
		break;
	case 'd':
		put(o, "w%d", insn->dst_reg);
		break;
	case 'S':
		put(o, "r%d", insn->src_reg);
		break;
	case 's':
		put(o, "w%d", insn->src_reg);
		break;
	case 'i':
		put_imm(o, insn->imm);
		break;
	case 'l':
		put(o, "0x%llx", (unsigned long long)kbpf_isa_imm64(insn));
		break;
	case 'h':
		put(o, "%d", insn[1].imm);
		break;
	case 'o':
		put_signed(o, insn->off, " ");
		break;
	case 'j':
		put_signed(o, insn->off, "");
		break;
	case 'g':
		put_signed(o, insn->imm, "");
		break;
	default:
		put(o, "%%%c", what);
	}
}

u32 kbpf_isa_disasm(const struct kbpf_insn *insn, char *buf, u32 size)
{
	enum kbpf_op op = kbpf_isa_op(insn);
	struct out o = { .buf = buf, .size = size };
	const char *t;

	if (!size)
		return 0;
	*buf = 0;
	if (!op) {
		put(&o, "unknown (code 0x%02x dst %u src %u off %d imm %d)", insn->code,
		    insn->dst_reg, insn->src_reg, insn->off, insn->imm);
		return o.pos;
	}
	for (t = kbpf_isa_opcodes[op].text; *t; t++) {
		if (*t == '%' && t[1] && t[1] != '=')
			put_field(&o, *++t, insn);
		else
			put(&o, "%c", *t);
	}
	return o.pos;
}
