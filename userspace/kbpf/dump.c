// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Printing a program's code, with the engine's disassembler.
 */
#include <bpf/btf.h>
#include <stdio.h>

#include "isa/insn.h"
#include "isa/opcode.h"

#include "dump.h"
#include "json.h"
#include "objects.h"

#define LINE(col)	((col) >> 10)

static const char *string(const struct btf *btf, u32 off)
{
	const char *s = btf ? btf__str_by_offset(btf, off) : NULL;

	return s ? s : "";
}

static const char *func_name(const struct btf *btf, u32 type_id)
{
	const struct btf_type *t = btf ? btf__type_by_id(btf, type_id) : NULL;

	return t ? string(btf, t->name_off) : "";
}

/* The record for exactly this slot, or NULL. Both tables are short. */
static const struct kbpf_line_info *line_at(const struct prog_full *prog, u32 slot)
{
	u32 i;

	for (i = 0; i < prog->info.nr_line_info; i++)
		if (prog->lines[i].insn_off == slot)
			return &prog->lines[i];
	return NULL;
}

static const struct kbpf_func_info *func_at(const struct prog_full *prog, u32 slot)
{
	u32 i;

	for (i = 0; i < prog->info.nr_func_info; i++)
		if (prog->funcs[i].insn_off == slot)
			return &prog->funcs[i];
	return NULL;
}

static const char *skip_space(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

static void print_source(const struct prog_full *prog, const struct btf *btf, u32 slot)
{
	const struct kbpf_func_info *func = func_at(prog, slot);
	const struct kbpf_line_info *line = line_at(prog, slot);

	if (func)
		printf("%s%s():\n", slot ? "\n" : "", func_name(btf, func->type_id));
	if (line)
		printf("; %s  [%s:%u]\n", skip_space(string(btf, line->line_off)),
		       string(btf, line->file_name_off), LINE(line->line_col));
}

static void print_json(const struct prog_full *prog, const struct btf *btf, u32 slot, bool source,
		       const char *text, struct json *json)
{
	const struct kbpf_func_info *func = source ? func_at(prog, slot) : NULL;
	const struct kbpf_line_info *line = source ? line_at(prog, slot) : NULL;

	json_object(json, NULL);
	json_uint(json, "slot", slot);
	json_string(json, "text", text);
	if (func)
		json_string(json, "function", func_name(btf, func->type_id));
	if (line) {
		json_string(json, "source", skip_space(string(btf, line->line_off)));
		json_string(json, "file", string(btf, line->file_name_off));
		json_uint(json, "line", LINE(line->line_col));
	}
	json_object_end(json);
}

void dump_prog(const struct prog_full *prog, const struct btf *btf, bool source,
	       struct json *json)
{
	char text[160];
	u32 slot;

	if (json)
		json_array(json, NULL);
	for (slot = 0; slot < prog->nr_insns; slot++) {
		const struct kbpf_insn *insn = &prog->insns[slot];
		bool two = kbpf_isa_is_lddw(insn) && slot + 1 < prog->nr_insns;

		kbpf_isa_disasm(insn, text, sizeof(text));
		if (json) {
			print_json(prog, btf, slot, source, text, json);
		} else {
			if (source)
				print_source(prog, btf, slot);
			printf("%5u: %s\n", slot, text);
		}
		slot += two;
	}
	if (json)
		json_array_end(json);
}
