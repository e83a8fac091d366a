// SPDX-License-Identifier: GPL-2.0
/*
 * Templates of reject.def and say.def: text with words in braces.
 */
#include "verifier/explain.h"

void kbpf_put(struct kbpf_text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	t->pos += vscnprintf(t->buf + t->pos, t->size - t->pos, fmt, args);
	va_end(args);
}

/* How a word is kept in struct kbpf_words. */
enum kind { NUMBER, POINTER, ARRAY };

static const struct {
	const char *key;
	enum kind kind;
	u32 off;
} words[] = {
#define WORD(name, kind) { #name, kind, offsetof(struct kbpf_words, name) }
	WORD(at, NUMBER), WORD(size, NUMBER), WORD(limit, NUMBER), WORD(n, NUMBER),
	WORD(insn, NUMBER), WORD(most, NUMBER),
	WORD(name, POINTER), WORD(what, POINTER), WORD(prog, POINTER), WORD(type, POINTER),
	WORD(callee, ARRAY), WORD(release, ARRAY), WORD(chain, ARRAY),
	WORD(reg, ARRAY), WORD(c, ARRAY), WORD(it, ARRAY), WORD(index, ARRAY), WORD(object, ARRAY), WORD(mem, ARRAY),
	WORD(line, ARRAY), WORD(where, ARRAY),
#undef WORD
};

/* Puts the word that @key of @len bytes means; false where it means none, or an empty one. */
static bool put_word(const struct kbpf_words *w, const char *key, u32 len, struct kbpf_text *t)
{
	for (u32 i = 0; i < ARRAY_SIZE(words); i++) {
		const void *at = (const char *)w + words[i].off;
		const char *text;

		if (strlen(words[i].key) != len || memcmp(words[i].key, key, len))
			continue;
		if (words[i].kind == NUMBER) {
			kbpf_put(t, "%lld", (long long)*(const s64 *)at);
			return true;
		}
		text = words[i].kind == POINTER ? *(const char *const *)at : at;
		if (!text || !*text)
			return false;
		kbpf_put(t, "%s", text);
		return true;
	}
	return false;
}

/* A brace that a word follows; others are C's. */
static u32 word_len(const char *p)
{
	u32 len = 0;

	if (*p != '{')
		return 0;
	while (p[len + 1] >= 'a' && p[len + 1] <= 'z')
		len++;
	return p[len + 1] == '}' ? len : 0;
}

bool kbpf_phrase(const struct kbpf_words *w, const char *template, struct kbpf_text *t)
{
	bool known = true;

	for (const char *p = template; *p; ) {
		u32 len = word_len(p);

		if (!len) {
			kbpf_put(t, "%c", *p++);
			continue;
		}
		known &= put_word(w, p + 1, len, t);
		p += len + 2;
	}
	return known;
}
