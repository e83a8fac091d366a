// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * State embedding: an accepted program runs on a machine that checks, at every
 * instruction, that what registers and stack hold lies inside a state that the
 * verifier had there, that every access is to memory that is there, and that it
 * ends within the number of instructions that the walk of all its paths took.
 */
#include "btf/btf.h"
#include "isa/alu.h"
#include "isa/opcode.h"
#include "helpers/kfunc.h"
#include "helpers/proto.h"
#include "maps/map.h"
#include "verifier/machine.h"
#include "verifier/verifier.h"

#define MAX_CLAIMS	4096

/* Instructions that a verification may take. */
static u32 budget;

static u64 rng;

static u64 next_random(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng;
}

/* A number at which programs branch. */
static u64 odd_number(void)
{
	static const u64 base[] = {
		0, 1, 8, 64, 1ULL << 15, 1ULL << 31, 1ULL << 32, 1ULL << 62, 1ULL << 63, U64_MAX,
		0x7fffffff, 0xffffffff, 0x100000001, 0x5555555555555555,
	};
	u64 x = next_random();

	switch (x % 5) {
	case 0:
		return next_random();
	case 1:
		return (x >> 8) % 80;
	default:
		return base[(x >> 8) % ARRAY_SIZE(base)] + (x >> 16) % 3 - 1;
	}
}

/* ---- claims ------------------------------------------------------------------------------ */

struct claim {
	struct claim *next;
	struct kbpf_frame *frame;
	u32 nr_frames;		/* of the walk, which may have begun with a global function */
	u16 live_regs, need_regs;
	u64 live_slots, need_slots;
};

static struct kbpf_map *maps[2];

/* Of the maps by the numbers that the walk has for them: is it the one of values with locks? */
static bool has_objects[KBPF_MAX_USED_MAPS];

static struct claim *claims[PROGRAM_MAX];
static u32 nr_claims;
static bool too_many;

/* Where claims are kept: all of them are dropped together. */
static u8 arena[16U << 20] __aligned(8);
static size_t arena_used;

static void *take(size_t bytes)
{
	void *p = arena + arena_used;

	bytes = round_up(bytes, 8);
	if (arena_used + bytes > sizeof(arena))
		return NULL;
	arena_used += bytes;
	return p;
}

static void observe(void *arg, u32 insn, const void *state)
{
	const struct kbpf_verifier *v = state;
	const struct kbpf_frame *f = kbpf_state_top(v->cur);
	const struct kbpf_insn_info *info = &v->info[insn];
	struct claim *c;

	(void)arg;
	for (u32 i = 0; i < v->nr_maps; i++)
		has_objects[i] = v->maps[i] == maps[MAP_OBJECTS];
	c = take(sizeof(*c) + sizeof(*f) + f->nr_slots * sizeof(*f->slots));
	if (nr_claims++ >= MAX_CLAIMS || !c) {
		too_many = true;
		return;
	}
	*c = (struct claim){
		.next = claims[insn], .frame = (struct kbpf_frame *)(c + 1),
		.nr_frames = v->cur->nr_frames,
		.live_regs = info->live_regs, .need_regs = info->need_regs,
		.live_slots = info->live_slots, .need_slots = info->need_slots,
	};
	*c->frame = *f;
	c->frame->slots = (struct kbpf_slot *)(c->frame + 1);
	if (f->nr_slots)
		memcpy(c->frame->slots, f->slots, f->nr_slots * sizeof(*f->slots));
	claims[insn] = c;
}

static void drop_claims(void)
{
	memset(claims, 0, sizeof(claims));
	arena_used = 0;
	nr_claims = 0;
	too_many = false;
}

/* ---- the machine ---------------------------------------------------------------------------- */

/* the map value that programs work on, and those with a lock and a timer each */
static u8 value[VALUE_SIZE] __aligned(8);
static u8 objects[2][OBJECT_SIZE] __aligned(8);
static u32 key;
static u8 ctx[256] __aligned(8);
static u8 stacks[KBPF_MAX_FRAMES][KBPF_STACK_SIZE] __aligned(8);

/*
 * @called_back: by a helper; @stop: what it called told the helper under way here to;
 * @spent: the count of the function's may_goto is used up; @is_global: judged by itself
 */
struct frame {
	u64 regs[KBPF_REGS];
	u32 back;
	bool called_back;
	bool stop;
	bool spent;
	bool is_global;
};

static struct frame frames[KBPF_MAX_FRAMES];
static u32 depth;

