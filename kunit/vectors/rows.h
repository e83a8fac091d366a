/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vectors as an array. Included by one C file a program:
 *
 *	#include "vectors/rows.h"
 *	for (i = 0; i < ARRAY_SIZE(kbpf_vectors); i++) ...
 */
#ifndef KBPF_VECTOR_ROWS_H
#define KBPF_VECTOR_ROWS_H

#include "helpers/kfunc.h"
#include "helpers/proto.h"
#include "isa/insn.h"
#include "vectors/vector.h"

#define KBPF_VECTOR_INSNS(...) ((const struct kbpf_insn[]) { __VA_ARGS__ })
#define KBPF_VECTOR(name_, insns_, ...) { \
	.name = (name_), \
	.insns = KBPF_VECTOR_INSNS insns_, \
	.len = sizeof(KBPF_VECTOR_INSNS insns_) / sizeof(struct kbpf_insn), \
	__VA_ARGS__ },

/* In a constant array of constant arrays an instruction must be a bare initialiser. */
#pragma push_macro("KBPF_INSN")
#undef KBPF_INSN
#define KBPF_INSN KBPF_INSN_INIT
static const struct kbpf_vector kbpf_vectors[] = {
#include "vectors/all.def"
};
#pragma pop_macro("KBPF_INSN")

#endif /* KBPF_VECTOR_ROWS_H */
