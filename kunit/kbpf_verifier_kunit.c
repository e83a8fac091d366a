// SPDX-License-Identifier: GPL-2.0
/*
 * The verifier, as a module's test and as a program: the vectors with a program
 * type, rules that take a large program, and what must not depend on how the
 * verdict is found.
 */
#include <kunit/test.h>
#include "btf/btf.h"
#include "helpers/kfunc.h"
#include "helpers/proto.h"
#include "interp/interp.h"
#include "jit/image.h"
#include "jit/jit.h"
#include "maps/map.h"
#include "verifier/verify.h"
#include "verifier/reject.h"
#include "vectors/historic.h"
#include "vectors/rows.h"
#ifdef __KERNEL__
#include "jit_image.h"
#endif

#define LOG_SIZE	(64U << 10)

/* An emulated machine with a checking kernel does less in the same time. */
#ifdef __KERNEL__
#define SLOW		250
#else
#define SLOW		1
#endif

/* A program made for one verdict, with the maps it names. */
struct trial {
	struct kbpf_prog *prog;
	struct kbpf_map *maps[KBPF_VECTOR_MAX_MAPS];
	struct kbpf_verify_opts opts;
	struct kbpf_log log;
	const char *text;
	int verdict;
};

/* Which refusals some test has seen. */
static bool seen[KBPF_REJECTS];

static struct kbpf_map *map_get(void *arg, int fd)
{
	struct trial *t = arg;

	if (fd >= 0 || fd < -KBPF_VECTOR_MAX_MAPS || !t->maps[-fd - 1])
		return ERR_PTR(-EBADF);
	kbpf_object_get(&t->maps[-fd - 1]->obj);
	return t->maps[-fd - 1];
}

/* The tests' BTF ids of kernel functions are the engine's own numbers. */
static u32 kfunc_find(void *arg, u32 btf_id)
{
	return kbpf_proto_find(btf_id) ? btf_id : 0;
}

static void trial_exit(struct trial *t)
{
	struct kbpf_prog *p = t->prog;

	for (u32 i = 0; i < KBPF_VECTOR_MAX_MAPS; i++)
		if (t->maps[i])
			kbpf_object_put(&t->maps[i]->obj);
	kbpf_log_exit(&t->log);
	if (!p)
		return;
	for (u32 i = 0; i < p->nr_maps; i++)
		kbpf_env_map_put(p->maps[i]);
	kfree(p->maps);
	kvfree(p->funcs);
	kvfree(p->func_info);
	kvfree(p->line_info);
	kvfree(p->insns);
	kfree(p);
	t->prog = NULL;
}

static int trial_maps(struct trial *t, const struct kbpf_vector_map *maps)
{
	for (u32 i = 0; i < KBPF_VECTOR_MAX_MAPS && maps[i].type; i++) {
		struct kbpf_map_create_attr attr = {
			.map_type = maps[i].type, .key_size = maps[i].key_size,
			.value_size = maps[i].value_size, .max_entries = maps[i].max_entries,
			.map_flags = maps[i].flags, .map_name = "m",
			/* asked for, not looked at: there is no BTF */
			.btf_key_type_id = maps[i].type == KBPF_MAP_TYPE_TASK_STORAGE,
			.btf_value_type_id = maps[i].type == KBPF_MAP_TYPE_TASK_STORAGE,
		};
		struct kbpf_map *map = kbpf_map_create(&attr, NULL);

		if (IS_ERR(map))
			return PTR_ERR(map);
		map->desc.spin_lock_off = (s32)maps[i].lock - 1;
		map->desc.timer_off = (s32)maps[i].timer - 1;
		t->maps[i] = map;
	}
	return 0;
}

static int trial_init(struct trial *t, const struct kbpf_insn *insns, u32 len, u32 type)
{
	memset(t, 0, sizeof(*t));
	t->opts.map_get = map_get;
	t->opts.map_arg = t;
	t->opts.kfunc_find = kfunc_find;
	t->prog = kzalloc(sizeof(*t->prog), GFP_KERNEL);
	if (!t->prog)
		return -ENOMEM;
	t->prog->insns = kvmalloc_array(len, sizeof(*insns), GFP_KERNEL);
	if (!t->prog->insns)
		return -ENOMEM;
	memcpy(t->prog->insns, insns, len * sizeof(*insns));
	t->prog->len = len;
	t->prog->orig_len = len;
	t->prog->type = type;
	t->prog->gpl_compatible = true;
	return kbpf_log_init(&t->log, KBPF_LOG_LEVEL1, LOG_SIZE);
}

static void trial_verify(struct trial *t)
{
	char *at;

	t->verdict = kbpf_verify(t->prog, &t->opts, &t->log);
	t->text = kbpf_log_text(&t->log);
	if (!t->text || !t->verdict)
		return;
	at = strstr(t->text, "(KBPF-");
	for (u32 i = 0; at && i < KBPF_REJECTS; i++)
		if (!strncmp(at + 6, kbpf_reject_rows[i].id, strlen(kbpf_reject_rows[i].id)))
			seen[i] = true;
}

/* Was the program refused with this ID? */
static bool refused_with(const struct trial *t, const char *id)
{
	char want[16];

	snprintf(want, sizeof(want), "(KBPF-%s;", id);
	return t->verdict && t->text && strstr(t->text, want);
}

