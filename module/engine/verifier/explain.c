// SPDX-License-Identifier: GPL-2.0
/*
 * A refusal in words: where, what the rule needs, what is known instead and where
 * that came from, the branches that led there, and a change that would make it
 * pass. The sentences are say.def's and reject.def's; this fills them in.
 */
#include "verifier/explain.h"
#include "helpers/kfunc.h"
#include "helpers/proto.h"
#include "isa/opcode.h"
#include "btf/btf.h"

/* An explanation under way. */
struct explain {
	struct kbpf_verifier *v;
	const struct kbpf_refusal *r;
	const struct kbpf_say_row *say;
	const struct kbpf_reject_row *row;
	const struct kbpf_value *val;	/* the register's, or NULL */
	struct kbpf_value split;	/* the same as what was moved and by how much */
	u32 caret;			/* column that is pointed at */
	struct kbpf_source src;
	bool has_src;
	struct kbpf_history h;
	struct kbpf_origin value;
	struct kbpf_origin index;
	struct kbpf_words w;
	char text[640];
};

static void put_piece(char *buf, u32 size, const struct kbpf_source *s, const struct kbpf_piece *p)
{
	struct kbpf_text t = { .buf = buf, .size = size };

	kbpf_put(&t, "%.*s", (int)p->len, s->text + p->start);
}

/* ---- words for what the source calls things ------------------------------------------------ */

static bool is_call(const struct kbpf_insn *insn)
{
	return KBPF_CLASS(insn->code) == KBPF_JMP && KBPF_OP(insn->code) == KBPF_CALL;
}

/* An argument of a call, where it stands in the line. */
static bool find_argument(const struct explain *e, int reg, struct kbpf_piece *p)
{
	char func[sizeof(e->w.callee)];
	char *bracket;

	if (!e->has_src || reg < KBPF_R1 || reg > KBPF_R5)
		return false;
	strscpy(func, e->w.callee, sizeof(func));
	bracket = strchr(func, '(');
	if (bracket)
		*bracket = '\0';
	return *func && kbpf_source_arg(&e->src, func, reg - KBPF_R1, p);
}

static bool is_access(const struct kbpf_insn *insn)
{
	u8 class = KBPF_CLASS(insn->code);

	return class == KBPF_LDX || class == KBPF_ST || class == KBPF_STX;
}

/* An operation with a constant, which is the right operand then. */
static bool is_arithmetic(const struct kbpf_insn *insn)
{
	u8 class = KBPF_CLASS(insn->code);

	return (class == KBPF_ALU || class == KBPF_ALU64) && KBPF_SRC(insn->code) == KBPF_K;
}

/* What C calls the register, and where in the line it stands. */
static void find_c(struct explain *e)
{
	const struct kbpf_insn *insn = &e->v->insns[e->r->insn];
	struct kbpf_text t = { .buf = e->w.c, .size = sizeof(e->w.c) };
	struct kbpf_variable var;
	struct kbpf_piece p;

	if (e->r->reg < 0)
		return;
	if (is_call(insn) && find_argument(e, e->r->reg, &p)) {
		put_piece(e->w.c, sizeof(e->w.c), &e->src, &p);
		e->caret = p.start;
		return;
	}
	if (e->val && kbpf_describe_variable(e->v, e->val, &var))
		kbpf_put(&t, "%s", var.name);
	else if (e->value.name[0])
		kbpf_put(&t, "%s", e->value.name);
	else if (e->has_src && ((is_access(insn) && kbpf_source_base(&e->src, &p)) ||
				(is_arithmetic(insn) && kbpf_source_left(&e->src, &p))))
		put_piece(e->w.c, sizeof(e->w.c), &e->src, &p);
	else
		kbpf_put(&t, "%s", e->w.reg);
	if (e->has_src && kbpf_source_word(&e->src, e->w.c, &p))
		e->caret = p.start;
}

/* ---- words for what is held ---------------------------------------------------------------- */

