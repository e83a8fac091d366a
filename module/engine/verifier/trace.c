// SPDX-License-Identifier: GPL-2.0
/*
 * The trace of log level 2: each instruction visited, with the state before it.
 */
#include "verifier/verifier.h"
#include "isa/opcode.h"
#include "btf/btf.h"

const struct kbpf_line_info *kbpf_trace_line(const struct kbpf_verifier *v, u32 insn)
{
	const struct kbpf_line_info *lines = v->prog->line_info;
	u32 lo = 0, hi = v->prog->nr_line_info;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (lines[mid].insn_off <= insn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &lines[lo - 1] : NULL;
}

static void trace_slots(struct kbpf_verifier *v, const struct kbpf_frame *f)
{
	static const char kinds[] = { '?', 'm', '0', 'r' };
	char text[160];

	for (u32 i = 0; i < f->nr_slots; i++) {
		const struct kbpf_slot *s = &f->slots[i];
		char bytes[KBPF_SLOT_SIZE + 1];
		bool spill = false;

		for (u32 b = 0; b < KBPF_SLOT_SIZE; b++) {
			bytes[b] = kinds[s->bytes[b]];
			spill |= s->bytes[b] == KBPF_BYTE_SPILL;
		}
		bytes[KBPF_SLOT_SIZE] = 0;
		if (!memchr_inv(s->bytes, KBPF_BYTE_UNINIT, sizeof(s->bytes)))
			continue;
		text[0] = 0;
		if (spill)
			kbpf_value_print(&s->spill, text, sizeof(text));
		kbpf_log_write(v->log, " fp-%u=%s%s%s", (i + 1) * KBPF_SLOT_SIZE, bytes,
			       spill ? ":" : "", text);
	}
}

void kbpf_trace_state(struct kbpf_verifier *v)
{
	const struct kbpf_frame *f = kbpf_state_top(v->cur);
	char text[160];

	if (v->cur->nr_frames > 1)
		kbpf_log_write(v->log, " frame%u:", v->cur->nr_frames - 1);
	for (u32 r = 0; r < KBPF_REGS; r++) {
		if (f->regs[r].type == KBPF_V_NONE)
			continue;
		kbpf_value_print(&f->regs[r], text, sizeof(text));
		kbpf_log_write(v->log, " R%u=%s", r, text);
	}
	trace_slots(v, f);
	for (u32 i = 0; i < v->cur->nr_refs; i++)
		kbpf_log_write(v->log, "%s%u", i ? "," : " refs=", v->cur->refs[i].id);
	kbpf_log_write(v->log, "\n");
}

void kbpf_trace_insn(struct kbpf_verifier *v)
{
	const struct kbpf_line_info *line = kbpf_trace_line(v, v->insn);
	char text[96];

	if (line && v->prog->btf && line->insn_off == v->insn)
		kbpf_log_write(v->log, "; %s\n", kbpf_btf_name(v->prog->btf, line->line_off));
	kbpf_isa_disasm(&v->insns[v->insn], text, sizeof(text));
	kbpf_log_write(v->log, "%u: (%02x) %s\t;", v->insn, v->insns[v->insn].code, text);
	kbpf_trace_state(v);
}