static int vector_init(struct trial *t, const struct kbpf_vector *vec)
{
	int err = trial_init(t, vec->insns, vec->len, vec->type);

	if (err)
		return err;
	t->prog->gpl_compatible = !vec->not_gpl;
	t->prog->expected_attach_type = vec->attach_type;
	return trial_maps(t, vec->maps);
}

/* Executors that vectors run in; an emulated machine takes the first two. */
static const struct mode {
	const char *name;
	bool compile;
	u32 passes;
	bool harden;
} modes[] = {
	{ "interpreter", false },
	{ "JIT", true, KBPF_JIT_PASS_ALL, false },
	{ "JIT without passes", true, 0, false },
	{ "JIT, hardened", true, KBPF_JIT_PASS_ALL, true },
};

/* What the JIT does not compile is interpreted, as it would be. */
static int compile(struct kbpf_prog *prog, const struct mode *mode)
{
	struct kbpf_jit_options were = kbpf_jit_options;
	int err = 0;

	if (mode->compile) {
		kbpf_jit_options.enabled = true;
		kbpf_jit_options.passes = mode->passes;
		kbpf_jit_options.harden = mode->harden;
		err = kbpf_jit_prepare(prog);
		kbpf_jit_options = were;
	}
	return err == -EOPNOTSUPP ? 0 : err;
}

/* Run an accepted program on the vector's context. */
static int run(struct trial *t, const struct kbpf_vector *vec, const struct mode *mode, u64 *r0)
{
	u8 *ctx = kzalloc(512, GFP_KERNEL);
	int err;

	if (!ctx)
		return -ENOMEM;
	if (vec->ctx)
		memcpy(ctx, vec->ctx, min(vec->ctx_len, 512U));
	err = kbpf_interp_prepare(t->prog);
	if (!err)
		err = compile(t->prog, mode);
	if (!err) {
		rcu_read_lock();
		preempt_disable();
		*r0 = t->prog->run(ctx, t->prog);
		preempt_enable();
		rcu_read_unlock();
	}
	kbpf_jit_free(t->prog);
	kbpf_interp_free(t->prog);
	kfree(ctx);
	return err;
}

static noinline void check_vector(struct kunit *test, const struct kbpf_vector *vec,
				  const struct mode *mode)
{
	struct trial t;
	u64 r0 = 0;

	if (vector_init(&t, vec)) {
		KUNIT_FAIL(test, "%s: cannot be set up", vec->name);
		goto out;
	}
	trial_verify(&t);
	if (vec->expect == KBPF_EXPECT_REJECT) {
		if (!refused_with(&t, vec->reject))
			KUNIT_FAIL(test, "%s: wanted %s, got %d: %s", vec->name, vec->reject, t.verdict,
				   t.text ? t.text : "");
		goto out;
	}
	if (t.verdict) {
		KUNIT_FAIL(test, "%s: refused with %d: %s", vec->name, t.verdict,
			   t.text ? t.text : "");
		goto out;
	}
	if (vec->expect == KBPF_EXPECT_RETVAL) {
		int err = run(&t, vec, mode, &r0);

		if (err || r0 != vec->retval)
			KUNIT_FAIL(test, "%s, %s: ran with %d and gave %llx", vec->name, mode->name, err,
				   (unsigned long long)r0);
	}
out:
	trial_exit(&t);
}

static void vectors(struct kunit *test)
{
	for (u32 i = 0; i < ARRAY_SIZE(kbpf_vectors); i++)
		if (kbpf_vectors[i].type)
			check_vector(test, &kbpf_vectors[i], &modes[0]);
}

/* Those that run give the same compiled. */
static void vectors_compiled(struct kunit *test)
{
	u32 nr = SLOW > 1 ? 2 : ARRAY_SIZE(modes);

	for (u32 i = 0; i < ARRAY_SIZE(kbpf_vectors); i++)
		for (u32 m = 1; kbpf_vectors[i].type && m < nr; m++)
			if (kbpf_vectors[i].expect == KBPF_EXPECT_RETVAL)
				check_vector(test, &kbpf_vectors[i], &modes[m]);
}

/* Each bug that others had has a row, and the row a verdict. */
static void historic_bugs_have_rows(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 41, ARRAY_SIZE(kbpf_historic));
	for (u32 b = 0; b < ARRAY_SIZE(kbpf_historic); b++) {
		u32 rows = 0;

		for (u32 i = 0; i < ARRAY_SIZE(kbpf_vectors); i++)
			rows += kbpf_vectors[i].type &&
				!strncmp(kbpf_vectors[i].name, kbpf_historic[b], strlen(kbpf_historic[b]));
		if (!rows)
			KUNIT_FAIL(test, "%s has no row", kbpf_historic[b]);
	}
}

/* Hosts prepare by what a program does; whom it calls may do everything. */
static void tail_calls_use_everything(struct kunit *test)
{
	static const struct kbpf_insn insns[] = {
		KBPF_LD_MAP_FD(KBPF_R2, -1), KBPF_MOV64_IMM(KBPF_R3, 0),
		KBPF_CALL_HELPER(KBPF_FUNC_tail_call), KBPF_MOV64_IMM(KBPF_R0, 0), KBPF_EXIT_INSN(),
	};
	static const struct kbpf_vector_map maps[KBPF_VECTOR_MAX_MAPS] = {
		{ KBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1, 0 },
	};
	struct trial t;

	KUNIT_ASSERT_EQ(test, 0, trial_init(&t, insns, ARRAY_SIZE(insns), KBPF_PROG_TYPE_SCHED_CLS));
	KUNIT_ASSERT_EQ(test, 0, trial_maps(&t, maps));
	trial_verify(&t);
	KUNIT_EXPECT_EQ(test, 0, t.verdict);
	KUNIT_EXPECT_TRUE(test, t.prog->packet_written);
	/* len and mark are read; only mark is written */
	KUNIT_EXPECT_EQ(test, BIT_ULL(0) | BIT_ULL(2),
			t.prog->fields_used & (BIT_ULL(0) | BIT_ULL(2)));
	KUNIT_EXPECT_EQ(test, BIT_ULL(2), t.prog->fields_written & (BIT_ULL(0) | BIT_ULL(2)));
	trial_exit(&t);
}