/* Where the frames of a walk lie: its first in the machine's @base-th. */
static u32 base;

/* The value whose lock is held; the function that timers call, or 0. */
static const u8 *locked;
static u32 timer_func;
/* what a helper was given that no helper may be given */
static const char *misuse;

static u64 stack_top(u32 frame)
{
	return (u64)(stacks[frame] + KBPF_STACK_SIZE);
}

static bool in_range(const struct kbpf_range *r, u64 x, u32 n)
{
	s64 s = kbpf_as_signed(x, n);

	return x >= r->umin && x <= r->umax && s >= r->smin && s <= r->smax;
}

static bool in_scalar(const struct kbpf_scalar *s, u64 x)
{
	return kbpf_tnum_has(s->full.bits, x) && in_range(&s->full.range, x, 64) &&
	       in_range(&s->half, (u32)x, 32);
}

static bool in_value(const struct kbpf_value *v, u64 x, bool need)
{
	switch (v->type) {
	case KBPF_V_SCALAR:
		return !need || in_scalar(&v->num, x);
	case KBPF_V_STACK:
		return in_scalar(&v->num, x - stack_top(base + v->frame) - (s64)v->off);
	case KBPF_V_MAP_VALUE:
		if (v->flags & KBPF_V_OR_NULL && !x)
			return true;
		if (!has_objects[v->index])
			return in_scalar(&v->num, x - (u64)value - (s64)v->off);
		return in_scalar(&v->num, x - (u64)objects[0] - (s64)v->off) ||
		       in_scalar(&v->num, x - (u64)objects[1] - (s64)v->off);
	default:
		return true;
	}
}

static bool in_slots(const struct claim *c)
{
	const u8 *top = stacks[depth] + KBPF_STACK_SIZE;

	for (u32 i = 0; i < c->frame->nr_slots; i++) {
		const struct kbpf_slot *s = &c->frame->slots[i];
		const u8 *at = top - 8 * (i + 1);
		bool need = c->need_slots & BIT_ULL(i);
		u64 x = 0;

		if (!(c->live_slots & BIT_ULL(i)))
			continue;
		for (u32 b = 0; b < 8; b++)
			if (need && s->bytes[b] == KBPF_BYTE_ZERO && at[b])
				return false;
		if (!s->width || s->bytes[s->at] != KBPF_BYTE_SPILL)
			continue;
		memcpy(&x, at + s->at, s->width);
		if (!in_value(&s->spill, x, need))
			return false;
	}
	return true;
}

static bool in_claim(const struct claim *c)
{
	if (c->nr_frames > depth + 1)
		return false;
	base = depth + 1 - c->nr_frames;
	for (u32 r = 0; r < KBPF_REGS; r++)
		if (c->live_regs & BIT(r) && !in_value(&c->frame->regs[r], frames[depth].regs[r],
						       c->need_regs & BIT(r)))
			return false;
	return in_slots(c);
}

static bool claimed(u32 insn)
{
	for (struct claim *c = claims[insn]; c; c = c->next)
		if (in_claim(c))
			return true;
	return false;
}

/* What an iterator gave last. */
static s32 element;

/* Is it memory of the program's? */
static void *memory(u64 addr, u32 size)
{
	if (addr == (u64)&element && size <= sizeof(element))
		return &element;
	if (addr >= (u64)&key && addr + size <= (u64)&key + sizeof(key))
		return (void *)addr;
	for (u32 i = 0; i < ARRAY_SIZE(objects); i++)
		if (addr >= (u64)objects[i] + DATA_AT && addr + size <= (u64)objects[i] + OBJECT_SIZE)
			return (void *)addr;
	if (addr >= (u64)value && addr + size <= (u64)value + VALUE_SIZE)
		return (void *)addr;
	if (addr >= (u64)ctx && addr + size <= (u64)ctx + sizeof(ctx))
		return (void *)addr;
	for (u32 i = 0; i <= depth; i++)
		if (addr >= (u64)stacks[i] && addr + size <= stack_top(i))
			return (void *)addr;
	return NULL;
}

static u64 load(const void *p, u32 size)
{
	u64 x = 0;

	memcpy(&x, p, size);
	return x;
}

