// SPDX-License-Identifier: GPL-2.0
/*
 * The bytes of x86-64 instructions. Owns opcodes, prefixes, ModRM and SIB; must
 * not know what the instructions are for. Intel SDM volume 2 names the forms.
 */
#include "port.h"
#include "jit/x86/encode.h"

#define LOCK	0xf0
#define GS	0x65
#define OPSIZE	0x66
#define REP	0xf3

/* opcode maps */
enum { MAP_1, MAP_0F, MAP_0F38, MAP_0F3A };

/* an opcode and the prefixes that belong to it */
struct form {
	u8 op;
	u8 map;
	u8 size;		/* of the operands: 8 sets REX.W, 2 the 0x66 prefix */
	u8 prefix;		/* LOCK, or 0 */
	bool byte_reg;		/* the reg field is a byte register */
	bool byte_rm;		/* so is a register in rm */
};

static void put8(struct kbpf_x86_buf *b, u8 v)
{
	if (b->code && b->len < b->room)
		b->code[b->len] = v;
	b->len++;
}

static void put32(struct kbpf_x86_buf *b, u32 v)
{
	for (int i = 0; i < 4; i++)
		put8(b, v >> (8 * i));
}

static void put64(struct kbpf_x86_buf *b, u64 v)
{
	put32(b, v);
	put32(b, v >> 32);
}

static bool fits8(s64 v)
{
	return v >= -128 && v <= 127;
}

static bool byte_needs_rex(bool is_byte, u8 reg)
{
	return is_byte && reg >= X86_RSP && reg <= X86_RDI;
}

static void put_prefixes(struct kbpf_x86_buf *b, const struct form *f, bool gs, u8 rex)
{
	if (gs)
		put8(b, GS);
	if (f->prefix)
		put8(b, f->prefix);
	if (f->size == 2)
		put8(b, OPSIZE);
	if (rex)
		put8(b, rex);
	if (f->map != MAP_1)
		put8(b, 0x0f);
	if (f->map == MAP_0F38)
		put8(b, 0x38);
	put8(b, f->op);
}

static u8 rex_bits(bool w, u8 reg, u8 index, u8 base, bool force)
{
	u8 rex = (w ? 8 : 0) | ((reg & 8) ? 4 : 0);

	if (index != X86_NONE && (index & 8))
		rex |= 2;
	if (base != X86_NONE && (base & 8))
		rex |= 1;
	return rex || force ? 0x40 | rex : 0;
}

static u8 modrm(u8 mod, u8 reg, u8 rm)
{
	return mod << 6 | (reg & 7) << 3 | (rm & 7);
}

static void put_mem(struct kbpf_x86_buf *b, u8 reg, const struct kbpf_x86_mem *m)
{
	u8 scale = m->scale == 8 ? 3 : m->scale >> 1;
	bool sib = m->index != X86_NONE || (m->base & 7) == X86_RSP;
	u8 mod, index = m->index == X86_NONE ? 4 : m->index & 7;

	if (m->base == X86_NONE) {
		/* no base: SIB with base 5, 32-bit displacement */
		put8(b, modrm(0, reg, 4));
		put8(b, scale << 6 | index << 3 | 5);
		put32(b, m->disp);
		return;
	}
	if (!m->disp && (m->base & 7) != X86_RBP)
		mod = 0;
	else
		mod = fits8(m->disp) ? 1 : 2;
	put8(b, modrm(mod, reg, sib ? 4 : m->base));
	if (sib)
		put8(b, scale << 6 | index << 3 | (m->base & 7));
	if (mod == 1)
		put8(b, m->disp);
	else if (mod == 2)
		put32(b, m->disp);
}

static void op_rr(struct kbpf_x86_buf *b, struct form f, u8 reg, u8 rm)
{
	bool force = byte_needs_rex(f.byte_reg, reg) || byte_needs_rex(f.byte_rm, rm);

	put_prefixes(b, &f, false, rex_bits(f.size == 8, reg, X86_NONE, rm, force));
	put8(b, modrm(3, reg, rm));
}

static void op_rm(struct kbpf_x86_buf *b, struct form f, u8 reg, const struct kbpf_x86_mem *m)
{
	bool force = byte_needs_rex(f.byte_reg, reg);

	put_prefixes(b, &f, m->gs, rex_bits(f.size == 8, reg, m->index, m->base, force));
	put_mem(b, reg, m);
}

static u8 wsize(bool w)
{
	return w ? 8 : 4;
}