/* Pruning is a matter of time, never of the verdict. */
static void pruning_changes_nothing(struct kunit *test)
{
	for (u32 i = 0; i < ARRAY_SIZE(kbpf_vectors); i++) {
		const struct kbpf_vector *vec = &kbpf_vectors[i];
		struct trial with, without;
		int err;

		if (!vec->type)
			continue;
		memset(&without, 0, sizeof(without));
		err = vector_init(&with, vec);
		if (!err)
			err = vector_init(&without, vec);
		if (!err) {
			with.prog->flags |= KBPF_F_TEST_STATE_FREQ;
			without.opts.no_pruning = true;
			trial_verify(&with);
			trial_verify(&without);
			if (with.verdict != without.verdict)
				KUNIT_FAIL(test, "%s: %d with pruning, %d without", vec->name,
					   with.verdict, without.verdict);
		}
		trial_exit(&with);
		trial_exit(&without);
	}
}

#ifndef __KERNEL__
/* Each allocation fails once: the verdict is -ENOMEM, and nothing is left behind. */
static void allocation_failures(struct kunit *test)
{
	for (u32 i = 0; i < ARRAY_SIZE(kbpf_vectors); i++) {
		const struct kbpf_vector *vec = &kbpf_vectors[i];
		bool failed = true;

		if (!vec->type || vec->expect == KBPF_EXPECT_REJECT)
			continue;
		for (u32 n = 1; failed; n++) {
			struct trial t;
			s64 live;

			if (vector_init(&t, vec)) {
				trial_exit(&t);
				break;
			}
			t.prog->flags |= KBPF_F_TEST_STATE_FREQ;
			rcu_barrier();
			kbpf_later_flush();
			live = kbpf_port_live();
			kbpf_port_fail_at(n);
			t.verdict = kbpf_verify(t.prog, &t.opts, NULL);
			failed = kbpf_port_failed();
			kbpf_port_fail_at(0);
			/* what is the program's own goes with it */
			live += !!t.prog->funcs + !!t.prog->maps;
			if (t.verdict != (failed ? -ENOMEM : 0) || kbpf_port_live() != live)
				KUNIT_FAIL(test, "%s: allocation %u: %d, %lld left", vec->name, n,
					   t.verdict, (long long)(kbpf_port_live() - live));
			trial_exit(&t);
		}
	}
}

/* A refusal that cannot be explained in full for want of memory is a refusal, and nothing is left behind. */
static void explanations_without_memory(struct kunit *test)
{
	for (u32 i = 0; i < ARRAY_SIZE(kbpf_vectors); i++) {
		const struct kbpf_vector *vec = &kbpf_vectors[i];
		bool failed = true;

		if (!vec->type || vec->expect != KBPF_EXPECT_REJECT)
			continue;
		/* loops allocate at every round: what comes after those many is no news */
		for (u32 n = 1; failed && n < 200; n++) {
			struct trial t;
			s64 live;

			if (vector_init(&t, vec)) {
				trial_exit(&t);
				break;
			}
			rcu_barrier();
			kbpf_later_flush();
			live = kbpf_port_live();
			kbpf_port_fail_at(n);
			t.verdict = kbpf_verify(t.prog, &t.opts, &t.log);
			failed = kbpf_port_failed();
			kbpf_port_fail_at(0);
			/* the log is the caller's */
			live += !!t.log.buf;
			if (!t.verdict || kbpf_port_live() != live)
				KUNIT_FAIL(test, "%s: allocation %u: %d, %lld left", vec->name, n,
					   t.verdict, (long long)(kbpf_port_live() - live));
			trial_exit(&t);
		}
	}
}
#endif

/* ---- programs too large to write down --------------------------------------------------- */

/* A program of @len slots: @body over and over, then @end. */
static void check_large(struct kunit *test, const struct kbpf_insn *body, u32 nr_body, u32 repeat,
			const struct kbpf_insn *end, u32 nr_end, const char *reject)
{
	u32 len = nr_body * repeat + nr_end;
	struct kbpf_insn *insns = kvmalloc_array(len, sizeof(*insns), GFP_KERNEL);
	struct trial t;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, insns);
	for (u32 i = 0; i < repeat; i++)
		memcpy(insns + i * nr_body, body, nr_body * sizeof(*insns));
	memcpy(insns + repeat * nr_body, end, nr_end * sizeof(*insns));
	if (trial_init(&t, insns, len, KBPF_PROG_TYPE_KPROBE)) {
		KUNIT_FAIL(test, "cannot be set up");
		goto out;
	}
	t.opts.max_insns = max_t(u32, KBPF_MAX_INSNS / SLOW, 4 * len);
	trial_verify(&t);
	if (reject && !refused_with(&t, reject))
		KUNIT_FAIL(test, "wanted %s, got %d: %s", reject, t.verdict,
			   t.text ? t.text : "");
	if (!reject && t.verdict)
		KUNIT_FAIL(test, "refused with %d: %s", t.verdict, t.text ? t.text : "");
