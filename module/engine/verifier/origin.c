// SPDX-License-Identifier: GPL-2.0
/*
 * Where a value came from: the path's steps read backwards from where it is
 * used, through moves, spills, calls and arithmetic, to where it was made.
 */
#include "verifier/explain.h"
#include "helpers/proto.h"

/* What is followed: a register, or a byte of stack. */
struct place {
	bool stack;
	u8 frame;
	u8 reg;
	s32 off;
};

/* Following one. */
struct trace {
	const struct kbpf_verifier *v;
	const struct kbpf_history *h;
	struct kbpf_origin *o;
	struct place at;
	bool index;	/* of pointers and numbers added to them, the number */
	u32 ops;	/* arithmetic that was passed, but for scaling at the end */
	u32 op;		/* step of the last */
	u32 used;	/* instruction where the value is used */
};

static void take_name(struct kbpf_origin *o, const struct kbpf_source *s, const struct kbpf_piece *p)
{
	struct kbpf_text t = { .buf = o->name, .size = sizeof(o->name) };

	kbpf_put(&t, "%.*s", (int)p->len, s->text + p->start);
}

static void say_op(const struct kbpf_insn *insn, struct kbpf_text *t)
{
	static const char *const signs[16] = {
		[KBPF_ADD >> 4] = "+", [KBPF_SUB >> 4] = "-", [KBPF_MUL >> 4] = "*",
		[KBPF_DIV >> 4] = "/", [KBPF_OR >> 4] = "|", [KBPF_AND >> 4] = "&",
		[KBPF_LSH >> 4] = "<<", [KBPF_RSH >> 4] = ">>", [KBPF_MOD >> 4] = "%",
		[KBPF_XOR >> 4] = "^", [KBPF_ARSH >> 4] = ">>",
	};
	const char *sign = signs[KBPF_OP(insn->code) >> 4];

	if (!sign)
		kbpf_put(t, KBPF_OP(insn->code) == KBPF_NEG ? "negated" : "its bytes swapped");
	else if (KBPF_SRC(insn->code) == KBPF_X)
		kbpf_put(t, "%s another number", sign);
	else if (strchr("&|^", *sign))
		kbpf_put(t, "%s 0x%x", sign, insn->imm);
	else
		kbpf_put(t, "%s %d", sign, insn->imm);
}

/* The same of an expression that one operation was done on since. */
static void take_expr(struct trace *t, const struct kbpf_source *s, const struct kbpf_piece *p)
{
	struct kbpf_text text = { .buf = t->o->name, .size = sizeof(t->o->name) };

	if (!t->ops) {
		take_name(t->o, s, p);
		return;
	}
	kbpf_put(&text, "(%.*s ", (int)p->len, s->text + p->start);
	say_op(&t->v->insns[kbpf_history_step(t->h, t->op)->insn], &text);
	kbpf_put(&text, ")");
}

/* The step sets the value: does the line say which variable that is? */
static void find_name(struct trace *t, u32 step, bool last)
{
	u32 insn = kbpf_history_step(t->h, step)->insn;
	struct kbpf_source s;
	struct kbpf_piece p;

	if (t->o->name[0] || !kbpf_source_of(t->v, insn, &s))
		return;
	if (!kbpf_source_same(t->v, insn, t->used) && kbpf_source_assigned(&s, &p))
		take_name(t->o, &s, &p);
	else if (last && t->ops < 2 && kbpf_source_expr(&s, &p))
		take_expr(t, &s, &p);
}

static bool is_shift_pair(const struct trace *t, u32 step)
{
	const struct kbpf_insn *insn = &t->v->insns[kbpf_history_step(t->h, step)->insn], *later;
	u32 n = t->o->nr;

	if (!n || t->o->notes[n - 1].kind != KBPF_FROM_OP || KBPF_OP(insn->code) != KBPF_LSH)
		return false;
	later = &t->v->insns[kbpf_history_step(t->h, t->o->notes[n - 1].step)->insn];
	return (KBPF_OP(later->code) == KBPF_RSH || KBPF_OP(later->code) == KBPF_ARSH) &&
	       KBPF_SRC(later->code) == KBPF_K && later->imm == 32 && insn->imm == 32;
}