/* an opcode whose bit 0 says "not bytes" */
static struct form sized(u8 op, u8 map, u8 size)
{
	struct form f = { .op = op | (size != 1), .map = map, .size = size,
			  .byte_reg = size == 1 };

	return f;
}

static void put_imm(struct kbpf_x86_buf *b, u8 size, s32 imm)
{
	if (size == 1) {
		put8(b, imm);
	} else if (size == 2) {
		put8(b, imm);
		put8(b, imm >> 8);
	} else {
		put32(b, imm);
	}
}

/* ---- two operands ------------------------------------------------------------ */

void kbpf_x86_alu_rr(struct kbpf_x86_buf *b, u8 op, bool w, u8 dst, u8 src)
{
	op_rr(b, (struct form){ .op = op << 3 | 1, .size = wsize(w) }, src, dst);
}

void kbpf_x86_alu_ri(struct kbpf_x86_buf *b, u8 op, bool w, u8 dst, s32 imm)
{
	if (fits8(imm)) {
		op_rr(b, (struct form){ .op = 0x83, .size = wsize(w) }, op, dst);
		put8(b, imm);
	} else if (dst == X86_RAX) {
		if (w)
			put8(b, 0x48);
		put8(b, op << 3 | 5);
		put32(b, imm);
	} else {
		op_rr(b, (struct form){ .op = 0x81, .size = wsize(w) }, op, dst);
		put32(b, imm);
	}
}

void kbpf_x86_alu_rm(struct kbpf_x86_buf *b, u8 op, u8 size, u8 dst, struct kbpf_x86_mem m)
{
	op_rm(b, sized(op << 3 | 2, MAP_1, size), dst, &m);
}

void kbpf_x86_alu_mr(struct kbpf_x86_buf *b, u8 op, u8 size, struct kbpf_x86_mem m, u8 src)
{
	op_rm(b, sized(op << 3, MAP_1, size), src, &m);
}

void kbpf_x86_alu_mi(struct kbpf_x86_buf *b, u8 op, u8 size, struct kbpf_x86_mem m, s32 imm)
{
	struct form f = { .op = 0x81, .size = size };

	if (size == 1)
		f.op = 0x80;
	else if (fits8(imm))
		f.op = 0x83;
	op_rm(b, f, op, &m);
	put_imm(b, f.op == 0x83 ? 1 : size, imm);
}

void kbpf_x86_test_rr(struct kbpf_x86_buf *b, bool w, u8 a, u8 c)
{
	op_rr(b, (struct form){ .op = 0x85, .size = wsize(w) }, c, a);
}

void kbpf_x86_test_ri(struct kbpf_x86_buf *b, bool w, u8 a, s32 imm)
{
	/* A mask that has none of the upper bits tests the same in fewer bytes. */
	if (imm >= 0 && imm <= 127) {
		op_rr(b, (struct form){ .op = 0xf6, .size = 1, .byte_rm = true }, 0, a);
		put8(b, imm);
		return;
	}
	op_rr(b, (struct form){ .op = 0xf7, .size = wsize(w && imm < 0) }, 0, a);
	put32(b, imm);
}

void kbpf_x86_test_mi(struct kbpf_x86_buf *b, u8 size, struct kbpf_x86_mem m, s32 imm)
{
	op_rm(b, (struct form){ .op = size == 1 ? 0xf6 : 0xf7, .size = size }, 0, &m);
	put_imm(b, size, imm);
}

void kbpf_x86_inc(struct kbpf_x86_buf *b, bool w, u8 reg)
{
	op_rr(b, (struct form){ .op = 0xff, .size = wsize(w) }, 0, reg);
}

void kbpf_x86_dec(struct kbpf_x86_buf *b, bool w, u8 reg)
{
	op_rr(b, (struct form){ .op = 0xff, .size = wsize(w) }, 1, reg);
}

/* ---- moves -------------------------------------------------------------------- */

void kbpf_x86_mov_rr(struct kbpf_x86_buf *b, bool w, u8 dst, u8 src)
{
	op_rr(b, (struct form){ .op = 0x89, .size = wsize(w) }, src, dst);
}

void kbpf_x86_movabs(struct kbpf_x86_buf *b, u8 dst, u64 imm)
{
	put8(b, rex_bits(true, 0, X86_NONE, dst, false));
	put8(b, 0xb8 | (dst & 7));
	put64(b, imm);
}

