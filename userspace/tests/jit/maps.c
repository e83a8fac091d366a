// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Maps in the JIT: lookups as instructions, in every shape in which a program
 * checks the result, and direct calls of a map's operations; the interpreter
 * calls the helpers. Then the arena under a storm of programs.
 */
#include "env.h"
#include "interp/interp.h"
#include "isa/insn.h"
#include "jit/image.h"
#include "jit/jit.h"
#include "kbpf_raw_prog.h"
#include "maps/map.h"

#define ENTRIES 5

static int count, failures;

static void result(bool ok, const char *name)
{
	printf("%s %d - %s\n", ok ? "ok" : "not ok", ++count, name);
	failures += !ok;
}

static u64 lookup(u64 map, u64 key, u64 r3, u64 r4, u64 r5)
{
	return (u64)((struct kbpf_map *)map)->ops->lookup((struct kbpf_map *)map, (void *)key);
}

static u64 update(u64 map, u64 key, u64 value, u64 flags, u64 r5)
{
	return ((struct kbpf_map *)map)->ops->update((struct kbpf_map *)map, (void *)key,
						     (void *)value, flags);
}

kbpf_helper_fn kbpf_env_helper(u32 id)
{
	return id == 1 ? lookup : id == 2 ? update : NULL;
}

int kbpf_env_probe_read(void *dst, u32 size, const void *src)
{
	memcpy(dst, src, size);
	return 0;
}

/* ---- programs: r1 is memory whose first word is the key ------------------------------- */

#define KEY_TO_STACK \
	KBPF_LDX_MEM(KBPF_W, KBPF_R6, KBPF_R1, 0), \
	KBPF_STX_MEM(KBPF_W, KBPF_R10, KBPF_R6, -4), \
	KBPF_MOV64_REG(KBPF_R2, KBPF_R10), \
	KBPF_ALU64_IMM(KBPF_ADD, KBPF_R2, -4)
#define LOOKUP(map) \
	KBPF_LD_MAP_FD(KBPF_R1, map), \
	KBPF_CALL_HELPER(1)

static const struct kbpf_insn equal_check[] = {
	KEY_TO_STACK, LOOKUP(0),
	KBPF_MOV64_IMM(KBPF_R7, 9),
	KBPF_JMP_IMM(KBPF_JEQ, KBPF_R0, 0, 2),
	KBPF_LDX_MEM(KBPF_DW, KBPF_R0, KBPF_R0, 0),
	KBPF_EXIT_INSN(),
	KBPF_MOV64_REG(KBPF_R0, KBPF_R7),
	KBPF_EXIT_INSN(),
};

static const struct kbpf_insn unequal_check[] = {
	KEY_TO_STACK, LOOKUP(0),
	KBPF_JMP_IMM(KBPF_JNE, KBPF_R0, 0, 2),
	KBPF_MOV64_IMM(KBPF_R0, 77),
	KBPF_EXIT_INSN(),
	KBPF_LDX_MEM(KBPF_DW, KBPF_R0, KBPF_R0, 0),
	KBPF_EXIT_INSN(),
};

/* r0 is read where there is no element, and must be 0 */
static const struct kbpf_insn zero_is_read[] = {
	KEY_TO_STACK, LOOKUP(0),
	KBPF_JMP_IMM(KBPF_JEQ, KBPF_R0, 0, 1),
	KBPF_LDX_MEM(KBPF_DW, KBPF_R0, KBPF_R0, 0),
	KBPF_EXIT_INSN(),
};

static const struct kbpf_insn no_check[] = {
	KEY_TO_STACK, LOOKUP(0),
	KBPF_MOV64_REG(KBPF_R7, KBPF_R0),
	KBPF_MOV64_IMM(KBPF_R0, 0),
	KBPF_JMP_IMM(KBPF_JEQ, KBPF_R7, 0, 1),
	KBPF_MOV64_IMM(KBPF_R0, 1),
	KBPF_EXIT_INSN(),
};