static bool do_atomic(const struct kbpf_insn *i, u64 *r)
{
	u32 size = kbpf_isa_size(i->code);
	void *p = memory(r[i->dst_reg] + (s64)i->off, size);
	u64 old, src = r[i->src_reg], now;

	if (!p)
		return false;
	old = load(p, size);
	switch (i->imm & ~KBPF_FETCH) {
	case KBPF_ATOMIC_ADD: now = old + src; break;
	case KBPF_ATOMIC_OR: now = old | src; break;
	case KBPF_ATOMIC_AND: now = old & src; break;
	case KBPF_ATOMIC_XOR: now = old ^ src; break;
	case KBPF_XCHG & ~KBPF_FETCH: now = src; break;
	default: now = old == (size == 4 ? (u32)r[0] : r[0]) ? src : old; break;
	}
	memcpy(p, &now, size);
	if (i->imm == KBPF_CMPXCHG)
		r[0] = old;
	else if (i->imm & KBPF_FETCH)
		r[i->src_reg] = old;
	return true;
}

static bool do_memory(const struct kbpf_insn *i, u64 *r)
{
	u32 size = kbpf_isa_size(i->code), class = KBPF_CLASS(i->code);
	u64 addr = r[class == KBPF_LDX ? i->src_reg : i->dst_reg] + (s64)i->off, x;
	void *p;

	if (class == KBPF_STX && KBPF_MODE(i->code) == KBPF_ATOMIC)
		return do_atomic(i, r);
	p = memory(addr, size);
	if (!p)
		return false;
	if (class == KBPF_LDX) {
		r[i->dst_reg] = load(p, size);
		return true;
	}
	x = class == KBPF_ST ? (u64)(s64)i->imm : r[i->src_reg];
	memcpy(p, &x, size);
	return true;
}

/* An iterator as the machine keeps it, in the program's stack. */
struct num {
	s32 last;
	s32 end;
};

static void do_kfunc(const struct kbpf_insn *i, u64 *r)
{
	struct num *it = memory(r[KBPF_R1], sizeof(*it));

	if (i->imm == KBPF_KFUNC_iter_num_new) {
		*it = (struct num){ (s32)r[KBPF_R2] - 1, (s32)r[KBPF_R3] };
		r[0] = (s32)r[KBPF_R2] > (s32)r[KBPF_R3] ? -EINVAL : 0;
	} else if (i->imm == KBPF_KFUNC_iter_num_next) {
		r[0] = it->last + 1 < it->end ? (u64)&element : 0;
		if (r[0])
			element = ++it->last;
		else
			it->last = it->end;
	}
}

/* @map: its descriptor, as an lddw puts it in a register */
static u64 look_up(u64 map, u32 at)
{
	if (map == MAP_OBJECTS)
		return at < ARRAY_SIZE(objects) ? (u64)objects[at] : 0;
	return at ? 0 : (u64)value;
}

static void do_lock(s32 func, const u8 *at)
{
	if (at != objects[0] + LOCK_AT && at != objects[1] + LOCK_AT)
		misuse = "a lock that is none";
	else if (func == KBPF_FUNC_spin_lock ? !!locked : locked != at)
		misuse = "a lock out of turn";
	locked = func == KBPF_FUNC_spin_lock ? at : NULL;
}

static void do_timer(const struct kbpf_insn *i, const u64 *r)
{
	if (r[KBPF_R1] != (u64)objects[0] + TIMER_AT && r[KBPF_R1] != (u64)objects[1] + TIMER_AT)
		misuse = "a timer that is none";
	if (i->imm == KBPF_FUNC_timer_init && r[KBPF_R2] != MAP_OBJECTS)
		misuse = "a timer of another map";
	if (i->imm == KBPF_FUNC_timer_set_callback)
		timer_func = r[KBPF_R2];
}

static void do_helper(const struct kbpf_insn *i, u64 *r)
{
	bool is_lock = !i->src_reg && (i->imm == KBPF_FUNC_spin_lock || i->imm == KBPF_FUNC_spin_unlock);
	u64 result = (u32)odd_number();

	if (locked && !is_lock)
		misuse = "a helper under a lock";
	if (is_lock)
		do_lock(i->imm, (const u8 *)r[KBPF_R1]);
	else if (i->src_reg == KBPF_PSEUDO_KFUNC_CALL)
		do_kfunc(i, r);
	else if (i->imm == KBPF_FUNC_map_lookup_elem)
		r[0] = look_up(r[KBPF_R1], load((void *)r[KBPF_R2], 4));
	else if (i->imm == KBPF_FUNC_get_prandom_u32)
		r[0] = result;
	else
		do_timer(i, r), r[0] = next_random() & 1 ? 0 : -EINVAL;
	for (u32 k = 1; k <= 5; k++)
		r[k] = next_random();
}

