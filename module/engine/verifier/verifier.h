/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the verifier's files share: the verification under way. Nothing outside
 * this directory includes it.
 */
#ifndef KBPF_VERIFIER_H
#define KBPF_VERIFIER_H

#include "kbpf.h"
#include "env.h"
#include "log.h"
#include "prog.h"
#include "isa/insn.h"
#include "progtype/progtype.h"
#include "verifier/reject.h"
#include "verifier/state.h"
#include "verifier/verify.h"

struct kbpf_history;
struct kbpf_proto;

/* What a global function takes as an argument. */
enum kbpf_global_kind {
	KBPF_GLOBAL_NUM,
	KBPF_GLOBAL_CTX,
	KBPF_GLOBAL_MEM,
};

/**
 * struct kbpf_global_arg - an argument of a global function
 * @kind: enum kbpf_global_kind
 * @or_null: MEM: or NULL
 * @size: MEM: bytes
 */
struct kbpf_global_arg {
	u8 kind;
	bool or_null;
	u32 size;
};

/**
 * struct kbpf_subprog - a function of the program
 * @start: first slot
 * @end: slot after the last
 * @stack: bytes of stack it touches, a multiple of 8; grows during the walk
 * @deepest: of the functions that it calls, the one whose chain of calls uses most
 *	stack, once that is measured; 0: it calls none
 * @has_tail_call: it makes tail calls
 * @is_callback: a helper calls it
 * @ret_live: somebody may read what it returns
 * @ret_needed: and the value may matter to the verdict
 * @counts: it has may_goto, whose count is on its stack
 * @timer_maps: maps whose timers may call it, as far as is known: bits
 * @is_global: judged once, by its signature: @nr_args and @args
 * @called: some path calls it by its signature
 * @walked: and it was judged
 * @nr_args: arguments
 * @args: what they are
 */
struct kbpf_subprog {
	u32 start;
	u32 end;
	u32 stack;
	u32 deepest;
	bool has_tail_call;
	bool is_callback;
	bool ret_live;
	bool ret_needed;
	bool counts;
	u64 timer_maps;
	bool is_global;
	bool called;
	bool walked;
	u8 nr_args;
	struct kbpf_global_arg args[5];
};

/* struct kbpf_insn_info.flags */
#define KBPF_INFO_SEEN		(1U << 0)	/* some path comes here */
#define KBPF_INFO_GOES_ON	(1U << 1)	/* some path goes on to the next slot */
#define KBPF_INFO_JUMPS		(1U << 2)	/* some path takes the jump */
#define KBPF_INFO_JOIN		(1U << 3)	/* control flow meets here: states are compared */
#define KBPF_INFO_PROBE		(1U << 4)	/* a load that may fault */
#define KBPF_INFO_CTX		(1U << 5)	/* a context access that is converted */
#define KBPF_INFO_NOT_CTX	(1U << 6)	/* an access that is not */
#define KBPF_INFO_SECOND	(1U << 7)	/* second slot of an lddw */
#define KBPF_INFO_ROUNDS	(1U << 8)	/* comes round as often as somebody else sees to */

/**
 * struct kbpf_insn_info - what was found out about a slot
 * @flags: KBPF_INFO_*
 * @visits: how often it was processed
 * @index: lddw: map (index in @maps) or function; context access: see @ctx_kind
 * @ctx_off: converted context access: offset in the context as it runs
 * @ctx_kind: converted context access: enum kbpf_ctx_kind
 * @live_regs: registers that may be read before they are written, from here on
 * @need_regs: those of them whose value may matter to the verdict
 * @live_slots: the same of the frame's stack slots
 * @need_slots: the same of the frame's stack slots
 * @kept: states kept here
 * @checkpoints: they, newest first
 */
struct kbpf_insn_info {
	u16 flags;
	u8 ctx_kind;
	u16 ctx_off;
	u16 live_regs;
	u16 need_regs;
	u32 visits;
	u32 index;
	u32 kept;
	u64 live_slots;
	u64 need_slots;
	struct kbpf_checkpoint *checkpoints;
};

/**
 * struct kbpf_trail - a fork of a path
 * @prev: the fork before, as index + 1; 0: none
 * @insn: slot where paths parted
 * @taken: this is the path that was put off for later
 */
struct kbpf_trail {
	u32 prev;
	u32 insn : 31;
	u32 taken : 1;
};

/**
 * struct kbpf_pending - a path still to be walked
 * @next: the one to walk after it
 * @state: where it begins
 * @parent: last checkpoint on the way there, or NULL
 */