/* the register that the key came from, and the key itself, change before the call */
static const struct kbpf_insn key_changes[] = {
	KEY_TO_STACK,
	KBPF_MOV64_IMM(KBPF_R6, 1),
	KBPF_ST_MEM(KBPF_B, KBPF_R10, -4, 2),
	LOOKUP(0),
	KBPF_JMP_IMM(KBPF_JEQ, KBPF_R0, 0, 1),
	KBPF_LDX_MEM(KBPF_DW, KBPF_R0, KBPF_R0, 0),
	KBPF_ALU64_REG(KBPF_ADD, KBPF_R0, KBPF_R6),
	KBPF_EXIT_INSN(),
};

static const struct kbpf_insn register_changes[] = {
	KEY_TO_STACK,
	KBPF_MOV64_IMM(KBPF_R6, 1),
	LOOKUP(0),
	KBPF_JMP_IMM(KBPF_JEQ, KBPF_R0, 0, 1),
	KBPF_LDX_MEM(KBPF_DW, KBPF_R0, KBPF_R0, 0),
	KBPF_EXIT_INSN(),
};

/* values that live over the branch of the lookup, and a division before it */
static const struct kbpf_insn live_over[] = {
	KBPF_LDX_MEM(KBPF_DW, KBPF_R3, KBPF_R1, 0),
	KBPF_LDX_MEM(KBPF_W, KBPF_R8, KBPF_R1, 0),
	KBPF_ALU64_IMM(KBPF_ADD, KBPF_R8, 3),
	KBPF_MOV64_IMM(KBPF_R7, 1000),
	KBPF_ALU64_REG(KBPF_DIV, KBPF_R7, KBPF_R8),
	KEY_TO_STACK, LOOKUP(0),
	KBPF_JMP_IMM(KBPF_JEQ, KBPF_R0, 0, 3),
	KBPF_LDX_MEM(KBPF_DW, KBPF_R0, KBPF_R0, 0),
	KBPF_ALU64_REG(KBPF_ADD, KBPF_R0, KBPF_R7),
	KBPF_EXIT_INSN(),
	KBPF_MOV64_REG(KBPF_R0, KBPF_R7),
	KBPF_ALU64_REG(KBPF_MUL, KBPF_R0, KBPF_R8),
	KBPF_EXIT_INSN(),
};

/* a loop over all, in which the array's address is kept */
static const struct kbpf_insn in_a_loop[] = {
	KBPF_MOV64_IMM(KBPF_R6, 0),
	KBPF_MOV64_IMM(KBPF_R7, 0),
	KBPF_STX_MEM(KBPF_W, KBPF_R10, KBPF_R6, -4),
	KBPF_MOV64_REG(KBPF_R2, KBPF_R10),
	KBPF_ALU64_IMM(KBPF_ADD, KBPF_R2, -4),
	LOOKUP(0),
	KBPF_JMP_IMM(KBPF_JEQ, KBPF_R0, 0, 4),
	KBPF_LDX_MEM(KBPF_DW, KBPF_R1, KBPF_R0, 0),
	KBPF_ALU64_REG(KBPF_ADD, KBPF_R7, KBPF_R1),
	KBPF_ALU64_IMM(KBPF_ADD, KBPF_R6, 1),
	KBPF_JMP_A(-11),
	KBPF_MOV64_REG(KBPF_R0, KBPF_R7),
	KBPF_EXIT_INSN(),
};

static const struct kbpf_insn other_map[] = {
	KEY_TO_STACK, LOOKUP(1),
	KBPF_JMP_IMM(KBPF_JEQ, KBPF_R0, 0, 1),
	KBPF_LDX_MEM(KBPF_W, KBPF_R0, KBPF_R0, 0),
	KBPF_EXIT_INSN(),
};

/* which map it is depends: no map may be taken for granted */
static const struct kbpf_insn either_map[] = {
	KEY_TO_STACK,
	KBPF_LD_MAP_FD(KBPF_R1, 0),
	KBPF_JMP_IMM(KBPF_JEQ, KBPF_R6, 1, 2),
	KBPF_LD_MAP_FD(KBPF_R1, 1),
	KBPF_CALL_HELPER(1),
	KBPF_JMP_IMM(KBPF_JEQ, KBPF_R0, 0, 1),
	KBPF_LDX_MEM(KBPF_W, KBPF_R0, KBPF_R0, 0),
	KBPF_EXIT_INSN(),
};