/* The programs' BTF ids of kernel functions are the engine's own numbers. */
static u32 kfunc_find(void *arg, u32 btf_id)
{
	(void)arg;
	return kbpf_proto_find(btf_id) ? btf_id : 0;
}

static void do_lddw(const struct kbpf_insn *i, u64 *r, u32 pc)
{
	if (i->src_reg == KBPF_PSEUDO_FUNC)
		r[i->dst_reg] = pc + 1 + i->imm;
	else if (i->src_reg == KBPF_PSEUDO_MAP_VALUE)
		r[i->dst_reg] = (u64)value + i[1].imm;
	else if (i->src_reg == KBPF_PSEUDO_BTF_ID)
		r[i->dst_reg] = !!kfunc_find(NULL, i->imm);
	else
		r[i->dst_reg] = kbpf_isa_imm64(i);
}

/*
 * bpf_loop() at @pc: a round of its function, whichever one, or its end at any time.
 * Where to go on.
 */
static u32 do_loop(u32 pc)
{
	struct frame *caller = &frames[depth], *callee = caller + 1;
	u32 rounds = caller->regs[KBPF_R1];

	if (!rounds || caller->stop || !(next_random() % 4)) {
		caller->stop = false;
		for (u32 k = 0; k <= 5; k++)
			caller->regs[k] = next_random();
		return pc + 1;
	}
	for (u32 k = 0; k < KBPF_REGS; k++)
		callee->regs[k] = next_random();
	callee->regs[KBPF_R1] = (next_random() & 1 ? U32_MAX : next_random()) % rounds;
	callee->regs[KBPF_R2] = caller->regs[KBPF_R3];
	callee->back = pc;
	callee->called_back = true;
	callee->stop = false;
	callee->spent = false;
	callee->is_global = false;
	depth++;
	callee->regs[KBPF_R10] = stack_top(depth);
	return caller->regs[KBPF_R2];
}

/* The function ends: where to go on. */
static u32 do_exit(void)
{
	struct frame *f = &frames[depth--];

	if (f->called_back)
		frames[depth].stop = f->regs[0];
	else
		frames[depth].regs[0] = f->regs[0];
	return f->back;
}

static bool is_call_of(const struct kbpf_insn *i, u8 src, s32 imm)
{
	return i->code == (KBPF_JMP | KBPF_CALL) && i->src_reg == src && i->imm == imm;
}

/* Is it a function that is judged by itself, once? */
static bool is_global(const struct program *p, u32 start)
{
	for (u32 i = 0; i < p->nr_funcs; i++)
		if (p->funcs[i].start == start)
			return p->funcs[i].is_global;
	return false;
}

static void set_frame(u32 pc)
{
	depth = 0;
	locked = NULL;
	misuse = NULL;
	frames[0].spent = false;
	frames[0].stop = false;
	for (u32 k = 0; k < KBPF_REGS; k++)
		frames[0].regs[k] = next_random();
	frames[0].regs[KBPF_R1] = pc ? MAP_OBJECTS : (u64)ctx;
	if (pc) {
		key = next_random() % ARRAY_SIZE(objects);
		frames[0].regs[KBPF_R2] = (u64)&key;
		frames[0].regs[KBPF_R3] = (u64)objects[key];
	}
	frames[0].regs[KBPF_R10] = stack_top(0);
}