static const struct {
	u32 func;
	int arg;	/* that names what is taken; -1: what the call returns */
	const char *release;
} takers[] = {
	{ KBPF_FUNC_ringbuf_reserve, -1, "bpf_ringbuf_discard({c}, 0);" },
	{ KBPF_FUNC_ringbuf_reserve_dynptr, 3, "bpf_ringbuf_discard_dynptr({c}, 0);" },
	{ KBPF_KFUNC_iter_num_new, 0, "bpf_iter_num_destroy({c});" },
	{ KBPF_KFUNC_task_acquire, -1, "bpf_task_release({c});" },
	{ KBPF_KFUNC_task_from_pid, -1, "bpf_task_release({c});" },
	{ KBPF_KFUNC_rcu_read_lock, -1, "bpf_rcu_read_unlock();" },
	{ KBPF_FUNC_spin_lock, 0, "bpf_spin_unlock({c});" },
};

/* What was taken at an instruction, and how it is given back. */
static void find_held(struct explain *e)
{
	u32 at = e->r->facts.where - 1;
	struct kbpf_text t = { .buf = e->w.release, .size = sizeof(e->w.release) };
	struct kbpf_source s;
	struct kbpf_piece p;

	if (!e->r->facts.where || e->r->reg >= 0 || !is_call(&e->v->insns[at]))
		return;
	for (u32 i = 0; i < ARRAY_SIZE(takers); i++) {
		char func[48], *bracket;
		struct kbpf_text f = { .buf = func, .size = sizeof(func) };

		if (takers[i].func != kbpf_call_id(e->v, at))
			continue;
		kbpf_say_callee(e->v, at, &f);
		bracket = strchr(func, '(');
		if (bracket)
			*bracket = '\0';
		strscpy(e->w.c, "it", sizeof(e->w.c));
		if (kbpf_source_of(e->v, at, &s) &&
		    (takers[i].arg < 0 ? kbpf_source_assigned(&s, &p) :
		     kbpf_source_arg(&s, func, takers[i].arg, &p)))
			put_piece(e->w.c, sizeof(e->w.c), &s, &p);
		kbpf_phrase(&e->w, takers[i].release, &t);
	}
}

/* ---- all words ------------------------------------------------------------------------------ */

/* Greatest index that would do: what is left of the memory, in the index's unit. */
static void find_index(struct explain *e)
{
	struct kbpf_text t = { .buf = e->w.index, .size = sizeof(e->w.index) };
	const struct kbpf_insn *insn = &e->v->insns[e->r->insn];
	struct kbpf_variable var = { .off = 0 };
	struct kbpf_piece p;
	s64 rest;

	if (!e->val || !e->index.nr || !kbpf_describe_size(e->v, e->val))
		return;
	kbpf_describe_variable(e->v, e->val, &var);
	rest = (s64)kbpf_describe_size(e->v, e->val) - e->r->facts.size - (e->val->off - (s64)var.off);
	if (is_access(insn))
		rest -= insn->off;
	if (rest < 0)
		return;
	e->w.most = div_s64(rest, e->index.scale);
	if (e->index.name[0])
		kbpf_put(&t, "%s", e->index.name);
	else if (e->has_src && kbpf_source_subscript(&e->src, &p))
		kbpf_put(&t, "(%.*s)", (int)p.len, e->src.text + p.start);
}

/* What C calls the memory that the size in the argument behind it is of. */
static void find_mem(struct explain *e)
{
	struct kbpf_piece p;

	if (!e->r->facts.mem || !find_argument(e, e->r->facts.mem - 1, &p))
		return;
	if (e->src.text[p.start] == '&') {
		p.start++;
		p.len--;
	}
	put_piece(e->w.mem, sizeof(e->w.mem), &e->src, &p);
}

/* The functions of the deepest chain of calls, with what they use: "main() 264, inner() 256". */
static void find_chain(struct explain *e)
{
	struct kbpf_text t = { .buf = e->w.chain, .size = sizeof(e->w.chain) };
	const struct kbpf_verifier *v = e->v;

	if (e->r->say != KBPF_SAY_stack_depth)
		return;
	for (u32 f = 0, n = 0; n < KBPF_MAX_FRAMES; n++) {
		const char *name = kbpf_source_func(v, f);

		kbpf_put(&t, "%s%s() %u", n ? ", " : "", *name ? name : f ? "a function" : "the program",
			 v->subprogs[f].stack);
		f = v->subprogs[f].deepest;
		if (!f)
			break;
	}
}