#define ROW(insns) { #insns, insns, ARRAY_SIZE(insns) }
static const struct {
	const char *name;
	const struct kbpf_insn *insns;
	u32 len;
} rows[] = {
	ROW(equal_check), ROW(unequal_check), ROW(zero_is_read), ROW(no_check), ROW(key_changes),
	ROW(register_changes), ROW(live_over), ROW(in_a_loop), ROW(other_map), ROW(either_map),
};

static struct kbpf_map *create(u32 type, u32 value_size)
{
	struct kbpf_map_create_attr attr = {
		.map_type = type, .key_size = 4, .value_size = value_size, .max_entries = ENTRIES,
	};
	struct kbpf_map *map = kbpf_map_create(&attr, NULL);
	u8 value[64];

	for (u32 key = 0; key < ENTRIES; key++) {
		memset(value, 17 * key + 3, sizeof(value));
		map->ops->update(map, &key, value, 0);
	}
	return map;
}

static void free_prog(struct kbpf_prog *prog)
{
	kbpf_jit_free(prog);
	kbpf_interp_free(prog);
	kbpf_raw_prog_free(prog);
}

static bool same(u32 row, struct kbpf_map **maps, u32 passes)
{
	struct kbpf_prog *prog = kbpf_raw_prog_create(rows[row].insns, rows[row].len);
	u64 expect[ENTRIES + 4], mem[2] = { 0 };
	bool ok = true;

	prog->maps = maps;
	prog->nr_maps = 2;
	if (kbpf_interp_prepare(prog))
		return false;
	for (u32 key = 0; key < ARRAY_SIZE(expect); key++) {
		mem[0] = key > ENTRIES + 1 ? 0xffffffff00000000ULL | -key : key;
		expect[key] = kbpf_raw_prog_run(prog, mem, 16);
	}
	kbpf_jit_options.passes = passes;
	ok = !kbpf_jit_prepare(prog);
	for (u32 key = 0; ok && key < ARRAY_SIZE(expect); key++) {
		mem[0] = key > ENTRIES + 1 ? 0xffffffff00000000ULL | -key : key;
		ok &= kbpf_raw_prog_run(prog, mem, 16) == expect[key];
	}
	free_prog(prog);
	return ok;
}

static void test_maps(u32 value_size)
{
	struct kbpf_map *maps[2] = {
		create(KBPF_MAP_TYPE_ARRAY, value_size), create(KBPF_MAP_TYPE_HASH, 8),
	};
	char name[80];

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		bool ok = true;

		for (u32 bit = 0; bit < 13; bit++)
			ok &= same(i, maps, KBPF_JIT_PASS_ALL & ~(1U << bit));
		ok &= same(i, maps, KBPF_JIT_PASS_ALL);
		ok &= same(i, maps, KBPF_JIT_PASS_INLINE);
		snprintf(name, sizeof(name), "%s, values of %u", rows[i].name, value_size);
		result(ok, name);
	}
	kbpf_object_put(&maps[0]->obj);
	kbpf_object_put(&maps[1]->obj);
}

/* ---- tail calls -------------------------------------------------------------------------- */

static const struct kbpf_insn tail_caller[] = {
	KBPF_LDX_MEM(KBPF_DW, KBPF_R3, KBPF_R1, 0),
	KBPF_LD_MAP_FD(KBPF_R2, 0),
	KBPF_CALL_HELPER(12),
	KBPF_MOV64_IMM(KBPF_R0, 8),
	KBPF_EXIT_INSN(),
};

