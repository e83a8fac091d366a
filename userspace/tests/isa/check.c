// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * The instruction set in every executor of userspace: the vectors that run
 * below the verifier, the sweep, reserved fields, the disassembler, and the
 * public suite's cases.
 */
#include <unistd.h>
#include "isa/alu.h"
#include "isa/opcode.h"
#include "interp/interp.h"
#include "jit/image.h"
#include "kbpf_isa_sweep.h"
#include "kbpf_raw_prog.h"
#include "suite.h"
#include "vectors/rows.h"

/* ---- vectors --------------------------------------------------------------------- */

static void test_vector(const struct executor *ex, const struct kbpf_vector *v)
{
	u8 mem[512] = { 0 };
	u64 r0 = 0;
	int err;

	if (v->ctx)
		memcpy(mem, v->ctx, v->ctx_len);
	err = run_below(ex, v->insns, v->len, mem, v->ctx_len, &r0);
	result(!err && r0 == v->retval, "%s: %s%s", ex->name, v->name, err ? ": refused" : "");
	if (!err && r0 != v->retval)
		printf("# r0 = 0x%llx, expected 0x%llx\n", r0, v->retval);
}

/* ---- the sweep ------------------------------------------------------------------------ */

static void print_program(const struct kbpf_insn *insns, u32 len)
{
	char text[100];

	for (u32 i = 0; i < len; i++) {
		kbpf_isa_disasm(&insns[i], text, sizeof(text));
		printf("#   %u: %s\n", i, text);
		if (kbpf_isa_is_lddw(&insns[i]))
			i++;
	}
}

static bool sweep_case(const struct executor *ex, const struct kbpf_sweep *s)
{
	u64 r0 = 0;
	int err = run_below(ex, s->insns, s->len, NULL, 0, &r0);

	if (!err && r0 == s->expect)
		return true;
	printf("# case %u: dst 0x%llx src 0x%llx: %d, r0 = 0x%llx, expected 0x%llx\n", s->next - 1,
	       s->dst, s->src, err, r0, s->expect);
	print_program(s->insns, s->len);
	return false;
}

static void test_sweep(const struct executor *ex, enum kbpf_op op)
{
	struct kbpf_sweep s;
	u32 bad = 0, n = 0;

	if (!kbpf_sweep_start(&s, op))
		return;
	while (kbpf_sweep_next(&s) && bad < 5) {
		bad += !sweep_case(ex, &s);
		n++;
	}
	result(!bad && n > 50, "%s: sweep of %s", ex->name, kbpf_isa_opcodes[op].name);
}

/* ---- kbpf_isa_eval() and kbpf_isa_taken() say what the interpreter does --------------------- */

static void test_eval(void)
{
	struct kbpf_sweep s;
	u32 bad = 0, n = 0;

	for (u32 op = 1; op < KBPF_OPS; op++) {
		if (!kbpf_sweep_start(&s, op))
			continue;
		while (kbpf_sweep_next(&s)) {
			const struct kbpf_insn *insn = &s.insns[s.at];
			bool taken;
			u64 res;

			if (insn->src_reg == KBPF_R10 || insn->dst_reg == KBPF_R10)
				continue;
			if (kbpf_isa_eval(insn, s.dst, s.src, &res)) {
				bad += res != s.expect;
				n++;
			} else if (kbpf_isa_taken(insn, s.dst, s.src, &taken)) {
				bad += (taken ? 6 : 5) != s.expect;
				n++;
			}
		}
	}
	result(!bad && n > 10000, "constants: %u evaluations", n);
}

/* ---- legality --------------------------------------------------------------------------------- */

static struct kbpf_insn legal(enum kbpf_op op)
{
	const struct kbpf_opcode *row = &kbpf_isa_opcodes[op];
	struct kbpf_insn insn = { .code = row->code, .imm = row->imm == KBPF_FIELD_N };

	if (row->sel == KBPF_SEL_OFF)
		insn.off = row->val;
	if (row->sel == KBPF_SEL_IMM)
		insn.imm = row->val;
	if (row->sel == KBPF_SEL_SRC)
		insn.src_reg = row->val;
	return insn;
}

static enum kbpf_isa_fault check(struct kbpf_insn first)
{
	struct kbpf_insn two[2] = { first, { 0 } };

	return kbpf_isa_check(two, 2, KBPF_ISA_INTERNAL);
}

