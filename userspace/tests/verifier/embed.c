// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * State embedding of random programs; see machine.c.
 *
 *   embed [PROGRAMS [SEED]]
 */
#include "helpers/kfunc.h"
#include "helpers/proto.h"
#include "verifier/machine.h"

#define INPUTS	6

static u64 accepted, refused, runs, violations;

/* Programs accepted that have loops whose rounds somebody else counts, locks, timers, global functions. */
static u64 with_may_goto, with_iter, with_call_back, with_lock, with_timer, with_global;

static void count_shapes(const struct program *p)
{
	bool may_goto = false, iter = false, call_back = false, lock = false, timer = false;

	for (u32 i = 0; i < p->len; i++) {
		const struct kbpf_insn *j = &p->insns[i];

		may_goto |= j->code == (KBPF_JMP | KBPF_JCOND);
		iter |= j->code == (KBPF_JMP | KBPF_CALL) && j->imm == KBPF_KFUNC_iter_num_next;
		call_back |= j->code == (KBPF_JMP | KBPF_CALL) && j->imm == KBPF_FUNC_loop &&
			     !j->src_reg;
		lock |= j->code == (KBPF_JMP | KBPF_CALL) && j->imm == KBPF_FUNC_spin_lock && !j->src_reg;
		timer |= j->code == (KBPF_JMP | KBPF_CALL) && j->imm == KBPF_FUNC_timer_start &&
			 !j->src_reg;
		i += kbpf_isa_is_lddw(j);
	}
	with_may_goto += may_goto;
	with_iter += iter;
	with_call_back += call_back;
	with_lock += lock;
	with_timer += timer;
	with_global += p->nr_funcs > 0;
}

static void one(u64 seed)
{
	static struct program p;
	struct draw draw = { .rng = seed * 0x9e3779b97f4a7c15ULL + 1 };
	struct machine_result res;
	const char *wrong;

	generate(&draw, &p);
	wrong = machine_check(&p, seed, INPUTS, &res);
	if (res.err)
		refused++;
	else
		accepted++;
	if (!res.err)
		count_shapes(&p);
	runs += res.runs;
	if (!wrong)
		return;
	printf("# seed %llu\n", seed);
	if (violations++ < 3)
		machine_print(&p, wrong);
}

int main(int argc, char **argv)
{
	u64 programs = argc > 1 ? strtoull(argv[1], NULL, 0) : 6000;
	u64 first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;

	printf("KTAP version 1\n1..1\n");
	machine_init(20000);
	for (u64 s = first; s < first + programs; s++)
		one(s);
	printf("# with may_goto %llu, iterators %llu, bpf_loop %llu, locks %llu, timers %llu, "
	       "global functions %llu\n", with_may_goto, with_iter, with_call_back, with_lock,
	       with_timer, with_global);
	printf("%s 1 embedding: %llu programs accepted, %llu refused, %llu runs, %llu violations\n",
	       violations ? "not ok" : "ok", accepted, refused, runs, violations);
	return violations != 0;
}