struct kbpf_pending {
	struct kbpf_pending *next;
	struct kbpf_state *state;
	struct kbpf_checkpoint *parent;
};

/* An id of one state and what it is in another. */
struct kbpf_id_pair {
	u32 from;
	u32 to;
	s64 delta;	/* of numbers: offset there less offset here */
};

#define KBPF_MAX_ID_PAIRS	64
#define KBPF_MAX_LANDMARKS	64

/**
 * struct kbpf_verifier - a verification
 * @prog: the program; its instructions are not changed before the fixup
 * @opts: how to judge
 * @log: where to write; may be NULL
 * @type: the program's type
 * @insns: the program's instructions
 * @len: slots
 * @info: per slot
 * @order: slots that begin an instruction, in post-order of the control flow
 * @nr_order: how many
 * @goes_back: control goes round somewhere, or from function to function: one pass
 *	in order does not find all that there is to find
 * @subprogs: functions in the order of their start; 0 is the entry
 * @nr_subprogs: how many
 * @maps: maps that instructions name, each once, with a reference
 * @descs: their descriptors
 * @nr_maps: how many
 * @types: the kernel's types, where types of kernel pointers matter; else NULL
 * @cur: state of the path being walked
 * @insn: slot being judged
 * @parent: last checkpoint on the path
 * @pending: paths still to be walked
 * @nr_pending: how many
 * @trail: branches of all paths, as a tree
 * @nr_trail: entries in use
 * @cap_trail: entries that there is memory for
 * @next_id: last id given out; see struct kbpf_value
 * @since_checkpoint: instructions since the last checkpoint of this path
 * @jumps_since_checkpoint: branches since then
 * @forks_since_checkpoint: paths put off since then
 * @ids: how ids of a kept state correspond to those of the current one, while
 *	the two are compared
 * @nr_ids: how many are set
 * @exact: the comparison is for sameness of what matters, not for inclusion
 * @landmarks: numbers at which widening stops, ascending
 * @nr_landmarks: how many; 0 before the first widening
 * @widened: some number was widened since the walk began
 * @gear: how soon rounds are widened; see converge.c
 * @exact_until: instructions processed at which exact rounds end
 * @bytes: memory held by states
 * @nr_kept: states kept now
 * @max_states_per_insn: most states kept at one slot
 * @peak_kept: most states kept at a time
 * @root: function that the walk under way began with
 * @size_reg: register with the size of a helper's access under judgement, plus 1; 0: none
 * @reject: the rule that refused, or KBPF_REJECTS while there is none
 * @refusal: the case and its facts
 * @history: the refused path, while it is walked once more to explain it, or NULL
 * @stats: figures
 */
struct kbpf_verifier {
	struct kbpf_prog *prog;
	const struct kbpf_verify_opts *opts;
	struct kbpf_log *log;
	const struct kbpf_progtype *type;

	struct kbpf_insn *insns;
	u32 len;
	struct kbpf_insn_info *info;
	u32 *order;
	u32 nr_order;
	bool goes_back;
	struct kbpf_subprog *subprogs;
	u32 nr_subprogs;
	struct kbpf_map *maps[KBPF_MAX_USED_MAPS];
	const struct kbpf_map_desc *descs[KBPF_MAX_USED_MAPS];
	u32 nr_maps;

	const struct kbpf_btf *types;

	struct kbpf_state *cur;
	u32 insn;
	struct kbpf_checkpoint *parent;
	struct kbpf_pending *pending;
	u32 nr_pending;
	struct kbpf_trail *trail;
	u32 nr_trail;
	u32 cap_trail;
	u32 next_id;
	u32 since_checkpoint;
	u32 jumps_since_checkpoint;
	u32 forks_since_checkpoint;

	struct kbpf_id_pair ids[KBPF_MAX_ID_PAIRS];
	u32 nr_ids;
	bool exact;

	s64 landmarks[KBPF_MAX_LANDMARKS];
	u32 nr_landmarks;
	bool widened;
	u8 gear;
	u64 exact_until;

	u64 bytes;
	u32 nr_kept;
	u32 max_states_per_insn;
	u32 peak_kept;
	u32 root;
	u32 size_reg;
	enum kbpf_reject reject;
	struct kbpf_refusal refusal;
	struct kbpf_history *history;
	struct kbpf_verify_stats stats;
};

