// SPDX-License-Identifier: GPL-2.0
/*
 * kbpf_oracle.ko: random programs under kbpf's executors and under the kernel's
 * own BPF (its JIT where it has one, else its interpreter), in one kernel; and the
 * public suite's cases under kbpf's. r0 and memory must agree. Loading fails with
 * -EILSEQ at the first mismatch, which is printed with its seed and its program, and
 * with -EACCES where the memory of compiled code can be written; on success the module
 * stays and its parameters say what was done.
 *
 * The kernel's executors lean on what its verifier patches, so programs here
 * divide by nothing that could be 0 or -1, extend r0 after a 32-bit cmpxchg
 * themselves, and call nothing.
 */
#include <linux/filter.h>
#include <linux/module.h>
#include "interp/interp.h"
#include "jit/jit.h"
#include "jit_image.h"
#include "kbpf_cases.h"
#include "kbpf_random_prog.h"
#include "kbpf_raw_prog.h"
#include "kbpf_write_fault.h"
#include "jit/image.h"

static unsigned int programs = 1000;
module_param(programs, uint, 0444);
MODULE_PARM_DESC(programs, "random programs to run");
static unsigned long long seed = 1;
module_param(seed, ullong, 0444);
MODULE_PARM_DESC(seed, "first seed");
static char *cases;
module_param(cases, charp, 0444);
MODULE_PARM_DESC(cases, "file of the public suite's cases to run first");
static int cases_passed;
module_param(cases_passed, int, 0444);
MODULE_PARM_DESC(cases_passed, "out: how many of them there were");
static bool write_faults;
module_param(write_faults, bool, 0444);
MODULE_PARM_DESC(write_faults, "out: compiled code cannot be written where it is");
static unsigned int kernel_jited;
module_param(kernel_jited, uint, 0444);
MODULE_PARM_DESC(kernel_jited, "out: programs that the kernel compiled");
static unsigned int kbpf_jited;
module_param(kbpf_jited, uint, 0444);
MODULE_PARM_DESC(kbpf_jited, "out: programs that kbpf compiled");

static unsigned long long kernel_jit_ns;
module_param(kernel_jit_ns, ullong, 0444);
MODULE_PARM_DESC(kernel_jit_ns, "out: time that the kernel's compilations took");
static unsigned long long kbpf_jit_ns;
module_param(kbpf_jit_ns, ullong, 0444);
MODULE_PARM_DESC(kbpf_jit_ns, "out: time that kbpf's compilations took");

struct result {
	u64 r0;
	u8 mem[KBPF_RANDOM_MEM] __aligned(8);
};

static struct result want, got;
static struct kbpf_random_prog made;

/* What this kernel's BPF has, by what its header knows. */
static u32 kernel_flags(void)
{
	u32 flags = 0;

#ifdef BPF_MEMSX
	flags |= KBPF_RANDOM_V4;
#endif
#ifdef BPF_LOAD_ACQ
	flags |= KBPF_RANDOM_ORDERED;
#endif
	return flags;
}

static int run_kernel(u64 s)
{
	struct bpf_prog *prog;
	int err = 0;
	u64 start;

	BUILD_BUG_ON(sizeof(struct bpf_insn) != sizeof(struct kbpf_insn));
	prog = bpf_prog_alloc(bpf_prog_size(made.len), 0);
	if (!prog)
		return -ENOMEM;
	prog->len = made.len;
	prog->type = BPF_PROG_TYPE_SOCKET_FILTER;
	prog->aux->stack_depth = KBPF_STACK_SIZE;
	memcpy(prog->insnsi, made.insns, made.len * sizeof(made.insns[0]));
	start = ktime_get_ns();
	prog = bpf_prog_select_runtime(prog, &err);
	kernel_jit_ns += ktime_get_ns() - start;
	if (!err) {
		kernel_jited += prog->jited;
		kbpf_random_mem(want.mem, s);
		migrate_disable();
		/* the interpreter's result is the whole register, the type is not */
		want.r0 = (u32)prog->bpf_func(want.mem, prog->insnsi);
		migrate_enable();
	}
	bpf_prog_free(prog);
	return err;
}

