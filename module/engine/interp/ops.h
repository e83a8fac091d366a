/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the interpreter's steps do, a function an operation and form, made of the
 * lines in isa/alu.h. Handlers of one step and of several in a row are put
 * together from them in interp.c; nobody else includes this.
 *
 * Each takes the step, the registers and the result of the step before (see
 * KBPF_STEP_FORMS), which it replaces where it has one of its own, and returns
 * whether to jump. @keep: the result goes to its register; it need not where the
 * next step overwrites that, having taken it from @last: OVERWRITES_<name>. (What
 * it takes as destination is not its source as well: that would be form S.)
 */
#ifndef KBPF_INTERP_OPS_H
#define KBPF_INTERP_OPS_H

#include "interp/step.h"

#define OP(name) \
static __always_inline bool do_##name(const struct kbpf_step *step, u64 *r, u64 *last, bool keep)

/*
 * By an address that is computed before: machines that take a value from the store
 * before without waiting do so only where an access computes nothing.
 */
#define REG(n) (*({ u64 *reg_ = &r[n]; OPTIMIZER_HIDE_VAR(reg_); reg_; }))
#define DST REG(step->dst)
#define SRC REG(step->src)
#define PTR(type, reg) ((type *)(unsigned long)((reg) + (s64)step->off))

#define VALUE_OR(name, value, overwrites) \
enum { OVERWRITES_##name = (overwrites) }; \
OP(name) { *last = (value); if (keep) DST = *last; return false; }
#define VALUE(name, value) VALUE_OR(name, value, false)
#define VALUE_D(name, value) VALUE_OR(name, value, true)
#define BINARY(name, expr) \
VALUE(name##_K, kbpf_alu_##name(DST, step->imm)) \
VALUE_D(name##_K_D, kbpf_alu_##name(*last, step->imm)) \
VALUE(name##_X, kbpf_alu_##name(DST, SRC)) \
VALUE_D(name##_X_D, kbpf_alu_##name(*last, SRC)) \
VALUE(name##_X_S, kbpf_alu_##name(DST, *last))
#define UNARY(name, expr) \
VALUE(name, kbpf_alu_##name(DST, SRC)) \
VALUE_D(name##_D, kbpf_alu_##name(*last, SRC)) \
VALUE(name##_S, kbpf_alu_##name(DST, *last))
KBPF_ALU_BINARY(BINARY)
KBPF_ALU_UNARY(UNARY)
VALUE(LDDW, step->imm)

#define JUMP_IF(name, condition) \
enum { OVERWRITES_##name = false }; \
OP(name) { return (condition); }
#define CONDITION(name, expr) \
JUMP_IF(name##_K, kbpf_jmp_##name(DST, step->imm)) \
JUMP_IF(name##_K_D, kbpf_jmp_##name(*last, step->imm)) \
JUMP_IF(name##_X, kbpf_jmp_##name(DST, SRC)) \
JUMP_IF(name##_X_D, kbpf_jmp_##name(*last, SRC)) \
JUMP_IF(name##_X_S, kbpf_jmp_##name(DST, *last))
KBPF_JMP_CONDITIONS(CONDITION)
JUMP_IF(JA, true)

#define LOAD(name, type) \
VALUE(name, (s64)get_unaligned(PTR(const type, SRC))) \
VALUE(name##_S, (s64)get_unaligned(PTR(const type, *last))) \
VALUE_D(name##_O, (s64)get_unaligned(PTR(const type, *last)))
#define EFFECT(name, statement) \
enum { OVERWRITES_##name = false }; \
OP(name) { statement; return false; }
#define STORE(size, u) \
EFFECT(ST_##size, put_unaligned((u)step->imm, PTR(u, DST))) \
EFFECT(ST_##size##_D, put_unaligned((u)step->imm, PTR(u, *last))) \
EFFECT(STX_##size, put_unaligned((u)SRC, PTR(u, DST))) \
EFFECT(STX_##size##_D, put_unaligned((u)SRC, PTR(u, *last))) \
EFFECT(STX_##size##_S, put_unaligned((u)*last, PTR(u, DST)))
LOAD(LDX_B, u8)
LOAD(LDX_H, u16)
LOAD(LDX_W, u32)
LOAD(LDX_DW, u64)
LOAD(LDXSX_B, s8)
LOAD(LDXSX_H, s16)
LOAD(LDXSX_W, s32)
STORE(B, u8)
STORE(H, u16)
STORE(W, u32)
STORE(DW, u64)

#undef BINARY
#undef UNARY
#undef CONDITION
#undef LOAD
#undef STORE

#endif /* KBPF_INTERP_OPS_H */
