// SPDX-License-Identifier: GPL-2.0
/*
 * What a program's info says of its machine code.
 */
#include "cmd/cmd.h"
#include "jit/jit.h"

/* The image, as far as there is room for it. */
static int copy_image(const struct kbpf_prog *prog, struct kbpf_prog_info *info, bool show)
{
	struct kbpf_jit_code code = kbpf_jit_code(prog, -1);
	u32 room = info->jited_prog_len;

	info->jited_prog_len = code.len;
	if (!room || !info->jited_prog_insns)
		return 0;
	if (!show) {
		info->jited_prog_insns = 0;
		return 0;
	}
	return kbpf_world_copy_out(info->jited_prog_insns, code.addr, min(room, code.len));
}

static int copy_ksyms(const struct kbpf_prog *prog, struct kbpf_prog_info *info, bool show)
{
	u32 n = info->jited_ksyms ? min(info->nr_jited_ksyms, prog->nr_funcs) : 0, i;
	int err;

	for (i = 0; i < n; i++) {
		u64 addr = show ? (unsigned long)kbpf_jit_code(prog, i).addr : 0;

		err = kbpf_world_copy_out(info->jited_ksyms + i * sizeof(addr), &addr,
					  sizeof(addr));
		if (err)
			return err;
	}
	info->nr_jited_ksyms = prog->nr_funcs;
	return 0;
}

static int copy_lens(const struct kbpf_prog *prog, struct kbpf_prog_info *info)
{
	u32 n = info->jited_func_lens ? min(info->nr_jited_func_lens, prog->nr_funcs) : 0, i;
	int err;

	for (i = 0; i < n; i++) {
		u32 len = kbpf_jit_code(prog, i).len;

		err = kbpf_world_copy_out(info->jited_func_lens + i * sizeof(len), &len,
					  sizeof(len));
		if (err)
			return err;
	}
	info->nr_jited_func_lens = prog->nr_funcs;
	return 0;
}

int kbpf_world_jit_info(const struct kbpf_prog *prog, struct kbpf_prog_info *info)
{
	bool show = kbpf_world_show_addresses();
	int err;

	if (!prog->jit) {
		info->jited_prog_len = 0;
		info->nr_jited_ksyms = 0;
		info->nr_jited_func_lens = 0;
		return 0;
	}
	err = copy_image(prog, info, show);
	if (!err)
		err = copy_ksyms(prog, info, show);
	return err ? err : copy_lens(prog, info);
}
