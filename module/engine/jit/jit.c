// SPDX-License-Identifier: GPL-2.0
/*
 * Compiling a program: the passes and their order, the layout of the image, and
 * handing it over. Must not know the machine (x86/) nor how memory becomes
 * executable (image.h).
 */
#include "port.h"
#include "env.h"
#include "jit/image.h"
#include "jit/ir.h"
#include "jit/jit.h"

/**
 * struct kbpf_jit_image - a program's machine code
 * @mem: in the arena
 * @alloc: bytes there
 * @len: bytes of code
 * @nr: functions
 * @entry: offset of each function
 */
struct kbpf_jit_image {
	u8 *mem;
	u32 alloc;
	u32 len;
	u32 nr;
	u32 entry[];
};

/* ---- passes ------------------------------------------------------------------- */

static const struct {
	u32 bit;
	int (*run)(struct kbpf_jit_ir *ir);
} passes[] = {
	{ KBPF_JIT_PASS_BRANCH, kbpf_jit_pass_branch },
	{ KBPF_JIT_PASS_INLINE, kbpf_jit_pass_inline },
	{ KBPF_JIT_PASS_ZEXT, kbpf_jit_pass_zext },
	{ KBPF_JIT_PASS_DIAMOND, kbpf_jit_pass_diamond },
	{ KBPF_JIT_PASS_BYTES, kbpf_jit_pass_bytes },
	{ KBPF_JIT_PASS_CONSTANT, kbpf_jit_pass_constant },
	{ KBPF_JIT_PASS_HOIST, kbpf_jit_pass_hoist },
	{ KBPF_JIT_PASS_COPY, kbpf_jit_pass_copy },
	{ KBPF_JIT_PASS_DEAD, kbpf_jit_pass_dead },
	{ KBPF_JIT_PASS_RESULT, kbpf_jit_pass_result },
	{ KBPF_JIT_PASS_ADDR, kbpf_jit_pass_addr },
	{ KBPF_JIT_PASS_DEAD, kbpf_jit_pass_dead },
	{ KBPF_JIT_PASS_MEM, kbpf_jit_pass_mem },
	{ KBPF_JIT_PASS_DEAD, kbpf_jit_pass_dead },
	{ KBPF_JIT_PASS_INLINE, kbpf_jit_pass_lookup },
	{ KBPF_JIT_PASS_FUSE, kbpf_jit_pass_fuse },
};

static int run_passes(struct kbpf_jit_ir *ir, u32 on)
{
	int err;

	for (u32 i = 0; i < ARRAY_SIZE(passes); i++) {
		if (!(on & passes[i].bit))
			continue;
		err = passes[i].run(ir);
		if (err < 0)
			return err;
		ir->stale |= err;
		cond_resched();
	}
	kbpf_jit_live_again(ir);
	return 0;
}

/* What a function writes and whether it calls decides its frame. */
static void survey(struct kbpf_jit_ir *ir)
{
	for (u32 f = 0; f < ir->nr_fns; f++) {
		struct kbpf_jit_fn *fn = &ir->fns[f];

		for (u32 i = fn->first; i < fn->end; i++) {
			const struct kbpf_jit_op *op = &ir->ops[i];

			fn->used |= kbpf_jit_writes(op);
			fn->calls |= op->kind == JIT_CALL || op->kind == JIT_CALLF ||
				     (op->kind == JIT_TAIL && !op->imm);
			if ((kbpf_jit_reads(ir, op) & JIT_BIT(JIT_FP)) && !fn->stack)
				fn->stack = 8;
		}
		for (u32 i = 0; i < fn->nr_fixed; i++)
			fn->used |= JIT_BIT(fn->fixed[i].reg);
	}
}

/* Divisions use its register. */
static bool uses_r3(const struct kbpf_jit_op *op)
{
	return (kbpf_jit_writes(op) & JIT_BIT(JIT_R3)) ||
	       (op->kind == JIT_ALU && op->code >= JIT_DIV);
}