out:
	trial_exit(&t);
	kvfree(insns);
}

static void budget_of_instructions(struct kunit *test)
{
	const struct kbpf_insn loop[] = {
		KBPF_MOV64_IMM(KBPF_R0, 0),
		KBPF_ALU64_IMM(KBPF_ADD, KBPF_R0, 1),
		KBPF_JMP_IMM(KBPF_JLT, KBPF_R0, 2000000, -2),
		KBPF_EXIT_INSN(),
	};

	check_large(test, loop, 0, 0, loop, ARRAY_SIZE(loop), "R020");
}

#ifndef __KERNEL__
static void budget_of_paths(struct kunit *test)
{
	const struct kbpf_insn body[] = {
		KBPF_CALL_HELPER(KBPF_FUNC_get_prandom_u32),
		KBPF_JMP_IMM(KBPF_JEQ, KBPF_R0, 0, 0),
	};
	const struct kbpf_insn end[] = { KBPF_MOV64_IMM(KBPF_R0, 0), KBPF_EXIT_INSN() };

	check_large(test, body, 2, 17000, end, 2, "R025");
	/* as many as the kernel's own tests have are no matter */
	check_large(test, body, 2, 4096, end, 2, NULL);
}
#endif

#ifndef __KERNEL__
/* 8 Mi rounds, for all of a function's may_goto together. */
static void may_goto_counts(struct kunit *test)
{
	const struct kbpf_insn insns[] = {
		KBPF_MOV64_IMM(KBPF_R0, 0), KBPF_MAY_GOTO(3), KBPF_MAY_GOTO(2),
		KBPF_ALU64_IMM(KBPF_ADD, KBPF_R0, 1), KBPF_JMP_A(-4), KBPF_EXIT_INSN(),
	};
	const struct kbpf_vector row = {
		.name = "two may_goto", .insns = insns, .len = ARRAY_SIZE(insns),
		.type = KBPF_PROG_TYPE_KPROBE, .retval = 4 << 20,
	};

	check_vector(test, &row, &modes[0]);
}
#endif

/* A jump over as many may_goto as make it too long. */
static void may_goto_makes_jumps_long(struct kunit *test)
{
	const u32 rows = 7000;
	struct kbpf_insn *insns = kvcalloc(rows + 3, sizeof(*insns), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, insns);
	insns[0] = KBPF_LDX_MEM(KBPF_DW, KBPF_R0, KBPF_R1, 0);
	insns[1] = KBPF_JMP_IMM(KBPF_JEQ, KBPF_R0, 1, rows);
	for (u32 i = 0; i < rows; i++)
		insns[2 + i] = KBPF_MAY_GOTO(0);
	insns[2 + rows] = KBPF_EXIT_INSN();
	check_large(test, insns, 0, 0, insns, rows + 3, "R026");
	kvfree(insns);
}

/* BTF of: int main(void); int f(struct s *p, int n); where struct s has 8 bytes. */
static const u32 global_types[] = {
	0x0001eb9f, 24, 0, 116, 116, 20,
	1, KBPF_BTF_INT << 24, 4, 32,					/* 1: int */
	5, KBPF_BTF_STRUCT << 24, 8,					/* 2: struct s */
	0, KBPF_BTF_PTR << 24, 2,					/* 3 */
	0, KBPF_BTF_FUNC_PROTO << 24 | 2, 1, 7, 3, 9, 1,		/* 4 */
	11, KBPF_BTF_FUNC << 24 | 1, 4,					/* 5: f */
	0, KBPF_BTF_FUNC_PROTO << 24, 1,				/* 6 */
	13, KBPF_BTF_FUNC << 24 | 1, 6,					/* 7: main */
	0, KBPF_BTF_PTR << 24, 0,					/* 8: void *, for nobody */
};

static const char global_names[20] = "\0int\0s\0p\0n\0f\0main";

/* main() is @insns up to the call's target at @f, which is f(). */
static void check_global(struct kunit *test, const struct kbpf_insn *insns, u32 len, u32 f,
			 const char *reject)
{
	u8 *blob = kvmalloc(sizeof(global_types) + sizeof(global_names), GFP_KERNEL);
	struct trial t;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, blob);
	memcpy(blob, global_types, sizeof(global_types));
	memcpy(blob + sizeof(global_types), global_names, sizeof(global_names));
	if (!trial_init(&t, insns, len, KBPF_PROG_TYPE_KPROBE)) {
		t.prog->btf = kbpf_btf_parse(blob, sizeof(global_types) + sizeof(global_names), NULL);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t.prog->btf);
		t.prog->func_info = kvcalloc(2, sizeof(*t.prog->func_info), GFP_KERNEL);
		t.prog->nr_func_info = 2;
		t.prog->func_info[0].type_id = 7;
		t.prog->func_info[1] = (struct kbpf_func_info){ .insn_off = f, .type_id = 5 };
		trial_verify(&t);
		kbpf_object_put(&t.prog->btf->obj);
	}
	if (reject ? !refused_with(&t, reject) : t.verdict)
		KUNIT_FAIL(test, "wanted %s, got %d: %s", reject ? reject : "no refusal", t.verdict,
			   t.text ? t.text : "");
	trial_exit(&t);
}

#define CHECK_GLOBAL(test, reject, f, ...) do {						\
	const struct kbpf_insn insns_[] = { __VA_ARGS__ };				\
											\
	check_global(test, insns_, ARRAY_SIZE(insns_), f, reject);			\
} while (0)

