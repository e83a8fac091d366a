// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <string.h>

/* No compiler or libbpf calls what is no function, so the bytes are loaded as they are. */
#define CALL(distance)	{ .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = (distance) }
#define R0_IS_0		{ .code = BPF_ALU64 | BPF_MOV | BPF_K }
#define EXIT		{ .code = BPF_JMP | BPF_EXIT }

static const struct bpf_insn bad[] = { CALL(9), EXIT };
static const struct bpf_insn good[] = { CALL(1), EXIT, R0_IS_0, EXIT };

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "bad";
	int is_bad = !strcmp(name, "bad"), fd;

	fd = bpf_prog_load(BPF_PROG_TYPE_KPROBE, name, "GPL", is_bad ? bad : good,
			   is_bad ? 2 : 4, NULL);
	return fd < 0;
}