/* Indices of maps from here on: the maps inside the map with the index less this. */
#define KBPF_INNER_MAP	KBPF_MAX_USED_MAPS

/* Descriptor of the map that a value's index means. */
static inline const struct kbpf_map_desc *kbpf_map_desc_of(const struct kbpf_verifier *v, u32 index)
{
	return index < KBPF_INNER_MAP ? v->descs[index] : v->descs[index - KBPF_INNER_MAP]->inner;
}

/* ---- refuse.c: saying no -------------------------------------------------------- */

/**
 * kbpf_refuse() - refuse the program at the current instruction
 * @v: verification
 * @say: which rule, in which case
 * @reg: register that breaks it, or -1
 * @facts: what the case's templates name
 *
 * Return: the rule's errno.
 */
int kbpf_refuse(struct kbpf_verifier *v, enum kbpf_say say, int reg,
		const struct kbpf_facts *facts);

/* The facts as initialisers: refuse(v, call_depth, -1, .n = frames). */
#define refuse(v, say, reg, ...) \
	kbpf_refuse(v, KBPF_SAY_##say, reg, &(const struct kbpf_facts){ __VA_ARGS__ })

/* ---- cfg.c: control flow, before the walk ------------------------------------------ */

/* Functions, legality of each instruction, where control goes. 0 or -errno. */
int kbpf_cfg_check(struct kbpf_verifier *v);
/* After the walk: stack over the call graph. 0 or -errno. */
int kbpf_cfg_check_stack(struct kbpf_verifier *v);
/* The function that begins at a slot, or -1. */
int kbpf_cfg_find(const struct kbpf_verifier *v, u32 start);
/* The function that a slot is in. */
u32 kbpf_cfg_func_of(const struct kbpf_verifier *v, u32 insn);

/**
 * kbpf_cfg_successors() - where control may go within the function
 * @v: verification
 * @insn: first slot of an instruction
 * @next: out: slots; next[0] is the one that follows, where control may go there
 *
 * Return: how many, 0 to 2.
 */
u32 kbpf_cfg_successors(const struct kbpf_verifier *v, u32 insn, u32 next[2]);

/* Jump target of the instruction. */
static inline u32 kbpf_cfg_target(const struct kbpf_insn *insns, u32 at)
{
	const struct kbpf_insn *i = &insns[at];

	/* the one jump whose distance is in imm: JMP32 JA */
	return at + 1 + (i->code == (KBPF_JMP32 | KBPF_JA) ? i->imm : i->off);
}

/* ---- resolve.c: descriptors to maps --------------------------------------------------- */

int kbpf_resolve_maps(struct kbpf_verifier *v);

/* ---- live.c: which registers and slots matter ------------------------------------------ */

int kbpf_live_compute(struct kbpf_verifier *v);

/* ---- within.c: inclusion of states ------------------------------------------------------ */

/* What matters in a frame: from its next instruction, or from the call it is in. */
const struct kbpf_insn_info *kbpf_within_matters(struct kbpf_verifier *v,
						 const struct kbpf_state *st, u32 frame);

/**
 * kbpf_within() - is all that a state can be inside another?
 * @v: verification
 * @cur: the one
 * @old: the other, at the same place
 * @exact: ask whether what matters is the same
 */
bool kbpf_within(struct kbpf_verifier *v, const struct kbpf_state *cur, const struct kbpf_state *old,
		 bool exact);

/* ---- prune.c: states that were walked already ------------------------------------------- */

/**
 * kbpf_prune_visit() - the path comes to a place where control flow meets
 * @v: verification
 * @done: out: all that can follow was walked already
 *
 * Return: 0 or -errno.
 */
int kbpf_prune_visit(struct kbpf_verifier *v, bool *done);
/* The path has ended. */
void kbpf_prune_path_ended(struct kbpf_verifier *v);
void kbpf_prune_free(struct kbpf_verifier *v);
/* A path that starts later hangs on the current checkpoint. */
void kbpf_prune_fork(struct kbpf_verifier *v);

/* ---- converge.c: loops that somebody else sees to the end of ----------------------------- */

/**
 * kbpf_converge() - let rounds come to be the same
 * @v: verification; the current state may become larger
 * @old: the state of the round before
 * @rounds: rounds walked so far
 */
void kbpf_converge(struct kbpf_verifier *v, const struct kbpf_state *old, u32 rounds);

/**
 * kbpf_converge_moved() - did somebody count a round between two states of a path?
 * @cur: the current state
 * @old: one on the way there
 *
 * Counts are those of runs of functions that are under way in both.
 */
bool kbpf_converge_moved(const struct kbpf_state *cur, const struct kbpf_state *old);

/**
 * kbpf_converge_behind() - has a state counted less since another than a third has?
 * @cur: the current state
 * @old: one of another path
 * @since: one on the way to both; what was counted in runs of functions that were not
 *	under way there, or by iterators that were not there, is no matter
 */
bool kbpf_converge_behind(const struct kbpf_state *cur, const struct kbpf_state *old,
			  const struct kbpf_state *since);

/* Is the program to be walked once more before it may be refused by this rule? */
bool kbpf_converge_again(const struct kbpf_verifier *v, enum kbpf_reject why);
/* The next walk is begun. */
void kbpf_converge_shift(struct kbpf_verifier *v);

/* ---- step.c and do_*.c: one instruction --------------------------------------------------- */

/* Where a path goes after an instruction. */
enum kbpf_next {
	KBPF_NEXT_ON,		/* @v->cur->insn was set */
	KBPF_NEXT_END,		/* the path ends */
};

/* Which argument of a helper is a function that it calls: 0-4, or -1. */
int kbpf_callback_arg(const struct kbpf_proto *p);

/**
 * kbpf_callback_enter() - walk the function that a helper calls
 * @v: verification, at the call; arguments are checked
 * @func: the function
 * @p: the helper's prototype
 *
 * The current path enters the function; the caller sees to the one on which the
 * helper returns.
 *
 * Return: enum kbpf_next or -errno.
 */
int kbpf_callback_enter(struct kbpf_verifier *v, u32 func, const struct kbpf_proto *p);
/* The function is left: back to the call, which may go round again or return. */
int kbpf_callback_leave(struct kbpf_verifier *v);

/* Judge the instruction at @v->insn and take its effect: enum kbpf_next or -errno. */
int kbpf_step(struct kbpf_verifier *v);
int kbpf_do_alu(struct kbpf_verifier *v, const struct kbpf_insn *insn);
int kbpf_do_load(struct kbpf_verifier *v, const struct kbpf_insn *insn);
int kbpf_do_store(struct kbpf_verifier *v, const struct kbpf_insn *insn);
int kbpf_do_atomic(struct kbpf_verifier *v, const struct kbpf_insn *insn);
int kbpf_do_branch(struct kbpf_verifier *v, const struct kbpf_insn *insn);
int kbpf_do_call(struct kbpf_verifier *v, const struct kbpf_insn *insn);
int kbpf_do_subprog_call(struct kbpf_verifier *v, const struct kbpf_insn *insn);
int kbpf_do_exit(struct kbpf_verifier *v);

/* The value of a register that is read; NULL after a refusal, errno in @err. */
const struct kbpf_value *kbpf_read_reg(struct kbpf_verifier *v, u32 reg, int *err);

/* How memory is accessed, as bits. */
#define KBPF_ACCESS_READ	(1U << 0)
#define KBPF_ACCESS_WRITE	(1U << 1)
#define KBPF_ACCESS_HELPER	(1U << 2)	/* by a helper, as its argument */
#define KBPF_ACCESS_ATOMIC	(1U << 3)

/**
 * kbpf_check_mem() - may this memory be accessed?
 * @v: verification
 * @reg: register with the address
 * @off: constant added to it
 * @size: bytes, at least 1
 * @access: KBPF_ACCESS_* bits
 *
 * Return: 0 or -errno.
 */
int kbpf_check_mem(struct kbpf_verifier *v, u32 reg, s32 off, u32 size, u32 access);
/* Bytes that are left of the memory that a register points into; -1: not known. */
s64 kbpf_mem_room(const struct kbpf_verifier *v, u32 reg);
/* A helper was given memory: what it writes there is not known. 0 or -ENOMEM. */
int kbpf_apply_helper_write(struct kbpf_verifier *v, u32 reg, u32 size);

/* Start walking @st, a fork of the current path, later. Takes @st over. */
int kbpf_push_path(struct kbpf_verifier *v, struct kbpf_state *st);
/* The same while the refused path is walked again: its history says which goes on. */
int kbpf_history_fork(struct kbpf_verifier *v, struct kbpf_state *st);
/* Where the walk of a function begins that is not walked where it is called. */
struct kbpf_state *kbpf_walk_begin(struct kbpf_verifier *v, u32 func);

/* All values linked to @was (which has an id) become what @is now says of it. */
bool kbpf_link_refine(struct kbpf_state *st, const struct kbpf_value *was,
		      const struct kbpf_scalar *is);
/* The OR_NULL pointers with this id are (not) 0. */
void kbpf_link_null(struct kbpf_state *st, u32 id, bool null);
/* References. */
int kbpf_ref_acquire(struct kbpf_verifier *v, u32 *id);
void kbpf_ref_release(struct kbpf_state *st, u32 id);

/* ---- lock.c: spin locks in map values --------------------------------------------------------- */

/* May the program use such a map? 0 or -errno. */
int kbpf_lock_check_map(struct kbpf_verifier *v, const struct kbpf_map_desc *d);
/* The argument of spin_lock (@take) or spin_unlock, and what a call does. */
int kbpf_lock_check_arg(struct kbpf_verifier *v, u32 reg, bool take);
void kbpf_lock_apply(struct kbpf_verifier *v, u32 reg, bool take);
/* May the helper be called now? */
int kbpf_lock_check_call(struct kbpf_verifier *v, const struct kbpf_proto *p);
/* May the program end here, or a function that a helper called? */
int kbpf_lock_check_end(struct kbpf_verifier *v);

/* ---- global.c: functions that are judged by their signature ---------------------------------------- */

/* Which functions are. 0. */
int kbpf_global_find(struct kbpf_verifier *v);
/* Do the registers hold what the signature says? And what the call does to memory. */
int kbpf_global_check_call(struct kbpf_verifier *v, u32 func);
int kbpf_global_apply_call(struct kbpf_verifier *v, u32 func);
/* What the function finds in its registers. */
void kbpf_global_enter(struct kbpf_verifier *v, u32 func, struct kbpf_frame *f);
/* May it return that? */
int kbpf_global_check_return(struct kbpf_verifier *v);

/* ---- kfunc.c: kernel functions ------------------------------------------------------------------- */

/* Numbers of the functions that instructions name, into their info's @index. 0. */
int kbpf_kfunc_resolve(struct kbpf_verifier *v);
/* Does the kernel have the function, provided or not? */
bool kbpf_kfunc_exists(const struct kbpf_verifier *v, u32 btf_id);
/* An lddw of a kernel symbol's address. */
bool kbpf_kfunc_is_addr(const struct kbpf_insn *insn);
/* Number of the helper or kernel function that a call calls; 0: none that there is. */
u32 kbpf_call_id(const struct kbpf_verifier *v, u32 at);
/* Arguments: a kernel object; one that is given back. */
int kbpf_object_check(struct kbpf_verifier *v, u32 reg);
int kbpf_object_check_release(struct kbpf_verifier *v, u32 reg);
/* May RCU read sides begin or end where this function is called? And let them. */
int kbpf_rcu_check(struct kbpf_verifier *v, u32 id);
int kbpf_rcu_apply(struct kbpf_verifier *v, u32 id);

/* ---- typed.c: types of kernel pointers, in programs that call helpers that ask for them --------------- */

/* Do types matter to this program? Then @types is set. 0. */
int kbpf_typed_find(struct kbpf_verifier *v);
/* @val is argument @n of the attach point, or a task. */
void kbpf_typed_arg(const struct kbpf_verifier *v, struct kbpf_value *val, u32 n);
void kbpf_typed_task(const struct kbpf_verifier *v, struct kbpf_value *val);
/* @val is what 8 bytes at @off from @ptr hold. */
void kbpf_typed_load(const struct kbpf_verifier *v, struct kbpf_value *val,
		     const struct kbpf_value *ptr, s32 off);
/* @val is @from plus a constant. */
void kbpf_typed_move(struct kbpf_value *val, const struct kbpf_value *from, s64 by);
/* May @cur be used wherever @old may? */
bool kbpf_typed_within(const struct kbpf_value *cur, const struct kbpf_value *old);
/* Is the register what an argument of this kind (enum kbpf_arg) is to be? 0 or -errno. */
int kbpf_typed_check(struct kbpf_verifier *v, u32 reg, u32 arg);

/* ---- iter.c: open-coded iterators on the stack ------------------------------------------------------ */

bool kbpf_slot_is_iter(const struct kbpf_slot *s);
/* Bytes [@first, @end) of the stack that @reg points to are accessed: may they be? */
int kbpf_iter_check_access(struct kbpf_verifier *v, u32 reg, s64 first, s64 end);
/* Arguments: a place for an iterator, an iterator. */
int kbpf_iter_check_new(struct kbpf_verifier *v, u32 reg);
int kbpf_iter_check(struct kbpf_verifier *v, u32 reg);
int kbpf_iter_create(struct kbpf_verifier *v, u32 reg);
void kbpf_iter_destroy(struct kbpf_verifier *v, u32 reg);
/* Has the iterator that a value points to given its last element? */
bool kbpf_iter_at_end(const struct kbpf_state *st, const struct kbpf_value *ptr);
/* The result of asking it for another: with @more an element, else NULL. */
struct kbpf_value kbpf_iter_next(struct kbpf_state *st, const struct kbpf_value *ptr, bool more);
/* Did an iterator that is in both frames give elements in between? */
bool kbpf_iter_moved(const struct kbpf_frame *cur, const struct kbpf_frame *old);
/* Has one there since @since given less in @cur than in @old, another path's? */
bool kbpf_iter_behind(const struct kbpf_frame *cur, const struct kbpf_frame *old,
		      const struct kbpf_frame *since);

/* ---- dynptr.c: dynptrs on the stack -------------------------------------------------------------- */

bool kbpf_slot_is_dynptr(const struct kbpf_slot *s);
/* Bytes [@first, @end) of the stack that @reg points to are read or written: may they? */
int kbpf_dynptr_check_access(struct kbpf_verifier *v, u32 reg, s64 first, s64 end, bool write);
/* They were written: dynptrs there are no more. */
void kbpf_dynptr_overwritten(struct kbpf_verifier *v, struct kbpf_frame *f, s32 first, s32 end);
/* What was got through the dynptr with this id must not be used any more. */
void kbpf_dynptr_end(struct kbpf_state *st, u32 ref);
/* The dynptr that a value points to, or NULL. */
const struct kbpf_value *kbpf_dynptr_of(const struct kbpf_state *st, const struct kbpf_value *val);
/* Arguments: a place for a dynptr, a dynptr (that is given back), memory for one. */
int kbpf_dynptr_check_out(struct kbpf_verifier *v, u32 reg);
int kbpf_dynptr_check_arg(struct kbpf_verifier *v, u32 reg, bool release);
int kbpf_dynptr_check_mem(struct kbpf_verifier *v, u32 reg);
/* What helpers do with the place and the dynptr. */
int kbpf_dynptr_create(struct kbpf_verifier *v, u32 reg, u32 kind);
void kbpf_dynptr_release(struct kbpf_verifier *v, u32 reg);

/* ---- may_goto.c: what becomes of it in the form that runs ------------------------------------- */

#define KBPF_MAY_GOTO_MOST	8	/* slots that one becomes at the most */

bool kbpf_is_may_goto(const struct kbpf_insn *insn);
/* Bytes of stack that a function's count takes. */
u32 kbpf_may_goto_stack(const struct kbpf_subprog *s);
/* What stands before the function's first slot. */
struct kbpf_insn kbpf_may_goto_begin(const struct kbpf_subprog *s);

/**
 * kbpf_may_goto_expand() - write a may_goto out
 * @v: verification, after the walk
 * @i: its slot
 * @out: KBPF_MAY_GOTO_MOST slots; a JMP32 JA among them is yet to be given its target
 *
 * Return: slots written.
 */
u32 kbpf_may_goto_expand(const struct kbpf_verifier *v, u32 i, struct kbpf_insn *out);

/* ---- timer.c: timers in map values ------------------------------------------------------------------ */

/* The timer argument, and the map beside it. */
int kbpf_timer_check_arg(struct kbpf_verifier *v, u32 reg);
int kbpf_timer_check_map(struct kbpf_verifier *v, u32 timer, u32 map);
/* A timer of this map may call the function: it is walked. 0 or -errno. */
int kbpf_timer_push(struct kbpf_verifier *v, u32 func, u32 map);
/* The function ends. */
int kbpf_timer_leave(struct kbpf_verifier *v);

/* ---- fixup.c: the form that runs ------------------------------------------------------------ */

int kbpf_fixup(struct kbpf_verifier *v);

/* ---- trace.c ---------------------------------------------------------------------------------- */

/* The current state, for log level 2. */
void kbpf_trace_state(struct kbpf_verifier *v);
void kbpf_trace_insn(struct kbpf_verifier *v);
/* The source line that a slot is of, or NULL. */
const struct kbpf_line_info *kbpf_trace_line(const struct kbpf_verifier *v, u32 insn);

#endif /* KBPF_VERIFIER_H */