/* Sets @fresh. What jumps back come to is not followed, but may be reached with anything. */
static void find_fresh(struct kbpf_jit_ir *ir)
{
	const struct kbpf_jit_fn *fn = &ir->fns[0];
	bool fresh = true;

	for (u32 i = fn->first; i < fn->end; i++)
		ir->ops[i].fresh = true;
	for (u32 i = fn->first; i < fn->end; i++) {
		struct kbpf_jit_op *op = &ir->ops[i];

		if (kbpf_jit_branches(op) && op->target <= i)
			ir->ops[op->target].fresh = false;
	}
	for (u32 i = fn->first; i < fn->end; i++) {
		struct kbpf_jit_op *op = &ir->ops[i];

		op->fresh &= fresh;
		fresh = op->fresh && !uses_r3(op);
		if (kbpf_jit_branches(op))
			ir->ops[op->target].fresh &= fresh;
		/* behind these is who jumps there */
		fresh |= op->kind == JIT_JMP || op->kind == JIT_EXIT;
	}
}

/* ---- layout --------------------------------------------------------------------- */

/* More translations than any real program needs; beyond, the interpreter runs it. */
#define MAX_ROUNDS 32
/* A distance that no branch of 8 bits spans */
#define FAR 256

static void swap_layouts(struct kbpf_jit_out *out)
{
	u32 *was = (u32 *)out->was;

	out->was = out->at;
	out->at = was;
}

/* One more translation, by the layout of the one before. */
static int translate(const struct kbpf_jit_ir *ir, struct kbpf_jit_out *out)
{
	swap_layouts(out);
	return kbpf_jit_translate(ir, out);
}

/* Sizes the image as if all were far, and then by the distances that this gives. */
static int size(const struct kbpf_jit_ir *ir, struct kbpf_jit_out *out, u32 points)
{
	int err;

	for (u32 i = 0; i < points; i++)
		out->at[i] = i * FAR;
	err = translate(ir, out);
	if (err)
		return err;
	out->sized = true;
	err = translate(ir, out);
	out->sized = false;
	return err;
}

/*
 * Translates with memory under it. Only where this repeats the translation before
 * are the distances that branches were given the true ones.
 * Return: 0; -EAGAIN where it does not.
 */
static int write(const struct kbpf_jit_ir *ir, struct kbpf_jit_out *out, u32 points)
{
	u32 len = out->len;
	int err = translate(ir, out);

	if (err)
		return err;
	if (WARN_ON_ONCE(out->len > len))
		return -EOPNOTSUPP;
	return out->len == len && !memcmp(out->was, out->at, points * sizeof(*out->at)) ?
	       0 : -EAGAIN;
}

/* ---- handing over ------------------------------------------------------------------ */

/*
 * The entry as a callback. It takes its context as the first argument, so that
 * more of them are where the other registers live.
 */
static u64 __nocfi call_entry(const struct kbpf_func *func, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u64 (*run)(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5) = (void *)func->prog->run;

	return run(r1, r2, r3, r4, r5);
}

static void install(struct kbpf_prog *prog, struct kbpf_jit_image *image,
		    const struct kbpf_jit_ir *ir, const struct kbpf_jit_out *out)
{
	for (u32 i = 0; i < ir->nr_fns; i++) {
		image->entry[i] = out->entry[i];
		if (i && ir->fns[i].outside)
			prog->funcs[i].call = (void *)(image->mem + out->call[i]);
	}
	prog->funcs[0].call = call_entry;
	prog->jit = image;
	prog->tail = (void *)(image->mem + out->tail);
	prog->run = (void *)(image->mem + out->run);
}

/* Finds room for the image as it was last sized, and writes it there. */
static int try_place(const struct kbpf_jit_ir *ir, struct kbpf_jit_out *out, u32 points,
		     struct kbpf_jit_image *image)
{
	int err;