/* main() with 8 bytes of stack in r1 and a number in r2, 5 slots, then f() */
#define PASS_STACK									\
	KBPF_MOV64_REG(KBPF_R1, KBPF_R10), KBPF_ALU64_IMM(KBPF_ADD, KBPF_R1, -8),	\
	KBPF_MOV64_IMM(KBPF_R2, 3), KBPF_CALL_REL(1), KBPF_EXIT_INSN()

static void global_functions(struct kunit *test)
{
	CHECK_GLOBAL(test, NULL, 5, PASS_STACK, KBPF_MOV64_IMM(KBPF_R0, 1),
		     KBPF_JMP_IMM(KBPF_JEQ, KBPF_R1, 0, 1), KBPF_LDX_MEM(KBPF_DW, KBPF_R0, KBPF_R1, 0),
		     KBPF_EXIT_INSN());
	/* it is not known where the pointer comes from */
	CHECK_GLOBAL(test, "R044", 5, PASS_STACK, KBPF_LDX_MEM(KBPF_DW, KBPF_R0, KBPF_R1, 0),
		     KBPF_EXIT_INSN());
	CHECK_GLOBAL(test, "R050", 5, PASS_STACK, KBPF_MOV64_IMM(KBPF_R0, 1),
		     KBPF_JMP_IMM(KBPF_JEQ, KBPF_R1, 0, 1), KBPF_LDX_MEM(KBPF_W, KBPF_R0, KBPF_R1, 8),
		     KBPF_EXIT_INSN());
	CHECK_GLOBAL(test, "R054", 5, KBPF_MOV64_REG(KBPF_R1, KBPF_R10),
		     KBPF_ALU64_IMM(KBPF_ADD, KBPF_R1, -4), KBPF_MOV64_IMM(KBPF_R2, 3),
		     KBPF_CALL_REL(1), KBPF_EXIT_INSN(),
		     KBPF_MOV64_IMM(KBPF_R0, 1), KBPF_EXIT_INSN());
	CHECK_GLOBAL(test, "R095", 5, KBPF_MOV64_REG(KBPF_R2, KBPF_R10), KBPF_MOV64_IMM(KBPF_R1, 0),
		     KBPF_MOV64_IMM(KBPF_R0, 0), KBPF_CALL_REL(1), KBPF_EXIT_INSN(),
		     KBPF_MOV64_IMM(KBPF_R0, 1), KBPF_EXIT_INSN());
	/* what it wrote is no longer known */
	CHECK_GLOBAL(test, "R054", 10, KBPF_ST_MEM(KBPF_DW, KBPF_R10, -8, 8),
		     KBPF_MOV64_REG(KBPF_R1, KBPF_R10), KBPF_ALU64_IMM(KBPF_ADD, KBPF_R1, -8),
		     KBPF_MOV64_IMM(KBPF_R2, 3), KBPF_CALL_REL(5), KBPF_LDX_MEM(KBPF_DW, KBPF_R1, KBPF_R10, -8),
		     KBPF_ALU64_IMM(KBPF_AND, KBPF_R1, 63), KBPF_ALU64_REG(KBPF_ADD, KBPF_R1, KBPF_R10),
		     KBPF_ST_MEM(KBPF_B, KBPF_R1, -16, 0), KBPF_EXIT_INSN(),
		     KBPF_MOV64_IMM(KBPF_R0, 1), KBPF_EXIT_INSN());
	CHECK_GLOBAL(test, "R096", 5, PASS_STACK, KBPF_MOV64_REG(KBPF_R0, KBPF_R1), KBPF_EXIT_INSN());
	CHECK_GLOBAL(test, "R081", 5, PASS_STACK, KBPF_CALL_KFUNC(KBPF_KFUNC_rcu_read_lock),
		     KBPF_MOV64_IMM(KBPF_R0, 1), KBPF_EXIT_INSN());
	/* an argument that it does not look at is passed as it should on one way only */
	CHECK_GLOBAL(test, "R045", 13, KBPF_CALL_HELPER(KBPF_FUNC_get_prandom_u32), KBPF_MOV64_IMM(KBPF_R1, 8),
		     KBPF_JMP_IMM(KBPF_JEQ, KBPF_R0, 0, 7), KBPF_MOV64_REG(KBPF_R1, KBPF_R10),
		     KBPF_ALU64_IMM(KBPF_ADD, KBPF_R1, -8), KBPF_MOV64_IMM(KBPF_R3, 0),
		     KBPF_MOV64_IMM(KBPF_R3, 0), KBPF_MOV64_IMM(KBPF_R3, 0), KBPF_MOV64_IMM(KBPF_R3, 0),
		     KBPF_MOV64_IMM(KBPF_R3, 0), KBPF_MOV64_IMM(KBPF_R2, 3), KBPF_CALL_REL(1),
		     KBPF_EXIT_INSN(), KBPF_MOV64_IMM(KBPF_R0, 1), KBPF_EXIT_INSN());
	/* nobody calls it, so nobody judges it */
	CHECK_GLOBAL(test, NULL, 4, KBPF_MOV64_IMM(KBPF_R0, 0),
		     KBPF_JMP_IMM(KBPF_JEQ, KBPF_R0, 0, 1), KBPF_CALL_REL(1), KBPF_EXIT_INSN(),
		     KBPF_LDX_MEM(KBPF_DW, KBPF_R0, KBPF_R1, 0), KBPF_EXIT_INSN());
}