/* an index that is known: of a slot that is full, and of one on a page that is not there */
static const struct kbpf_insn tail_full[] = {
	KBPF_LD_MAP_FD(KBPF_R2, 0),
	KBPF_MOV64_IMM(KBPF_R3, 3),
	KBPF_CALL_HELPER(12),
	KBPF_MOV64_IMM(KBPF_R0, 8),
	KBPF_EXIT_INSN(),
};

static const struct kbpf_insn tail_no_page[] = {
	KBPF_LD_MAP_FD(KBPF_R2, 0),
	KBPF_MOV64_IMM(KBPF_R3, 600),
	KBPF_CALL_HELPER(12),
	KBPF_MOV64_IMM(KBPF_R0, 8),
	KBPF_EXIT_INSN(),
};

/* an index that depends on the path: none is known */
static const struct kbpf_insn tail_either[] = {
	KBPF_LDX_MEM(KBPF_DW, KBPF_R4, KBPF_R1, 0),
	KBPF_MOV64_IMM(KBPF_R3, 3),
	KBPF_JMP_IMM(KBPF_JEQ, KBPF_R4, 3, 1),
	KBPF_MOV64_IMM(KBPF_R3, 0),
	KBPF_LD_MAP_FD(KBPF_R2, 0),
	KBPF_CALL_HELPER(12),
	KBPF_MOV64_IMM(KBPF_R0, 8),
	KBPF_EXIT_INSN(),
};

/* the register that brings the count is used before: always, on one path, by a division, in a loop */
static const struct kbpf_insn tail_used[] = {
	KBPF_LDX_MEM(KBPF_DW, KBPF_R3, KBPF_R1, 0),
	KBPF_STX_MEM(KBPF_DW, KBPF_R1, KBPF_R3, 8),
	KBPF_LD_MAP_FD(KBPF_R2, 0),
	KBPF_MOV64_IMM(KBPF_R3, 3),
	KBPF_CALL_HELPER(12),
	KBPF_MOV64_IMM(KBPF_R0, 8),
	KBPF_EXIT_INSN(),
};

static const struct kbpf_insn tail_maybe_used[] = {
	KBPF_LDX_MEM(KBPF_DW, KBPF_R4, KBPF_R1, 0),
	KBPF_JMP_IMM(KBPF_JEQ, KBPF_R4, 0, 3),
	KBPF_LDX_MEM(KBPF_DW, KBPF_R3, KBPF_R1, 0),
	KBPF_STX_MEM(KBPF_DW, KBPF_R1, KBPF_R3, 8),
	KBPF_JMP_A(1),
	KBPF_ST_MEM(KBPF_DW, KBPF_R1, 8, 1),
	KBPF_LD_MAP_FD(KBPF_R2, 0),
	KBPF_MOV64_IMM(KBPF_R3, 3),
	KBPF_CALL_HELPER(12),
	KBPF_MOV64_IMM(KBPF_R0, 8),
	KBPF_EXIT_INSN(),
};

static const struct kbpf_insn tail_divided[] = {
	KBPF_LDX_MEM(KBPF_DW, KBPF_R4, KBPF_R1, 0),
	KBPF_MOV64_IMM(KBPF_R5, 100),
	KBPF_ALU64_REG(KBPF_DIV, KBPF_R5, KBPF_R4),
	KBPF_STX_MEM(KBPF_DW, KBPF_R1, KBPF_R5, 8),
	KBPF_LD_MAP_FD(KBPF_R2, 0),
	KBPF_MOV64_IMM(KBPF_R3, 3),
	KBPF_CALL_HELPER(12),
	KBPF_MOV64_IMM(KBPF_R0, 8),
	KBPF_EXIT_INSN(),
};

static const struct kbpf_insn tail_used_in_loop[] = {
	KBPF_LDX_MEM(KBPF_DW, KBPF_R4, KBPF_R1, 0),
	KBPF_JMP_IMM(KBPF_JNE, KBPF_R4, 0, 6),
	KBPF_LD_MAP_FD(KBPF_R2, 0),
	KBPF_MOV64_IMM(KBPF_R3, 3),
	KBPF_CALL_HELPER(12),
	KBPF_MOV64_IMM(KBPF_R0, 8),
	KBPF_EXIT_INSN(),
	KBPF_LDX_MEM(KBPF_DW, KBPF_R3, KBPF_R1, 0),
	KBPF_STX_MEM(KBPF_DW, KBPF_R1, KBPF_R3, 8),
	KBPF_MOV64_IMM(KBPF_R4, 0),
	KBPF_JMP_A(-11),
};

