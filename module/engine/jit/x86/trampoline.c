// SPDX-License-Identifier: GPL-2.0
/*
 * Trampolines of functions (jit/trampoline.h). Knows the calling convention; spells
 * no bytes. The frame, upwards from the stack pointer:
 *
 *	arguments that the body takes on the stack, with programs at the end only
 *	arguments as programs see them, then the result in two registers
 *	arguments whole, where programs see a part only
 *	the caller's rbp
 *	return to the function's body
 *	return to the function's caller
 *	arguments that the function takes on the stack
 */
#include "port.h"
#include "jit/image.h"
#include "jit/trampoline.h"
#include "jit/x86/encode.h"

#define REG_ARGS	6
#define LEN_REL32	5	/* bytes of a near call or jump */

static const u8 arg_regs[REG_ARGS] = { X86_RDI, X86_RSI, X86_RDX, X86_RCX, X86_R8, X86_R9 };

/**
 * struct tramp - a trampoline being emitted
 * @hook: what it is to do
 * @world: where
 * @at: where it will run
 * @far: something it calls is out of a near call's reach
 * @b: the code
 */
struct tramp {
	const struct kbpf_jit_hook *hook;
	const struct kbpf_jit_world *world;
	const u8 *at;
	bool far;
	struct kbpf_x86_buf b;
};

/*
 * Callees may count on how a caller extended bytes and halves of words, and programs
 * see them zero-extended: such registers are kept whole beside.
 */
static bool kept_whole(const struct tramp *t, u32 i)
{
	return i < REG_ARGS && t->hook->size[i] < 4;
}

static u32 whole_slot(const struct tramp *t, u32 arg)
{
	u32 nr = t->hook->nr_args + (t->hook->leave ? 2 : 0);

	for (u32 i = 0; i < arg; i++)
		nr += kept_whole(t, i);
	return nr;
}

/* Registers' and stack arguments' copies, and what the body returned. */
static u32 slots(const struct tramp *t)
{
	return whole_slot(t, t->hook->nr_args);
}

static u32 stack_args(const struct tramp *t)
{
	return t->hook->nr_args > REG_ARGS ? t->hook->nr_args - REG_ARGS : 0;
}

/* Bytes below rbp, so that calls find the stack aligned: two returns and rbp are above. */
static u32 frame_size(const struct tramp *t)
{
	u32 words = slots(t) + (t->hook->leave ? stack_args(t) : 0);

	return 8 * (words + !(words & 1));
}

static struct kbpf_x86_mem slot(const struct tramp *t, u32 i)
{
	return kbpf_x86_at(X86_RBP, 8 * ((s32)i - (s32)slots(t)));
}

static struct kbpf_x86_mem stack_arg(u32 i)
{
	return kbpf_x86_at(X86_RBP, 8 * (3 + (s32)(i - REG_ARGS)));
}

static s32 distance(struct tramp *t, const void *target)
{
	s64 bytes = (const u8 *)target - (t->at + t->b.len + LEN_REL32);

	t->far |= bytes != (s32)bytes;
	return bytes;
}

static void store_args(struct tramp *t)
{
	u8 reg, size;

	for (u32 i = 0; i < t->hook->nr_args; i++) {
		reg = i < REG_ARGS ? arg_regs[i] : X86_RAX;
		size = t->hook->size[i];
		if (kept_whole(t, i))
			kbpf_x86_store(&t->b, 8, slot(t, whole_slot(t, i)), reg);
		if (i >= REG_ARGS) {
			kbpf_x86_load(&t->b, size, X86_RAX, stack_arg(i));
		} else if (size < 8) {
			kbpf_x86_zx_rr(&t->b, size, X86_RAX, reg);
			reg = X86_RAX;
		}
		kbpf_x86_store(&t->b, 8, slot(t, i), reg);
	}
}

static void load_args(struct tramp *t)
{
	u32 from;

	for (u32 i = 0; i < t->hook->nr_args && i < REG_ARGS; i++) {
		from = kept_whole(t, i) ? whole_slot(t, i) : i;
		kbpf_x86_load(&t->b, 8, arg_regs[i], slot(t, from));
	}
}