/*
 * BTF of a kernel: f(struct task_struct *, struct holder *, struct task_struct __user *),
 * where a holder has an int, a task, a pointer to one in a union by itself, and one
 * that shares its union with an int.
 */
static const u32 kernel_types[] = {
	0x0001eb9f, 24, 0, 268, 268, 52,
	1, KBPF_BTF_INT << 24, 4, 32,					/* 1: int */
	5, KBPF_BTF_STRUCT << 24 | 2, 16, 17, 1, 0, 21, 3, 64,		/* 2: pid, parent */
	0, KBPF_BTF_PTR << 24, 2,					/* 3 */
	0, KBPF_BTF_UNION << 24 | 1, 8, 28, 3, 0,			/* 4: u */
	30, KBPF_BTF_STRUCT << 24 | 4, 40, 37, 1, 0, 39, 2, 64, 0, 4, 192, 0, 11, 256, /* 5: n, t, unions */
	0, KBPF_BTF_PTR << 24, 5,					/* 6 */
	41, KBPF_BTF_TYPE_TAG << 24, 2,					/* 7: user */
	0, KBPF_BTF_PTR << 24, 7,					/* 8 */
	0, KBPF_BTF_FUNC_PROTO << 24 | 3, 3, 39, 3, 46, 6, 28, 8,	/* 9 */
	48, KBPF_BTF_FUNC << 24 | 1, 9,					/* 10: f */
	0, KBPF_BTF_UNION << 24 | 2, 8, 28, 3, 0, 37, 1, 0,		/* 11: u, n */
};

static const char kernel_names[52] = "\0int\0task_struct\0pid\0parent\0u\0holder\0n\0t\0user\0h\0f";

/* f()'s tracer is @insns. */
static void check_typed(struct kunit *test, const struct kbpf_insn *insns, u32 len, const char *reject)
{
	u8 *blob = kvmalloc(sizeof(kernel_types) + sizeof(kernel_names), GFP_KERNEL);
	struct kbpf_btf *btf;
	struct trial t;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, blob);
	memcpy(blob, kernel_types, sizeof(kernel_types));
	memcpy(blob + sizeof(kernel_types), kernel_names, sizeof(kernel_names));
	btf = kbpf_btf_parse(blob, sizeof(kernel_types) + sizeof(kernel_names), NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, btf);
	if (!trial_init(&t, insns, len, KBPF_PROG_TYPE_TRACING)) {
		t.opts.kernel_btf = btf;
		t.prog->expected_attach_type = KBPF_TRACE_FEXIT;
		t.prog->attach_btf_id = 10;
		trial_verify(&t);
	}
	if (reject ? !refused_with(&t, reject) : t.verdict)
		KUNIT_FAIL(test, "wanted %s, got %d: %s", reject ? reject : "no refusal", t.verdict,
			   t.text ? t.text : "");
	trial_exit(&t);
	kbpf_object_put(&btf->obj);
}

/* R073 or no refusal, of what @... leaves in r1 for bpf_task_pt_regs(), and a look at its result */
#define CHECK_TASK(test, reject, ...) do {						\
	const struct kbpf_insn insns_[] = {						\
		__VA_ARGS__, KBPF_CALL_HELPER(KBPF_FUNC_task_pt_regs),			\
		KBPF_LDX_MEM(KBPF_DW, KBPF_R1, KBPF_R0, 0), KBPF_MOV64_IMM(KBPF_R0, 0),	\
		KBPF_EXIT_INSN(),							\
	};										\
											\
	check_typed(test, insns_, ARRAY_SIZE(insns_), reject);				\
} while (0)

/* r1 = argument @n of f() */
#define F_ARG(n) KBPF_LDX_MEM(KBPF_DW, KBPF_R1, KBPF_R1, (n) * 8)