static const struct kbpf_insn tail_target[] = {
	KBPF_MOV64_IMM(KBPF_R0, 42),
	KBPF_EXIT_INSN(),
};

struct tail_case {
	u64 index, want;
};

/*
 * The same as a tail call itself, with frames waiting behind it, which leave no room for
 * the target's 512 bytes of stack; and as the 34th.
 */
static bool tail_on(const struct kbpf_prog *prog, const u64 *mem, u64 want)
{
	struct kbpf_tails waiting = { .count = 2, .stack = 8, .frames = 1 };
	struct kbpf_tails last = { .count = KBPF_MAX_TAIL_CALLS };

	return prog->tail(mem, prog, &waiting) == want &&
	       waiting.count == 2 + (want == 42) && waiting.stretches == (want == 42) &&
	       prog->tail(mem, prog, &last) == 8 && last.count == KBPF_MAX_TAIL_CALLS;
}

static bool tail(struct kbpf_map **maps, const struct kbpf_insn *insns, u32 len, u32 passes,
		 const struct tail_case *cases, u32 nr)
{
	struct kbpf_prog *prog = kbpf_raw_prog_create(insns, len);
	u64 mem[2] = { 0 };
	bool ok;

	prog->maps = maps;
	prog->nr_maps = 1;
	kbpf_jit_options.passes = passes;
	ok = !kbpf_interp_prepare(prog) && !kbpf_jit_prepare(prog);
	for (u32 i = 0; i < nr; i++) {
		mem[0] = cases[i].index;
		ok &= kbpf_raw_prog_run(prog, mem, 16) == cases[i].want &&
		      tail_on(prog, mem, cases[i].want);
	}
	free_prog(prog);
	return ok;
}

#define TAIL(maps, insns, passes, cases) \
	tail(maps, insns, ARRAY_SIZE(insns), passes, cases, ARRAY_SIZE(cases))

/* Slots empty, full, on a page that is not there, beyond the end; upper halves do not count. */
static bool tails(struct kbpf_map **maps, u32 passes)
{
	static const struct tail_case any[] = {
		{ 0, 8 }, { 3, 42 }, { 511, 8 }, { 600, 8 }, { 1100, 42 }, { 1199, 8 }, { 1200, 8 },
		{ U32_MAX, 8 }, { 0x100000003, 42 }, { 0xffffffff00000000, 8 },
	};
	static const struct tail_case full[] = { { 0, 42 } }, none[] = { { 0, 8 } };
	static const struct tail_case either[] = { { 3, 42 }, { 4, 8 } };
	static const struct tail_case both[] = { { 0, 42 }, { 7, 42 } };

	return TAIL(maps, tail_caller, passes, any) && TAIL(maps, tail_full, passes, full) &&
	       TAIL(maps, tail_no_page, passes, none) && TAIL(maps, tail_either, passes, either) &&
	       TAIL(maps, tail_used, passes, both) && TAIL(maps, tail_maybe_used, passes, both) &&
	       TAIL(maps, tail_divided, passes, both) &&
	       TAIL(maps, tail_used_in_loop, passes, both);
}

