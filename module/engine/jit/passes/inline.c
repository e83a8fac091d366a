// SPDX-License-Identifier: GPL-2.0
/*
 * Helpers as instructions: lookups in arrays, direct calls of the operation of
 * a map that is known, and what of the CPU and the task a segment register
 * leads to.
 *
 * Needs of the verifier: that a key that is passed may be read, that helpers
 * get arguments of the types of their prototypes, and that a program refers to
 * its maps as long as it lives. Tests: userspace/tests/jit/maps.c.
 */
#include "env.h"
#include "jit/passes/pass.h"

/* Numbers of helpers, which are ABI. */
enum {
	MAP_LOOKUP_ELEM = 1,
	MAP_UPDATE_ELEM = 2,
	MAP_DELETE_ELEM = 3,
	GET_SMP_PROCESSOR_ID = 8,
	GET_CURRENT_PID_TGID = 14,
	GET_CURRENT_TASK = 35,
};

/* For worlds that have no maps. */
__weak bool kbpf_env_map_inline(const struct kbpf_map *map, struct kbpf_map_inline *out)
{
	return false;
}

/* The operation before @i on the same straight line that writes @reg, or NULL. */
static struct kbpf_jit_op *writer(const struct kbpf_jit_ir *ir, u32 i, u8 reg)
{
	while (i > 0 && !ir->ops[i].leader) {
		i--;
		if (ir->ops[i].kind == JIT_JMP || ir->ops[i].kind == JIT_EXIT)
			return NULL;
		if (kbpf_jit_writes(&ir->ops[i]) & JIT_BIT(reg))
			return &ir->ops[i];
	}
	return NULL;
}

/* The map that @reg has at operation @i, with what is to know of it; or NULL. */
static const struct kbpf_map *known_map(const struct kbpf_jit_ir *ir, u32 i, u8 reg,
					struct kbpf_map_inline *out)
{
	const struct kbpf_jit_op *op = writer(ir, i, reg);
	const struct kbpf_map *map;

	if (!op || op->kind != JIT_IMM || !op->code || op->blind)
		return NULL;
	map = ir->prog->maps[op->code - 1];
	return kbpf_env_map_inline(map, out) ? map : NULL;
}

static bool make_lookup(struct kbpf_jit_ir *ir, struct kbpf_jit_op *op,
			const struct kbpf_map_inline *map)
{
	struct kbpf_jit_lookup *lk = &ir->lookups[ir->nr_lookups];

	if (!map->entries || map->entries > S32_MAX || map->stride > S32_MAX ||
	    (map->percpu && ir->world->gs_percpu == -1))
		return false;
	lk->base = map->base;
	lk->stride = map->stride;
	lk->entries = map->entries;
	lk->percpu = map->percpu;
	op->kind = JIT_LOOKUP;
	op->dst = JIT_R0;
	op->mem.base = JIT_R2;
	op->imm = ir->nr_lookups++;
	return true;
}

static void call_direct(struct kbpf_jit_op *op, kbpf_helper_fn fn)
{
	if (fn)
		op->imm = (s64)(unsigned long)fn;
}

static void map_helper(struct kbpf_jit_ir *ir, u32 i)
{
	struct kbpf_jit_op *op = &ir->ops[i];
	struct kbpf_map_inline map;

	if (!known_map(ir, i, JIT_R1, &map))
		return;
	if (op->code == MAP_UPDATE_ELEM)
		call_direct(op, map.update);
	else if (op->code == MAP_DELETE_ELEM)
		call_direct(op, map.delete);
	else if (!make_lookup(ir, op, &map))
		call_direct(op, map.lookup);
}

/* The address of the slot that operation @i calls, and its index, if both are known; else NULL. */
static void *const *known_slot(const struct kbpf_jit_ir *ir, u32 i,
			       const struct kbpf_map_inline *map, u32 *at)
{
	const struct kbpf_jit_op *op = writer(ir, i, JIT_R3);
	void *const *page;
	u32 index;

	if (!op || op->kind != JIT_IMM || op->blind || (u32)op->imm >= map->entries)
		return NULL;
	index = op->imm;
	*at = index;
	/* Pairs with the map's filling of the table. */
	page = smp_load_acquire(&((void *const **)map->slots)[index / map->stride]);
	return page ? &page[index % map->stride] : NULL;
}

static void tail_call(struct kbpf_jit_ir *ir, u32 i)
{
	struct kbpf_map_inline map;
	struct kbpf_jit_lookup *lk = &ir->lookups[ir->nr_lookups];
	void *const *slot;

	lk->map = known_map(ir, i, JIT_R2, &map);
	if (!lk->map || !map.slots || !map.entries ||
	    map.entries > S32_MAX || !is_power_of_2(map.stride))
		return;
	slot = known_slot(ir, i, &map, &lk->index);
	lk->base = slot ? (unsigned long)slot : (unsigned long)map.slots;
	lk->stride = slot ? 0 : map.stride;
	lk->entries = map.entries;
	ir->ops[i].imm = ++ir->nr_lookups;
}