static void call_out(struct tramp *t, const void *fn)
{
	kbpf_x86_movabs(&t->b, X86_RDI, (unsigned long)t->hook->owner);
	kbpf_x86_lea(&t->b, true, X86_RSI, slot(t, 0));
	kbpf_x86_call32(&t->b, distance(t, fn));
}

static void count_inside(struct tramp *t, s32 by)
{
	struct kbpf_x86_mem count = kbpf_x86_at(X86_R11, 0);

	count.gs = true;
	kbpf_x86_movabs(&t->b, X86_R11, t->hook->inside);
	kbpf_x86_alu_mi(&t->b, X86_ADD, 8, count, by);
}

static void call_body(struct tramp *t)
{
	for (u32 i = REG_ARGS; i < t->hook->nr_args; i++) {
		kbpf_x86_load(&t->b, 8, X86_RAX, stack_arg(i));
		kbpf_x86_store(&t->b, 8, kbpf_x86_at(X86_RSP, 8 * (i - REG_ARGS)), X86_RAX);
	}
	if (t->hook->enter)
		load_args(t);
	kbpf_x86_call32(&t->b, distance(t, t->hook->body));
	kbpf_x86_store(&t->b, 8, slot(t, t->hook->nr_args), X86_RAX);
	kbpf_x86_store(&t->b, 8, slot(t, t->hook->nr_args + 1), X86_RDX);
}

static void emit_ret(struct tramp *t)
{
	if (t->world->ret)
		kbpf_x86_jmp32(&t->b, distance(t, t->world->ret));
	else
		kbpf_x86_ret(&t->b);
}

static void emit_end(struct tramp *t)
{
	if (t->hook->leave) {
		count_inside(t, 1);
		call_body(t);
		call_out(t, t->hook->leave);
		count_inside(t, -1);
		kbpf_x86_load(&t->b, 8, X86_RAX, slot(t, t->hook->nr_args));
		kbpf_x86_load(&t->b, 8, X86_RDX, slot(t, t->hook->nr_args + 1));
		kbpf_x86_leave(&t->b);
		/* The body has run: back to who called it. */
		kbpf_x86_alu_ri(&t->b, X86_ADD, true, X86_RSP, 8);
	} else {
		load_args(t);
		kbpf_x86_leave(&t->b);
	}
	emit_ret(t);
}

static void emit(struct tramp *t)
{
	if (t->world->endbr)
		kbpf_x86_endbr(&t->b);
	kbpf_x86_push(&t->b, X86_RBP);
	kbpf_x86_mov_rr(&t->b, true, X86_RBP, X86_RSP);
	kbpf_x86_alu_ri(&t->b, X86_SUB, true, X86_RSP, frame_size(t));
	store_args(t);
	if (t->hook->enter)
		call_out(t, t->hook->enter);
	emit_end(t);
}

int kbpf_jit_trampoline_create(const struct kbpf_jit_hook *hook,
			       struct kbpf_jit_trampoline *out)
{
	struct tramp t = { .hook = hook, .world = kbpf_jit_world() };
	int err = -ENOMEM;

	if (!t.world)
		return -EOPNOTSUPP;
	t.at = t.world->arena;
	emit(&t);
	out->len = t.b.len;
	out->code = kbpf_jit_image_alloc(out->len);
	if (!out->code)
		return -ENOSPC;
	t.at = out->code;
	t.far = false;
	t.b = (struct kbpf_x86_buf) { .code = kmalloc(out->len, GFP_KERNEL), .room = out->len };
	if (t.b.code) {
		emit(&t);
		err = t.far ? -EOPNOTSUPP :
			      kbpf_jit_image_write(out->code, t.b.code, out->len);
	}
	kfree(t.b.code);
	if (err)
		kbpf_jit_image_free(out->code, out->len);
	return err;
}

void kbpf_jit_trampoline_free(struct kbpf_jit_trampoline *tramp)
{
	kbpf_jit_image_free(tramp->code, tramp->len);
}
