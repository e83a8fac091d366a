/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Classic BPF: check a program by classic BPF's own rules, and say the same in
 * eBPF. What comes out is a socket filter like any other, for the verifier to
 * judge; nothing downstream knows that it was classic.
 */
#ifndef KBPF_CLASSIC_H
#define KBPF_CLASSIC_H

#include "port.h"
#include "kbpf.h"
#include "log.h"
#include "prog.h"

/**
 * kbpf_classic_check() - is this a legal classic program?
 * @filter: instructions
 * @len: how many
 * @log: where a refusal is explained; NULL for none
 *
 * The rules are Linux's: known opcodes, jumps inside the program, no constant
 * division by zero or shift by 32 and more, known ancillary loads, scratch
 * memory written before it is read on every path, a return at the end.
 *
 * Context: process; allocates.
 * Return: 0, -EINVAL, -ENOMEM.
 */
int kbpf_classic_check(const struct kbpf_classic_insn *filter, u32 len, struct kbpf_log *log);

/**
 * kbpf_classic_translate() - the eBPF program that does what a classic one does
 * @filter: instructions that kbpf_classic_check() passed
 * @len: how many
 * @out: out: instructions, to be freed with kvfree(): a socket filter's, before
 *	verification
 * @out_len: out: slots
 *
 * Context: process; allocates.
 * Return: 0, -ENOMEM, -E2BIG.
 */
int kbpf_classic_translate(const struct kbpf_classic_insn *filter, u32 len,
			   struct kbpf_insn **out, u32 *out_len);

/**
 * kbpf_classic_lower() - replace a program's LD_ABS and LD_IND by calls
 * @prog: the program as loaded; on success @insns, @len, @func_info and
 *	@line_info are of the longer one. Nothing happens to one without them
 *
 * Which types of program may use them is the called helper's to say.
 *
 * Context: process; allocates.
 * Return: 0, -ENOMEM, -E2BIG.
 */
int kbpf_classic_lower(struct kbpf_prog *prog);

#endif /* KBPF_CLASSIC_H */