	image->alloc = out->len;
	image->mem = kbpf_jit_image_alloc(image->alloc);
	if (!image->mem)
		return -ENOSPC;
	out->addr = image->mem;
	out->room = out->len;
	err = write(ir, out, points);
	if (!err)
		err = kbpf_jit_image_write(image->mem, out->code, out->len);
	if (err)
		kbpf_jit_image_free(image->mem, image->alloc);
	return err;
}

static int place(struct kbpf_jit_ir *ir, struct kbpf_jit_out *out, u32 points)
{
	struct kbpf_jit_image *image = kzalloc(struct_size(image, entry, ir->nr_fns), GFP_KERNEL);
	int err = -ENOMEM;

	if (!image)
		return -ENOMEM;
	out->code = kvmalloc(out->len, GFP_KERNEL);
	if (!out->code)
		goto free_image;
	for (u32 round = 0; round < MAX_ROUNDS; round++) {
		err = try_place(ir, out, points, image);
		if (err != -EAGAIN)
			break;
	}
	if (err)
		goto free_image;
	image->nr = ir->nr_fns;
	image->len = out->len;
	install(ir->prog, image, ir, out);
	return 0;
free_image:
	kfree(image);
	return err == -EAGAIN ? -EOPNOTSUPP : err;
}

static int compile(struct kbpf_jit_ir *ir, u32 on)
{
	u32 points = ir->nr + ir->nr_fns;
	struct kbpf_jit_out out = { .addr = ir->world->arena };
	u32 *offsets = kvcalloc(2 * (size_t)points + 2 * ir->nr_fns, sizeof(u32), GFP_KERNEL);
	int err = -ENOMEM;

	if (!offsets)
		return -ENOMEM;
	out.was = offsets;
	out.at = offsets + points;
	out.entry = offsets + 2 * (size_t)points;
	out.call = out.entry + ir->nr_fns;
	out.div = on & KBPF_JIT_PASS_DIV;
	/* Up to a grain, so that the entry's place in its cache line is anyone's guess. */
	out.gap = ir->harden ? get_random_u32() % KBPF_JIT_GRAIN : 0;
	err = run_passes(ir, on);
	if (!err) {
		survey(ir);
		if (ir->tails)
			find_fresh(ir);
		err = size(ir, &out, points);
	}
	if (!err)
		err = place(ir, &out, points);
	kvfree(out.code);
	kvfree(offsets);
	return err;
}

int kbpf_jit_prepare(struct kbpf_prog *prog)
{
	struct kbpf_jit_ir ir = { .prog = prog, .world = kbpf_jit_world() };
	u32 on = READ_ONCE(kbpf_jit_options.passes);
	int err;

	if (!READ_ONCE(kbpf_jit_options.enabled) || !ir.world)
		return -EOPNOTSUPP;
	ir.harden = READ_ONCE(kbpf_jit_options.harden);
	if (ir.harden) {
		ir.seed = get_random_u32() | (u64)get_random_u32() << 32;
		/* What passes move into operands and addresses would not be blind. */
		on = 0;
	}
	err = kbpf_jit_decode(&ir);
	if (err)
		return err;
	err = compile(&ir, on);
	kbpf_jit_release(&ir);
	return err;
}

void kbpf_jit_free(struct kbpf_prog *prog)
{
	struct kbpf_jit_image *image = prog->jit;

	if (!image)
		return;
	prog->jit = NULL;
	kbpf_jit_image_free(image->mem, image->alloc);
	kfree(image);
}

struct kbpf_jit_code kbpf_jit_code(const struct kbpf_prog *prog, int func)
{
	const struct kbpf_jit_image *image = prog->jit;
	struct kbpf_jit_code code = {};

	if (!image || func >= (int)image->nr)
		return code;
	if (func < 0) {
		code.addr = image->mem;
		code.len = image->len;
		return code;
	}
	code.addr = image->mem + image->entry[func];
	code.len = func + 1 < (int)image->nr ? image->entry[func + 1] - image->entry[func] :
		   image->len - image->entry[func];
	return code;
}