/* The last place is for where the value was made. */
static void add_note(struct trace *t, u32 kind, u32 step)
{
	struct kbpf_origin *o = t->o;

	if (kind == KBPF_FROM_OP && is_shift_pair(t, step)) {
		o->nr--;	/* how compilers extend 32 bits to 64 */
		t->ops -= t->ops > 1 ? 2 : t->ops;
		return;
	}
	/* what is done in every round of a loop is said once */
	if (kind == KBPF_FROM_OP && o->nr && kbpf_history_step(t->h, step)->insn ==
		     kbpf_history_step(t->h, o->notes[o->nr - 1].step)->insn)
		return;
	if (o->nr == KBPF_NOTES || (kind == KBPF_FROM_OP && o->nr == KBPF_NOTES - 1))
		o->nr--;
	o->notes[o->nr].kind = kind;
	o->notes[o->nr++].step = step;
}

/* It was made in this step. */
static bool end(struct trace *t, u32 kind, u32 step)
{
	add_note(t, kind, step);
	find_name(t, step, kind == KBPF_FROM_LOAD || kind == KBPF_FROM_CALL);
	return false;
}

static void move_to(struct trace *t, u32 reg)
{
	t->at.stack = false;
	t->at.reg = reg;
	t->o->regs |= 1U << reg;
}

/* ---- kinds of steps: true where the trace goes on ------------------------------------ */

static u32 scale_of(const struct kbpf_insn *insn)
{
	if (KBPF_SRC(insn->code) != KBPF_K)
		return 1;
	if (KBPF_OP(insn->code) == KBPF_LSH && insn->imm < 16)
		return 1U << insn->imm;
	return KBPF_OP(insn->code) == KBPF_MUL && insn->imm > 0 ? insn->imm : 1;
}

static bool over_alu(struct trace *t, u32 i, const struct kbpf_step *s, const struct kbpf_insn *insn)
{
	bool by_reg = KBPF_SRC(insn->code) == KBPF_X, ptr = s->type > KBPF_V_SCALAR;

	if (t->at.stack || insn->dst_reg != t->at.reg)
		return true;
	if (KBPF_OP(insn->code) == KBPF_MOV && !by_reg)
		return end(t, KBPF_FROM_CONST, i);
	find_name(t, i, false);
	if (KBPF_OP(insn->code) == KBPF_MOV) {
		move_to(t, insn->src_reg);
		return true;
	}
	if (ptr || s->src_ptr) {
		t->o->moved |= by_reg;
		if (by_reg && ptr == t->index)
			move_to(t, insn->src_reg);
		return true;
	}
	/* what it was before it was scaled has a name, what it was before that not */
	if (!t->o->nr && !t->o->name[0])
		t->o->scale = scale_of(insn);
	if (t->o->nr || t->o->scale == 1) {
		t->ops++;
		t->op = i;
	}
	add_note(t, KBPF_FROM_OP, i);
	if (by_reg && s->constant)
		move_to(t, insn->src_reg);
	return true;
}

static bool over_load(struct trace *t, u32 i, const struct kbpf_step *s, const struct kbpf_insn *insn)
{
	if (t->at.stack || insn->dst_reg != t->at.reg)
		return true;
	if (s->type != KBPF_V_STACK || !s->known)
		return end(t, KBPF_FROM_LOAD, i);
	find_name(t, i, true);
	t->at.stack = true;
	t->at.frame = s->at_frame;
	t->at.off = s->off;
	return true;
}

static bool covers(const struct trace *t, const struct kbpf_step *s, u32 size)
{
	return t->at.stack && s->type == KBPF_V_STACK && s->known && s->at_frame == t->at.frame &&
	       t->at.off >= s->off && t->at.off < s->off + (s32)size;
}

static bool over_store(struct trace *t, u32 i, const struct kbpf_step *s, const struct kbpf_insn *insn)
{
	if (!covers(t, s, kbpf_isa_size(insn->code)))
		return true;
	if (KBPF_CLASS(insn->code) == KBPF_ST)
		return end(t, KBPF_FROM_CONST, i);
	find_name(t, i, false);
	t->at.frame = s->frame;
	move_to(t, insn->src_reg);
	return true;
}