static void find_words(struct explain *e)
{
	const struct kbpf_facts *f = &e->r->facts;
	struct kbpf_verifier *v = e->v;
	struct kbpf_words *w = &e->w;
	struct kbpf_text callee = { .buf = w->callee, .size = sizeof(w->callee) };
	struct kbpf_variable var;
	struct kbpf_text object = { .buf = w->object, .size = sizeof(w->object) };

	w->at = f->at;
	w->size = f->size;
	w->limit = f->limit;
	w->n = f->n;
	w->insn = e->r->insn;
	w->name = f->name;
	w->what = f->what;
	w->prog = v->type ? v->type->name : "";
	if (e->val)
		w->type = kbpf_value_short(e->val);
	if (e->r->reg >= 0)
		scnprintf(w->reg, sizeof(w->reg), "R%d", e->r->reg);
	if (v->info && e->r->insn < v->len && is_call(&v->insns[e->r->insn]))
		kbpf_say_callee(v, e->r->insn, &callee);
	kbpf_source_place(v, e->r->insn, w->line, sizeof(w->line));
	if (f->where)
		kbpf_source_place(v, f->where - 1, w->where, sizeof(w->where));
	if (f->mem || e->val)
		kbpf_describe_object(v, f->mem ? kbpf_state_reg(v->cur, f->mem - 1) : e->val, &object);
	if (f->size && e->val && kbpf_describe_variable(v, e->val, &var))
		w->at -= var.off;
	find_c(e);
	scnprintf(w->it, sizeof(w->it), strcmp(w->c, w->reg) ? "`%s`" : "%s", w->c);
	find_held(e);
	find_chain(e);
	find_mem(e);
	find_index(e);
}

/* ---- lines ------------------------------------------------------------------------------------ */

static void say_source(struct explain *e)
{
	const struct kbpf_source *s = &e->src;
	char place[64];
	u32 len;

	if (!e->has_src)
		return;
	len = scnprintf(place, sizeof(place), "%s:%u", s->file, s->line);
	kbpf_log_write(e->v->log, "  %s   %s\n", place, s->text);
	/* under a tab there is no telling where a column is */
	if (memchr(s->text, '\t', e->caret))
		return;
	kbpf_log_write(e->v->log, "%*s^%s%s", (int)(len + 5 + e->caret), "", *e->w.reg ? " " : "",
		       e->w.reg);
	if (*e->w.reg && strcmp(e->w.c, e->w.reg))
		kbpf_log_write(e->v->log, " `%s`", e->w.c);
	kbpf_log_write(e->v->log, "\n");
}

static void say(struct explain *e, const char *label, const struct kbpf_text *t)
{
	if (t->pos)
		kbpf_log_write(e->v->log, "  %-8s %s\n", label, t->buf);
}

static struct kbpf_text fresh(struct explain *e)
{
	e->text[0] = '\0';
	return (struct kbpf_text){ .buf = e->text, .size = sizeof(e->text) };
}

/* The address of a map or variable, or of the stack, says all by itself. */
static bool is_plain(const struct explain *e)
{
	u8 kind = e->value.nr ? e->value.notes[0].kind : KBPF_FROM_NOWHERE;

	return !e->index.nr && (!e->value.nr || kind == KBPF_FROM_STACK ||
				(kind == KBPF_FROM_CONST && kbpf_value_is_ptr(e->val)));
}

static void put_known(struct explain *e, struct kbpf_text *t)
{
	struct kbpf_variable var;

	kbpf_put(t, "%s is ", kbpf_describe_variable(e->v, e->val, &var) ? "the address" : e->w.it);
	if (e->val->type == KBPF_V_NONE && e->value.nr) {
		kbpf_origin_say(e->v, &e->h, &e->value, t);
		return;
	}
	kbpf_describe_value(e->v, e->val, t);
	if (is_plain(e))
		return;
	kbpf_put(t, e->index.nr ? "; what was added: " : ": ");
	kbpf_origin_say(e->v, &e->h, e->index.nr ? &e->index : &e->value, t);
}

