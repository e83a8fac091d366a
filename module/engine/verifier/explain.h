/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files share that explain a refusal: how the path came there, where
 * values came from, what the source calls them. All of it is found out after the
 * refusal; a program that is accepted pays nothing for it.
 */
#ifndef KBPF_EXPLAIN_H
#define KBPF_EXPLAIN_H

#include "verifier/verifier.h"

#define KBPF_C_NAME	56	/* longest C expression that is shown, with its zero */
#define KBPF_NOTES	6
#define KBPF_STEPS	4096	/* steps that are remembered, the last ones */

/* ---- phrase.c: sentences ------------------------------------------------------------ */

/* Text that is put together; what does not fit is cut. */
struct kbpf_text {
	char *buf;
	u32 size;
	u32 pos;
};

void kbpf_put(struct kbpf_text *t, const char *fmt, ...) __printf(2, 3);

/**
 * struct kbpf_words - what templates may name, each in braces
 * @at: of struct kbpf_facts, as are @size, @limit, @n, @name and @what
 * @size: "
 * @limit: "
 * @n: "
 * @name: "
 * @what: "
 * @insn: the instruction
 * @most: greatest value of @index that would do
 * @prog: name of the program's type
 * @type: short name of the register's type, as Linux has it
 * @callee: the function that is called, with its brackets
 * @release: how to give back what is held
 * @chain: the deepest chain of calls, with the stack of each function
 * @mem: what C calls the memory that a size is of, or ""
 * @reg: the register, "R2"
 * @c: what C calls it, else @reg
 * @it: @c in quotes where C has a name, else @reg
 * @index: what C calls the number that was added to the pointer, or ""
 * @object: the memory that is meant
 * @line: where, as "line 23" or "insn 7"
 * @where: the same of what the case goes back to
 */
struct kbpf_words {
	s64 at, size, limit, n, insn, most;
	const char *name, *what, *prog, *type;
	char callee[48];
	char release[96];
	char chain[160];
	char reg[8];
	char c[KBPF_C_NAME];
	char it[KBPF_C_NAME + 2];
	char index[KBPF_C_NAME + 2];
	char mem[KBPF_C_NAME];
	char object[128];
	char line[24];
	char where[24];
};

/* Fill a template in. Return: false where it names a word that is not known. */
bool kbpf_phrase(const struct kbpf_words *w, const char *template, struct kbpf_text *t);

/* ---- describe.c: values and memory ------------------------------------------------------- */

/**
 * struct kbpf_variable - a global variable of the program
 * @name: its name
 * @off: offset in the map that holds it
 * @size: bytes
 */
struct kbpf_variable {
	const char *name;
	u32 off;
	u32 size;
};

/* The global variable that a pointer points into; false where it does not. */
bool kbpf_describe_variable(const struct kbpf_verifier *v, const struct kbpf_value *val,
			    struct kbpf_variable *var);
/* Bytes of what a pointer points into; 0: not known. */
u32 kbpf_describe_size(const struct kbpf_verifier *v, const struct kbpf_value *val);
/* The memory that a pointer points into, with its size. */
void kbpf_describe_object(const struct kbpf_verifier *v, const struct kbpf_value *val,
			  struct kbpf_text *t);
/* What a register holds. */
void kbpf_describe_value(const struct kbpf_verifier *v, const struct kbpf_value *val,
			 struct kbpf_text *t);

/* ---- source.c: the program's text ----------------------------------------------------- */

/**
 * struct kbpf_source - a line of the source
 * @file: its name, without directories
 * @line: number, from 1
 * @col: column that the instruction is of, from 0; counted in @text
 * @text: the line, as written but for white space at its beginning
 */
struct kbpf_source {
	const char *file;
	u32 line;
	u32 col;
	const char *text;
};

/* A piece of a line. */
struct kbpf_piece {
	u32 start;
	u32 len;
};

/* The line that an instruction is of; false where that is not known. */
bool kbpf_source_of(const struct kbpf_verifier *v, u32 insn, struct kbpf_source *s);
/* Are both of one line, as far as is known? */
bool kbpf_source_same(const struct kbpf_verifier *v, u32 insn, u32 other);
/* "line 23", or "insn 7". */
void kbpf_source_place(const struct kbpf_verifier *v, u32 insn, char *buf, u32 size);
/* The expression at the instruction's column. */
bool kbpf_source_expr(const struct kbpf_source *s, struct kbpf_piece *p);
/* The left operand of the operator at the column. */
bool kbpf_source_left(const struct kbpf_source *s, struct kbpf_piece *p);
/* The variable that the expression at the column is assigned to. */
bool kbpf_source_assigned(const struct kbpf_source *s, struct kbpf_piece *p);
/* Argument @n, from 0, of the call of @func in the line. */
bool kbpf_source_arg(const struct kbpf_source *s, const char *func, u32 n, struct kbpf_piece *p);
/* The pointer of "*p", "p->m" or "p[i]" at the column. */
bool kbpf_source_base(const struct kbpf_source *s, struct kbpf_piece *p);
/* Where an expression stands in the line, the last time up to the column. */
bool kbpf_source_word(const struct kbpf_source *s, const char *c, struct kbpf_piece *p);
/* What stands in the brackets of the line, if it has one pair. */
bool kbpf_source_subscript(const struct kbpf_source *s, struct kbpf_piece *p);
/* Name of a function of the program, of its parameter @n; "" where not known. */
const char *kbpf_source_func(const struct kbpf_verifier *v, u32 func);
const char *kbpf_source_param(const struct kbpf_verifier *v, u32 func, u32 n);