/* A call of the program's own function, which is entered after it. */
static bool over_entry(struct trace *t, u32 i, const struct kbpf_step *s, const struct kbpf_insn *insn)
{
	u32 func = kbpf_cfg_func_of(t->v, kbpf_history_step(t->h, i + 1)->insn);
	struct kbpf_text name = { .buf = t->o->name, .size = sizeof(t->o->name) };

	if (t->at.stack || t->at.frame != s->frame + 1)
		return true;
	if (t->at.reg == KBPF_R10)
		return end(t, KBPF_FROM_STACK, i);
	if (t->at.reg < KBPF_R1 || t->at.reg > KBPF_R5)
		return end(t, KBPF_FROM_NOWHERE, i);
	if (!t->o->name[0])
		kbpf_put(&name, "%s", kbpf_source_param(t->v, func, t->at.reg - KBPF_R1));
	if (insn->src_reg != KBPF_PSEUDO_CALL)
		return end(t, KBPF_FROM_ARGUMENT, i);
	t->at.frame--;
	return true;
}

static bool over_call(struct trace *t, u32 i, const struct kbpf_step *s, const struct kbpf_insn *insn)
{
	const struct kbpf_step *next = kbpf_history_step(t->h, i + 1);

	if (next->frame == s->frame + 1)
		return over_entry(t, i, s, insn);
	if (t->at.stack)
		return covers(t, s, 512) ? end(t, KBPF_FROM_WRITE, i) : true;
	/* behind a tail call that a function made, the path goes on in its caller */
	if (t->at.frame != min(s->frame, next->frame) || t->at.reg > KBPF_R5)
		return true;
	return end(t, t->at.reg ? KBPF_FROM_CLOBBER : KBPF_FROM_CALL, i);
}

/* The end of a function: what it returns is what its caller finds in r0. */
static bool over_exit(struct trace *t, u32 i, const struct kbpf_step *s)
{
	const struct kbpf_step *next = kbpf_history_step(t->h, i + 1);

	if (t->at.stack || next->frame + 1 != s->frame || t->at.frame != next->frame)
		return true;
	if (t->at.reg == KBPF_R0)
		t->at.frame++;
	else if (t->at.reg <= KBPF_R5)
		return end(t, KBPF_FROM_CLOBBER, i);
	return true;
}

static bool over(struct trace *t, u32 i)
{
	const struct kbpf_step *s = kbpf_history_step(t->h, i);
	const struct kbpf_insn *insn = &t->v->insns[s->insn];
	u8 class = KBPF_CLASS(insn->code);

	if (class == KBPF_ST || class == KBPF_STX)
		return over_store(t, i, s, insn);
	if (class == KBPF_JMP && KBPF_OP(insn->code) == KBPF_CALL)
		return over_call(t, i, s, insn);
	if (class == KBPF_JMP && KBPF_OP(insn->code) == KBPF_EXIT)
		return over_exit(t, i, s);
	if (t->at.stack || t->at.frame != s->frame)
		return true;
	if (class == KBPF_LDX)
		return over_load(t, i, s, insn);
	if (class == KBPF_ALU || class == KBPF_ALU64)
		return over_alu(t, i, s, insn);
	if (class == KBPF_LD && insn->dst_reg == t->at.reg)
		return end(t, KBPF_FROM_CONST, i);
	return true;
}

/* Where the path began. */
static void at_start(struct trace *t)
{
	u32 reg = t->at.reg, func = t->v->root;
	struct kbpf_text name = { .buf = t->o->name, .size = sizeof(t->o->name) };

	if (t->at.stack || t->h->nr > KBPF_STEPS) {
		if (t->h->nr <= KBPF_STEPS)
			add_note(t, KBPF_FROM_NOWHERE, 0);
		return;
	}
	if (reg == KBPF_R10)
		add_note(t, KBPF_FROM_STACK, 0);
	else if (reg == KBPF_R0 || reg > KBPF_R5 || (!func && reg > KBPF_R1))
		add_note(t, KBPF_FROM_NOWHERE, 0);
	else
		add_note(t, func ? KBPF_FROM_ARGUMENT : KBPF_FROM_CONTEXT, 0);
	if (!t->o->name[0] && reg >= KBPF_R1 && reg <= KBPF_R5)
		kbpf_put(&name, "%s", kbpf_source_param(t->v, func, reg - KBPF_R1));
}