void kbpf_x86_mov_ri(struct kbpf_x86_buf *b, u8 dst, u64 imm, bool keep_flags)
{
	u8 rex;

	if (!imm && !keep_flags) {
		kbpf_x86_alu_rr(b, X86_XOR, false, dst, dst);
	} else if (imm <= U32_MAX) {
		rex = rex_bits(false, 0, X86_NONE, dst, false);
		if (rex)
			put8(b, rex);
		put8(b, 0xb8 | (dst & 7));
		put32(b, imm);
	} else if ((s64)imm >= S32_MIN && (s64)imm < 0) {
		op_rr(b, (struct form){ .op = 0xc7, .size = 8 }, 0, dst);
		put32(b, imm);
	} else {
		kbpf_x86_movabs(b, dst, imm);
	}
}

void kbpf_x86_zx_rr(struct kbpf_x86_buf *b, u8 size, u8 dst, u8 src)
{
	if (size == 4)
		kbpf_x86_mov_rr(b, false, dst, src);
	else
		op_rr(b, (struct form){ .op = size == 1 ? 0xb6 : 0xb7, .map = MAP_0F, .size = 4,
					.byte_rm = size == 1 }, dst, src);
}

void kbpf_x86_sx_rr(struct kbpf_x86_buf *b, u8 size, bool w, u8 dst, u8 src)
{
	if (size == 4)
		op_rr(b, (struct form){ .op = 0x63, .size = 8 }, dst, src);
	else
		op_rr(b, (struct form){ .op = size == 1 ? 0xbe : 0xbf, .map = MAP_0F,
					.size = wsize(w), .byte_rm = size == 1 }, dst, src);
}

void kbpf_x86_load(struct kbpf_x86_buf *b, u8 size, u8 dst, struct kbpf_x86_mem m)
{
	if (size >= 4)
		op_rm(b, (struct form){ .op = 0x8b, .size = size }, dst, &m);
	else
		op_rm(b, (struct form){ .op = size == 1 ? 0xb6 : 0xb7, .map = MAP_0F, .size = 4 },
		      dst, &m);
}

void kbpf_x86_load_sx(struct kbpf_x86_buf *b, u8 size, bool w, u8 dst, struct kbpf_x86_mem m)
{
	if (size == 4)
		op_rm(b, (struct form){ .op = 0x63, .size = 8 }, dst, &m);
	else
		op_rm(b, (struct form){ .op = size == 1 ? 0xbe : 0xbf, .map = MAP_0F,
					.size = wsize(w) }, dst, &m);
}

void kbpf_x86_store(struct kbpf_x86_buf *b, u8 size, struct kbpf_x86_mem m, u8 src)
{
	op_rm(b, sized(0x88, MAP_1, size), src, &m);
}

void kbpf_x86_store_i(struct kbpf_x86_buf *b, u8 size, struct kbpf_x86_mem m, s32 imm)
{
	op_rm(b, (struct form){ .op = size == 1 ? 0xc6 : 0xc7, .size = size }, 0, &m);
	put_imm(b, size, imm);
}

void kbpf_x86_movbe_load(struct kbpf_x86_buf *b, u8 size, u8 dst, struct kbpf_x86_mem m)
{
	op_rm(b, (struct form){ .op = 0xf0, .map = MAP_0F38, .size = size }, dst, &m);
}

void kbpf_x86_movbe_store(struct kbpf_x86_buf *b, u8 size, struct kbpf_x86_mem m, u8 src)
{
	op_rm(b, (struct form){ .op = 0xf1, .map = MAP_0F38, .size = size }, src, &m);
}

void kbpf_x86_lea(struct kbpf_x86_buf *b, bool w, u8 dst, struct kbpf_x86_mem m)
{
	op_rm(b, (struct form){ .op = 0x8d, .size = wsize(w) }, dst, &m);
}

void kbpf_x86_xchg_rr(struct kbpf_x86_buf *b, bool w, u8 a, u8 c)
{
	op_rr(b, (struct form){ .op = 0x87, .size = wsize(w) }, c, a);
}

void kbpf_x86_push(struct kbpf_x86_buf *b, u8 reg)
{
	if (reg & 8)
		put8(b, 0x41);
	put8(b, 0x50 | (reg & 7));
}

void kbpf_x86_pop(struct kbpf_x86_buf *b, u8 reg)
{
	if (reg & 8)
		put8(b, 0x41);
	put8(b, 0x58 | (reg & 7));
}

/* ---- shifts ------------------------------------------------------------------- */

