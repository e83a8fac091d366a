// SPDX-License-Identifier: GPL-2.0
/*
 * Facts about a classic program: which of its registers are live, how much of
 * the packet is known to be there, and which values are only ever compared, so
 * that they may stay in network order. Must not know eBPF.
 */
#include "classic/analyse.h"

/* How far a check looks ahead: bytes that a load next to it would need too. */
#define LOOK_AHEAD	4u
/* Largest X that an indirect load adds without looking. */
#define X_SMALL		0x7fffu

/**
 * struct flow - what holds on every path to an instruction
 * @known: bytes of packet known to be there
 * @x_known: bytes known to be there from the packet's Xth on, the address of
 *	which is at hand; 0: it is not
 * @x_max: largest value of X
 * @web: the web of A's value, see struct webs; meaningful while A is live
 */
struct flow {
	u32 known;
	u32 x_known;
	u32 x_max;
	u32 web;
};

/**
 * struct web - definitions of A that some use cannot tell apart
 * @parent: union-find; itself at the root
 * @size: bytes of the packet loads that they are
 * @plain: some definition or use needs the value in host order
 */
struct web {
	u32 parent;
	u8 size;
	bool plain;
};

/**
 * struct work - analysis under way
 * @filter: instructions
 * @len: how many
 * @info: facts by instruction
 * @flow: what holds there
 * @webs: by the instruction that defines A, plus one; 0 is A's initial value
 */
struct work {
	const struct kbpf_classic_insn *filter;
	u32 len;
	struct classic_info *info;
	struct flow *flow;
	struct web *webs;
};

bool classic_ad_calls(u32 k)
{
	switch (k - CLASSIC_AD_OFF) {
	case CLASSIC_AD_NLATTR:
	case CLASSIC_AD_NLATTR_NEST:
	case CLASSIC_AD_HATYPE:
	case CLASSIC_AD_CPU:
	case CLASSIC_AD_PAY_OFFSET:
	case CLASSIC_AD_RANDOM:
		return true;
	default:
		return false;
	}
}

/* Registers that an instruction uses and defines, as CLASSIC_LIVE_* bits. */
static void effects(const struct kbpf_classic_insn *f, u8 *use, u8 *def)
{
	const u8 a = CLASSIC_LIVE_A, x = CLASSIC_LIVE_X;
	const struct classic_op *op = classic_op(f->code);
	static const struct { u8 use, def; } of[] = {
		[CLASSIC_LD_ABS]  = { 0, a },
		[CLASSIC_LD_IND]  = { x, a },
		[CLASSIC_LDX_MSH] = { 0, x },
		[CLASSIC_LD_LEN]  = { 0, a },
		[CLASSIC_LDX_LEN] = { 0, x },
		[CLASSIC_LD_IMM]  = { 0, a },
		[CLASSIC_LDX_IMM] = { 0, x },
		[CLASSIC_LD_MEM]  = { 0, a },
		[CLASSIC_LDX_MEM] = { 0, x },
		[CLASSIC_ST]      = { a, 0 },
		[CLASSIC_STX]     = { x, 0 },
		[CLASSIC_ALU]     = { a, a },
		[CLASSIC_TAX]     = { a, x },
		[CLASSIC_TXA]     = { x, a },
		[CLASSIC_JA]      = { 0, 0 },
		[CLASSIC_JCOND]   = { a, 0 },
		[CLASSIC_RET_K]   = { 0, 0 },
		[CLASSIC_RET_A]   = { a, 0 },
	};

	*use = of[op->kind].use | (op->x ? x : 0);
	*def = of[op->kind].def;
	if (!classic_is_ad(op, f->k))
		return;
	switch (f->k - CLASSIC_AD_OFF) {
	case CLASSIC_AD_NLATTR:
	case CLASSIC_AD_NLATTR_NEST:
	case CLASSIC_AD_ALU_XOR_X:
		*use = a | x;
	}
}

/* Where an instruction leads: at most two. Returns how many. */
static u32 successors(const struct kbpf_classic_insn *f, u32 pc, u32 to[2])
{
	switch (classic_op(f->code)->kind) {
	case CLASSIC_RET_K:
	case CLASSIC_RET_A:
		return 0;
	case CLASSIC_JA:
		to[0] = pc + 1 + f->k;
		return 1;
	case CLASSIC_JCOND:
		to[0] = pc + 1 + f->jt;
		to[1] = pc + 1 + f->jf;
		return f->jt == f->jf ? 1 : 2;
	default:
		to[0] = pc + 1;
		return 1;
	}
}