static void types_of_kernel_pointers(struct kunit *test)
{
	CHECK_TASK(test, NULL, F_ARG(0));
	CHECK_TASK(test, NULL, F_ARG(3));
	CHECK_TASK(test, NULL, KBPF_CALL_HELPER(KBPF_FUNC_get_current_task_btf),
		   KBPF_MOV64_REG(KBPF_R1, KBPF_R0));
	CHECK_TASK(test, NULL, F_ARG(0), KBPF_LDX_MEM(KBPF_DW, KBPF_R1, KBPF_R1, 8),
		   KBPF_LDX_MEM(KBPF_DW, KBPF_R1, KBPF_R1, 8));
	CHECK_TASK(test, NULL, F_ARG(1), KBPF_ALU64_IMM(KBPF_ADD, KBPF_R1, 8));
	CHECK_TASK(test, NULL, F_ARG(1), KBPF_ALU64_IMM(KBPF_ADD, KBPF_R1, 16),
		   KBPF_LDX_MEM(KBPF_DW, KBPF_R1, KBPF_R1, 0));
	CHECK_TASK(test, NULL, F_ARG(0), KBPF_STX_MEM(KBPF_DW, KBPF_R10, KBPF_R1, -8),
		   KBPF_LDX_MEM(KBPF_DW, KBPF_R1, KBPF_R10, -8));
	/* another structure, the middle of one, what lies before it */
	CHECK_TASK(test, "R073", F_ARG(1));
	CHECK_TASK(test, "R073", F_ARG(0), KBPF_ALU64_IMM(KBPF_ADD, KBPF_R1, 8));
	CHECK_TASK(test, "R073", F_ARG(1), KBPF_ALU64_IMM(KBPF_SUB, KBPF_R1, 8));
	/* of user space, of a union of several types, past the arguments */
	CHECK_TASK(test, "R073", F_ARG(2));
	CHECK_TASK(test, NULL, F_ARG(1), KBPF_LDX_MEM(KBPF_DW, KBPF_R1, KBPF_R1, 24));
	CHECK_TASK(test, "R073", F_ARG(1), KBPF_LDX_MEM(KBPF_DW, KBPF_R1, KBPF_R1, 32));
	CHECK_TASK(test, "R073", F_ARG(4));
	/* half a pointer, a number that was one, somewhere behind one */
	CHECK_TASK(test, "R073", F_ARG(0), KBPF_MOV32_REG(KBPF_R1, KBPF_R1));
	CHECK_TASK(test, "R073", F_ARG(0), KBPF_ALU64_IMM(KBPF_OR, KBPF_R1, 0));
	CHECK_TASK(test, "R073", KBPF_LDX_MEM(KBPF_DW, KBPF_R2, KBPF_R1, 8), F_ARG(1),
		   KBPF_ALU64_REG(KBPF_ADD, KBPF_R1, KBPF_R2));
	/* one of two */
	CHECK_TASK(test, "R073", KBPF_LDX_MEM(KBPF_DW, KBPF_R2, KBPF_R1, 8), F_ARG(0),
		   KBPF_LDX_MEM(KBPF_W, KBPF_R3, KBPF_R1, 0), KBPF_JMP_IMM(KBPF_JEQ, KBPF_R3, 0, 1),
		   KBPF_MOV64_REG(KBPF_R1, KBPF_R2));
}

static void paths_where_no_lock_is_held(struct kunit *test)
{
	const struct kbpf_insn insns[] = {
		F_ARG(0), KBPF_MOV64_REG(KBPF_R2, KBPF_R10), KBPF_ALU64_IMM(KBPF_ADD, KBPF_R2, -8),
		KBPF_MOV64_IMM(KBPF_R3, 8), KBPF_CALL_HELPER(KBPF_FUNC_d_path),
		KBPF_MOV64_IMM(KBPF_R0, 0), KBPF_EXIT_INSN(),
	};

	check_typed(test, insns, ARRAY_SIZE(insns), "R071");
}

static void functions_at_most_256(struct kunit *test)
{
	const struct kbpf_insn end[] = { KBPF_MOV64_IMM(KBPF_R0, 0), KBPF_EXIT_INSN() };
	struct kbpf_insn *insns = kvcalloc(1024, sizeof(*insns), GFP_KERNEL);
	u32 calls = 257;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, insns);
	for (u32 i = 0; i < calls; i++)
		insns[i] = KBPF_CALL_REL(calls - i - 1 + 2 + i * 2);
	insns[calls] = end[0];
	insns[calls + 1] = end[1];
	for (u32 i = 0; i < calls; i++)
		memcpy(insns + calls + 2 + 2 * i, end, sizeof(end));
	check_large(test, insns, 0, 0, insns, calls + 2 + 2 * calls, "R006");
	kvfree(insns);
}

static struct kbpf_map *fresh_map(void *arg, int fd)
{
	struct kbpf_map_create_attr attr = {
		.map_type = KBPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1,
	};

	return kbpf_map_create(&attr, NULL);
}

static void maps_at_most_64(struct kunit *test)
{
	struct kbpf_insn *insns = kvcalloc(132, sizeof(*insns), GFP_KERNEL);
	struct trial t;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, insns);
	for (u32 i = 0; i < 130; i += 2)
		insns[i] = KBPF_INSN(KBPF_LDDW, KBPF_R1, KBPF_PSEUDO_MAP_FD, 0, i);
	insns[130] = KBPF_MOV64_IMM(KBPF_R0, 0);
	insns[131] = KBPF_EXIT_INSN();
	if (!trial_init(&t, insns, 132, KBPF_PROG_TYPE_KPROBE)) {
		t.opts.map_get = fresh_map;
		trial_verify(&t);
		KUNIT_EXPECT_TRUE(test, refused_with(&t, "R010"));
	}
	trial_exit(&t);
	kvfree(insns);
}

static void info_records(struct kunit *test)
{
	const struct kbpf_insn insns[] = {
		KBPF_CALL_REL(1), KBPF_EXIT_INSN(), KBPF_MOV64_IMM(KBPF_R0, 0), KBPF_EXIT_INSN(),
	};
	struct trial t;

	if (!trial_init(&t, insns, 4, KBPF_PROG_TYPE_KPROBE)) {
		t.prog->func_info = kvcalloc(2, sizeof(*t.prog->func_info), GFP_KERNEL);
		t.prog->nr_func_info = 2;
		t.prog->func_info[1].insn_off = 3;
		trial_verify(&t);
		KUNIT_EXPECT_TRUE(test, refused_with(&t, "R007"));
	}
	trial_exit(&t);
	if (!trial_init(&t, insns, 4, KBPF_PROG_TYPE_KPROBE)) {
		t.prog->line_info = kvcalloc(2, sizeof(*t.prog->line_info), GFP_KERNEL);
		t.prog->nr_line_info = 2;
		t.prog->line_info[0].insn_off = 2;
		t.prog->line_info[1].insn_off = 1;
		trial_verify(&t);
		KUNIT_EXPECT_TRUE(test, refused_with(&t, "R008"));
	}
	trial_exit(&t);
}