void kbpf_x86_shift_ri(struct kbpf_x86_buf *b, u8 op, bool w, u8 reg, u8 count)
{
	if (count == 1) {
		op_rr(b, (struct form){ .op = 0xd1, .size = wsize(w) }, op, reg);
		return;
	}
	op_rr(b, (struct form){ .op = 0xc1, .size = wsize(w) }, op, reg);
	put8(b, count);
}

void kbpf_x86_shift_cl(struct kbpf_x86_buf *b, u8 op, bool w, u8 reg)
{
	op_rr(b, (struct form){ .op = 0xd3, .size = wsize(w) }, op, reg);
}

void kbpf_x86_rol16(struct kbpf_x86_buf *b, u8 reg, u8 count)
{
	op_rr(b, (struct form){ .op = 0xc1, .size = 2 }, X86_ROL, reg);
	put8(b, count);
}

/* Three-byte VEX: @map 1..3, @pp 0 none, 1 0x66, 2 0xf3, 3 0xf2; @v is the extra register. */
static void op_vex(struct kbpf_x86_buf *b, u8 map, u8 pp, u8 op, bool w, u8 reg, u8 v, u8 rm)
{
	put8(b, 0xc4);
	put8(b, ((reg & 8) ? 0 : 0x80) | 0x40 | ((rm & 8) ? 0 : 0x20) | map);
	put8(b, (w ? 0x80 : 0) | (~v & 15) << 3 | pp);
	put8(b, op);
	put8(b, modrm(3, reg, rm));
}

void kbpf_x86_shiftx(struct kbpf_x86_buf *b, u8 op, bool w, u8 dst, u8 src, u8 count)
{
	u8 pp = op == X86_SHL ? 1 : op == X86_SAR ? 2 : 3;

	op_vex(b, MAP_0F38, pp, 0xf7, w, dst, count, src);
}

void kbpf_x86_rorx(struct kbpf_x86_buf *b, bool w, u8 dst, u8 src, u8 count)
{
	op_vex(b, MAP_0F3A, 3, 0xf0, w, dst, 0, src);
	put8(b, count);
}

void kbpf_x86_mulx(struct kbpf_x86_buf *b, bool w, u8 hi, u8 lo, u8 src)
{
	op_vex(b, MAP_0F38, 3, 0xf6, w, hi, lo, src);
}

void kbpf_x86_andn(struct kbpf_x86_buf *b, bool w, u8 dst, u8 a, u8 c)
{
	op_vex(b, MAP_0F38, 0, 0xf2, w, dst, a, c);
}

/* ---- multiply, divide, one operand ---------------------------------------------- */

void kbpf_x86_imul_rr(struct kbpf_x86_buf *b, bool w, u8 dst, u8 src)
{
	op_rr(b, (struct form){ .op = 0xaf, .map = MAP_0F, .size = wsize(w) }, dst, src);
}

void kbpf_x86_imul_rm(struct kbpf_x86_buf *b, bool w, u8 dst, struct kbpf_x86_mem m)
{
	op_rm(b, (struct form){ .op = 0xaf, .map = MAP_0F, .size = wsize(w) }, dst, &m);
}

void kbpf_x86_imul_rri(struct kbpf_x86_buf *b, bool w, u8 dst, u8 src, s32 imm)
{
	op_rr(b, (struct form){ .op = fits8(imm) ? 0x6b : 0x69, .size = wsize(w) }, dst, src);
	put_imm(b, fits8(imm) ? 1 : 4, imm);
}

void kbpf_x86_unary(struct kbpf_x86_buf *b, u8 op, bool w, u8 reg)
{
	op_rr(b, (struct form){ .op = 0xf7, .size = wsize(w) }, op, reg);
}

void kbpf_x86_cqo(struct kbpf_x86_buf *b, bool w)
{
	if (w)
		put8(b, 0x48);
	put8(b, 0x99);
}

void kbpf_x86_bswap(struct kbpf_x86_buf *b, bool w, u8 reg)
{
	u8 rex = rex_bits(w, 0, X86_NONE, reg, false);

	if (rex)
		put8(b, rex);
	put8(b, 0x0f);
	put8(b, 0xc8 | (reg & 7));
}

/* ---- conditions ------------------------------------------------------------------ */

void kbpf_x86_cmov(struct kbpf_x86_buf *b, u8 cc, bool w, u8 dst, u8 src)
{
	op_rr(b, (struct form){ .op = 0x40 | cc, .map = MAP_0F, .size = wsize(w) }, dst, src);
}