/* Fields of an operation's row, one broken at a time. */
static void test_legality(enum kbpf_op op)
{
	const struct kbpf_opcode *row = &kbpf_isa_opcodes[op];
	struct kbpf_insn good = legal(op), bad;
	bool ok = !check(good);

#define BREAK(kind, is, field, value) do { \
	if (row->kind == KBPF_FIELD_##is) { \
		bad = good; \
		bad.field = (value); \
		ok &= check(bad) != KBPF_ISA_OK; \
	} \
} while (0)
	BREAK(dst, Z, dst_reg, 1);
	BREAK(dst, W, dst_reg, 10);
	BREAK(dst, W, dst_reg, 11);
	BREAK(dst, R, dst_reg, 11);
	BREAK(src, Z, src_reg, 1);
	BREAK(src, W, src_reg, 10);
	BREAK(src, R, src_reg, 11);
	BREAK(src, V, src_reg, 15);
	BREAK(off, Z, off, 1);
	BREAK(off, Z, off, -1);
	BREAK(off, V, off, 7);
	BREAK(imm, Z, imm, 1);
	BREAK(imm, Z, imm, S32_MIN);
	BREAK(imm, V, imm, 0x77);
	BREAK(imm, N, imm, 0);
	BREAK(imm, H5, imm, 32);
	BREAK(imm, H5, imm, -1);
	BREAK(imm, H6, imm, 64);
	BREAK(imm, H6, imm, -1);
#undef BREAK
	if (kbpf_isa_is_lddw(&good)) {
		struct kbpf_insn two[2] = { good, { .off = 1 } };

		ok &= kbpf_isa_check(two, 2, 0) == KBPF_ISA_SECOND;
		ok &= kbpf_isa_check(&good, 1, 0) == KBPF_ISA_SECOND;
	}
	if (!row->ver)
		ok &= kbpf_isa_check(&good, 1, 0) == KBPF_ISA_UNKNOWN;
	result(ok, "fields of %s", row->name);
}

/* Opcode bytes that no row has must be refused, and there are as many as RFC 9669 leaves. */
static void test_unknown_opcodes(void)
{
	struct kbpf_insn insn = { 0 };
	u32 known = 0;

	for (u32 code = 0; code < 256; code++) {
		bool any = false;

		for (u32 op = 1; op < KBPF_OPS; op++)
			any |= kbpf_isa_opcodes[op].code == code;
		known += any;
		insn.code = code;
		if (!any && check(insn) != KBPF_ISA_UNKNOWN)
			result(false, "opcode 0x%02x is unknown", code);
	}
	result(known == 135, "%u of 256 opcodes are known", known);
}

static void test_disasm(void)
{
	static const struct {
		struct kbpf_insn insn[2];
		const char *text;
	} rows[] = {
		{ { KBPF_MOV64_IMM(KBPF_R1, -5) }, "r1 = -5" },
		{ { KBPF_ALU32_REG(KBPF_ADD, KBPF_R1, KBPF_R2) }, "w1 += w2" },
		{ { KBPF_ALU64_IMM_OFF(KBPF_MOD, KBPF_R1, 3, 1) }, "r1 s%= 3" },
		{ { KBPF_LDX_MEM(KBPF_W, KBPF_R1, KBPF_R2, 8) }, "r1 = *(u32 *)(r2 + 8)" },
		{ { KBPF_LDX_MEMSX(KBPF_B, KBPF_R1, KBPF_R10, -8) }, "r1 = *(s8 *)(r10 - 8)" },
		{ { KBPF_ST_MEM(KBPF_H, KBPF_R10, -2, 7) }, "*(u16 *)(r10 - 2) = 7" },
		{ { KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R6, -32768) }, "*(u64 *)(r10 - 32768) = r6" },
		{ { KBPF_JMP_IMM(KBPF_JSGT, KBPF_R3, 4, -2) }, "if r3 s> 4 goto -2" },
		{ { KBPF_JMP32_REG(KBPF_JSET, KBPF_R3, KBPF_R4, 2) }, "if w3 & w4 goto +2" },
		{ { KBPF_JMP32_A(100000) }, "gotol +100000" },
		{ { KBPF_CALL_HELPER(14) }, "call 14" },
		{ { KBPF_CALL_REL(-3) }, "call pc-3" },
		{ { KBPF_EXIT_INSN() }, "exit" },
		{ { KBPF_LD_IMM64(KBPF_R1, 0x123456789aULL) }, "r1 = 0x123456789a ll" },
		{ { KBPF_LD_MAP_VALUE(KBPF_R1, 4, 16) }, "r1 = map[4][0] + 16" },
		{ { KBPF_ENDIAN(KBPF_TO_BE, KBPF_R1, 16) }, "r1 = be16 r1" },
		{ { KBPF_ATOMIC_OP(KBPF_DW, KBPF_ATOMIC_ADD, KBPF_R1, KBPF_R2, 0) },
		  "lock *(u64 *)(r1 + 0) += r2" },
		{ { KBPF_ATOMIC_OP(KBPF_W, KBPF_CMPXCHG, KBPF_R1, KBPF_R2, 4) },
		  "r0 = cmpxchg(r1 + 4, r0, w2)" },
		{ { { .code = 0xff } }, "unknown (code 0xff dst 0 src 0 off 0 imm 0)" },
	};
	char text[100];
	bool ok = true;

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		u32 n = kbpf_isa_disasm(rows[i].insn, text, sizeof(text));

		if (strcmp(text, rows[i].text) || n != strlen(text)) {
			printf("# \"%s\", expected \"%s\"\n", text, rows[i].text);
			ok = false;
		}
	}
	/* every operation has a text that fits, and short buffers are kept to */
	for (u32 op = 1; op < KBPF_OPS; op++) {
		struct kbpf_insn two[2] = { legal(op), { .imm = S32_MIN } };

		ok &= kbpf_isa_disasm(two, text, sizeof(text)) < 80 && !strstr(text, "unknown");
		ok &= kbpf_isa_disasm(two, text, 5) < 5 && strlen(text) < 5;
	}
	result(ok, "disassembly");
}