static void this_helper(struct kbpf_jit_op *op, u16 what, bool can)
{
	if (!can)
		return;
	op->kind = JIT_THIS;
	op->dst = JIT_R0;
	op->code = what;
}

static void inline_call(struct kbpf_jit_ir *ir, u32 i)
{
	const struct kbpf_jit_world *world = ir->world;
	struct kbpf_jit_op *op = &ir->ops[i];

	switch (op->code) {
	case MAP_LOOKUP_ELEM:
	case MAP_UPDATE_ELEM:
	case MAP_DELETE_ELEM:
		map_helper(ir, i);
		break;
	case GET_SMP_PROCESSOR_ID:
		this_helper(op, JIT_THIS_CPU, world->gs_cpu != -1);
		break;
	case GET_CURRENT_TASK:
		this_helper(op, JIT_THIS_TASK, world->gs_task != -1);
		break;
	case GET_CURRENT_PID_TGID:
		this_helper(op, JIT_THIS_PID_TGID, world->gs_task != -1);
		break;
	}
}

int kbpf_jit_pass_inline(struct kbpf_jit_ir *ir)
{
	u32 lookups = 0;

	for (u32 i = 0; i < ir->nr; i++)
		lookups += (ir->ops[i].kind == JIT_CALL && ir->ops[i].code == MAP_LOOKUP_ELEM) ||
			   ir->ops[i].kind == JIT_TAIL;
	ir->lookups = kvcalloc(max(lookups, 1U), sizeof(*ir->lookups), GFP_KERNEL);
	if (!ir->lookups)
		return -ENOMEM;
	for (u32 i = 0; i < ir->nr; i++)
		if (ir->ops[i].kind == JIT_CALL)
			inline_call(ir, i);
		else if (ir->ops[i].kind == JIT_TAIL)
			tail_call(ir, i);
	return 1;
}

/* ---- later, when addresses are folded: the key and what follows -------------------- */

/* The key was stored from a register that still has it: no need to load it. */
static void forward_key(struct kbpf_jit_ir *ir, u32 i)
{
	struct kbpf_jit_op *op = &ir->ops[i];
	u16 written = 0;

	while (i > 0 && !ir->ops[i].leader) {
		const struct kbpf_jit_op *store = &ir->ops[--i];

		if (store->kind == JIT_JMP || store->kind == JIT_EXIT)
			return;
		if (store->kind == JIT_STORE && store->bk == JIT_B_REG && !store->be &&
		    store->size >= 4 && store->mem.base == op->mem.base &&
		    store->mem.index == JIT_NONE && op->mem.index == JIT_NONE &&
		    store->mem.disp == op->mem.disp &&
		    !(written & (JIT_BIT(store->b) | kbpf_jit_bit(store->mem.base)))) {
			op->a = store->b;
			op->mem.base = JIT_NONE;
			op->mem.disp = 0;
			return;
		}
		if (kbpf_jit_changes_memory(store))
			return;
		written |= kbpf_jit_writes(store);
	}
}

static u16 live_in(const struct kbpf_jit_ir *ir, u32 i)
{
	const struct kbpf_jit_op *op = &ir->ops[i];

	return (op->live & ~kbpf_jit_writes(op)) | kbpf_jit_reads(ir, op);
}

/*
 * "if r0 == 0 goto there" behind it: the check of the index goes there itself,
 * if r0 need not be 0 there. Of "if r0 != 0 goto here", there is what follows.
 */
static void join_check(struct kbpf_jit_ir *ir, u32 i)
{
	struct kbpf_jit_op *op = &ir->ops[i], *jcc;
	u32 next = kbpf_jit_next(ir, i), none;

	if (next == U32_MAX || next + 1 >= ir->nr)
		return;
	jcc = &ir->ops[next];
	if (jcc->kind != JIT_JCC || jcc->code > JIT_NE || jcc->a != JIT_R0 || !jcc->w ||
	    jcc->amem || jcc->bk != JIT_B_IMM || jcc->imm)
		return;
	none = jcc->code == JIT_EQ ? jcc->target : next + 1;
	if (live_in(ir, none) & JIT_BIT(JIT_R0))
		return;
	op->flags = true;
	op->target = none;
	ir->ops[none].leader = true;
	jcc->kind = jcc->code == JIT_EQ ? JIT_NOP : JIT_JMP;
	jcc->a = JIT_NONE;
}

/*
 * From here on lookups may branch.
 */
int kbpf_jit_pass_lookup(struct kbpf_jit_ir *ir)
{
	bool any = false;

	for (u32 i = 0; i < ir->nr; i++) {
		if (ir->ops[i].kind != JIT_LOOKUP)
			continue;
		kbpf_jit_live_again(ir);
		forward_key(ir, i);
		join_check(ir, i);
		any = true;
	}
	return any;
}
