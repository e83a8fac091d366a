// SPDX-License-Identifier: GPL-2.0
/*
 * LD_ABS and LD_IND of eBPF, what is left of classic BPF in it: they become calls
 * before the program is judged, so that verifier, interpreter and JIT have no
 * packet loads of their own. The conventions are the instruction's: r6 is the
 * context, r0 the result, r1 to r5 are lost, and where the bytes are not there the
 * function returns 0.
 */
#include "classic/classic.h"
#include "isa/insn.h"

/* Slots of the longest replacement. */
#define MOST	8u

static bool is_legacy(const struct kbpf_insn *i)
{
	return KBPF_CLASS(i->code) == KBPF_LD &&
	       (KBPF_MODE(i->code) == KBPF_ABS || KBPF_MODE(i->code) == KBPF_IND) &&
	       KBPF_SIZE(i->code) != KBPF_DW && !i->dst_reg && !i->off &&
	       (KBPF_MODE(i->code) == KBPF_IND || !i->src_reg);
}

/* Writes the replacement and returns its slots. */
static u32 replace(const struct kbpf_insn *i, struct kbpf_insn *out)
{
	u32 n = 0;

	if (KBPF_MODE(i->code) == KBPF_IND) {
		out[n++] = KBPF_MOV32_REG(KBPF_R2, i->src_reg);
		out[n++] = KBPF_ALU32_IMM(KBPF_ADD, KBPF_R2, i->imm);
	} else {
		out[n++] = KBPF_MOV32_IMM(KBPF_R2, i->imm);
	}
	out[n++] = KBPF_MOV64_REG(KBPF_R1, KBPF_R6);
	out[n++] = KBPF_MOV64_IMM(KBPF_R3, kbpf_isa_size(i->code));
	out[n++] = KBPF_CALL_HELPER(KBPF_HELPER_PACKET_LOAD);
	out[n++] = KBPF_JMP_IMM(KBPF_JSGE, KBPF_R0, 0, 2);
	out[n++] = KBPF_MOV64_IMM(KBPF_R0, 0);
	out[n++] = KBPF_EXIT_INSN();
	return n;
}

/* Where each slot goes; one entry more than there are slots. Returns the slots in all. */
static u32 place(const struct kbpf_insn *insns, u32 len, u32 *to)
{
	struct kbpf_insn scratch[MOST];
	u32 i, n = 0;

	for (i = 0; i < len; i++) {
		to[i] = n;
		if (kbpf_isa_is_lddw(&insns[i]) && i + 1 < len) {
			n++;
			to[++i] = n++;
			continue;
		}
		n += is_legacy(&insns[i]) ? replace(&insns[i], scratch) : 1;
	}
	to[len] = n;
	return n;
}

static bool moved(const u32 *to, u32 len, u32 i, s64 dist, s64 *now)
{
	s64 target = (s64)i + 1 + dist;

	/* A jump to nowhere stays one, for the verifier to refuse. */
	if (target < 0 || target > len)
		return true;
	*now = (s64)to[target] - (to[i] + 1);
	return *now >= S32_MIN && *now <= S32_MAX;
}

/* Distances in @insn, slot @i of old. Returns false where one no longer fits. */
static bool retarget(struct kbpf_insn *insn, const u32 *to, u32 len, u32 i)
{
	u8 class = KBPF_CLASS(insn->code), op = KBPF_OP(insn->code);
	s64 dist = insn->off;
	bool in_imm;

	in_imm = insn->code == (KBPF_JMP32 | KBPF_JA) ||
		 (insn->code == (KBPF_JMP | KBPF_CALL) && insn->src_reg == KBPF_PSEUDO_CALL) ||
		 (insn->code == KBPF_LDDW && insn->src_reg == KBPF_PSEUDO_FUNC);
	if (in_imm) {
		dist = insn->imm;
		if (!moved(to, len, i, dist, &dist))
			return false;
		insn->imm = dist;
		return true;
	}
	if ((class != KBPF_JMP && class != KBPF_JMP32) || op == KBPF_CALL || op == KBPF_EXIT)
		return true;
	if (!moved(to, len, i, dist, &dist) || dist < S16_MIN || dist > S16_MAX)
		return false;
	insn->off = dist;
	return true;
}

static int rewrite(const struct kbpf_insn *insns, u32 len, const u32 *to, struct kbpf_insn *out)
{
	u32 i;

	for (i = 0; i < len; i++) {
		if (is_legacy(&insns[i])) {
			replace(&insns[i], &out[to[i]]);
			continue;
		}
		out[to[i]] = insns[i];
		if (!retarget(&out[to[i]], to, len, i))
			return -E2BIG;
		if (kbpf_isa_is_lddw(&insns[i]) && i + 1 < len) {
			i++;
			out[to[i]] = insns[i];
		}
	}
	return 0;
}

static void move_info(struct kbpf_prog *prog, const u32 *to)
{
	u32 i;

	/* Offsets were checked to be inside the program. */
	for (i = 0; i < prog->nr_func_info; i++)
		prog->func_info[i].insn_off = to[prog->func_info[i].insn_off];
	for (i = 0; i < prog->nr_line_info; i++)
		prog->line_info[i].insn_off = to[prog->line_info[i].insn_off];
}

int kbpf_classic_lower(struct kbpf_prog *prog)
{
	struct kbpf_insn *out;
	u32 i, n, *to;
	int err = -ENOMEM;

	for (i = 0; i < prog->len && !is_legacy(&prog->insns[i]); i++)
		if (kbpf_isa_is_lddw(&prog->insns[i]))
			i++;
	if (i >= prog->len)
		return 0;
	to = kvmalloc_array((size_t)prog->len + 1, sizeof(*to), GFP_KERNEL);
	if (!to)
		return -ENOMEM;
	n = place(prog->insns, prog->len, to);
	out = kvmalloc_array(n, sizeof(*out), GFP_KERNEL_ACCOUNT);
	if (out)
		err = n > KBPF_MAX_INSNS ? -E2BIG : rewrite(prog->insns, prog->len, to, out);
	if (err) {
		kvfree(out);
	} else {
		move_info(prog, to);
		kvfree(prog->insns);
		prog->insns = out;
		prog->len = n;
	}
	kvfree(to);
	return err;
}
