// SPDX-License-Identifier: GPL-2.0
/*
 * Do the chains in a BTF blob end? Two graphs are walked: what contributes to a
 * type's size (modifiers, arrays, members; a pointer ends it), and pointers to
 * pointers (modifiers and pointers; a structure ends it). In each of them every
 * path must end within KBPF_BTF_MAX_DEPTH steps, so that whoever walks types
 * later needs no guard of its own.
 */
#include "btf/check.h"

/* A type on the path that is being walked, and its next child. */
struct step {
	u32 id;
	u32 child;
};

/* Marks by id: 0 not seen, ON_PATH, otherwise 1 + depth below. */
#define ON_PATH		0xff

struct walk {
	const struct kbpf_btf *btf;
	struct kbpf_log *log;
	u8 *mark;
	bool pointers;
	struct step path[KBPF_BTF_MAX_DEPTH + 1];
};

/* Child @n of @t in the graph; -1 when there are no more, 0 for none here. */
static s64 child_of(const struct walk *w, const struct kbpf_btf_type *t, u32 n)
{
	switch (kbpf_btf_kind(t)) {
	case KBPF_BTF_TYPEDEF:
	case KBPF_BTF_VOLATILE:
	case KBPF_BTF_CONST:
	case KBPF_BTF_RESTRICT:
	case KBPF_BTF_TYPE_TAG:
		return n ? -1 : (s64)t->type;
	case KBPF_BTF_PTR:
		return n || !w->pointers ? -1 : (s64)t->type;
	case KBPF_BTF_VAR:
		return n || w->pointers ? -1 : (s64)t->type;
	case KBPF_BTF_ARRAY:
		if (n > 1 || w->pointers)
			return -1;
		return n ? kbpf_btf_array(t)->index_type : kbpf_btf_array(t)->type;
	case KBPF_BTF_STRUCT:
	case KBPF_BTF_UNION:
		if (w->pointers || n >= kbpf_btf_vlen(t))
			return -1;
		return kbpf_btf_members(t)[n].type;
	default:
		return -1;
	}
}

static int too_deep(struct walk *w, u32 id)
{
	kbpf_btf_refuse(w->btf, w->log, id, w->btf->types[id], "nested more than %u deep",
			KBPF_BTF_MAX_DEPTH);
	return -E2BIG;
}

/* One step down from the end of the path: 1 went down, 0 nothing to do, -errno. */
static int descend(struct walk *w, u32 *top, u32 child)
{
	u32 at = w->path[*top].id;

	if (child >= w->btf->nr_types)
		return kbpf_btf_refuse(w->btf, w->log, at, w->btf->types[at],
				       "refers to type %u, and there are %u", child,
				       w->btf->nr_types);
	if (!child)
		return 0;
	if (w->mark[child] == ON_PATH)
		return kbpf_btf_refuse(w->btf, w->log, at, w->btf->types[at],
				       "loop: contains itself through [%u]", child);
	if (w->mark[child])
		return 0;
	if (*top + 1 >= KBPF_BTF_MAX_DEPTH)
		return too_deep(w, at);
	w->mark[child] = ON_PATH;
	w->path[++*top] = (struct step){ .id = child };
	return 1;
}

/* All children of the end of the path are done: its depth is known. */
static int finish(struct walk *w, u32 id)
{
	const struct kbpf_btf_type *t = w->btf->types[id];
	u32 depth = 0, n;
	s64 child;

	for (n = 0; (child = child_of(w, t, n)) >= 0; n++)
		if (child && w->mark[child] > depth)
			depth = w->mark[child];
	if (depth + 1 > KBPF_BTF_MAX_DEPTH)
		return too_deep(w, id);
	w->mark[id] = depth + 1;
	return 0;
}

static int walk_from(struct walk *w, u32 id)
{
	u32 top = 0;
	s64 child;
	int ret;

	if (w->mark[id])
		return 0;
	w->mark[id] = ON_PATH;
	w->path[0] = (struct step){ .id = id };
	for (;;) {
		struct step *s = &w->path[top];

		child = child_of(w, w->btf->types[s->id], s->child);
		if (child >= 0) {
			s->child++;
			ret = descend(w, &top, child);
			if (ret < 0)
				return ret;
			continue;
		}
		ret = finish(w, s->id);
		if (ret)
			return ret;
		if (!top--)
			return 0;
	}
}

static int walk_graph(const struct kbpf_btf *btf, struct kbpf_log *log, u8 *mark, bool pointers)
{
	struct walk w = { .btf = btf, .log = log, .mark = mark, .pointers = pointers };
	u32 id;
	int err;

	memset(mark, 0, btf->nr_types);
	for (id = 1; id < btf->nr_types; id++) {
		err = walk_from(&w, id);
		if (err)
			return err;
	}
	return 0;
}

int kbpf_btf_check_nesting(const struct kbpf_btf *btf, struct kbpf_log *log)
{
	u8 *mark = kvmalloc(btf->nr_types, GFP_KERNEL);
	int err;

	if (!mark)
		return -ENOMEM;
	err = walk_graph(btf, log, mark, false);
	if (!err)
		err = walk_graph(btf, log, mark, true);
	kvfree(mark);
	return err;
}
