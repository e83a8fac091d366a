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

/*
 * Where each old slot ends up: the slot itself, or the next that stays. One more
 * entry than there are slots.
 */
static u32 *place(struct kbpf_verifier *v)
{
	u32 *to = kvmalloc_array(v->len + 1, sizeof(*to), GFP_KERNEL);
	u32 n = 0;

	for (u32 i = 0; to && i < v->len; i++) {
		to[i] = n;
		n += keep(v, i);
	}
	if (to)
		to[v->len] = n;
	return to;
}

static bool stays(const u32 *to, u32 i)
{
	return to[i + 1] > to[i];
}

static bool is_rel_call(const struct kbpf_insn *i)
{
	return i->code == (KBPF_JMP | KBPF_CALL) && i->src_reg == KBPF_PSEUDO_CALL;
}

/* Distances, now that slots have moved. They only ever get shorter. */
static void retarget(struct kbpf_verifier *v, u32 i, const u32 *to)
{
	struct kbpf_insn *insn = &v->insns[i];
	s64 dist;

	if (is_rel_call(insn)) {
		insn->imm = (s32)to[i + 1 + insn->imm] - (s32)(to[i] + 1);
		return;
	}
	if (!is_cond(insn) && !is_ja(insn))
		return;
	dist = (s64)to[kbpf_cfg_target(v->insns, i)] - (to[i] + 1);
	if (insn->code == (KBPF_JMP32 | KBPF_JA))
		insn->imm = dist;
	else
		insn->off = dist;
}

/* Functions that are still there, by their old number. */
static int collect_funcs(struct kbpf_verifier *v, const u32 *to, u32 *new_index)
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
		new_index[f] = n;
		funcs[n++] = (struct kbpf_func){
			.start = to[s->start],
			.end = to[s->end],
			.stack_depth = s->stack,
			.prog = p,
			.has_tail_call = s->has_tail_call,
			.is_callback = s->is_callback,
		};
	}
	p->funcs = funcs;
	p->nr_funcs = n;
	return 0;
}

static void name_lddw(struct kbpf_verifier *v, u32 i, const u32 *func_index)
{
	struct kbpf_insn *insn = &v->insns[i];

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
	case KBPF_PSEUDO_FUNC:
		insn->imm = func_index[kbpf_cfg_find(v, i + 1 + insn->imm)];
		break;
	}
}

static void convert(struct kbpf_verifier *v, u32 i)
{
	const struct kbpf_insn_info *info = &v->info[i];
	struct kbpf_insn *insn = &v->insns[i];

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
static void move_line_info(struct kbpf_verifier *v, const u32 *to)
{
	struct kbpf_prog *p = v->prog;
	u32 n = 0;

	for (u32 i = 0; i < p->nr_line_info; i++) {
		struct kbpf_line_info *line = &p->line_info[i];
		u32 at = to[line->insn_off];
		u32 end = i + 1 < p->nr_line_info ? p->line_info[i + 1].insn_off : v->len;

		/* nothing of this line is left */
		if (to[end] == at)
			continue;
		p->line_info[n] = *line;
		p->line_info[n++].insn_off = at;
	}
	p->nr_line_info = n;
}

static void move_func_info(struct kbpf_verifier *v, const u32 *to)
{
	struct kbpf_prog *p = v->prog;
	u32 n = 0;

	for (u32 i = 0; i < p->nr_func_info; i++) {
		struct kbpf_func_info *func = &p->func_info[i];

		if (!(v->info[func->insn_off].flags & KBPF_INFO_SEEN))
			continue;
		p->func_info[n] = *func;
		p->func_info[n++].insn_off = to[func->insn_off];
	}
	p->nr_func_info = n;
}

static void compact(struct kbpf_verifier *v, const u32 *to)
{
	for (u32 i = 0; i < v->len; i++)
		if (stays(to, i))
			v->insns[to[i]] = v->insns[i];
	v->prog->len = to[v->len];
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

static void rewrite(struct kbpf_verifier *v, const u32 *to, const u32 *func_index)
{
	for (u32 i = 0; i < v->len; i++) {
		if (!stays(to, i) || (v->info[i].flags & KBPF_INFO_SECOND))
			continue;
		if (kbpf_isa_is_lddw(&v->insns[i]))
			name_lddw(v, i, func_index);
		else
			convert(v, i);
		retarget(v, i, to);
	}
}

int kbpf_fixup(struct kbpf_verifier *v)
{
	u32 *func_index = kcalloc(v->nr_subprogs, sizeof(*func_index), GFP_KERNEL);
	u32 *to = NULL;
	int err = -ENOMEM;

	if (!func_index)
		return -ENOMEM;
	for (u32 i = 0; i < v->len; i++)
		decide(v, i);
	to = place(v);
	if (!to)
		goto out;
	err = collect_funcs(v, to, func_index);
	if (!err)
		err = take_maps(v);
	if (err)
		goto out;
	move_line_info(v, to);
	move_func_info(v, to);
	rewrite(v, to, func_index);
	compact(v, to);
out:
	kvfree(to);
	kfree(func_index);
	return err;
}
