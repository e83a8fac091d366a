// SPDX-License-Identifier: GPL-2.0
/*
 * Saying no: the rule, where, what was needed, what is known, how the path got
 * there, and what to change.
 */
#include "verifier/verifier.h"
#include "isa/opcode.h"
#include "btf/btf.h"

#define MAX_PATH	12	/* branches that are shown */

const struct kbpf_reject_row kbpf_reject_rows[KBPF_REJECTS] = {
#define KBPF_REJECT(id_, err_, slug_, rule_, fix_) \
	{ .id = #id_, .err = err_, .slug = #slug_, .rule = rule_, .fix = fix_ },
#include "reject.def"
};

static void say_line(struct kbpf_verifier *v, u32 insn)
{
	const struct kbpf_line_info *line = kbpf_trace_line(v, insn);
	const struct kbpf_btf *btf = v->prog->btf;
	const char *file, *base, *text;

	if (!line || !btf)
		return;
	file = kbpf_btf_name(btf, line->file_name_off);
	base = strrchr(file, '/');
	text = kbpf_btf_name(btf, line->line_off);
	while (*text == ' ' || *text == '\t')
		text++;
	kbpf_log_write(v->log, "  %s:%u   %s\n", base ? base + 1 : file, line->line_col >> 10, text);
}

static void say_insn(struct kbpf_verifier *v)
{
	char text[96];

	if (v->insn >= v->len)
		return;
	if (kbpf_isa_is_lddw(&v->insns[v->insn]) && v->insn + 1 >= v->len)
		return;
	kbpf_isa_disasm(&v->insns[v->insn], text, sizeof(text));
	kbpf_log_write(v->log, "  insn     %u: (%02x) %s\n", v->insn, v->insns[v->insn].code, text);
}

static void say_known(struct kbpf_verifier *v, int reg)
{
	const struct kbpf_value *val;
	char text[160];

	if (reg < 0 || !v->cur)
		return;
	val = kbpf_state_reg(v->cur, reg);
	if (kbpf_value_is_num(val)) {
		kbpf_scalar_describe(&val->num, text, sizeof(text));
		kbpf_log_write(v->log, "  known    R%d is a number: %s\n", reg, text);
		return;
	}
	kbpf_log_write(v->log, "  known    R%d is %s", reg, kbpf_value_name(val));
	if ((val->type == KBPF_V_MAP || val->type == KBPF_V_MAP_VALUE) &&
	    kbpf_map_desc_of(v, val->index)->name[0])
		kbpf_log_write(v->log, " of '%s'", kbpf_map_desc_of(v, val->index)->name);
	if (val->off)
		kbpf_log_write(v->log, " at offset %d", val->off);
	if (kbpf_value_is_ptr(val) && !kbpf_scalar_is(&val->num, 0)) {
		kbpf_scalar_describe(&val->num, text, sizeof(text));
		kbpf_log_write(v->log, " plus %s", text);
	}
	kbpf_log_write(v->log, "\n");
}

/* Where a branch was, as a source line where that is known. */
static void say_place(struct kbpf_verifier *v, const struct kbpf_trail *t)
{
	const struct kbpf_line_info *line = v->prog->btf ? kbpf_trace_line(v, t->insn) : NULL;

	if (line)
		kbpf_log_write(v->log, "line %u", line->line_col >> 10);
	else
		kbpf_log_write(v->log, "insn %u", t->insn);
	kbpf_log_write(v->log, t->taken ? " (jump)" : " (no jump)");
}

static void say_path(struct kbpf_verifier *v)
{
	u32 path[MAX_PATH], n = 0, at;

	if (!v->cur || !v->cur->trail)
		return;
	for (at = v->cur->trail; at && n < MAX_PATH; at = v->trail[at - 1].prev)
		path[n++] = at;
	kbpf_log_write(v->log, at ? "  path     ... " : "  path     ");
	while (n--) {
		say_place(v, &v->trail[path[n] - 1]);
		kbpf_log_write(v->log, n ? " -> " : " -> here\n");
	}
}

int kbpf_refuse(struct kbpf_verifier *v, enum kbpf_reject why, int reg, const char *fmt, ...)
{
	const struct kbpf_reject_row *row = &kbpf_reject_rows[why];
	char needed[256];
	va_list args;

	v->reject = why;
	if (!v->log || kbpf_converge_again(v, why))
		return -row->err;
	va_start(args, fmt);
	vscnprintf(needed, sizeof(needed), fmt, args);
	va_end(args);
	kbpf_log_write(v->log, "%s: refused, %s (KBPF-%s)\n",
		       v->prog->name[0] ? v->prog->name : "program", row->slug, row->id);
	say_line(v, v->insn);
	say_insn(v);
	kbpf_log_write(v->log, "  rule     %s\n", row->rule);
	kbpf_log_write(v->log, "  needed   %s\n", needed);
	say_known(v, reg);
	say_path(v);
	kbpf_log_write(v->log, "  to pass  %s\n", row->fix);
	return -row->err;
}