/* From @pc on: the program, or what a timer calls. */
static const char *run_from(const struct program *p, u32 pc, u64 most)
{
	set_frame(pc);
	for (u64 steps = 0; steps < most; steps++) {
		const struct kbpf_insn *i = &p->insns[pc];
		u64 *r = frames[depth].regs, src, res;
		bool taken;

		if (!claimed(pc))
			return "a state that the verifier did not have";
		src = KBPF_SRC(i->code) == KBPF_X ? r[i->src_reg] : (u64)(s64)i->imm;
		switch (KBPF_CLASS(i->code)) {
		case KBPF_ALU:
		case KBPF_ALU64:
			if (!kbpf_isa_eval(i, r[i->dst_reg], src, &res))
				return "arithmetic that does not exist";
			r[i->dst_reg] = res;
			pc++;
			continue;
		case KBPF_LD:
			do_lddw(i, r, pc);
			pc += 2;
			continue;
		case KBPF_LDX:
		case KBPF_ST:
		case KBPF_STX:
			if (!do_memory(i, r))
				return "memory that is not there";
			pc++;
			continue;
		}
		if (KBPF_OP(i->code) == KBPF_EXIT) {
			if (locked && (!depth || frames[depth].called_back))
				return "an end under a lock";
			if (!depth)
				return NULL;
			/* what calls it was walked, and it was, but not together */
			if (frames[depth].is_global)
				steps = 0;
			pc = do_exit();
		} else if (KBPF_OP(i->code) == KBPF_CALL && i->src_reg == KBPF_PSEUDO_CALL) {
			frames[depth + 1] = frames[depth];
			frames[depth + 1].back = pc + 1;
			frames[depth + 1].called_back = false;
			frames[depth + 1].spent = false;
			frames[depth + 1].stop = false;
			depth++;
			frames[depth].regs[KBPF_R10] = stack_top(depth);
			pc = pc + 1 + i->imm;
			frames[depth].is_global = is_global(p, pc);
			if (frames[depth].is_global)
				steps = 0;
		} else if (is_call_of(i, 0, KBPF_FUNC_loop)) {
			/* as with may_goto: each round is proven, not how many there are */
			steps = 0;
			pc = do_loop(pc);
		} else if (KBPF_OP(i->code) == KBPF_CALL) {
			if (is_call_of(i, KBPF_PSEUDO_KFUNC_CALL, KBPF_KFUNC_iter_num_next))
				steps = 0;
			do_helper(i, r);
			if (misuse)
				return misuse;
			pc++;
		} else {
			taken = KBPF_OP(i->code) == KBPF_JA;
			/* may_goto: leaves the loop at some time, and is proven between times */
			if (KBPF_OP(i->code) == KBPF_JCOND) {
				taken = frames[depth].spent || !(next_random() % 8);
				frames[depth].spent = taken;
				steps = 0;
			} else if (!taken && !kbpf_isa_taken(i, r[i->dst_reg], src, &taken)) {
				return "a jump that does not exist";
			}
			pc = taken ? kbpf_cfg_target(p->insns, pc) : pc + 1;
		}
	}
	return "more steps than were walked";
}

static const char *run(const struct program *p, u64 most)
{
	const char *wrong;

	timer_func = 0;
	wrong = run_from(p, 0, most);
	/* what a timer calls runs some time, and may set it up again */
	if (!wrong && timer_func)
		wrong = run_from(p, timer_func, most);
	return wrong;
}

/* ---- one program ------------------------------------------------------------------------------ */

/* BTF of: int f(void); static; int g(struct s *p, int n); where struct s has PASSED_SIZE bytes. */
static const u32 btf_types[] = {
	0x0001eb9f, 24, 0, 104, 104, 15,
	1, KBPF_BTF_INT << 24, 4, 32,					/* 1: int */
	5, KBPF_BTF_STRUCT << 24, PASSED_SIZE,				/* 2: struct s */
	0, KBPF_BTF_PTR << 24, 2,					/* 3 */
	0, KBPF_BTF_FUNC_PROTO << 24 | 2, 1, 7, 3, 9, 1,		/* 4 */
	11, KBPF_BTF_FUNC << 24 | 1, 4,					/* 5: g, global */
	0, KBPF_BTF_FUNC_PROTO << 24, 1,				/* 6 */
	13, KBPF_BTF_FUNC << 24, 6,					/* 7: f, static */
};

#define BTF_GLOBAL	5
#define BTF_STATIC	7

static const char btf_names[15] = "\0int\0s\0p\0n\0g\0f";

static struct kbpf_btf *btf;

static void make_btf(void)
{
	u8 *blob = kvmalloc(sizeof(btf_types) + sizeof(btf_names), GFP_KERNEL);

	memcpy(blob, btf_types, sizeof(btf_types));
	memcpy(blob + sizeof(btf_types), btf_names, sizeof(btf_names));
	btf = kbpf_btf_parse(blob, sizeof(btf_types) + sizeof(btf_names), NULL);
	if (IS_ERR(btf))
		abort();
}

void machine_init(u32 max_insns)
{
	struct kbpf_map_create_attr numbers = {
		.map_type = KBPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = VALUE_SIZE,
		.max_entries = 1,
	}, with_lock = {
		.map_type = KBPF_MAP_TYPE_HASH, .key_size = 4, .value_size = OBJECT_SIZE,
		.max_entries = ARRAY_SIZE(objects),
	};

	budget = max_insns;
	maps[MAP_NUMBERS] = kbpf_map_create(&numbers, NULL);
	maps[MAP_OBJECTS] = kbpf_map_create(&with_lock, NULL);
	/* as BTF would say */
	maps[MAP_OBJECTS]->desc.spin_lock_off = LOCK_AT;
	maps[MAP_OBJECTS]->desc.timer_off = TIMER_AT;
	make_btf();
}