/* Records move with the instructions when dead code between them goes. */
static void records_follow_removed_code(struct kunit *test)
{
	const struct kbpf_insn insns[] = {
		KBPF_MOV64_IMM(KBPF_R1, 0),
		KBPF_JMP_IMM(KBPF_JEQ, KBPF_R1, 0, 2),
		KBPF_CALL_REL(3),
		KBPF_CALL_HELPER(195896080),
		KBPF_CALL_REL(3),
		KBPF_EXIT_INSN(),
		KBPF_CALL_HELPER(195896080),
		KBPF_EXIT_INSN(),
		KBPF_MOV64_IMM(KBPF_R0, 6),
		KBPF_EXIT_INSN(),
	};
	const u32 funcs[] = { 0, 6, 8 }, lines[] = { 0, 2, 3, 4, 6, 8 };
	struct trial t;

	if (!trial_init(&t, insns, ARRAY_SIZE(insns), KBPF_PROG_TYPE_KPROBE)) {
		t.prog->func_info = kvcalloc(3, sizeof(*t.prog->func_info), GFP_KERNEL);
		t.prog->line_info = kvcalloc(6, sizeof(*t.prog->line_info), GFP_KERNEL);
		t.prog->nr_func_info = 3;
		t.prog->nr_line_info = 6;
		for (u32 i = 0; i < 3; i++)
			t.prog->func_info[i].insn_off = funcs[i];
		for (u32 i = 0; i < 6; i++)
			t.prog->line_info[i] = (struct kbpf_line_info){ lines[i], 0, 0, i };
		trial_verify(&t);
		KUNIT_EXPECT_EQ(test, t.verdict, 0);
		KUNIT_EXPECT_EQ(test, t.prog->nr_funcs, 2);
		KUNIT_EXPECT_EQ(test, t.prog->nr_func_info, 2);
		KUNIT_EXPECT_EQ(test, t.prog->func_info[1].insn_off, t.prog->funcs[1].start);
		KUNIT_EXPECT_EQ(test, t.prog->nr_line_info, 3);
		KUNIT_EXPECT_EQ(test, t.prog->line_info[1].line_col, 3);
		KUNIT_EXPECT_EQ(test, t.prog->line_info[2].insn_off, t.prog->funcs[1].start);
	}
	trial_exit(&t);
}

/* Runs last: a refusal that no test provokes is a defect of the tests. */
static void every_refusal_was_seen(struct kunit *test)
{
	for (u32 i = 0; i < KBPF_REJECTS; i++)
		/* 16384 states are for the program alone */
		if (!seen[i] && (SLOW == 1 || i != KBPF_REJECT_budget_paths))
			KUNIT_FAIL(test, "no test is refused with %s %s", kbpf_reject_rows[i].id,
				   kbpf_reject_rows[i].slug);
}

/* Bytes that are no program: refused, whatever they are. */
static void random_bytes(struct kunit *test)
{
	u64 words[16];
	u32 accepted = 0;

	for (u32 n = 0; n < 20000 / SLOW; n++) {
		struct trial t;

		get_random_bytes(words, sizeof(words));
		/* leave something to judge: known opcodes now and then */
		for (u32 i = 0; i < ARRAY_SIZE(words) && n & 1; i++)
			words[i] = (words[i] & ~0xffULL) | kbpf_vectors[(words[i] >> 8) %
				   ARRAY_SIZE(kbpf_vectors)].insns[0].code;
		if (!trial_init(&t, (struct kbpf_insn *)words, ARRAY_SIZE(words),
				KBPF_PROG_TYPE_KPROBE)) {
			trial_verify(&t);
			accepted += !t.verdict;
		}
		trial_exit(&t);
	}
	KUNIT_EXPECT_LT(test, accepted, 20000 / SLOW);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(vectors),
	KUNIT_CASE(vectors_compiled),
	KUNIT_CASE(historic_bugs_have_rows),
	KUNIT_CASE(tail_calls_use_everything),
	KUNIT_CASE(pruning_changes_nothing),
#ifndef __KERNEL__
	KUNIT_CASE(allocation_failures),
	KUNIT_CASE(explanations_without_memory),
#endif
	KUNIT_CASE(budget_of_instructions),
#ifndef __KERNEL__
	KUNIT_CASE(budget_of_paths),
#endif
#ifndef __KERNEL__
	KUNIT_CASE(may_goto_counts),
#endif
	KUNIT_CASE(may_goto_makes_jumps_long),
	KUNIT_CASE(global_functions),
	KUNIT_CASE(types_of_kernel_pointers),
	KUNIT_CASE(paths_where_no_lock_is_held),
	KUNIT_CASE(functions_at_most_256),
	KUNIT_CASE(maps_at_most_64),
	KUNIT_CASE(info_records),
	KUNIT_CASE(records_follow_removed_code),
	KUNIT_CASE(random_bytes),
	KUNIT_CASE(every_refusal_was_seen),
	{}
};

static int world_init(struct kunit_suite *s)
{
#ifdef __KERNEL__
	kbpf_jit_image_init();
#endif
	return kbpf_jit_world() ? 0 : -ENOMEM;
}

/* Maps free themselves later, in code that must still be there. */
static void world_exit(struct kunit_suite *s)
{
	kbpf_map_exit();
#ifdef __KERNEL__
	kbpf_jit_image_exit();
#endif
}

static struct kunit_suite suite = {
	.name = "kbpf_verifier",
	.suite_init = world_init,
	.suite_exit = world_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