static void say_known(struct explain *e)
{
	struct kbpf_text t = fresh(e);

	/* of the frame pointer there is nothing to say */
	if (e->val && e->r->reg != KBPF_R10)
		put_known(e, &t);
	else if (kbpf_say_known[e->r->say])
		kbpf_phrase(&e->w, kbpf_say_known[e->r->say], &t);
	else if (e->r->facts.where)
		kbpf_put(&t, "`%s` was taken at %s and is still held", e->w.c, e->w.where);
	say(e, "known", &t);
}

static void say_fix(struct explain *e)
{
	struct kbpf_text t = fresh(e);

	if (!e->say->fix || !kbpf_phrase(&e->w, e->say->fix, &t)) {
		t = fresh(e);
		kbpf_phrase(&e->w, e->row->fix, &t);
	}
	say(e, "to pass", &t);
}

static void say_insn(struct explain *e)
{
	struct kbpf_verifier *v = e->v;
	struct kbpf_text t = fresh(e);
	char text[96];

	if (e->r->insn >= v->len ||
	    (kbpf_isa_is_lddw(&v->insns[e->r->insn]) && e->r->insn + 1 >= v->len))
		return;
	kbpf_isa_disasm(&v->insns[e->r->insn], text, sizeof(text));
	kbpf_put(&t, "%u: (%02x) %s", e->r->insn, v->insns[e->r->insn].code, text);
	say(e, "insn", &t);
}

static void say_all(struct explain *e)
{
	struct kbpf_verifier *v = e->v;
	struct kbpf_text t = fresh(e);

	kbpf_log_write(v->log, "%s: refused, %s (KBPF-%s; `kbpf explain %s`)\n",
		       v->prog->name[0] ? v->prog->name : "program", e->row->slug, e->row->id,
		       e->row->id);
	say_source(e);
	kbpf_phrase(&e->w, e->say->needed, &t);
	say(e, "needed", &t);
	say_known(e);
	t = fresh(e);
	if (e->h.nr)
		kbpf_path_say(v, &e->h, e->index.nr ? &e->index : &e->value, &t);
	say(e, "path", &t);
	say_fix(e);
	t = fresh(e);
	kbpf_phrase(&e->w, e->say->linux_says, &t);
	say(e, "linux", &t);
	say_insn(e);
}

/*
 * A pointer that was moved by what was known has that in its constant part; told apart
 * from where it began, the latter may have a name.
 */
static void split_value(struct explain *e)
{
	const struct kbpf_insn *made;
	s64 base = 0;

	if (!kbpf_scalar_is_const(&e->val->num) || e->val->type != KBPF_V_MAP_VALUE || !e->value.nr)
		return;
	made = &e->v->insns[kbpf_history_step(&e->h, e->value.notes[e->value.nr - 1].step)->insn];
	if (kbpf_isa_is_lddw(made))
		base = made[1].imm;
	else if (!e->index.nr)
		return;
	e->split = *e->val;
	e->split.off = base;
	e->split.num = kbpf_scalar_const(e->val->off - base + kbpf_scalar_value(&e->val->num));
	e->val = &e->split;
}

/* Where the value came from, and of a pointer that was moved the number that moved it. */
static void find_origins(struct explain *e)
{
	u32 last = e->h.nr - 1;

	e->val = kbpf_state_reg(e->v->cur, e->r->reg);
	kbpf_origin_find(e->v, &e->h, last, e->r->reg, false, &e->value);
	if (!kbpf_value_is_ptr(e->val))
		return;
	if (e->value.moved && e->val->type != KBPF_V_CTX)
		kbpf_origin_find(e->v, &e->h, last, e->r->reg, true, &e->index);
	split_value(e);
}

void kbpf_explain(struct kbpf_verifier *v)
{
	struct explain *e = kzalloc(sizeof(*e), GFP_KERNEL);

	if (!e)
		return;
	v->insn = v->refusal.insn;
	e->v = v;
	e->r = &v->refusal;
	e->say = &kbpf_say_rows[v->refusal.say];
	e->row = &kbpf_reject_rows[e->say->why];
	e->has_src = v->insns && kbpf_source_of(v, v->refusal.insn, &e->src);
	e->caret = e->src.col;
	if (v->cur)
		kbpf_history_record(v, &e->h);
	if (v->cur && v->refusal.reg >= 0)
		find_origins(e);
	find_words(e);
	say_all(e);
	kbpf_history_free(&e->h);
	kfree(e);
}
