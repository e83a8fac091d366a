// SPDX-License-Identifier: GPL-2.0
/*
 * Values that are known together: numbers that differ by a constant, pointers
 * that are NULL at once, memory held by one reference.
 */
#include "verifier/verifier.h"

struct refine {
	const struct kbpf_value *was;
	const struct kbpf_scalar *is;
	bool alive;
};

static void refine_one(struct kbpf_value *v, void *arg)
{
	struct refine *r = arg;
	struct kbpf_scalar delta, moved;

	if (v->type != KBPF_V_SCALAR || v->id != r->was->id || !r->alive)
		return;
	/* v = base + v->off and was = base + was->off, modulo 2^64 */
	moved = *r->is;
	if (v->off != r->was->off) {
		delta = kbpf_scalar_const((u64)((s64)v->off - r->was->off));
		moved = kbpf_scalar_op(KBPF_ARITH_ADD, r->is, &delta);
	}
	/* both are true of it: equality with the one is what refines the other */
	if (!kbpf_scalar_assume(KBPF_CMP_EQ, &v->num, &moved, false))
		r->alive = false;
}

bool kbpf_link_refine(struct kbpf_state *st, const struct kbpf_value *was,
		      const struct kbpf_scalar *is)
{
	struct kbpf_value base = *was;
	struct kbpf_scalar now = *is;
	struct refine r = { .was = &base, .is = &now, .alive = true };

	kbpf_state_each(st, refine_one, &r);
	return r.alive;
}

struct null {
	u32 id;
	bool null;
	u32 ref;
};

static void null_one(struct kbpf_value *v, void *arg)
{
	struct null *n = arg;

	if (!kbpf_value_is_ptr(v) || !(v->flags & KBPF_V_OR_NULL) || v->id != n->id)
		return;
	if (!(v->flags & KBPF_V_SLICE))
		n->ref = v->ref;
	if (n->null) {
		*v = kbpf_value_const(0);
		return;
	}
	v->flags &= ~KBPF_V_OR_NULL;
	if (!(v->flags & KBPF_V_NUMBERED))
		v->id = 0;
}

static void drop_ref(struct kbpf_state *st, u32 id)
{
	u32 n = 0;

	for (u32 i = 0; i < st->nr_refs; i++)
		if (st->refs[i].id != id)
			st->refs[n++] = st->refs[i];
	st->nr_refs = n;
}

void kbpf_link_null(struct kbpf_state *st, u32 id, bool null)
{
	struct null n = { .id = id, .null = null };

	kbpf_state_each(st, null_one, &n);
	/* there was nothing to acquire */
	if (null && n.ref)
		drop_ref(st, n.ref);
}

int kbpf_ref_acquire(struct kbpf_verifier *v, u32 *id)
{
	struct kbpf_state *st = v->cur;

	if (st->nr_refs == KBPF_MAX_REFS)
		return refuse(v, too_many_refs, -1, .limit = KBPF_MAX_REFS,
			      .where = st->refs[0].insn + 1);
	*id = ++v->next_id;
	st->refs[st->nr_refs++] = (struct kbpf_ref){ .id = *id, .insn = v->insn };
	return 0;
}

/* The memory is gone: what pointed to it is a number now. */
static void invalidate_one(struct kbpf_value *v, void *arg)
{
	u32 id = *(u32 *)arg;

	if (v->ref == id)
		*v = kbpf_value_any();
}

void kbpf_ref_release(struct kbpf_state *st, u32 id)
{
	drop_ref(st, id);
	kbpf_state_each(st, invalidate_one, &id);
}
