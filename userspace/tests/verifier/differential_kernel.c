// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/* The kernel's side: bpf(2) itself. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "verifier/differential.h"

#define MAX_MAPS	4
#define MAX_LEN		512

static int fds[MAX_MAPS] = { -1, -1, -1, -1 };

static long sys_bpf(int cmd, union bpf_attr *attr)
{
	long ret = syscall(__NR_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : ret;
}

int differential_map(unsigned int n, const struct kbpf_map_create_attr *m)
{
	union bpf_attr attr = {
		.map_type = m->map_type, .key_size = m->key_size, .value_size = m->value_size,
		.max_entries = m->max_entries, .map_flags = m->map_flags,
	};

	fds[n] = sys_bpf(BPF_MAP_CREATE, &attr);
	return fds[n] < 0 ? fds[n] : 0;
}

void differential_unmap(unsigned int n)
{
	if (fds[n] >= 0)
		close(fds[n]);
	fds[n] = -1;
}

/* The engine's numbers of kernel functions are in the order of its table. */
static const char *const kfuncs[] = {
#define KBPF_KFUNC(name, ...) "bpf_" #name,
#include "helpers/kfunc.def"
};

static int kfunc_id(int number)
{
	static struct btf *btf;
	unsigned int i = number - 0x20001;

	if (!btf)
		btf = btf__load_vmlinux_btf();
	return i < sizeof(kfuncs) / sizeof(*kfuncs) ?
	       btf__find_by_name_kind(btf, kfuncs[i], BTF_KIND_FUNC) : number;
}

static void translate(struct bpf_insn *insn)
{
	bool lddw = insn->code == (BPF_LD | BPF_IMM | BPF_DW);

	if (lddw && (insn->src_reg == BPF_PSEUDO_MAP_FD || insn->src_reg == BPF_PSEUDO_MAP_VALUE) &&
	    insn->imm < 0 && insn->imm >= -MAX_MAPS)
		insn->imm = fds[-insn->imm - 1];
	if ((lddw && insn->src_reg == BPF_PSEUDO_BTF_ID) ||
	    (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_KFUNC_CALL))
		insn->imm = kfunc_id(insn->imm);
}

/* The last line that is neither a figure nor an instruction. */
static void last_line(char *log, char *why, unsigned int size)
{
	snprintf(why, size, "?");
	for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
		if (!strncmp(line, "processed ", 10) || (*line >= '0' && *line <= '9') ||
		    !strncmp(line, "verification time", 17) || !strncmp(line, "stack depth", 11))
			continue;
		snprintf(why, size, "%s", line);
	}
}

int differential_load(unsigned int type, unsigned int attach_type, bool gpl,
		      const struct kbpf_insn *from, unsigned int len, char *why, unsigned int size)
{
	struct bpf_insn insns[MAX_LEN];
	static char log[1 << 20];
	union bpf_attr attr = {
		.prog_type = type, .expected_attach_type = attach_type, .insn_cnt = len,
		.insns = (unsigned long)insns, .license = (unsigned long)(gpl ? "GPL" : "none"),
	};
	int fd;

	memcpy(insns, from, len * sizeof(*insns));
	for (unsigned int i = 0; i < len; i++)
		translate(&insns[i]);
	if (type == BPF_PROG_TYPE_SYSCALL)
		attr.prog_flags = BPF_F_SLEEPABLE;
	if (why) {
		log[0] = 0;
		attr.log_buf = (unsigned long)log;
		attr.log_size = sizeof(log);
		attr.log_level = 1;
	}
	fd = sys_bpf(BPF_PROG_LOAD, &attr);
	if (why)
		last_line(log, why, size);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}
