// SPDX-License-Identifier: GPL-2.0
/*
 * What the source calls things, as far as its lines tell: BTF has the text of
 * the line that an instruction comes from, and the column, but no names of
 * variables. So this reads a line as a person would who sees nothing else. It may
 * find nothing; what it finds is for people to read, and nothing depends on it.
 */
#include "verifier/explain.h"
#include "btf/btf.h"

#define MAX_LINE	512	/* bytes: nobody reads longer ones */

static bool is_word(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool kbpf_source_of(const struct kbpf_verifier *v, u32 insn, struct kbpf_source *s)
{
	const struct kbpf_line_info *line = kbpf_trace_line(v, insn);
	const struct kbpf_btf *btf = v->prog->btf;
	const char *base;
	u32 col;

	if (!line || !btf)
		return false;
	s->file = kbpf_btf_name(btf, line->file_name_off);
	base = strrchr(s->file, '/');
	s->file = base ? base + 1 : s->file;
	s->line = line->line_col >> 10;
	col = line->line_col & 0x3ff;
	s->col = col ? col - 1 : 0;
	s->text = kbpf_btf_name(btf, line->line_off);
	for (; *s->text == ' ' || *s->text == '\t'; s->text++)
		s->col -= !!s->col;
	if (s->col >= strnlen(s->text, MAX_LINE))
		s->col = 0;
	return s->line && *s->text && strnlen(s->text, MAX_LINE) < MAX_LINE;
}

bool kbpf_source_same(const struct kbpf_verifier *v, u32 insn, u32 other)
{
	struct kbpf_source a, b;

	if (!kbpf_source_of(v, insn, &a) || !kbpf_source_of(v, other, &b))
		return insn == other;
	return a.line == b.line && !strcmp(a.file, b.file);
}

void kbpf_source_place(const struct kbpf_verifier *v, u32 insn, char *buf, u32 size)
{
	struct kbpf_source s;
	struct kbpf_text t = { .buf = buf, .size = size };

	if (kbpf_source_of(v, insn, &s))
		kbpf_put(&t, "line %u", s.line);
	else
		kbpf_put(&t, "insn %u", insn);
}

/* ---- reading C ------------------------------------------------------------------------ */

static bool is_open(char c)
{
	return c == '(' || c == '[';
}

static bool is_close(char c)
{
	return c == ')' || c == ']';
}

/* Behind the bracket that closes the one at @at; 0 where none does. */
static u32 close_of(const char *text, u32 at)
{
	u32 depth = 0;

	for (; text[at]; at++) {
		depth += is_open(text[at]);
		depth -= is_close(text[at]);
		if (!depth)
			return at + 1;
	}
	return 0;
}

/* The bracket that the one at @at closes; @at where there is none. */
static u32 open_of(const char *text, u32 at)
{
	u32 depth = 0;

	for (u32 i = at + 1; i-- > 0; ) {
		depth += is_close(text[i]);
		depth -= is_open(text[i]);
		if (!depth)
			return i;
	}
	return at;
}

static bool is_arrow(const char *p)
{
	return p[0] == '-' && p[1] == '>';
}

/* Where the operand that ends before @at begins: "a[i].b" of "a[i].b->c". */
static u32 back_over(const char *text, u32 at)
{
	while (at) {
		if (is_word(text[at - 1]))
			at--;
		else if (is_close(text[at - 1]) && open_of(text, at - 1) < at - 1)
			at = open_of(text, at - 1);
		else if (text[at - 1] == '.')
			at--;
		else if (at > 1 && is_arrow(text + at - 2))
			at -= 2;
		else
			break;
	}
	return at;
}

/* Behind the operand that begins at @at. */
static u32 on_over(const char *text, u32 at)
{
	while (text[at] == '*' || text[at] == '&')
		at++;
	while (text[at]) {
		if (is_word(text[at]) || text[at] == '.')
			at++;
		else if (is_arrow(text + at))
			at += 2;
		else if (is_open(text[at]) && close_of(text, at))
			at = close_of(text, at);
		else
			break;
	}
	return at;
}

static bool is_keyword(const char *p, u32 len)
{
	static const char *const words[] = {
		"return", "if", "while", "for", "switch", "else", "do", "int", "long", "char", "void",
		"short", "unsigned", "signed", "struct", "union", "static", "const", "volatile", "case",
	};

	for (u32 i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == len && !memcmp(p, words[i], len))
			return true;
	return false;
}

static u32 word_end(const char *text, u32 at)
{
	while (is_word(text[at]))
		at++;
	return at;
}

/* Behind the cast that begins at @at, "(type *)"; @at where none does. */
static u32 over_cast(const char *text, u32 at)
{
	u32 end = text[at] == '(' ? close_of(text, at) : 0;

	return end && (is_word(text[end]) || (text[end] && strchr("(*&", text[end]))) ? end : at;
}

/* "++" or "--", before or behind what it is done to. */
static bool is_step(const char *p)
{
	return (p[0] == '+' || p[0] == '-') && p[1] == p[0];
}

bool kbpf_source_expr(const struct kbpf_source *s, struct kbpf_piece *p)
{
	u32 end;

	p->start = is_word(s->text[s->col]) ? back_over(s->text, s->col) : s->col;
	if (is_step(s->text + s->col)) {
		p->start = back_over(s->text, s->col);
		p->start = p->start == s->col ? s->col + 2 : p->start;
	}
	p->start = over_cast(s->text, p->start);
	if (!is_word(s->text[p->start]) && !strchr("(*&", s->text[p->start]))
		return false;
	if (is_keyword(s->text + p->start, word_end(s->text, p->start) - p->start))
		return false;
	end = on_over(s->text, p->start);
	p->len = end - p->start;
	return p->len && p->len < KBPF_C_NAME;
}

/* The "=" of the statement that the column is in, before the column; 0 for none. */
static u32 assignment(const struct kbpf_source *s)
{
	u32 found = 0;

	for (u32 i = 1; i < s->col; i++) {
		char c = s->text[i], before = s->text[i - 1];

		if (c == ';' || c == '{' || c == ',')
			found = 0;
		if (c == '=' && s->text[i + 1] == '=')
			i++;
		else if (c == '=' && before != '<' && before != '>' && before != '!' && before != '=')
			found = i;
	}
	return found;
}

bool kbpf_source_assigned(const struct kbpf_source *s, struct kbpf_piece *p)
{
	u32 at = assignment(s), end;

	if (!at)
		return false;
	/* the operator's other half: "+=", "<<=" */
	while (at && strchr("+-*/%&|^<> \t", s->text[at - 1]))
		at--;
	end = at;
	p->start = back_over(s->text, end);
	p->len = end - p->start;
	return p->len && p->len < KBPF_C_NAME && !is_close(s->text[end - 1]);
}

/* Where "func(" is in the line, as a word: behind the bracket; 0 for nowhere. */
static u32 call_of(const char *text, const char *func)
{
	u32 len = strlen(func);

	for (const char *p = strstr(text, func); p; p = strstr(p + 1, func))
		if ((p == text || !is_word(p[-1])) && p[len] == '(')
			return p - text + len + 1;
	return 0;
}

bool kbpf_source_arg(const struct kbpf_source *s, const char *func, u32 n, struct kbpf_piece *p)
{
	u32 at = call_of(s->text, func), depth = 0;

	if (!at)
		return false;
	for (;;) {
		while (s->text[at] == ' ')
			at++;
		p->start = at;
		for (; s->text[at]; at++) {
			if (!depth && (s->text[at] == ',' || s->text[at] == ')'))
				break;
			depth += is_open(s->text[at]);
			depth -= is_close(s->text[at]);
		}
		if (!s->text[at] || (n && s->text[at] == ')'))
			return false;
		if (!n--)
			break;
		at++;
	}
	p->len = at - p->start;
	return p->len && p->len < KBPF_C_NAME;
}

bool kbpf_source_base(const struct kbpf_source *s, struct kbpf_piece *p)
{
	u32 at, end;

	if (!kbpf_source_expr(s, p))
		return false;
	for (at = p->start; s->text[at] && strchr("(*&", s->text[at]); ) {
		u32 cast = over_cast(s->text, at);

		at = cast > at ? cast : at + 1;
	}
	end = word_end(s->text, at);
	/* of a longer chain, the pointer in front of the last member */
	for (u32 i = end; i < p->start + p->len; i++)
		if (is_arrow(s->text + i) || s->text[i] == '[')
			end = i;
	p->start = at;
	p->len = end > at ? end - at : 0;
	return p->len && is_word(s->text[at]) && !is_keyword(s->text + at, p->len) &&
	       s->text[end] != '(';
}

bool kbpf_source_left(const struct kbpf_source *s, struct kbpf_piece *p)
{
	u32 at = s->col;

	if (!strchr("+-*/%&|^<>", s->text[at]))
		return false;
	while (at && s->text[at - 1] == ' ')
		at--;
	p->start = back_over(s->text, at);
	p->len = at - p->start;
	return p->len && p->len < KBPF_C_NAME;
}

bool kbpf_source_word(const struct kbpf_source *s, const char *c, struct kbpf_piece *p)
{
	u32 len = strlen(c);
	bool found = false;

	for (const char *at = strstr(s->text, c); len && at; at = strstr(at + 1, c)) {
		if ((at > s->text && is_word(at[-1])) || is_word(at[len]))
			continue;
		if (found && at - s->text > s->col)
			break;
		p->start = at - s->text;
		p->len = len;
		found = true;
	}
	return found;
}

bool kbpf_source_subscript(const struct kbpf_source *s, struct kbpf_piece *p)
{
	const char *open = strchr(s->text, '[');
	u32 end = open ? close_of(s->text, open - s->text) : 0;

	if (!end || strchr(open + 1, '['))
		return false;
	p->start = open - s->text + 1;
	p->len = end - 1 - p->start;
	return p->len && p->len < KBPF_C_NAME;
}

/* ---- functions --------------------------------------------------------------------------- */

static const struct kbpf_btf_type *func_type(const struct kbpf_verifier *v, u32 func)
{
	if (!v->prog->btf || v->prog->nr_func_info != v->nr_subprogs)
		return NULL;
	return kbpf_btf_type(v->prog->btf, v->prog->func_info[func].type_id);
}

const char *kbpf_source_func(const struct kbpf_verifier *v, u32 func)
{
	const struct kbpf_btf_type *t = func_type(v, func);

	return t ? kbpf_btf_name(v->prog->btf, t->name_off) : "";
}

const char *kbpf_source_param(const struct kbpf_verifier *v, u32 func, u32 n)
{
	const struct kbpf_btf_type *t = func_type(v, func), *proto;

	proto = t && kbpf_btf_kind(t) == KBPF_BTF_FUNC ? kbpf_btf_type(v->prog->btf, t->type) : NULL;
	if (!proto || kbpf_btf_kind(proto) != KBPF_BTF_FUNC_PROTO || n >= kbpf_btf_vlen(proto))
		return "";
	return kbpf_btf_name(v->prog->btf, kbpf_btf_params(proto)[n].name_off);
}