static void test_tails(void)
{
	struct kbpf_map_create_attr attr = {
		.map_type = KBPF_MAP_TYPE_PROG_ARRAY, .key_size = 4, .value_size = 4,
		.max_entries = 1200,
	};
	struct kbpf_map *map = kbpf_map_create(&attr, NULL);
	struct kbpf_prog *target = kbpf_raw_prog_create(tail_target, ARRAY_SIZE(tail_target));
	struct kbpf_map_inline at;
	void ***pages;
	bool ok;

	kbpf_env_map_inline(map, &at);
	pages = (void ***)at.slots;
	/* as updates would, which take programs by descriptor */
	pages[0] = kvcalloc(at.stride, sizeof(void *), GFP_KERNEL);
	pages[1100 / at.stride] = kvcalloc(at.stride, sizeof(void *), GFP_KERNEL);
	pages[0][3] = pages[1100 / at.stride][1100 % at.stride] = target;
	ok = !kbpf_interp_prepare(target) && !kbpf_jit_prepare(target);
	ok = ok && tails(&map, KBPF_JIT_PASS_ALL) && tails(&map, 0) &&
	     tails(&map, KBPF_JIT_PASS_INLINE);
	result(ok, "tail calls through an array that is known");
	pages[0][3] = pages[1100 / at.stride][1100 % at.stride] = NULL;
	kbpf_object_put(&map->obj);
	free_prog(target);
}

/* ---- the arena ------------------------------------------------------------------------- */

#define LIVE	200
#define LOADS	2000
#define INSNS	4000

static struct kbpf_prog *storm_prog(u64 *state)
{
	static struct kbpf_insn insns[INSNS];
	struct kbpf_prog *prog;
	u32 len;

	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	len = 2 + (*state >> 33) % (INSNS - 2);
	insns[0] = KBPF_MOV64_IMM(KBPF_R0, 1);
	for (u32 i = 1; i < len - 1; i++)
		insns[i] = KBPF_ALU64_IMM(KBPF_XOR, KBPF_R0, i);
	insns[len - 1] = KBPF_EXIT_INSN();
	prog = kbpf_raw_prog_create(insns, len);
	if (IS_ERR(prog) || kbpf_interp_prepare(prog) || kbpf_jit_prepare(prog))
		return NULL;
	return prog;
}

/* Until the maps of earlier tests are gone, and what they asked for is done. */
static void settle(void)
{
	rcu_barrier();
	kbpf_later_flush();
}

/* 2,000 programs of all sizes come and go in no order; then the arena is whole again. */
static void test_storm(void)
{
	static struct kbpf_prog *live[LIVE];
	u32 size = kbpf_jit_world()->arena_size;
	s64 before;
	bool ok = true;
	u64 state = 1;
	void *all;

	settle();
	before = kbpf_port_live();
	for (u32 i = 0; i < LOADS; i++) {
		u32 at = (state >> 40) % LIVE;
		u64 expect = kbpf_jit_code(live[at] ? live[at] : &(struct kbpf_prog) { 0 }, -1).len;

		if (live[at]) {
			ok &= expect > 0;
			free_prog(live[at]);
		}
		live[at] = storm_prog(&state);
		ok &= live[at] != NULL;
	}
	for (u32 i = 0; i < LIVE; i++)
		if (live[i])
			free_prog(live[i]);
	all = kbpf_jit_image_alloc(size);
	result(ok && all, "2000 programs come and go");
	if (all)
		kbpf_jit_image_free(all, size);
	settle();
	result(kbpf_port_live() == before, "nothing leaks");
}

static void test_full(void)
{
	u32 size = kbpf_jit_world()->arena_size;
	void *all = kbpf_jit_image_alloc(size);
	const struct kbpf_insn insns[] = { KBPF_MOV64_IMM(KBPF_R0, 42), KBPF_EXIT_INSN() };
	struct kbpf_prog *prog = kbpf_raw_prog_create(insns, 2);

	result(!kbpf_interp_prepare(prog) && kbpf_jit_prepare(prog) == -ENOSPC && !prog->jit &&
	       kbpf_raw_prog_run(prog, NULL, 0) == 42, "interpreted when the arena is full");
	kbpf_jit_image_free(all, size);
	free_prog(prog);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..%u\n", 3 * (u32)ARRAY_SIZE(rows) + 4);
	kbpf_jit_options.enabled = true;
	test_maps(8);
	test_maps(24);
	test_maps(64);
	test_tails();
	kbpf_jit_options.passes = KBPF_JIT_PASS_ALL;
	test_storm();
	test_full();
	return failures ? 1 : 0;
}
