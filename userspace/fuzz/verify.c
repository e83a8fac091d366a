// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * libFuzzer target: bytes choose a program; if the verifier accepts it, it runs
 * inside the states that were claimed, in memory that is there, and ends within
 * the number of instructions that the walk took. With and without pruning the
 * verdict is the same.
 */
#include "port.h"
#include "verifier/machine.h"

/* What a byte decides apart from the program. */
#define RAW	0x80	/* the bytes are instructions, behind a prologue */
#define INPUTS	2

static u64 executions, accepted;

static void say_rate(void)
{
	fprintf(stderr, "verify: %llu executions, %llu programs accepted\n", executions, accepted);
}

/* Values and a counter in registers, then the bytes as they are, then an exit. */
static void raw_program(const u8 *data, size_t size, struct program *p)
{
	static const u8 nothing[1];
	struct draw prologue = { .data = nothing };
	u32 room, n;

	/* with nothing drawn: the prologue, and "r0 = 0; exit" */
	generate(&prologue, p);
	p->type = KBPF_PROG_TYPE_KPROBE;
	room = PROGRAM_MAX - p->len;
	n = min_t(u32, size / sizeof(*p->insns), room);
	p->len -= 2;
	memcpy(&p->insns[p->len], data, n * sizeof(*p->insns));
	for (u32 i = 0; i < n; i++)
		program_tame(&p->insns[p->len + i]);
	p->len += n;
	if (p->len + 2 <= PROGRAM_MAX) {
		p->insns[p->len++] = KBPF_MOV64_IMM(KBPF_R0, 0);
		p->insns[p->len++] = KBPF_EXIT_INSN();
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	machine_init(2000);
	atexit(say_rate);
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct program p;
	struct machine_result res;
	const char *wrong;

	if (size < 2)
		return -1;
	if (data[0] & RAW)
		raw_program(data + 1, size - 1, &p);
	else
		generate(&(struct draw){ .data = data + 1, .left = size - 1 }, &p);
	wrong = machine_check(&p, data[0] * 0x9e3779b97f4a7c15ULL + data[0] + size, INPUTS, &res);
	executions++;
	accepted += !res.err;
	if (wrong) {
		machine_print(&p, wrong);
		abort();
	}
	return 0;
}