/* ---- history.c: the path that was refused --------------------------------------------- */

/**
 * struct kbpf_step - an instruction of the path
 * @insn: slot
 * @frame: index of the frame it ran in
 * @forked: other paths went another way from here
 * @type: enum kbpf_vtype: of the address that is accessed, or that a helper writes
 *	to; of the destination of arithmetic and jumps, before
 * @at_frame: STACK: the frame whose stack it is
 * @known: @off is known
 * @src_ptr: arithmetic: the source is a pointer
 * @constant: the destination is a constant; jumps: the source is, and @off is it
 * @index: of the address, as in struct kbpf_value
 * @off: offset of the address
 */
struct kbpf_step {
	u32 insn;
	u8 frame;
	bool forked;
	u8 type;
	u8 at_frame;
	bool known;
	bool src_ptr;
	bool constant;
	u16 index;
	s32 off;
};

/**
 * struct kbpf_history - the path that was refused
 * @steps: ring of its last KBPF_STEPS steps
 * @nr: steps in all; the last is the one that was refused
 * @way: entries of the trail that led there, oldest first
 * @nr_way: how many
 * @next: the one to follow next
 * @other: the state that the path goes on with, where it is not the current one
 * @forked: the instruction under way is where paths parted
 * @refused: the instruction was refused again
 */
struct kbpf_history {
	struct kbpf_step *steps;
	u32 nr;
	u32 *way;
	u32 nr_way;
	u32 next;
	struct kbpf_state *other;
	bool forked;
	bool refused;
};

static inline const struct kbpf_step *kbpf_history_step(const struct kbpf_history *h, u32 i)
{
	return &h->steps[i % KBPF_STEPS];
}

static inline u32 kbpf_history_first(const struct kbpf_history *h)
{
	return h->nr > KBPF_STEPS ? h->nr - KBPF_STEPS : 0;
}

/* Walk the refused path once more and note its steps: @nr stays 0 where that fails. */
void kbpf_history_record(struct kbpf_verifier *v, struct kbpf_history *h);
void kbpf_history_free(struct kbpf_history *h);

/* ---- origin.c: where a value came from -------------------------------------------------- */

/* How a value came to be what it is. */
enum kbpf_origin_kind {
	KBPF_FROM_CONST,	/* a constant */
	KBPF_FROM_LOAD,		/* loaded from memory */
	KBPF_FROM_CALL,		/* returned by a helper */
	KBPF_FROM_WRITE,	/* written to the stack by a helper */
	KBPF_FROM_CONTEXT,	/* given to the program */
	KBPF_FROM_ARGUMENT,	/* given to the function by who calls it */
	KBPF_FROM_STACK,	/* the address of the stack */
	KBPF_FROM_OP,		/* changed by arithmetic */
	KBPF_FROM_CLOBBER,	/* lost in a call */
	KBPF_FROM_NOWHERE,	/* never written */
};

/**
 * struct kbpf_origin - where a value came from
 * @notes: what was done, the latest first: kind and step
 * @nr: how many
 * @regs: registers that it went through, as bits
 * @moved: a pointer was moved by a number on the way
 * @scale: bytes that one more of it means, where the last thing done was to multiply
 * @name: what C calls it, or ""
 */
struct kbpf_origin {
	struct {
		u8 kind;
		u32 step;
	} notes[KBPF_NOTES];
	u32 nr;
	u32 regs;
	bool moved;
	u32 scale;
	char name[KBPF_C_NAME];
};

/**
 * kbpf_origin_find() - follow a register back
 * @v: verification
 * @h: the path
 * @step: before which step the register is asked about
 * @reg: the register, of that step's frame
 * @index: of a pointer that was moved, follow the number that moved it
 * @o: out
 */
void kbpf_origin_find(const struct kbpf_verifier *v, const struct kbpf_history *h, u32 step,
		      u32 reg, bool index, struct kbpf_origin *o);
/* The function that a call calls, with its brackets. */
void kbpf_say_callee(const struct kbpf_verifier *v, u32 insn, struct kbpf_text *t);
/* The notes as a sentence: "loaded from ctx at line 19, & 0xff at line 21". */
void kbpf_origin_say(const struct kbpf_verifier *v, const struct kbpf_history *h,
		     const struct kbpf_origin *o, struct kbpf_text *t);

/* ---- path.c: branches that matter -------------------------------------------------------- */

/**
 * kbpf_path_say() - how the path came to the refusal
 * @v: verification
 * @h: the path
 * @o: origin of the value that was refused
 * @t: out: branches that matter with their conditions; nothing where there are none
 */
void kbpf_path_say(const struct kbpf_verifier *v, const struct kbpf_history *h,
		   const struct kbpf_origin *o, struct kbpf_text *t);

/* ---- explain.c --------------------------------------------------------------------------- */

/* Write to the log why the program is refused. */
void kbpf_explain(struct kbpf_verifier *v);

#endif /* KBPF_EXPLAIN_H */