void kbpf_x86_setcc(struct kbpf_x86_buf *b, u8 cc, u8 reg)
{
	op_rr(b, (struct form){ .op = 0x90 | cc, .map = MAP_0F, .size = 1, .byte_rm = true }, 0,
	      reg);
}

/* ---- atomics --------------------------------------------------------------------- */

void kbpf_x86_lock_alu(struct kbpf_x86_buf *b, u8 op, u8 size, struct kbpf_x86_mem m, u8 src)
{
	struct form f = sized(op << 3, MAP_1, size);

	f.prefix = LOCK;
	op_rm(b, f, src, &m);
}

void kbpf_x86_lock_xadd(struct kbpf_x86_buf *b, u8 size, struct kbpf_x86_mem m, u8 src)
{
	struct form f = sized(0xc0, MAP_0F, size);

	f.prefix = LOCK;
	op_rm(b, f, src, &m);
}

void kbpf_x86_lock_cmpxchg(struct kbpf_x86_buf *b, u8 size, struct kbpf_x86_mem m, u8 src)
{
	struct form f = sized(0xb0, MAP_0F, size);

	f.prefix = LOCK;
	op_rm(b, f, src, &m);
}

void kbpf_x86_xchg_mr(struct kbpf_x86_buf *b, u8 size, struct kbpf_x86_mem m, u8 src)
{
	op_rm(b, sized(0x86, MAP_1, size), src, &m);
}

/* ---- control --------------------------------------------------------------------- */

void kbpf_x86_jmp8(struct kbpf_x86_buf *b, s8 rel)
{
	put8(b, 0xeb);
	put8(b, rel);
}

void kbpf_x86_jmp32(struct kbpf_x86_buf *b, s32 rel)
{
	put8(b, 0xe9);
	put32(b, rel);
}

void kbpf_x86_jcc8(struct kbpf_x86_buf *b, u8 cc, s8 rel)
{
	put8(b, 0x70 | cc);
	put8(b, rel);
}

void kbpf_x86_jcc32(struct kbpf_x86_buf *b, u8 cc, s32 rel)
{
	put8(b, 0x0f);
	put8(b, 0x80 | cc);
	put32(b, rel);
}

void kbpf_x86_call32(struct kbpf_x86_buf *b, s32 rel)
{
	put8(b, 0xe8);
	put32(b, rel);
}

void kbpf_x86_call_r(struct kbpf_x86_buf *b, u8 reg)
{
	op_rr(b, (struct form){ .op = 0xff, .size = 4 }, 2, reg);
}

void kbpf_x86_jmp_r(struct kbpf_x86_buf *b, u8 reg)
{
	op_rr(b, (struct form){ .op = 0xff, .size = 4 }, 4, reg);
}

void kbpf_x86_land8(struct kbpf_x86_buf *b, u32 at)
{
	u32 rel = b->len - at;

	WARN_ON_ONCE(rel > 127);
	if (b->code && at <= b->room)
		b->code[at - 1] = rel;
}

void kbpf_x86_ret(struct kbpf_x86_buf *b)
{
	put8(b, 0xc3);
}

void kbpf_x86_leave(struct kbpf_x86_buf *b)
{
	put8(b, 0xc9);
}

void kbpf_x86_endbr(struct kbpf_x86_buf *b)
{
	put8(b, REP);
	put8(b, 0x0f);
	put8(b, 0x1e);
	put8(b, 0xfa);
}

void kbpf_x86_byte(struct kbpf_x86_buf *b, u8 byte)
{
	put8(b, byte);
}

void kbpf_x86_int3(struct kbpf_x86_buf *b)
{
	put8(b, KBPF_X86_TRAP_BYTE);
}

/* The multi-byte forms that the SDM recommends. */
static const u8 nops[9][9] = {
	{ 0x90 },
	{ 0x66, 0x90 },
	{ 0x0f, 0x1f, 0x00 },
	{ 0x0f, 0x1f, 0x40, 0x00 },
	{ 0x0f, 0x1f, 0x44, 0x00, 0x00 },
	{ 0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00 },
	{ 0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00 },
	{ 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 },
	{ 0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 },
};

void kbpf_x86_nop(struct kbpf_x86_buf *b, u32 bytes)
{
	while (bytes) {
		u32 n = min_t(u32, bytes, 9);

		for (u32 i = 0; i < n; i++)
			put8(b, nops[n - 1][i]);
		bytes -= n;
	}
}