static bool packet_load(const struct kbpf_classic_insn *f)
{
	const struct classic_op *op = classic_op(f->code);

	return op->size && !classic_is_ad(op, f->k);
}

/* A packet load that no check could make direct. */
static bool must_call(const struct kbpf_classic_insn *f)
{
	return packet_load(f) && f->k > CLASSIC_DIRECT_MAX;
}

static bool calls(const struct kbpf_classic_insn *f)
{
	return classic_is_ad(classic_op(f->code), f->k) && classic_ad_calls(f->k);
}

/* Bytes that a load needs, from the packet's start or its Xth byte. */
static u32 extent(const struct kbpf_classic_insn *f)
{
	return f->k + classic_op(f->code)->size;
}

static bool indirect(const struct kbpf_classic_insn *f)
{
	return classic_op(f->code)->kind == CLASSIC_LD_IND;
}

static void find_reach(struct work *w, struct classic_facts *facts)
{
	u32 pc, i, n, to[2];

	w->info[0].reached = true;
	w->info[0].direct = true;
	for (pc = 0; pc < w->len; pc++) {
		const struct kbpf_classic_insn *f = &w->filter[pc];
		struct classic_info *info = &w->info[pc];

		if (!info->reached)
			continue;
		facts->calls |= calls(f);
		if (info->direct && packet_load(f) && !must_call(f)) {
			facts->loads = true;
			if (!indirect(f) && extent(f) <= CLASSIC_FIRST_CHECK)
				facts->first_check = max(facts->first_check, extent(f));
		}
		n = successors(f, pc, to);
		for (i = 0; i < n; i++) {
			w->info[to[i]].reached = true;
			w->info[to[i]].direct |= info->direct && !must_call(f);
		}
	}
}

static void find_live(struct work *w)
{
	u32 pc = w->len, i, n, to[2];
	u8 use, def, live;

	while (pc--) {
		n = successors(&w->filter[pc], pc, to);
		for (i = 0, live = 0; i < n; i++)
			live |= w->info[to[i]].live;
		effects(&w->filter[pc], &use, &def);
		w->info[pc].live = (live & ~def) | use;
	}
}

/* ---- webs ------------------------------------------------------------------- */

static u32 web_root(struct work *w, u32 web)
{
	while (w->webs[web].parent != web) {
		w->webs[web].parent = w->webs[w->webs[web].parent].parent;
		web = w->webs[web].parent;
	}
	return web;
}

static u32 web_join(struct work *w, u32 a, u32 b)
{
	a = web_root(w, a);
	b = web_root(w, b);
	if (a == b)
		return a;
	if (w->webs[a].plain || w->webs[b].plain || w->webs[a].size != w->webs[b].size)
		w->webs[a].plain = true;
	w->webs[b].parent = a;
	return a;
}

static u32 web_define(struct work *w, u32 pc)
{
	const struct kbpf_classic_insn *f = &w->filter[pc];
	struct web *web = &w->webs[pc + 1];

	web->parent = pc + 1;
	web->size = classic_op(f->code)->size;
	web->plain = !packet_load(f) || web->size < 2;
	return pc + 1;
}

/* Can this use of A do with @size bytes in network order? */
static bool compares_swapped(const struct kbpf_classic_insn *f, u32 size)
{
	const struct classic_op *op = classic_op(f->code);

	return op->kind == CLASSIC_JCOND && !op->x && (op->op == OP_JEQ || op->op == OP_JSET) &&
	       (size == 4 || f->k <= U16_MAX);
}

static void web_use(struct work *w, u32 pc, u32 web)
{
	struct web *root = &w->webs[web_root(w, web)];

	if (!compares_swapped(&w->filter[pc], root->size))
		root->plain = true;
}

static void settle_webs(struct work *w)
{
	u8 use, def;
	u32 pc, web;

	for (pc = 0; pc < w->len; pc++) {
		struct classic_info *info = &w->info[pc];

		effects(&w->filter[pc], &use, &def);
		if (!info->direct || must_call(&w->filter[pc]) || !((use | def) & CLASSIC_LIVE_A))
			continue;
		web = web_root(w, def & CLASSIC_LIVE_A ? pc + 1 : w->flow[pc].web);
		info->swapped = !w->webs[web].plain;
		info->swapped_size = w->webs[web].size;
	}
}

