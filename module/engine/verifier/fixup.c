// SPDX-License-Identifier: GPL-2.0
/*
 * From the program as loaded to the form that runs: instructions that no path
 * comes to are removed (they were never judged), branches that go one way only
 * lose their condition, maps and functions become indices, and loads that were
 * accepted for what they point to are rewritten for it.
 */
#include "verifier/verifier.h"

static bool is_seen(const struct kbpf_verifier *v, u32 i)
{
	/* the second slot goes with the first */
	if (v->info[i].flags & KBPF_INFO_SECOND)
		i--;
	return v->info[i].flags & KBPF_INFO_SEEN;
}

static bool is_cond(const struct kbpf_insn *i)
{
	u8 class = KBPF_CLASS(i->code), op = KBPF_OP(i->code);

	return (class == KBPF_JMP || class == KBPF_JMP32) && op != KBPF_JA && op != KBPF_CALL &&
	       op != KBPF_EXIT;
}

static bool is_ja(const struct kbpf_insn *i)
{
	return (KBPF_CLASS(i->code) == KBPF_JMP || KBPF_CLASS(i->code) == KBPF_JMP32) &&
	       KBPF_OP(i->code) == KBPF_JA;
}

/* A condition that always comes out the same is none. */
static void decide(struct kbpf_verifier *v, u32 i)
{
	const struct kbpf_insn_info *info = &v->info[i];
	struct kbpf_insn *insn = &v->insns[i];
	s16 off = insn->off;

	if (!is_cond(insn) || !(info->flags & KBPF_INFO_SEEN))
		return;
	if ((info->flags & (KBPF_INFO_JUMPS | KBPF_INFO_GOES_ON)) ==
	    (KBPF_INFO_JUMPS | KBPF_INFO_GOES_ON))
		return;
	if (!(info->flags & (KBPF_INFO_JUMPS | KBPF_INFO_GOES_ON))) {
		/* no run comes here; should one, it goes nowhere */
		*insn = KBPF_EXIT_INSN();
		return;
	}
	if (!(info->flags & KBPF_INFO_JUMPS))
		off = 0;
	*insn = (struct kbpf_insn){ .code = KBPF_JMP | KBPF_JA, .off = off };
}

/* Is the slot to stay? A jump to the next one that stays does not. */
static bool keep(const struct kbpf_verifier *v, u32 i)
{
	const struct kbpf_insn *insn = &v->insns[i];

	if (!is_seen(v, i))
		return false;
	return !is_ja(insn) || (v->info[i].flags & KBPF_INFO_SECOND) ||
	       kbpf_cfg_target(v->insns, i) != i + 1;
}

/* Where everything ends up. */
struct layout {
	u32 *to;	/* by old slot: the new one, or that of the next that stays; one more at the end */
	u32 *func;	/* by function: its new number */
	struct kbpf_insn *out;
};

/* The count of a function that has may_goto is set before its first slot. */
static bool begins_count(const struct kbpf_verifier *v, u32 i)
{
	int f = kbpf_cfg_find(v, i);

	return f >= 0 && v->subprogs[f].counts;
}

/* Where the function that begins at an old slot is entered. */
static u32 entry(const struct kbpf_verifier *v, const struct layout *l, u32 i)
{
	return l->to[i] - begins_count(v, i);
}

static u32 place(struct kbpf_verifier *v, struct layout *l)
{
	struct kbpf_insn scratch[KBPF_MAY_GOTO_MOST];
	u32 n = 0;

	for (u32 i = 0; i < v->len; i++) {
		n += begins_count(v, i);
		l->to[i] = n;
		if (!keep(v, i))
			continue;
		n += kbpf_is_may_goto(&v->insns[i]) ? kbpf_may_goto_expand(v, i, scratch) : 1;
	}
	l->to[v->len] = n;
	return n;
}

static bool is_rel_call(const struct kbpf_insn *i)
{
	return i->code == (KBPF_JMP | KBPF_CALL) && i->src_reg == KBPF_PSEUDO_CALL;
}

/*
 * A jump or call that was at old slot @i is at new slot @at. Distances that do not
 * fit are not seen where slots only go away.
 */