/* ---- what executors refuse ----------------------------------------------------------------- */

static void test_refusals(const struct executor *ex)
{
	static const struct {
		const char *name;
		struct kbpf_insn insns[3];
	} rows[] = {
		{ "runs off the end", { KBPF_MOV64_IMM(0, 0), KBPF_MOV64_IMM(0, 0), KBPF_MOV64_IMM(0, 0) } },
		{ "jumps outside", { KBPF_JMP_A(5), KBPF_EXIT_INSN(), KBPF_EXIT_INSN() } },
		{ "jumps before the start", { KBPF_JMP_A(-2), KBPF_EXIT_INSN(), KBPF_EXIT_INSN() } },
		{ "jumps into an lddw", { KBPF_LD_IMM64(0, 1), KBPF_JMP_A(-2) } },
		{ "an unknown helper", { KBPF_CALL_HELPER(999), KBPF_EXIT_INSN(), KBPF_EXIT_INSN() } },
		{ "calls itself", { KBPF_CALL_REL(-1), KBPF_EXIT_INSN(), KBPF_EXIT_INSN() } },
		{ "callx", { KBPF_INSN(0x8d, 0, 0, 0, 0), KBPF_EXIT_INSN(), KBPF_EXIT_INSN() } },
		{ "writes r10", { KBPF_MOV64_IMM(KBPF_R10, 0), KBPF_EXIT_INSN(), KBPF_EXIT_INSN() } },
	};
	u64 r0;

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		result(run_below(ex, rows[i].insns, 3, NULL, 0, &r0) == -EINVAL, "%s refuses: %s",
		       ex->name, rows[i].name);
}

/* Allocation failure at every n leaves nothing behind. */
static void test_failing_allocations(const struct executor *ex)
{
	const struct kbpf_insn insns[] = {
		KBPF_CALL_REL(1), KBPF_EXIT_INSN(), KBPF_MOV64_IMM(KBPF_R0, 3), KBPF_EXIT_INSN(),
	};
	s64 live = kbpf_port_live();
	bool ok = true, failed;
	u64 n = 0, r0 = 0;

	do {
		int err;

		kbpf_port_fail_at(++n);
		err = run_below(ex, insns, ARRAY_SIZE(insns), NULL, 0, &r0);
		failed = kbpf_port_failed();
		ok &= failed ? err == -ENOMEM : !err && r0 == 3;
		ok &= kbpf_port_live() == live;
	} while (failed);
	kbpf_port_fail_at(0);
	result(ok && n > 5, "%s: %llu failing allocations", ex->name, n - 1);
}

/* A function entered through its @call, and a load from where nothing is. */
static void test_callback(const struct executor *ex)
{
	const struct kbpf_insn insns[] = {
		KBPF_LD_FUNC(KBPF_R0, 2), KBPF_EXIT_INSN(),
		KBPF_MOV64_REG(KBPF_R0, KBPF_R1), KBPF_ALU64_REG(KBPF_SUB, KBPF_R0, KBPF_R5),
		KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R0, -8), KBPF_LDX_MEM(KBPF_DW, KBPF_R0, KBPF_R10, -8),
		KBPF_EXIT_INSN(),
	};
	struct kbpf_prog *prog = kbpf_raw_prog_create(insns, ARRAY_SIZE(insns));
	const struct kbpf_func *func;
	bool ok = !ex->prepare(prog);

	func = (const void *)(unsigned long)kbpf_raw_prog_run(prog, NULL, 0);
	ok &= func == &prog->funcs[1] && func->call(func, 50, 0, 0, 0, 8) == 42;
	result(ok, "%s: callback", ex->name);
	ex->release(prog);
	kbpf_raw_prog_free(prog);
}

