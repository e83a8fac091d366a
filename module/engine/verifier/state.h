/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The abstract machine: frames with registers and stack, and the references a
 * program holds. Owns copying, comparing and reading or writing parts of it;
 * judges nothing.
 */
#ifndef KBPF_STATE_H
#define KBPF_STATE_H

#include "kbpf.h"
#include "isa/insn.h"
#include "verifier/value.h"

#define KBPF_SLOT_SIZE	8
#define KBPF_MAX_SLOTS	(KBPF_STACK_SIZE / KBPF_SLOT_SIZE)
#define KBPF_MAX_REFS	16

/* What is known of a byte of stack. */
enum kbpf_byte {
	KBPF_BYTE_UNINIT,	/* never written: whatever was there */
	KBPF_BYTE_MISC,		/* some number */
	KBPF_BYTE_ZERO,		/* 0 */
	KBPF_BYTE_SPILL,	/* part of the slot's @spill */
	KBPF_BYTE_ITER,		/* part of an iterator, as all of the slot; see iter.c */
	KBPF_BYTE_DYNPTR,	/* part of a dynptr, as all of the slot; see dynptr.c */
};

/**
 * struct kbpf_slot - eight aligned bytes of stack
 * @bytes: enum kbpf_byte of each, lowest address first
 * @at: which byte @spill starts at, where there is one
 * @width: bytes of @spill: its low @width bytes are at @at, and SPILL
 * @spill: the value; already truncated to @width bytes
 */
struct kbpf_slot {
	u8 bytes[KBPF_SLOT_SIZE];
	u8 at;
	u8 width;
	struct kbpf_value spill;
};

/**
 * struct kbpf_frame - a function under way
 * @func: which
 * @callsite: slot of the call that entered it; not for the first frame
 * @callback: entered by a helper, so that leaving it leads back to the call
 * @nr_refs: callback: references held when it was entered
 * @run: tells this run of the function from others on the path
 * @rounds: how often a may_goto of this run went on
 * @calls: how often the helper under way has called back
 * @spent: a may_goto of this run jumped, as all will from then on
 * @timer: called by a timer: leaving it ends the path
 * @lent: callback: id of the dynptr that it was given until it returns, or 0
 * @nr_slots: slots of stack in use: slot i is bytes -8(i+1) .. -8i-1 below the top
 * @cap_slots: slots that there is memory for
 * @regs: registers
 * @slots: the stack
 */
struct kbpf_frame {
	u32 func;
	u32 callsite;
	bool callback;
	bool timer;
	bool spent;
	u32 nr_refs;
	u32 run;
	u32 rounds;
	u32 calls;
	u32 lent;
	u32 nr_slots;
	u32 cap_slots;
	struct kbpf_value regs[KBPF_REGS];
	struct kbpf_slot *slots;
};

/**
 * struct kbpf_ref - something that must be given back
 * @id: as in struct kbpf_value
 * @insn: where it was acquired
 */
struct kbpf_ref {
	u32 id;
	u32 insn;
};

/**
 * struct kbpf_state - a point of a path
 * @nr_frames: frames, at least 1
 * @nr_refs: references held
 * @insn: where the path goes on
 * @trail: newest entry of the path's branches; see struct kbpf_verifier
 * @lock_map: map whose value's spin lock is held, as in struct kbpf_value, plus 1;
 *	0: none is
 * @lock_id: id of that value
 * @lock_insn: where it was taken
 * @rcu: id of the reference that stands for an RCU read side; 0: none is begun
 * @frames: outermost first
 * @refs: oldest first
 */
struct kbpf_state {
	u32 nr_frames;
	u32 nr_refs;
	u32 insn;
	u32 trail;
	u32 lock_map;
	u32 lock_id;
	u32 lock_insn;
	u32 rcu;
	struct kbpf_frame *frames[KBPF_MAX_FRAMES];
	struct kbpf_ref refs[KBPF_MAX_REFS];
};

/* Does it hold a value? One that loses a byte is none any more, so any byte tells. */
static inline bool kbpf_slot_is_spill(const struct kbpf_slot *s)
{
	return s->width && s->bytes[s->at] == KBPF_BYTE_SPILL;
}

/* The innermost frame, and its registers. */
static inline struct kbpf_frame *kbpf_state_top(const struct kbpf_state *st)
{
	return st->frames[st->nr_frames - 1];
}

static inline struct kbpf_value *kbpf_state_reg(const struct kbpf_state *st, u32 reg)
{
	return &kbpf_state_top(st)->regs[reg];
}

struct kbpf_state *kbpf_state_create(void);
struct kbpf_state *kbpf_state_copy(const struct kbpf_state *st);
void kbpf_state_free(struct kbpf_state *st);
/* Bytes of memory that a state holds. */
u64 kbpf_state_bytes(const struct kbpf_state *st);

/**
 * kbpf_state_push_frame() - enter a function
 * @st: the state
 * @func: the function
 * @callsite: slot of the call
 *
 * All registers but r10 are NONE in the new frame.
 *
 * Return: the frame or NULL (no memory); the caller has seen to the depth.
 */
struct kbpf_frame *kbpf_state_push_frame(struct kbpf_state *st, u32 func, u32 callsite);
void kbpf_state_pop_frame(struct kbpf_state *st);

/**
 * kbpf_frame_reserve() - have memory for the stack down to an offset
 * @f: the frame
 * @off: offset from the top, -KBPF_STACK_SIZE .. -1
 *
 * Return: 0 or -ENOMEM.
 */
int kbpf_frame_reserve(struct kbpf_frame *f, s32 off);

/**
 * kbpf_frame_store() - write a value at a known offset
 * @f: the frame, reserved down to @off
 * @off: offset from the top; [@off, @off + @size) is inside the stack
 * @size: 1, 2, 4 or 8
 * @v: the value; pointers are kept only whole (8 aligned bytes)
 */
void kbpf_frame_store(struct kbpf_frame *f, s32 off, u32 size, const struct kbpf_value *v);

/**
 * kbpf_frame_scrub() - bytes may now hold any number
 * @f: the frame, reserved down to @off
 * @off: first byte
 * @size: bytes
 */
void kbpf_frame_scrub(struct kbpf_frame *f, s32 off, u32 size);

/**
 * kbpf_frame_load() - read a value at a known offset
 * @f: the frame
 * @off: offset from the top
 * @size: 1, 2, 4 or 8
 *
 * Return: what was there; any number where not all of it is known.
 */
struct kbpf_value kbpf_frame_load(const struct kbpf_frame *f, s32 off, u32 size);

/**
 * kbpf_state_each() - visit every value of a state, in registers and spilled whole
 * @st: the state
 * @fn: called for each; may change it
 * @arg: for @fn
 */
void kbpf_state_each(struct kbpf_state *st, void (*fn)(struct kbpf_value *v, void *arg), void *arg);

#endif /* KBPF_STATE_H */