static int retarget(struct kbpf_verifier *v, const struct layout *l, u32 i, u32 at)
{
	struct kbpf_insn *insn = &l->out[at];
	u32 target;
	s64 dist;

	if (is_rel_call(insn)) {
		insn->imm = (s32)entry(v, l, i + 1 + insn->imm) - (s32)(at + 1);
		return 0;
	}
	if (!is_cond(insn) && !is_ja(insn))
		return 0;
	target = kbpf_cfg_target(v->insns, i);
	dist = (s64)l->to[target] - (at + 1);
	if (insn->code == (KBPF_JMP32 | KBPF_JA)) {
		insn->imm = dist;
		return 0;
	}
	v->insn = i;
	if (dist < S16_MIN || dist > S16_MAX)
		return refuse(v, jump_far, -1, .n = dist);
	insn->off = dist;
	return 0;
}

/* Functions that are still there, by their old number. */
static int collect_funcs(struct kbpf_verifier *v, const struct layout *l)
{
	struct kbpf_prog *p = v->prog;
	struct kbpf_func *funcs = kvcalloc(v->nr_subprogs, sizeof(*funcs), GFP_KERNEL);
	u32 n = 0;

	if (!funcs)
		return -ENOMEM;
	for (u32 f = 0; f < v->nr_subprogs; f++) {
		const struct kbpf_subprog *s = &v->subprogs[f];

		if (!(v->info[s->start].flags & KBPF_INFO_SEEN))
			continue;
		l->func[f] = n;
		if (n)
			funcs[n - 1].end = entry(v, l, s->start);
		funcs[n++] = (struct kbpf_func){
			.start = entry(v, l, s->start),
			.end = l->to[v->len],
			.stack_depth = s->stack + kbpf_may_goto_stack(s),
			.prog = p,
			.has_tail_call = s->has_tail_call,
			.is_callback = s->is_callback,
		};
	}
	p->funcs = funcs;
	p->nr_funcs = n;
	return 0;
}

static void name_lddw(struct kbpf_verifier *v, u32 i, const struct layout *l)
{
	struct kbpf_insn *insn = &l->out[l->to[i]];

	switch (insn->src_reg) {
	case KBPF_PSEUDO_MAP_IDX:
	case KBPF_PSEUDO_MAP_FD:
		insn->src_reg = KBPF_PSEUDO_MAP_FD;
		insn->imm = v->info[i].index;
		break;
	case KBPF_PSEUDO_MAP_IDX_VALUE:
	case KBPF_PSEUDO_MAP_VALUE:
		insn->src_reg = KBPF_PSEUDO_MAP_VALUE;
		insn->imm = v->info[i].index;
		break;
	case KBPF_PSEUDO_BTF_ID:
		/* all that is said of it is whether it is there */
		insn[0] = (struct kbpf_insn){
			.code = KBPF_LDDW, .dst_reg = insn->dst_reg, .imm = !!v->info[i].index,
		};
		insn[1] = (struct kbpf_insn){};
		break;
	case KBPF_PSEUDO_FUNC:
		insn->imm = l->func[kbpf_cfg_find(v, i + 1 + insn->imm)];
		break;
	}
}

static void convert(struct kbpf_verifier *v, u32 i, struct kbpf_insn *insn)
{
	const struct kbpf_insn_info *info = &v->info[i];

	if (insn->code == (KBPF_JMP | KBPF_CALL) && insn->src_reg == KBPF_PSEUDO_KFUNC_CALL)
		insn->imm = info->index;
	if (info->flags & KBPF_INFO_PROBE) {
		u8 mode = KBPF_MODE(insn->code) == KBPF_MEMSX ? KBPF_PROBE_MEMSX : KBPF_PROBE_MEM;

		insn->code = KBPF_LDX | KBPF_SIZE(insn->code) | mode;
	}
	if (!(info->flags & KBPF_INFO_CTX))
		return;
	insn->off = info->ctx_off;
	/* pointers are 4 bytes wide in the context that programs see, 8 in the real one */
	if (info->ctx_kind != KBPF_CTX_PLAIN)
		insn->code = (insn->code & ~0x18) | KBPF_DW;
}