/* ---- packet lengths ------------------------------------------------------------ */

/* What to check for so that loads close behind this one need no check of their own. */
static u32 check_extent(const struct work *w, u32 pc)
{
	const struct kbpf_classic_insn *f = &w->filter[pc];
	u32 want = extent(f), best = want, i;

	for (i = pc + 1; i < w->len && i < pc + 16; i++) {
		const struct kbpf_classic_insn *g = &w->filter[i];

		if (packet_load(g) && !must_call(g) && indirect(g) == indirect(f) &&
		    extent(g) <= want + LOOK_AHEAD)
			best = max(best, extent(g));
	}
	return best;
}

static void flow_load(struct work *w, u32 pc, struct flow *now)
{
	struct classic_info *info = &w->info[pc];
	u32 need = extent(&w->filter[pc]);

	if (indirect(&w->filter[pc])) {
		info->use_base = now->x_known;
		if (now->x_known < need) {
			info->check = check_extent(w, pc);
			now->x_known = info->check;
		}
		info->check_x = now->x_max > X_SMALL;
		now->x_max = min(now->x_max, X_SMALL);
	} else if (now->known < need) {
		info->check = check_extent(w, pc);
		now->known = info->check;
	}
}

static u32 flow_x_max(const struct kbpf_classic_insn *f)
{
	switch (classic_op(f->code)->kind) {
	case CLASSIC_LDX_MSH:
		return 60;
	case CLASSIC_LDX_IMM:
		return f->k;
	default:
		return U32_MAX;
	}
}

static void flow_step(struct work *w, u32 pc, struct flow *now)
{
	const struct kbpf_classic_insn *f = &w->filter[pc];
	u8 use, def;

	effects(f, &use, &def);
	if (use & CLASSIC_LIVE_A)
		web_use(w, pc, now->web);
	if (packet_load(f))
		flow_load(w, pc, now);
	if (def & CLASSIC_LIVE_A)
		now->web = web_define(w, pc);
	if (def & CLASSIC_LIVE_X) {
		now->x_known = 0;
		now->x_max = flow_x_max(f);
	}
}

static void flow_merge(struct work *w, u32 to, const struct flow *now, bool first)
{
	struct flow *at = &w->flow[to];

	if (first) {
		*at = *now;
		return;
	}
	at->known = min(at->known, now->known);
	at->x_known = min(at->x_known, now->x_known);
	at->x_max = max(at->x_max, now->x_max);
	if (w->info[to].live & CLASSIC_LIVE_A)
		at->web = web_join(w, at->web, now->web);
}

static void find_flow(struct work *w, u32 first_check, unsigned long *seen)
{
	u32 pc, i, n, to[2];

	w->flow[0].known = first_check;
	w->webs[0].plain = true;
	for (pc = 0; pc < w->len; pc++) {
		struct flow now = w->flow[pc];

		if (!w->info[pc].direct || must_call(&w->filter[pc]))
			continue;
		flow_step(w, pc, &now);
		n = successors(&w->filter[pc], pc, to);
		for (i = 0; i < n; i++)
			flow_merge(w, to[i], &now, !__test_and_set_bit(to[i], seen));
	}
}

int kbpf_classic_analyse(const struct kbpf_classic_insn *filter, u32 len,
			 struct classic_facts *facts)
{
	struct work w = { .filter = filter, .len = len };
	unsigned long *seen;
	int err = -ENOMEM;

	memset(facts, 0, sizeof(*facts));
	w.info = kvcalloc(len, sizeof(*w.info), GFP_KERNEL);
	w.flow = kvcalloc(len, sizeof(*w.flow), GFP_KERNEL);
	w.webs = kvcalloc(len + 1, sizeof(*w.webs), GFP_KERNEL);
	seen = kvcalloc(BITS_TO_LONGS(len), sizeof(*seen), GFP_KERNEL);
	if (w.info && w.flow && w.webs && seen) {
		find_reach(&w, facts);
		find_live(&w);
		if (!facts->calls) {
			find_flow(&w, facts->first_check, seen);
			settle_webs(&w);
		}
		facts->info = w.info;
		w.info = NULL;
		err = 0;
	}
	kvfree(w.info);
	kvfree(w.flow);
	kvfree(w.webs);
	kvfree(seen);
	return err;
}