static void test_probe(const struct executor *ex)
{
	static const u8 sizes[] = { 0x39, 0x31, 0x29, 0x21, 0x51, 0x49, 0x41 };
	bool ok = true;

	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		u32 bits = 8 * kbpf_isa_size(sizes[i]);
		const struct kbpf_insn insns[] = {
			KBPF_MOV64_IMM(KBPF_R0, -1),
			KBPF_INSN(sizes[i], KBPF_R0, KBPF_R1, 8, 0),
			KBPF_EXIT_INSN(),
		};
		u64 mem[2] = { 0, 0xf1f2f3f4f5f6f7f8ULL }, r0 = 1;
		u64 expect = sizes[i] & KBPF_PROBE_MEMSX ? (u64)((s64)(mem[1] << (64 - bits)) >> (64 - bits)) :
			     mem[1] << (64 - bits) >> (64 - bits);

		ok &= !run_below(ex, insns, 3, mem, 16, &r0) && r0 == expect;
		ok &= !run_below(ex, insns, 3, NULL, 0, &r0) && !r0;
	}
	result(ok, "%s: probing loads", ex->name);
}

/*
 * Where callers look at the bytes before a function (kCFI), an image's entries have
 * those of the interpreter's, and mean what they did.
 */
static void test_preamble(const struct executor *jit)
{
	const struct kbpf_insn insns[] = {
		KBPF_LD_FUNC(KBPF_R2, 3), KBPF_MOV64_IMM(KBPF_R0, 42), KBPF_EXIT_INSN(),
		KBPF_MOV64_REG(KBPF_R0, KBPF_R1), KBPF_EXIT_INSN(),
	};
	struct kbpf_jit_world *world = (struct kbpf_jit_world *)kbpf_jit_world();
	struct kbpf_prog *prog = kbpf_raw_prog_create(insns, ARRAY_SIZE(insns));
	struct kbpf_prog *other = kbpf_raw_prog_create(insns, ARRAY_SIZE(insns));
	struct kbpf_tails tails = { 0 };
	bool ok = !kbpf_interp_prepare(other);

	world->preamble = 16;
	ok &= !jit->prepare(prog);
	world->preamble = 0;
	ok &= !memcmp((u8 *)prog->run - 16, (u8 *)other->run - 16, 16);
	ok &= !memcmp((u8 *)prog->tail - 16, (u8 *)other->tail - 16, 16);
	ok &= !memcmp((u8 *)prog->funcs[1].call - 16, (u8 *)other->funcs[1].call - 16, 16);
	ok &= (void *)prog->run != (void *)prog->tail && prog->run(NULL, prog) == 42 &&
	      prog->tail(NULL, prog, &tails) == 42;
	ok &= prog->funcs[1].call(&prog->funcs[1], 7, 0, 0, 0, 0) == 7;
	result(ok, "%s: entries look like the interpreter's", jit->name);
	jit->release(prog);
	kbpf_interp_free(other);
	kbpf_raw_prog_free(prog);
	kbpf_raw_prog_free(other);
}

/* The vectors of which @name is, or begins, the name; NULL: all. */
static void test_vectors(const struct executor *ex, const char *name)
{
	for (u32 i = 0; i < ARRAY_SIZE(kbpf_vectors); i++) {
		const struct kbpf_vector *v = &kbpf_vectors[i];

		if (!v->type && v->expect == KBPF_EXPECT_RETVAL &&
		    (!name || !strncmp(v->name, name, strlen(name))))
			test_vector(ex, v);
	}
}

/* isa [--cases | --vectors NAME] */
int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--cases")) {
		print_conformance();
		return results_failed() ? 1 : 0;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1");
	if (argc > 2 && !strcmp(argv[1], "--vectors")) {
		for (u32 e = 0; e < nr_executors; e++)
			test_vectors(&executors[e], argv[2]);
		return results_failed() ? 1 : 0;
	}
	test_disasm();
	test_unknown_opcodes();
	for (u32 op = 1; op < KBPF_OPS; op++)
		test_legality(op);
	test_eval();
	for (u32 e = 0; e < nr_executors; e++) {
		test_vectors(&executors[e], NULL);
		for (u32 op = 1; op < KBPF_OPS; op++)
			test_sweep(&executors[e], op);
		test_refusals(&executors[e]);
		test_failing_allocations(&executors[e]);
		test_callback(&executors[e]);
		test_probe(&executors[e]);
	}
	test_tails();
	test_preamble(&executors[1]);
	test_harden(&executors[2], &executors[3]);
	test_conformance();
	return results_failed() ? 1 : 0;
}