/* Records of dead instructions go, except the last before what follows them. */
static void move_line_info(struct kbpf_verifier *v, const struct layout *l)
{
	struct kbpf_prog *p = v->prog;
	u32 n = 0, next, at;

	for (u32 i = p->nr_line_info; i-- > 0;)
		p->line_info[i].insn_off = entry(v, l, p->line_info[i].insn_off);
	for (u32 i = 0; i < p->nr_line_info; i++) {
		at = p->line_info[i].insn_off;
		next = i + 1 < p->nr_line_info ? p->line_info[i + 1].insn_off : l->to[v->len];
		/* nothing of this line is left */
		if (next == at)
			continue;
		p->line_info[n++] = p->line_info[i];
	}
	p->nr_line_info = n;
}

static void move_func_info(struct kbpf_verifier *v, const struct layout *l)
{
	struct kbpf_prog *p = v->prog;
	u32 n = 0;

	for (u32 i = 0; i < p->nr_func_info; i++) {
		struct kbpf_func_info *func = &p->func_info[i];

		if (!(v->info[func->insn_off].flags & KBPF_INFO_SEEN))
			continue;
		p->func_info[n] = *func;
		p->func_info[n++].insn_off = entry(v, l, func->insn_off);
	}
	p->nr_func_info = n;
}

static int take_maps(struct kbpf_verifier *v)
{
	struct kbpf_map **maps;

	if (!v->nr_maps)
		return 0;
	maps = kmemdup(v->maps, v->nr_maps * sizeof(*maps), GFP_KERNEL);
	if (!maps)
		return -ENOMEM;
	v->prog->maps = maps;
	v->prog->nr_maps = v->nr_maps;
	/* the references are the program's now */
	v->nr_maps = 0;
	return 0;
}

/* What an old slot becomes. */
static int write_slot(struct kbpf_verifier *v, const struct layout *l, u32 i)
{
	struct kbpf_insn *out = &l->out[l->to[i]];
	u32 n = 1;

	if (kbpf_is_may_goto(&v->insns[i])) {
		n = kbpf_may_goto_expand(v, i, out);
	} else {
		*out = v->insns[i];
		if (v->info[i].flags & KBPF_INFO_SECOND)
			return 0;
		if (kbpf_isa_is_lddw(out))
			name_lddw(v, i, l);
		else
			convert(v, i, out);
	}
	for (u32 k = 0; k < n; k++) {
		/* of what was written out, only the way to the target leaves it */
		if (n > 1 && out[k].code != (KBPF_JMP32 | KBPF_JA))
			continue;
		if (retarget(v, l, i, l->to[i] + k))
			return -E2BIG;
	}
	return 0;
}

static int rewrite(struct kbpf_verifier *v, const struct layout *l)
{
	int err = 0;

	for (u32 i = 0; i < v->len && !err; i++) {
		if (begins_count(v, i))
			l->out[entry(v, l, i)] = kbpf_may_goto_begin(&v->subprogs[kbpf_cfg_find(v, i)]);
		if (keep(v, i))
			err = write_slot(v, l, i);
	}
	return err;
}

static int lay_out(struct kbpf_verifier *v, struct layout *l)
{
	u32 len;
	int err;

	for (u32 i = 0; i < v->len; i++)
		decide(v, i);
	len = place(v, l);
	l->out = kvmalloc_array(len, sizeof(*l->out), GFP_KERNEL);
	if (!l->out)
		return -ENOMEM;
	err = collect_funcs(v, l);
	if (!err)
		err = rewrite(v, l);
	if (!err)
		err = take_maps(v);
	if (err)
		return err;
	move_line_info(v, l);
	move_func_info(v, l);
	swap(v->prog->insns, l->out);
	v->prog->len = len;
	return 0;
}

int kbpf_fixup(struct kbpf_verifier *v)
{
	struct layout l = {
		.to = kvmalloc_array(v->len + 1, sizeof(*l.to), GFP_KERNEL),
		.func = kcalloc(v->nr_subprogs, sizeof(*l.func), GFP_KERNEL),
	};
	int err = l.to && l.func ? lay_out(v, &l) : -ENOMEM;

	/* the instructions as they were loaded, or what was made of them so far */
	kvfree(l.out);
	kvfree(l.to);
	kfree(l.func);
	return err;
}