void kbpf_origin_find(const struct kbpf_verifier *v, const struct kbpf_history *h, u32 step,
		      u32 reg, bool index, struct kbpf_origin *o)
{
	struct trace t = { .v = v, .h = h, .o = o, .index = index };

	memset(o, 0, sizeof(*o));
	o->scale = 1;
	if (!h->nr)
		return;
	t.used = kbpf_history_step(h, step)->insn;
	t.at.frame = kbpf_history_step(h, step)->frame;
	move_to(&t, reg);
	while (step-- > kbpf_history_first(h))
		if (!over(&t, step))
			return;
	at_start(&t);
}

/* ---- in words ------------------------------------------------------------------------- */

static void say_load(const struct kbpf_verifier *v, const struct kbpf_step *s, struct kbpf_text *t)
{
	static const char *const from[KBPF_VTYPES] = {
		[KBPF_V_SCALAR] = "kernel memory", [KBPF_V_CTX] = "the context",
		[KBPF_V_STACK] = "the stack", [KBPF_V_PACKET] = "the packet",
		[KBPF_V_PACKET_META] = "the packet's metadata", [KBPF_V_OBJECT] = "a kernel object",
	};

	if (s->type == KBPF_V_MAP_VALUE)
		kbpf_put(t, "loaded from map `%s`", kbpf_map_desc_of(v, s->index)->name);
	else
		kbpf_put(t, "loaded from %s", from[s->type] ? from[s->type] : "memory");
}

void kbpf_say_callee(const struct kbpf_verifier *v, u32 insn, struct kbpf_text *t)
{
	const struct kbpf_insn *i = &v->insns[insn];
	const char *name;

	if (KBPF_OP(i->code) == KBPF_EXIT) {
		kbpf_put(t, "a function");
		return;
	}
	if (i->src_reg == KBPF_PSEUDO_CALL) {
		name = kbpf_source_func(v, kbpf_cfg_find(v, insn + 1 + i->imm));
		kbpf_put(t, "%s()", *name ? name : "a function");
		return;
	}
	name = kbpf_proto_name(kbpf_call_id(v, insn));
	kbpf_put(t, "%s%s()", name && !strncmp(name, "bpf_", 4) ? "" : "bpf_", name ? name : "?");
}

static void say_note(const struct kbpf_verifier *v, const struct kbpf_step *s, u32 kind,
		     struct kbpf_text *t)
{
	switch (kind) {
	case KBPF_FROM_CONST:
		kbpf_put(t, "set");
		break;
	case KBPF_FROM_LOAD:
		say_load(v, s, t);
		break;
	case KBPF_FROM_CALL:
		kbpf_put(t, "returned by ");
		kbpf_say_callee(v, s->insn, t);
		break;
	case KBPF_FROM_WRITE:
		kbpf_put(t, "written by ");
		kbpf_say_callee(v, s->insn, t);
		break;
	case KBPF_FROM_CONTEXT:
		kbpf_put(t, "what the program is called with");
		break;
	case KBPF_FROM_ARGUMENT:
		kbpf_put(t, "what the function is called with");
		break;
	case KBPF_FROM_STACK:
		kbpf_put(t, "the function's stack");
		break;
	case KBPF_FROM_OP:
		say_op(&v->insns[s->insn], t);
		break;
	case KBPF_FROM_CLOBBER:
		kbpf_put(t, "lost in the call of ");
		kbpf_say_callee(v, s->insn, t);
		break;
	default:
		kbpf_put(t, "never set on this path");
	}
}

/* Kinds that are said without a place. */
static bool has_place(u32 kind)
{
	return kind != KBPF_FROM_CONTEXT && kind != KBPF_FROM_STACK && kind != KBPF_FROM_NOWHERE &&
	       kind != KBPF_FROM_ARGUMENT;
}

void kbpf_origin_say(const struct kbpf_verifier *v, const struct kbpf_history *h,
		     const struct kbpf_origin *o, struct kbpf_text *t)
{
	char place[24];

	for (u32 n = o->nr; n-- > 0; ) {
		const struct kbpf_step *s = kbpf_history_step(h, o->notes[n].step);

		say_note(v, s, o->notes[n].kind, t);
		/* one place for all that was done there */
		if (has_place(o->notes[n].kind) &&
		    (!n || !kbpf_source_same(v, s->insn,
					     kbpf_history_step(h, o->notes[n - 1].step)->insn))) {
			kbpf_source_place(v, s->insn, place, sizeof(place));
			kbpf_put(t, " at %s", place);
		}
		kbpf_put(t, n ? ", " : "");
	}
}