static struct kbpf_map *map_get(void *arg, int fd)
{
	struct kbpf_map *map = maps[fd == MAP_OBJECTS];

	(void)arg;
	kbpf_object_get(&map->obj);
	return map;
}

static void add_func_info(struct kbpf_prog *p, const struct program *prog)
{
	if (!prog->nr_funcs)
		return;
	p->btf = btf;
	p->func_info = kvcalloc(prog->nr_funcs, sizeof(*p->func_info), GFP_KERNEL);
	p->nr_func_info = prog->nr_funcs;
	for (u32 f = 0; f < prog->nr_funcs; f++)
		p->func_info[f] = (struct kbpf_func_info){
			prog->funcs[f].start, prog->funcs[f].is_global ? BTF_GLOBAL : BTF_STATIC,
		};
}

static void free_prog(struct kbpf_prog *p)
{
	for (u32 i = 0; i < p->nr_maps; i++)
		kbpf_object_put(&p->maps[i]->obj);
	kfree(p->maps);
	kvfree(p->funcs);
	kvfree(p->func_info);
	kvfree(p->insns);
}

int machine_verify(const struct program *prog, u32 how, u32 level, u64 *insns)
{
	struct kbpf_verify_opts opts = {
		.map_get = map_get, .kfunc_find = kfunc_find, .no_pruning = how & MACHINE_NO_PRUNING,
		.observe = how & MACHINE_CLAIM ? observe : NULL, .max_insns = budget,
	};
	struct kbpf_prog p = {
		.type = prog->type, .gpl_compatible = true, .len = prog->len,
		.flags = how & MACHINE_KEEP_OFTEN ? KBPF_F_TEST_STATE_FREQ : 0,
	};
	struct kbpf_log log;
	int err;

	p.insns = kvmalloc_array(p.len, sizeof(*p.insns), GFP_KERNEL);
	memcpy(p.insns, prog->insns, p.len * sizeof(*p.insns));
	add_func_info(&p, prog);
	if (level)
		kbpf_log_init(&log, level, 1 << 20);
	err = kbpf_verify(&p, &opts, level ? &log : NULL);
	if (insns)
		*insns = p.verify.insns;
	if (level) {
		printf("# %s\n", kbpf_log_text(&log));
		kbpf_log_exit(&log);
	}
	free_prog(&p);
	return err;
}

/* The values that a run begins with. */
static void set_memory(void)
{
	for (u32 i = 0; i < VALUE_SIZE; i += 8)
		*(u64 *)(value + i) = odd_number();
	for (u32 i = 0; i < ARRAY_SIZE(objects); i++)
		*(u64 *)(objects[i] + DATA_AT) = odd_number();
	for (u32 f = 0; f < KBPF_MAX_FRAMES; f++)
		for (u32 i = 0; i < KBPF_STACK_SIZE; i += 8)
			*(u64 *)(stacks[f] + i) = next_random();
}

const char *machine_check(const struct program *p, u64 seed, u32 inputs, struct machine_result *res)
{
	const char *wrong = NULL;
	u32 often = seed & 1 ? MACHINE_KEEP_OFTEN : 0;
	u64 most = budget;
	int bare;

	rng = seed | 1;
	res->runs = 0;
	res->err = machine_verify(p, MACHINE_CLAIM | often, 0, NULL);
	bare = machine_verify(p, MACHINE_NO_PRUNING | often, 0, &most);
	/* what meets a budget in one of the walks may come to a verdict in the other */
	if (!res->err != !bare && bare != -E2BIG && res->err != -E2BIG)
		wrong = "pruning changed the verdict";
	while (!res->err && !too_many && !wrong && res->runs < inputs) {
		set_memory();
		wrong = run(p, most);
		res->runs++;
	}
	drop_claims();
	return wrong;
}

void machine_print(const struct program *p, const char *what)
{
	char text[96];

	printf("# %s\n", what);
	for (u32 i = 0; i < p->len; i++) {
		kbpf_isa_disasm(&p->insns[i], text, sizeof(text));
		printf("# %3u: %s\n", i, text);
		i += kbpf_isa_is_lddw(&p->insns[i]);
	}
	machine_verify(p, 0, KBPF_LOG_LEVEL1 | KBPF_LOG_LEVEL2, NULL);
}
