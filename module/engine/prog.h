/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A program, from the bytes that a user hands in to the form that runs. The
 * verifier fills it, the executors read it, the host enters it. This header
 * knows no room: what another room owns is an opaque pointer here.
 *
 * The form that runs ("xlated") is what the verifier leaves in @insns, and it
 * is symbolic: no address appears in it, so that it can be dumped as it is.
 *
 *   lddw src=KBPF_PSEUDO_MAP_FD      imm = index in @maps, second imm = 0
 *   lddw src=KBPF_PSEUDO_MAP_VALUE   imm = index in @maps, second imm = offset
 *   lddw src=KBPF_PSEUDO_FUNC        imm = index in @funcs
 *   call src=0                       imm = helper number
 *   call src=KBPF_PSEUDO_CALL        imm = distance to a function, in slots
 *   call src=KBPF_PSEUDO_KFUNC_CALL  imm = number of an engine-provided function
 *   ldx mode KBPF_PROBE_MEM[SX]      load from an untrusted address; 0 on fault
 *
 * Executors resolve these to addresses when they decode.
 */
#ifndef KBPF_PROG_H
#define KBPF_PROG_H

#include "port.h"
#include "kbpf.h"
#include "object.h"

struct kbpf_btf;
struct kbpf_icode;
struct kbpf_map;
struct kbpf_prog;
struct kbpf_jit_image;

/**
 * typedef kbpf_helper_fn - a helper as executors call it
 * @r1: first argument
 * @r2: second
 * @r3: third
 * @r4: fourth
 * @r5: fifth
 *
 * Arguments that its prototype does not name are whatever the registers hold.
 */
typedef u64 (*kbpf_helper_fn)(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);

/**
 * struct kbpf_func - a function of a program; function 0 is its entry
 * @start: first slot in @insns of the program
 * @end: slot after the last
 * @stack_depth: bytes of stack that the function uses itself, a multiple of 8
 * @prog: the program that it is of
 * @call: enters the function as a callback: up to five arguments, returns r0;
 *	set by the executor. A KBPF_PSEUDO_FUNC lddw yields the address of this
 *	structure, which a helper that takes a callback is handed
 * @entry: executor's own: where the function starts in its form of the code
 * @has_tail_call: the function contains a tail call
 * @is_callback: the function is entered through @call
 */
struct kbpf_func {
	u32 start;
	u32 end;
	u32 stack_depth;
	struct kbpf_prog *prog;
	u64 (*call)(const struct kbpf_func *func, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
	const void *entry;
	bool has_tail_call;
	bool is_callback;
};

#define KBPF_TAIL_STRETCHES 8

/**
 * struct kbpf_tails - tail calls of a run so far; all zero when it begins
 * @count: how many
 * @stack: bytes of program stack of the functions that wait behind a tail call,
 *	in this stretch
 * @frames: functions that do
 * @stretches: stretches before this one, below KBPF_TAIL_STRETCHES; what a
 *	stretch is says interp/tail.c
 *
 * Code that the JIT makes sets it to zero as one word.
 */
struct kbpf_tails {
	u32 count;
	u16 stack;
	u8 frames;
	u8 stretches;
};

/**
 * struct kbpf_prog_stats - per-CPU counts of one program's runs
 * @runs: runs
 * @timed: runs that @ns is of
 * @ns: time
 * @misses: runs turned away by the nesting guard
 */
struct kbpf_prog_stats {
	u64 runs;
	u64 timed;
	u64 ns;
	u64 misses;
};

/**
 * struct kbpf_verify_stats - what verification cost
 * @insns: instructions processed, each visit counted
 * @states: states created in all
 * @states_kept: states kept for pruning at the end
 * @peak_bytes: most memory held at once
 * @ns: time
 * @hottest_insn: slot processed most often
 * @hottest_visits: how often
 */
struct kbpf_verify_stats {
	u64 insns;
	u64 states;
	u64 states_kept;
	u64 peak_bytes;
	u64 ns;
	u32 hottest_insn;
	u32 hottest_visits;
};

/**
 * struct kbpf_prog - a program
 * @obj: object header
 * @run: runs the program on @ctx and returns r0; set by the executor once the
 *	program is accepted. Caller: RCU read side, migration off
 * @tail: the same as a tail call from another program; @tails: tail calls of the
 *	run so far, this one included. Set by the executor
 * @type: enum kbpf_prog_type
 * @expected_attach_type: enum kbpf_attach_type
 * @flags: prog_flags of the load
 * @attach_btf_id: as loaded
 * @gpl_compatible: the licence is compatible with the GPL
 * @sleepable: may sleep (KBPF_F_SLEEPABLE)
 * @ctx_used: bytes of context, from its start, that some path touches; set by
 *	verification
 * @fields_used: packet programs: parts of the user-visible context that some path
 *	loads or stores; bit n is bytes 4n .. 4n + 3; set by verification
 * @fields_written: those that some path stores
 * @packet_written: some path stores to the packet itself
 * @takes_locks: some path takes a lock in a map's value; must not run where it
 *	could have interrupted the one that holds it: in NMI-like context
 * @name: as loaded
 * @tag: SHA-1 prefix over @insns as loaded, map descriptors zeroed
 * @insns: the instructions; as loaded before verification, xlated after
 * @len: slots
 * @orig_len: slots as loaded
 * @funcs: functions in the order of their start, set by verification
 * @nr_funcs: how many, at least 1 after verification
 * @maps: maps the program uses, each with a reference; set by verification
 *	(and grown by KBPF_PROG_BIND_MAP under the command lock, at the end)
 * @nr_maps: how many
 * @btf: BTF of the program with a reference, or NULL
 * @func_info: records, in the order of their slots; kept in step with @insns
 * @nr_func_info: how many
 * @line_info: records, in the order of their slots; kept in step with @insns
 * @nr_line_info: how many
 * @icode: the interpreter's decoded form; compiled programs have it, too
 * @jit: machine code, or NULL when interpreted
 * @stats: per-CPU counts
 * @verify: what verification cost
 * @load_time_ns: boot time when it was loaded
 * @uid: who loaded it
 */
struct kbpf_prog {
	struct kbpf_object obj;
	u64 (*run)(const void *ctx, const struct kbpf_prog *prog);
	u64 (*tail)(const void *ctx, const struct kbpf_prog *prog, struct kbpf_tails *tails);
	u32 type;
	u32 expected_attach_type;
	u32 flags;
	u32 attach_btf_id;
	bool gpl_compatible;
	bool sleepable;
	u32 ctx_used;
	u64 fields_used;
	u64 fields_written;
	bool packet_written;
	bool takes_locks;
	char name[KBPF_OBJ_NAME_LEN];
	u8 tag[KBPF_TAG_SIZE];

	struct kbpf_insn *insns;
	u32 len;
	u32 orig_len;
	struct kbpf_func *funcs;
	u32 nr_funcs;
	struct kbpf_map **maps;
	u32 nr_maps;

	struct kbpf_btf *btf;
	struct kbpf_func_info *func_info;
	u32 nr_func_info;
	struct kbpf_line_info *line_info;
	u32 nr_line_info;

	struct kbpf_icode *icode;
	struct kbpf_jit_image *jit;
	struct kbpf_prog_stats __percpu *stats;
	struct kbpf_verify_stats verify;
	u64 load_time_ns;
	u32 uid;
};

/* Internal opcodes' mode bits, as Linux numbers them: only after verification. */
#define KBPF_PROBE_MEM		0x20
#define KBPF_PROBE_MEMSX	0x40

#endif /* KBPF_PROG_H */
