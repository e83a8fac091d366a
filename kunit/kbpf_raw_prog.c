// SPDX-License-Identifier: GPL-2.0
/* Programs below the verifier: finds the functions, names them by number. */
#include "isa/insn.h"
#include "kbpf_raw_prog.h"

static bool is_call(const struct kbpf_insn *insn)
{
	return insn->code == (KBPF_JMP | KBPF_CALL) && insn->src_reg == KBPF_PSEUDO_CALL;
}

static bool is_func_addr(const struct kbpf_insn *insn)
{
	return kbpf_isa_is_lddw(insn) && insn->src_reg == KBPF_PSEUDO_FUNC;
}

/* Marks the slots that functions start at; how many there are, or -EINVAL. */
static int mark_starts(const struct kbpf_prog *prog, unsigned long *starts)
{
	int n = 1;
	u32 i;

	__set_bit(0, starts);
	for (i = 0; i < prog->len; i++) {
		const struct kbpf_insn *insn = &prog->insns[i];

		if (is_call(insn) || is_func_addr(insn)) {
			s64 to = (s64)i + 1 + insn->imm;

			if (to < 0 || to >= prog->len)
				return -EINVAL;
			if (!test_bit(to, starts))
				n++;
			__set_bit(to, starts);
		}
		if (kbpf_isa_is_lddw(insn))
			i++;
	}
	return n;
}

/* Bytes below r10 that a function's own accesses reach; an eighth of all where r10 is copied. */
static u32 stack_of(const struct kbpf_prog *prog, const struct kbpf_func *func)
{
	s32 lowest = 0;
	u32 i;

	if (prog->nr_funcs == 1)
		return KBPF_STACK_SIZE;
	for (i = func->start; i < func->end; i++) {
		const struct kbpf_insn *insn = &prog->insns[i];
		u8 class = KBPF_CLASS(insn->code);

		if (class == KBPF_LDX ? insn->src_reg == KBPF_R10 :
		    (class == KBPF_ST || class == KBPF_STX) && insn->dst_reg == KBPF_R10)
			lowest = min_t(s32, lowest, insn->off);
		else if (insn->src_reg == KBPF_R10 || insn->dst_reg == KBPF_R10)
			lowest = min_t(s32, lowest, -KBPF_STACK_SIZE / KBPF_MAX_FRAMES);
		if (kbpf_isa_is_lddw(insn))
			i++;
	}
	return min_t(u32, round_up((u32)-lowest, 8), KBPF_STACK_SIZE);
}

static void list_funcs(struct kbpf_prog *prog, const unsigned long *starts)
{
	u32 slot, n = 0;

	for_each_set_bit(slot, starts, prog->len) {
		if (n)
			prog->funcs[n - 1].end = slot;
		prog->funcs[n].start = slot;
		prog->funcs[n].end = prog->len;
		prog->funcs[n].prog = prog;
		n++;
	}
	for (n = 0; n < prog->nr_funcs; n++)
		prog->funcs[n].stack_depth = stack_of(prog, &prog->funcs[n]);
}

/* Function addresses: from distances to numbers. */
static void number_addrs(struct kbpf_prog *prog)
{
	u32 i, f;

	for (i = 0; i < prog->len; i++) {
		struct kbpf_insn *insn = &prog->insns[i];

		if (is_func_addr(insn)) {
			u32 to = i + 1 + insn->imm;

			for (f = 0; prog->funcs[f].start != to; f++)
				;
			insn->imm = f;
			prog->funcs[f].is_callback = true;
		}
		if (kbpf_isa_is_lddw(insn))
			i++;
	}
}

static int find_funcs(struct kbpf_prog *prog)
{
	unsigned long *starts = kvcalloc(BITS_TO_LONGS(prog->len), sizeof(long), GFP_KERNEL);
	int n;

	if (!starts)
		return -ENOMEM;
	n = mark_starts(prog, starts);
	if (n > KBPF_MAX_SUBPROGS)
		n = -E2BIG;
	if (n > 0) {
		prog->funcs = kcalloc(n, sizeof(*prog->funcs), GFP_KERNEL);
		prog->nr_funcs = n;
		if (prog->funcs) {
			list_funcs(prog, starts);
			number_addrs(prog);
		} else {
			n = -ENOMEM;
		}
	}
	kvfree(starts);
	return n < 0 ? n : 0;
}

struct kbpf_prog *kbpf_raw_prog_create(const struct kbpf_insn *insns, u32 len)
{
	struct kbpf_prog *prog;
	int err = -ENOMEM;

	if (!len)
		return ERR_PTR(-EINVAL);
	if (len > KBPF_MAX_INSNS)
		return ERR_PTR(-E2BIG);
	prog = kzalloc(sizeof(*prog), GFP_KERNEL);
	if (!prog)
		return ERR_PTR(-ENOMEM);
	prog->insns = kvmemdup(insns, len * sizeof(*insns), GFP_KERNEL);
	prog->len = len;
	prog->orig_len = len;
	prog->type = KBPF_PROG_TYPE_KPROBE;
	if (prog->insns)
		err = find_funcs(prog);
	if (err) {
		kbpf_raw_prog_free(prog);
		return ERR_PTR(err);
	}
	return prog;
}

void kbpf_raw_prog_free(struct kbpf_prog *prog)
{
	if (!prog)
		return;
	kfree(prog->funcs);
	kvfree(prog->insns);
	kfree(prog);
}

u64 kbpf_raw_prog_run(const struct kbpf_prog *prog, void *mem, u64 len)
{
	const struct kbpf_func *entry = &prog->funcs[0];

	return entry->call(entry, (u64)(unsigned long)mem, len, 0, 0, 0);
}