static void run_kbpf(const struct kbpf_prog *prog, u64 s)
{
	kbpf_random_mem(got.mem, s);
	migrate_disable();
	got.r0 = (u32)kbpf_raw_prog_run(prog, got.mem, sizeof(got.mem));
	migrate_enable();
}

static int report(const char *executor, u64 s)
{
	char text[80];
	u32 i;

	pr_err("kbpf_oracle: seed %llu, %s: r0 = 0x%llx, the kernel's 0x%llx\n", s, executor,
	       got.r0, want.r0);
	for (i = 0; i < sizeof(got.mem); i++)
		if (got.mem[i] != want.mem[i])
			pr_err("  memory at %u: 0x%02x, 0x%02x\n", i, got.mem[i], want.mem[i]);
	for (i = 0; i < made.len; i++) {
		kbpf_isa_disasm(&made.insns[i], text, sizeof(text));
		pr_err("  %4u: %s\n", i, text);
		i += kbpf_isa_is_lddw(&made.insns[i]);
	}
	return -EILSEQ;
}

static bool same(void)
{
	return got.r0 == want.r0 && !memcmp(got.mem, want.mem, sizeof(got.mem));
}

static int compare(struct kbpf_prog *prog, u64 s)
{
	int err = kbpf_interp_prepare(prog), jit_err;
	u64 start;

	if (err)
		return err;
	run_kbpf(prog, s);
	if (!same())
		err = report("interpreter", s);
	start = ktime_get_ns();
	jit_err = kbpf_jit_prepare(prog);
	kbpf_jit_ns += ktime_get_ns() - start;
	if (!err && !jit_err) {
		kbpf_jited++;
		run_kbpf(prog, s);
		if (!same())
			err = report("JIT", s);
	}
	if (!jit_err)
		kbpf_jit_free(prog);
	kbpf_interp_free(prog);
	return err;
}

static int test_one(u64 s, u32 flags)
{
	struct kbpf_prog *prog;
	int err;

	kbpf_random_prog_make(&made, s, flags);
	if (!made.len)
		return -ENOMEM;
	err = run_kernel(s);
	if (err)
		return err;
	prog = kbpf_raw_prog_create(made.insns, made.len);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	err = compare(prog, s);
	kbpf_raw_prog_free(prog);
	return err;
}

/* Compiled code of a program, and the arena's two ends: writing there faults. */
static int check_writes(void)
{
	static const struct kbpf_insn insns[] = { KBPF_MOV64_IMM(KBPF_R0, 42), KBPF_EXIT_INSN() };
	const struct kbpf_jit_world *world = kbpf_jit_world();
	struct kbpf_prog *prog = kbpf_raw_prog_create(insns, ARRAY_SIZE(insns));
	struct kbpf_jit_code code;
	int err;

	if (IS_ERR(prog))
		return PTR_ERR(prog);
	err = kbpf_interp_prepare(prog);
	if (!err)
		err = kbpf_jit_prepare(prog);
	code = kbpf_jit_code(prog, -1);
	if (!err && !(kbpf_write_faults(code.addr, 0x90) &&
		      kbpf_write_faults(code.addr + code.len - 1, 0x90) &&
		      kbpf_write_faults(world->arena, 0x90) &&
		      kbpf_write_faults(world->arena + world->arena_size - 1, 0x90)))
		err = -EACCES;
	kbpf_jit_free(prog);
	kbpf_interp_free(prog);
	kbpf_raw_prog_free(prog);
	return err;
}

static int __init oracle_init(void)
{
	u32 i, flags = kernel_flags();
	int err = kbpf_jit_image_init();

	if (err)
		return err;
	kbpf_jit_options.enabled = true;
	err = check_writes();
	write_faults = !err;
	if (!err && cases) {
		cases_passed = kbpf_cases_run(cases);
		err = min(cases_passed, 0);
	}
	for (i = 0; i < programs && !err; i++) {
		err = test_one(seed + i, flags);
		cond_resched();
	}
	if (err) {
		pr_err("kbpf_oracle: stopped at program %u: %d\n", i, err);
		kbpf_jit_image_exit();
	}
	return err;
}

static void __exit oracle_exit(void)
{
	kbpf_jit_image_exit();
}

module_init(oracle_init);
module_exit(oracle_exit);
MODULE_DESCRIPTION("kbpf's executors against the kernel's");
MODULE_LICENSE("GPL");
