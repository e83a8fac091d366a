/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A vector: instructions and what must become of them. Data only; the same rows
 * run in the userspace and kernel interpreters and JITs.
 *
 * A file of vectors is included with KBPF_VECTOR defined by its reader; see
 * all.def for the list of files.
 */
#ifndef KBPF_VECTOR_H
#define KBPF_VECTOR_H

#include "port.h"
#include "kbpf.h"

/* Maps a vector may use: in its instructions, fd -(n+1) stands for the n-th of them. */
struct kbpf_vector_map {
	u32 type;
	u32 key_size;
	u32 value_size;
	u32 max_entries;
	u32 flags;
	u32 lock;	/* offset of a spin lock in the value, plus 1, as if BTF had said so */
	u32 timer;	/* of a timer */
};

#define KBPF_VECTOR_MAX_MAPS 4

/* kinds of expectation */
#define KBPF_EXPECT_RETVAL	0	/* accepted, and r0 is @retval in every executor */
#define KBPF_EXPECT_ACCEPT	1	/* accepted; not run */
#define KBPF_EXPECT_REJECT	2	/* refused with @reject, an ID of reject.def */

/**
 * struct kbpf_vector - a row
 * @name: unique; a fixed bug's row is named for the bug
 * @insns: instructions
 * @len: slots
 * @type: enum kbpf_prog_type; 0 means "run below the verifier": the executors
 *	get it with r1 = address of @mem and r2 = its length
 * @expect: KBPF_EXPECT_*
 * @retval: for KBPF_EXPECT_RETVAL
 * @reject: for KBPF_EXPECT_REJECT: ID such as "R041"
 * @ctx: initial context or memory, zero where short; NULL for all zero
 * @ctx_len: bytes at @ctx
 * @maps: maps, in order; type 0 ends the list
 * @attach_type: expected_attach_type of the load
 * @not_gpl: the licence is not compatible with the GPL
 */
struct kbpf_vector {
	const char *name;
	const struct kbpf_insn *insns;
	u32 len;
	u32 type;
	u32 expect;
	u64 retval;
	const char *reject;
	const u8 *ctx;
	u32 ctx_len;
	struct kbpf_vector_map maps[KBPF_VECTOR_MAX_MAPS];
	u32 attach_type;
	bool not_gpl;
};

#endif /* KBPF_VECTOR_H */
